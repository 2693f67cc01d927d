import DocumentNotation

/// Where a title's lines end when its writer has not said it: about as long as each other, the shorter above.
struct TitleBreaker {
  /// In characters, so that a line leaves something free at both sides.
  private static let usual = 20
  /// A line may begin with these rather than with others.
  private static let beginnings = ["关于", "印发", "转发", "批转"].map { Array($0.unicodeScalars) }
  /// And had better not with these.
  private static let badBeginnings = Set("的了和与及、等".unicodeScalars)

  let items: [Item]

  /// - Returns: where each line ends; one for what fits a line.
  func ends() -> [Int] {
    let count = max(1, (items.count + Self.usual - 1) / Self.usual)
    var (ends, start): ([Int], Int) = ([], 0)
    for remaining in stride(from: count, to: 1, by: -1) {
      let end = best(from: start, lines: remaining)
      ends.append(end)
      start = end
    }
    return ends + [items.count]
  }

  /// Where the first of so many lines ends best.
  private func best(from start: Int, lines: Int) -> Int {
    let left = items.count - start
    let ideal = Double(left) / Double(lines)
    // What is behind must fit into the lines that remain.
    let least = max(1, left - (lines - 1) * Self.usual)
    let choices = least...max(least, min(Self.usual, left - lines + 1))
    let scored = choices.map { length in
      (
        end: start + length,
        cost: cost(at: start + length) + abs(Double(length) - ideal) + (Double(length) > ideal ? 0.5 : 0)
      )
    }
    return scored.min { $0.cost < $1.cost }?.end ?? start + least
  }

  private func cost(at index: Int) -> Double {
    guard index > 0, index < items.count else { return 0 }
    if !LineRules.canBreak(items, index) { return 100 }
    if Self.beginnings.contains(where: { items[index...].prefix($0.count).map(\.scalar) == $0 }) { return -8 }
    return Self.badBeginnings.contains(items[index].scalar) ? 6 : 0
  }
}
