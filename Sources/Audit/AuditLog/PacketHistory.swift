import JSON

/// What a zone's logs say about packets to and from one peer, and about the peer's logs.
struct PacketHistory: Sendable {
  struct Packet: Hashable, Sendable {
    let sequence: Int
    /// Of its manifest.
    let digest: String
  }

  struct Head: Sendable {
    let log: String
    let size: Int
    let root: String
  }

  let zone: String
  let peer: String
  /// By stream: packets, and when they were committed.
  private(set) var sent: [String: [Packet: Int]] = [:]
  /// By stream: packets of the peer's that were applied, or refused with a receipt.
  private(set) var had: [String: [Packet: Int]] = [:]
  /// Checkpoints of the peer's logs that this zone has cosigned.
  private(set) var heads: [Head] = []

  init(zone: String, peer: String) { (self.zone, self.peer) = (zone, peer) }

  mutating func take(_ facts: EntryScan.Facts, _ members: JSONValue) {
    guard members["peer"]?.text == peer else { return }
    switch facts.kind {
    case .packetSent: Self.add(members, facts.at, to: &sent)
    case .packetApplied, .packetRefused: Self.add(members, facts.at, to: &had)
    case .peerCheckpoint:
      guard let log = members["log"]?.text, let size = members["size"]?.number, let root = members["root"]?.text else {
        return
      }
      heads.append(Head(log: log, size: size, root: root))
    default: break
    }
  }

  mutating func add(_ other: PacketHistory) {
    sent.merge(other.sent) { $0.merging($1) { first, _ in first } }
    had.merge(other.had) { $0.merging($1) { first, _ in first } }
    heads += other.heads
  }

  private static func add(_ members: JSONValue, _ at: Int, to packets: inout [String: [Packet: Int]]) {
    guard let stream = members["stream"]?.text, let sequence = members["sequence"]?.number,
      let digest = members["digest"]?.text
    else { return }
    packets[stream, default: [:]][Packet(sequence: sequence, digest: digest)] = at
  }
}
