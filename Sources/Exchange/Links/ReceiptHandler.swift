import AuditLog
import Foundation
import PacketFormat
import Storage
import Timestamps
import Zones

/// Processes the peer's receipts: confirms what it has applied, reports what has taken effect there, deletes what it
/// has secured; and opens a new epoch if the two zones remember different histories.
struct ReceiptHandler: Sendable {
  private static let blobRestartsMax = 8

  let zone: ZoneName
  let peer: ZoneName
  let fate: FateHandler
  let log: ExchangeLog
  let audit: AuditTrail?
  /// Milliseconds since 1970.
  let now: @Sendable () -> UnixMilliseconds

  /// What is left to do when the transaction is durable.
  struct Aftermath: Sendable {
    var files: [String] = []
    var blobs: [String] = []
  }

  func take(_ manifest: Manifest, _ db: Transaction) throws -> Aftermath {
    var aftermath = Aftermath()
    let most = try OutgoingStream.read(peer, .messages, db).epoch + IncomingStreams.epochLeapMax
    let ours = manifest.receipts.filter { receipt in
      guard receipt.stream.zone == zone, receipt.stream.node == SenderContext.node else { return false }
      guard receipt.stream.epoch <= most else {
        db.afterCommit { [log] in log.receiptIgnored(receipt.stream) }
        return false
      }
      return true
    }
    if let known = try epochToPass(ours, db) {
      try raise(above: known, "the peer knows more of our stream than we do", &aftermath, db)
      return aftermath
    }
    // Such a date must not count as the peer's newest: its receipts only move positions forward.
    let latest = now() + ClockTrust.aheadMaxMilliseconds
    let isAhead = manifest.stamp > latest || manifest.stream.lane == .control && manifest.sequence > latest
    if isAhead { db.afterCommit { [log] in log.peerStampIsAhead(manifest) } }
    guard try isAhead || isNewest(manifest, db) else { return aftermath }
    for lane in [Lane.messages, .blobs] {
      let stream = try OutgoingStream.read(peer, lane, db)
      let name = StreamName(zone: zone, node: SenderContext.node, epoch: stream.epoch, lane: lane)
      let receipt =
        ours.first { $0.stream == name }
        ?? Receipt(stream: name, applied: 0, digest: .zero, effective: 0, secured: 0, refused: [])
      if isAhead, receipt.applied < stream.applied { continue }
      if receipt.applied < stream.applied, try goBack(to: receipt, from: stream, &aftermath, db) { return aftermath }
      try takeRefusals(receipt, db)
      try confirm(receipt, &aftermath, db)
      try tell(receipt, from: stream.effective, db)
      try forget(receipt, &aftermath, db)
      try db.run(
        """
        UPDATE outgoing_stream SET applied = ?, effective = CASE WHEN effective > ? THEN effective ELSE ? END
        WHERE peer = ? AND lane = ?
        """, receipt.applied, receipt.effective, receipt.effective, peer.text, lane.rawValue)
    }
    return aftermath
  }

  /// A peer that knows packets which this zone does not know, or knows with other contents, has seen a history of this
  /// zone that a restore has undone. Returns the epoch to go above; nil if both agree.
  private func epochToPass(_ receipts: [Receipt], _ db: Transaction) throws -> Int? {
    var passed: Int?
    for receipt in receipts {
      let stream = try OutgoingStream.read(peer, receipt.stream.lane, db)
      if receipt.stream.epoch > stream.epoch {
        passed = max(passed ?? 0, receipt.stream.epoch)
      } else if receipt.stream.epoch == stream.epoch, receipt.applied > 0, receipt.stream.lane != .control,
        try !agrees(receipt, stream, db)
      {
        passed = max(passed ?? 0, stream.epoch)
      }
    }
    return passed
  }

  private func agrees(_ receipt: Receipt, _ stream: OutgoingStream, _ db: Transaction) throws -> Bool {
    guard receipt.applied < stream.nextSequence else { return false }
    let digest = try db.one(
      String.self, "SELECT digest FROM sent_packet WHERE peer = ? AND lane = ? AND sequence = ?", peer.text,
      receipt.stream.lane.rawValue, receipt.applied)
    return digest == nil || digest == receipt.digest.text
  }

