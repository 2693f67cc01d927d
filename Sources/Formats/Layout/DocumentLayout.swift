public import DocumentNotation

/// Sets an official document by GB/T 9704-2012: every glyph, rule and seal at its place.
public struct DocumentLayout {
  let document: OfficialDocument
  let finder: GlyphFinder
  var flow: PageFlow
  /// What stands on the first page beside the flow.
  var head = Page()
  var seals: [SealPlace] = []
  var code: CodePlace?
  let codes: CodeMaker?
  var warnings: [String] = []
  var titleLines: [String] = []
  /// Addressees that would leave no room for the text on page 1, and so stand in the imprint (7.3.2).
  var addresseesInImprint: NotedText?
  /// On page 1.
  private var addresseeLines = 0
  /// Of a title, and of addressees.
  private static let usualLines = 4
  /// How many lines stay on the first page whatever follows: title, addressees and a line of the text (7.3.3).
  private var stayingOnFirst = 0

  /// Makes the code of a text that machines read; nil for a text that it can make none of.
  public typealias CodeMaker = (_ text: String) -> ModuleMatrix?

  /// - Parameters:
  ///   - glyphs: the typefaces.
  ///   - codes: what makes the code of a document that names an address for checks; without it such a document is refused.
  /// - Throws: what does not fit, or has no glyph, with its place in the notation.
  public static func setting(
    _ document: OfficialDocument, in glyphs: any GlyphSource, codes: CodeMaker? = nil
  ) throws(NotationError) -> LaidOutDocument {
    var layout = DocumentLayout(document, GlyphFinder(glyphs), codes)
    return try layout.set()
  }

  private init(_ document: OfficialDocument, _ finder: GlyphFinder, _ codes: CodeMaker?) {
    (self.document, self.finder, self.codes) = (document, finder, codes)
    flow = PageFlow(top: Measures.top)
  }

  private mutating func set() throws(NotationError) -> LaidOutDocument {
    flow = PageFlow(top: document.form == .letter ? try setLetterHead() : try setHead())
    try setTitleAndAddressees()
    try add(document.body)
    try addAttachmentNote()
    try addSignature()
    for (index, attachment) in document.attachments.enumerated() {
      try add(attachment, number: index + 1)
    }
    let imprint = try addImprint()
    guard flow.pageCount <= LayoutLimits.maxPages else {
      throw NotationError(
        line: 0,
        "the document has \(flow.pageCount) pages; at most \(LayoutLimits.maxPages): make several of it",
        chinese: "公文有\(flow.pageCount)页，最多\(LayoutLimits.maxPages)页，请拆分")
    }
    var pages = flow.pages()
    pages[0].runs = head.runs + pages[0].runs
    pages[0].rules = head.rules + pages[0].rules
    pages[pages.count - 1].runs += imprint.runs
    pages[pages.count - 1].rules += imprint.rules
    for index in pages.indices where index > 0 || document.form != .letter {
      pages[index].runs += try pageNumber(index + 1)
    }
    return LaidOutDocument(
      pages: pages, seals: seals, code: code, substitutions: finder.substitutions,
      warnings: document.warnings + warnings,
      titleLines: titleLines,
      date: document.date.iso)
  }

  // MARK: title and addressees (7.3.1, 7.3.2)

  private mutating func setTitleAndAddressees() throws(NotationError) {
    let title = try titleFlow(document.title, shown: true)
    let addressees = try document.addressees.map { (text) throws(NotationError) in
      LineBreaker().lines(try finder.items(text, .fangSong, size: Measures.size3)).map {
        FlowLine($0)
      }
    }
    let first = try firstHeight()
    let free = { (lines: Int) in Double(lines) * Measures.line + first }
    for line in title {
      guard flow.fits(line.height), flow.pageCount == 1 else { throw noRoomForText() }
      flow.add(line)
    }
    flow.skip(lines: 1)
    if let addressees, flow.fits(free(addressees.count)) {
      for line in addressees { flow.add(line) }
      addresseeLines = addressees.count
    } else {
      addresseesInImprint = document.addressees
    }
    guard flow.fits(first) else { throw noRoomForText() }
    stayingOnFirst = flow.lineCount + 1
  }

