import Desk
import Foundation
import Letters
import People
import Roles
import Testing

private let secondClerks = "另一位的答复"

/// A clerk before a letter that is signed for.
private struct Writer {
  let desk: TestDesk
  let visit: TestVisit
  let number: String

  init() async throws {
    desk = try await TestDesk()
    visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    number = try await desk.letter(in: "own", stage: .signedFor)
  }

  func post(_ step: String, _ form: [String: String]) async -> Answer {
    await visit.post("/letters/\(number)/\(step)", form)
  }

  /// That a page came, and that nothing was done for it.
  func expectPage(_ step: String, _ form: [String: String], status: Int) async throws -> Answer {
    let before = try await desk.state()
    let page = await post(step, form)
    #expect(page.status == status)
    #expect(try await desk.state() == before)
    return page
  }
}

private func written(_ text: String, _ visibility: String, _ reason: String = "") -> [String: String] {
  ["text": text, "visibility": visibility, "reason": reason]
}

@Suite struct TheCheckOfAnOutcome {
  @Test(arguments: ["private", "public"])
  func `shows what the author will see, and what the public will`(visibility: String) async throws {
    let writer = try await Writer()
    let page = try await writer.expectPage("answer/check", written("  已修复。\r\n谢谢！ ", visibility), status: 200)
    let parts = page.text.components(separatedBy: "id=\"public-sees")
    #expect(parts.count == 2 && parts[0].contains("<div class=\"written\">已修复。\n谢谢！</div>"))
    #expect(parts[0].contains("【政务信箱】您的来信（受理编号 \(writer.number)）已有答复"))
    #expect(parts[0].contains(visibility == "public" ? "本答复已公开" : "仅您本人可见"))
    #expect(parts[1].contains("来信原文和答复将一并公布") == (visibility == "public"))
    #expect(parts[1].contains("<div class=\"written\">正文</div>") == (visibility == "public"))
    #expect(!parts[1].contains("13800138000"))
    #expect(page.text.contains("action=\"/letters/\(writer.number)/answer\""))
    #expect(page.text.contains("<input type=\"hidden\" name=\"text\" value=\"已修复。\n谢谢！\">"))
    #expect(await writer.post("answer", written("已修复。\n谢谢！", visibility)).status == 303)
  }

  @Test func `shows a decline, too`() async throws {
    let writer = try await Writer()
    let page = try await writer.expectPage("decline/check", written("", "", "请向法院反映。"), status: 200)
    #expect(page.text.contains("<div class=\"written\">请向法院反映。</div>") && page.text.contains("不予受理"))
    #expect(page.text.contains("公众看不到"))
  }

  @Test func `leads back with everything that was written`() async throws {
    let writer = try await Writer()
    let check = try await writer.expectPage("answer/check", written("答复", "public", "备选理由"), status: 200)
    for (name, value) in written("答复", "public", "备选理由") {
      #expect(check.text.contains("<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"), "\(name)")
    }
    let page = try await writer.expectPage("edit", written("答复", "public", "备选理由"), status: 200)
    #expect(page.text.contains(">\n答复</textarea>") && page.text.contains(">\n备选理由</textarea>"))
    #expect(page.text.contains("value=\"public\" checked"))
    #expect(page.text.contains("<details open>"))
  }

  @Test func `is not reached with a wrong form, whose fields are marked and kept`() async throws {
    let writer = try await Writer()
    let page = try await writer.expectPage("answer/check", written("", "", "理由"), status: 422)
    #expect(page.text.contains("<p class=\"wrong\" id=\"text-error\">请填写答复内容。</p>"))
    #expect(page.text.contains("aria-describedby=\"text-hint text-error\" aria-invalid=\"true\""))
    #expect(page.text.contains("id=\"visibility-private-error\""))
    #expect(page.text.contains("tabindex=\"-1\" autofocus"))
    #expect(page.text.contains(">\n理由</textarea>"), "what stands in the other field is kept")
  }
}

@Suite struct TheLanguageOfTheDesk {
  @Test func `changes with what was written, and nothing is done`() async throws {
    let writer = try await Writer()
    for step in ["edit", "answer/check"] {
      let page = try await writer.expectPage(step + "?lang=en", written("答复", "private", "理由"), status: 200)
      #expect(page.text.contains("<html lang=\"en\">") && page.text.contains("答复"), "\(step)")
      let path = "/letters/\(writer.number)/\(step)"
      #expect(page.text.contains("form=\"typed\" formaction=\"\(path)?lang=zh\" formnovalidate"), "\(step)")
    }
  }

  @Test(arguments: [
    ("/units?lang=en", ["identifier": "new", "name": "新单位", "parent": "city"], "value=\"新单位\""),
    ("/units/city?lang=en", ["name": "改名"], "value=\"改名\""),
    ("/people?lang=en", ["identifier": "x9", "name": "新人", "role-clerk": "on"], "value=\"新人\""),
    ("/import/check?lang=en", ["kind": "people", "table": ""], "value=\"people\" checked"),
  ])
  func `changes on the administrator's forms`(path: String, form: [String: String], kept: String) async throws {
    let desk = try await TestDesk()
    let visit = try await desk.person([.administrator]).comeIn()
    let before = try await desk.state()
    let page = await visit.post(path, form)
    #expect(page.status == 200 && page.text.contains("<html lang=\"en\">"))
    #expect(page.text.contains(kept))
    #expect(try await desk.state() == before)
  }
}

