import AuditLog
import DurableFiles
import Exchange
import Foundation
import GRDB
import Logging
import PacketFormat
import Storage
import TransparencyLog
import Zones

/// Keeping a copy of a peer's log, so that its entries can be read and proved where its machine is not.
extension WitnessKeeper {
  /// So many bytes of entries are put into the outbox at a time.
  private static let roundMaxBytes = 4 << 20
  private static let chunkEntries = 8_192

  /// Sends what the peer has not got of the log up to a checkpoint.
  ///
  /// - Returns: whether all of it is on its way.
  func sendEntries(_ checkpoint: Checkpoint, _ folder: LogFolder, to link: LinkConfiguration) async throws -> Bool {
    guard link.outgoingPolicy.messageTypes.contains(EntriesMessage.type) else { return true }
    let (peer, origin, at) = (link.peer, checkpoint.origin, now())
    let sent =
      try await database.read { db in
        try Int.fetchOne(
          db, sql: "SELECT next FROM mirror_sent WHERE peer = ? AND origin = ?", arguments: [peer.text, origin])
      } ?? 0
    var (next, total, messages): (Int, Int, [Message]) = (sent, 0, [])
    while next < checkpoint.size, total < Self.roundMaxBytes {
      let entries = try folder.some(from: next, size: checkpoint.size, maxBytes: EntriesMessage.maxBytes)
      let id = newIdentifier(at: at)
      messages.append(
        Message(
          id: id, type: EntriesMessage.type, subject: id, after: [], at: timestamp(at),
          body: EntriesMessage(log: origin, first: next, entries: entries).body))
      next += entries.count
      total += entries.reduce(0) { $0 + $1.count }
    }
    guard !messages.isEmpty else { return true }
    let (outbox, end, all) = (self.outbox, next, messages)
    try await database.write { db in
      for message in all { try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: peer, db) }
      try db.execute(
        sql: "INSERT OR REPLACE INTO mirror_sent (peer, origin, next) VALUES (?, ?, ?)",
        arguments: [peer.text, origin, end])
    }
    return end == checkpoint.size
  }

  /// A peer that was restored may lack what it once had: it is sent again.
  func sendAgain(_ origin: String, from count: Int, to peer: ZoneName, _ db: Database) throws {
    try db.execute(
      sql: "UPDATE mirror_sent SET next = ? WHERE peer = ? AND origin = ? AND next > ?",
      arguments: [count, peer.text, origin, count])
  }

  /// Keeps a peer's entries until a checkpoint covers them. What is here already, and what does not follow, is passed over.
  func keep(_ message: EntriesMessage, of peer: ZoneName, _ db: Database) throws {
    var next = try mirrored(message.log, of: peer, db)
    for (offset, entry) in message.entries.enumerated() where message.first + offset == next {
      try db.cachedStatement(
        sql: "INSERT INTO mirror_entry (peer, origin, position, bytes) VALUES (?, ?, ?, ?)"
      ).execute(arguments: [peer.text, message.log, next, Data(entry)])
      next += 1
    }
    try db.execute(
      sql: """
        INSERT INTO mirror (peer, origin, count) VALUES (?, ?, ?)
        ON CONFLICT (peer, origin) DO UPDATE SET count = excluded.count
        """, arguments: [peer.text, message.log, next])
  }

  /// How many entries of a peer's log have come.
  func mirrored(_ origin: String, of peer: ZoneName, _ db: Database) throws -> Int {
    try Int.fetchOne(
      db, sql: "SELECT count FROM mirror WHERE peer = ? AND origin = ?", arguments: [peer.text, origin]) ?? 0
  }

  /// Takes the entries over into files that anybody can check, as far as this zone has cosigned them.
  func integrateMirrors() async throws {
    for log in try await cosignedLogs() where log.count >= log.size { try await integrate(log) }
  }

  private struct CosignedLog: Sendable {
    let peer: ZoneName
    let origin: String
    let epoch: Int
    let size: Int
    let note: String
    let key: String
    /// How many entries have come.
    let count: Int
  }

  private func cosignedLogs() async throws -> [CosignedLog] {
    try await database.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT w.peer, w.origin, epoch, size, note, log_key, count FROM witnessed_log w
          JOIN mirror USING (peer, origin) WHERE log_key IS NOT NULL AND integrated < size AND failed < size
          """
      ).compactMap { row in
        ZoneName(row["peer"] as String).map {
          CosignedLog(
            peer: $0, origin: row["origin"], epoch: row["epoch"], size: row["size"], note: row["note"],
            key: row["log_key"], count: row["count"])
        }
      }
    }
  }

  private func integrate(_ log: CosignedLog) async throws {
    guard let verifier = NoteVerifier(log.key) else { return }
    let path = "\(mirrorFolder)/\(log.peer)/\(log.epoch)"
    let note = try SignedNote(Array(log.note.utf8))
    do {
      try files.createFolder(mirrorFolder)
      try files.createFolder("\(mirrorFolder)/\(log.peer)")
      var writer = try LogWriter(folder: LogFolder(path: path, files: files), log: verifier)
      while writer.size < log.size {
        let (from, to) = (writer.size, min(log.size, writer.size + Self.chunkEntries))
        let entries = try await database.read { db in
          try Data.fetchAll(
            db,
            sql: """
              SELECT bytes FROM mirror_entry WHERE peer = ? AND origin = ? AND position >= ? AND position < ?
              ORDER BY position
              """, arguments: [log.peer.text, log.origin, from, to]
          ).map { [UInt8]($0) }
        }
        guard entries.count == to - from else { throw AuditError("entries \(from) to \(to) did not come") }
        try writer.stage(entries)
      }
      try writer.seal(note)
      try LogFolder(path: path, files: files).keepWitnessed(try cosigned(note))
    } catch let error as AuditError {
      return try await giveUp(log, error.reason)
    } catch let error as NoteError {
      return try await giveUp(log, error.reason)
    }
    try await database.write { db in
      try db.execute(
        sql: "UPDATE mirror SET integrated = ? WHERE peer = ? AND origin = ?",
        arguments: [log.size, log.peer.text, log.origin])
      try db.execute(
        sql: "DELETE FROM mirror_entry WHERE peer = ? AND origin = ? AND position < ?",
        arguments: [log.peer.text, log.origin, log.size])
    }
  }

  /// What came is not what the peer has signed: an alarm, and all of it is asked for anew.
  private func giveUp(_ log: CosignedLog, _ reason: String) async throws {
    logger.critical(
      "a peer's entries are not those of its checkpoint",
      metadata: ["peer": "\(log.peer)", "log": "\(log.origin)", "reason": "\(reason)"])
    try await database.write { [self] db in
      try alarm("entries", log.peer.text, held: "", note: log.note, db)
      try db.execute(
        sql: """
          UPDATE mirror SET failed = ?, count = coalesce(
            (SELECT MIN(position) FROM mirror_entry m WHERE m.peer = mirror.peer AND m.origin = mirror.origin), integrated)
          WHERE peer = ? AND origin = ?
          """, arguments: [log.size, log.peer.text, log.origin])
      try db.execute(
        sql: "DELETE FROM mirror_entry WHERE peer = ? AND origin = ?", arguments: [log.peer.text, log.origin])
    }
  }

  private func cosigned(_ note: SignedNote) throws -> SignedNote {
    guard let signer = NoteSigner(name: Self.name(of: zone), kind: .cosignature, key: keys.witness) else { return note }
    var note = note
    note.add(signer.sign(note.text, at: now() / 1_000))
    return note
  }
}
