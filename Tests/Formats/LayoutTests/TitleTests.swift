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
}
