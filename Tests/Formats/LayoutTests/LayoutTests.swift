import DocumentNotation
import Layout
import Testing

private let head = """
  form: general
  mark: 安澜市人民政府文件
  number: 安政发〔2026〕12号
  title: 关于测试的通知
  to: 各单位
  issuer: 安澜市人民政府
  date: 2026-11-28
  printer: 安澜市人民政府办公室

  """

private func set(_ body: String, head: String = head) throws -> LaidOutDocument {
  try DocumentLayout.setting(OfficialDocument(notation: Array((head + "\n" + body).utf8)), in: EvenFaces())
}

/// A line of a page: its text, and where each character's origin is.
private struct SetLine {
  var text = ""
  var places: [Double] = []
}

private func lines(_ page: Page) -> [SetLine] {
  var found: [Int: SetLine] = [:]
  for run in page.runs {
    let key = Int((run.baseline * 10).rounded())
    for glyph in run.glyphs {
      found[key, default: SetLine()].text.unicodeScalars.append(glyph.scalar)
      found[key, default: SetLine()].places.append(run.x + glyph.offset)
    }
  }
  return found.sorted { $0.key < $1.key }.map(\.value)
}

private func lines(_ document: LaidOutDocument) -> [SetLine] { document.pages.flatMap { lines($0) } }

/// The lines of a text that stands alone in a document.
private func textLines(_ text: String) throws -> [SetLine] {
  let all = lines(try set(text))
  let start = try #require(all.firstIndex { $0.text == "各单位：" }) + 1
  let end = try #require(all.firstIndex { $0.text == "安澜市人民政府" })
  return Array(all[start..<end].filter { !($0.text.hasPrefix("— ") && $0.text.hasSuffix(" —")) })
}

private let pitch = 156.0 / 28

@Suite struct Lines {
  @Test func `stand on the grid of 28 characters`() throws {
    let found = try textLines(String(repeating: "汉", count: 26 + 28 + 3))
    #expect(found.map(\.text.count) == [26, 28, 3])
    for (line, indent) in zip(found, [2.0, 0, 0]) {
      for (index, x) in line.places.enumerated() {
        #expect(abs(x - (28 + (indent + Double(index)) * pitch)) < 0.01)
      }
    }
  }

  @Test func `take a mark in by narrowing the line's marks`() throws {
    let found = try textLines("甲，" + String(repeating: "汉", count: 24) + "，后文")
    #expect(found.map(\.text) == ["甲，" + String(repeating: "汉", count: 24) + "，", "后文"])
    let last = try #require(found[0].places.last)
    #expect(last < 28 + 27.6 * pitch, "the mark's black half is inside the type area")
  }

  @Test func `take a character down where a mark cannot be taken in, and are filled`() throws {
    let found = try textLines(String(repeating: "汉", count: 26) + "，后文" + String(repeating: "字", count: 30))
    #expect(found[0].text.count == 25)
    #expect(found[1].text.hasPrefix("汉，"))
    #expect(abs(found[0].places[24] - (28 + 27 * pitch)) < 0.02, "the last character stands at the right edge")
  }

  @Test func `keep words and numbers whole where they fit a line`() throws {
    let found = try textLines(String(repeating: "汉", count: 23) + "Internationalization后文")
    #expect(found[1].text.hasPrefix("Internationalization"))
    let long = try textLines(String(repeating: "a", count: 100))
    #expect(long.map(\.text.count) == [52, 48], "and break them where they do not")
  }

  @Test func `go on at half cells after digits`() throws {
    let found = try textLines("共128件")
    #expect(abs((found[0].places.last ?? 0) - (28 + 4.5 * pitch)) < 0.02)
  }

  @Test(arguments: [
    ("版本1.0）后", 2, 5, true), ("版本1.0，后", 2, 5, true), ("（1.0）后", 1, 4, true), ("（见1.0）。后", 2, 5, true),
    ("电话：1.0）后", 3, 6, true), ("电话：1.0后", 3, 6, false), ("（1.0版", 1, 4, false),
  ])
  func `have no white between digits and the marks that open or close them`(
    text: String, first: Int, end: Int, isClosed: Bool
  ) throws {
    let places = try #require(try textLines(text).first).places
    let size = pitch / 1.003
    if isClosed {
      let mark = places[end] - (places[first] + 1.25 * size)
      #expect(abs(mark) < 0.05, "the mark stands where the digits end: \(mark)")
    }
    if !isClosed || text.hasPrefix("（1") {
      #expect(abs(places[first] - places[first - 1] - pitch) < 0.05, "the digits stand where the mark ends")
    }
    let last = 28 + pitch * (2 + 1.5 + Double(text.count - 4))
    #expect(abs((places.last ?? 0) - last) < 0.05, "and what follows stands on the half grid")
  }

  /// Whatever the text.
  @Test(arguments: 0..<40) func `keep the rules`(seed: Int) throws {
    var random = Seeded(state: UInt64(seed) &+ 1)
    let pieces = ["汉", "排版", "规则。", "市，", "“引文”", "（注）", "《条例》、", "〔2026〕", "——", "……", "Guandu", "15%", "3.5 ", "；甲"]
    let text = "始" + (0..<300).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined() + "末"
    let found = try textLines(text)
    #expect(
      found.map(\.text).joined().filter { $0 != " " } == text.filter { $0 != " " }, "nothing is lost or changes place")
    for line in found {
      #expect(zip(line.places, line.places.dropFirst()).allSatisfy { $0 < $1 + 0.02 })
      #expect((line.places.first ?? 0) > 24.9 && (line.places.last ?? 0) < 184)
      #expect(!"（《〔“".contains(line.text.last ?? "（"), "\(line.text)")
      #expect(!"，。、；：？！”）》〕—…%".contains(line.text.first ?? "，"), "\(line.text)")
    }
  }
}

