/// The text: a line is a paragraph; lines that begin with `|` are a table; `=== title` begins an attachment.
struct NotationBody {
  private(set) var blocks: [OfficialDocument.Block] = []
  private(set) var attachments: [OfficialDocument.Attachment] = []

  private static let attachmentMark = "===".unicodeScalars
  private var cells = 0

  init(_ lines: [NotedText]) throws(NotationError) {
    var index = 0
    while index < lines.count {
      let line = lines[index].trimmed()
      if line.scalars.first == "|" {
        let end = lines[index...].firstIndex { $0.trimmed().scalars.first != "|" } ?? lines.count
        append(.table(try table(lines[index..<end].map { $0.trimmed() })))
        index = end
        continue
      }
      index += 1
      if line.scalars.isEmpty { continue }
      if line.scalars.starts(with: Self.attachmentMark) {
        try beginAttachment(line[3..<line.scalars.count].trimmed())
      } else {
        append(.paragraph(Paragraph(line)))
      }
    }
    for attachment in attachments where attachment.blocks.isEmpty {
      throw NotationError(
        attachment.title[0], "this attachment has no text; write it below its title",
        chinese: "该附件没有正文，请写在附件标题之下")
    }
  }

  private mutating func append(_ block: OfficialDocument.Block) {
    if attachments.isEmpty {
      blocks.append(block)
    } else {
      attachments[attachments.count - 1].blocks.append(block)
    }
  }

  private mutating func beginAttachment(_ title: NotedText) throws(NotationError) {
    guard !title.scalars.isEmpty else {
      throw NotationError(
        title, "write the attachment's title behind ===", chinese: "请在 === 之后写附件标题")
    }
    guard title.scalars.count <= NotationLimits.titleMaxCharacters else {
      throw NotationError(
        title,
        "the title has \(title.scalars.count) characters; at most \(NotationLimits.titleMaxCharacters)",
        chinese: "附件标题有\(title.scalars.count)字，最多\(NotationLimits.titleMaxCharacters)字")
    }
    if let last = title.scalars.last, "。，；：、.,;:".unicodeScalars.contains(last) {
      throw NotationError(
        title, at: title.scalars.count - 1,
        "no punctuation stands after an attachment's name (7.3.4)",
        chinese: "附件名称后不加标点符号（7.3.4）")
    }
    guard attachments.count < NotationLimits.maxAttachments else {
      throw NotationError(
        title, "a document has at most \(NotationLimits.maxAttachments) attachments",
        chinese: "一份公文最多\(NotationLimits.maxAttachments)个附件")
    }
    attachments.append(OfficialDocument.Attachment(title: try title.titleLines(), blocks: []))
  }

  // MARK: tables

  private mutating func table(_ lines: [NotedText]) throws(NotationError) -> Table {
    guard lines.count >= 3 else {
      throw NotationError(
        lines[0],
        "a table has a head, a line | --- | --- | and at least one row, each begun with |",
        chinese: "表格由表头、| --- | --- | 行和至少一行内容组成，每行以 | 开头")
    }
    var rows: [[NotedText]] = []
    for line in lines { rows.append(try row(line)) }
    let count = rows[0].count
    guard count <= NotationLimits.maxColumns else {
      throw NotationError(
        lines[0], "\(count) columns; at most \(NotationLimits.maxColumns)",
        chinese: "表格有\(count)栏，最多\(NotationLimits.maxColumns)栏")
    }
    for (line, row) in zip(lines, rows) where row.count != count {
      throw NotationError(
        line, "\(row.count) cells in this row; the table's head has \(count)",
        chinese: "本行有\(row.count)格，而表头有\(count)格")
    }
    cells += count * rows.count
    guard cells <= NotationLimits.maxCells else {
      throw NotationError(
        lines[0], "more than \(NotationLimits.maxCells) cells in the document's tables; split it",
        chinese: "全文表格超过\(NotationLimits.maxCells)格，请拆分公文")
    }
    var columns: [Table.Alignment] = []
    for cell in rows[1] { columns.append(try alignment(cell)) }
    return Table(columns: columns, head: rows[0], rows: Array(rows[2...]), line: lines[0].line)
  }

