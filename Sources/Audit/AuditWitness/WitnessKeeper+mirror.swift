import AuditLog
import DurableFiles
import Foundation
import Links
import Logging
import PacketFormat
import Runtime
import Storage
import Timestamps
import TransparencyLog
import ZoneKeys
import Zones

/// Keeping a copy of a peer's log, so that its entries can be read and proved away from its machine.
extension WitnessKeeper {
  /// How many bytes of entries are put into the outbox at a time.
  private static let roundMaxBytes = 4 << 20
  private static let chunkEntries = 8_192
  private static let chunkMaxBytes = 16 << 20

  /// Sends the entries up to a checkpoint that the peer does not have.
  ///
  /// - Returns: whether all of it is on its way.
  func sendEntries(_ checkpoint: Checkpoint, _ folder: LogFolder, to link: LinkConfiguration) async throws -> Bool {
    guard link.outgoingPolicy.messageTypes.contains(EntriesMessage.type) else { return true }
    let (peer, origin, at) = (link.peer, checkpoint.origin, now())
    let (sent, isWaiting) = try await database.read { db in
      (
        try db.one(Int.self, "SELECT next FROM mirror_sent WHERE peer = ? AND origin = ?", peer.text, origin) ?? 0,
        try db.one(
          Bool.self,
          """
          SELECT EXISTS (SELECT 1 FROM outbox WHERE peer = ? AND type = ? AND id > COALESCE(
            (SELECT MAX(last_row) FROM sent_packet WHERE peer = ? AND lane = 'm'), 0))
          """, peer.text, EntriesMessage.type, peer.text) ?? false
      )
    }
    // Letters do not queue behind a log that catches up.
    if isWaiting, sent < checkpoint.size { return false }
    var (next, total, messages): (Int, Int, [Message]) = (sent, 0, [])
    while next < checkpoint.size, total < Self.roundMaxBytes {
      let entries = try folder.some(
        from: next, size: checkpoint.size, maxBytes: min(EntriesMessage.maxBytes, link.limits.packetMaxBytes / 4))
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
      try db.run(
        """
        INSERT INTO mirror_sent (peer, origin, next) VALUES (?, ?, ?)
        ON CONFLICT (peer, origin) DO UPDATE SET
          next = excluded.next, again_at = 0
        """, peer.text, origin, end)
    }
    return end == checkpoint.size
  }

  /// A peer that was restored may lack entries that it had: they are sent again.
  ///
  /// - Parameter size: of the log, when the peer said so.
  func sendAgain(_ origin: String, from count: Int, as size: Int, to peer: ZoneName, _ db: Transaction) throws {
    try db.run(
      """
      UPDATE mirror_sent SET next = ?, again_at = CASE WHEN next > ? THEN next ELSE ? END
      WHERE peer = ? AND origin = ? AND next > ? AND again_at < ?
      """, count, size, size, peer.text, origin, count, size)
  }

  /// Keeps a peer's entries until a checkpoint covers them. Those that are here already, or leave a gap, are ignored.
  func keep(_ message: EntriesMessage, of peer: ZoneName, _ db: Transaction) throws {
    let newest = try db.one(Int.self, "SELECT MAX(epoch) FROM witnessed_log WHERE peer = ?", peer.text)
    guard let epoch = Self.epoch(of: message.log, peer), epoch >= newest ?? 0 else {
      throw MessageRefusal(code: "schema", reason: "“\(message.log)” is no log that goes on")
    }
    // An older log gets no more checkpoints.
    try db.run(
      """
      DELETE FROM mirror_entry WHERE peer = ? AND origin NOT IN (?, ?)
      """, peer.text, message.log, LogKeeper.origin(peer, epoch: max(1, newest ?? epoch)))
    var next = try mirrored(message.log, of: peer, db)
    for (offset, entry) in message.entries.enumerated() where message.first + offset == next {
      try db.run(
        "INSERT INTO mirror_entry (peer, origin, position, bytes) VALUES (?, ?, ?, ?)", peer.text, message.log, next,
        entry)
      next += 1
    }
    try db.run(
      """
      INSERT INTO mirror (peer, origin, count) VALUES (?, ?, ?)
      ON CONFLICT (peer, origin) DO UPDATE SET count = excluded.count
      """, peer.text, message.log, next)
  }

  /// How many entries of a peer's log have come.
  func mirrored(_ origin: String, of peer: ZoneName, _ db: Transaction) throws -> Int {
    try db.one(Int.self, "SELECT count FROM mirror WHERE peer = ? AND origin = ?", peer.text, origin) ?? 0
  }

  /// Moves the entries into files that anybody can check, as far as this zone has cosigned them.
  func integrateMirrors() async throws {
    for log in try await cosignedLogs() where log.count >= log.size { try await integrate(log) }
  }

