/// Where lines end in Chinese text, and where on the line each character stands.
struct LineBreaker {
  struct PlacedItem {
    var item: Item
    /// Of the glyph's origin, from the left of the measure.
    var x: Double
  }

  struct Line {
    var placed: [PlacedItem] = []
    /// Where the last character ends.
    var end = 0.0
  }

  /// Of a character's cell.
  var pitch: Double
  /// Of the measure.
  var width: Double
  /// Before the first line, and before the others.
  var (firstIndent, otherIndent) = (0.0, 0.0)
  /// Whether what is as wide as it is takes whole half cells, so that what follows stands on the half grid.
  var isOnGrid = true
  /// Whether lines are made as wide as the measure.
  var isFilling = true

  private static let tolerance = 1e-6

  init(
    pitch: Double = Measures.pitch, width: Double = Measures.width, firstIndent: Double = 0,
    otherIndent: Double = 0,
    isOnGrid: Bool = true, isFilling: Bool = true
  ) {
    (self.pitch, self.width, self.isOnGrid, self.isFilling) = (pitch, width, isOnGrid, isFilling)
    (self.firstIndent, self.otherIndent) = (firstIndent, otherIndent)
  }

  /// - Returns: one line at least.
  func lines(_ items: [Item]) -> [Line] {
    var (lines, start): ([Line], Int) = ([], 0)
    repeat {
      let indent = lines.isEmpty ? firstIndent : otherIndent
      let end = end(of: items, from: start, room: width - indent)
      let last = items[start..<end].lastIndex { !$0.isSpace }.map { $0 + 1 } ?? start
      lines.append(place(items[start..<last], indent, isFilled: isFilling && end < items.count))
      start = end
      while start < items.count, items[start].isSpace { start += 1 }
    } while start < items.count
    return lines
  }

  /// All on one line, however long.
  func line(_ items: [Item]) -> Line { place(items[...], firstIndent, isFilled: false) }

  // MARK: where lines end

  private func end(of items: [Item], from start: Int, room: Double) -> Int {
    var (pen, fitting, lastBreak) = (Pen(self), start, start)
    while fitting < items.count {
      pen.add(items[fitting])
      guard items[fitting].isSpace || pen.end <= room + Self.tolerance else { break }
      fitting += 1
      if fitting == items.count || LineRules.canBreak(items, fitting) { lastBreak = fitting }
    }
    if fitting == items.count { return fitting }
    if isFilling, LineRules.noStart.contains(items[fitting].scalar),
      let end = squeezedEnd(items, start, fitting, room)
    {
      return end
    }
    return lastBreak > start ? lastBreak : max(fitting, start + 1)
  }

  /// Where the marks that may not begin the next line can be taken in by narrowing the line's marks.
  private func squeezedEnd(_ items: [Item], _ start: Int, _ fitting: Int, _ room: Double) -> Int? {
    var end = fitting + 1
    while end < items.count, end <= fitting + 2, !LineRules.canBreak(items, end) { end += 1 }
    guard end <= fitting + 2 else { return nil }
    let beyond = natural(items[start..<end]) - room
    let marks = LineRules.narrowable(items[start..<end])
    return beyond <= Double(marks) * pitch / 2 + Self.tolerance ? end : nil
  }

  private func natural(_ items: ArraySlice<Item>) -> Double {
    var pen = Pen(self)
    for item in items { pen.add(item) }
    return pen.end
  }

  // MARK: where characters stand

  private func place(_ items: ArraySlice<Item>, _ indent: Double, isFilled: Bool) -> Line {
    let spare = isFilled ? width - indent - natural(items) : 0
    let spread = Spread(items, spare: spare, pitch: pitch)
    var (line, pen, previous): (Line, Pen, Item?) = (Line(), Pen(self), nil)
    // What has been added to, or taken from, the natural places.
    var shift = indent
    // What closing marks are nearer to the run before them; it is white behind them.
    var drawn = 0.0
    var index = items.startIndex
    while index < items.endIndex {
      let item = items[index]
      if let previous { shift += spread.gap(previous, item) }
      if item.isCell {
        pen.add(item)
        if !LineRules.noStart.contains(item.scalar) { drawn = 0 }
        let narrowing =
          index > items.startIndex && LineRules.isNarrowable(item) ? spread.narrowing : 0
        let x = pen.end - pitch + (LineRules.noEnd.contains(item.scalar) ? -narrowing : 0)
        // A glyph that is not as wide as its size stands in the middle of it.
        line.placed.append(
          PlacedItem(item: item, x: x + shift - drawn + (item.size - item.advance) / 2))
        shift -= narrowing
        previous = item
        index += 1
        continue
      }
      let run = items[index...].prefix { !$0.isCell }
      let (start, width) = (pen.settled(), run.reduce(0) { $0 + $1.advance })
      for item in run { pen.add(item) }
      let slack = run.endIndex < items.endIndex ? pen.settled() - start - width : 0
      let white = LineRules.white(beside: run, of: items)
      drawn = white == .behindMarks ? slack : 0
      var x = start + shift + (white == .before ? slack : white == .bothSides ? slack / 2 : 0)
      for item in run {
        line.placed.append(PlacedItem(item: item, x: x))
        x += item.advance
        previous = item
      }
      index = run.endIndex
    }
    line.end = pen.end + shift
    return line
  }

