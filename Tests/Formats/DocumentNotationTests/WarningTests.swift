import DocumentNotation
import Testing

@Suite struct Warnings {
  private func warnings(_ body: String, head: String = Notation.head) throws -> [String] {
    try OfficialDocument(notation: Array((head + "\n" + body).utf8)).warnings
  }

  @Test(arguments: [
    ("(一)落实责任。", "(一)", "（一）"), ("（一)落实责任。", "（一)", "（一）"), ("(12)甲", "(12)", "（12）"), ("1、甲", "1、", "1."),
    ("１．甲", "１．", "1."), ("（１）甲", "（１）", "（1）"), ("一.甲", "一.", "一、"), ("3)甲", "3)", "（3）"), ("3）甲", "3）", "（3）"),
  ])
  func `name a number in another form than a level's, and the right one`(
    text: String, written: String, right: String
  ) throws {
    let found = try warnings("甲。\n\(text)")
    #expect(
      found == [
        "line 9, column 1: “\(written)” begins no level, so that this is plain text; write “\(right)”"
      ])
    let mended = try OfficialDocument(
      notation: Array((Notation.head + "\n" + text.replacing(written, with: right)).utf8))
    guard case .paragraph(let paragraph) = mended.body[0] else {
      throw NotationError(line: 0, "no paragraph", chinese: "没有段落")
    }
    #expect(paragraph.level != .text)
  }

  @Test(arguments: [
    "一、甲", "（一）甲", "1.甲", "12．甲", "（1）甲", "1.5万元的项目", "1、2号楼", "一、二期工程", "2026年工作", "（甲）乙", "一是甲", "１．５万元",
    "见12:30的Guandu (1.0), 3;4",
  ])
  func `leave alone what is right, and what is no number`(text: String) throws {
    #expect(try warnings(text).isEmpty)
  }

  @Test(arguments: [
    ("甲,乙", 2, "，"), ("12;甲", 3, "；"), ("电话:1", 3, "："), ("见(1.0)", 2, "（"), ("Guandu)是", 7, "）"), ("吗?", 2, "？"),
  ])
  func `name narrow marks beside Chinese characters`(text: String, column: Int, wide: String) throws {
    let mark = Array(text)[column - 1]
    #expect(
      try warnings(text) == [
        "line 8, column \(column): a narrow “\(mark)” beside Chinese characters; write “\(wide)”"
      ])
    let cell = try warnings("| 甲 |\n| --- |\n| \(text) |")
    #expect(cell.count == 1 && cell.first?.hasPrefix("line 10, column \(column + 2): ") == true)
    let head = try warnings("正文", head: Notation.head + "note: \(text)\n")
    #expect(head.count == 1 && head.first?.hasPrefix("line 7, column \(column + 6): ") == true)
  }

  @Test func `name a number of another year, and a day of printing before the document's`() throws {
    let old = try warnings("正文", head: Notation.head.replacing("〔2026〕", with: "〔1999〕"))
    #expect(old == ["line 3, column 13: the number's year, 1999, is not that of the date, 2026-11-28"])
    let printer = "printer: 办公室\nprinted: "
    let early = try warnings("正文", head: Notation.head + printer + "2026-11-27\n")
    #expect(
      early == ["line 8, column 10: the day of printing, 2026-11-27, is before that of the document, 2026-11-28"])
    #expect(try warnings("正文", head: Notation.head + printer + "2026-11-28\n").isEmpty)
  }

  @Test func `are at most a hundred and one`() throws {
    let found = try warnings(String(repeating: "甲,乙\n", count: 250))
    #expect(found.count == 101 && found.last == "and 150 more of these")
  }
}
