import DocumentNotation

/// A table, as wide as the type area.
struct TableLayout {
  private struct Cell {
    var items: [Item]
    /// On one line; and with each character that can stand alone on a line of its own.
    var (most, least) = (0.0, 0.0)
  }

  private static let size = Measures.size4
  private static let breaker = LineBreaker(
    pitch: Measures.size4, width: .greatestFiniteMagnitude, isOnGrid: false)

  private let table: Table
  private let head: [Cell]
  private let rows: [[Cell]]
  private var widths: [Double] = []

  /// - Throws: where a character is in no face, or the table does not fit.
  init(_ table: Table, _ finder: GlyphFinder) throws(NotationError) {
    self.table = table
    head = try Self.cells(table.head, .heiTi, finder)
    var rows: [[Cell]] = []
    for row in table.rows { rows.append(try Self.cells(row, .fangSong, finder)) }
    self.rows = rows
    widths = try columnWidths()
  }

  private static func cells(
    _ texts: [NotedText], _ role: FaceRole, _ finder: GlyphFinder
  ) throws(NotationError) -> [Cell] {
    var cells: [Cell] = []
    for text in texts {
      let items = try finder.items(text, role, size: size)
      var (word, least) = (0.0, 0.0)
      for (index, item) in items.enumerated() {
        if index > 0, LineRules.canBreak(items, index) { word = 0 }
        word += item.isCell ? size : item.isSpace ? 0 : item.advance
        least = max(least, word)
      }
      cells.append(Cell(items: items, most: breaker.line(items).end, least: max(least, size)))
    }
    return cells
  }

  /// As wide as the longest cells where that fits.
  private func columnWidths() throws(NotationError) -> [Double] {
    let room = Measures.width - Double(head.count) * 2 * Measures.cellSide
    let columns = head.indices.map { column in
      let cells = [head[column]] + rows.map { $0[column] }
      return (most: cells.map(\.most).max() ?? 0, least: cells.map(\.least).max() ?? 0)
    }
    let (most, least) = (
      columns.reduce(0) { $0 + max($1.most, Self.size) }, columns.reduce(0) { $0 + $1.least }
    )
    guard least <= room else {
      throw NotationError(
        line: table.line,
        "this table is too wide: its \(head.count) columns take \(Self.millimetres(least)) of the "
          + "\(Self.millimetres(room)) mm there are; take columns out, shorten words, or make two tables "
          + "(sideways tables are not set yet)",
        chinese:
          "表格过宽：\(head.count)栏至少需\(Self.millimetres(least))毫米，只有\(Self.millimetres(room))毫米；请减少栏数、缩短词语或拆成两表（尚不能横排）"
      )
    }
    if most <= room { return columns.map { max($0.most, Self.size) * room / most } }
    // Short columns keep what they need; the others are as wide as each other, as far as their longest words let them.
    let widths = { (limit: Double) in columns.map { max($0.least, min($0.most, limit)) } }
    var (low, high) = (0.0, room)
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if widths(middle).reduce(0, +) <= room { low = middle } else { high = middle }
    }
    return widths(low)
  }

  private static func millimetres(_ value: Double) -> Int { Int(min(value, 100_000).rounded(.up)) }

  /// The table's rows, the head first.
  func lines() throws(NotationError) -> [FlowLine] {
    var first = line(head, isHead: true)
    // The rule above the table belongs to the head, wherever the head is written.
    first.rules.insert(
      rule(x: Measures.left, y: 0, width: Measures.width, height: Measures.tableRule), at: 0)
    let shared = TableHead(first)
    first.isTableHead = true
    var lines = [first]
    for (index, row) in rows.enumerated() {
      var next = line(row, isHead: false)
      next.tableHead = shared
      guard next.height + first.height <= Measures.height else {
        throw NotationError(
          line: table.line + index + 2, "this row does not fit a page; make several rows of it",
          chinese: "本行一页排不下，请拆成几行")
      }
      lines.append(next)
    }
    return lines
  }

  private func line(_ cells: [Cell], isHead: Bool) -> FlowLine {
    let texts = zip(cells, widths).map { cell, width in
      LineBreaker(pitch: Self.size, width: width + 1e-6, isOnGrid: false, isFilling: false).lines(
        cell.items)
    }
    let count = texts.map(\.count).max() ?? 1
    let height = Double(count) * Measures.tableLine + 2 * Measures.cellTop
    var (flow, x) = (FlowLine(height: height), Measures.left)
    for (column, lines) in texts.enumerated() {
      flow.rules.append(rule(x: x, y: 0, width: Measures.tableRule, height: height))
      let alignment = isHead ? .centre : table.columns[column]
      let above = (height - Double(lines.count) * Measures.tableLine) / 2
      for (index, line) in lines.enumerated() {
        let spare = max(0, widths[column] - line.end)
        let before = alignment == .left ? 0 : alignment == .centre ? spare / 2 : spare
        flow.runs += GlyphRun.runs(
          line, x: x + Measures.cellSide + before, height: Measures.tableLine
        ).map {
          $0.moved(down: above + Double(index) * Measures.tableLine)
        }
      }
      x += widths[column] + 2 * Measures.cellSide
    }
    let side = Measures.right - Measures.tableRule
    flow.rules.append(rule(x: side, y: 0, width: Measures.tableRule, height: height))
    flow.rules.append(
      rule(
        x: Measures.left, y: height - Measures.tableRule, width: Measures.width,
        height: Measures.tableRule))
    return flow
  }

  private func rule(x: Double, y: Double, width: Double, height: Double) -> Rule {
    Rule(x: x, y: y, width: width, height: height, colour: .black)
  }
}
