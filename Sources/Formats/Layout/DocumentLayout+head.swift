import DocumentNotation

/// What stands above the title: 版头 (7.2), and that of the letter (10.1).
extension DocumentLayout {
  private static func row(_ index: Int) -> Double { Measures.top + Double(index) * Measures.line }

  /// - Returns: where the title begins.
  mutating func setHead() throws(NotationError) -> Double {
    for (index, line) in try notices().enumerated() { put(line, at: Self.row(index)) }
    try setMark(top: Measures.top + Measures.markTop, height: Measures.markHeight)
    let free = Double(Measures.freeLines) * Measures.line
    let number = Measures.top + Measures.markTop + Measures.markHeight + free
    let further = document.form == .upward ? try setSigners(at: number) : try setNumber(at: number)
    let textBottom = number + Double(further) * Measures.line + (Measures.line + Measures.size3) / 2
    let rule = textBottom + Measures.belowNumber
    head.rules.append(
      Rule(x: Measures.left, y: rule, width: Measures.width, height: Measures.redRule, colour: .red)
    )
    return Self.row(Measures.titleRow + further)
  }

  /// - Returns: how many lines it takes beyond the first.
  private mutating func setNumber(at y: Double) throws(NotationError) -> Int {
    let line = LineBreaker().line(
      try finder.items(document.number, .fangSong, size: Measures.size3))
    put(FlowLine(line, x: centred(line.end)), at: y)
    return 0
  }

  /// Copy number, classification, urgency, in this order (7.2.1 to 7.2.3).
  private func notices() throws(NotationError) -> [FlowLine] {
    var lines: [FlowLine] = []
    for (text, role) in [
      (document.copyNumber, FaceRole.fangSong), (document.classification, .heiTi),
      (document.urgency, .heiTi),
    ] {
      guard let text else { continue }
      lines.append(FlowLine(LineBreaker().line(try finder.items(text, role, size: Measures.size3))))
    }
    return lines
  }

  mutating func put(_ line: FlowLine, at y: Double) {
    head.runs += line.runs.map { $0.moved(down: y) }
  }

  /// The mark, in red, as high as said, its upper edge where said; narrowed where it is long (7.2.4).
  private mutating func setMark(top: Double, height: Double) throws(NotationError) {
    let unit = try finder.items(document.mark, .titleSong, size: 1)
    let inks = unit.map { finder.source.ink(of: $0.glyph) }
    let (upper, lower) = (inks.map(\.top).max() ?? 1, inks.map(\.bottom).min() ?? 0)
    let size = height / max(upper - lower, 0.1)
    let pitch = min(Measures.markMaxPitch, Measures.width / Double(unit.count))
    let stretch = min(1, Measures.markFill * pitch / size)
    let left = centred(pitch * Double(unit.count))
    for (index, item) in unit.enumerated() {
      let spare = pitch - item.advance * size * stretch
      let x = left + Double(index) * pitch + spare / 2
      if head.runs.last?.face != item.glyph.face || index == 0 {
        head.runs.append(
          GlyphRun(
            face: item.glyph.face, size: size, colour: .red, x: x, baseline: top + upper * size,
            stretch: stretch,
            glyphs: []))
      }
      let last = head.runs.count - 1
      head.runs[last].glyphs.append(
        PlacedGlyph(
          id: item.glyph.id, scalar: item.scalar, advance: item.glyph.advance,
          offset: x - head.runs[last].x))
    }
  }

  /// Number at the left, signers at the right, two a line; the number is in line with the last (7.2.6).
  /// - Returns: how many lines they take beyond the first.
  private mutating func setSigners(at y: Double) throws(NotationError) -> Int {
    let (names, pitch) = (document.signers, Measures.pitch)
    let rows = (names.count + 1) / 2
    let cells = { (name: NotedText) in max(3, name.scalars.count) }
    let widths = [0, 1].map { column in
      names.indices.filter { $0 % 2 == column }.map { cells(names[$0]) }.max() ?? 0
    }
    let total = 4 + widths[0] + (widths[1] > 0 ? 1 + widths[1] : 0)
    let left = Double(Measures.columns - 1 - total) * pitch
    let number = LineBreaker(firstIndent: pitch).line(
      try finder.items(document.number, .fangSong, size: Measures.size3))
    guard number.end + pitch <= left else {
      throw NotationError(
        document.number, "number and signers do not fit on one line; shorten the names",
        chinese: "发文字号与签发人一行排不下，请缩短")
    }
    let label = LineBreaker(firstIndent: left).line(
      try finder.items(names[0].replaced(by: "签发人："), .fangSong, size: Measures.size3))
    // Row by row, from the left, as it is read.
    let putNumber = { (layout: inout DocumentLayout) in
      layout.put(FlowLine(number), at: y + Double(rows - 1) * Measures.line)
    }
    if rows == 1 { putNumber(&self) }
    put(FlowLine(label), at: y)
    for (index, name) in names.enumerated() {
      if rows > 1, index == 2 * (rows - 1) { putNumber(&self) }
      let column = Double(4 + (index % 2 == 0 ? 0 : widths[0] + 1))
      let items = try finder.items(name, .kaiTi, size: Measures.size3)
      // A name of two characters is as wide as one of three.
      let step = items.count == 2 ? 2 * pitch : pitch
      let line = LineBreaker(pitch: step, firstIndent: left + column * pitch, isOnGrid: false).line(
        items)
      put(FlowLine(line), at: y + Double(index / 2) * Measures.line)
    }
    return rows - 1
  }

  // MARK: the letter (10.1)

  /// - Returns: where the title begins.
  mutating func setLetterHead() throws(NotationError) -> Double {
    try setMark(top: Measures.letterMarkTop, height: Measures.letterMarkHeight)
    var y = Measures.letterMarkTop + Measures.letterMarkHeight + Measures.belowNumber
    addDoubleRule(top: y, Measures.thickRule, Measures.thinRule)
    let ends = Measures.paperHeight - Measures.letterRuleBottom
    let both = Measures.thinRule + Measures.betweenRules + Measures.thickRule
    addDoubleRule(top: ends - both, Measures.thinRule, Measures.thickRule)

    // The text's upper edge is 7/8 of a character below the rule; a line's text stands in the line's middle.
    y += both + Measures.belowLetterRule - (Measures.line - Measures.size3) / 2
    let number = LineBreaker().line(
      try finder.items(document.number, .fangSong, size: Measures.size3))
    put(FlowLine(number, x: Measures.right - number.end), at: y)
    let notices = try notices()
    for (index, line) in notices.enumerated() { put(line, at: y + Double(index) * Measures.line) }
    return y + Double(max(1, notices.count) + Measures.freeLines) * Measures.line
  }

  private mutating func addDoubleRule(top: Double, _ upper: Double, _ lower: Double) {
    let (x, width) = (
      (Measures.paperWidth - Measures.letterRuleWidth) / 2, Measures.letterRuleWidth
    )
    head.rules += [
      Rule(x: x, y: top, width: width, height: upper, colour: .red),
      Rule(x: x, y: top + upper + Measures.betweenRules, width: width, height: lower, colour: .red),
    ]
  }
}