@Suite struct ThePageOfAPerson {
  @Test(arguments: ["", "/certificates", "/delegation"])
  func `keeps all that was typed on it, by an error and by the other language`(button: String) async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk]).identifier
    let delegate = try await desk.person([.clerk]).identifier
    let visit = try await desk.person([.administrator]).comeIn()
    let typed = [
      "fingerprint": "12:34", "name": "新的姓名", "unit": "nowhere", "role-handler": "on", "delegate": delegate,
      "from": "2026-12-01", "until": "2000-01-01",
    ]
    for (query, status) in [("", 422), ("?lang=en", 200)] {
      let before = try await desk.state()
      let page = await visit.post("/people/\(person)\(button)\(query)", typed)
      #expect(page.status == status, "\(button)\(query)")
      #expect(try await desk.state() == before)
      for value in ["12:34", "新的姓名", "2026-12-01", "2000-01-01"] {
        #expect(page.text.contains("value=\"\(value)\""), "\(value)")
      }
      #expect(page.text.contains("value=\"\(delegate)\" selected"))
      #expect(page.text.contains("name=\"role-handler\" value=\"on\" checked"))
      #expect(page.text.contains("aria-hidden=\"true\" disabled></button>"), "Enter serves none of several purposes")
    }
  }
}

@Suite struct TwoClerksAtOnce {
  @Test(arguments: ["answer", "answer/check", "decline", "decline/check"])
  func `learn who was quicker, and the slower one's words stay`(step: String) async throws {
    let writer = try await Writer()
    let quicker = try await writer.desk.person([.clerk], mailboxes: ["own"]).comeIn()
    let name = try await writer.desk.office.person(quicker.person.identifier, for: TestDesk.root).name
    let path = "/letters/\(writer.number)/answer"
    #expect(await quicker.post(path, written(secondClerks, "private")).status == 303)
    let page = try await writer.expectPage(step, written("写了很久的答复", "private", "写了很久的理由"), status: 409)
    #expect(page.text.contains("\(name)已于") && page.text.contains("办理：答复"))
    #expect(page.text.contains(secondClerks))
    #expect(page.text.contains("写了很久的答复</textarea>") && page.text.contains("写了很久的理由</textarea>"))
    let again = try await writer.expectPage(
      "answer/check?lang=en", written("写了很久的答复", "private", "写了很久的理由"), status: 409)
    #expect(again.text.contains("\(name) has handled it") && again.text.contains("写了很久的理由</textarea>"))
  }

  @Test func `learn it when they sign, too`() async throws {
    let writer = try await Writer()
    let page = await writer.post("sign-for", [:])
    #expect(page.status == 409 && page.text.contains("信件已被他人办理"))
  }

  @Test func `keep their words when the letter is theirs no more`() async throws {
    let writer = try await Writer()
    var person = try await writer.desk.office.person(writer.visit.person.identifier, for: TestDesk.root)
    person.mailboxes = []
    try await writer.desk.office.change(person, by: TestDesk.root)
    let page = try await writer.expectPage("answer", written("写了很久的答复", "private"), status: 404)
    #expect(page.text.contains("写了很久的答复</textarea>"))
  }
}

@Suite struct TheHistoryOfALetter {
  @Test(arguments: [
    (LetterStage.delivered, "当前 等待签收", true), (.signedFor, "当前 办理中", false),
  ])
  func `says in words what is going on and what is to come`(
    stage: LetterStage, current: String, hasMore: Bool
  ) async throws {
    let desk = try await TestDesk()
    let visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    let page = await visit.get("/letters/\(try await desk.letter(in: "own", stage: stage))")
    let items = page.text.matches(of: /<li[^>]*><span class="standing">([^<]*)<\/span> ([^<]*)</)
      .map { "\($0.output.1) \($0.output.2)" }
    #expect(items == [current] + (hasMore ? ["待进行 答复或不予受理"] : []))
  }
}

@Suite struct WhateverGoesForGood {
  @Test func `is asked about on a page that does nothing, and names it`() async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk])
    let visit = try await desk.person([.administrator]).comeIn()
    let fingerprint = TestTrust.fingerprint(of: person.certificate)
    let page = await visit.get("/people/\(person.identifier)")
    for (path, names) in [
      ("/people/\(person.identifier)/remove", person.identifier), ("/units/roads/remove", "公路局"),
      ("/people/\(person.identifier)/certificates/\(fingerprint)/remove", fingerprint),
    ] {
      let before = try await desk.state()
      let asked = await visit.get(path)
      #expect(asked.status == 200 && asked.text.contains(names) && asked.text.contains("id=\"confirm\""), "\(path)")
      #expect(try await desk.state() == before, "\(path)")
      if path.hasPrefix("/people") { #expect(page.text.contains("href=\"\(path)\"")) }
    }
    #expect(!page.text.contains("/remove\"><input"), "no form on the page itself removes anything")
  }
}

@Suite struct HeadingsOfPages {
  @Test func `come before what stands above all pages`() async throws {
    let desk = try await TestDesk(concerns: { [.listMissing(authority: "root", refuses: false)] })
    let page = await (try await desk.person([.administrator]).comeIn()).get("/units")
    let parts = page.text.components(separatedBy: "<section id=\"notices\"")
    #expect(parts.count == 2 && parts[0].contains("</h1>") && !parts[0].contains("<table"))
  }
}