  /// At most so many bytes of the waiting entries.
  private func waiting(_ log: CosignedLog, from first: Int) async throws -> [[UInt8]] {
    let last = min(log.size, first + Self.chunkEntries)
    return try await database.read { db in
      var (entries, bytes): ([[UInt8]], Int) = ([], 0)
      try db.each(
        """
        SELECT position, bytes FROM mirror_entry WHERE peer = ? AND origin = ? AND position >= ? AND position < ?
        ORDER BY position
        """, log.peer.text, log.origin, first, last
      ) { row in
        let position: Int = try row["position"]
        guard position == first + entries.count else { return false }
        let entry: [UInt8] = try row["bytes"]
        entries.append(entry)
        bytes += entry.count
        return bytes < Self.chunkMaxBytes
      }
      return entries
    }
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
    /// How many of them are in files.
    let integrated: Int
  }

  private func cosignedLogs() async throws -> [CosignedLog] {
    try await database.read { db in
      try db.all(
        """
        SELECT w.peer, w.origin, epoch, size, note, log_key, count, integrated FROM witnessed_log w
        JOIN mirror USING (peer, origin) WHERE log_key IS NOT NULL AND integrated < size AND failed < size
        """
      ).compactMap { row in
        try ZoneName(row["peer"] as String).map {
          try CosignedLog(
            peer: $0, origin: row["origin"], epoch: row["epoch"], size: row["size"], note: row["note"],
            key: row["log_key"], count: row["count"], integrated: row["integrated"])
        }
      }
    }
  }

  private func integrate(_ log: CosignedLog) async throws {
    guard let verifier = NoteVerifier(log.key) else { return }
    let path = "\(mirrorFolder)/\(log.peer)/\(log.epoch)"
    let note = try SignedNote(Array(log.note.utf8))
    try files.createFolder(mirrorFolder)
    try files.createFolder("\(mirrorFolder)/\(log.peer)")
    guard var writer = try writer(at: path, verifier), writer.size >= log.integrated else {
      return try await beginAgain(log, path)
    }
    while writer.size < log.size {
      let entries = try await waiting(log, from: writer.size)
      guard !entries.isEmpty else { return try await beginAgain(log, path) }
      try writer.stage(entries)
    }
    do { try writer.seal(note) } catch let error as AuditError { return try await giveUp(log, error.reason) }
    try LogFolder(path: path, files: files).keepWitnessed(try cosigned(note))
    try await database.write { db in
      try db.run("UPDATE mirror SET integrated = ? WHERE peer = ? AND origin = ?", log.size, log.peer.text, log.origin)
      try db.run(
        "DELETE FROM mirror_entry WHERE peer = ? AND origin = ? AND position < ?", log.peer.text, log.origin, log.size)
    }
    grown.ring()
  }

  /// Nil if the copy here is damaged.
  private func writer(at path: String, _ log: NoteVerifier) throws -> LogWriter? {
    do { return try LogWriter(folder: LogFolder(path: path, files: files), log: log) } catch is AuditError {
      return nil
    } catch is NoteError {
      return nil
    } catch let error as FileError where error.isMissing {
      return nil
    }
  }

  /// The copy here is lost or damaged, which is not the peer's fault: the rest is put aside, and everything is
  /// requested again.
  private func beginAgain(_ log: CosignedLog, _ path: String) async throws {
    logger.error(
      "the copy of a peer's log is damaged or incomplete; it is asked for again",
      metadata: ["peer": "\(log.peer)", "log": "\(log.origin)"])
    if files.exists(path) { try files.rename(path, to: "\(path).damaged-\(now())") }
    try await database.write { db in
      try db.run(
        "UPDATE mirror SET count = 0, integrated = 0, failed = 0 WHERE peer = ? AND origin = ?", log.peer.text,
        log.origin)
      try db.run("DELETE FROM mirror_entry WHERE peer = ? AND origin = ?", log.peer.text, log.origin)
    }
  }

  /// The entries are not those that the peer has signed: an alarm, and they are requested again.
  private func giveUp(_ log: CosignedLog, _ reason: String) async throws {
    logger.critical(
      "a peer's entries are not those of its checkpoint",
      metadata: ["peer": "\(log.peer)", "log": "\(log.origin)", "reason": "\(reason)"])
    try await database.write { [self] db in
      try alarm("entries", log.peer.text, held: "", note: log.note, db)
      try db.run(
        """
        UPDATE mirror SET failed = ?, count = integrated WHERE peer = ? AND origin = ?
        """, log.size, log.peer.text, log.origin)
      try db.run("DELETE FROM mirror_entry WHERE peer = ? AND origin = ?", log.peer.text, log.origin)
    }
  }

  private func cosigned(_ note: SignedNote) throws -> SignedNote {
    guard let signer = NoteSigner(name: Self.name(of: zone), kind: .cosignature, key: keys.witness) else { return note }
    var note = note
    note.add(signer.sign(note.text, at: now() / 1_000))
    return note
  }
}
