import FairQueues
import Letters
import Testing
import Web

/// A portal at which one calculates and nobody may wait, until it is opened.
private struct BusyPortal {
  let portal: TestPortal
  private let end: AsyncStream<Void>.Continuation
  private let occupant: Task<Void, any Error>

  init(_ portal: TestPortal) async {
    let (stream, end) = AsyncStream<Void>.makeStream()
    (self.portal, self.end) = (portal, end)
    let turns = portal.turns
    let before = turns.arrived
    occupant = Task {
      try await turns.run(for: "occupant") { () async throws(LetterError) in for await _ in stream {} }
    }
    while turns.arrived == before { await Task.yield() }
  }

  func open() async throws {
    end.finish()
    try await occupant.value
  }
}

@Suite struct WhenTooManyLookUp {
  private let narrow = LookupQueue(atOnce: 1, waitingMost: 0)

  @Test func `a citizen is told to come again shortly, and the look is not counted`() async throws {
    let portal = try await TestPortal(turns: narrow)
    let letter = try await portal.letter()
    let busy = await BusyPortal(portal)
    let citizen = try await TestCitizen(at: portal)
    for _ in 0..<40 {
      let page = await citizen.lookUp(letter)
      #expect(page.status == 503)
      #expect(page.retryAfter == "5")
      #expect(page.text.contains("当前访问量较大，本次查询尚未受理，不计入查询次数。请稍候几秒后重试。"))
      #expect(page.text.contains(letter.code.display), "what was typed is kept")
      #expect(!page.text.contains(letter.password))
    }
    try await busy.open()
    #expect(await citizen.lookUp(letter).status == 303, "forty refusals count for nothing")
    #expect(await citizen.get("/letter").status == 200)
  }

  @Test func `an opened letter stays open`() async throws {
    let portal = try await TestPortal(turns: narrow)
    let citizen = try await TestCitizen(at: portal)
    #expect(await citizen.lookUp(try await portal.letter()).status == 303)
    let busy = await BusyPortal(portal)
    let page = await citizen.get("/letter")
    #expect(page.status == 503)
    #expect(page.retryAfter == "5")
    #expect(page.text.contains("请稍候几秒后重试"))
    try await busy.open()
    #expect(await citizen.get("/letter").status == 200)
  }

  @Test func `asking to unlock says the same for any code, and uses up no message`() async throws {
    let portal = try await TestPortal(turns: narrow)
    let letter = try await portal.letter()
    let busy = await BusyPortal(portal)
    let citizen = try await TestCitizen(at: portal)
    var pages: [String] = []
    for code in [letter.code, LetterCode.generate()] {
      for _ in 0..<10 {
        let page = await citizen.post("/unlock", ["code": code.display, "phone": "13800138000"])
        #expect(page.status == 503)
        #expect(page.retryAfter == "5")
        pages.append(
          page.text.replacing(code.display, with: "CODE").replacing(try #require(page.token), with: "TOKEN"))
      }
    }
    #expect(Set(pages).count == 1)
    try await busy.open()
    #expect(await citizen.post("/unlock", ["code": letter.code.display, "phone": "13800138000"]).status == 303)
  }

  @Test func `a flood from one address keeps nobody else out`() async throws {
    let portal = try await TestPortal(turns: LookupQueue(atOnce: 1, waitingMost: 8))
    let letter = try await portal.letter()
    let busy = await BusyPortal(portal)
    let honest = try await TestCitizen(at: portal, from: "198.51.100.9")
    let flooder = try await TestCitizen(at: portal, from: "192.0.2.1")
    let flood = Task {
      await withTaskGroup(of: Int.self) { group in
        for _ in 0..<20 {
          group.addTask {
            await flooder.post("/lookup", ["code": LetterCode.generate().display, "password": "000000"]).status
          }
        }
        return await group.reduce(into: [Int]()) { $0.append($1) }
      }
    }
    let (turns, occupied) = (portal.turns, portal.turns.arrived)
    while turns.arrived < occupied + 20 { await Task.yield() }
    #expect(turns.waiting == 8)
    let look = Task { await honest.lookUp(letter) }
    while turns.arrived < occupied + 21 { await Task.yield() }
    try await busy.open()
    #expect(await look.value.status == 303)
    #expect(await honest.get("/letter").status == 200)
    let answers = await flood.value
    #expect(answers.filter { $0 == 503 }.count == 13, "twelve that found no place, and one that gave way")
  }
}
