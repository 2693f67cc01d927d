import Exchange
import Storage
import Zones

public import struct Foundation.Date

/// When the other zone was last heard of, as its pages' readers are told.
public struct PeerContact: Equatable, Sendable {
  /// Nil where it never was.
  public var lastSeen: Date?
  /// Whether it has been silent for longer than its heartbeats allow.
  public var isLate: Bool

  public init(lastSeen: Date?, isLate: Bool) {
    self.lastSeen = lastSeen
    self.isLate = isLate
  }
}

extension LinkConfiguration {
  func contact(_ now: UnixMilliseconds, _ database: ZoneDatabase) async throws(LetterError) -> PeerContact {
    let (peer, heartbeat) = (self.peer, limits.heartbeatSeconds)
    do {
      let health = try await database.read { db in
        try LinkHealth.read(peer: peer, heartbeatSeconds: heartbeat, now: now, db)
      }
      return PeerContact(lastSeen: health.lastSeen.map { Date(unixMilliseconds: $0) }, isLate: health.isLate)
    } catch { throw .unavailable }
  }
}
