import Flows
import Foundation
import Roles
import Storage
import Timestamps
import WorkCalendar

/// What a flow's clock does beside the promised date: reminders before it, urging and supervision after it, and alarms some
/// days after acceptance, whatever date was promised. Each is a row that fires once.
enum LetterCall: Hashable {
  /// Working days before the promised date.
  case remind(Int)
  /// What stands there in the list of `overdue`.
  case overdue(Int)
  /// Days after acceptance.
  case alarm(Int)

  /// As it is stored. A promised date that moves has reminders of its own.
  func name(_ day: String) -> String {
    switch self {
    case .remind(let days): "remind \(days) \(day)"
    case .overdue(let index): "overdue \(index) \(day)"
    case .alarm(let days): "alarm \(days)"
    }
  }

  /// All of a letter under way, each with its name and when it is due; nil where no calendar says.
  static func all(
    of letter: StoredDeskLetter, _ flow: FlowDefinition, _ times: LetterTimes
  ) -> [(call: LetterCall, name: String, at: UnixMilliseconds?)] {
    guard flow.state(letter.item.state)?.isEnd == false else { return [] }
    let accepted = Day(inShanghaiAt: letter.acceptedAt)
    var found = flow.promise.alarms.map { days in
      let call = LetterCall.alarm(days)
      return (call: call, name: call.name(""), at: accepted?.adding(days)?.startInShanghai)
    }
    // A date that waits for the citizen is neither near nor past.
    guard !letter.isPaused, let promise = letter.promise, let day = Day(promise.day) else { return found }
    for days in flow.promise.reminders {
      let call = LetterCall.remind(days)
      found.append((call, call.name(promise.day), times.start(workingDays: -days, from: day)))
    }
    for (index, overdue) in flow.promise.overdue.enumerated() {
      let call = LetterCall.overdue(index)
      let start =
        overdue.afterWorkingDays == 0
        ? day.endInShanghai : times.start(workingDays: overdue.afterWorkingDays, from: day)
      found.append((call, call.name(promise.day), start))
    }
    return found
  }

  /// Brings the rows in line with the promised date: what has fired stays, what has not follows.
  static func update(_ letter: StoredDeskLetter, _ flow: FlowDefinition, _ times: LetterTimes, _ db: Transaction) throws
  {
    let wanted = all(of: letter, flow, times)
    let names = Set(wanted.map(\.name))
    var settled: Set<String> = []
    for row in try db.all("SELECT name, at, fired_at FROM letter_call WHERE letter = ?", letter.id) {
      let (name, hasFired): (String, Bool) = try (row["name"], row["fired_at"] as Int? != nil)
      if try hasFired || names.contains(name) && row["at"] as Int? != nil { settled.insert(name) }
      guard !hasFired, !names.contains(name) else { continue }
      try db.run("DELETE FROM letter_call WHERE letter = ? AND name = ?", letter.id, name)
    }
    for call in wanted where !settled.contains(call.name) {
      try db.run(
        """
        INSERT INTO letter_call (letter, name, at) VALUES (?, ?, ?)
        ON CONFLICT (letter, name) DO UPDATE SET at = excluded.at WHERE letter_call.at IS NULL
        """, letter.id, call.name, call.at)
    }
  }

  /// Those that have fired for the date that is promised now.
  static func fired(
    _ letter: StoredDeskLetter, _ flow: FlowDefinition, _ times: LetterTimes, _ db: Transaction
  ) throws -> Set<LetterCall> {
    let names = Set(
      try db.all(String.self, "SELECT name FROM letter_call WHERE letter = ? AND fired_at IS NOT NULL", letter.id))
    guard !names.isEmpty else { return [] }
    return Set(all(of: letter, flow, times).filter { names.contains($0.name) }.map(\.call))
  }
}

extension LetterTimes {
  /// The beginning of the day that is some working days after another, or before it where they are less than none.
  func start(workingDays: Int, from day: Day) -> UnixMilliseconds? {
    guard let calendar, let count = DayCount(abs(workingDays)) else { return nil }
    do {
      let found =
        try workingDays < 0
        ? calendar.workingDay(count, before: day) : calendar.workingDay(count, after: day)
      return found.startInShanghai
    } catch { return nil }
  }
}

extension LetterPlace.Beside {
  /// Adds what the clock has called for: holders that are reminded or urged, and desks that supervise.
  mutating func add(_ fired: Set<LetterCall>, of flow: FlowDefinition) {
    let leader = FlowParty(role: .leader, of: .mailbox)
    for (index, overdue) in flow.promise.overdue.enumerated() where fired.contains(.overdue(index)) {
      switch (overdue.kind, overdue.to) {
      case (.urge, nil): isUrgedByClock = true
      case (.urge, let party?): calls.append((party, LetterPlace.overdue))
      case (.supervise, let party): calls.append((party ?? leader, LetterPlace.supervised))
      }
    }
    let alarms = flow.promise.alarms.filter { fired.contains(.alarm($0)) }
    if let longest = alarms.max() { calls.append((leader, "\(LetterPlace.alarmPrefix)\(longest)")) }
    isReminded = flow.promise.reminders.contains { fired.contains(.remind($0)) }
  }
}

extension LetterStepTaking {
  /// Writes down what the clock calls for, a line for each kind however many passed while the zone was down.
  fileprivate func note(_ calls: [LetterCall], _ letter: StoredDeskLetter, _ flow: FlowDefinition, _ db: Transaction)
    throws
  {
    var lines: [LetterHistory] = []
    for call in calls {
      switch call {
      // Once the date has passed there is nothing to remind of.
      case .remind: if letter.promise.map({ now() < $0.end }) ?? false { lines.append(.reminded) }
      case .overdue(let index):
        guard flow.promise.overdue.indices.contains(index) else { continue }
        lines.append(flow.promise.overdue[index].kind == .urge ? .urgedByClock : .supervised)
      case .alarm: lines.append(.alarmed)
      }
    }
    for line in LetterHistory.allCases where lines.contains(line) { try note(line, letter, 0, db) }
  }
}

extension DeskLetters {
  /// Does what clocks call for, each once.
  ///
  /// - Returns: how many were due, at most `LetterTimerKeeper.timersAtOnce`.
  @discardableResult
  package func fireCalls() async throws -> Int {
    let (now, times) = (self.now(), self.times)
    let step = LetterStepTaking(self)
    return try await database.write { db in
      let due = try db.all(
        String.self, "SELECT letter FROM letter_call WHERE fired_at IS NULL AND at <= ? ORDER BY at LIMIT ?", now,
        LetterTimerKeeper.timersAtOnce)
      for id in Set(due) {
        let names = Set(
          try db.all(
            String.self, "SELECT name FROM letter_call WHERE letter = ? AND fired_at IS NULL AND at <= ?", id, now))
        try db.run(
          "UPDATE letter_call SET fired_at = ? WHERE letter = ? AND fired_at IS NULL AND at <= ?", now, id, now)
        guard let (letter, flow) = try self.readable(id, db) else { continue }
        let calls = LetterCall.all(of: letter, flow, times).filter { names.contains($0.name) }.map(\.call)
        try step.note(calls, letter, flow, db)
        try letter.savePlaces(flow, times, db)
      }
      return due.count
    }
  }
}
