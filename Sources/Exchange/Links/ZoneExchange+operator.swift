public import OperatorRequests
import PacketFormat
import Storage
import Zones

extension ZoneExchange {
  /// What operators may request of the links: `replay` (argument `peer lane from`), `release` (a file's name in the
  /// quarantine), `forget-streams` (argument `peer node epoch`) and `cancel-blob` (argument `peer digest`).
  public var operatorHandlers: [String: OperatorRequests.Handler] {
    [
      "replay": { argument in
        let parts = argument.split(separator: " ").map(String.init)
        guard parts.count == 3, let lane = Lane(rawValue: parts[1]), let from = Int(parts[2]),
          let link = self.link(to: parts[0])
        else { return "failed: there is no such link" }
        return try await link.replay(lane, from: from)
      },
      "release": { name in
        for link in self.links {
          if let outcome = try await link.release(name) { return outcome }
        }
        return "failed: it is from no peer of this zone"
      },
      "forget-streams": { argument in
        let parts = argument.split(separator: " ").map(String.init)
        guard parts.count == 3, let link = self.link(to: parts[0]) else { return "failed: there is no such link" }
        return try await link.forgetStreams(node: parts[1], epoch: parts[2])
      },
      "cancel-blob": { argument in
        let parts = argument.split(separator: " ").map(String.init)
        guard parts.count == 2, let link = self.link(to: parts[0]) else { return "failed: there is no such link" }
        return try await link.cancelBlob(parts[1])
      },
    ]
  }
}

extension Retransmitter {
  /// Drops everything that is kept from a sequence on again, confirmed or not. Says how many packets these are, and
  /// which are no longer here.
  func replay(_ lane: Lane, from sequence: Int) async throws -> String {
    let peer = context.link.peer
    let (count, first, next) = try await context.database.write { db in
      let count = try db.run(
        """
        UPDATE sent_packet SET confirmed = 0, attempts = 0, next_drop = 0
        WHERE peer = ? AND lane = ? AND sequence >= ?
        """, peer.text, lane.rawValue, sequence)
      let first = try db.one(
        Int.self, "SELECT MIN(sequence) FROM sent_packet WHERE peer = ? AND lane = ? AND sequence >= ?", peer.text,
        lane.rawValue, sequence)
      return (count, first, try OutgoingStream.read(peer, lane, db).nextSequence)
    }
    // At once: the peer's next receipts confirm again what it has, and confirmed packets are not dropped.
    for _ in 0..<(count + Self.packetsAtOnce - 1) / Self.packetsAtOnce { try await dropDue() }
    let gone = sequence..<max(sequence, first ?? next)
    let dropped = count == 1 ? "1 packet is dropped again" : "\(count) packets are dropped again"
    if gone.isEmpty { return dropped }
    return "\(dropped); \(gone.lowerBound) to \(gone.upperBound - 1) are kept no more, since the peer had secured them"
  }
}
