import DocumentNotation
import Testing

@Suite struct Notation {
  static let head = """
    form: general
    mark: 安澜市人民政府文件
    number: 安政发〔2026〕12号
    title: 关于测试的通知
    issuer: 安澜市人民政府
    date: 2026-11-28

    """

  private func read(_ body: String, head: String = head) throws -> OfficialDocument {
    try OfficialDocument(notation: Array((head + "\n" + body).utf8))
  }

  private func paragraphs(_ body: String) throws -> [Paragraph] {
    try read(body).body.map { block in
      guard case .paragraph(let paragraph) = block else {
        throw NotationError(line: 0, "no paragraph", chinese: "没有段落")
      }
      return paragraph
    }
  }

  @Test(arguments: [
    ("一、总则", 1, 4), ("十二、附则", 1, 5), ("（一）范围。下列各项", 2, 6), ("1.第一项", 3, 5), ("12．第二项", 3, 6),
    ("（1）甲", 4, 4), ("1.5万元的项目", 0, 0), ("（甲）乙", 0, 0), ("一是加强领导", 0, 0), ("2026年工作", 0, 0), ("（一", 0, 0),
  ])
  func `tells levels by their numbers`(text: String, level: Int, heading: Int) throws {
    let paragraph = try #require(try paragraphs(text).first)
    #expect(paragraph.level.rawValue == level)
    #expect(paragraph.headingCount == heading)
  }

  @Test func `takes a long numbered sentence for text`() throws {
    let text = "一、" + String(repeating: "长", count: 60) + "。"
    #expect(try paragraphs(text).first?.headingCount == 0)
  }

  @Test func `makes a paragraph of each line, without the spaces around`() throws {
    let found = try paragraphs("　　甲。\r\n\n  乙。  \n")
    #expect(found.map(\.text.text) == ["甲。", "乙。"])
    #expect(found.map(\.text.line) == [8, 10])
    #expect(found.map(\.text.column) == [3, 3])
  }

  @Test func `reads tables with their alignments and escaped bars`() throws {
    let document = try read("| 甲 | 乙 | 丙 |\n| --- | :---: | ---: |\n| a\\|b | | 3 |\n后文")
    guard case .table(let table) = document.body[0] else {
      Issue.record("no table")
      return
    }
    #expect(table.columns == [.left, .centre, .right])
    #expect(table.rows.map { $0.map(\.text) } == [["a|b", "", "3"]])
    #expect(document.body.count == 2)
  }

  @Test func `ends addressees with a colon and copies with a full stop`() throws {
    let more = "to: 各单位。\ncopies: 市法院，\nnote: 此件公开发布\nprinter: 办公室\n"
    let document = try read("正文", head: Self.head + more)
    #expect(document.addressees?.text == "各单位：")
    #expect(document.copies?.text == "市法院。")
    #expect(document.note?.text == "（此件公开发布）")
    #expect(document.printed == document.date, "the day of printing is that of the document unless it is said")
  }

  @Test func `breaks titles where the writer says so`() throws {
    let document = try read("正文", head: Self.head.replacing("关于测试的通知", with: "安澜市人民政府 | 关于测试的通知"))
    #expect(document.title.map(\.text) == ["安澜市人民政府", "关于测试的通知"])
    #expect(document.title.map(\.column) == [8, 18])
  }

  @Test(arguments: ["2026-02-29", "2026-13-01", "2026-11-31", "26-11-28", "2026-1-28", "2026/11/28", "1899-12-31", ""])
  func `takes no day that is none`(text: String) {
    #expect(NotedDate(NotedText(text.unicodeScalars, line: 1, column: 1)) == nil)
  }

  @Test func `writes days without leading zeros`() throws {
    let date = try #require(NotedDate(NotedText("2024-02-09".unicodeScalars, line: 1, column: 1)))
    #expect(date.chinese.text == "2024年2月9日")
  }

  @Test func `takes a byte order mark and lines of comment in the head`() throws {
    let bytes = [0xEF, 0xBB, 0xBF] + Array(("# 说明\n" + Self.head + "\n正文").utf8)
    #expect(try OfficialDocument(notation: bytes).body.count == 1)
  }

  @Test(arguments: ["secret", "order", "joint"]) func `knows no other form`(form: String) {
    #expect(throws: NotationError.self) {
      try read("正文", head: Self.head.replacing("form: general", with: "form: \(form)"))
    }
  }

  @Test func `limits the cells of all tables together`() {
    let row = "|" + String(repeating: "1|", count: 20) + "\n"
    let rules = "|" + String(repeating: "---|", count: 20) + "\n"
    let table = row + rules + String(repeating: row, count: 1_300) + "\n"
    #expect(throws: Never.self) { try read(table) }
    let error = #expect(throws: NotationError.self) { try read(table + table) }
    #expect(error?.reason.contains("50000 cells") == true)
  }

  @Test func `limits columns, signers and attachments`() {
    let wide = "|" + String(repeating: "1|", count: 21) + "\n"
    let error = #expect(throws: NotationError.self) { try read(wide + wide + wide) }
    #expect(error?.reason == "21 columns; at most 20")
    let upward = Self.head.replacing("form: general", with: "form: upward") + "signers: 甲、乙、丙、丁、戊、己、庚、辛、壬\n"
    #expect(throws: NotationError.self) { try read("正文", head: upward) }
    #expect(throws: NotationError.self) {
      try read("正文\n" + String(repeating: "=== 附表\n内容\n", count: 100))
    }
  }

  @Test func `limits the lengths of values`() {
    for (key, most) in [("to", 2_000), ("issuer", 26), ("mark", 18), ("note", 200)] {
      let long = "\(key): " + String(repeating: "长", count: most + 1)
      let head = Self.head.split(separator: "\n").filter { !$0.hasPrefix(key) }.joined(separator: "\n")
      let error = #expect(throws: NotationError.self) { try read("正文", head: head + "\n\(long)\n") }
      #expect(error?.reason.contains("at most \(most)") == true, "\(key)")
      #expect(error?.column == key.count + 3, "\(key)")
    }
  }
}
