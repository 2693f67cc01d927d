import Foundation
import GRDB
import PacketFormat
import Storage
import Zones

extension LinkReceiver {
  /// Stops sending a blob that does not lie in packets as a whole yet, and strikes its message where that has not left either.
  func cancelBlob(_ text: String) async throws -> String {
    guard let digest = HexDigest(text) else { return "failed: that is no SHA-256" }
    let cancellation = BlobCancellation(peer: context.link.peer, digest: digest, fate: context.applier.receipts.fate)
    let done = try await context.sender.database.write { db in try cancellation.run(db) }
    guard done.isAny else { return "failed: no such file waits to be sent; what lies in packets already crosses" }
    // Others may have its room in the window.
    context.blobBell.ring()
    if done.letters == 0 {
      return "no more of it is sent; its message has left, and the peer gives that up after "
        + "\(context.link.limits.retainDays) days"
    }
    return "no more of it is sent; its message is struck and counts as refused, with the code “cancelled”"
  }
}

/// One blob's end before all of it has left, in a transaction.
private struct BlobCancellation: Sendable {
  private static let code = "cancelled"

  let peer: ZoneName
  let digest: HexDigest
  let fate: FateHandler

  func run(_ db: Database) throws -> (isAny: Bool, letters: Int) {
    let isAny = try Bool.fetchOne(
      db,
      sql: """
        SELECT EXISTS (SELECT 1 FROM outgoing_blob WHERE peer = ? AND digest = ? AND last_sequence IS NULL)
        """, arguments: [peer.text, digest.text])
    guard isAny == true else { return (false, 0) }
    var (blobs, letters): (Set<HexDigest>, Int) = ([digest], 0)
    for row in try unpacked(db) {
      let bytes: [UInt8] = Array(row["bytes"] as Data)
      guard let needed = try? Message.parse(bytes).neededBlobs(), needed.contains(digest) else { continue }
      try db.execute(sql: "DELETE FROM outbox WHERE id = ?", arguments: [row["id"] as Int64])
      let message = SentMessage(id: row["message_id"], type: row["type"], subject: row["subject"])
      try fate(message, .refused(code: Self.code), db)
      // Nobody waits for its other files either.
      blobs.formUnion(needed)
      letters += 1
    }
    for blob in blobs {
      try db.execute(
        sql: "DELETE FROM outgoing_blob WHERE peer = ? AND digest = ?", arguments: [peer.text, blob.text])
    }
    return (true, letters)
  }

  private func unpacked(_ db: Database) throws -> [Row] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT id, message_id, type, subject, bytes FROM outbox
        WHERE peer = ? AND id > ? AND INSTR(bytes, CAST(? AS BLOB)) > 0 ORDER BY id
        """, arguments: [peer.text, OutgoingStream.read(peer, .messages, db).packed, digest.text])
  }
}
