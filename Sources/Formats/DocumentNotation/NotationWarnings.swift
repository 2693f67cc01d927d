extension OfficialDocument {
  private static let maxWarnings = 100

  /// What the notation can hold and is rarely meant, in the order of its lines, each with its place; of more than 100, how
  /// many more there are. Of punctuation, the first of each line of the head, paragraph and cell.
  public var warnings: [String] {
    var found = dateWarnings()
    for text in headTexts { found += Self.punctuation(text) }
    add(blocks: body, to: &found)
    for attachment in attachments {
      for line in attachment.title { found += Self.punctuation(line) }
      add(blocks: attachment.blocks, to: &found)
    }
    found.sort { ($0.line, $0.column) < ($1.line, $1.column) }
    let more = found.count - Self.maxWarnings
    return found.prefix(Self.maxWarnings).map(\.description)
      + (more > 0 ? ["and \(more) more of these"] : [])
  }

  private var headTexts: [NotedText] {
    title + [addressees, mark, issuer, note, copies, printer].compactMap(\.self)
  }

  private func dateWarnings() -> [NotationError] {
    var found: [NotationError] = []
    if let open = number.scalars.firstIndex(of: "〔"), number.scalars.count > open + 4 {
      let year = number[(open + 1)..<(open + 5)]
      if year.text != String(date.iso.prefix(4)) {
        found.append(
          NotationError(
            year, "the number's year, \(year.text), is not that of the date, \(date.iso)",
            chinese: "发文字号的年份\(year.text)与成文日期\(date.iso)不符"))
      }
    }
    if let printed, printed.iso < date.iso {
      found.append(
        NotationError(
          printed.place,
          "the day of printing, \(printed.iso), is before that of the document, \(date.iso)",
          chinese: "印发日期\(printed.iso)早于成文日期\(date.iso)")
      )
    }
    return found
  }

  private func add(blocks: [Block], to found: inout [NotationError]) {
    for block in blocks {
      switch block {
      case .paragraph(let paragraph):
        let numbering = Self.numbering(paragraph)
        found += numbering.map { [$0] } ?? Self.punctuation(paragraph.text)
      case .table(let table):
        for cell in table.head + table.rows.joined() { found += Self.punctuation(cell) }
      }
    }
  }

  // MARK: numbers that are no level's

  private static let numerals = Set("一二三四五六七八九十百零〇".unicodeScalars)

  /// Of a paragraph that begins as with a number, and is text because the number is written in another form.
  private static func numbering(_ paragraph: Paragraph) -> NotationError? {
    guard paragraph.level == .text else { return nil }
    let scalars = paragraph.text.scalars
    let isOpened = scalars.first == "(" || scalars.first == "（"
    let start = isOpened ? 1 : 0
    let chinese = scalars.dropFirst(start).prefix { numerals.contains($0) }.count
    let digits = scalars.dropFirst(start).prefix { digit($0) != nil }.count
    let end = start + max(chinese, digits)
    guard (1...4).contains(end - start), end < scalars.count else { return nil }
    let isClosed = scalars[end] == ")" || scalars[end] == "）"
    guard isClosed || (!isOpened && "、.．".unicodeScalars.contains(scalars[end])) else { return nil }
    // Not a number such as 1.5, or numbers such as 1、2.
    if end + 1 < scalars.count, !isClosed,
      digit(scalars[end + 1]) != nil || numerals.contains(scalars[end + 1])
    {
      return nil
    }
    // Chinese numbers with a closing bracket alone are rather words.
    if isClosed, !isOpened, chinese > 0 { return nil }
    var right = String.UnicodeScalarView(scalars[start..<end].map { digit($0) ?? $0 })
    if isClosed {
      right.insert("（", at: right.startIndex)
      right.append("）")
    } else {
      right.append(chinese > 0 ? "、" : ".")
    }
    return NotationError(
      paragraph.text,
      "“\(paragraph.text[0..<(end + 1)].text)” begins no level, so that this is plain text; write "
        + "“\(String(right))”",
      chinese: "“\(paragraph.text[0..<(end + 1)].text)”不成层次序数，按普通文字排版；应写作“\(String(right))”")
  }

  /// A digit, narrow or wide, as the narrow one.
  private static func digit(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    if ("0"..."9").contains(scalar) { return scalar }
    return ("０"..."９").contains(scalar) ? Unicode.Scalar(scalar.value - 0xFF10 + 0x30) : nil
  }

  // MARK: narrow punctuation

  /// The first narrow mark beside a Chinese character.
  private static func punctuation(_ text: NotedText) -> [NotationError] {
    let scalars = text.scalars
    for (index, scalar) in scalars.enumerated() {
      guard let wide = wide(scalar) else { continue }
      let isBeside =
        (index > 0 && isChinese(scalars[index - 1]))
        || (index + 1 < scalars.count && isChinese(scalars[index + 1]))
      if isBeside {
        return [
          NotationError(
            text, at: index, "a narrow “\(scalar)” beside Chinese characters; write “\(wide)”",
            chinese: "汉字旁的半角“\(scalar)”应写作全角“\(wide)”")
        ]
      }
    }
    return []
  }

  private static func wide(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar {
    case ",": "，"
    case ";": "；"
    case ":": "："
    case "(": "（"
    case ")": "）"
    case "?": "？"
    case "!": "！"
    default: nil
    }
  }

  private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x2_0000...0x3_FFFF: true
    default: false
    }
  }
}
