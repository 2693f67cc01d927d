import Foundation
import Letters
import Roles
import Storage
import Testing
import ZoneHarness

/// Searching, filtering, taking away, and steps with several letters at once.
@Suite struct ListPages {
  /// A letter with a title and a text of its own.
  private func letter(
    _ desk: TestDesk, _ mailbox: String, _ title: String, _ text: String = "正文", phone: String = "13800138000",
    kind: LetterKind = .question
  ) async throws -> String {
    let number = try await desk.letter(in: mailbox)
    let draft = LetterDraft(
      mailbox: mailbox, kind: kind, title: title, text: text, mayPublish: true, phone: phone, mail: nil, attachments: []
    )
    let content = try JSONEncoder().encode(draft)
    try await desk.zone.database.write { db in
      try db.run(
        "UPDATE desk_letter SET title = ?, content = ?, kind = ? WHERE number = ?", title, content, kind.rawValue,
        number)
    }
    return number
  }

  private func shown(_ page: Answer, _ numbers: [String]) -> [String] {
    numbers.filter { page.text.contains("/letters/\($0)\"") }
  }

  @Test func `find letters by words of title and text, those alone that one may read`() async throws {
    let desk = try await TestDesk()
    let lamp = try await letter(desk, "own", "路灯坏了", "和平路 12 号门前的路灯不亮")
    let other = try await letter(desk, "other", "路灯坏了")
    let water = try await letter(desk, "own", "停水", "No water since 2026-11-01")
    try await desk.zone.desk.indexLetters()
    let visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    func find(_ query: String) async throws -> [String] {
      let encoded = try #require(query.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
      let page = await visit.get("/search?q=\(encoded)")
      #expect(page.status == 200, "\(query)")
      return shown(page, [lamp, other, water])
    }
    #expect(try await find("路灯") == [lamp])
    #expect(try await find("灯") == [lamp])
    #expect(try await find("和平路 路灯") == [lamp])
    #expect(try await find("WATER") == [water])
    #expect(try await find("wat 2026") == [water])
    #expect(try await find(String(lamp.suffix(6))) == [lamp])
    for nothing in ["停电", "%", "\"", "路灯\" OR \"停水", "*", "NEAR(路灯", String(repeating: "水", count: 10_000), ""] {
      #expect(try await find(nothing) == [], "\(nothing.prefix(20))")
    }
    let exact = await visit.get("/search?q=\(lamp)")
    #expect(exact.status == 303 && exact.location == "/letters/\(lamp)")
    #expect(await visit.get("/search?q=\(other)").status == 200, "somebody else's number is not told apart")
  }

  @Test func `find letters by phone in a form, which is recorded without the number`() async throws {
    let desk = try await TestDesk()
    let (own, other) = (
      try await letter(desk, "own", "甲", phone: "13912345678"),
      try await letter(desk, "other", "乙", phone: "13912345678")
    )
    try await desk.zone.desk.indexLetters()
    let visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    for typed in ["13912345678", "+86 139 1234 5678", "１３９１２３４５６７８"] {
      #expect(shown(await visit.post("/search/phone", ["phone": typed]), [own, other]) == [own], "\(typed)")
    }
    for typed in ["1391234567", "", "x", "139"] {
      #expect(shown(await visit.post("/search/phone", ["phone": typed]), [own, other]) == [], "\(typed)")
    }
    let acts = try await desk.zone.database.read { db in
      try db.all(Data.self, "SELECT entry FROM act ORDER BY number").map { String(decoding: $0, as: UTF8.self) }
    }.filter { $0.contains("letters.searched-by-phone") }
    #expect(acts.count == 4)
    #expect(acts.allSatisfy { !$0.contains("1391234") })
    #expect(acts.first?.contains("phone *5678, found 1") == true)
  }

  @Test func `are filtered and ordered, page by page, and the address says how`() async throws {
    let desk = try await TestDesk()
    var (questions, complaints): ([String], [String]) = ([], [])
    for index in 0..<120 {
      if index.isMultiple(of: 2) {
        questions.append(try await letter(desk, "own", "问\(index)"))
      } else {
        complaints.append(try await letter(desk, "own", "诉\(index)", kind: .complaint))
      }
    }
    let visit = try await desk.person([.clerk], mailboxes: ["own", "spare"]).comeIn()
    let first = await visit.get("/folders/to-do?kind=complaint&order=newest")
    #expect(shown(first, complaints) == Array(complaints[10...]) && shown(first, questions) == [])
    let next = try #require(first.text.components(separatedBy: "rel=\"next\" href=\"").dropFirst().first)
    let path = String(next.prefix { $0 != "\"" }).replacing("&amp;", with: "&")
    #expect(path.contains("kind=complaint&order=newest&after="))
    let second = await visit.get(path)
    #expect(shown(second, complaints) == Array(complaints[..<10]) && shown(second, questions) == [])
    #expect(shown(await visit.get("/folders/to-do?state=arrived&kind=question"), questions).count == 50)
    #expect(shown(await visit.get("/folders/to-do?state=handling"), questions + complaints) == [])
    #expect(!first.text.contains(" checked>") && first.text.contains("order=newest&amp;all=1"))
    #expect(await visit.get("/folders/to-do?all=1").text.components(separatedBy: " checked>").count == 51)
    #expect(shown(await visit.get("/folders/to-do?mailbox=spare"), questions + complaints) == [])
    #expect(shown(await visit.get("/folders/to-do?kind=x&mailbox='&order=%00"), questions).count == 25)
    let oldest = await visit.get("/queue?order=oldest&kind=question")
    #expect(shown(oldest, questions) == Array(questions[..<50]))
  }

