import WebKitchen
public import Zones

/// What the portal counts in memory alone, since it is about load and not about secrets.
struct PortalLimits: Sendable {
  let visitsPerSource: RateLimiter

  /// New visits of one source in ten minutes.
  init(visitsPerSource: Int = 2_000) {
    self.visitsPerSource = RateLimiter(limit: visitsPerSource, seconds: 600)
  }

  /// For a demo, where everybody comes from one machine.
  static func demo() -> PortalLimits { PortalLimits(visitsPerSource: 100_000) }
}

extension GuessLimits {
  /// For a demo, where everybody comes from one machine and a message costs nothing.
  public static var demo: GuessLimits {
    var limits = GuessLimits()
    limits.wrongPerSource = 1_000
    limits.codesPerSource = 100_000
    limits.codesOverall = 100_000
    return limits
  }
}
