import DocumentNotation
import Layout
import Testing

private let address = "https://an.example.cn/check/12"

/// A code whose every second column is dark.
private func striped(_ side: Int) -> DocumentLayout.CodeMaker {
  { text in
    guard text == address else { return nil }
    return ModuleMatrix(side: side, dark: (0..<(side * side)).map { $0 % side % 2 == 0 })
  }
}

private func set(
  _ body: String, form: String = "general", more: String = "printer: 市政府办公室\n", address: String = address,
  codes: DocumentLayout.CodeMaker? = striped(29)
) throws(NotationError) -> LaidOutDocument {
  let head = """
    form: \(form)
    mark: 安澜市人民政府文件
    number: 安政发〔2026〕12号
    title: 关于测试的通知
    to: 各单位
    issuer: 安澜市人民政府
    date: 2026-11-28
    查验地址: \(address)
    \(more)

    """
  return try DocumentLayout.setting(
    OfficialDocument(notation: Array((head + body).utf8)), in: EvenFaces(), codes: codes)
}

@Suite struct TheCheckCode {
  @Test func `stands at the right, above the imprint, white around it`() throws {
    let document = try set("正文。")
    let code = try #require(document.code)
    let page = document.pages[code.page - 1]
    #expect((20...25).contains(code.side) && abs(code.x + code.side - 184) < 0.001)
    let imprint = try #require(page.rules.filter { $0.width > 150 && $0.y > code.y }.map(\.y).min())
    let module = code.side / 29
    #expect(abs(imprint + 0.175 - (code.y + code.side) - 4 * module) < 0.001)
    #expect(page.rules.filter { $0.width < 25 && $0.colour == .black }.count == 29 * 15)
  }

  /// Bodies of any length: from a page with room to one without, and over to the next.
  @Test(arguments: ["general", "letter"]) func `touches neither text nor seal, however long the text is`(
    form: String
  ) throws {
    var pages: Set<Int> = []
    for lines in 1...50 {
      let body = String(repeating: "正文一行。\n", count: lines)
      let document: LaidOutDocument
      do throws(NotationError) {
        document = try set(body, form: form, more: form == "letter" ? "" : "printer: 办公室\n")
      } catch {
        #expect(error.reason.contains("no room for the issuer's name"))
        continue
      }
      let code = try #require(document.code)
      pages.insert(code.page)
      #expect(code.page == document.pages.count)
      let quiet = 4 * code.side / 29
      let (left, top) = (code.x - quiet, code.y - quiet)
      let bottom = code.y + code.side + quiet
      for run in document.pages[code.page - 1].runs {
        // Page numbers stand below the type area.
        let ends = run.x + (run.glyphs.map { $0.offset + run.size }.max() ?? 0)
        let isApart =
          run.baseline + 0.2 * run.size < top || run.baseline - 0.9 * run.size > bottom - 0.01 || ends < left
        #expect(isApart, "\(lines) lines: \(run)")
      }
      for seal in document.seals where seal.page == code.page {
        #expect(seal.y + seal.diameter / 2 <= top + 0.01, "\(lines) lines")
      }
      #expect(code.y + code.side <= 262.001)
    }
    #expect(pages.count >= 3, "the code has moved on")
  }

  @Test func `goes to a page of its own with the imprint, and says so`() throws {
    let turned = (1...30).lazy.compactMap { lines -> LaidOutDocument? in
      let document = try? set(String(repeating: "正文一行。\n", count: lines))
      return document?.warnings.contains { $0.hasPrefix("the imprint stands alone on page") } == true ? document : nil
    }.first
    let document = try #require(turned)
    #expect(document.code?.page == document.pages.count)
  }

  @Test func `is refused where it cannot be made, or would be too fine`() {
    let none = #expect(throws: NotationError.self) { try set("正文。", codes: nil) }
    #expect(none?.line == 8 && none?.reason.contains("no code can be made") == true)
    let fine = #expect(throws: NotationError.self) { try set("正文。", codes: striped(71)) }
    #expect(fine?.reason.contains("too fine to print") == true && fine?.chineseReason.contains("过密") == true)
    let long = "copies: " + String(repeating: "长", count: 20 * 26) + "\nprinter: 办公室\n"
    let full = #expect(throws: NotationError.self) { try set("正文。", more: long) }
    #expect(full?.reason.contains("no room for the code") == true)
  }

  @Test func `is not there where no address is given`() throws {
    let document = try setDocument(
      "正文。",
      head: "form: general\nmark: 市政府文件\nnumber: 安政发〔2026〕1号\ntitle: 通知\nissuer: 市政府\ndate: 2026-11-28\n")
    #expect(document.code == nil)
  }
}
