import AuditLog
import Foundation
import PacketFormat
import Runtime
import Storage
import Timestamps
import Zones

/// What operators ask of a receiver.
extension LinkReceiver {
  /// Stops sending a blob that the peer does not have complete. Messages that need it are deleted if they have not been
  /// sent, and refused by the peer if they have.
  func cancelBlob(_ text: String) async throws -> String {
    guard let digest = HexDigest(text) else { return "failed: that is no SHA-256" }
    let cancellation = BlobCancellation(
      peer: context.link.peer, digest: digest, fate: context.applier.receipts.fate, now: context.sender.now())
    let done = try await context.sender.database.write { db in try cancellation.run(db) }
    guard let done else { return "failed: no such file is under way" }
    context.messageSignal.ring()
    // Others may get its room in the window.
    context.blobSignal.ring()
    if !context.keepsSentBlobs {
      for blob in done.blobs { try context.sender.blobs.remove(blob.text) }
    }
    guard done.left > 0 else {
      return
        "no more of it is sent; its message is struck and counts as refused, with the code “\(BlobsCancelled.code)”"
    }
    return "no more of it is sent; its message has left: the peer refuses it with the code “\(BlobsCancelled.code)”, "
      + "unless it has all of the file already"
  }

  /// Forgets the positions of the peer's streams of one node and epoch, and the peer's newest receipts: for streams
  /// that a thief of the peer's key opened, and whose epoch the true peer could never reach. What still comes of them
  /// is quarantined (`closed`). Ids of messages stay known, so that nothing takes effect twice.
  ///
  /// - Parameter epoch: decimal digits; also one above the accepted range, because an earlier release may have stored
  ///   it.
  func forgetStreams(node: String, epoch: String) async throws -> String {
    guard let node = ZoneName(node), (1...20).contains(epoch.utf8.count),
      epoch.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return "failed: a node is a name such as “a”, an epoch a number" }
    let (peer, now, audit) = (context.link.peer, context.sender.now(), context.sender.audit)
    let streams = Lane.allCases.map { "\(peer)/\(node)/\(epoch)/\($0.rawValue)" }
    let (count, known) = try await context.sender.database.write { db -> (Int, [String]) in
      var count = 0
      for stream in streams {
        count += try db.run("DELETE FROM incoming_stream WHERE peer = ? AND stream = ?", peer.text, stream)
      }
      guard count > 0 else {
        return (
          0,
          try db.all(
            String.self, "SELECT stream FROM incoming_stream WHERE peer = ? ORDER BY epoch DESC, stream LIMIT 12",
            peer.text)
        )
      }
      for stream in streams {
        try db.run(
          "INSERT INTO forgotten_stream (peer, stream, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", peer.text, stream,
          now)
        try db.run("DELETE FROM refusal WHERE peer = ? AND stream = ?", peer.text, stream)
      }
      try db.run("UPDATE peer_state SET epoch = 0, stamp = 0 WHERE peer = ?", peer.text)
      try audit?.streamsForgotten(of: peer, node: node, epoch: epoch, db)
      return (count, [])
    }
    guard count > 0 else {
      return "failed: none of \(peer)'s streams is of node \(node) and epoch \(epoch); the newest are "
        + (known.isEmpty ? "none" : known.joined(separator: ", "))
    }
    (positions, held) = (nil, [:])
    oweReceipt()
    return
      "\(count) streams of \(peer), node \(node), epoch \(epoch) are forgotten; what still comes of them is quarantined"
  }
}

/// Cancels one blob before the peer has secured it, in a transaction.
private struct BlobCancellation: Sendable {
  struct Done: Sendable {
    var blobs: Set<HexDigest>
    /// How many of the messages that need it have been sent.
    var left = 0
  }

  let peer: ZoneName
  let digest: HexDigest
  let fate: FateHandler
  let now: UnixMilliseconds

  /// Nil if no such blob is being sent.
  func run(_ db: Transaction) throws -> Done? {
    let isAny = try db.one(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM outgoing_blob WHERE peer = ? AND digest = ?)", peer.text, digest.text)
    guard isAny == true else { return nil }
    var done = Done(blobs: [digest])
    var subject: String?
    let packed = try OutgoingStream.read(peer, .messages, db).packed
    for row in try needing(db) {
      let bytes: [UInt8] = try row["bytes"] as [UInt8]
      guard let needed = try? Message.parse(bytes).neededBlobs(), needed.contains(digest) else { continue }
      // Nothing waits for its other files either.
      done.blobs.formUnion(needed)
      subject = try row["subject"]
      if try row["id"] > packed { try strike(row, db) } else { done.left += 1 }
    }
    let hasParts = try Self.forget(done.blobs, peer, db)
    if done.left > 0 || hasParts {
      for message in BlobsCancelled.messages(of: done.blobs, subject: subject ?? newIdentifier(at: now), at: now) {
        try Outbox.insertOwn(message, to: peer, db)
      }
    }
    return done
  }

  private func strike(_ row: SQLRow, _ db: Transaction) throws {
    try db.run("DELETE FROM outbox WHERE id = ?", row["id"] as Int64)
    let message = try SentMessage(id: row["message_id"], type: row["type"], subject: row["subject"])
    try fate(message, .refused(code: BlobsCancelled.code), db)
  }

  /// True if parts of them are in packets.
  private static func forget(_ blobs: Set<HexDigest>, _ peer: ZoneName, _ db: Transaction) throws -> Bool {
    var hasParts = false
    for blob in blobs {
      let offsets = try db.all(
        Int.self, "DELETE FROM outgoing_blob WHERE peer = ? AND digest = ? RETURNING next_offset", peer.text, blob.text)
      if offsets.contains(where: { $0 > 0 }) { hasParts = true }
    }
    return hasParts
  }

  private func needing(_ db: Transaction) throws -> [SQLRow] {
    try db.all(
      """
      SELECT id, message_id, type, subject, bytes FROM outbox
      WHERE peer = ? AND INSTR(bytes, CAST(? AS BLOB)) > 0 ORDER BY id
      """, peer.text, digest.text)
  }
}
