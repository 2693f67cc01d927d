import AuditLog
import Foundation
import Links
import Logging
import Runtime
import ServiceLifecycle
import Storage
import Timestamps
import Zones

/// Enters in the audit log what nobody does: a clock that is moved, a peer that falls silent.
struct ZoneWatch: Service {
  /// A clock is set by less while it is kept right.
  static let jumpMilliseconds = 5_000
  /// Often enough that a move of the clock stands in the log near what it explains.
  private static let pollSeconds = 5

  let links: [LinkConfiguration]
  let database: ZoneDatabase
  let audit: AuditTrail
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var clock = ClockWatch()
      let silence = Interval(.seconds(15))
      var silent: Set<ZoneName> = []
      while (try? await Task.sleep(for: .seconds(Self.pollSeconds))) != nil {
        do {
          let (wall, steady) = (Date().unixMilliseconds, Self.steadyMilliseconds())
          if let jump = clock.jump(wall: wall, steady: steady) {
            try await self.enter(jump)
            clock.accept(wall: wall, steady: steady)
          }
          if silence.takeIfDue() { try await self.look(at: &silent) }
        } catch {
          self.logger.error(
            "a moved clock or a silent peer could not be entered in the audit log", metadata: ["error": "\(error)"])
        }
      }
    }
  }

  /// Goes on while the machine sleeps, and nobody sets it.
  private static func steadyMilliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int(time.tv_sec) * 1_000 + Int(time.tv_nsec) / 1_000_000
  }

  private func enter(_ jump: ClockWatch.Jump) async throws {
    logger.critical("this machine's clock was moved", metadata: ["milliseconds": "\(jump.milliseconds)"])
    try await database.write { [audit] db in
      try audit.clockJumped(before: timestamp(jump.expected), milliseconds: jump.milliseconds, db)
    }
  }

  private func look(at silent: inout Set<ZoneName>) async throws {
    let (links, audit, known, now) = (self.links, self.audit, silent, Date().unixMilliseconds)
    silent = try await database.write { db in
      var silent = known
      for link in links {
        let health = try LinkHealth.read(
          peer: link.peer, heartbeatSeconds: link.limits.heartbeatSeconds, now: now, db)
        // A peer that was never heard is not silent: it has not begun.
        guard let seen = health.lastSeen else { continue }
        if health.isLate, silent.insert(link.peer).inserted {
          try audit.linkSilent(link.peer, seen: timestamp(seen), db)
        } else if !health.isLate, silent.remove(link.peer) != nil {
          try audit.linkHeard(link.peer, db)
        }
      }
      return silent
    }
  }
}

/// Compares the wall clock with one that nobody sets.
struct ClockWatch: Sendable {
  struct Jump: Sendable, Equatable {
    /// What the clock would have shown, in milliseconds since 1970.
    let expected: UnixMilliseconds
    /// Below 0 for backwards.
    let milliseconds: Int
  }

  private var last: (wall: UnixMilliseconds, steady: Int)?

  /// - Returns: how far the clock was moved since the first call, or since what was accepted last, where that is more than a
  ///   correction: many small moves are one large one.
  mutating func jump(wall: UnixMilliseconds, steady: Int) -> Jump? {
    guard let last else {
      accept(wall: wall, steady: steady)
      return nil
    }
    let expected = last.wall + (steady - last.steady)
    guard abs(wall - expected) >= ZoneWatch.jumpMilliseconds else { return nil }
    return Jump(expected: expected, milliseconds: wall - expected)
  }

  /// From now on the clock is taken as it is: the move is entered.
  mutating func accept(wall: UnixMilliseconds, steady: Int) { last = (wall, steady) }
}
