/// How much of what all share one source may take.
public enum FairShare {
  /// A source may take as long as it holds less than this part of what is left. So whoever takes much is stopped while
  /// much is left, and who has taken nothing yet always finds something, until as many sources as there is left have
  /// come.
  public static let partOfTheRest = 4

  /// - Parameters:
  ///   - taken: by the source itself, in the widest tier that is counted.
  ///   - total: by all.
  ///   - most: that all may take.
  /// - Returns: whether the source may take one more. Never traps, whatever the numbers.
  public static func allows(taken: Int, total: Int, most: Int) -> Bool {
    guard total < most, taken >= 0 else { return false }
    let rest = most.subtractingReportingOverflow(max(0, total)).partialValue
    return taken < max(1, rest / partOfTheRest)
  }
}

/// Of what sources hold, what must go so that `newcomer` gets a place: whatever the narrowest tier holds that is
/// heaviest, searched from the widest tier down.
///
/// - Parameter holdings: all that may go, each with its source.
/// - Returns: all holdings of the source that gives way, for the caller to choose from, in their order; empty where
///   nobody holds more than `newcomer` would.
public func givingWay<Holding>(
  _ holdings: [(source: Source, holding: Holding)], to newcomer: Source
) -> [Holding] {
  var (left, path) = (holdings, Array(newcomer.tiers.reversed())[...])
  var isKin = true
  for depth in 0..<(Source.prefixes.count) {
    func tier(_ source: Source) -> Source.Tier? {
      let tiers = source.tiers
      return depth < tiers.count ? tiers[tiers.count - 1 - depth] : nil
    }
    var counts: [Source.Tier: Int] = [:]
    for (source, _) in left { if let tier = tier(source) { counts[tier, default: 0] += 1 } }
    guard let heaviest = counts.max(by: { $0.value < $1.value }) else { break }
    if isKin {
      let own = path.popFirst()
      if heaviest.key == own {
        // Kin to the last tier: nobody gives way to themself.
        if path.isEmpty { return [] }
      } else {
        guard heaviest.value > (own.flatMap { counts[$0] } ?? 0) + 1 else { return [] }
        isKin = false
      }
    }
    left = left.filter { tier($0.source) == heaviest.key }
  }
  return left.map(\.holding)
}

/// What must go of what sources hold, so that `number` are freed: whoever holds most is trimmed first, down to the level
/// of the next, and so on; a network counts as one.
///
/// - Parameter holdings: all that may go, each with its source; of one source, the first go first.
/// - Returns: `number` holdings, or all.
public func trimmed<Holding>(_ holdings: [(source: Source, holding: Holding)], by number: Int) -> [Holding] {
  trimmed(holdings, by: number, depth: 0)
}

/// `depth` is that of a source's tiers.
private func trimmed<Holding>(
  _ holdings: [(source: Source, holding: Holding)], by number: Int, depth: Int
) -> [Holding] {
  guard number > 0 else { return [] }
  guard depth < Source.prefixes.count, number < holdings.count else { return holdings.prefix(number).map(\.holding) }
  var groups: [Source.Tier: [(source: Source, holding: Holding)]] = [:]
  for holding in holdings {
    let tiers = holding.source.tiers
    groups[tiers[max(0, tiers.count - 1 - depth)], default: []].append(holding)
  }
  // The highest level to which all are cut down so that enough is freed.
  var (low, high) = (0, groups.values.map(\.count).max() ?? 0)
  while low < high {
    let level = (low + high + 1) / 2
    if groups.values.reduce(0, { $0 + max(0, $1.count - level) }) >= number { low = level } else { high = level - 1 }
  }
  var gone: [Holding] = []
  for group in groups.values.sorted(by: { $0.count > $1.count }) where group.count > low && gone.count < number {
    gone += trimmed(group, by: min(group.count - low, number - gone.count), depth: depth + 1)
  }
  return gone
}
