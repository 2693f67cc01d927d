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
        line: 0, "the document has \(bytes.count) bytes; at most \(NotationLimits.maxBytes) are taken: split it")
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

  private static func line(_ bytes: ArraySlice<UInt8>, _ number: Int) throws(NotationError) -> NotedText {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let good = String(decoding: bytes, as: UTF8.self).unicodeScalars.prefix { $0 != "\u{FFFD}" }.count
      throw NotationError(line: number, column: good + 1, "this is not UTF-8; save the file in UTF-8")
    }
    let line = NotedText(text.unicodeScalars, line: number, column: 1)
    guard line.scalars.count <= NotationLimits.lineMaxCharacters else {
      throw NotationError(
        line: number,
        "\(line.scalars.count) characters in a line; at most \(NotationLimits.lineMaxCharacters): split it")
    }
    for (offset, scalar) in line.scalars.enumerated() {
      if let refusal = CharacterRules.refusal(scalar) { throw NotationError(line, at: offset, refusal) }
    }
    return line
  }
}

/// The values of the head, each at most once, and taken once.
struct NotationHead {
  private static let keys = [
    "form", "mark", "copy-number", "classification", "urgency", "number", "signers", "title", "to", "issuer", "date",
    "sealed", "seal-millimetres", "note", "copies", "printer", "printed",
  ]

  private var values: [String: NotedText] = [:]

  init(_ lines: [NotedText]) throws(NotationError) {
    for line in lines where line.scalars.first != "#" {
      guard let colon = line.scalars.firstIndex(where: { $0 == ":" || $0 == "：" }) else {
        throw NotationError(
          line: line.line, "a line of the head is “key: value”; the text begins after the first empty line")
      }
      let key = line[0..<colon].trimmed().text
      guard Self.keys.contains(key) else {
        throw NotationError(
          line: line.line, column: 1, "unknown key “\(key.prefix(40))”; there are: \(Self.keys.joined(separator: ", "))"
        )
      }
      guard values[key] == nil else {
        throw NotationError(line: line.line, column: 1, "“\(key)” is here a second time; take one out")
      }
      let value = line[(colon + 1)..<line.scalars.count].trimmed()
      guard !value.scalars.isEmpty else {
        throw NotationError(line: line.line, "“\(key)” has no value; write one, or take the line out")
      }
      guard value.scalars.count <= NotationLimits.valueMaxCharacters else {
        throw NotationError(
          value, "“\(key)” has \(value.scalars.count) characters; at most \(NotationLimits.valueMaxCharacters)")
      }
      values[key] = value
    }
  }

  /// - Parameter given: makes the document's number of its year; nil where the head has to say it.
  func document(body: NotationBody, number given: ((Int) -> String)?) throws(NotationError) -> OfficialDocument {
    let form = try form()
    var document = OfficialDocument(
      form: form, mark: try text("mark", most: NotationLimits.markMaxCharacters), copyNumber: try copyNumber(),
      classification: try classification(), urgency: try choice("urgency", ["特急", "加急"]), number: try number(given),
      signers: try signers(form), title: try title(), addressees: try addressees(), body: body.blocks,
      issuer: try text("issuer", most: NotationLimits.issuerMaxCharacters), date: try date("date"),
      isSealed: try choice("sealed", ["yes", "no"])?.text != "no", sealMillimetres: try sealMillimetres(),
      note: try note(), attachments: body.attachments, copies: values["copies"],
      printer: values["printer"], printed: values["printed"] == nil ? nil : try date("printed"))
    try finish(&document)
    return document
  }

  /// What elements ask of each other.
  private func finish(_ document: inout OfficialDocument) throws(NotationError) {
    guard !document.body.isEmpty else {
      throw NotationError(line: 0, "the document has no text; write it after an empty line below the head")
    }
    if document.form == .letter, let printer = document.printer ?? document.printed?.place {
      throw NotationError(
        printer, "a letter has no printer and no day of printing (GB/T 9704-2012, 10.1); take them out")
    }
    if let copies = document.copies { document.copies = Self.ended(copies, with: "。", in: "。．.；;，,、") }
    if let printed = document.printed, document.printer == nil {
      throw NotationError(printed.place, "a day of printing goes with a printer; add “printer: …”")
    }
    if document.printer != nil, document.printed == nil { document.printed = document.date }
  }

  // MARK: values

  private func required(_ key: String) throws(NotationError) -> NotedText {
    guard let value = values[key] else { throw NotationError(line: 0, "the head has no “\(key)”; add “\(key): …”") }
    return value
  }

  private func text(_ key: String, most: Int) throws(NotationError) -> NotedText {
    let value = try required(key)
    guard value.scalars.count <= most else {
      throw NotationError(
        value, "“\(key)” has \(value.scalars.count) characters; at most \(most) fit a line: use the standard short name"
      )
    }
    return value
  }

  private func choice(_ key: String, _ choices: [String]) throws(NotationError) -> NotedText? {
    guard let value = values[key] else { return nil }
    guard choices.contains(value.text) else {
      throw NotationError(value, "“\(key)” is \(choices.joined(separator: " or ")), not “\(value.text)”")
    }
    return value
  }

  private func form() throws(NotationError) -> OfficialDocument.Form {
    let value = try required("form")
    if let form = OfficialDocument.Form(rawValue: value.text) { return form }
    if ["order", "minutes", "joint"].contains(value.text) {
      throw NotationError(value, "documents of the form “\(value.text)” are not set yet")
    }
    throw NotationError(value, "“form” is general, upward or letter, not “\(value.text)”")
  }

