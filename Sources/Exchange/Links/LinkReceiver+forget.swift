import AuditLog
import Foundation
import PacketFormat
import Storage
import Zones

extension LinkReceiver {
  /// Forgets where the peer's streams of one node and epoch stand, and the peer's newest word: for streams that a thief of
  /// the peer's key opened, and which the true peer could never catch up with. What still comes of them is quarantined
  /// (`closed`). Ids of messages stay known, so that nothing acts twice.
  ///
  /// - Parameter epoch: decimal digits; one larger than any that is taken, too, since an earlier release may have stored it.
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