  /// The cells between bars; a bar within a cell is written `\|`.
  private func row(_ line: NotedText) throws(NotationError) -> [NotedText] {
    guard line.scalars.count > 1, line.scalars.last == "|" else {
      throw NotationError(
        line, at: line.scalars.count, "a row of a table ends with |", chinese: "表格的每行以 | 结尾")
    }
    var (cells, start): ([NotedText], Int) = ([], 1)
    for offset in 1..<line.scalars.count
    where line.scalars[offset] == "|" && line.scalars[offset - 1] != "\\" {
      let cell = line[start..<offset].trimmed()
      let escaped = cell.text.contains("\\|")
      cells.append(
        escaped
          ? NotedText(Self.unescaped(cell.scalars), line: cell.line, column: cell.column) : cell)
      start = offset + 1
    }
    guard start == line.scalars.count else {
      throw NotationError(
        line, at: line.scalars.count - 1, "a row of a table ends with | that is no part of a cell",
        chinese: "表格的每行以 | 结尾，行末的 \\| 是格中内容")
    }
    return cells
  }

  private static func unescaped(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    scalars.indices.filter {
      scalars[$0] != "\\" || $0 + 1 == scalars.count || scalars[$0 + 1] != "|"
    }.map {
      scalars[$0]
    }
  }

  private func alignment(_ cell: NotedText) throws(NotationError) -> Table.Alignment {
    var dashes = cell.scalars[...]
    let (isLeft, isRight) = (dashes.first == ":", dashes.last == ":")
    if isLeft { dashes = dashes.dropFirst() }
    if isRight, !dashes.isEmpty { dashes = dashes.dropLast() }
    guard dashes.count >= 3, dashes.allSatisfy({ $0 == "-" }) else {
      throw NotationError(
        cell,
        "below a table's head stands ---, :---: or ---: for each column: left, centred, right",
        chinese: "表头之下，每栏写 ---、:---: 或 ---:，分别为左对齐、居中、右对齐")
    }
    return isRight ? (isLeft ? .centre : .right) : .left
  }
}

extension Paragraph {
  /// A heading that is longer is text.
  private static let headingMaxCharacters = 40
  private static let numerals = Set("一二三四五六七八九十百零〇".unicodeScalars)

  /// Tells the level by the number at the beginning. The first sentence is the heading, unless it is long.
  init(_ text: NotedText) {
    let level = Self.level(text.scalars)
    var heading = 0
    if level != .text {
      let end = text.scalars.firstIndex(of: "。").map { $0 + 1 } ?? text.scalars.count
      heading = end <= Self.headingMaxCharacters ? end : 0
    }
    self.init(text: text, level: level, headingCount: heading)
  }

  private static func level(_ scalars: [Unicode.Scalar]) -> Level {
    let isDigit = { (scalar: Unicode.Scalar) in ("0"..."9").contains(scalar) }
    var rest = scalars[...]
    let isBracketed = rest.first == "（"
    if isBracketed { rest = rest.dropFirst() }
    let chinese = rest.prefix { numerals.contains($0) }.count
    let digits = rest.prefix(while: isDigit).count
    let behind = rest.dropFirst(max(chinese, digits))
    guard (1...4).contains(max(chinese, digits)), let mark = behind.first else { return .text }
    if isBracketed { return mark == "）" ? (chinese > 0 ? .second : .fourth) : .text }
    if chinese > 0 { return mark == "、" ? .first : .text }
    // Not a number such as 1.5.
    return (mark == "." || mark == "．") && !(behind.dropFirst().first.map(isDigit) ?? true)
      ? .third : .text
  }
}
