import Flows
import Foundation
import Storage
import Timestamps

/// A letter as it was before a step, for whoever takes that step back.
struct LetterBefore: Codable {
  struct Timer: Codable {
    var branch: Int
    var entry: Int
    var since: Int
    var at: Int?
    var firedAt: Int?
  }

  var item: FlowItem
  var mailbox: String
  var kind: LetterKind
  var promise: LetterPromise?
  var timers: [Timer]

  init(_ letter: StoredDeskLetter, _ db: Transaction) throws {
    (item, mailbox, kind, promise) = (letter.item, letter.mailbox, letter.kind, letter.promise)
    timers = try db.all("SELECT * FROM letter_timer WHERE letter = ?", letter.id).map { row in
      try Timer(
        branch: row["branch"], entry: row["entry"], since: row["since"], at: row["at"], firedAt: row["fired_at"])
    }
  }

  /// Puts the letter back. Entries of states that have changed since go on counting, so that a page of the meantime is known
  /// to be old; what was waited for goes on as long as it would have.
  func restore(_ letter: inout StoredDeskLetter, _ db: Transaction) throws {
    var (item, timers) = (self.item, self.timers)
    func renew(_ branch: Int, _ old: Int, _ now: Int?) -> Int {
      guard let now, now != old else { return old }
      for index in timers.indices where timers[index].branch == branch && timers[index].entry == old {
        timers[index].entry = now + 1
      }
      return now + 1
    }
    item.entry = renew(0, item.entry, letter.item.entry)
    for index in item.branches.indices {
      let branch = item.branches[index]
      item.branches[index].entry = renew(branch.number, branch.entry, letter.item.branch(branch.number)?.entry)
    }
    (letter.item, letter.mailbox, letter.kind, letter.promise) = (item, mailbox, kind, promise)
    // What has fired meanwhile does not fire again.
    let fired = try db.all(
      "SELECT branch, entry, fired_at FROM letter_timer WHERE letter = ? AND fired_at IS NOT NULL", letter.id)
    for row in fired {
      for index in timers.indices where try timers[index].branch == row["branch"] && timers[index].entry == row["entry"]
      {
        timers[index].firedAt = try row["fired_at"]
      }
    }
    try db.run("DELETE FROM letter_timer WHERE letter = ?", letter.id)
    for timer in timers {
      try db.run(
        "INSERT INTO letter_timer (letter, branch, entry, since, at, fired_at) VALUES (?, ?, ?, ?, ?, ?)", letter.id,
        timer.branch, timer.entry, timer.since, timer.at, timer.firedAt)
    }
  }
}

/// The last step of a letter, while it can be taken back: nobody else who has the letter now has opened it, and nothing has
/// left the zone.
struct LetterLastStep {
  /// Who took it.
  let person: String
  /// Nil for the letter itself.
  let branch: Int?
  /// The unit for which it was taken; empty for the mailbox.
  let unit: String
  let before: LetterBefore
  let openedAt: UnixMilliseconds?

  static func find(_ letter: String, _ db: Transaction) throws -> LetterLastStep? {
    try db.one("SELECT * FROM letter_last_step WHERE letter = ?", letter).map { row in
      let branch: Int = try row["branch"]
      return try LetterLastStep(
        person: row["person"], branch: branch == 0 ? nil : branch, unit: row["unit"],
        before: decodeJSON(LetterBefore.self, row["before"]), openedAt: row["opened_at"])
    }
  }

  /// Keeps what a letter was before its newest step.
  static func keep(
    _ before: LetterBefore, of letter: String, person: String, branch: Int?, unit: String, _ db: Transaction
  ) throws {
    try forget(letter, db)
    try db.run(
      "INSERT INTO letter_last_step (letter, position, person, branch, unit, before) VALUES (?, ?, ?, ?, ?, ?)",
      letter, try LetterHistory.lastPosition(letter, db), person, branch ?? 0, unit, try encodeJSON(before))
  }

  static func forget(_ letter: String, _ db: Transaction) throws {
    try db.run("DELETE FROM letter_last_step WHERE letter = ?", letter)
  }

  /// The position of the step that somebody's reading would make final; nil where it makes none.
  ///
  /// - Parameter viewers: the desks at which the reader sits.
  static func toBeOpened(
    _ letter: String, by person: String, at viewers: Set<String>, _ db: Transaction
  ) throws -> Int? {
    guard
      let row = try db.one(
        "SELECT position, person FROM letter_last_step WHERE letter = ? AND opened_at IS NULL", letter),
      try row["person"] != person
    else { return nil }
    let holders = try db.all(
      String.self, "SELECT viewer FROM letter_place WHERE letter = ? AND folder = ?", letter, LetterPlace.queue)
    return viewers.isDisjoint(with: holders) ? nil : try row["position"]
  }

  static func open(_ letter: String, position: Int, at: UnixMilliseconds, _ db: Transaction) throws {
    try db.run(
      "UPDATE letter_last_step SET opened_at = ? WHERE letter = ? AND position = ? AND opened_at IS NULL", at, letter,
      position)
  }
}

extension LetterStepTaking {
  /// Undoes the last step.
  ///
  /// - Returns: the unit for which it was taken; nil for the mailbox.
  func takeBack(_ letter: inout StoredDeskLetter, _ db: Transaction) throws -> String? {
    guard let last = try LetterLastStep.find(letter.id, db), last.openedAt == nil else {
      throw LetterError.wrongStage(letter.stage)
    }
    try last.before.restore(&letter, db)
    letter.changedAt = now()
    return last.unit.isEmpty ? nil : last.unit
  }
}
