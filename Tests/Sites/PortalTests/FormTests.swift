import Foundation
import HTTPTypes
import Letters
import Testing
import Web

@testable import Portal

@Suite struct TheOtherLanguage {
  @Test(arguments: [
    ("/lookup", ["code": "2345-6789", "password": "12345"]), ("/unlock", ["code": "2345", "phone": "138 0013"]),
    ("/unlock/code", ["code": "1234"]), ("/write/phone", ["phone": "13900"]), ("/write/code", ["code": "987"]),
  ])
  func `is a button of the form that loses nothing and does nothing`(path: String, typed: [String: String])
    async throws
  {
    let portal = try await TestPortal()
    let citizen = try await TestCitizen(at: portal)
    _ = await citizen.post("/write/notice", ["agree": "yes"], on: "/write")
    let asked = ["code": LetterCode.generate().display, "phone": "13800138000"]
    if path == "/unlock/code" { #expect(await citizen.post("/unlock", asked).status == 303) }
    if path == "/write/code" { #expect(await citizen.post("/write/phone", asked).status == 303) }
    let page = await citizen.post(path + "?lang=en", typed)
    #expect(page.status == 200)
    #expect(page.text.contains("<html lang=\"en\">"))
    for value in typed.values { #expect(page.text.contains("value=\"\(value)\""), "\(value)") }
    #expect(!page.text.contains("aria-invalid"), "nothing was judged")
    #expect(page.text.contains("form=\"typed\" formaction=\"\(path)?lang=zh\" formnovalidate"))
    #expect(page.text.contains("<form id=\"typed\" method=\"post\" action=\"\(path)\""))
    #expect(page.headers[values: .setCookie].contains { $0.hasPrefix("__Host-guandu-language=en") })
  }

  @Test func `counts for no look`() async throws {
    let portal = try await TestPortal()
    let letter = try await portal.letter()
    let citizen = try await TestCitizen(at: portal)
    for _ in 0..<40 {
      _ = await citizen.post("/lookup?lang=en", ["code": letter.code.display, "password": "000000"])
    }
    #expect(await citizen.lookUp(letter).status == 303)
  }

  @Test func `keeps the tick under the notice`() async throws {
    let citizen = try await TestCitizen(at: try await TestPortal())
    #expect(await citizen.post("/write/notice?lang=en", ["agree": "yes"], on: "/write").text.contains(" checked"))
    #expect(!(await citizen.post("/write/notice?lang=en", [:], on: "/write").text.contains(" checked")))
  }

  @Test func `of a page without a form keeps its query`() async throws {
    let citizen = try await TestCitizen(at: try await TestPortal())
    let page = await citizen.get("/public?page=3&lang=en")
    #expect(page.text.contains("href=\"/public?page=3&amp;lang=zh\""))
    let long = "before=" + String(repeating: "1", count: 1_994)
    // The browser remembers English by now.
    #expect(await citizen.get("/public?" + long).text.contains("href=\"/public?lang=zh\""))
  }
}

@Suite struct FieldsThatAreWrong {
  @Test func `are marked, with the message beside them, and the summary takes the focus`() async throws {
    let citizen = try await TestCitizen(at: try await TestPortal())
    _ = await citizen.post("/write/notice", ["agree": "yes"], on: "/write")
    let page = await citizen.post("/write/phone", ["phone": "02112345678"])
    #expect(page.status == 422)
    #expect(page.text.contains("<div id=\"error\" class=\"error\" role=\"alert\" tabindex=\"-1\" autofocus>"))
    #expect(page.text.contains("<li><a href=\"#phone\">手机号码不正确，请输入11位手机号码。</a></li>"))
    #expect(page.text.contains("<p class=\"wrong\" id=\"phone-error\">手机号码不正确，请输入11位手机号码。</p>"))
    #expect(page.text.contains("value=\"02112345678\""))
    #expect(page.text.contains("aria-describedby=\"phone-hint phone-error\" aria-invalid=\"true\""))
  }
}

@Suite struct LocksOfLetters {
  @Test func `say how long they last, as the rules that lock have it`() async throws {
    let portal = try await TestPortal()
    let letter = try await portal.letter()
    let wrong = letter.password == "000000" ? "111111" : "000000"
    func look(from address: String) async throws -> Page {
      try await TestCitizen(at: portal, from: address)
        .post("/lookup", ["code": letter.code.display, "password": wrong])
    }
    for index in 0..<10 { _ = try await look(from: "198.51.100.\(index)") }
    let page = try await look(from: "198.51.100.99")
    #expect(page.status == 429)
    #expect(page.text.contains("已暂时锁定。可用来信时的手机号码解锁，或者15分钟后再试。"))
  }
}

@Suite struct TheWayOfALetter {
  @Test func `says in words what is done, what is going on, and what is to come`() async throws {
    let portal = try await TestPortal()
    let citizen = try await TestCitizen(at: portal)
    #expect(await citizen.lookUp(try await portal.letter()).status == 303)
    let page = await citizen.get("/letter")
    #expect(!page.text.contains("已签收"), "nobody has signed yet")
    let items = page.text.matches(of: /<li[^>]*><span class="standing">([^<]*)<\/span> ([^<]*)</)
      .map { "\($0.output.1) \($0.output.2)" }
    #expect(items == ["已完成 已提交", "当前 正在送往办理单位", "待进行 办理单位签收", "待进行 答复"])
    #expect(page.text.matches(of: /aria-current="step"/).count == 1)
  }
}

@Suite struct EndingAVisit {
  @Test func `asks where something would be lost`() async throws {
    var visit = PortalVisit()
    #expect(visit.pathOfWhatIsLost == nil)
    visit.form = LetterForm(fields: ["title": "路灯"])
    #expect(visit.pathOfWhatIsLost == "/write/letter")
    visit.confirmation = LetterConfirmation(number: "2026-000001", acceptedAt: .now)
    #expect(visit.pathOfWhatIsLost == "/write/done")
    let citizen = try await TestCitizen(at: try await TestPortal())
    _ = await citizen.post("/write/notice", ["agree": "yes"], on: "/write")
    #expect(await citizen.post("/write/phone", ["phone": "13800138000"]).status == 303)
    #expect(await citizen.post("/leave", [:], on: "/write/code").status == 303)
  }
}
