import Desk
import Foundation
import Roles
import Synchronization
import Testing

@Suite struct NoticesAboveThePages {
  private static let ending = DeskConcern.certificateEnds(
    key: "keys.tls_certificate", name: "desk <site>", days: 29, at: Date(timeIntervalSince1970: 1_800_000_000))

  @Test(arguments: Role.allCases)
  func `tell those who look after the zone's trust what ends, and nobody else`(role: Role) async throws {
    let desk = try await TestDesk(concerns: { [Self.ending] })
    let page = await (try await desk.person([role]).comeIn()).get("/me")
    #expect(page.text.contains("keys.tls_certificate") == [.administrator, .securityOfficer].contains(role))
    #expect(!page.text.contains("<site>"), "a certificate's name is text")
  }

  @Test func `say what ended, what is overdue and what is missing, in both languages`() async throws {
    let since = Date(timeIntervalSince1970: 1_800_000_000)
    let concerns = Mutex<[DeskConcern]>([])
    let desk = try await TestDesk(concerns: { concerns.withLock { $0 } })
    let visit = try await desk.person([.administrator]).comeIn()
    #expect(!(await visit.get("/me").text.contains("id=\"notices\"")))
    for (concern, style, chinese, english) in [
      (Self.ending, "note", "还有29天到期（2027-01-15 16:00", "expires in 29 days"),
      (.certificateEnds(key: "k", name: "n", days: 7, at: since), "error", "还有7天到期", "expires in 7 days"),
      (.certificateEnds(key: "k", name: "n", days: -1, at: since), "error", "已于2027-01-15 16:00到期", "expired at"),
      (.listOverdue(authority: "root", since: since, refuses: false), "error", "已逾期。其后的吊销", "do not count here"),
      (.listOverdue(authority: "root", since: since, refuses: true), "error", "一律不予接受", "is accepted"),
      (.listMissing(authority: "root", refuses: false), "note", "尚无“root”的证书吊销列表", "There is no list"),
      (.listMissing(authority: "root", refuses: true), "error", "一律不予接受", "is accepted"),
    ] as [(DeskConcern, String, String, String)] {
      concerns.withLock { $0 = [concern] }
      let page = await visit.get("/me")
      #expect(page.text.contains("<section id=\"notices\""), "\(concern)")
      #expect(page.text.contains("<p class=\"\(style)\">"), "\(concern)")
      #expect(page.text.contains(chinese), "\(concern)")
      #expect(await visit.get("/me?lang=en").text.contains(english), "\(concern)")
    }
  }

  @Test(arguments: [(31, false), (30, true), (7, true), (0, true)])
  func `tell somebody whose certificate ends within 30 days what to do`(days: Int, isTold: Bool) async throws {
    let desk = try await TestDesk()
    let visit = try await desk.person([.clerk]).comeIn()
    desk.trust.ends.withLock { $0 = Date(timeIntervalSinceNow: Double(days) * 86_400 + 3_600) }
    for path in ["/me", "/folders/to-do"] {
      let page = await visit.get(path)
      #expect(page.text.contains("您的证书还有\(days)天到期") == isTold)
      #expect(page.text.contains("请尽快联系系统管理员") == isTold)
    }
    let isUrgent = await visit.get("/me").text.contains("<p class=\"error\">您的证书")
    #expect(isUrgent == (days <= 7))
  }
}
