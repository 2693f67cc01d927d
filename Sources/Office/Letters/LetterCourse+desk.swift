import Flows
import Foundation
import PacketFormat
import People
import Storage
import Timestamps

/// The intranet's rows of what a letter's citizen was told and asked.
extension LetterCourse {
  static func add(
    _ words: FlowWords, _ at: UnixMilliseconds, _ stage: LetterStage?, to letter: String, _ db: Transaction
  ) throws {
    let last = try db.one(Int.self, "SELECT MAX(position) FROM letter_line WHERE letter = ?", letter) ?? 0
    try db.run(
      "INSERT INTO letter_line (letter, position, at, chinese, english, stage) VALUES (?, ?, ?, ?, ?, ?)", letter,
      last + 1, at, words.chinese, words.english, stage?.rawValue)
  }

  /// Keeps a question that waits in the state that was entered with it; one that waits nowhere is told and nothing more.
  static func ask(
    _ text: String, branch: Int?, _ letter: StoredDeskLetter, _ flow: FlowDefinition, _ times: LetterTimes,
    _ at: UnixMilliseconds, _ db: Transaction
  ) throws {
    guard waiting(letter.item, flow).contains(branch ?? 0) else { return }
    let wait = flow.waits(of: letter.item).first { $0.branch == branch }
    let end = wait.flatMap { wait in
      times.end(of: wait.limit.term, from: at) { field in
        (branch.flatMap { letter.item.branch($0)?.fields[field] } ?? letter.item.fields[field])?.first
      }
    }
    try db.run(
      """
      INSERT INTO letter_question (id, letter, branch, text, asked_at, ends_at) VALUES (?, ?, ?, ?, ?, ?)
      """, newIdentifier(at: at), letter.id, branch ?? 0, text, at, end)
  }

  /// Closes the questions whose wait is over. Returns whether there were any.
  static func closeQuestions(
    of letter: StoredDeskLetter, _ flow: FlowDefinition, _ at: UnixMilliseconds, _ db: Transaction
  ) throws -> Bool {
    let open = try db.all("SELECT id, branch FROM letter_question WHERE letter = ? AND closed_at IS NULL", letter.id)
    let waiting = Self.waiting(letter.item, flow)
    var hasClosed = false
    for row in open {
      let branch: Int = try row["branch"]
      // A unit that is named again while it waits goes on waiting.
      guard letter.settledAt != nil || !waiting.contains(branch) else { continue }
      try db.run("UPDATE letter_question SET closed_at = ? WHERE id = ?", at, row["id"] as String)
      hasClosed = true
    }
    return hasClosed
  }

  /// Where a letter waits for its citizen: the letter itself (0), or branches of it.
  private static func waiting(_ item: FlowItem, _ flow: FlowDefinition) -> Set<Int> {
    var places = Set(
      item.branches.filter { branch in
        !branch.isEnded && flow.branch(branch.kind)?.state(branch.state)?.holder == .citizen
      }.map(\.number))
    if flow.state(item.state)?.holder == .citizen { places.insert(0) }
    return places
  }

  /// Nil where nothing was told.
  static func find(_ letter: String, _ db: Transaction) throws -> LetterCourse? {
    let lines = try db.all(
      "SELECT at, chinese, english, stage FROM letter_line WHERE letter = ? ORDER BY position DESC LIMIT ?", letter,
      linesMax
    ).reversed().map { row in
      try Line(
        at: Date(unixMilliseconds: row["at"]), chinese: row["chinese"], english: row["english"],
        stage: (row["stage"] as String?).flatMap(LetterStage.init(rawValue:)))
    }
    let questions = try db.all(
      "SELECT * FROM letter_question WHERE letter = ? ORDER BY asked_at DESC, id DESC LIMIT ?", letter, questionsMax
    ).reversed().map { row in
      try Question(
        id: row["id"], text: row["text"], askedAt: Date(unixMilliseconds: row["asked_at"]),
        endsAt: (row["ends_at"] as Int?).map { Date(unixMilliseconds: $0) }, isOpen: row["closed_at"] as Int? == nil,
        answer: row["answer"], answeredAt: (row["answered_at"] as Int?).map { Date(unixMilliseconds: $0) })
    }
    return lines.isEmpty && questions.isEmpty ? nil : LetterCourse(lines: lines, questions: questions)
  }

  /// As much of it as fits into a message, the newest first.
  func fitting() throws -> LetterCourse {
    var fitting = self
    while !(fitting.lines.isEmpty && fitting.questions.isEmpty), try encodeJSON(fitting).count > Self.toldMaxBytes {
      if fitting.lines.isEmpty { fitting.questions.removeFirst() } else { fitting.lines.removeFirst() }
    }
    return fitting
  }
}

extension StoredDeskLetter {
  /// What the citizen is told, sealed for the letter's key; nil where it is nothing.
  func courseMessage(at: UnixMilliseconds, _ db: Transaction) throws -> Message? {
    guard let course = try LetterCourse.find(id, db) else { return nil }
    return ProgressMessage(id: id, at: at, sealed: try sealJSON(course.fitting(), for: [letterKey])).message
  }
}

/// A flow's words for the citizen, with what their names in braces stand for.
struct LetterWords {
  let fields: [LetterField: [String]]
  let due: String?
  let declineReasons: [DeclineReason]

  func filled(_ words: FlowWords, _ db: Transaction) throws -> FlowWords {
    var chinese: [String: String] = [:]
    var english: [String: String] = [:]
    for name in Set(FlowWords.fields(in: words.chinese) + FlowWords.fields(in: words.english)) {
      let values = try self.values(of: name, db)
      chinese[name] = values.map(\.chinese).joined(separator: "、")
      english[name] = values.map(\.english).joined(separator: ", ")
    }
    return FlowWords(
      chinese: FlowWords.filled(words.chinese) { chinese[$0] ?? "" },
      english: FlowWords.filled(words.english) { english[$0] ?? "" })
  }

  private func values(of name: String, _ db: Transaction) throws -> [FlowWords] {
    if name == "due" { return due.map { [FlowWords(chinese: $0, english: $0)] } ?? [] }
    guard let field = LetterField(rawValue: name), let values = fields[field] else { return [] }
    return try values.filter { !$0.isEmpty }.map { value in
      switch field {
      case .units, .leadUnit, .unit, .childUnit, .proposedUnit, .complaintAbout:
        let unit = try OfficeLookup.unit(value, db)
        let name = unit?.name ?? value
        return FlowWords(chinese: name, english: unit.flatMap { $0.english.isEmpty ? nil : $0.english } ?? name)
      case .declineReason:
        return declineReasons.first { $0.id == value }?.title ?? FlowWords(chinese: value, english: value)
      default: return FlowWords(chinese: value, english: value)
      }
    }
  }
}
