import AuditLog
import Foundation
import PacketFormat
import Storage
import Zones

extension Batch {
  private static let maxMessages = 10_000
  private static let maxParts = 64
  /// Overhead of a file in the archive.
  private static let fileOverhead = 1024

  /// The oldest waiting messages that fit into one packet. Messages of trust travel in packets of their own, which the
  /// peer judges by what they bring.
  ///
  /// - Parameters:
  ///   - limit: in bytes.
  ///   - atMost: how many.
  static func ofMessages(_ told: ToldStreams, _ limit: Int, atMost: Int, _ db: Transaction) throws -> Batch {
    var batch = Batch()
    let peer = told.peer
    let packed = try OutgoingStream.read(peer, .messages, db).packed
    try db.each(
      "SELECT id, message_id, type, subject, classification, bytes FROM outbox WHERE peer = ? AND id > ? ORDER BY id",
      peer.text, packed
    ) { row in
      if batch.messages.count == atMost {
        batch.isFull = true
        return false
      }
      let bytes: [UInt8] = try row["bytes"]
      let cost = bytes.count + fileOverhead
      let type: String = try row["type"]
      let isOfAnotherKind = batch.messages.first.map { isTrustUpdate($0.type) != isTrustUpdate(type) } ?? false
      if isOfAnotherKind
        || !batch.messages.isEmpty && (batch.bytes + cost > limit || batch.messages.count == maxMessages)
      {
        batch.isFull = true
        return false
      }
      batch.firstRow = try batch.firstRow == 0 ? row["id"] : batch.firstRow
      batch.lastRow = try row["id"]
      batch.messages.append((type, bytes))
      try batch.names.append(.init(id: row["message_id"], type: type, subject: row["subject"]))
      batch.classification = try max(
        batch.classification, Classification(rawValue: row["classification"]) ?? .topSecret)
      batch.bytes += cost
      return true
    }
    batch.mustReport = try Self.mustReport(told, db)
    return batch
  }

  /// Throws `StreamMoved` if a message of the batch was deleted from the outbox since it was read.
  func requireMessages(_ peer: ZoneName, _ db: Transaction) throws {
    guard !messages.isEmpty else { return }
    let count = try db.one(
      Int.self, "SELECT COUNT(*) FROM outbox WHERE peer = ? AND id BETWEEN ? AND ?", peer.text, firstRow, lastRow)
    guard count == messages.count else { throw StreamMoved() }
  }

  /// Refusals that no packet has carried yet, in streams that receipts still cover.
  private static func mustReport(_ told: ToldStreams, _ db: Transaction) throws -> Bool {
    let some = try db.one(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM refusal WHERE peer = ? AND carrier IS NULL)", told.peer.text)
    return try some == true && !ReceiptList.current(told, db).refusalRows.isEmpty
  }

  /// How many packets of blobs share their syncs: enough that the disk is never waited for twice, few enough that a
  /// crash loses little work.
  private static let blobPackets = 4

  /// The next packets' worth of parts of the oldest blobs, unless a window of packets is unconfirmed.
  static func ofBlobs(_ peer: ZoneName, _ limit: Int, window: Int, _ db: Transaction) throws -> [Batch] {
    let unconfirmed = try db.one(
      Int.self, "SELECT COUNT(*) FROM sent_packet WHERE peer = ? AND lane = 'b' AND confirmed = 0", peer.text)
    let allowed = min(blobPackets, window - (unconfirmed ?? 0))
    guard allowed > 0 else { return [] }
    let rows = try db.all(
      """
      SELECT id, digest, total, next_offset FROM outgoing_blob
      WHERE peer = ? AND last_sequence IS NULL ORDER BY id LIMIT ?
      """, peer.text, maxParts)
    var batches: [Batch] = []
    var batch = Batch(classification: .internal)
    for row in rows {
      guard let digest = try HexDigest(row["digest"]) else { continue }
      let total: Int = try row["total"]
      var offset: Int = try row["next_offset"]
      repeat {
        if limit - batch.bytes <= fileOverhead {
          batches.append(batch)
          batch = Batch(classification: .internal)
        }
        if batches.count == allowed { return batches }
        let bytes = min(total - offset, limit - batch.bytes - fileOverhead)
        batch.firstRow = try batch.firstRow == 0 ? row["id"] : batch.firstRow
        batch.lastRow = try row["id"]
        try batch.parts.append((row["id"], .init(sha256: digest, offset: offset, bytes: bytes, total: total)))
        batch.bytes += bytes + fileOverhead
        offset += bytes
      } while offset < total
    }
    return batch.isEmpty ? batches : batches + [batch]
  }
}
