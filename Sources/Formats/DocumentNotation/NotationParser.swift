extension OfficialDocument {
  /// Reads the notation of `docs/documents.md`: a head of `key: value` lines, an empty line, the text.
  /// - Parameter bytes: UTF-8, at most `NotationLimits.maxBytes`; lines end with LF or CR LF.
  /// - Throws: the first fault, with its place.
  public init(notation bytes: [UInt8]) throws(NotationError) {
    let lines = try NotationLines(bytes)
    let head = try NotationHead(lines.head)
    self = try head.document(body: NotationBody(lines.body), number: nil)
  }

  /// Reads the notation of a document whose number a register gives: its head has no `number`.
  /// - Parameters:
  ///   - bytes: as in `init(notation:)`.
  ///   - number: given the year of the document's date, the number to set, such as `安政发〔2026〕12号`; its form is not
  ///     checked.
  /// - Throws: the first fault, with its place.
  public init(draft bytes: [UInt8], number: @escaping (Int) -> String) throws(NotationError) {
    let lines = try NotationLines(bytes)
    let head = try NotationHead(lines.head)
    self = try head.document(body: NotationBody(lines.body), number: number)
  }
}

/// The notation, cut into lines whose characters are all ones that a document may hold.
struct NotationLines {
  private(set) var head: [NotedText] = []
  private(set) var body: [NotedText] = []

  init(_ bytes: [UInt8]) throws(NotationError) {
    guard bytes.count <= NotationLimits.maxBytes else {
      throw NotationError(
        line: 0,
        "the document has \(bytes.count) bytes; at most \(NotationLimits.maxBytes) are taken: split it",
        chinese: "文件有\(bytes.count)字节，最多\(NotationLimits.maxBytes)字节，请拆分公文")
    }
    var rest = bytes[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    var (number, isHead) = (0, true)
    for raw in rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let line = try Self.line(raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw, number)
      if isHead {
        if line.trimmed().scalars.isEmpty { isHead = head.isEmpty } else { head.append(line) }
      } else {
        body.append(line)
      }
    }
  }

  private static func line(_ bytes: ArraySlice<UInt8>, _ number: Int) throws(NotationError)
    -> NotedText
  {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let good = String(decoding: bytes, as: UTF8.self).unicodeScalars.prefix { $0 != "\u{FFFD}" }
        .count
      throw NotationError(
        line: number, column: good + 1, "this is not UTF-8; save the file in UTF-8",
        chinese: "此处不是UTF-8编码，请将文件另存为UTF-8")
    }
    let line = NotedText(text.unicodeScalars, line: number, column: 1)
    guard line.scalars.count <= NotationLimits.lineMaxCharacters else {
      throw NotationError(
        line: number,
        "\(line.scalars.count) characters in a line; at most \(NotationLimits.lineMaxCharacters): split it",
        chinese: "一行有\(line.scalars.count)字，最多\(NotationLimits.lineMaxCharacters)字，请分段")
    }
    for (offset, scalar) in line.scalars.enumerated() {
      if let refusal = CharacterRules.refusal(scalar) {
        throw NotationError(line, at: offset, refusal.english, chinese: refusal.chinese)
      }
    }
    return line
  }
}

/// The values of the head, each at most once, and taken once.
struct NotationHead {
  private var values: [HeadKey: NotedText] = [:]