  private func raise(above known: Int, _ reason: String, _ aftermath: inout Aftermath, _ db: Transaction) throws {
    let (epoch, files) = try OutgoingStream.raiseEpoch(peer, above: known, db)
    aftermath.files += files
    db.afterCommit { [log] in log.epochRaised(epoch, reason) }
    try audit?.epochOpened(epoch, to: peer, reason: reason, db)
  }

  /// Whether no newer receipts of the peer were processed before; if so, these are the newest from now on.
  private func isNewest(_ manifest: Manifest, _ db: Transaction) throws -> Bool {
    let changed = try db.run(
      """
      INSERT INTO peer_state (peer, epoch, stamp, last_seen, clock_difference) VALUES (?, ?, ?, 0, 0)
      ON CONFLICT (peer) DO UPDATE SET epoch = excluded.epoch, stamp = excluded.stamp
      WHERE (excluded.epoch, excluded.stamp) > (peer_state.epoch, peer_state.stamp)
      """, peer.text, manifest.stream.epoch, manifest.stamp)
    return changed == 1
  }

  /// The peer was restored and is at an earlier position than before. What it lost is dropped again as it is; if not
  /// all of that is kept here, everything that is not secured is sent again. True if a new epoch was opened.
  private func goBack(
    to receipt: Receipt, from stream: OutgoingStream, _ aftermath: inout Aftermath, _ db: Transaction
  ) throws -> Bool {
    db.afterCommit { [log] in
      log.peerWentBack(stream: receipt.stream, from: stream.applied, to: receipt.applied)
    }
    let kept = try db.one(
      Int.self, "SELECT COUNT(*) FROM sent_packet WHERE peer = ? AND lane = ? AND sequence > ? AND sequence <= ?",
      peer.text, receipt.stream.lane.rawValue, receipt.applied, stream.applied)
    guard kept == stream.applied - receipt.applied else {
      try raise(above: stream.epoch, "the peer was restored, and not all that it lost lies here", &aftermath, db)
      return true
    }
    try db.run(
      """
      UPDATE sent_packet SET confirmed = 0, attempts = 0, next_drop = 0
      WHERE peer = ? AND lane = ? AND sequence > ? AND confirmed = 1
      """, peer.text, receipt.stream.lane.rawValue, receipt.applied)
    return false
  }

  /// What was refused is deleted from the outbox, so it is reported once, and never as applied.
  private func takeRefusals(_ receipt: Receipt, _ db: Transaction) throws {
    for refusal in receipt.refused {
      guard
        let packet = try db.one(
          "SELECT first_row, last_row FROM sent_packet WHERE peer = ? AND lane = ? AND sequence = ?", peer.text,
          receipt.stream.lane.rawValue, refusal.sequence)
      else { continue }
      let rows: ClosedRange<Int64> = try packet["first_row"]...max(packet["first_row"], packet["last_row"])
      if receipt.stream.lane == .messages {
        try takeRefusedMessages(receipt, refusal, rows, db)
      } else {
        try restartBlobs(receipt, refusal, rows, db)
      }
    }
  }

  private func takeRefusedMessages(
    _ receipt: Receipt, _ refusal: Receipt.Refusal, _ rows: ClosedRange<Int64>, _ db: Transaction
  ) throws {
    let refused = try db.all(
      """
      DELETE FROM outbox WHERE peer = ? AND id BETWEEN ? AND ? AND (? IS NULL OR message_id = ?)
      RETURNING id, message_id, type, subject
      """, peer.text, rows.lowerBound, rows.upperBound, refusal.message, refusal.message)
    guard !refused.isEmpty else { return }
    db.afterCommit { [log] in log.peerRefused(stream: receipt.stream, refusal) }
    for row in try refused.sorted(by: { try $0["id"] < $1["id"] as Int64 }) {
      try fate(SentMessage(row: row), .refused(code: refusal.code), db)
    }
  }

