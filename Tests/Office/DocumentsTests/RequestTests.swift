import Documents
import Roles
import Storage
import Testing
import Zones

@Suite struct RequestsForSeals {
  @Test func `are granted by another person, with the next number`() async throws {
    let desk = try await TestDocuments()
    let (first, second) = (try await desk.requested(), try await desk.requested())
    #expect(Set(try await desk.documents.waiting(for: desk.leader).map(\.identifier)) == [first, second])
    #expect(try await desk.number(first) == "")
    try await desk.grant(second, by: desk.leader)
    try await desk.grant(first, by: desk.leader)
    #expect(try await desk.number(second) == "安政发〔2026〕1号")
    #expect(try await desk.number(first) == "安政发〔2026〕2号")
    #expect(try await desk.documents.waiting(for: desk.leader).isEmpty)
    #expect(Set(try await desk.documents.waiting(for: desk.keeper).map(\.identifier)) == [first, second])
    let seen = try await desk.documents.document(first, for: desk.keeper)
    #expect(
      seen.steps == [.apply, .giveBack] && seen.use?.asked.name == "drafter" && seen.use?.decided?.name == "leader")
  }

  @Test func `are never granted by who asked, in nobody's stead, nor by who drafted`() async throws {
    let desk = try await TestDocuments()
    var both = desk.drafter
    both.roles = [.handler, .leader]
    let id = try await desk.documents.draft(TestDocuments.content(), by: both)
    try await desk.request(id, by: both)
    await #expect(throws: DocumentError.refused(.askedThemself)) { try await desk.grant(id, by: both) }
    // In the leader's stead it is still the same person.
    both.roles = [.handler]
    both.standsInFor = [desk.leader]
    await #expect(throws: DocumentError.refused(.askedThemself)) { try await desk.grant(id, by: both) }
    // Another one asked; the drafter does not grant.
    try await desk.documents.takeBack(
      id, reason: "换人申请", decision: try await desk.decision(id), by: both)
    try await desk.request(id, by: desk.colleague)
    await #expect(throws: DocumentError.refused(.askedThemself)) { try await desk.grant(id, by: both) }
    #expect(try await desk.state(id) == .requested)
    #expect(try await desk.number(id) == "")
    // Who asked in somebody's stead has asked for them, too.
    try await desk.documents.takeBack(
      id, reason: "换人申请", decision: try await desk.decision(id), by: desk.colleague)
    var deputy = desk.clerk
    var asker = desk.leader
    asker.roles = [.handler, .leader]
    asker.unit = TestDocuments.bureau
    deputy.standsInFor = [asker]
    try await desk.request(id, by: deputy)
    await #expect(throws: DocumentError.refused(.askedThemself)) { try await desk.grant(id, by: asker) }
  }

  @Test func `that are refused burn no number, and can be asked again`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.requested()
    await #expect(throws: DocumentError.refused(.reason)) {
      try await desk.documents.refuse(id, reason: " ", decision: try await desk.decision(id), by: desk.leader)
    }
    try await desk.documents.refuse(
      id, reason: "附件不全", decision: try await desk.decision(id), by: desk.leader)
    let refused = try await desk.documents.document(id, for: desk.drafter)
    #expect(refused.summary.state == .draft && refused.uses.first?.endedReason == "附件不全")
    try await desk.request(id, by: desk.drafter)
    try await desk.grant(id, by: desk.leader)
    #expect(try await desk.number(id) == "安政发〔2026〕1号")
  }

  @Test func `that are taken back after the grant leave a void number with its reason`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.requested()
    try await desk.grant(id, by: desk.leader)
    try await desk.documents.giveBack(
      id, reason: "日期有误", decision: try await desk.decision(id), by: desk.keeper)
    #expect(try await desk.state(id) == .draft)
    #expect(try await desk.number(id) == "")
    let row = try await desk.database.read {
      try $0.one("SELECT number, document, void_reason, void_at FROM document_number WHERE void_at IS NOT NULL")
    }
    #expect(try row?["number"] == 1 && row?["document"] == id && row?["void_reason"] == "日期有误")
    try await desk.request(id, by: desk.drafter)
    try await desk.grant(id, by: desk.leader)
    #expect(try await desk.number(id) == "安政发〔2026〕2号")
    let seen = try await desk.documents.document(id, for: desk.drafter)
    // Who granted the first request stays on record beside who gave it back.
    let back = seen.uses.first { $0.state == .givenBack }
    #expect(back?.decided?.name == "leader" && back?.ended?.name == "keeper")
    let events = seen.events
    #expect(events.contains { $0.what == "given-back" && $0.detail == "安政发〔2026〕1号 作废：日期有误" })
  }

  @Test func `are granted many at once, each with its own number, none left out`() async throws {
    let desk = try await TestDocuments()
    var all: [String] = []
    for _ in 0..<20 { all.append(try await desk.requested()) }
    try await withThrowingTaskGroup { group in
      for id in all { group.addTask { try await desk.grant(id, by: desk.leader) } }
      try await group.waitForAll()
    }
    var numbers: [Int] = []
    for id in all {
      let text = try #require(try await desk.number(id))
      numbers.append(try #require(Int(text.dropFirst("安政发〔2026〕".count).dropLast())))
    }
    #expect(numbers.sorted() == Array(1...20))
  }

  @Test func `give no number twice where a series is renamed`() async throws {
    let desk = try await TestDocuments()
    let own = TestDocuments.series
    let renamed = DocumentSeries(identifier: "gov", mark: own.mark, name: own.name)
    // As long as it gave no number, it may be.
    try await desk.restarted(series: [renamed]).takeOverSeries()
    try await desk.grant(try await desk.requested(), by: desk.leader)
    let other = DocumentSeries(identifier: own.identifier, mark: "安办发", name: own.name)
    for series in [renamed, other] {
      let conflict = await #expect(throws: SeriesConflict.self) {
        try await desk.restarted(series: [series]).takeOverSeries()
      }
      #expect(conflict?.description.contains("“government” gave those of 安政发") == true)
    }
    try await desk.restarted(series: [own]).takeOverSeries()
  }

  @Test func `are granted for what was shown alone`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    let shown = try await desk.decision(id)
    try await desk.documents.change(
      id, to: TestDocuments.content(title: "改动后的通知"),
      revision: try await desk.documents.document(id, for: desk.drafter).revision, by: desk.colleague)
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await desk.documents.request(id, seal: "seal", reason: "印发", decision: shown, by: desk.drafter)
    }
    try await desk.request(id, by: desk.drafter)
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await desk.documents.grant(id, decision: shown, by: desk.leader)
    }
    #expect(try await desk.number(id) == "")
  }

  @Test func `are not granted where disclosure, request or number is another than shown`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.requested()
    let asked = try await desk.decision(id)
    try await desk.documents.takeBack(id, reason: "改公开属性", decision: asked, by: desk.drafter)
    let revision = try await desk.documents.document(id, for: desk.drafter).revision
    try await desk.documents.change(
      id, to: TestDocuments.content(disclosure: .not), revision: revision, by: desk.drafter)
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await desk.documents.change(id, to: TestDocuments.content(), revision: revision, by: desk.colleague)
    }
    try await desk.request(id, by: desk.drafter)
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await desk.documents.grant(id, decision: asked, by: desk.leader)
    }
    // The same content, asked for once more: another request.
    let second = try await desk.decision(id)
    try await desk.documents.takeBack(id, reason: "重新申请", decision: second, by: desk.drafter)
    try await desk.request(id, by: desk.drafter)
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await desk.documents.grant(id, decision: second, by: desk.leader)
    }
    #expect(try await desk.number(id) == "")
  }

  @Test func `are not ended from a page that was made before the grant`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.requested()
    let shown = try await desk.decision(id)
    try await desk.grant(id, by: desk.leader)
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await desk.documents.refuse(id, reason: "不妥", decision: shown, by: desk.leader)
    }
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await desk.documents.takeBack(id, reason: "不妥", decision: shown, by: desk.drafter)
    }
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await desk.documents.giveBack(id, reason: "不妥", decision: shown, by: desk.keeper)
    }
    #expect(try await desk.state(id) == .granted)
    #expect(try await desk.number(id) == "安政发〔2026〕1号")
  }

  @Test func `are not granted by who wrote in the draft, nor by whose deputy did`() async throws {
    let desk = try await TestDocuments()
    var chief = desk.leader
    (chief.roles, chief.unit) = ([.handler, .leader], TestDocuments.bureau)
    // Of no role that drafts in its own right.
    var deputy = TestDocuments.official("deputy", [.sealkeeper], TestDocuments.bureau)
    deputy.standsInFor = [chief]
    let drafted = try await desk.documents.draft(TestDocuments.content(), by: deputy)
    try await desk.request(drafted, by: desk.drafter)
    await #expect(throws: DocumentError.refused(.askedThemself)) { try await desk.grant(drafted, by: chief) }
    let changed = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    try await desk.documents.change(
      changed, to: TestDocuments.content(title: "改动后的通知"),
      revision: try await desk.documents.document(changed, for: chief).revision, by: chief)
    try await desk.request(changed, by: desk.drafter)
    await #expect(throws: DocumentError.refused(.askedThemself)) { try await desk.grant(changed, by: chief) }
    try await desk.grant(changed, by: TestDocuments.official("other", [.leader], TestDocuments.city))
  }

  @Test func `are refused for a seal that is not in use, also between asking and granting`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    for state in ["suspended", "revoked", "cancelled"] {
      try await desk.addSeal(state, state: state)
      await #expect(throws: DocumentError.refused(.sealNotInUse)) {
        try await desk.request(id, seal: state, by: desk.drafter)
      }
    }
    try await desk.addSeal("old", validUntil: desk.clock.now - 1)
    await #expect(throws: DocumentError.refused(.sealExpired)) {
      try await desk.request(id, seal: "old", by: desk.drafter)
    }
    await #expect(throws: DocumentError.refused(.noSuchSeal)) {
      try await desk.request(id, seal: "none", by: desk.drafter)
    }
    try await desk.request(id, by: desk.drafter)
    try await desk.database.write { try $0.script("UPDATE seal SET state = 'suspended' WHERE id = 'seal'") }
    await #expect(throws: DocumentError.refused(.sealNotInUse)) { try await desk.grant(id, by: desk.leader) }
    #expect(try await desk.state(id) == .requested)
    #expect(try await desk.number(id) == "")
  }

  @Test func `of a document of another year are not granted`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.requested()
    desk.clock.advance(days: 40)
    await #expect(throws: DocumentError.refused(.otherYear)) { try await desk.grant(id, by: desk.leader) }
    #expect(try await desk.number(id) == "")
  }

  @Test func `are for documents that are to be sealed`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.draft(TestDocuments.content(lines: ["sealed: no"]), by: desk.drafter)
    await #expect(throws: DocumentError.refused(.notToBeSealed)) { try await desk.request(id, by: desk.drafter) }
  }

  @Test func `follow the flow, whoever asks`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    await #expect(throws: DocumentError.wrongState(.draft)) { try await desk.grant(id, by: desk.leader) }
    try await desk.request(id, by: desk.drafter)
    await #expect(throws: DocumentError.wrongState(.requested)) { try await desk.request(id, by: desk.drafter) }
    await #expect(throws: DocumentError.wrongState(.requested)) {
      try await desk.documents.discard(id, by: desk.drafter)
    }
    await #expect(throws: DocumentError.notAllowed) { try await desk.grant(id, by: desk.colleague) }
    await #expect(throws: DocumentError.notFound) { try await desk.grant(id, by: desk.stranger) }
    await #expect(throws: DocumentError.notFound) { try await desk.grant(id, by: desk.keeper) }
  }
}