  init(_ lines: [NotedText]) throws(NotationError) {
    for line in lines where line.scalars.first != "#" {
      guard let colon = line.scalars.firstIndex(where: { $0 == ":" || $0 == "：" }) else {
        throw NotationError(
          line: line.line,
          "a line of the head is “key: value”; the text begins after the first empty line",
          chinese: "文头每行写作“项目: 内容”，正文从第一个空行之后开始")
      }
      let word = line[0..<colon].trimmed().text
      guard let key = HeadKey(word: word) else {
        throw NotationError(
          line: line.line, column: 1,
          "unknown key “\(word.prefix(40))”; there are: "
            + HeadKey.allCases.map(\.english).joined(separator: ", "),
          chinese: "没有“\(word.prefix(40))”这一项目，可用的有："
            + HeadKey.allCases.map(\.chinese).joined(separator: "、"))
      }
      if let first = values[key] {
        throw NotationError(
          line: line.line, column: 1,
          "“\(word)” is here a second time, first in line \(first.line); take one out (\(key.english) and "
            + "\(key.chinese) are one key)",
          chinese: "“\(word)”重复，第\(first.line)行已有，请删去其一（\(key.english)与\(key.chinese)是同一项目）")
      }
      let value = line[(colon + 1)..<line.scalars.count].trimmed()
      guard !value.scalars.isEmpty else {
        throw NotationError(
          line: line.line, "“\(word)” has no value; write one, or take the line out",
          chinese: "“\(word)”没有内容，请填写或删去该行")
      }
      guard value.scalars.count <= NotationLimits.valueMaxCharacters else {
        throw NotationError(
          value,
          "“\(word)” has \(value.scalars.count) characters; at most \(NotationLimits.valueMaxCharacters)",
          chinese: "“\(word)”有\(value.scalars.count)字，最多\(NotationLimits.valueMaxCharacters)字")
      }
      values[key] = value
    }
  }

  /// - Parameter given: makes the document's number of its year; nil where the head has to say it.
  func document(body: NotationBody, number given: ((Int) -> String)?) throws(NotationError) -> OfficialDocument {
    let form = try form()
    var document = OfficialDocument(
      form: form, mark: try text(.mark, most: NotationLimits.markMaxCharacters),
      copyNumber: try copyNumber(),
      classification: try classification(), urgency: try choice(.urgency, ["特急", "加急"]),
      number: try number(given),
      signers: try signers(form), title: try title(), addressees: try addressees(),
      body: body.blocks,
      issuer: try text(.issuer, most: NotationLimits.issuerMaxCharacters), date: try date(.date),
      isSealed: !["no", "否"].contains(try choice(.sealed, ["yes", "no", "是", "否"])?.text),
      sealMillimetres: try sealMillimetres(), note: try note(), attachments: body.attachments,
      copies: values[.copies],
      printer: values[.printer], printed: values[.printed] == nil ? nil : try date(.printed),
      checkAddress: try checkAddress())
    try finish(&document)
    return document
  }

  /// What elements ask of each other.
  private func finish(_ document: inout OfficialDocument) throws(NotationError) {
    guard !document.body.isEmpty else {
      throw NotationError(
        line: 0, "the document has no text; write it after an empty line below the head",
        chinese: "公文没有正文，请在文头之下空一行后书写")
    }
    if document.form == .letter, let printer = document.printer ?? document.printed?.place {
      throw NotationError(
        printer,
        "a letter has no printer and no day of printing (GB/T 9704-2012, 10.1); take them out",
        chinese: "信函格式不标注印发机关和印发日期（GB/T 9704-2012，10.1），请删去")
    }
    if let copies = document.copies {
      document.copies = Self.ended(copies, with: "。", in: "。．.；;，,、")
    }
    if let printed = document.printed, document.printer == nil {
      throw NotationError(
        printed.place, "a day of printing goes with a printer; add “printer: …”",
        chinese: "有印发日期须有印发机关，请加“印发机关: …”")
    }
    if document.printer != nil, document.printed == nil { document.printed = document.date }
  }

  // MARK: values

  private func required(_ key: HeadKey) throws(NotationError) -> NotedText {
    guard let value = values[key] else {
      throw NotationError(
        line: 0, "the head has no “\(key.english)”; add “\(key.english): …”",
        chinese: "文头缺少“\(key.chinese)”，请加“\(key.chinese): …”")
    }
    return value
  }

  private func text(_ key: HeadKey, most: Int) throws(NotationError) -> NotedText {
    let value = try required(key)
    guard value.scalars.count <= most else {
      throw NotationError(
        value,
        "“\(key.english)” has \(value.scalars.count) characters; at most \(most) fit a line: use the standard short name",
        chinese: "“\(key.chinese)”有\(value.scalars.count)字，一行最多\(most)字，请用规范化简称")
    }
    return value
  }

  private func choice(_ key: HeadKey, _ choices: [String]) throws(NotationError) -> NotedText? {
    guard let value = values[key] else { return nil }
    guard choices.contains(value.text) else {
      throw NotationError(
        value, "“\(key.english)” is \(choices.joined(separator: " or ")), not “\(value.text)”",
        chinese: "“\(key.chinese)”应为\(choices.joined(separator: "或"))，不能是“\(value.text)”")
    }
    return value
  }

