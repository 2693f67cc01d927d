import Foundation
import Testing

@testable import PublishedDocuments

@Suite struct DocumentNumberTests {
  @Test(arguments: ["安政发〔2026〕12号", "常政办函〔1999〕1号", "安政（试）发〔2026〕123号", "A2〔2026〕9号"])
  func `the standard's form is read as it stands`(text: String) {
    #expect(DocumentNumber(text)?.text == text)
    #expect(DocumentNumber(typed: text)?.text == text)
  }

  @Test(arguments: [
    "", "安政发", "安政发[2026]12号", "安政发〔26〕12号", "安政发〔2026〕12", "安政发〔2026〕第12号", "安政发〔2026〕012号",
    "安政发〔2026〕0号", "〔2026〕12号", "安政发〔2026〕号", "安 政发〔2026〕12号", "安政发〔2026〕12号 ", "安政发\u{202E}〔2026〕12号",
    "<b>发〔2026〕12号", "安政发〔２０２６〕12号", "安政发〔2026〕123456789号", String(repeating: "安", count: 20) + "〔2026〕12号",
  ])
  func `anything else is none`(text: String) { #expect(DocumentNumber(text) == nil) }

  @Test(arguments: [
    " 安政发 〔2026〕 12 号 ", "安政发[2026]12号", "安政发（２０２６）１２号", "安政发【2026】第12号", "安政发(2026)012号",
    "安政发〔2026〕12", "安政发［2026］12号", "安\u{3000}政发「2026」12号", "\u{FEFF}安政发〔2026〕12号",
  ])
  func `people's ways of typing one are forgiven`(text: String) {
    #expect(DocumentNumber(typed: text)?.text == "安政发〔2026〕12号")
  }

  @Test(arguments: ["", " ", "号", "安政发", "2026", "'; DROP TABLE", String(repeating: "〔2026〕", count: 10_000)])
  func `what shows no number is none`(text: String) { #expect(DocumentNumber(typed: text) == nil) }
}
