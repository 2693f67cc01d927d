import Flows
import Foundation
import Storage
import Timestamps
import WorkCalendar

/// The date that was promised to a letter's citizen, and how it came about.
public struct LetterPromise: Codable, Sendable, Equatable {
  /// The last day, such as `2026-12-18`.
  public let day: String
  /// The moment at which that day is over in Shanghai, milliseconds since 1970.
  public let end: Int
  public let chinese: String
  public let english: String
  /// The years' calendars that it was computed by, each with its version.
  public let calendars: [String]

  init(_ date: DueDate) {
    (day, end) = ("\(date.due)", date.end)
    (chinese, english) = (date.chinese, date.english)
    calendars = date.calendars.map { "\($0.year) \($0.version)" }
  }
}

/// A time in which the promised date waited: the unit in charge had asked the citizen.
public struct LetterPause: Codable, Sendable, Equatable {
  /// How many of a letter make the date wait; however often the flow lets the citizen be asked, it waits no more then.
  public static let most = 2

  /// Milliseconds since 1970.
  public var start: Int
  /// Nil while it lasts.
  public var end: Int?
}

/// Until when things are due, by the office's calendars. Where a year has none, nothing is guessed: the date stays open.
struct LetterTimes: Sendable {
  /// Nil where the zone has no calendars.
  let calendar: WorkCalendar?

  /// The date that a flow promises for letters of a kind: counted from the day of acceptance.
  ///
  /// - Parameters:
  ///   - days: the working days that an extension adds.
  ///   - pauses: when it waited; those that are over count.
  func promise(
    _ flow: FlowDefinition, _ kind: LetterKind, acceptedAt: UnixMilliseconds, extendedBy days: Int = 0,
    pauses: [LetterPause] = []
  ) -> LetterPromise? {
    guard let calendar, let start = Day(inShanghaiAt: acceptedAt),
      let term = flow.promise.terms[kind.rawValue].flatMap(Self.term), let added = DayCount(days),
      let paused = workingDays(of: pauses)
    else { return nil }
    let extended: Term? = days == 0 ? nil : .workingDays(added)
    do { return LetterPromise(try calendar.due(from: start, term, extended: extended, paused: paused)) } catch {
      return nil
    }
  }

  /// The working days after that on which a pause began, up to that on which it ended; nil where no calendar says.
  func workingDays(of pauses: [LetterPause]) -> DayCount? {
    var days = 0
    for pause in pauses {
      guard let end = pause.end else { continue }
      guard let calendar, let first = Day(inShanghaiAt: pause.start), let last = Day(inShanghaiAt: end) else {
        return nil
      }
      do { days += max(0, try calendar.workingDays(from: first, to: last)) } catch { return nil }
    }
    return DayCount(days)
  }

  /// A day that so many working days are added to, as text; as it was where no calendar says.
  func day(_ text: String, movedBy pause: LetterPause) -> String {
    guard let calendar, let day = Day(text), let days = workingDays(of: [pause]), days != .zero else { return text }
    do { return "\(try calendar.workingDay(days, after: day))" } catch { return text }
  }

  /// Whether a working day has begun since a moment; a day of any kind where no calendar says.
  func isLaterWorkingDay(than before: UnixMilliseconds, _ at: UnixMilliseconds) -> Bool {
    guard let first = Day(inShanghaiAt: before), let today = Day(inShanghaiAt: at), first < today else { return false }
    guard let calendar else { return true }
    guard let next = first.adding(1) else { return false }
    do { return try calendar.workingDay(onOrAfter: next) <= today } catch { return true }
  }

  /// When a limit ends that began at a moment; nil where no calendar says, or the field that names the day is empty.
  func end(
    of term: FlowTerm, from at: UnixMilliseconds, _ fields: (String) -> String?
  ) -> UnixMilliseconds? {
    switch term {
    case .hours(let count): return at + count * 3_600_000
    case .field(let name): return fields(name).flatMap { Day($0) }?.endInShanghai
    case .days, .workingDays:
      guard let calendar, let start = Day(inShanghaiAt: at), let term = Self.term(term) else { return nil }
      do { return try calendar.due(from: start, term).end } catch { return nil }
    }
  }

  private static func term(_ term: FlowTerm) -> Term? {
    switch term {
    case .days(let count): DayCount(count).map(Term.days)
    case .workingDays(let count): DayCount(count).map(Term.workingDays)
    case .hours, .field: nil
    }
  }
}

/// The limits of a letter's states: each is a row that fires once, however long the zone was down.
enum LetterTimers {
  static let limit = "limit"

  /// Brings the rows in line with where the letter is: a state that was left takes its limit along.
  static func update(_ letter: StoredDeskLetter, _ flow: FlowDefinition, _ times: LetterTimes, _ db: Transaction) throws
  {
    let waits = flow.waits(of: letter.item)
    let kept = try db.all("SELECT branch, entry FROM letter_timer WHERE letter = ?", letter.id)
      .map { try Key(branch: $0["branch"], entry: $0["entry"]) }
    let current = Set(waits.map { Key(branch: $0.branch ?? 0, entry: $0.entry) })
    for key in kept where !current.contains(key) {
      try db.run(
        "DELETE FROM letter_timer WHERE letter = ? AND branch = ? AND entry = ?", letter.id, key.branch, key.entry)
    }
    for wait in waits where !kept.contains(Key(branch: wait.branch ?? 0, entry: wait.entry)) {
      let branch = wait.branch.flatMap { letter.item.branch($0) }
      let end = end(of: wait, from: letter.changedAt, letter, branch, times)
      try db.run(
        "INSERT INTO letter_timer (letter, branch, entry, since, at) VALUES (?, ?, ?, ?, ?)", letter.id,
        wait.branch ?? 0, wait.entry, letter.changedAt, end)
    }
  }

  private static func end(
    of wait: FlowWait, from since: UnixMilliseconds, _ letter: StoredDeskLetter, _ branch: FlowBranch?,
    _ times: LetterTimes
  ) -> UnixMilliseconds? {
    times.end(of: wait.limit.term, from: since) { (branch?.fields[$0] ?? letter.item.fields[$0])?.first }
  }

  /// Works out the ends that no calendar said when the waits began.
  static func complete(_ letter: StoredDeskLetter, _ flow: FlowDefinition, _ times: LetterTimes, _ db: Transaction)
    throws
  {
    for wait in flow.waits(of: letter.item) {
      let number = wait.branch ?? 0
      let since = try db.one(
        Int.self,
        "SELECT since FROM letter_timer WHERE letter = ? AND branch = ? AND entry = ? AND at IS NULL", letter.id,
        number, wait.entry)
      let branch = wait.branch.flatMap { letter.item.branch($0) }
      guard let since, let end = end(of: wait, from: since, letter, branch, times) else { continue }
      try db.run(
        "UPDATE letter_timer SET at = ? WHERE letter = ? AND branch = ? AND entry = ?", end, letter.id, number,
        wait.entry)
    }
  }

  private struct Key: Hashable {
    let branch: Int
    let entry: Int
  }

  /// The branches, 0 for the letter itself, whose limit has passed.
  static func fired(_ letter: String, _ db: Transaction) throws -> Set<Int> {
    Set(
      try db.all(Int.self, "SELECT branch FROM letter_timer WHERE letter = ? AND fired_at IS NOT NULL", letter))
  }
}