  private func noRoomForText() -> NotationError {
    NotationError(
      document.title[0], "the title leaves no room for the text on page 1 (7.3.3); shorten it",
      chinese: "标题过长，首页没有正文位置（7.3.3），请精简")
  }

  /// Of the text's first line, or of the first rows of the table that it begins with.
  private func firstHeight() throws(NotationError) -> Double {
    guard case .table(let table) = document.body[0] else { return Measures.line }
    return try TableLayout(table, finder).lines().prefix(2).reduce(0) { $0 + $1.height }
  }

  /// - Parameter shown: whether it is the document's own.
  mutating func titleFlow(_ parts: [NotedText], shown: Bool) throws(NotationError) -> [FlowLine] {
    var lines: [[Item]] = []
    for part in parts { lines.append(try finder.items(part, .titleSong, size: Measures.size2)) }
    if parts.count == 1, width(ofTitle: lines[0]) > Measures.width {
      let (items, ends) = (lines[0], TitleBreaker(items: lines[0]).ends())
      lines = zip([0] + ends, ends).map { Array(items[$0..<$1]) }
      warnings.append(
        "line \(parts[0].line): the title was broken by its length; look at it, or write | where its lines shall end"
      )
      if ends.dropLast().contains(where: { !LineRules.canBreak(items, $0) }) {
        warnings.append(
          "line \(parts[0].line): a word of the title is longer than a line and was cut; write another"
        )
      }
    }
    for (index, line) in lines.enumerated() where width(ofTitle: line) > Measures.width {
      throw NotationError(
        parts[min(index, parts.count - 1)],
        "this line of the title is longer than the type area; break it with |",
        chinese: "标题的这一行超出版心，请用 | 分行")
    }
    let widths = lines.map { width(ofTitle: $0) }
    for index in lines.indices.dropFirst().dropLast()
    where widths[index] + 0.02 < min(widths[index - 1], widths[index + 1]) {
      warnings.append(
        "line \(parts[0].line): the title has the form of an hourglass; break it otherwise (7.3.1)")
    }
    if shown { titleLines = lines.map { NotedText($0.map(\.scalar), line: 0, column: 0).text } }
    for index in lines.indices {
      while lines[index].last?.isSpace == true { lines[index].removeLast() }
    }
    return lines.map { FlowLine(titleBreaker.line($0), x: centred(width(ofTitle: $0))) }
  }

  private var titleBreaker: LineBreaker { LineBreaker(pitch: Measures.size2, isOnGrid: false) }

  private func width(ofTitle items: [Item]) -> Double { titleBreaker.line(items).end }

  func centred(_ width: Double) -> Double { Measures.left + (Measures.width - width) / 2 }

  // MARK: the text (7.3.3)

  mutating func add(_ blocks: [OfficialDocument.Block]) throws(NotationError) {
    for block in blocks {
      switch block {
      case .paragraph(let paragraph): for line in try lines(of: paragraph) { flow.add(line) }
      case .table(let table):
        let lines = try TableLayout(table, finder).lines()
        if !flow.fits(lines.prefix(2).reduce(0) { $0 + $1.height }) { flow.turn() }
        for line in lines { flow.add(line) }
        flow.settle()
      }
      guard flow.pageCount <= LayoutLimits.maxPages else { return }
    }
  }

  private func lines(of paragraph: Paragraph) throws(NotationError) -> [FlowLine] {
    let role: FaceRole = [.first: .heiTi, .second: .kaiTi][paragraph.level] ?? .fangSong
    let text = paragraph.text
    let heading = try finder.items(text[0..<paragraph.headingCount], role, size: Measures.size3)
    let rest = try finder.items(
      text[paragraph.headingCount..<text.scalars.count], .fangSong, size: Measures.size3)
    return LineBreaker(firstIndent: 2 * Measures.pitch).lines(heading + rest).map { FlowLine($0) }
  }

  // MARK: the signature (7.3.5), the seal's place, the note (7.3.6)

