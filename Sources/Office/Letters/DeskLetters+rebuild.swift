import AgeFormat
import Foundation
import Links
import PacketFormat
import Storage
import Timestamps
import Zones

/// Rebuilding a portal that lost its disk, from what crossed with its letters.
extension DeskLetters {
  private static let lettersAtOnce = 50
  /// More portals than an office ever loses; the first are kept.
  private static let pepperEscrowsMax = 1_000

  /// Takes a portal's pepper in. A portal that sends it has a new database: it is told where the numbers stand.
  var pepperEscrowHandler: MessageHandler {
    let (keys, outbox, dmz, now) = (self.keys, self.outbox, self.dmz, self.now)
    return MessageHandler { message in
      let escrow = try PepperEscrowMessage(message)
      guard let pepper = try? AgeDecryptor.decrypt(escrow.sealed, with: keys()),
        pepper.count == PepperEscrowMessage.pepperBytes
      else {
        throw MessageRefusal(code: "schema", reason: "the keepsake cannot be opened")
      }
      return { db in
        let kept = try db.one(Int.self, "SELECT COUNT(*) FROM portal_keepsake") ?? 0
        guard kept < Self.pepperEscrowsMax else {
          throw MessageRefusal(code: "too-many", reason: "\(kept) peppers are kept already")
        }
        try db.run("INSERT INTO portal_keepsake (pepper, at) VALUES (?, ?) ON CONFLICT DO NOTHING", Data(pepper), now())
        guard let message = try restoredPortal(now(), db) else { return }
        // Where policy does not let it out, the keepsake is kept all the same.
        do { try outbox.enqueue(message, to: dmz, db) } catch is PolicyRefusal { return }
      }
    }
  }

  /// Sends the portal everything again that it needs to show its letters to their citizens: numbers and peppers, then each
  /// letter, sealed anew for its own key, with what became of it. May be called at any time and again: the portal takes in
  /// what it does not have and leaves the rest alone.
  ///
  /// - Parameter progress: called after each batch with how many letters have been enqueued, and of how many.
  /// - Returns: how many letters were enqueued.
  /// - Throws: `PolicyRefusal` where the link does not let them out, `CancellationError`, and the database's errors. What was
  ///   enqueued until then leaves.
  @discardableResult
  public func rebuildPortal(progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }) async throws -> Int {
    let (outbox, dmz, now) = (self.outbox, self.dmz, self.now)
    let total = try await database.write { db in
      if let message = try restoredPortal(now(), db) { try outbox.enqueue(message, to: dmz, db) }
      return try db.one(Int.self, "SELECT COUNT(*) FROM desk_letter") ?? 0
    }
    var (done, last, isRepeat) = (0, "", false)
    progress(0, total)
    while true {
      try Task.checkCancellation()
      let start = last
      let batch = try await database.write { db in
        try Self.enqueueLetters(after: start, now(), outbox, dmz, db)
      }
      guard let end = batch.last else {
        // A letter that came meanwhile may lie before the place. All again: what the portal has it leaves alone.
        let count = try await database.read { try $0.one(Int.self, "SELECT COUNT(*) FROM desk_letter") } ?? 0
        guard count > done, !isRepeat else { return done }
        (done, last, isRepeat) = (0, "", true)
        continue
      }
      last = end
      done += batch.count
      progress(done, max(done, total))
    }
  }

  /// Reads and enqueues in one transaction, so that no step at the desk comes between. Returns the letters' identifiers.
  private static func enqueueLetters(
    after letter: String, _ at: UnixMilliseconds, _ outbox: Outbox, _ dmz: ZoneName, _ db: Transaction
  ) throws -> [String] {
    let rows = try db.all(
      "SELECT * FROM desk_letter WHERE id > ? ORDER BY id LIMIT ?", letter, lettersAtOnce)
    for row in rows {
      guard let letter = try StoredDeskLetter(row: row) else { continue }
      for message in try letter.restoringMessages(locks: row, at, db) {
        do { try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: dmz, db) } catch let refusal
          as PolicyRefusal
        {
          // What the citizen was told on the way is left out where policy does not let it out; letter and outcome are not.
          guard message.type == ProgressMessage.type else { throw refusal }
        }
      }
      try db.run("UPDATE desk_letter SET outcome_delivered = 0, outcome_refused = NULL WHERE id = ?", letter.id)
    }
    return try rows.map { try $0["id"] }
  }
}

/// Nil where there has been no letter yet, so that a first portal begins with number 1. Numbers of another form, which a
/// broken portal may have sent, and those that name an epoch, which no other portal gives, count for nothing.
private func restoredPortal(_ at: UnixMilliseconds, _ db: Transaction) throws -> OutgoingMessage? {
  guard try db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM desk_letter)") == true else { return nil }
  let numbers = try db.all(
    """
    SELECT CAST(SUBSTR(number, 1, 4) AS INTEGER) AS year, MAX(CAST(SUBSTR(number, 6) AS INTEGER)) AS last
    FROM desk_letter
    WHERE LENGTH(number) BETWEEN 11 AND 14 AND SUBSTR(number, 5, 1) = '-' AND number >= '1970'
      AND TRIM(SUBSTR(number, 1, 4), '0123456789') = '' AND TRIM(SUBSTR(number, 6), '0123456789') = ''
    GROUP BY year ORDER BY year DESC LIMIT 1000
    """)
  let message = try RestoredPortalMessage(
    numbers: numbers.map { try (year: $0["year"], last: $0["last"]) },
    peppers: db.all(Data.self, "SELECT pepper FROM portal_keepsake ORDER BY at").map { Array($0) })
  return OutgoingMessage(message.message(at: at), classification: .internal)
}

extension StoredDeskLetter {
  /// The letter up to its signing, then what its citizen was told of its course and its outcome, as these were sent last.
  ///
  /// - Parameter row: the letter's, for what only the portal can read.
  fileprivate func restoringMessages(locks row: SQLRow, _ at: UnixMilliseconds, _ db: Transaction) throws -> [Message] {
    let stages = RestoredLetterMessage.stages.map(\.rawValue)
    let events = try db.all(
      """
      SELECT stage, at FROM desk_letter_event
      WHERE letter = ? AND stage IN (\(questionMarks(stages.count))) ORDER BY \(LetterStage.eventOrder)
      """, values: [id] + Array(stages))
    let restored = try RestoredLetterMessage(
      id: id, number: number, acceptedAt: acceptedAt,
      locks: LetterLockBytes(
        codeIndex: row["code_index"], salt: row["salt"], wrappedKey: row["wrapped_key"], phoneTag: row["phone_tag"]),
      sealedDraft: sealJSON(draft, for: [letterKey]),
      events: events.compactMap { row in
        try LetterStage(rawValue: row["stage"]).map { try (stage: $0, at: row["at"]) }
      })
    return [
      restored.message(at: at), try courseMessage(at: row["course_at"], db),
      try outcome.map { try outcomeMessage($0, $0.at.unixMilliseconds) },
    ].compactMap(\.self)
  }
}
