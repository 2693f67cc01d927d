import Cryptography
import Foundation
import Storage
import Testing
import ZoneHarness

@testable import Letters
@testable import Portal

/// What the office asks, on the page of a letter that was looked up.
@Suite struct AQuestionOnThePage {
  private let portal: TestPortal
  private let citizen: TestCitizen
  private let letter: LetterCredentials

  init() async throws {
    portal = try await TestPortal()
    citizen = try await TestCitizen(at: portal)
    letter = try await portal.letter()
  }

  /// As the intranet would have told it.
  private func tell(isOpen: Bool = true) async throws {
    guard case .opened(let id, let key) = try await portal.citizens.unlock(letter.code, letter.password) else {
      Issue.record("the letter does not open")
      return
    }
    let at = Date()
    let course = LetterCourse(
      lines: [
        .init(at: at, chinese: "信件已签收", english: "Your letter was signed for", stage: .signedFor),
        .init(at: at, chinese: "已转住建局办理", english: "Passed to Housing", stage: nil),
      ],
      questions: [
        .init(
          id: "q1", text: "请问是哪一栋楼？<b>", askedAt: at, endsAt: Date(timeIntervalSince1970: 1_794_844_800),
          isOpen: isOpen, answer: nil, answeredAt: nil)
      ])
    let sealed = Data(try sealJSON(course, for: [key.publicKey]))
    try await portal.zone.database.write { db in
      try db.run("UPDATE citizen_letter SET sealed_course = ?, stage = 'signed-for' WHERE id = ?", sealed, id)
    }
  }

  private func field(_ name: String, _ page: Page) throws -> String {
    let pattern = try Regex("name=\"\(name)\" value=\"([^\"]*)\"", as: (Substring, Substring).self)
    return String(try #require(page.text.firstMatch(of: pattern)).output.1)
  }

  private func sent() async throws -> Int {
    try await portal.zone.count("SELECT COUNT(*) FROM outbox WHERE type = 'letter.supplemented'")
  }

  @Test func `stands in the timeline, and is answered once however often its form is sent`() async throws {
    #expect(await citizen.lookUp(letter).status == 303)
    #expect(await !citizen.get("/letter").text.contains("id=\"questions\""))
    try await tell()
    let page = await citizen.get("/letter")
    let items = page.text.matches(of: /<li[^>]*><span class="standing">([^<]*)<\/span> ([^<]*)</)
      .map { "\($0.output.1) \($0.output.2)" }
    #expect(items.suffix(2) == ["已完成 已转住建局办理", "当前 等待您补充"] && items.contains("已完成 信件已签收"))
    #expect(page.text.contains("请问是哪一栋楼？&lt;b&gt;"))
    #expect(page.text.contains("请在2026-11-16 23:59前答复"))
    let form = ["question": try field("question", page), "reply": try field("reply", page), "csrf": page.token ?? ""]
    #expect(form["question"] == "q1")
    let other = await citizen.send("/letter/reply?lang=en", form.merging(["text": "3号楼"]) { $1 })
    #expect(other.status == 200 && other.text.contains("3号楼") && other.text.contains("Please answer by 2026-11-16"))
    #expect(await citizen.get("/letter?lang=zh").status < 400)
    for _ in 0..<2 {
      #expect(await citizen.send("/letter/reply", form.merging(["text": "3号楼。"]) { $1 }).status == 303)
    }
    #expect(try await sent() == 1)
    let after = await citizen.get("/letter")
    #expect(after.text.contains("3号楼。") && after.text.contains("已发送，正在送往办理单位"))
    #expect(!after.text.contains("id=\"send-reply\""))
  }

  @Test(arguments: [
    ("", "请填写您的补充。"), (String(repeating: "长", count: 2_001), "补充内容过长，不超过2000字。"),
    // Few characters of many code points each.
    (String(repeating: "𠀀\u{FE00}\u{FE00}\u{FE00}\u{FE00}\u{FE00}", count: 1_990), "补充内容过长，不超过2000字。"),
  ])
  func `takes no answer that is empty or too long, and keeps what was typed`(
    text: String, problem: String
  ) async throws {
    #expect(await citizen.lookUp(letter).status == 303)
    try await tell()
    let page = await citizen.get("/letter")
    let form = ["question": "q1", "reply": try field("reply", page), "csrf": page.token ?? "", "text": text]
    let again = await citizen.send("/letter/reply", form)
    #expect(again.status == 422 && again.text.contains(problem) && again.text.contains(text + "</textarea>"))
    #expect(try await sent() == 0)
  }

  @Test func `belongs to the letter that is open in this visit`() async throws {
    #expect(await citizen.lookUp(letter).status == 303)
    let token = await citizen.get("/letter").token ?? ""
    let form = ["question": "q1", "reply": UUID().uuidString, "text": "3号楼。"]
    #expect(await citizen.send("/letter/reply", form).status == 403, "a form of another page")
    let unknown = await citizen.send("/letter/reply", form.merging(["csrf": token]) { $1 })
    #expect(unknown.status == 409 && unknown.text.contains("3号楼。"))
    try await tell(isOpen: false)
    let page = await citizen.get("/letter")
    #expect(page.text.contains("该问题已不再等待答复。") && !page.text.contains("id=\"send-reply\""))
    #expect(try await sent() == 0)
    // A page that was opened before may still send: the office keeps it as a note.
    #expect(await citizen.send("/letter/reply", form.merging(["csrf": token]) { $1 }).status == 303)
    #expect(try await sent() == 1)
    for _ in 0..<20 {
      let more = ["question": "q1", "reply": UUID().uuidString, "text": "又", "csrf": token]
      _ = await citizen.send("/letter/reply", more)
    }
    #expect(try await sent() == 20, "twenty for a letter")
  }
}
