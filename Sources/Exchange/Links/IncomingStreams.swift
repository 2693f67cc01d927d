import PacketFormat
import PacketSeal
import Zones

/// How far a peer's clock is trusted.
enum ClockTrust {
  /// A day. A later date by this zone's clock is logged, and moves nothing that only a later date could move again.
  static let aheadMaxMilliseconds = 86_400_000
}

/// Which of the peer's streams a receiver accepts.
enum IncomingStreams {
  /// The newest epochs of a node's lane whose positions are kept.
  static let epochsKept = 64
  /// How far a new epoch may be above the newest known one: the peer's in a packet, or this zone's in the peer's
  /// receipt. A restored zone opens the next epoch, so whoever can sign as a zone for a time cannot use the epochs up.
  /// The number is the same for both: the peer accepts whatever epoch a false receipt has driven this zone to, and this
  /// zone passes whatever epoch a false packet has driven the peer to.
  static let epochLeapMax = 1_000_000
  /// The highest epoch accepted from a peer of which nothing is known.
  static let firstEpochMax = StreamName.maxEpoch / 4
}

extension StreamName {
  /// The prefix of the names of all streams of this node.
  var nodePrefix: String { "\(zone)/\(node)/" }
  /// The lane of its node, in any epoch.
  var laneOfNode: String { nodePrefix + lane.rawValue }
}

extension LinkReceiver {
  /// - Throws: `node`, `epoch` or `closed` if the stream is not accepted.
  func checkStream(_ stream: StreamName) throws(PacketRejection) {
    guard context.link.peerNodes.contains(stream.node) else {
      throw PacketRejection(.node, "node “\(stream.node)” is not among the link's peer_nodes")
    }
    if forgotten.contains(stream) {
      throw PacketRejection(.closed, "an operator had this zone forget the stream")
    }
    guard let positions, positions[stream] == nil else { return }
    let epochs = positions.keys.filter { $0.node == stream.node }.map(\.epoch)
    let newest = epochs.max()
    let most = newest.map { $0 + IncomingStreams.epochLeapMax } ?? IncomingStreams.firstEpochMax
    guard stream.epoch <= most || released.contains(stream) else {
      throw PacketRejection(.epoch, "epoch \(stream.epoch); the newest known is \(newest ?? 0)")
    }
    let later = positions.keys.count { $0.node == stream.node && $0.lane == stream.lane && $0.epoch > stream.epoch }
    guard later < IncomingStreams.epochsKept else {
      throw PacketRejection(.closed, "its sender has opened \(later) epochs since")
    }
  }
}