  private func form() throws(NotationError) -> OfficialDocument.Form {
    let value = try required(.form)
    if let form = OfficialDocument.Form(word: value.text) { return form }
    if ["order", "minutes", "joint", "命令", "纪要", "联合行文"].contains(value.text) {
      throw NotationError(
        value, "documents of the form “\(value.text)” are not set yet",
        chinese: "尚不能排“\(value.text)”格式的公文")
    }
    throw NotationError(
      value, "“form” is general, upward or letter, not “\(value.text)”",
      chinese: "“格式”应为通用、上行文或信函，不能是“\(value.text)”")
  }

  private func date(_ key: HeadKey) throws(NotationError) -> NotedDate {
    let value = try required(key)
    guard let date = NotedDate(value) else {
      throw NotationError(
        value, "“\(value.text)” is no day; write it as 2026-11-28",
        chinese: "“\(value.text)”不是日期，请写作2026-11-28")
    }
    return date
  }

  private func copyNumber() throws(NotationError) -> NotedText? {
    guard let value = values[.copyNumber] else { return nil }
    guard value.scalars.count == 6, value.scalars.allSatisfy({ ("0"..."9").contains($0) }) else {
      throw NotationError(
        value, "a copy number has six digits, as in 000012 (7.2.1)",
        chinese: "份号用6位阿拉伯数字，如000012（7.2.1）")
    }
    return value
  }

  private func sealMillimetres() throws(NotationError) -> Double {
    guard let value = values[.sealMillimetres] else { return 42 }
    guard let number = Int(value.text), (30...60).contains(number) else {
      throw NotationError(
        value, "a seal's diameter is a whole number of millimetres from 30 to 60",
        chinese: "印章直径为30至60的整数，单位毫米")
    }
    return Double(number)
  }

  /// 秘密 alone: what is above never enters this software.
  private func classification() throws(NotationError) -> NotedText? {
    guard let value = values[.classification] else { return nil }
    if value.text.hasPrefix("机密") || value.text.hasPrefix("绝密") {
      throw NotationError(
        value, "documents above 秘密 are not made with this software; use what is approved for them",
        chinese: "机密、绝密公文不得用本软件制作，请使用经批准的系统")
    }
    let parts = value.text.split(separator: "★", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0] == "秘密", parts.count == 1 || Self.isPeriod(parts[1]) else {
      throw NotationError(
        value, "a classification is written as 秘密, 秘密★1年, 秘密★6个月 or 秘密★长期 (7.2.2)",
        chinese: "密级写作秘密、秘密★1年、秘密★6个月或秘密★长期（7.2.2）")
    }
    return value
  }

  private static func isPeriod(_ text: Substring) -> Bool {
    if text == "长期" { return true }
    let digits = text.prefix { ("0"..."9").contains($0) }
    return (1...2).contains(digits.count) && digits.first != "0"
      && ["年", "个月"].contains(text.dropFirst(digits.count))
  }

  /// By 7.2.5: the year in full in 〔〕, no 第, no leading zeros, 号.
  private func number() throws(NotationError) -> NotedText {
    let value = try text(.number, most: 24)
    let problem = NotationError(
      value,
      "a document's number is written as 安政发〔2026〕12号: the year in full in 〔〕, no 第, no leading zero (7.2.5)",
      chinese: "发文字号写作安政发〔2026〕12号：年份标全称，用六角括号〔〕括入，不加“第”字，不编虚位（7.2.5）")
    let scalars = value.scalars
    guard let open = scalars.firstIndex(of: "〔"), open > 0, scalars.count > open + 7,
      scalars[open + 5] == "〕",
      scalars.last == "号"
    else { throw problem }
    let (year, ordinal) = (
      scalars[(open + 1)..<(open + 5)], scalars[(open + 6)..<(scalars.count - 1)]
    )
    guard (year + ordinal).allSatisfy({ ("0"..."9").contains($0) }), ordinal.first != "0",
      ordinal.count <= 6
    else {
      throw problem
    }
    return value
  }

