import AgeFormat
import Cryptography
import Flows
import Foundation
import JSON
import Letters
import Links
import PacketFormat
import People
import Roles
import Storage
import Synchronization
import Testing
import Timestamps
import ZoneHarness
import ZoneKeys
import Zones

/// An office whose mailbox takes the flow of eleven steps, behind a portal; the desk's clock is set by the test.
final class AskedOffice: Sendable {
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
  let intranet: RunningZone
  var desk: DeskLetters { intranet.desk }

  /// - Parameters:
  ///   - exchanging: whether the intranet hears of a portal.
  ///   - change: what is otherwise in the intranet's configuration.
  init(exchanging: Bool = false, _ change: (inout ZoneConfiguration) -> Void = { _ in }) async throws {
    zones = try TestZones()
    var configuration = zones.intranet
    configuration.mailboxes[0].flow = "letter"
    change(&configuration)
    intranet = try RunningZone(configuration, exchanging: exchanging, deskNow: { [clock] in clock.now })
    let office = intranet.office
    try await office.takeOver([
      Person(
        name: Self.root.name, certificateFingerprint: Self.root.certificateFingerprint, roles: [.administrator],
        mailboxes: [])
    ])
    let root = try #require(try await office.official(certificate: Self.root.certificateFingerprint))
    for (unit, parent) in [("city", nil), ("housing", "city"), ("roads", "city")] as [(String, String?)] {
      try await office.addUnit(
        unit, name: ["housing": "住建局"][unit] ?? unit, english: ["housing": "Housing"][unit] ?? "", under: parent,
        by: root)
    }
    try await office.give(mailbox: "mayor", toUnit: "city", by: root)
    for (person, unit, roles) in [
      ("fang", "city", [.clerk]), ("ming", "city", [.leader]), ("na", "housing", [.clerk]),
      ("jie", "housing", [.handler]), ("wei", "housing", [.leader]), ("lei", "roads", [.clerk, .handler]),
    ] as [(String, String, Set<Role>)] {
      try await office.add(
        OfficePerson(
          identifier: person, name: person, unit: unit, roles: roles, mailboxes: person == "fang" ? ["mayor"] : []),
        by: root)
      try await office.addCertificate(Self.fingerprint(person), to: person, by: root)
    }
  }

  private static func fingerprint(_ person: String) -> String {
    let digits = person.utf8.map { String($0, radix: 16) }.joined()
    return String((digits + String(repeating: "0", count: 64)).prefix(64))
  }

  func official(_ person: String) async throws -> Official {
    try #require(try await intranet.office.official(certificate: Self.fingerprint(person)))
  }

  // MARK: Letters

  /// A letter that has just arrived, by the desk's clock; no portal knows it.
  func letter(_ number: String = "2026-000001", key: X25519PrivateKey = .generate()) async throws -> String {
    let content = try JSONEncoder().encode(draft())
    let flow = try FlowFile.check(RunningZone.zones("flows/letter.yaml")).0
    let (item, at, bytes) = (try JSONEncoder().encode(flow.begin()), clock.now, Data(key.publicKey.bytes))
    try await intranet.database.write { db in
      try db.run(
        """
        INSERT INTO desk_letter
          (id, number, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage, item,
            flow, flow_version)
        VALUES (?, ?, ?, 'mayor', 'question', 't', ?, ?, x'', x'', x'', 'delivered', ?, 'letter', ?)
        """, Self.identifier(number), number, at, content, bytes, item, flow.version)
    }
    try await desk.beginTimers()
    return number
  }

  static func identifier(_ number: String) -> String { "01a20628-90a2-76c9-8000-" + number.suffix(6) + "000000" }

  func take(
    _ act: LetterAct, _ number: String, by person: String, branch: Int? = nil, _ fields: [LetterField: [String]] = [:]
  ) async throws {
    try await desk.take(
      LetterStepRequest(act, number: number, branch: branch, fields: fields), by: try await official(person))
  }

  /// With the handler of the unit in charge; `roads` assists.
  func handed(_ number: String, due: String = "2026-11-10", units: [String] = ["housing"]) async throws {
    try await take(.signFor, number, by: "fang")
    try await take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    try await take(.instruct, number, by: "ming", [.instruction: ["请办理"]])
    try await take(
      .dispatch, number, by: "fang",
      [.units: units, .leadUnit: ["housing"], .unitDue: [due], .complaintAbout: ["none"]])
    try await take(.unitSignFor, number, by: "na", branch: 1)
    try await take(.assign, number, by: "na", branch: 1, [.handler: ["jie"]])
  }

  func ask(_ number: String, _ text: String = "请问是哪一栋楼？") async throws {
    try await take(.askCitizen, number, by: "jie", branch: 1, [.question: [text]])
  }

  func queue(of person: String) async throws -> [String] {
    try await desk.queue(for: try await official(person), limit: 10).letters.map(\.number)
  }

  func read(_ number: String, by person: String = "fang") async throws -> DeskLetter {
    try await desk.letter(number: number, for: try await official(person))
  }

  func count(_ sql: String) async throws -> Int { try await intranet.count(sql) }

  // MARK: A portal that says what the test wants

  /// The newest question of a letter.
  func question(_ number: String) async throws -> String {
    try #require(
      try await intranet.database.read { db in
        try db.one(
          String.self, "SELECT id FROM letter_question WHERE letter = ? ORDER BY asked_at DESC LIMIT 1",
          Self.identifier(number))
      })
  }

  /// `letter.supplemented`, as a portal would send it.
  func answer(
    _ number: String, question: String, _ text: String, id: String = UUID().uuidString, inside: String? = nil,
    letter: String? = nil, signature: String? = nil
  ) throws -> OutgoingMessage {
    let letter = letter ?? Self.identifier(number)
    var content = ["letter": letter, "question": inside ?? question, "text": text]
    content["signature"] = signature
    let sealed = try AgeEncryptor.encrypt(
      Array(JSONEncoder().encode(content)), to: [intranet.identity.encryptionKeys[0].publicKey])
    return message(
      letter,
      .object(["reply": .string(id), "question": .string(question), "text": .string(Base64.encode(sealed))]))
  }

  func message(_ letter: String, _ body: JSONValue) -> OutgoingMessage {
    let message = Message(
      id: newIdentifier(at: currentMilliseconds()), type: "letter.supplemented", subject: letter, after: [],
      at: timestamp(currentMilliseconds()), body: body)
    return OutgoingMessage(message, classification: .internal)
  }
}
