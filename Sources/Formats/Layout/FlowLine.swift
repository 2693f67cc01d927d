/// A line of text, or a row of a table, before it has a page. Runs and rules count from its top and the paper's left.
struct FlowLine {
  var height = Measures.line
  var runs: [GlyphRun] = []
  var rules: [Rule] = []
  /// Of a table: what is written again where a page begins with this row.
  var tableHead: TableHead?
  /// The head of a table, which is not left behind.
  var isTableHead = false

  init(height: Double = Measures.line, runs: [GlyphRun] = [], rules: [Rule] = []) {
    (self.height, self.runs, self.rules) = (height, runs, rules)
  }

  /// - Parameters:
  ///   - x: of the measure's left, on the paper.
  ///   - height: the text stands in its middle.
  init(
    _ line: LineBreaker.Line, x: Double = Measures.left, height: Double = Measures.line,
    colour: Colour = .black
  ) {
    self.init(height: height, runs: GlyphRun.runs(line, x: x, height: height, colour: colour))
  }
}

/// Shared by a table's rows.
final class TableHead {
  let line: FlowLine

  init(_ line: FlowLine) { self.line = line }
}

extension GlyphRun {
  /// - Parameter height: of the line, in whose middle the em squares stand.
  static func runs(
    _ line: LineBreaker.Line, x: Double, height: Double, colour: Colour = .black
  ) -> [GlyphRun] {
    var runs: [GlyphRun] = []
    for placed in line.placed {
      let (glyph, size) = (placed.item.glyph, placed.item.size)
      if runs.last?.face != glyph.face || runs.last?.size != size {
        runs.append(
          GlyphRun(
            face: glyph.face, size: size, colour: colour, x: x + placed.x,
            baseline: (height - size) / 2 + Measures.ascent * size, glyphs: []))
      }
      let last = runs.count - 1
      runs[last].append(glyph, placed.item.scalar, at: x + placed.x)
    }
    return runs
  }

  /// In PDF, what is added to a glyph's own advance is a whole number of thousandths of the size, and Cairo leaves it out
  /// where it is one or two. So that PDF and OFD have the same places, glyphs are put on such steps here; what is lost is
  /// made up for by the next ones.
  private static let step = 0.001
  private static let leastSteps = 3.0

  /// - Parameter x: where the glyph's origin should be, on the paper.
  private mutating func append(_ glyph: Glyph, _ scalar: Unicode.Scalar, at x: Double) {
    guard let last = glyphs.last else {
      glyphs = [PlacedGlyph(id: glyph.id, scalar: scalar, advance: glyph.advance, offset: 0)]
      return
    }
    let natural = last.offset + last.advance * size
    let steps = ((x - self.x - natural) / (size * Self.step)).rounded()
    let added = abs(steps) < Self.leastSteps ? 0 : steps * size * Self.step
    glyphs.append(
      PlacedGlyph(id: glyph.id, scalar: scalar, advance: glyph.advance, offset: natural + added))
  }

  func moved(down distance: Double) -> GlyphRun {
    var run = self
    run.baseline += distance
    return run
  }
}

/// Lines on their way onto pages, one after another.
struct PageFlow {
  private struct Placed {
    var line: FlowLine
    var y: Double
  }

  private var filled: [[Placed]] = [[]]
  /// Where the next line goes, from the paper's upper edge.
  private(set) var y: Double
  private var top: Double

  /// - Parameter top: where the first page's first line goes.
  init(top: Double) { (self.y, self.top) = (top, top) }

  private static let tolerance = 1e-6

  var pageCount: Int { filled.count }
  /// How much of the page is left.
  var room: Double { Measures.bottom - y }
  var isPageEmpty: Bool { filled[filled.count - 1].isEmpty }

  func fits(_ height: Double) -> Bool { height <= room + Self.tolerance }

  mutating func turn() {
    filled.append([])
    (y, top) = (Measures.top, Measures.top)
  }

  mutating func add(_ line: FlowLine) {
    if !fits(line.height) { turn() }
    if isPageEmpty, pageCount > 1, let head = line.tableHead { put(head.line) }
    put(line)
  }

  private mutating func put(_ line: FlowLine) {
    filled[filled.count - 1].append(Placed(line: line, y: y))
    y += line.height
  }

  /// Free lines; none at a page's beginning.
  mutating func skip(lines: Int) {
    guard !isPageEmpty else { return }
    y += Double(lines) * Measures.line
  }

  mutating func skip(to y: Double) { self.y = max(self.y, y) }

  /// To the next line of the page's grid.
  mutating func settle() {
    y = top + ((y - top) / Measures.line - Self.tolerance).rounded(.up) * Measures.line
  }

  /// How many lines the page has.
  var lineCount: Int { filled[filled.count - 1].count }

  /// Takes the page's last lines over to a new page, where something of a height has to stand below them.
  /// - Parameters:
  ///   - most: how many go at most; fewer where they are high.
  ///   - staying: how many stay at least.
  /// - Returns: false where none can go.
  mutating func turnWithLast(_ most: Int, staying: Int, above height: Double) -> Bool {
    let lines = filled[filled.count - 1].map(\.line)
    for count in stride(from: min(most, lines.count - staying), to: 0, by: -1) {
      // A head of a table goes with its row.
      let taken = lines[lines.count - count - 1].isTableHead ? count + 1 : count
      let going = lines.suffix(taken)
      let high = going.reduce(going.first?.tableHead?.line.height ?? 0) { $0 + $1.height }
      let settled = (high / Measures.line - Self.tolerance).rounded(.up) * Measures.line
      guard lines.count - taken >= staying, settled + height <= Measures.height + Self.tolerance
      else { continue }
      filled[filled.count - 1].removeLast(taken)
      turn()
      for line in going { add(line) }
      settle()
      return true
    }
    return false
  }

  /// Everything at its place.
  func pages() -> [Page] {
    filled.map { lines in
      var page = Page()
      for placed in lines {
        page.runs += placed.line.runs.map { $0.moved(down: placed.y) }
        for var rule in placed.line.rules {
          rule.y += placed.y
          page.rules.append(rule)
        }
      }
      return page
    }
  }
}