  /// Adds up widths: a cell each, and for what is between cells whole half cells.
  private struct Pen {
    private let (pitch, isOnGrid): (Double, Bool)
    private var start = 0.0
    private var run = 0.0

    init(_ breaker: LineBreaker) { (pitch, isOnGrid) = (breaker.pitch, breaker.isOnGrid) }

    var end: Double { start + run }

    mutating func add(_ item: Item) {
      if item.isCell { start = settled() + pitch } else { run += item.advance }
      if item.isCell { run = 0 }
    }

    /// Where the next cell begins.
    func settled() -> Double {
      let half = pitch / 2
      return start + (isOnGrid ? (run / half - LineBreaker.tolerance).rounded(.up) * half : run)
    }
  }

  /// How a line is made as wide as the measure: by a little more everywhere, or by narrower marks.
  private struct Spread {
    /// Taken from each mark that can be narrowed.
    private(set) var narrowing = 0.0
    private var perGap = 0.0

    init(_ items: ArraySlice<Item>, spare: Double, pitch: Double) {
      if spare < -LineBreaker.tolerance {
        let marks = LineRules.narrowable(items)
        narrowing = marks > 0 ? min(-spare / Double(marks), pitch / 2) : 0
        return
      }
      guard spare > LineBreaker.tolerance else { return }
      let gaps = zip(items, items.dropFirst()).filter { Self.isGap($0, $1) }.count
      let even = gaps > 0 ? spare / Double(gaps) : 0
      // A line that lacks so much stays short.
      perGap = even <= pitch / 4 ? even : 0
    }

    func gap(_ left: Item, _ right: Item) -> Double { Self.isGap(left, right) ? perGap : 0 }

    private static func isGap(_ left: Item, _ right: Item) -> Bool {
      (left.isCell || right.isCell) && !LineRules.isOneMark(left, right)
    }
  }
}

/// Which characters hold together.
enum LineRules {
  /// No line begins with one of these.
  static let noStart = Set("，。、；：？！）》〉」』】〕〗〞’”·…—～％‰℃℉°,.;:?!)]}%々ー".unicodeScalars)
  /// No line ends with one of these.
  static let noEnd = Set("（《〈「『【〔〖〝‘“([{￥＄¥$№".unicodeScalars)
  /// Marks of which half a cell is white.
  private static let halfWhite = Set("，。、；：？！）》〉」』】〕〗’”（《〈「『【〔〖‘“".unicodeScalars)

  static func isNarrowable(_ item: Item) -> Bool { item.isCell && halfWhite.contains(item.scalar) }

  /// How many marks of a line can be narrowed: not one at its beginning, so that beginnings stand under each other.
  static func narrowable(_ items: ArraySlice<Item>) -> Int {
    items.dropFirst().filter { isNarrowable($0) }.count
  }

  /// Where what a run of Latin letters and digits lacks to whole half cells is white.
  enum White {
    case before
    case behind
    case bothSides
    case behindMarks
  }

  /// None between a run and the mark that closes or opens it.
  static func white(beside run: ArraySlice<Item>, of line: ArraySlice<Item>) -> White {
    let previous = run.startIndex > line.startIndex ? line[run.startIndex - 1].scalar : nil
    let isOpened = previous.map { noEnd.contains($0) } ?? true
    if run.endIndex < line.endIndex, noStart.contains(line[run.endIndex].scalar) {
      return isOpened ? .behindMarks : .before
    }
    return previous.map { noEnd.contains($0) || $0 == "：" } ?? false ? .behind : .bothSides
  }

  /// A dash or an ellipsis of two characters.
  static func isOneMark(_ left: Item, _ right: Item) -> Bool {
    left.scalar == right.scalar && (left.scalar == "—" || left.scalar == "…")
  }

  /// Whether a line may end before the item.
  static func canBreak(_ items: [Item], _ index: Int) -> Bool {
    let (left, right) = (items[index - 1], items[index])
    if right.isSpace || noEnd.contains(left.scalar) || noStart.contains(right.scalar) {
      return false
    }
    if left.isSpace { return index < 2 || !noEnd.contains(items[index - 2].scalar) }
    return (left.isCell || right.isCell) && !isOneMark(left, right)
  }
}
