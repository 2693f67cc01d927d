import WebKitchen

/// How often what may be tried, per number, per source and overall.
public struct PortalLimits: Sendable {
  let codesPerPhone: RateLimiter
  let codesPerSource: RateLimiter
  let codesOverall: RateLimiter
  let lookupsPerCode: RateLimiter
  let lookupsPerSource: RateLimiter
  let lookupsOverall: RateLimiter
  let visitsPerSource: RateLimiter

  /// Codes are counted by the hour, wrong lookups by the quarter of an hour, new visits by ten minutes.
  public init(
    codesPerPhone: Int = 5, codesPerSource: Int = 30, codesOverall: Int = 5_000, lookupsPerCode: Int = 10,
    lookupsPerSource: Int = 30, lookupsOverall: Int = 3_000, visitsPerSource: Int = 2_000
  ) {
    self.codesPerPhone = RateLimiter(limit: codesPerPhone, seconds: 3_600)
    self.codesPerSource = RateLimiter(limit: codesPerSource, seconds: 3_600)
    self.codesOverall = RateLimiter(limit: codesOverall, seconds: 3_600, capacity: 16)
    self.lookupsPerCode = RateLimiter(limit: lookupsPerCode, seconds: 900)
    self.lookupsPerSource = RateLimiter(limit: lookupsPerSource, seconds: 900)
    self.lookupsOverall = RateLimiter(limit: lookupsOverall, seconds: 900, capacity: 16)
    self.visitsPerSource = RateLimiter(limit: visitsPerSource, seconds: 600)
  }

  /// For a demo, where everybody comes from one machine and a message costs nothing.
  public static func demo() -> PortalLimits {
    PortalLimits(codesPerSource: 100_000, codesOverall: 100_000, lookupsPerSource: 1_000, visitsPerSource: 100_000)
  }

  func mayAskForCode(phone: String, source: String) -> Bool {
    codesPerSource.take(source) && codesPerPhone.take(phone) && codesOverall.take("")
  }

  /// - Parameter code: nil where what was typed is none.
  func mayLookUp(code: String?, source: String) -> Bool {
    guard lookupsPerSource.take(source) else { return false }
    guard let code else { return true }
    return lookupsPerCode.take(code) && lookupsOverall.take("")
  }

  /// The lookup was no guess.
  func lookupWorked(code: String, source: String) {
    lookupsPerSource.giveBack(source)
    lookupsPerCode.giveBack(code)
    lookupsOverall.giveBack("")
  }
}