  private func date(_ key: String) throws(NotationError) -> NotedDate {
    let value = try required(key)
    guard let date = NotedDate(value) else {
      throw NotationError(value, "“\(value.text)” is no day; write it as 2026-11-28")
    }
    return date
  }

  private func copyNumber() throws(NotationError) -> NotedText? {
    guard let value = values["copy-number"] else { return nil }
    guard value.scalars.count == 6, value.scalars.allSatisfy({ ("0"..."9").contains($0) }) else {
      throw NotationError(value, "a copy number has six digits, as in 000012 (7.2.1)")
    }
    return value
  }

  private func sealMillimetres() throws(NotationError) -> Double {
    guard let value = values["seal-millimetres"] else { return 42 }
    guard let number = Int(value.text), (30...60).contains(number) else {
      throw NotationError(value, "a seal's diameter is a whole number of millimetres from 30 to 60")
    }
    return Double(number)
  }

  /// 秘密 alone: what is above never enters this software.
  private func classification() throws(NotationError) -> NotedText? {
    guard let value = values["classification"] else { return nil }
    if value.text.hasPrefix("机密") || value.text.hasPrefix("绝密") {
      throw NotationError(value, "documents above 秘密 are not made with this software; use what is approved for them")
    }
    let parts = value.text.split(separator: "★", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0] == "秘密", parts.count == 1 || Self.isPeriod(parts[1]) else {
      throw NotationError(value, "a classification is written as 秘密, 秘密★1年, 秘密★6个月 or 秘密★长期 (7.2.2)")
    }
    return value
  }

  private static func isPeriod(_ text: Substring) -> Bool {
    if text == "长期" { return true }
    let digits = text.prefix { ("0"..."9").contains($0) }
    return (1...2).contains(digits.count) && digits.first != "0" && ["年", "个月"].contains(text.dropFirst(digits.count))
  }

  /// By 7.2.5: the year in full in 〔〕, no 第, no leading zeros, 号.
  private func number() throws(NotationError) -> NotedText {
    let value = try text("number", most: 24)
    let problem =
      "a document's number is written as 安政发〔2026〕12号: the year in full in 〔〕, no 第, no leading zero (7.2.5)"
    let scalars = value.scalars
    guard let open = scalars.firstIndex(of: "〔"), open > 0, scalars.count > open + 7, scalars[open + 5] == "〕",
      scalars.last == "号"
    else { throw NotationError(value, problem) }
    let (year, ordinal) = (scalars[(open + 1)..<(open + 5)], scalars[(open + 6)..<(scalars.count - 1)])
    guard (year + ordinal).allSatisfy({ ("0"..."9").contains($0) }), ordinal.first != "0", ordinal.count <= 6 else {
      throw NotationError(value, problem)
    }
    return value
  }

  private func number(_ given: ((Int) -> String)?) throws(NotationError) -> NotedText {
    guard let given else { return try number() }
    if let value = values["number"] {
      throw NotationError(value, "the number is given when the seal is granted; take this line out")
    }
    let date = try date("date")
    return date.place.replaced(by: given(date.year))
  }

  private func signers(_ form: OfficialDocument.Form) throws(NotationError) -> [NotedText] {
    guard form == .upward else {
      if let value = values["signers"] {
        throw NotationError(value, "signers (签发人) stand on documents of the form “upward” alone (7.2.6)")
      }
      return []
    }
    let value = try required("signers")
    let names = value.parts { $0 == "、" || $0 == "，" || $0 == "," }
    for name in names where name.scalars.isEmpty || name.scalars.count > 8 {
      throw NotationError(name, "signers are names of at most 8 characters with 、 between them")
    }
    guard names.count <= NotationLimits.maxSigners else {
      throw NotationError(value, "\(names.count) signers; at most \(NotationLimits.maxSigners)")
    }
    return names
  }

  private func title() throws(NotationError) -> [NotedText] {
    let value = try required("title")
    guard value.scalars.count <= NotationLimits.titleMaxCharacters else {
      throw NotationError(
        value,
        "the title has \(value.scalars.count) characters; at most \(NotationLimits.titleMaxCharacters): shorten it")
    }
    return try value.titleLines()
  }

  private func addressees() throws(NotationError) -> NotedText? {
    values["to"].map { Self.ended($0, with: "：", in: "：:。，,；;") }
  }

  /// With its brackets.
  private func note() throws(NotationError) -> NotedText? {
    guard let value = values["note"] else { return nil }
    guard value.scalars.count <= NotationLimits.noteMaxCharacters else {
      throw NotationError(
        value,
        "the note has \(value.scalars.count) characters; at most \(NotationLimits.noteMaxCharacters): write it into the "
          + "text, or into an attachment")
    }
    if value.scalars.first == "（" { return value }
    return NotedText("（\(value.text)）".unicodeScalars, line: value.line, column: value.column - 1)
  }

  private static func ended(_ value: NotedText, with mark: Unicode.Scalar, in others: String) -> NotedText {
    guard let last = value.scalars.last else { return value }
    let kept = others.unicodeScalars.contains(last) ? value.scalars.dropLast() : value.scalars[...]
    return NotedText(kept + [mark], line: value.line, column: value.column)
  }
}
