import PacketFormat
import PacketSeal
import Zones

/// How far a peer's clock is believed.
enum ClockTrust {
  /// A day. What is dated later by our clock is told of, and moves nothing that only a later date could move again.
  static let aheadMaxMilliseconds = 86_400_000
}

/// Which of the peer's streams a receiver takes.
enum IncomingStreams {
  /// The newest epochs of a node's lane whose positions are kept.
  static let epochsKept = 64
  /// How far above the newest known epoch one may lie: of the peer's in a packet, and of ours in the peer's receipt. A zone
  /// that was restored opens the next one; so whoever signs in a zone's name for a while cannot use the epochs up. The same
  /// number for both: the peer takes whatever epoch one false receipt has driven us to, and we pass whatever epoch one
  /// false packet has driven the peer to.
  static let epochLeapMax = 1_000_000
  /// The highest that is taken from a peer of which nothing is known.
  static let firstEpochMax = StreamName.maxEpoch / 4
}

extension StreamName {
  /// What the names of all streams of this node begin with.
  var nodePrefix: String { "\(zone)/\(node)/" }
  /// The lane of its node, whatever the epoch.
  var laneOfNode: String { nodePrefix + lane.rawValue }
}

extension LinkReceiver {
  /// - Throws: `node`, `epoch` or `closed` where the stream is none that is taken.
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
