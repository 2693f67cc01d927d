import Foundation
import Letters
import People
import Roles
import Testing
import WebKitchen

@testable import Desk

@Suite struct DownloadTests {
  @Test(arguments: [
    ("a.pdf", #"attachment; filename="a.pdf"; filename*=UTF-8''a.pdf"#),
    ("照片 1.jpg", #"attachment; filename="__ 1.jpg"; filename*=UTF-8''%E7%85%A7%E7%89%87%201.jpg"#),
    ("a\";x=\r\n%.txt", #"attachment; filename="a__x=___.txt"; filename*=UTF-8''a%22%3Bx%3D%0D%0A%25.txt"#),
  ])
  func `a download keeps its name and nothing escapes the header`(name: String, header: String) {
    #expect(contentDisposition(fileName: name) == header)
  }
}

@Suite struct DeskTextTests {
  @Test func `every text that the desk's pages use is in its table, in both languages`() {
    let table = deskStrings + kitchenStrings
    let known = Set(table.entries.map(\.key))
    for entry in table.entries { #expect(!entry.chinese.isEmpty && !entry.english.isEmpty, "\(entry.key)") }
    for template in deskTemplates.values {
      for match in template.matches(of: /\bt\.([A-Za-z0-9-]+)/) {
        #expect(known.contains(String(match.output.1)), "\(match.output.1)")
      }
    }
    let derived =
      Role.allCases.map { "role-\($0.rawValue)" } + ImportProblem.keys
      + OfficeDirectory.ImportKind.allCases.map { "import-\($0.rawValue)" }
      + DeskFolder.allCases.map { "folder-\($0.rawValue)" } + LetterKind.allCases.map { "kind-\($0.rawValue)" }
      + LetterStage.allCases.flatMap { ["stage-\($0.rawValue)", "event-\($0.rawValue)"] }
      + LetterRefusal.allCases.map { "refused-\($0.rawValue)" }
      + [NoticeState.waiting, .sent, .failed].map { "notice-\($0.rawValue)" }
      + [
        "foreignSessionTitle", "foreignSessionText", "notAllowedTitle", "notAllowedText", "refusedTitle", "endedTitle",
        "noCertificateTitle", "untrustedTitle", "notEnrolledTitle", "wrongStageTitle", "mayNotPublishTitle",
        "noCertificateText", "untrustedText", "notEnrolledText", "wrongStageText", "mayNotPublishText", "answerMissing",
        "visibilityMissing", "reasonMissing", "answerTooLong", "nobody", "deliveryDone", "deliveryWaiting",
        "deliveryRefused", "deliveryOneWay", "linkLate", "linkNever", "outcomeLate", "outcomeNever",
        "noticesUndelivered", "noticeOwnCertificate", "noticeCertificateEnds", "noticeCertificateEnded",
        "noticeListOverdue",
        "noticeListMissing", "noticeListOverdueAlert", "noticeListMissingAlert", "noticeListRefuses",
        "badSignatureTitle", "badSignatureText", "conflictText", "portalAddress", "checkAnswerTitle",
        "checkDeclineTitle", "current-signed-for", "current-answered", "deskFooter", "siteName", "proof-tls",
        "proof-signed", "proof-operator",
      ]
    let asked =
      ["removeUnit", "removePersonAsk", "removeCertificate", "retireKeyAsk", "endDelegation", "removeSearch"]
      .flatMap { [$0, "\($0)-text", "\($0)-verb"] }
    for key in derived + asked { #expect(known.contains(key), "\(key)") }
    #expect(known.count == table.entries.count, "a key stands twice")
  }
}
