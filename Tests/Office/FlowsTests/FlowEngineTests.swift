import Flows
import Foundation
import Roles
import Testing
import YAMLText

/// The delivered flow of letters, step by step.
private struct Letter {
  /// The recycle bin stops the clock.
  static let flow: FlowDefinition? = {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "zones/flows/letter.yaml").path
    let problems = ProblemCollector()
    let text = YAMLFile.bytes(path, problems).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let changed = text.replacing("folder: recycle-bin", with: "folder: recycle-bin\n    clock: stopped")
    return YAMLFile.parse(Array(changed.utf8), named: path, problems) { FlowReader().read($0) }
  }()

  let flow: FlowDefinition
  var item: FlowItem
  var events: [FlowEvent] = []

  init() throws {
    flow = try #require(Self.flow)
    item = flow.begin()
  }

  /// Takes a step with whatever it needs, and `fields` besides.
  mutating func take(_ id: String, _ branch: Int? = nil, by person: String = "li", _ fields: [String: [String]] = [:])
    throws(FlowRefusal)
  {
    let step = flow.offers(of: item).first { $0.step.id == id && $0.branch == branch }?.step
    var filled = fields
    for field in step?.needs ?? [] where filled[field] == nil { filled[field] = ["\(field) of \(id)"] }
    let change = try flow.take(id, branch: branch, by: person, fields: filled, on: item)
    (item, events) = (change.item, change.events)
  }

  /// Up to where the units have it, the first in charge.
  mutating func dispatch(_ units: String...) throws {
    for step in ["sign-for", "present", "instruct"] { try take(step) }
    try take("dispatch", by: "li", ["units": units, "lead-unit": [units[0]]])
  }

  mutating func submit(_ branch: Int) throws {
    for step in ["unit-sign-for", "assign", "submit", "pass-up"] { try take(step, branch) }
  }

  var states: [String] { item.branches.map { "\($0.unit) \($0.state)" } }
  var steps: [String] { flow.offers(of: item).map { $0.step.id + ($0.branch.map { " \($0)" } ?? "") }.sorted() }
}

@Suite struct ALetterOnItsWay {
  private var letter: Letter

  init() throws { letter = try Letter() }

