import DocumentNotation
import Layout
import Testing

@Suite struct Titles {
  private func head(title: String, to: String = "各单位") -> String {
    """
    form: general
    mark: 安澜市人民政府文件
    number: 安政发〔2026〕12号
    title: \(title)
    to: \(to)
    issuer: 安澜市人民政府
    date: 2026-11-28
    printer: 安澜市人民政府办公室

    """
  }

  private func refusal(title: String = "关于测试的通知", to: String = "各单位", more: String = "") -> NotationError? {
    do {
      _ = try setDocument("正文。", head: head(title: title, to: to) + more)
      return nil
    } catch { return error }
  }

  @Test func `name their own place where they leave no room, and so do addressees`() throws {
    let title = refusal(title: String(repeating: "长", count: 200))
    #expect(title?.line == 4 && title?.column == 8)
    #expect(title?.reason.contains("the title") == true && title?.reason.contains("shorten it") == true)
    let lines = refusal(title: Array(repeating: "标题", count: 6).joined(separator: "|"))
    #expect(lines?.line == 4 && lines?.reason.contains("the title has 6 lines") == true)
    let addressees = refusal(to: Array(repeating: "市教育局", count: 45).joined(separator: "，"))
    #expect(addressees?.line == 5 && addressees?.column == 5)
    #expect(addressees?.reason.contains("collective names") == true)
    let note = refusal(more: "note: " + String(repeating: "长", count: 200) + "\n")
    #expect(note?.line == 9 && note?.column == 7 && note?.reason.contains("the note") == true)
  }

  private func titleLines(_ title: String) throws -> (lines: [String], warnings: [String]) {
    let document = try setDocument("正文。", head: head(title: title))
    return (document.titleLines, document.warnings.filter { $0.contains("word of the title") })
  }

  @Test func `keep words whole where they fit a line`() throws {
    let title = "关于推广Internationalization系统与Guandu平台及Kubernetes集群建设工作的通知"
    let found = try titleLines(title)
    #expect(found.lines.joined() == title && found.lines.count == 2)
    for word in ["Internationalization", "Guandu", "Kubernetes"] {
      #expect(found.lines.contains { $0.contains(word) }, "\(found.lines)")
    }
    #expect(found.warnings.isEmpty)
    // As wide as 21 characters: more than is usual, and less than a line.
    let long = try titleLines("关于" + String(repeating: "w", count: 42) + "的通知")
    #expect(long.lines.contains { $0.hasPrefix("www") && $0.utf8.count == 42 })
    #expect(long.warnings.isEmpty)
  }

  @Test func `are cut in words that fit no line, with a warning`() throws {
    let found = try titleLines(String(repeating: "w", count: 150))
    #expect(found.lines.joined().count == 150 && found.lines.count == 4)
    #expect(found.warnings.count == 1 && found.warnings.first?.hasPrefix("line 4: ") == true)
  }

  @Test func `are about as wide in each line, whatever they are made of`() throws {
    for count in 22...80 {
      let found = try titleLines(String(repeating: "汉", count: count))
      let least = (count + 19) / 20
      #expect(found.lines.count == least && found.lines.joined().count == count)
      #expect(Set(found.lines.map(\.count)).count <= 2)
    }
  }
}
