public import Zones

/// One limit: so many in so long.
struct GuessLimit: Sendable {
  var scope: String
  var most: Int
  var seconds: Int
}

/// How often what may be tried at the portal.
public struct GuessRules: Sendable {
  let letterQuarter: GuessLimit
  let letterDay: GuessLimit
  let source: GuessLimit
  let overall: GuessLimit
  let codesOfPhone: GuessLimit
  let codesOfSource: GuessLimit
  let codesOverall: GuessLimit
  let unlocks: GuessLimit

  /// - Parameter limits: those of `zone.yaml`.
  public init(_ limits: GuessLimits = GuessLimits()) {
    letterQuarter = GuessLimit(scope: "letter-quarter", most: limits.wrongPerLetter, seconds: 900)
    letterDay = GuessLimit(scope: "letter-day", most: limits.wrongPerLetterDaily, seconds: 86_400)
    source = GuessLimit(scope: "source", most: limits.wrongPerSource, seconds: 900)
    overall = GuessLimit(scope: "overall", most: limits.wrongOverall, seconds: 900)
    codesOfPhone = GuessLimit(scope: "sms-phone", most: limits.codesPerPhone, seconds: 3_600)
    codesOfSource = GuessLimit(scope: "sms-source", most: limits.codesPerSource, seconds: 3_600)
    codesOverall = GuessLimit(scope: "sms-overall", most: limits.codesOverall, seconds: 3_600)
    unlocks = GuessLimit(scope: "unlock", most: 5, seconds: 86_400)
  }
}
