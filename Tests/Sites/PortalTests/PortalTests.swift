import Cryptography
import Foundation
import Letters
import Testing
import Web
import Zones

@testable import Portal

@Suite struct PendingCodeTests {
  private let secret = SecretBytes.random(32)
  private let start = ContinuousClock.now

  private func code(_ text: String = "012345") -> PendingCode {
    PendingCode(code: text, phone: "13812345678", secret: secret, at: start)
  }

  @Test func `the right code names its number`() {
    var pending = code()
    #expect(pending.check("012345", secret: secret, at: start) == .right(phone: "13812345678"))
  }

  @Test func `a code has five tries`() {
    var pending = code()
    #expect(
      (0..<5).map { _ in pending.check("000000", secret: secret, at: start) } == [
        .wrong, .wrong, .wrong, .wrong, .noTriesLeft,
      ])
    #expect(pending.check("012345", secret: secret, at: start) == .noTriesLeft)
  }

  @Test func `a code lives fifteen minutes`() {
    var pending = code()
    #expect(pending.check("000000", secret: secret, at: start + .seconds(899)) == .wrong)
    #expect(pending.check("012345", secret: secret, at: start + .seconds(900)) == .expired)
  }

  @Test func `codes have six digits`() {
    for _ in 0..<1_000 { #expect(PendingCode.makeCode().utf8.allSatisfy { (0x30...0x39).contains($0) }) }
    #expect(PendingCode.makeCode().utf8.count == 6)
  }
}

@Suite struct LetterFormTests {
  private let mailboxes = [Mailbox(identifier: "mayor", chineseName: "市长信箱", englishName: "Mayor")]
  private let right = [
    "mailbox": "mayor", "kind": "question", "title": " 路灯 ", "text": "a\r\nb", "publish": "no", "mail": "",
  ]

  private func problems(_ change: [String: String]) -> [String] {
    LetterForm(fields: right.merging(change) { _, new in new })
      .problems(mailboxes: mailboxes, limits: LetterLimits()).map(\.textKey)
  }

  @Test func `a right form becomes a draft`() {
    let form = LetterForm(fields: right)
    #expect(form.problems(mailboxes: mailboxes, limits: LetterLimits()).isEmpty)
    let draft = form.draft(phone: "13812345678", attachments: [])
    #expect(draft?.title == "路灯" && draft?.text == "a\nb" && draft?.mail == nil && draft?.mayPublish == false)
  }

  @Test func `each wrong answer is named`() {
    #expect(problems(["mailbox": "other"]) == ["chooseMailbox"])
    #expect(problems(["kind": ""]) == ["chooseKind"])
    #expect(problems(["title": " \u{202E}"]) == ["titleMissing"])
    #expect(problems(["title": String(repeating: "长", count: 101)]) == ["titleTooLong"])
    #expect(problems(["text": "\r\n"]) == ["textMissing"])
    #expect(problems(["text": String(repeating: "长", count: 10_001)]) == ["textTooLong"])
    #expect(problems(["publish": "maybe"]) == ["choosePublish"])
    #expect(problems(["mail": "x"]) == ["mailWrong"])
  }

  @Test func `what was written is forgotten once it is sealed, and code and password stay`() {
    var visit = PortalVisit()
    visit.form = LetterForm(fields: right)
    visit.phone = "13812345678"
    visit.submission = .init(
      id: UUID(), credentials: .generate(), draft: visit.form.draft(phone: "13812345678", attachments: []))
    visit.finish(LetterConfirmation(number: "2026-000001", acceptedAt: Date()))
    #expect(visit.form.title.isEmpty && visit.phone == nil && visit.submission?.draft == nil)
    #expect(visit.submission != nil && visit.confirmation?.number == "2026-000001")
  }
}

@Suite struct PortalTextTests {
  @Test func `the message holds no other run of six digits than the code`() {
    for language in Language.allCases {
      let text = portalStrings.text("smsText", language, "012345", "https://localhost:65535")
      #expect(text.matches(of: /[0-9]{6}/).count == 1)
    }
  }
}

@Suite struct MessagesToPhones {
  @Test func `carry one name and the portal's address`() {
    let address = "https://mail.example.gov.cn"
    var texts = [LetterStage.answered, .declined].map {
      NoticeText.addressed(NoticeText.outcome($0, number: "2026-000001"), portal: address)
    }
    for language in Language.allCases {
      for key in ["smsText", "smsUnlock"] { texts.append(portalStrings.text(key, language, "012345", address)) }
    }
    let name = "【\(portalStrings.text("siteName", .chinese))】"
    for text in texts {
      #expect(text.hasPrefix(name) && text.matches(of: /【/).count == 1, "\(text)")
      #expect(text.contains(address) && !text.contains("{"), "\(text)")
    }
  }

  @Test func `name the secret code and the public number by words that nobody mixes up`() {
    let texts = portalStrings.entries.map(\.chinese) + [NoticeText.outcome(.answered, number: "2026-000001")]
    #expect(!texts.contains { $0.contains("信件编号") })
    #expect(portalStrings.text("numberLabel", .chinese) == "受理编号")
    #expect(portalStrings.text("codeNumberLabel", .chinese) == "信件编码")
  }
}
