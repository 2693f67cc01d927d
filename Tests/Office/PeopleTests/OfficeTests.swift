import Acts
import Foundation
import People
import Roles
import Storage
import Testing
import Zones

/// A directory on a database of its own, with one administrator.
final class TestOffice: Sendable {
  let directory: OfficeDirectory
  let database: ZoneDatabase
  let root = Official(
    person: "zone-aaaaaaaaaaaa", name: "根", certificateFingerprint: String(repeating: "a", count: 64),
    roles: [.administrator])
  private let folder: String

  init(now: @escaping @Sendable () -> Int = { currentTime() }) async throws {
    folder = NSTemporaryDirectory() + "guandu-people-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    database = try ZoneDatabase(path: folder + "/zone.sqlite", migrations: actMigrations + peopleMigrations)
    directory = OfficeDirectory(
      database: database,
      mailboxes: ["mayor", "roads"].map { Mailbox(identifier: $0, chineseName: $0, englishName: $0) }, now: now)
    try await directory.takeOver([person("a", [.administrator])])
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func person(_ digit: Character, _ roles: Set<Role>, mailboxes: [String] = []) -> Person {
    Person(
      name: "人\(digit)", certificateFingerprint: String(repeating: digit, count: 64), roles: roles,
      mailboxes: mailboxes)
  }

  func add(_ identifier: String, _ roles: Set<Role>, unit: String? = nil, certificate: Character? = nil) async throws {
    try await directory.add(
      OfficePerson(identifier: identifier, name: identifier, unit: unit, roles: roles, mailboxes: ["mayor"]), by: root)
    if let certificate {
      try await directory.addCertificate(String(repeating: certificate, count: 64), to: identifier, by: root)
    }
  }

  func official(_ certificate: Character) async throws -> Official? {
    try await directory.official(certificate: String(repeating: certificate, count: 64))
  }
}

@Suite struct PeopleOfTheConfiguration {
  @Test func `are taken over once`() async throws {
    let office = try await TestOffice()
    let clerk = office.person("b", [.clerk], mailboxes: ["mayor"])
    #expect(try await office.directory.takeOver([clerk]).isEmpty, "the first start is over")
    #expect(try await office.official("b") == nil)
  }

  @Test func `are what they say at the first start`() async throws {
    let office = try await TestOffice()
    try await office.database.write { try $0.script("DELETE FROM person; DELETE FROM people_origin") }
    try await office.directory.takeOver([office.person("b", [.clerk, .leader], mailboxes: ["mayor"])])
    let clerk = try #require(try await office.official("b"))
    #expect(clerk.roles == [.clerk, .leader] && clerk.mailboxes == ["mayor"] && clerk.name == "人b")
  }

  @Test func `let an administrator in again at each start, whatever was done to them`() async throws {
    let office = try await TestOffice()
    try await office.add("second", [.administrator], certificate: "b")
    let second = try #require(try await office.official("b"))
    try await office.directory.remove("zone-aaaaaaaaaaaa", by: second)
    #expect(try await office.official("a") == nil)
    let taken = try await office.directory.takeOver([office.person("a", [.administrator])])
    #expect(taken == ["zone-aaaaaaaaaaaa"])
    #expect(try await office.official("a")?.roles == [.administrator])
    #expect(try await office.directory.takeOver([office.person("a", [.administrator])]).isEmpty)
  }
}

@Suite struct UnitsOfTheOffice {
  @Test func `stand in a tree of at most four levels`() async throws {
    let office = try await TestOffice()
    var parent: String?
    for unit in ["city", "bureau", "section", "desk"] {
      try await office.directory.addUnit(unit, name: unit, english: "", under: parent, by: office.root)
      parent = unit
    }
    await #expect(throws: OfficeError.refused(.unitTooDeep)) {
      try await office.directory.addUnit("fifth", name: "五", english: "", under: "desk", by: office.root)
    }
    try await office.directory.addUnit("other", name: "别处", english: "", under: nil, by: office.root)
    await #expect(throws: OfficeError.refused(.unitTooDeep)) {
      try await office.directory.changeUnit("city", name: "市", english: "", under: "other", by: office.root)
    }
    await #expect(throws: OfficeError.refused(.unitUnderItself)) {
      try await office.directory.changeUnit("city", name: "市", english: "", under: "section", by: office.root)
    }
    try await office.directory.changeUnit("section", name: "科", english: "", under: "other", by: office.root)
    let paths = try await office.directory.units(for: office.root).map { $0.path.identifiers.joined(separator: "/") }
    #expect(paths == ["city", "city/bureau", "other", "other/section", "other/section/desk"])
  }

  @Test func `are removed only when nothing belongs to them`() async throws {
    let office = try await TestOffice()
    try await office.directory.addUnit("city", name: "市", english: "", under: nil, by: office.root)
    try await office.directory.addUnit("roads", name: "路", english: "", under: "city", by: office.root)
    try await office.add("li", [.clerk], unit: "roads")
    for unit in ["city", "roads"] {
      await #expect(throws: OfficeError.refused(.unitInUse)) {
        try await office.directory.removeUnit(unit, by: office.root)
      }
    }
    try await office.directory.remove("li", by: office.root)
    try await office.directory.give(mailbox: "roads", toUnit: "roads", by: office.root)
    await #expect(throws: OfficeError.refused(.unitInUse)) {
      try await office.directory.removeUnit("roads", by: office.root)
    }
    try await office.directory.give(mailbox: "roads", toUnit: nil, by: office.root)
    try await office.directory.removeUnit("roads", by: office.root)
    try await office.directory.removeUnit("city", by: office.root)
    #expect(try await office.directory.units(for: office.root).isEmpty)
  }
}

