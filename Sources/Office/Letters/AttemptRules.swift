import FairQueues
public import Zones

/// One limit: so many in so long.
struct AttemptLimit: Sendable {
  /// What is forgotten first where there is too much to keep.
  enum Keeping: Int, Sendable {
    case kept = 0
    /// A code that no letter is known to have.
    case untilCrowded = 1
    /// A source, whose count the tiers around it and the overall one hold too.
    case heldWider = 2
  }

  var scope: String
  var most: Int
  var seconds: Int
  var keeping = Keeping.kept
}

/// How often what may be tried at the portal.
public struct AttemptRules: Sendable {
  /// What the tiers of an IPv6 address may, as multiples of what an IPv4 address may: 64, 56 and 48 bits.
  static let tierFactors = [1, 2, 4]
  /// Wrong looks of one visit in a quarter of an hour, and codes of one visit in an hour, on top of its source's.
  static let visitWrong = 30
  static let visitCodes = 10
  /// Locks lifted of one letter in a day.
  static let unlocksDaily = 5

  let letterQuarter: AttemptLimit
  let letterDay: AttemptLimit
  let overall: AttemptLimit
  let visit: AttemptLimit
  let codesOfPhone: AttemptLimit
  let codesOfPhoneDaily: AttemptLimit
  let codesOfPair: AttemptLimit
  let codesOfPairDaily: AttemptLimit
  let codesOfVisit: AttemptLimit
  let codesOverall: AttemptLimit
  let unlocks: AttemptLimit
  private let source: AttemptLimit
  private let codesOfSource: AttemptLimit

  /// - Parameter limits: those of `zone.yaml`.
  public init(_ limits: AttemptLimits = AttemptLimits()) {
    func limit(_ scope: String, _ most: Int, _ seconds: Int, _ keeping: AttemptLimit.Keeping = .kept) -> AttemptLimit {
      AttemptLimit(scope: scope, most: most, seconds: seconds, keeping: keeping)
    }
    letterQuarter = limit("letter-quarter", limits.wrongPerLetter, 900, .untilCrowded)
    letterDay = limit("letter-day", limits.wrongPerLetterDaily, 86_400, .untilCrowded)
    source = limit("source", limits.wrongPerSource, 900, .heldWider)
    visit = limit("visit", Self.visitWrong, 900, .heldWider)
    overall = limit("overall", limits.wrongOverall, 900)
    codesOfPhone = limit("sms-phone", limits.codesPerPhone, 3_600)
    codesOfPhoneDaily = limit("sms-phone-day", limits.codesPerPhoneDaily, 86_400)
    codesOfPair = limit("sms-pair", limits.phoneCodesOfSource, 3_600)
    codesOfPairDaily = limit("sms-pair-day", limits.phoneCodesOfSourceDaily, 86_400)
    codesOfVisit = limit("sms-visit", Self.visitCodes, 3_600, .heldWider)
    codesOfSource = limit("sms-source", limits.codesPerSource, 3_600, .heldWider)
    codesOverall = limit("sms-overall", limits.codesOverall, 3_600)
    unlocks = limit("unlock", Self.unlocksDaily, 86_400)
  }

  /// A source's counts of wrong looks, the narrowest tier first.
  func wrong(of source: Source) -> [AttemptEntry] { entries(self.source, source) }

  /// A source's counts of codes, the narrowest tier first.
  func codes(of source: Source) -> [AttemptEntry] { entries(codesOfSource, source) }

  private func entries(_ limit: AttemptLimit, _ source: Source) -> [AttemptEntry] {
    zip(source.tiers, Self.tierFactors).enumerated().map { place, pair in
      var limit = limit
      limit.most = limit.most.multipliedReportingOverflow(by: pair.1).partialValue
      // The widest tier stays: what is forgotten below it is counted there.
      if place == source.tiers.count - 1, place > 0 { limit.keeping = .kept }
      return AttemptEntry(limit: limit, key: pair.0.key)
    }
  }
}

/// What is counted under which limit.
struct AttemptEntry: Sendable {
  let limit: AttemptLimit
  let key: String
}
