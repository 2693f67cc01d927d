import Cryptography
import Flows
import Foundation
import Letters
import Links
import People
import Roles
import Storage
import Synchronization
import Testing
import Timestamps
import ZoneHarness
import Zones

/// Letters on the eleven steps, as `zones/flows/letter.yaml` has them, with a clock that the tests set.
@Suite struct LetterFlowTests {
  final class Clock: Sendable {
    /// Monday, 2 November 2026, 09:00 in Shanghai.
    private let time = Mutex(1_793_581_200_000)

    var now: Int { time.withLock(\.self) }
    func wait(days: Int) { time.withLock { $0 += days * 86_400_000 } }
  }

  static let root = Official(
    person: "zone-root", name: "根", certificateFingerprint: String(repeating: "0", count: 64), roles: [.administrator])

  let clock = Clock()
  let zones: TestZones
  let zone: RunningZone
  var desk: DeskLetters { zone.desk }

  init() async throws {
    let clock = self.clock
    zones = try TestZones()
    zone = try RunningZone(zones.intranet, exchanging: false, now: { clock.now })
    let office = zone.office
    try await office.takeOver([
      Person(
        name: Self.root.name, certificateFingerprint: Self.root.certificateFingerprint, roles: [.administrator],
        mailboxes: [])
    ])
    let root = try #require(
      try await office.official(certificate: Self.root.certificateFingerprint))
    for (unit, parent) in [("city", nil), ("housing", "city"), ("roads", "city")] as [(String, String?)] {
      try await office.addUnit(unit, name: unit, english: "", under: parent, by: root)
    }
    try await office.give(mailbox: "mayor", toUnit: "city", by: root)
    for (person, unit, roles) in [
      ("fang", "city", [.clerk]), ("ming", "city", [.leader]), ("yan", "city", [.leader]),
      ("na", "housing", [.clerk]), ("jie", "housing", [.handler]), ("wei", "housing", [.leader]),
      ("lei", "roads", [.clerk]),
    ] as [(String, String, Set<Role>)] {
      try await office.add(
        OfficePerson(
          identifier: person, name: person, unit: unit, roles: roles, mailboxes: person == "fang" ? ["mayor"] : []),
        by: root)
      try await office.addCertificate(Self.fingerprint(person), to: person, by: root)
    }
  }

  static func fingerprint(_ person: String) -> String {
    let digits = person.utf8.map { String($0, radix: 16) }.joined()
    return String((digits + String(repeating: "0", count: 64)).prefix(64))
  }

  func official(_ person: String) async throws -> Official {
    try #require(try await zone.office.official(certificate: Self.fingerprint(person)))
  }

  /// A letter that has just arrived on the flow of eleven steps.
  func letter(_ number: String = "2026-000001") async throws -> String {
    let content = try JSONEncoder().encode(draft())
    let (item, version) = try await zone.database.read { _ in
      let flow = try FlowFile.check(RunningZone.zones("flows/letter.yaml")).0
      return (try JSONEncoder().encode(flow.begin()), flow.version)
    }
    let (at, key) = (clock.now, Data(X25519PrivateKey.generate().publicKey.bytes))
    try await zone.database.write { db in
      try db.run(
        """
        INSERT INTO desk_letter
          (id, number, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage, item,
            flow, flow_version)
        VALUES (?, ?, ?, 'mayor', 'question', 't', ?, ?, x'', x'', x'', 'delivered', ?, 'letter', ?)
        """, "id-\(number)", number, at, content, key, item, version)
    }
    try await desk.rebuildPlaces(of: [number])
    return number
  }

  func take(
    _ act: LetterAct, _ number: String, by person: String, branch: Int? = nil, entry: Int? = nil,
    _ fields: [LetterField: [String]] = [:]
  ) async throws {
    try await desk.take(
      LetterStepRequest(act, number: number, branch: branch, entry: entry, fields: fields),
      by: try await official(person))
  }

  func queue(of person: String) async throws -> [String] {
    try await desk.queue(for: try await official(person), limit: 10).letters.map(\.number)
  }

  func folder(_ folder: DeskFolder, of person: String) async throws -> [String] {
    try await desk.folder(folder, for: try await official(person), limit: 10).letters.map(\.number)
  }

  /// Signed for, instructed and dispatched to the housing department.
  func dispatched(_ number: String) async throws {
    try await take(.signFor, number, by: "fang")
    try await take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    try await take(.instruct, number, by: "ming", [.instruction: ["请办理"]])
    try await take(
      .dispatch, number, by: "fang",
      [.units: ["housing"], .leadUnit: ["housing"], .unitDue: ["2026-11-10"], .complaintAbout: ["none"]])
  }

  @Test func `a unit reads the letter only once it has a part in it, and keeps that`() async throws {
    let number = try await letter()
    let (clerk, other) = (try await official("na"), try await official("lei"))
    await #expect(throws: LetterError.notFound) { try await desk.letter(number: number, for: clerk) }
    try await dispatched(number)
    #expect(try await desk.letter(number: number, for: clerk).offers.map(\.act) == [.unitSignFor, .dispute, .note])
    await #expect(throws: LetterError.notFound) { try await desk.letter(number: number, for: other) }
    await #expect(throws: LetterError.notFound) {
      try await desk.take(LetterStepRequest(.unitSignFor, number: number, branch: 1), by: other)
    }
    try await take(.dispute, number, by: "na", branch: 1, [.reason: ["不属于本局"]])
    try await take(.uphold, number, by: "fang", branch: 1)
    await #expect(throws: LetterError.notFound) { try await desk.letter(number: number, for: clerk) }
    #expect(try await folder(.all, of: "na") == [], "no list shows what may not be opened")
    // It stays in the office's history: the unit cannot be taken out.
    let root = try #require(try await zone.office.official(certificate: Self.root.certificateFingerprint))
    try await zone.office.remove("na", by: root)
    for person in ["jie", "wei"] { try await zone.office.remove(person, by: root) }
    await #expect(throws: OfficeError.self) { try await zone.office.removeUnit("housing", by: root) }
    try await zone.stop()
  }

  @Test func `an act on a page that is out of date is refused, and changes nothing`() async throws {
    let number = try await letter()
    let seen = try #require(
      try await desk.letter(number: number, for: try await official("fang")).offer(.signFor)
    ).entry
    try await take(.signFor, number, by: "fang")
    try await take(.junk, number, by: "fang", [.reason: ["广告"]])
    try await take(.restore, number, by: "fang")
    let before = try await zone.count("SELECT COUNT(*) FROM letter_act")
    await #expect(throws: LetterError.wrongStage(.signedFor)) {
      try await take(.junk, number, by: "fang", entry: seen, [.reason: ["广告"]])
    }
    #expect(try await zone.count("SELECT COUNT(*) FROM letter_act") == before)
    try await zone.stop()
  }

  @Test func `whoever is named goes before their role, which stands in where they are gone`() async throws {
    let number = try await letter()
    try await take(.signFor, number, by: "fang")
    try await take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    await #expect(throws: LetterError.notAllowed) {
      try await take(.instruct, number, by: "yan", [.instruction: ["请办理"]])
    }
    let root = try #require(try await zone.office.official(certificate: Self.root.certificateFingerprint))
    #expect(try await queue(of: "yan") == [])
    try await zone.office.remove("ming", by: root)
    try await desk.followPeople()
    #expect(try await queue(of: "yan") == [number], "it lies at the role's desk now")
    try await take(.instruct, number, by: "yan", [.instruction: ["请办理"]])
    try await zone.stop()
  }

  @Test func `nobody discards what they put into the recycle bin, and its writer is told why`() async throws {
    let number = try await letter()
    try await take(.signFor, number, by: "fang")
    try await take(.junk, number, by: "fang", [.reason: ["广告"]])
    await #expect(throws: LetterError.notAllowed) { try await take(.purge, number, by: "fang") }
    try await take(.purge, number, by: "ming")
    let letter = try await desk.letter(number: number, for: try await official("fang"))
    #expect(letter.stage == .declined && letter.outcome?.text == "广告" && letter.outcome?.isPublic == false)
    #expect(try await folder(.all, of: "fang") == [])
    #expect(try await zone.count("SELECT COUNT(*) FROM outbox WHERE type = 'letter.declined'") == 1)
    try await zone.stop()
  }

  @Test func `whoever stands in for a colleague of the same role acts in their stead, and approves nothing twice`()
    async throws
  {
    let number = try await letter()
    try await take(.signFor, number, by: "fang")
    try await take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    let root = try #require(try await zone.office.official(certificate: Self.root.certificateFingerprint))
    func delegate(_ person: String, _ other: String) async throws {
      try await zone.office.delegate(
        from: person, to: other, from: Date(timeIntervalSinceNow: -60), until: Date(timeIntervalSinceNow: 3_600),
        by: root)
    }
    try await delegate("ming", "yan")
    #expect(try await queue(of: "yan") == [number])
    try await take(.instruct, number, by: "yan", [.instruction: ["请办理"]])
    try await take(
      .dispatch, number, by: "fang",
      [.units: ["housing"], .leadUnit: ["housing"], .unitDue: ["2026-11-10"], .complaintAbout: ["none"]])
    try await take(.unitSignFor, number, by: "na", branch: 1)
    try await take(.assign, number, by: "na", branch: 1, [.handler: ["jie"]])
    // The unit's leader works in the handler's stead, and cannot approve that.
    try await delegate("jie", "wei")
    try await take(.submit, number, by: "wei", branch: 1, [.draftAnswer: ["已修好"]])
    await #expect(throws: LetterError.notAllowed) { try await take(.passUp, number, by: "wei", branch: 1) }
    try await zone.stop()
  }

  @Test func `a unit reads what it is to do, and of the writer only while it works on it`() async throws {
    let number = try await letter()
    try await dispatched(number)
    let (clerk, fang) = (try await official("na"), try await official("fang"))
    let part = try await desk.letter(number: number, for: clerk)
    #expect(part.draft.phone == "13800138000" && part.proposed == "")
    #expect(part.history.map(\.act) == [.instruct, .dispatch], "not the clerk's proposal")
    #expect(try await desk.letter(number: number, for: fang).history.count == 4)
    try await take(.unitSignFor, number, by: "na", branch: 1)
    try await take(.assign, number, by: "na", branch: 1, [.handler: ["jie"]])
    try await take(.submit, number, by: "jie", branch: 1, [.draftAnswer: ["已修好"]])
    try await take(.passUp, number, by: "wei", branch: 1)
    #expect(try await desk.letter(number: number, for: clerk).draft.phone == "")
    #expect(try await desk.letter(number: number, for: fang).draft.phone == "13800138000")
    try await zone.stop()
  }

  @Test func `the people of the unit complained of read nothing, and no unit under it is chosen`() async throws {
    let number = try await letter()
    let root = try #require(try await zone.office.official(certificate: Self.root.certificateFingerprint))
    try await zone.office.addUnit("repairs", name: "repairs", english: "", under: "housing", by: root)
    try await take(.signFor, number, by: "fang")
    try await take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    try await take(.instruct, number, by: "ming", [.instruction: ["请办理"]])
    await #expect(throws: LetterError.field(.units, .complainedOf)) {
      try await take(
        .dispatch, number, by: "fang",
        [.units: ["repairs"], .leadUnit: ["repairs"], .unitDue: ["2026-11-10"], .complaintAbout: ["housing"]])
    }
    await #expect(throws: LetterError.field(.units, .nobody)) {
      try await take(
        .dispatch, number, by: "fang",
        [.units: ["repairs"], .leadUnit: ["repairs"], .unitDue: ["2026-11-10"], .complaintAbout: ["none"]])
    }
    try await take(
      .dispatch, number, by: "fang",
      [.units: ["roads"], .leadUnit: ["roads"], .unitDue: ["2026-11-10"], .complaintAbout: ["housing"]])
    let wei = try await official("wei")
    await #expect(throws: LetterError.notFound) { try await desk.letter(number: number, for: wei) }
    try await zone.stop()
  }

  @Test(arguments: [
    (LetterField.leader, "wei", LetterFieldProblem.unknown), (.leader, "", .missing), (.proposal, "", .missing),
    (.proposal, String(repeating: "长", count: 10_001), .tooLong),
  ])
  func `what is filled in wrongly is named, and nothing is done`(
    field: LetterField, value: String, problem: LetterFieldProblem
  ) async throws {
    let number = try await letter()
    try await take(.signFor, number, by: "fang")
    var fields: [LetterField: [String]] = [.leader: ["ming"], .proposal: ["拟办"]]
    fields[field] = [value]
    let given = fields
    await #expect(throws: LetterError.field(field, problem)) { try await take(.present, number, by: "fang", given) }
    #expect(try await queue(of: "fang") == [number])
    try await zone.stop()
  }

  @Test(arguments: [
    ("2026-11-01", LetterFieldProblem.date), ("2028-01-01", .date), ("2026-02-30", .date), ("morgen", .date),
  ])
  func `a unit is given a date that is one`(due: String, problem: LetterFieldProblem) async throws {
    let number = try await letter()
    try await take(.signFor, number, by: "fang")
    try await take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    try await take(.instruct, number, by: "ming", [.instruction: ["请办理"]])
    await #expect(throws: LetterError.field(.unitDue, problem)) {
      try await take(
        .dispatch, number, by: "fang", [.units: ["housing"], .leadUnit: ["housing"], .unitDue: [due]])
    }
    try await zone.stop()
  }

  @Test func `the unit complained of is never chosen, not even by a unit that passes the letter down`() async throws {
    let number = try await letter()
    try await take(.signFor, number, by: "fang")
    try await take(.reclassify, number, by: "fang", [.kind: ["complaint"]])
    try await take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    try await take(.instruct, number, by: "ming", [.instruction: ["请办理"]])
    let fields: [LetterField: [String]] = [.units: ["housing"], .leadUnit: ["housing"], .unitDue: ["2026-11-10"]]
    await #expect(throws: LetterError.field(.complaintAbout, .missing)) {
      try await take(.dispatch, number, by: "fang", fields)
    }
    await #expect(throws: LetterError.field(.units, .complainedOf)) {
      try await take(.dispatch, number, by: "fang", fields.merging([.complaintAbout: ["housing"]]) { $1 })
    }
    try await take(.dispatch, number, by: "fang", fields.merging([.complaintAbout: ["roads"]]) { $1 })
    await #expect(throws: LetterError.field(.units, .complainedOf)) {
      try await take(.addUnit, number, by: "fang", [.units: ["roads"], .unitDue: ["2026-11-10"]])
    }
    try await zone.stop()
  }

  @Test func `a letter of before flows goes on where it was`() async throws {
    let content = try JSONEncoder().encode(draft())
    let (at, key) = (clock.now, Data(X25519PrivateKey.generate().publicKey.bytes))
    for (index, stage) in ["delivered", "signed-for", "answered", "declined"].enumerated() {
      try await zone.database.write { db in
        try db.run(
          """
          INSERT INTO desk_letter
            (id, number, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage)
          VALUES (?, ?, ?, 'mayor', 'question', 't', ?, ?, x'', x'', x'', ?)
          """, stage, "2026-\(index + 1)", at, content, key, stage)
      }
    }
    try await desk.rebuildPlaces()
    let fang = try await official("fang")
    let counts = try await desk.folderCounts(for: fang)
    #expect(counts == [.toDo: 1, .tracking: 1, .concluded: 1, .declined: 1, .all: 4, .untreated: 0, .recycleBin: 0])
    #expect(try await desk.letter(number: "2026-1", for: fang).offers.map(\.act) == [.signFor, .note])
    try await desk.answer(number: "2026-2", text: "已修好", isPublic: false, by: fang)
    #expect(try await desk.letter(number: "2026-2", for: fang).stage == .answered)
    // What is still open gets the limit of its state, counted from now.
    try await desk.beginTimers()
    #expect(try await desk.fireTimers() == 0)
    clock.wait(days: 3)
    #expect(try await desk.fireTimers() == 1)
    try await zone.stop()
  }
}