@Suite struct PeopleOfTheOffice {
  @Test func `hold no roles that bar each other`() async throws {
    let office = try await TestOffice()
    for role in Role.allCases {
      for other in role.barred {
        await #expect(throws: OfficeError.refused(.barredRoles)) { try await office.add("li", [role, other]) }
      }
    }
    #expect(try await office.directory.people(limit: 9, offset: 0, for: office.root).total == 1)
  }

  @Test func `do not change themselves`() async throws {
    let office = try await TestOffice()
    var myself = try await office.directory.person(office.root.person, for: office.root)
    myself.roles = [.sealkeeper]
    await #expect(throws: OfficeError.refused(.oneself)) { try await office.directory.change(myself, by: office.root) }
    await #expect(throws: OfficeError.refused(.oneself)) {
      try await office.directory.remove(myself.identifier, by: office.root)
    }
    await #expect(throws: OfficeError.refused(.oneself)) {
      try await office.directory.addCertificate(
        String(repeating: "c", count: 64), to: myself.identifier, by: office.root)
    }
  }

  @Test(arguments: ["", "A", "-a", "a b", "new", "li/wang", String(repeating: "a", count: 33), "李"])
  func `have identifiers that fit into an address`(identifier: String) async throws {
    let office = try await TestOffice()
    await #expect(throws: OfficeError.refused(.identifier)) { try await office.add(identifier, []) }
  }

  @Test func `have certificates that are nobody else's`() async throws {
    let office = try await TestOffice()
    try await office.add("li", [.clerk], certificate: "b")
    try await office.add("wang", [.clerk])
    await #expect(throws: OfficeError.refused(.fingerprintTaken)) {
      try await office.directory.addCertificate(String(repeating: "b", count: 64), to: "wang", by: office.root)
    }
    let typed = String(repeating: "CC:", count: 31) + "CC"
    try await office.directory.addCertificate(typed, to: "wang", by: office.root)
    #expect(try await office.official("c")?.person == "wang")
    for wrong in ["", "zz", String(repeating: "d", count: 63)] {
      await #expect(throws: OfficeError.refused(.fingerprint)) {
        try await office.directory.addCertificate(wrong, to: "wang", by: office.root)
      }
    }
  }

  @Test func `are found by a part of their name, and by their unit`() async throws {
    let office = try await TestOffice()
    try await office.directory.addUnit("city", name: "市", english: "", under: nil, by: office.root)
    try await office.directory.addUnit("roads", name: "路", english: "", under: "city", by: office.root)
    try await office.add("li", [], unit: "roads")
    try await office.add("wang", [], unit: "city")
    let found = try await office.directory.people(in: "city", limit: 9, offset: 0, for: office.root)
    #expect(found.people.map(\.identifier) == ["li", "wang"])
    #expect(try await office.directory.people(matching: "an", limit: 9, offset: 0, for: office.root).total == 1)
    #expect(try await office.directory.people(matching: "%", limit: 9, offset: 0, for: office.root).total == 0)
  }

  @Test func `are changed by administrators alone`() async throws {
    let office = try await TestOffice()
    try await office.add("li", [.clerk])
    for role in Role.allCases where role != .administrator {
      let other = Official(person: "x", name: "x", certificateFingerprint: "", roles: [role])
      await #expect(throws: OfficeError.notAllowed) { try await office.directory.remove("li", by: other) }
      await #expect(throws: OfficeError.notAllowed) {
        try await office.directory.addUnit("u", name: "u", english: "", under: nil, by: other)
      }
      await #expect(throws: OfficeError.notAllowed) {
        try await office.directory.give(mailbox: "mayor", toUnit: nil, by: other)
      }
    }
  }
}

