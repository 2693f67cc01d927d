import PacketFormat
public import Storage
public import Timestamps
public import Zones

/// What a zone knows about its peer being alive.
public struct LinkHealth: Equatable, Sendable {
  /// When the peer's newest authentic packet came, by this zone's clock; nil if none ever did.
  public let lastSeen: UnixMilliseconds?
  /// Whether nothing has come for three heartbeats, and for at least five minutes.
  public let isLate: Bool

  public init(lastSeen: UnixMilliseconds?, isLate: Bool) {
    self.lastSeen = lastSeen
    self.isLate = isLate
  }

  /// - Parameter heartbeatSeconds: how often this link gives a sign of life.
  public static func read(
    peer: ZoneName, heartbeatSeconds: Int, now: UnixMilliseconds, _ db: Transaction
  ) throws -> LinkHealth {
    let seen = try db.one(Int.self, "SELECT last_seen FROM peer_state WHERE peer = ?", peer.text)
    let patience = max(3 * heartbeatSeconds, 300) * 1000
    return LinkHealth(lastSeen: seen, isLate: seen.map { now - $0 > patience } ?? true)
  }
}

/// What a packet tells about its sender's life and clock.
struct PeerLife: Sendable {
  private static let differenceMax = 300_000

  let peer: ZoneName
  let now: UnixMilliseconds
  /// How far the sender's clock was ahead when it made the packet, less the packet's travel time; nil if the packet
  /// states no time.
  let difference: Int?

  init?(_ manifests: [Manifest], now: UnixMilliseconds) {
    guard let newest = manifests.max(by: { $0.stamp < $1.stamp }) else { return nil }
    peer = newest.from
    self.now = now
    difference = parseTimestamp(newest.created).map { $0 - now }
  }

  func save(_ db: Transaction) throws {
    try db.run(
      """
      INSERT INTO peer_state (peer, epoch, stamp, last_seen, clock_difference) VALUES (?, 0, 0, ?, ?)
      ON CONFLICT (peer) DO UPDATE SET last_seen = excluded.last_seen, clock_difference = excluded.clock_difference
      """, peer.text, now, difference ?? 0)
  }

  /// A clock ahead is certain; one behind may be the travel time.
  func warn(_ log: ExchangeLog) {
    if let difference, difference > Self.differenceMax { log.peerClockIsAhead(milliseconds: difference) }
  }
}
