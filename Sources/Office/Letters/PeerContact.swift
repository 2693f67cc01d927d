import Links
import Storage
import Timestamps
import Zones

public import struct Foundation.Date

/// When the other zone was last heard of, as its pages' readers are told.
public struct PeerContact: Equatable, Sendable {
  /// Nil where it never was.
  public var lastSeen: Date?
  /// Whether it has been silent for longer than its heartbeats allow; never so on a one-way link.
  public var isLate: Bool
  /// Whether the link brings no receipts back, so that nothing can ever be shown as delivered.
  public var isOneWay: Bool

  public init(lastSeen: Date?, isLate: Bool, isOneWay: Bool = false) {
    self.lastSeen = lastSeen
    self.isLate = isLate
    self.isOneWay = isOneWay
  }
}

extension LinkConfiguration {
  func contact(_ now: UnixMilliseconds, _ database: ZoneDatabase) async throws(LetterError) -> PeerContact {
    let (peer, heartbeat, isOneWay) = (self.peer, limits.heartbeatSeconds, repeatTimes != nil)
    do {
      let health = try await database.read { db in
        try LinkHealth.read(peer: peer, heartbeatSeconds: heartbeat, now: now, db)
      }
      return PeerContact(
        lastSeen: health.lastSeen.map { Date(unixMilliseconds: $0) }, isLate: health.isLate && !isOneWay,
        isOneWay: isOneWay)
    } catch { throw .unavailable(error) }
  }
}