  /// A packet of parts that the peer could not use: its blobs start again, a few times at most.
  private func restartBlobs(
    _ receipt: Receipt, _ refusal: Receipt.Refusal, _ rows: ClosedRange<Int64>, _ db: Transaction
  ) throws {
    try db.run(
      """
      UPDATE outgoing_blob SET next_offset = 0, last_sequence = NULL, restarts = restarts + 1
      WHERE peer = ? AND id BETWEEN ? AND ? AND next_offset > 0 AND restarts < ?
      """, peer.text, rows.lowerBound, rows.upperBound, Self.blobRestartsMax)
    db.afterCommit { [log] in log.peerRefused(stream: receipt.stream, refusal) }
    // Cleared, so that a repeat of the same refusal restarts nothing.
    try db.run(
      "UPDATE sent_packet SET first_row = 0, last_row = 0 WHERE peer = ? AND lane = ? AND sequence = ?", peer.text,
      receipt.stream.lane.rawValue, refusal.sequence)
  }

  /// A confirmed packet is not dropped again; and the peer has verifiably seen the refusals that it carried. Packets
  /// with parts of blobs are deleted: the blob itself is kept.
  private func confirm(_ receipt: Receipt, _ aftermath: inout Aftermath, _ db: Transaction) throws {
    if receipt.stream.lane == .blobs {
      aftermath.files += try db.all(
        String.self, "DELETE FROM sent_packet WHERE peer = ? AND lane = 'b' AND sequence <= ? RETURNING file",
        peer.text, receipt.applied)
      return
    }
    let confirmed = try db.all(
      Int.self,
      """
      UPDATE sent_packet SET confirmed = 1
      WHERE peer = ? AND lane = 'm' AND sequence <= ? AND confirmed = 0 RETURNING sequence
      """, peer.text, receipt.applied)
    for sequence in confirmed {
      try db.run("DELETE FROM refusal WHERE peer = ? AND carrier = ?", peer.text, sequence)
    }
  }

  /// What has taken effect since the last receipts.
  private func tell(_ receipt: Receipt, from told: Int, _ db: Transaction) throws {
    guard receipt.stream.lane == .messages, receipt.effective > told else { return }
    guard let rows = try Self.rows(peer, above: told, through: receipt.effective, db) else { return }
    let messages = try db.all(
      "SELECT message_id, type, subject FROM outbox WHERE peer = ? AND id BETWEEN ? AND ? ORDER BY id", peer.text,
      rows.lowerBound, rows.upperBound)
    for row in messages { try fate(SentMessage(row: row), .applied, db) }
  }

  /// The outbox rows of the packets above `lower`, up to `upper`.
  private static func rows(
    _ peer: ZoneName, above lower: Int, through upper: Int, _ db: Transaction
  ) throws -> ClosedRange<Int64>? {
    let row = try db.one(
      """
      SELECT MIN(first_row) AS first, MAX(last_row) AS last FROM sent_packet
      WHERE peer = ? AND lane = 'm' AND sequence > ? AND sequence <= ? AND last_row > 0
      """, peer.text, lower, upper)
    guard let first = try row?["first"] as Int64?, let last = try row?["last"] as Int64? else { return nil }
    return first...max(first, last)
  }

  private func forget(_ receipt: Receipt, _ aftermath: inout Aftermath, _ db: Transaction) throws {
    if receipt.stream.lane == .blobs {
      aftermath.blobs += try db.all(
        String.self, "DELETE FROM outgoing_blob WHERE peer = ? AND last_sequence <= ? RETURNING digest", peer.text,
        receipt.secured)
      return
    }
    aftermath.files += try Self.forgetMessages(peer, through: receipt.secured, db)
  }

  /// Deletes the packets up to `sequence` and their messages. Returns the packets' files.
  static func forgetMessages(_ peer: ZoneName, through sequence: Int, _ db: Transaction) throws -> [String] {
    guard let rows = try rows(peer, above: 0, through: sequence, db) else {
      return try db.all(
        String.self, "DELETE FROM sent_packet WHERE peer = ? AND lane = 'm' AND sequence <= ? RETURNING file",
        peer.text, sequence)
    }
    try db.run("DELETE FROM outbox WHERE peer = ? AND id BETWEEN ? AND ?", peer.text, rows.lowerBound, rows.upperBound)
    return try db.all(
      String.self, "DELETE FROM sent_packet WHERE peer = ? AND lane = 'm' AND sequence <= ? RETURNING file", peer.text,
      sequence)
  }
}

extension SentMessage {
  fileprivate init(row: SQLRow) throws {
    try self.init(id: row["message_id"], type: row["type"], subject: row["subject"])
  }
}
