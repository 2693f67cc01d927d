import DocumentNotation
import Layout
import Testing

/// What is within the type area whatever a document's form and its bodies (7.4).
@Suite struct Imprints {
  private static let bodies = ["市教育局", "市人力资源和社会保障局"]

  private func head(_ form: OfficialDocument.Form, to: String, copies: String? = nil) -> String {
    let more = [
      "form: \(form)", copies.map { "copies: \($0)" }, form == .upward ? "signers: 周建国" : nil,
      form == .letter ? nil : "printer: 安澜市人民政府办公室",
    ]
    let same = "mark: 安澜市人民政府文件\nnumber: 安政发〔2026〕12号\ntitle: 关于测试的通知\nissuer: 安澜市人民政府\ndate: 2026-11-28"
    return more.compactMap(\.self).joined(separator: "\n") + "\n\(same)\nto: \(to)\n"
  }

  private func names(_ count: Int, _ name: String) -> String {
    Array(repeating: name, count: count).joined(separator: "，")
  }

  /// Every glyph and rule is within the paper, and below its head within the type area.
  private func expectWithin(_ document: LaidOutDocument, _ form: OfficialDocument.Form, _ comment: Comment) {
    for (index, page) in document.pages.enumerated() {
      let top = form == .letter && index == 0 ? 29.3 : 37
      for run in page.runs {
        #expect(run.baseline - 0.88 * run.size > top - 0.3, comment)
        // The page number stands below the type area.
        #expect(run.baseline < 262 + 9, comment)
        for glyph in run.glyphs {
          let x = run.x + glyph.offset
          #expect(x > 27.9 - run.size / 2 && x < 184, comment)
        }
      }
      for rule in page.rules { #expect(rule.y > top - 0.3 && rule.y + rule.height < 277.1, comment) }
    }
  }

  private static let text = (1...6).map { "第\($0)段。\n" }.joined()

  @Test(arguments: OfficialDocument.Form.allCases, bodies)
  func `are within the type area, or refused with the place`(form: OfficialDocument.Form, body: String) throws {
    var refused = 0
    for count in [1, 10, 20, 30, 40, 50, 60, 70, 150] {
      for isCopied in [true, false] {
        let bodies = names(count, body)
        let head = isCopied ? head(form, to: "各单位", copies: bodies) : head(form, to: bodies)
        do {
          let document = try setDocument(Self.text, head: head)
          expectWithin(document, form, "\(count) of \(body) in \(isCopied ? "copies" : "to")")
        } catch {
          refused += 1
          let line = head.split(separator: "\n").firstIndex { $0.hasPrefix(isCopied ? "copies" : "to") } ?? 0
          #expect(error.line == line + 1)
          #expect(error.reason.contains("and a page 22; use collective names, such as 市各委办局"))
        }
      }
    }
    #expect(refused >= 2, "150 bodies never fit")
  }

  @Test func `take as many lines as a page has, and no more`() throws {
    // 26 characters in a line, and a full stop in half a cell; one line for the printer.
    let longest = String(repeating: "长", count: 21 * 26)
    let last = try #require(try setDocument("正文。", head: head(.general, to: "各单位", copies: longest)).pages.last)
    #expect(abs((last.rules.map(\.y).min() ?? 0) - 37) < 0.3)
    #expect(throws: NotationError.self) {
      _ = try setDocument("正文。", head: head(.general, to: "各单位", copies: longest + "长"))
    }
  }
}

func setDocument(_ body: String, head: String) throws(NotationError) -> LaidOutDocument {
  try DocumentLayout.setting(OfficialDocument(notation: Array((head + "\n" + body).utf8)), in: EvenFaces())
}