private struct Seeded {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}

@Suite struct Documents {
  @Test func `name what was substituted, once, with its place`() throws {
    let found = try set("甲𠮷\n乙𠮷").substitutions
    #expect(found.count == 1)
    #expect(found.first?.scalar == "𠮷" && found.first?.face == "Second" && found.first?.role == .fangSong)
    #expect(found.first?.line == 10 && found.first?.column == 2)
  }

  @Test func `refuse what no face has, with its place`() {
    let error = #expect(throws: NotationError.self) { try set("甲乙🙂") }
    #expect(error?.line == 10 && error?.column == 3)
    #expect(error?.reason.contains("U+1F642") == true)
  }

  @Test(arguments: [30, 38, 42, 45, 50, 58, 60])
  func `have the seal within a line of the text, over name and date`(millimetres: Int) throws {
    let document = try set("正文。", head: head + "seal-millimetres: \(millimetres)\n")
    let seal = try #require(document.seals.first)
    let page = lines(document.pages[0])
    let baseline = { (text: String) in
      document.pages[0].runs.first { $0.glyphs.map(\.scalar).elementsEqual(text.unicodeScalars) }?.baseline ?? 0
    }
    #expect(page.contains { $0.text == "2026年11月28日" })
    let above = seal.y - seal.diameter / 2 - (baseline("正文。") + 0.12 * 5.55)
    #expect(above >= 0 && above <= 225.0 / 22)
    let name = baseline("安澜市人民政府")
    #expect(name > seal.y - 5 && name < seal.y + 5, "the name crosses the seal's middle")
    #expect(seal.y + seal.diameter / 2 <= 262)
  }

  @Test func `have no seal where none is wanted`() throws {
    #expect(try set("正文。", head: head + "sealed: no\n").seals.isEmpty)
  }

  @Test func `do not leave a table's head behind`() throws {
    for count in 1..<14 {
      let before = (0..<count).map { "第\($0)段" }.joined(separator: "\n")
      let document = try set(before + "\n| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |")
      let pages = document.pages.map { lines($0).map(\.text) }
      for page in pages where page.contains("甲乙") {
        #expect(page.contains("12") || page.contains("34"), "\(count) paragraphs before")
      }
    }
  }

  @Test func `refuse a text after which the seal has no page with text`() throws {
    let row = "| " + String(repeating: "汉", count: 780) + " | 2 |\n"
    let table = "| 甲 | 乙 |\n| --- | --- |\n"
    let error = #expect(throws: NotationError.self) { try set("文\n" + table + row) }
    #expect(error?.line == 6 && error?.reason.contains("no room for the issuer's name") == true)
    #expect(try set("文\n" + table + row + "后文").pages.count == 3)
  }

  @Test func `refuse an imprint that is longer than a page`() throws {
    let copies = "copies: " + String(repeating: "市教育局，", count: 390) + "\n"
    let error = #expect(throws: NotationError.self) { try set("正文。", head: head + copies) }
    #expect(error?.line == 9 && error?.reason.contains("collective names") == true)
  }

  @Test func `repeat a table's head on each page`() throws {
    let rows = (0..<80).map { "| \($0) | 项 |" }.joined(separator: "\n")
    let document = try set("| 甲 | 乙 |\n| --- | --- |\n\(rows)")
    #expect(document.pages.count > 3)
    for page in document.pages where lines(page).contains(where: { $0.text.hasSuffix("项") }) {
      #expect(lines(page).contains { $0.text == "甲乙" })
    }
  }

  @Test func `warn of titles with the form of an hourglass, and of titles that were broken by length`() throws {
    let glass = head.replacing("关于测试的通知", with: "关于进一步加强|测试|工作管理的通知")
    #expect(try set("正文。", head: glass).warnings.contains { $0.contains("hourglass") })
    let long = "安澜市人民政府关于进一步规范市长信箱来信办理工作的通知"
    let broken = try set("正文。", head: head.replacing("关于测试的通知", with: long))
    #expect(broken.titleLines.joined() == long)
    #expect(broken.titleLines.first == "安澜市人民政府", "before 关于")
    #expect(broken.warnings.contains { $0.contains("broken by its length") })
  }

  @Test func `have attachments' titles on the lines that their writer says, and joined in the note`() throws {
    let found = lines(try set("正文。\n=== 来信办理情况|月报表\n内容。")).map(\.text)
    #expect(found.contains("附件：来信办理情况月报表"))
    let start = try #require(found.firstIndex(of: "附件"))
    #expect(found[(start + 1)...].prefix(2) == ["来信办理情况", "月报表"])
    #expect(!found.contains { $0.contains("|") })
    let error = #expect(throws: NotationError.self) { _ = try set("正文。\n=== 甲||乙\n内容。") }
    #expect(error?.line == 11 && error?.column == 7)
  }

  @Test func `end at five hundred pages`() throws {
    let error = #expect(throws: NotationError.self) { try set(String(repeating: "汉\n", count: 11_500)) }
    #expect(error?.reason.contains("at most 500") == true)
    #expect(try set(String(repeating: "汉\n", count: 10_000)).pages.count > 450)
  }
}