@Suite struct Delegations {
  private let day: TimeInterval = 86_400

  @Test func `hold between their two moments and no longer`() async throws {
    let clock = Clock()
    let office = try await TestOffice(now: { clock.now })
    try await office.add("li", [.clerk], certificate: "b")
    try await office.add("wang", [.handler], certificate: "c")
    let li = try #require(try await office.official("b"))
    let start = Date(timeIntervalSince1970: Double(clock.now) / 1_000)
    try await office.directory.delegate(
      from: "li", to: "wang", from: start + day, until: start + 2 * day, by: li)
    #expect(try await office.official("c")?.standsInFor.isEmpty == true)
    clock.advance(days: 1)
    #expect(try await office.official("c")?.standsInFor.map(\.person) == ["li"])
    #expect(try await office.official("c")?.may(.declineLetter, .mailbox("mayor")) == true)
    clock.advance(days: 1)
    #expect(try await office.official("c")?.standsInFor.isEmpty == true)
  }

  @Test func `are not passed on`() async throws {
    let office = try await TestOffice()
    for (person, digit) in [("li", "b"), ("wang", "c"), ("zhao", "d")] as [(String, Character)] {
      try await office.add(person, [.clerk], certificate: digit)
    }
    try await give(office, "li", to: "wang", by: "b")
    try await give(office, "wang", to: "zhao", by: "c")
    #expect(try await office.official("d")?.standsInFor.map(\.person) == ["wang"])
  }

  @Test func `neither reach a security officer or an administrator nor come from one`() async throws {
    let office = try await TestOffice()
    try await office.add("li", [.clerk], certificate: "b")
    try await office.add("guard", [.securityOfficer], certificate: "c")
    try await office.add("admin", [.administrator], certificate: "d")
    for (person, delegate) in [("li", "guard"), ("li", "admin"), ("guard", "li"), ("admin", "li")] {
      await #expect(throws: OfficeError.refused(.delegateRole)) {
        try await office.directory.delegate(
          from: person, to: delegate, from: Date(), until: Date() + day, by: office.root)
      }
    }
  }

  @Test func `are given and ended by their person and by an administrator alone`() async throws {
    let office = try await TestOffice()
    try await office.add("li", [.clerk], certificate: "b")
    try await office.add("wang", [.clerk], certificate: "c")
    await #expect(throws: OfficeError.notAllowed) { try await give(office, "li", to: "wang", by: "c") }
    try await give(office, "li", to: "wang", by: "b")
    let (li, wang) = (try #require(try await office.official("b")), try #require(try await office.official("c")))
    let given = try await office.directory.delegations(of: "li", for: li)
    #expect(given.map(\.delegate) == ["wang"])
    await #expect(throws: OfficeError.notAllowed) {
      try await office.directory.endDelegation(given[0].identifier, of: "li", by: wang)
    }
    await #expect(throws: OfficeError.notFound) {
      try await office.directory.endDelegation(given[0].identifier, of: "wang", by: wang)
    }
    try await office.directory.endDelegation(given[0].identifier, of: "li", by: li)
    #expect(try await office.official("c")?.standsInFor.isEmpty == true)
  }

  @Test func `end at last`() async throws {
    let office = try await TestOffice()
    try await office.add("li", [.clerk])
    try await office.add("wang", [.clerk])
    let now = Date()
    for (start, end) in [(0, 0), (day, 0), (0, 367 * day), (-2 * day, -day)] {
      await #expect(throws: OfficeError.refused(.delegationTime)) {
        try await office.directory.delegate(
          from: "li", to: "wang", from: now + start, until: now + end, by: office.root)
      }
    }
  }

  private func give(_ office: TestOffice, _ person: String, to delegate: String, by digit: Character) async throws {
    let official = try #require(try await office.official(digit))
    try await office.directory.delegate(
      from: person, to: delegate, from: Date() - 60, until: Date() + day, by: official)
  }
}
