/// Those who wait, the sources by turns: first between the widest tiers, then within them, so that a network of many
/// addresses has one turn where a single address has one.
///
/// Depth is that of a source's tiers, three at most.
public struct FairQueue<Element: Sendable>: Sendable {
  fileprivate struct Branch: Sendable {
    var count = 0
    /// Of the narrowest tier; the first is next.
    var elements: [Element] = []
    var children: [Source.Tier: Branch] = [:]
    /// The children that have somebody waiting; the first is next.
    var order: [Source.Tier] = []
  }

  private var root = Branch()

  public init() {}

  /// How many wait.
  public var count: Int { root.count }

  /// How many of this source wait, in its narrowest tier.
  public func count(of source: Source) -> Int {
    var branch = root
    for tier in source.tiers.reversed() {
      guard let child = branch.children[tier] else { return 0 }
      branch = child
    }
    return branch.count
  }

  /// Puts one at the end of its source's line.
  public mutating func append(_ element: Element, of source: Source) {
    root.append(element, source.tiers.reversed()[...])
  }

  /// Takes whoever is next.
  public mutating func takeNext() -> Element? { root.takeNext() }

  /// Takes out the newest of whoever has the most waiting.
  public mutating func takeNewest() -> Element? { root.removeNewest() }

  /// Takes out the newest of whoever has the most waiting, where that is more than `source` would have.
  public mutating func giveWay(to source: Source) -> Element? { root.giveWay(source.tiers.reversed()[...]) }
}

extension FairQueue.Branch {
  mutating func append(_ element: Element, _ path: ArraySlice<Source.Tier>) {
    count += 1
    guard let first = path.first else {
      elements.append(element)
      return
    }
    if children[first] == nil { order.append(first) }
    children[first, default: Self()].append(element, path.dropFirst())
  }

  mutating func takeNext() -> Element? {
    guard count > 0 else { return nil }
    count -= 1
    guard elements.isEmpty else { return elements.removeFirst() }
    guard !order.isEmpty else { return nil }
    let tier = order.removeFirst()
    guard var child = children.removeValue(forKey: tier) else { return nil }
    let next = child.takeNext()
    if child.count > 0 {
      children[tier] = child
      order.append(tier)
    }
    return next
  }

  mutating func giveWay(_ path: ArraySlice<Source.Tier>) -> Element? {
    guard let first = path.first, let heaviest = heaviest() else { return nil }
    let displaced: Element?
    if heaviest.tier == first {
      displaced = children[first]?.giveWay(path.dropFirst())
    } else {
      guard heaviest.count > (children[first]?.count ?? 0) + 1 else { return nil }
      displaced = removeNewest(of: heaviest.tier)
    }
    if displaced != nil { count -= 1 }
    return displaced
  }

  fileprivate mutating func removeNewest() -> Element? {
    guard count > 0 else { return nil }
    count -= 1
    if !elements.isEmpty { return elements.removeLast() }
    return heaviest().flatMap { removeNewest(of: $0.tier) }
  }

  private mutating func removeNewest(of tier: Source.Tier) -> Element? {
    let element = children[tier]?.removeNewest()
    if children[tier]?.count == 0 {
      children[tier] = nil
      order.removeAll { $0 == tier }
    }
    return element
  }

  private func heaviest() -> (tier: Source.Tier, count: Int)? {
    children.max { $0.value.count < $1.value.count }.map { ($0.key, $0.value.count) }
  }
}