  @Test func `are taken away as a table in which no cell is a formula`() async throws {
    let desk = try await TestDesk()
    let number = try await letter(desk, "own", "=HYPERLINK(\"https://evil\")")
    _ = try await letter(desk, "other", "别人的")
    let visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    let file = await visit.post("/folders/to-do/export", [:])
    #expect(file.status == 200)
    #expect(file.text.hasPrefix("\u{FEFF}\"受理编号\""))
    #expect(file.text.contains("\"\(number)\",\"'=HYPERLINK(\"\"https://evil\"\")\""))
    #expect(!file.text.contains("别人的"))
    // A quotation mark under a combining mark, or before a joiner, ends no cell.
    for mark in ["\u{301}", "\u{200D}"] {
      let hidden = try await letter(desk, "own", "x\"\(mark),=1+1,y")
      let rows = await visit.post("/folders/to-do/export", [:]).text
      #expect(rows.utf8.contains("\"\(hidden)\",\"x\"\"\(mark),=1+1,y\"".utf8), "\(mark)")
    }
    let acts = try await desk.zone.database.read { db in
      try db.all(Data.self, "SELECT entry FROM act").map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(acts.contains { $0.contains("letters.exported") && $0.contains("folder to-do, 1 letters") })
  }

  @Test func `are put on paper with what was written so far, which is recorded`() async throws {
    let desk = try await TestDesk()
    let number = try await desk.flowLetter(in: "own", before: .present, unit: "roads")
    let leader = try await desk.person([.leader], unit: "city")
    let visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    #expect(
      await visit.post("/letters/\(number)/present", ["leader": leader.identifier, "proposal": "拟转住建局"]).status == 303)
    let paper = await visit.post("/letters/\(number)/slip", [:])
    #expect(paper.status == 200 && paper.text.contains("来信呈批单") && paper.text.contains("拟转住建局"))
    let acts = try await desk.zone.database.read { db in
      try db.all(Data.self, "SELECT entry FROM act").map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(acts.contains { $0.contains("letter.printed") && $0.contains(number) })
    #expect(await visit.post("/letters/\(try await desk.letter(in: "other"))/slip", [:]).status == 404)
  }

  @Test func `are signed for together; what somebody else has done is said, and the rest is done`() async throws {
    let desk = try await TestDesk()
    var numbers: [String] = []
    for _ in 0..<3 { numbers.append(try await desk.letter(in: "own")) }
    let other = try await desk.letter(in: "other")
    let (visit, colleague) = (
      try await desk.person([.clerk], mailboxes: ["own"]).comeIn(),
      try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    )
    #expect(await colleague.post("/letters/\(numbers[0])/sign-for", [:]).status == 303)
    let chosen = Dictionary(uniqueKeysWithValues: (numbers + [other]).map { ("letter-\($0).0", "on") })
    let page = await visit.post("/bulk/sign-for", chosen)
    #expect(page.status == 200 && page.text.contains("已签收2封"))
    #expect(shown(page, numbers + [other]) == [numbers[0], other])
    #expect(shown(await visit.get("/folders/tracking"), numbers) == numbers)
    #expect(await visit.post("/bulk/sign-for", ["letter-\(other).0": "on"]).status == 404)
    #expect(await visit.post("/bulk/sign-for", ["letter-../x": "0", "letter-": "0"]).status == 200)
    let many = Dictionary(uniqueKeysWithValues: (0..<51).map { ("letter-2026-\($0)", "0") })
    #expect(await visit.post("/bulk/sign-for", many).status == 400)
  }

  @Test func `take one form for several; what is wrong with it keeps what was typed and does nothing`() async throws {
    let desk = try await TestDesk()
    var numbers: [String] = []
    for _ in 0..<2 { numbers.append(try await desk.flowLetter(in: "own", before: .present, unit: "roads")) }
    let leader = try await desk.person([.leader], unit: "city")
    let visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    let chosen = Dictionary(uniqueKeysWithValues: numbers.map { ("letter-\($0).0", "on") })
    let form = await visit.post("/bulk/present/choose", chosen)
    #expect(shown(form, numbers) == numbers && form.text.contains("name=\"proposal\""))
    let bad = await visit.post("/bulk/present", chosen.merging(["leader": "nobody", "proposal": "请示"]) { $1 })
    #expect(bad.status == 422 && bad.text.contains("请示"))
    let done = await visit.post(
      "/bulk/present", chosen.merging(["leader": leader.identifier, "proposal": "请示"]) { $1 })
    #expect(done.status == 200 && shown(done, numbers) == [])
    let queue = await (try await leader.comeIn()).get("/queue")
    #expect(shown(queue, numbers) == numbers)
  }
}