  private func number(_ given: ((Int) -> String)?) throws(NotationError) -> NotedText {
    guard let given else { return try number() }
    if let value = values[.number] {
      throw NotationError(
        value, "the number is given when the seal is granted; take this line out",
        chinese: "发文字号在批准用印时编定，请删去该行")
    }
    let date = try date(.date)
    return date.place.replaced(by: given(date.year))
  }

  private func signers(_ form: OfficialDocument.Form) throws(NotationError) -> [NotedText] {
    guard form == .upward else {
      if let value = values[.signers] {
        throw NotationError(
          value, "signers (签发人) stand on documents of the form “upward” alone (7.2.6)",
          chinese: "只有上行文标注签发人（7.2.6）")
      }
      return []
    }
    let value = try required(.signers)
    let names = value.parts { $0 == "、" || $0 == "，" || $0 == "," }
    for name in names where name.scalars.isEmpty || name.scalars.count > 8 {
      throw NotationError(
        name, "signers are names of at most 8 characters with 、 between them",
        chinese: "签发人姓名每人不超过8字，之间用顿号")
    }
    guard names.count <= NotationLimits.maxSigners else {
      throw NotationError(
        value, "\(names.count) signers; at most \(NotationLimits.maxSigners)",
        chinese: "签发人有\(names.count)人，最多\(NotationLimits.maxSigners)人")
    }
    return names
  }

  private func title() throws(NotationError) -> [NotedText] {
    let value = try required(.title)
    guard value.scalars.count <= NotationLimits.titleMaxCharacters else {
      throw NotationError(
        value,
        "the title has \(value.scalars.count) characters; at most \(NotationLimits.titleMaxCharacters): shorten it",
        chinese: "标题有\(value.scalars.count)字，最多\(NotationLimits.titleMaxCharacters)字，请精简")
    }
    return try value.titleLines()
  }

  private func addressees() throws(NotationError) -> NotedText? {
    values[.to].map { Self.ended($0, with: "：", in: "：:。，,；;") }
  }

  /// With its brackets.
  private func note() throws(NotationError) -> NotedText? {
    guard let value = values[.note] else { return nil }
    guard value.scalars.count <= NotationLimits.noteMaxCharacters else {
      throw NotationError(
        value,
        "the note has \(value.scalars.count) characters; at most \(NotationLimits.noteMaxCharacters): write it into the "
          + "text, or into an attachment",
        chinese: "附注有\(value.scalars.count)字，最多\(NotationLimits.noteMaxCharacters)字，请写入正文或附件")
    }
    if value.scalars.first == "（" { return value }
    return NotedText("（\(value.text)）".unicodeScalars, line: value.line, column: value.column - 1)
  }

  /// https alone: who checks a document is to know from whom the answer comes.
  private func checkAddress() throws(NotationError) -> NotedText? {
    guard let value = values[.checkAddress] else { return nil }
    guard value.scalars.count <= NotationLimits.addressMaxCharacters else {
      throw NotationError(
        value,
        "the address has \(value.scalars.count) characters; at most \(NotationLimits.addressMaxCharacters): a longer one "
          + "makes a code too fine to print",
        chinese:
          "查验地址有\(value.scalars.count)字，最多\(NotationLimits.addressMaxCharacters)字，再长则二维码过密、难以识读")
    }
    let host = value.text.dropFirst(8).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let isPlain = value.scalars.allSatisfy {
      (0x21...0x7E).contains($0.value) && !"\"<>\\^`{|}".unicodeScalars.contains($0)
    }
    guard value.text.hasPrefix("https://"), isPlain, !host.isEmpty, !host.contains("@"),
      !host.hasPrefix(":")
    else {
      throw NotationError(
        value,
        "the address where the document can be checked is written as https://host/…, in ASCII, without spaces",
        chinese: "查验地址写作https://主机/…，只用ASCII字符，不含空格")
    }
    return value
  }

  private static func ended(_ value: NotedText, with mark: Unicode.Scalar, in others: String)
    -> NotedText
  {
    guard let last = value.scalars.last else { return value }
    let kept = others.unicodeScalars.contains(last) ? value.scalars.dropLast() : value.scalars[...]
    return NotedText(kept + [mark], line: value.line, column: value.column)
  }
}
