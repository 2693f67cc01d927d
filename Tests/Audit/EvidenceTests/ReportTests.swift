import Foundation
import Testing

@testable import Evidence

private func report(title: String = "信件 1", lines: Int = 1, words: String = "来信") -> EvidenceReport {
  let line = EvidenceReport.Line(
    time: "2026-11-23T10:00:00.000Z", zone: "dmz", words: TwoTexts(words, words), place: "dmz/audit/1 #7",
    witness: TwoTexts("已见证", "witnessed"), packet: TwoTexts("", ""))
  return EvidenceReport(
    title: TwoTexts(title, title), lines: Array(repeating: line, count: lines), logs: [TwoTexts(words, words)],
    date: "2026-11-23T10:00:00.000Z")
}

@Suite struct AReport {
  @Test func showsTextAsTextWhateverItHolds() {
    let planted = #"<script>alert("1")</script>&'"#
    let page = report(title: planted, words: planted).html
    #expect(!page.contains("<script"))
    #expect(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;"))
  }

  @Test func loadsNothing() {
    let page = report().html
    for address in ["src=", "href=", "url(", "http://", "https://", "@import"] { #expect(!page.contains(address)) }
  }

  @Test func saysWhatIsNotProved() {
    for text in EvidenceReport.openTexts + EvidenceReport.provedTexts {
      #expect(report().html.contains(text.chinese) && !text.english.isEmpty)
    }
  }

  @Test func isTheSamePDFEachTime() throws {
    let first = try report(lines: 40).pdf()
    #expect(first.starts(with: Array("%PDF-".utf8)))
    #expect(try report(lines: 40).pdf() == first)
    #expect(try report(lines: 41).pdf() != first)
  }

  @Test func growsByPages() throws {
    let pages = { (bytes: [UInt8]) in
      String(decoding: bytes, as: UTF8.self).components(separatedBy: "/Type /Page %").count - 1
    }
    let (short, long) = (pages(try report().pdf()), pages(try report(lines: 100).pdf()))
    #expect(short >= 1 && long > short + 5, "\(short), \(long)")
  }

  @Test(arguments: ["", "a\0b", String(repeating: "长", count: 20_000), "\u{202E}abc", "\n\n\n"])
  func isDrawnWhateverItHolds(text: String) throws {
    #expect(try report(title: text, words: text).pdf().starts(with: Array("%PDF-".utf8)))
  }
}
