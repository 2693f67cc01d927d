import Cryptography
import FairQueues
import Foundation
import Letters
import Testing

@testable import Portal

@Suite struct PortalVisitTests {
  @Test func `a visit that begins anew keeps who began it, what its files hold and the letter it opened`() {
    var visit = Self.full()
    visit.startAnew()
    Self.expect(visit, keeps: ["source", "unsentBytes", "uploads", "opened"])
  }

  @Test func `a visit that is forgotten keeps nothing that somebody wrote`() {
    var visit = Self.full()
    visit.forget()
    Self.expect(visit, keeps: ["source", "unsentBytes", "uploads"])
  }

  /// With something in every field; `expect` fails for a new field that is not filled here.
  private static func full() -> PortalVisit {
    var visit = PortalVisit(source: "192.0.2.1")
    visit.unsentBytes = 7
    visit.uploads = 1
    visit.isSending = true
    visit.phone = "13800138000"
    visit.pendingCode = PendingCode(code: "123456", phone: "13800138000", secret: .random(32))
    visit.form.title = "路灯"
    visit.attachments = [
      LetterAttachment(name: "a.txt", mediaType: "text/plain", bytes: 1, blob: "00", sealedBytes: 2)
    ]
    let code = LetterCode.generate()
    visit.opened = LetterCredentials(code: code, password: "123456")
    visit.submission = .init(id: UUID(), credentials: LetterCredentials(code: code, password: "1"), draft: nil)
    visit.confirmation = LetterConfirmation(number: "2026-000001", acceptedAt: Date(timeIntervalSince1970: 0))
    visit.unlock = .init(
      sent: PendingCode(code: "123456", phone: "13800138000", secret: .random(32)), letter: code, belongs: true)
    return visit
  }

  private static func fields(_ visit: PortalVisit) -> [(name: String, value: String)] {
    Mirror(reflecting: visit).children.map { ($0.label ?? "", String(reflecting: $0.value)) }
  }

  private static func expect(_ visit: PortalVisit, keeps kept: Set<String>) {
    for ((name, value), (empty, filled)) in zip(fields(visit), zip(fields(PortalVisit()), fields(full()))) {
      #expect(empty.value != filled.value, "\(name) is not filled by this test")
      #expect((value == empty.value) == !kept.contains(name), "\(name)")
    }
  }
}