  private mutating func addSignature() throws(NotationError) {
    flow.settle()
    let signature = try Signature(document, finder)
    let staying = flow.pageCount == 1 ? stayingOnFirst : 1
    guard
      flow.fits(signature.height) || flow.turnWithLast(2, staying: staying, above: signature.height)
    else {
      throw noRoom(for: signature)
    }
    let top = flow.y
    if var seal = signature.seal {
      seal.page = flow.pageCount
      seal.y += top
      seals.append(seal)
    }
    flow.skip(lines: signature.freeLines)
    for line in signature.lines { flow.add(line) }
    flow.skip(to: top + signature.height)
  }

  /// Names the first that takes more room than is usual.
  private func noRoom(for signature: Signature) -> NotationError {
    let (most, isFirst) = (Self.usualLines, flow.pageCount == 1)
    let rest = "no room for the issuer's name, the date and the seal on a page with text"
    let chineseRest = "有正文的一页上排不下发文机关署名、成文日期和印章"
    if isFirst, titleLines.count > most {
      return NotationError(
        document.title[0], "the title has \(titleLines.count) lines and leaves \(rest); shorten it",
        chinese: "标题有\(titleLines.count)行，\(chineseRest)，请精简标题")
    }
    if isFirst, addresseeLines > most, let addressees = document.addressees {
      return NotationError(
        addressees,
        "the addressees have \(addresseeLines) lines and leave \(rest); use collective names, such as 市各委办局, or "
          + "lengthen the text by a line",
        chinese: "主送机关有\(addresseeLines)行，\(chineseRest)，请用统称，如市各委办局，或将正文增加一行")
    }
    if signature.lines.count - 2 > most, let note = document.note {
      // Behind its bracket.
      return NotationError(
        note, at: 1, "with the note there is \(rest); shorten it, or lengthen the text by a line",
        chinese: "因附注，\(chineseRest)，请精简附注，或将正文增加一行")
    }
    return NotationError(
      document.issuer,
      "there is \(rest); lengthen the text by a line, or shorten the title, the addressees or the table before",
      chinese: "\(chineseRest)，请将正文增加一行，或精简标题、主送机关或前面的表格")
  }

  // MARK: attachments (7.3.4, 7.3.7)

  private mutating func addAttachmentNote() throws(NotationError) {
    let attachments = document.attachments
    guard let first = attachments.first else { return }
    flow.settle()
    flow.skip(lines: 1)
    let label = LineBreaker(firstIndent: 2 * Measures.pitch).line(
      try finder.items(first.title[0].replaced(by: "附件："), .fangSong, size: Measures.size3))
    let numberCells = attachments.count == 1 ? 0 : attachments.count < 10 ? 1 : 1.5
    let indent = label.end + numberCells * Measures.pitch
    for (index, attachment) in attachments.enumerated() {
      var items: [Item] = []
      for part in attachment.title {
        items += try finder.items(part, .fangSong, size: Measures.size3)
      }
      var lines = LineBreaker(firstIndent: indent, otherIndent: indent).lines(items).map {
        FlowLine($0)
      }
      var before = index == 0 ? label.placed : []
      if attachments.count > 1 {
        let number = attachment.title[0].replaced(by: "\(index + 1).")
        before +=
          LineBreaker(firstIndent: label.end).line(
            try finder.items(number, .fangSong, size: Measures.size3)
          ).placed
      }
      lines[0].runs.insert(contentsOf: FlowLine(LineBreaker.Line(placed: before)).runs, at: 0)
      for line in lines { flow.add(line) }
    }
  }

  private mutating func add(_ attachment: OfficialDocument.Attachment, number: Int)
    throws(NotationError)
  {
    guard flow.pageCount < LayoutLimits.maxPages + 1 else { return }
    flow.turn()
    let label = attachment.title[0].replaced(
      by: document.attachments.count == 1 ? "附件" : "附件\(number)")
    flow.add(FlowLine(LineBreaker().line(try finder.items(label, .heiTi, size: Measures.size3))))
    flow.skip(lines: 1)
    for line in try titleFlow(attachment.title, shown: false) { flow.add(line) }
    flow.skip(lines: 1)
    try add(attachment.blocks)
  }
}
