import DocumentNotation

/// Where a title's lines end when its writer has not said it: about as wide as each other, the shorter above, and words
/// whole where they fit a line.
struct TitleBreaker {
  /// In characters, so that a line leaves something free at both sides.
  private static let usual = 20.0
  /// A line may begin with these rather than with others.
  private static let beginnings = ["关于", "印发", "转发", "批转"].map { Array($0.unicodeScalars) }
  /// And had better not with these.
  private static let badBeginnings = Set("的了和与及、等".unicodeScalars)
  private static let tolerance = 1e-6

  private let items: [Item]
  /// How wide is what stands before each item, in characters.
  private let widths: [Double]
  /// Where lines may end, from 0 to the items' count.
  private let breaks: [Int]
  /// Of a line.
  private let room: Double

  init(items: [Item]) {
    self.items = items
    var (widths, end): ([Double], Double) = ([0], 0)
    for item in items {
      end += item.isCell ? 1 : item.advance / Measures.size2
      widths.append(end)
    }
    let most = Measures.width / Measures.size2
    var (breaks, start, widest): ([Int], Int, Double) = ([0], 0, Self.usual)
    for index in items.indices.dropFirst() + [items.count] {
      guard index == items.count || LineRules.canBreak(items, index) else { continue }
      let width = widths[index] - widths[start]
      // A word that fits no line is cut anywhere.
      if width > most + Self.tolerance {
        breaks += (start + 1)..<index
      } else {
        widest = max(widest, width)
      }
      breaks.append(index)
      start = index
    }
    (self.widths, self.breaks, room) = (widths, breaks, widest)
  }

  /// - Returns: where each line ends; one for what fits a line.
  func ends() -> [Int] {
    guard let last = breaks.indices.last, last > 0 else { return [items.count] }
    // For so many lines: what it costs to set all from a break on in them, and where the first of them ends.
    var table = [breaks.indices.map { (cost: fits($0, last) ? 0 : Double.infinity, end: last) }]
    while table[table.count - 1][0].cost == .infinity, table.count < items.count {
      table.append(next(table))
    }
    var (ends, start): ([Int], Int) = ([], 0)
    for choices in table.reversed() {
      start = choices[start].end
      ends.append(breaks[start])
    }
    return ends
  }

  /// For a line more.
  private func next(_ table: [[(cost: Double, end: Int)]]) -> [(cost: Double, end: Int)] {
    let (behind, lines) = (table[table.count - 1], Double(table.count + 1))
    return breaks.indices.map { start in
      let ideal = (widths[items.count] - widths[breaks[start]]) / lines
      var best = (cost: Double.infinity, end: breaks.count - 1)
      for end in breaks.indices[(start + 1)...].dropLast() where behind[end].cost < .infinity {
        guard fits(start, end) else { break }
        let width = widths[breaks[end]] - widths[breaks[start]]
        let uneven = abs(width - ideal) + (width > ideal + Self.tolerance ? 0.5 : 0)
        let cost = uneven + cost(at: breaks[end]) + behind[end].cost
        if cost < best.cost { best = (cost, end) }
      }
      return best
    }
  }

  private func fits(_ start: Int, _ end: Int) -> Bool {
    widths[breaks[end]] - widths[breaks[start]] <= room + Self.tolerance
  }

  private func cost(at index: Int) -> Double {
    if !LineRules.canBreak(items, index) { return 100 }
    if Self.beginnings.contains(where: { items[index...].prefix($0.count).map(\.scalar) == $0 }) {
      return -8
    }
    return Self.badBeginnings.contains(items[index].scalar) ? 6 : 0
  }
}
