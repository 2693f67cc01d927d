import Cryptography
import Flows
import Foundation
import Letters
import People
import Roles
import Storage
import Synchronization
import Testing
import ZoneHarness
import Zones

/// An office whose letters take the eleven steps of `zones/flows/letter.yaml`, with a clock that tests set: a city with its
/// mailbox, the housing department with repairs under it, and the roads department.
final class FlowOffice: Sendable {
  /// Monday, 2 November 2026, 09:00 in Shanghai.
  static let monday = 1_793_581_200_000

  private static let root = Official(
    person: "zone-root", name: "根", certificateFingerprint: String(repeating: "0", count: 64), roles: [.administrator])

  private let zones: TestZones
  let zone: RunningZone
  var desk: DeskLetters { zone.desk }

  private final class Clock: Sendable {
    let time: Mutex<Int>

    init(_ start: Int) { time = Mutex(start) }
  }

  private let clock = Clock(FlowOffice.monday)

  init() async throws {
    let clock = self.clock
    zones = try TestZones()
    zone = try RunningZone(zones.intranet, exchanging: false, now: { clock.time.withLock(\.self) })
    let office = zone.office
    try await office.takeOver([
      Person(
        name: Self.root.name, certificateFingerprint: Self.root.certificateFingerprint, roles: [.administrator],
        mailboxes: [])
    ])
    let root = try await root
    for (unit, parent) in [("city", nil), ("housing", "city"), ("repairs", "housing"), ("roads", "city")]
      as [(String, String?)]
    {
      try await office.addUnit(unit, name: unit, english: "", under: parent, by: root)
    }
    try await office.give(mailbox: "mayor", toUnit: "city", by: root)
    for (person, unit, roles) in [
      ("fang", "city", [.clerk]), ("lan", "city", [.clerk]), ("ming", "city", [.leader]), ("yan", "city", [.leader]),
      ("na", "housing", [.clerk]), ("jie", "housing", [.handler]), ("hua", "housing", [.handler]),
      ("wei", "housing", [.leader]), ("li", "repairs", [.clerk]), ("lei", "roads", [.clerk]),
    ] as [(String, String, Set<Role>)] {
      try await office.add(
        OfficePerson(
          identifier: person, name: person, unit: unit, roles: roles,
          mailboxes: ["fang", "lan"].contains(person) ? ["mayor"] : []), by: root)
      try await office.addCertificate(Self.fingerprint(person), to: person, by: root)
    }
  }

  var root: Official {
    get async throws {
      try #require(try await zone.office.official(certificate: Self.root.certificateFingerprint))
    }
  }

  var now: Int { clock.time.withLock(\.self) }

  func wait(days: Int) { clock.time.withLock { $0 += days * 86_400_000 } }

  private static func fingerprint(_ person: String) -> String {
    let digits = person.utf8.map { String($0, radix: 16) }.joined()
    return String((digits + String(repeating: "0", count: 64)).prefix(64))
  }

  func official(_ person: String) async throws -> Official {
    try #require(try await zone.office.official(certificate: Self.fingerprint(person)))
  }

  /// A letter that has just arrived, promised by the calendars.
  func letter(
    _ number: String = "2026-000001", kind: LetterKind = .question, mailbox: String = "mayor",
    _ change: (inout LetterDraft) -> Void = { _ in }
  ) async throws -> String {
    var written = draft()
    written.mail = nil
    change(&written)
    let content = try JSONEncoder().encode(written)
    let flow = try DeliveredFlows.flow("letter.yaml")
    let item = try JSONEncoder().encode(flow.begin(fields: ["may-publish": [written.mayPublish ? "true" : "false"]]))
    let (at, key) = (now, Data(X25519PrivateKey.generate().publicKey.bytes))
    try await zone.database.write { db in
      try db.run(
        """
        INSERT INTO desk_letter
          (id, number, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage, item,
            flow, flow_version)
        VALUES (?, ?, ?, ?, ?, 't', ?, ?, x'', x'', x'', 'delivered', ?, 'letter', ?)
        """, "id-\(number)", number, at, mailbox, kind.rawValue, content, key, item, flow.version)
    }
    try await desk.rebuildPlaces()
    try await desk.beginTimers()
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

  func read(_ number: String, by person: String) async throws -> DeskLetter {
    try await desk.letter(number: number, for: try await official(person))
  }

  func queue(of person: String) async throws -> [String] {
    try await desk.queue(for: try await official(person), limit: 10).letters.map(\.number)
  }

  func folder(_ folder: DeskFolder, of person: String) async throws -> [String] {
    try await desk.folder(folder, for: try await official(person), limit: 10).letters.map(\.number)
  }

  /// Signed for, instructed, and handed to units until the 20th; the first is in charge.
  func dispatched(_ number: String, to units: [String] = ["housing"]) async throws {
    try await take(.signFor, number, by: "fang")
    try await take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    try await take(.instruct, number, by: "ming", [.instruction: ["请办理"]])
    try await take(
      .dispatch, number, by: "fang",
      [.units: units, .leadUnit: [units[0]], .unitDue: ["2026-11-20"], .complaintAbout: ["none"]])
  }

  /// With a handler of the housing department, as branch 1.
  func assigned(_ number: String, to handler: String = "jie") async throws {
    try await dispatched(number)
    try await take(.unitSignFor, number, by: "na", branch: 1)
    try await take(.assign, number, by: "na", branch: 1, [.handler: [handler]])
  }

  /// Settled: what the unit submitted was accepted.
  func settled(_ number: String, _ answer: String = "已修好", visibility: String = "public") async throws {
    try await take(.submit, number, by: "jie", branch: 1, [.draftAnswer: ["已修好"]])
    try await take(.passUp, number, by: "wei", branch: 1)
    try await take(.accept, number, by: "ming")
    try await take(.settle, number, by: "fang", [.answer: [answer], .visibility: [visibility]])
  }

  /// All that is stored of letters and of what was done, but for what reading leaves.
  func state() async throws -> [Int] {
    var counts: [Int] = []
    for table in ["letter_act", "letter_request", "letter_place", "letter_timer", "letter_last_step", "outbox", "act"] {
      counts.append(try await zone.count("SELECT COUNT(*) FROM \(table)"))
    }
    return counts
  }
}
