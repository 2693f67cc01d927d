import Foundation
import PacketFormat
import Storage
import Timestamps
import Zones

/// Messages that wait for a blob or for other messages. Nothing here recurses: what a message releases is marked as
/// ready, and takes effect in turn, a bounded number in each transaction.
extension PacketApplier {
  /// For one peer. Beyond these, a message that would have to wait is refused (`waiting-full`).
  static let waitingMaxMessages = 100_000
  static let waitingMaxBytes = 268_435_456
  /// How many ready messages take effect in one transaction, and how long they may take: a document's check takes as long as
  /// a hundred letters, and everybody else who writes waits meanwhile.
  static let readyAtOnce = 256
  static let readyMilliseconds = 100

  func apply(
    _ prepared: PreparedMessage, _ origin: Origin, _ report: inout Report, _ db: Transaction
  ) throws {
    let id = prepared.message.id
    guard try isNew(id, origin, &report, db) else { return }
    // A message that its handler refused waits for nothing, and is not kept.
    if case .failure = prepared.change { return try perform(prepared, origin, &report, db) }
    let needs = try unmetNeeds(of: prepared.message, db)
    if needs.isEmpty { return try perform(prepared, origin, &report, db) }
    guard try hasRoom(for: prepared.bytes.count, &report, db) else {
      let refusal = MessageRefusal(code: "waiting-full", reason: "too much of this peer waits")
      db.afterCommit { [log] in log.messageRefused(id, type: prepared.message.type, refusal) }
      try recordRefusal(origin, message: id, code: "waiting-full", &report, db)
      return try release("message:" + id, db)
    }
    // Its id counts as applied, so that a repeat is recognised; it takes effect when its needs are met.
    try db.run(
      """
      INSERT INTO waiting_message (id, peer, stream, sequence, previous, since, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
      """, id, peer.text, origin.stream, origin.sequence, origin.previous, receipts.now(), prepared.bytes)
    for need in needs {
      try db.run("INSERT INTO waiting_for (message_id, needed) VALUES (?, ?) ON CONFLICT DO NOTHING", id, need)
    }
  }

  private func unmetNeeds(of message: Message, _ db: Transaction) throws -> [String] {
    var needs: [String] = []
    for blob in try message.neededBlobs() {
      let isSettled =
        try IncomingBlobRow.isComplete(blob.text, db) || IncomingBlobRow.refusal(blob.text, from: peer, db) != nil
      if !isSettled { needs.append("blob:" + blob.text) }
    }
    for id in message.after {
      let isHere = try db.one(
        Bool.self,
        """
        SELECT EXISTS (SELECT 1 FROM applied_message WHERE id = ?)
          AND NOT EXISTS (SELECT 1 FROM waiting_message WHERE id = ?)
        """, identifierBlob(id), id)
      if isHere != true { needs.append("message:" + id) }
    }
    return needs
  }

  /// Counts what this transaction adds; reads the database once.
  private func hasRoom(for byteCount: Int, _ report: inout Report, _ db: Transaction) throws -> Bool {
    if report.waiting == nil {
      let row = try db.one(
        "SELECT COUNT(*) AS count, COALESCE(SUM(LENGTH(bytes)), 0) AS bytes FROM waiting_message WHERE peer = ?",
        peer.text)
      report.waiting = try (row?["count"] ?? 0, row?["bytes"] ?? 0)
    }
    guard let waiting = report.waiting, waiting.count < Self.waitingMaxMessages,
      waiting.bytes + byteCount <= Self.waitingMaxBytes
    else { return false }
    report.waiting = (waiting.count + 1, waiting.bytes + byteCount)
    return true
  }

  /// Marks as ready the messages that waited only for this, whoever sent them.
  func release(_ need: String, _ db: Transaction) throws {
    try markReady(
      db.all(String.self, "DELETE FROM waiting_for WHERE needed = ? RETURNING message_id", need), db)
  }

  /// The same of this peer's messages alone.
  func releaseOwn(_ need: String, _ db: Transaction) throws {
    try markReady(
      db.all(
        String.self,
        """
        DELETE FROM waiting_for WHERE needed = ? AND message_id IN (SELECT id FROM waiting_message WHERE peer = ?)
        RETURNING message_id
        """, need, peer.text), db)
  }

  private func markReady(_ waiting: [String], _ db: Transaction) throws {
    for id in waiting {
      try db.run(
        """
        UPDATE waiting_message SET ready = 1
        WHERE id = ? AND NOT EXISTS (SELECT 1 FROM waiting_for WHERE message_id = ?)
        """, id, id)
    }
  }

  /// Applies the ready messages, including those that these release, at most `readyAtOnce`. The report says whether
  /// there may be more.
  func performReady(_ report: inout Report, _ db: Transaction) throws {
    var left = Self.readyAtOnce
    let end = ContinuousClock.now + .milliseconds(Self.readyMilliseconds)
    while left > 0, ContinuousClock.now < end {
      let rows = try db.all(
        """
        SELECT id, stream, sequence, previous, bytes FROM waiting_message
        WHERE peer = ? AND ready = 1 ORDER BY stream, sequence LIMIT ?
        """, peer.text, left)
      if rows.isEmpty { return }
      for row in rows {
        if ContinuousClock.now >= end { break }
        try db.run("DELETE FROM waiting_message WHERE id = ?", row["id"] as String)
        let bytes = try row["bytes"] as [UInt8]
        let origin = try Origin(stream: row["stream"], sequence: row["sequence"], previous: row["previous"])
        try perform(prepare(try Message.parse(bytes), bytes), origin, &report, db)
      }
      left -= rows.count
    }
    report.mayBeMoreReady = true
  }

  /// Refuses what has waited since before `oldest` for something that its sender no longer has. Returns how many.
  ///
  /// At most `readyAtOnce` in one transaction.
  func giveUp(waitingSince oldest: UnixMilliseconds, _ report: inout Report, _ db: Transaction) throws -> Int {
    let rows = try db.all(
      """
      DELETE FROM waiting_message WHERE id IN (SELECT id FROM waiting_message WHERE peer = ? AND since < ? AND ready = 0 LIMIT ?)
      RETURNING id, stream, sequence, previous
      """, peer.text, oldest, Self.readyAtOnce)
    for row in rows {
      let id: String = try row["id"]
      try db.run("DELETE FROM waiting_for WHERE message_id = ?", id)
      let origin = try Origin(stream: row["stream"], sequence: row["sequence"], previous: row["previous"])
      let refusal = MessageRefusal(code: "never-complete", reason: "what it waits for never came")
      db.afterCommit { [log] in log.messageRefused(id, type: "-", refusal) }
      try recordRefusal(origin, message: id, code: "never-complete", &report, db)
      try release("message:" + id, db)
    }
    try performReady(&report, db)
    if !rows.isEmpty { try forgetUntellable(db) }
    return rows.count
  }
}