  @Test mutating func `joins once both units have submitted, and is answered`() throws {
    try letter.dispatch("water", "roads")
    #expect(letter.item.state == "handling" && letter.states == ["water unit-to-do", "roads unit-to-do"])
    #expect(letter.item.branches.map(\.isLead) == [true, false])
    #expect(
      letter.events == [
        .branchOpened(1, unit: "water"), .branchOpened(2, unit: "roads"),
        .moved(step: "dispatch", from: "dispatching", to: "handling"),
      ])
    try letter.submit(2)
    #expect(letter.item.state == "handling")
    try letter.submit(1)
    #expect(letter.item.state == "reviewing" && letter.item.fields["outcome"] == ["answered"])
    #expect(letter.events.last == .moved(step: "units-done", from: "handling", to: "reviewing"))
    try letter.take("accept")
    try letter.take("settle")
    #expect(letter.item.state == "answered" && letter.steps == [] && letter.flow.waits(of: letter.item) == [])
    #expect(letter.events.last == .ended("answered"))
  }

  @Test mutating func `comes back to be dispatched where the lead was recalled, and the other goes on`() throws {
    try letter.dispatch("water", "roads")
    try letter.take("recall-unit", by: "li", ["unit": ["water"]])
    #expect(letter.item.state == "dispatching" && letter.states == ["water recalled", "roads unit-to-do"])
    #expect(letter.item.fields["outcome"] == nil)
    // Dispatched again, the unit that still has it keeps its branch, and has it once.
    try letter.take("unit-sign-for", 2)
    try letter.take("dispatch", by: "li", ["units": ["roads", "parks", "roads", ""], "lead-unit": ["roads"]])
    #expect(letter.states == ["water recalled", "roads unit-passing", "parks unit-to-do"])
    #expect(
      letter.item.branches.map(\.round) == [1, 2, 2] && letter.item.branches.map(\.isLead) == [true, true, false])
    try letter.submit(3)
    for step in ["assign", "submit", "pass-up"] { try letter.take(step, 2) }
    #expect(letter.item.state == "reviewing")
  }

  @Test mutating func `is not called done where nobody answered anything`() throws {
    try letter.dispatch("water", "roads")
    try letter.take("recall-unit", by: "li", ["unit": ["roads"]])
    #expect(letter.item.state == "handling")
    try letter.take("dispute", 1)
    try letter.take("uphold", 1)
    #expect(letter.states == ["water recalled", "roads recalled"])
    #expect(letter.item.state == "dispatching" && letter.item.fields["outcome"] == nil)
  }

  @Test mutating func `is returned to the state that led to the end`() throws {
    try letter.dispatch("water", "roads")
    try letter.submit(1)
    try letter.submit(2)
    let before = letter.item
    try letter.take("return", by: "wang", ["units": ["roads"]])
    #expect(letter.item.state == "handling" && letter.states == ["water submitted", "roads unit-review"])
    #expect(letter.item.fields["outcome"] == nil)
    #expect(letter.item.branches[1].entry == before.branches[1].entry + 1)
    #expect(letter.item.branches[1].fields["draft-answer"] == ["draft-answer of submit"])
    try letter.take("return-to-handler", 2)
    for step in ["submit", "pass-up"] { try letter.take(step, 2) }
    #expect(letter.item.state == "reviewing")
    // A unit that has no part in it, or was recalled, cannot be asked again; and nothing changes.
    let now = letter.item
    #expect(throws: FlowRefusal.noBranch("parks")) {
      try letter.take("return", by: "wang", ["units": ["roads", "parks"]])
    }
    #expect(letter.item == now)
  }

  @Test mutating func `has units added to the round under way`() throws {
    try letter.dispatch("water")
    let entry = letter.item.entry
    try letter.take("add-unit", by: "li", ["units": ["parks", "water"]])
    #expect(letter.states == ["water unit-to-do", "parks unit-to-do"])
    #expect(letter.item.branches.map(\.round) == [1, 1] && letter.item.branches.map(\.isLead) == [true, false])
    #expect(letter.item.entry == entry && letter.item.state == "handling")
    try letter.submit(1)
    #expect(letter.item.state == "handling")
    try letter.submit(2)
    #expect(letter.item.state == "reviewing")
  }

  @Test mutating func `asks no unit again that works on it already`() throws {
    try letter.dispatch("water", "roads")
    try letter.submit(2)
    try letter.take("add-unit", by: "li", ["units": ["roads"]])
    #expect(letter.states == ["water unit-to-do", "roads submitted", "roads unit-to-do"])
    try letter.take("recall-unit", by: "li", ["unit": ["water"]])
    try letter.take("propose-decline")
    let before = letter.item
    #expect(throws: FlowRefusal.noBranch("roads")) { try letter.take("return", by: "wang", ["units": ["roads"]]) }
    #expect(letter.item == before)
  }

  @Test mutating func `goes down through four levels of units and up again, each of them seeing it`() throws {
    try letter.dispatch("city")
    for child in ["district", "street", "village"] {
      try letter.take("unit-sign-for", 1)
      try letter.take("pass-down", 1, by: "zhao", ["child-unit": [child]])
    }
    #expect(letter.item.branches.map(\.units) == [["city", "district", "street", "village"]])
    try letter.take("unit-sign-for", 1)
    let before = letter.item
    #expect(throws: FlowRefusal.tooDeep) { try letter.take("pass-down", 1, by: "zhao", ["child-unit": ["hamlet"]]) }
    #expect(letter.item == before)
    for step in ["assign", "submit"] { try letter.take(step, 1) }
    for unit in ["street", "district", "city"] {
      try letter.take("pass-up", 1)
      #expect(letter.states == ["\(unit) unit-review"] && letter.item.state == "handling")
    }
    try letter.take("pass-up", 1)
    #expect(letter.states == ["city submitted"] && letter.item.state == "reviewing")
  }

  @Test mutating func `comes back to the unit above where a dispute is upheld`() throws {
    try letter.dispatch("city")
    try letter.take("dispute", 1)
    try letter.take("reject", 1)
    // Once for each level: the city's is used up, the district's is not.
    #expect(throws: FlowRefusal.tooOften) { try letter.take("dispute", 1) }
    try letter.take("unit-sign-for", 1)
    try letter.take("pass-down", 1, by: "zhao", ["child-unit": ["district"]])
    try letter.take("dispute", 1)
    #expect(letter.states == ["district disputed"])
    let party = letter.flow.holder(of: letter.item, branch: 1)
    #expect(party == FlowParty(role: .clerk, of: .dispatcher))
    try letter.take("uphold", 1)
    #expect(letter.states == ["city unit-passing"] && letter.item.state == "handling")
  }

  @Test mutating func `ends with all its branches`() throws {
    try letter.dispatch("water", "roads")
    try letter.take("recall-unit", by: "li", ["unit": ["water"]])
    for step in ["propose-decline", "accept", "settle"] { try letter.take(step) }
    #expect(letter.item.state == "declined" && letter.item.fields["outcome"] == ["declined"])
    #expect(letter.states == ["water recalled", "roads recalled"] && letter.item.branches.allSatisfy(\.isEnded))
    #expect(letter.events.contains(.branchClosed(2, unit: "roads")))
  }

  @Test mutating func `takes no step without its fields, with others, out of turn, or of a join`() throws {
    try letter.take("sign-for")
    let before = letter.item
    func refused(_ step: String, _ branch: Int? = nil, _ fields: [String: [String]] = [:]) -> FlowRefusal? {
      do throws(FlowRefusal) {
        _ = try letter.flow.take(step, branch: branch, by: "li", fields: fields, on: before)
        return nil
      } catch { return error }
    }
    #expect(refused("present", nil, ["leader": ["wang"]]) == .missing("proposal"))
    #expect(refused("present", nil, ["leader": ["wang"], "proposal": ["", ""]]) == .missing("proposal"))
    #expect(refused("junk", nil, ["reason": ["a"], "answer": ["b"]]) == .unexpected("answer"))
    #expect(refused("sign-for") == .notNow)
    #expect(refused("settle") == .notNow)
    #expect(refused("units-done") == .notNow)
    #expect(refused("unit-sign-for", 1) == .notNow)
    #expect(refused("no-such-step") == .notNow)
    #expect(letter.item == before)
  }

  @Test mutating func `opens branches for 1 to 200 units, the lead among them`() throws {
    for step in ["sign-for", "present", "instruct"] { try letter.take(step) }
    let before = letter.item
    let many = (0...FlowDefinition.unitsMax).map { "u\($0)" }
    #expect(throws: FlowRefusal.units(201)) {
      try letter.take("dispatch", by: "li", ["units": many, "lead-unit": ["u1"]])
    }
    #expect(throws: FlowRefusal.leadIsNotNamed) {
      try letter.take("dispatch", by: "li", ["units": ["water"], "lead-unit": ["roads"]])
    }
    #expect(letter.item == before)
    try letter.take("dispatch", by: "li", ["units": Array(many.dropLast()), "lead-unit": ["u199"]])
    #expect(letter.item.branches.count == 200 && letter.item.branches.filter(\.isLead).map(\.unit) == ["u199"])
  }

  @Test mutating func `opens at most 1,000 branches in its life, and can be declined then`() throws {
    for step in ["sign-for", "present", "instruct"] { try letter.take(step) }
    let units = (1...200).map { "u\($0)" }
    for _ in 1...5 {
      try letter.take("dispatch", by: "li", ["units": units, "lead-unit": ["u1"]])
      try letter.take("recall-unit", by: "li", ["unit": units])
    }
    #expect(letter.item.branches.count == FlowDefinition.branchesMax)
    #expect(throws: FlowRefusal.units(1)) {
      try letter.take("dispatch", by: "li", ["units": ["water"], "lead-unit": ["water"]])
    }
    for step in ["propose-decline", "accept", "settle"] { try letter.take(step) }
    #expect(letter.item.state == "declined")
  }

  @Test mutating func `counts each state that it enters, so that an old page is noticed`() throws {
    #expect(letter.item.entry == 1)
    try letter.take("sign-for")
    #expect(letter.item.entry == 2)
    // What stays is no new entry.
    try letter.take("reclassify", by: "li", ["kind": ["complaint"]])
    #expect(letter.item.entry == 2)
    try letter.take("transfer")
    try letter.take("sign-for")
    // The same state, and another entry.
    #expect(letter.item.state == "triage" && letter.item.entry == 4)
    #expect(letter.flow.waits(of: letter.item).map(\.entry) == [4])
  }

  @Test mutating func `offers what may be done now, by whom`() throws {
    #expect(letter.steps == ["sign-for"])
    try letter.take("sign-for")
    try letter.take("propose-decline", by: "li", ["leader": ["wang"]])
    // Nothing was dispatched: there is nobody to return it to.
    #expect(letter.steps == ["accept", "send-back"])
    #expect(letter.flow.holder(of: letter.item)?.person == "leader" && letter.item.fields["leader"] == ["wang"])
    try letter.take("send-back")
    try letter.take("dispatch", by: "li", ["units": ["water"], "lead-unit": ["water"]])
    #expect(letter.steps == ["add-unit", "dispute 1", "merge", "recall-unit", "unit-sign-for 1"])
    #expect(letter.flow.waits(of: letter.item).map(\.state) == ["unit-to-do"])
    #expect(letter.flow.clock(of: letter.item) == nil)
  }

  @Test mutating func `stops the clock in the recycle bin, and goes from there by a second person alone`() throws {
    try letter.take("sign-for")
    try letter.take("junk", by: "li")
    #expect(letter.flow.clock(of: letter.item) == .stopped && letter.item.doers["junk"] == "li")
    let purge = try #require(letter.flow.offers(of: letter.item).first { $0.step.id == "purge" })
    #expect(purge.parties == [FlowParty(role: .leader, of: .mailbox, notWhoDid: ["junk"])])
    try letter.take("purge", by: "wang")
    #expect(letter.item.state == "discarded" && letter.item.fields["outcome"] == nil)
  }
}
