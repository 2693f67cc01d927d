import DocumentNotation

/// The imprint (版记, 7.4) and page numbers (7.5).
extension DocumentLayout {
  /// At the foot of the last page, which is a new one where it does not fit.
  /// - Returns: what belongs onto the last page.
  mutating func addImprint() throws(NotationError) -> Page {
    var parts: [[FlowLine]] = []
    let addressees =
      try addresseesInImprint.map { (text) throws(NotationError) in try listing("主送：", text) } ?? []
    let copies =
      try document.copies.map { (text) throws(NotationError) in try listing("抄送：", text) } ?? []
    if !addressees.isEmpty || !copies.isEmpty { parts.append(addressees + copies) }
    if let printing = try printing() { parts.append([printing]) }
    if document.form != .letter, document.printer == nil {
      warnings.append("the document names no printer (印发机关); “printer: …” adds it")
    }
    let code = try document.checkAddress.map { (address) throws(NotationError) in
      try CheckCode(address, codes)
    }
    guard !parts.isEmpty || code != nil else { return Page() }

    let count = parts.reduce(0) { $0 + $1.count }
    if count > Measures.rows,
      let long = addressees.count > copies.count ? addresseesInImprint : document.copies
    {
      throw NotationError(
        long,
        "the imprint has \(count) lines, and a page \(Measures.rows); use collective names, such as 市各委办局",
        chinese: "版记有\(count)行，一页只有\(Measures.rows)行，请用统称，如市各委办局")
    }
    let height = Double(count) * Measures.line
    if let code, height + code.height > Measures.height, let address = document.checkAddress {
      throw NotationError(
        address,
        "the imprint leaves no room for the code on its page; shorten the imprint, or take the line out",
        chinese: "版记所在页排不下二维码，请精简版记或删去该行")
    }
    // The seal, the note and the attachments end above the flow's end.
    if !flow.fits(height + (code?.height ?? 0)) {
      flow.turn()
      warnings.append(
        "the \(parts.isEmpty ? "check code" : "imprint") stands alone on page \(flow.pageCount)")
    }
    var (page, y) = (Page(), Measures.bottom - height)
    if let code {
      let place = code.place(page: flow.pageCount, above: y)
      page.rules += code.rules(place)
      self.code = place
    }
    let isRuled = document.form != .letter
    for (index, lines) in parts.enumerated() {
      if isRuled {
        page.rules.append(rule(index == 0 ? Measures.outerRule : Measures.innerRule, middle: y))
      }
      for line in lines {
        page.runs += line.runs.map { $0.moved(down: y) }
        y += Measures.line
      }
    }
    // The last rule lies on the type area's lower edge.
    if isRuled { page.rules.append(rule(Measures.outerRule, middle: Measures.bottom)) }
    return page
  }

  private func rule(_ thickness: Double, middle y: Double) -> Rule {
    Rule(
      x: Measures.left, y: y - thickness / 2, width: Measures.width, height: thickness,
      colour: .black)
  }

  /// One character in at both sides; what wraps hangs behind the label.
  private func listing(_ label: String, _ text: NotedText) throws(NotationError) -> [FlowLine] {
    let size = Measures.size4
    var breaker = LineBreaker(pitch: size, width: Measures.width - 2 * size, isOnGrid: false)
    let before = breaker.line(try finder.items(text.replaced(by: label), .fangSong, size: size))
    var ended = text
    if ended.scalars.last == "：" { ended.scalars[ended.scalars.count - 1] = "。" }
    (breaker.firstIndent, breaker.otherIndent) = (before.end, before.end)
    var lines = breaker.lines(try finder.items(ended, .fangSong, size: size))
    lines[0].placed.insert(contentsOf: before.placed, at: 0)
    return lines.map { FlowLine($0, x: Measures.left + size) }
  }

  /// The printer at the left, the day of printing at the right.
  private func printing() throws(NotationError) -> FlowLine? {
    guard let printer = document.printer, let printed = document.printed else { return nil }
    let size = Measures.size4
    let breaker = LineBreaker(pitch: size, isOnGrid: false)
    let name = breaker.line(try finder.items(printer, .fangSong, size: size))
    let day = printed.chinese
    let date = breaker.line(
      try finder.items(day.replaced(by: day.text + "印发"), .fangSong, size: size))
    guard name.end + date.end + 3 * size <= Measures.width else {
      throw NotationError(
        printer, "printer and day of printing do not fit on one line; use the printer's short name",
        chinese: "印发机关与印发日期一行排不下，请用印发机关简称")
    }
    var line = FlowLine(name, x: Measures.left + size)
    line.runs += FlowLine(date, x: Measures.right - size - date.end).runs
    return line
  }

  /// Digits between dashes below the type area: at the right of odd pages, at the left of even ones.
  func pageNumber(_ number: Int) throws(NotationError) -> [GlyphRun] {
    let size = Measures.size4
    let text = NotedText("— \(number) —".unicodeScalars, line: 0, column: 0)
    let items = try finder.items(text, .song, size: size)
    let line = LineBreaker(pitch: size, isOnGrid: false).line(items)
    let x = number % 2 == 1 ? Measures.right - size - line.end : Measures.left + size
    let dash = finder.source.ink(of: items[0].glyph)
    let baseline = Measures.bottom + Measures.belowTypeArea + (dash.top + dash.bottom) / 2 * size
    return GlyphRun.runs(line, x: x, height: Measures.line).map { run in
      var run = run
      run.baseline = baseline
      return run
    }
  }
}
