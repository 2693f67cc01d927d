import ContainedChecks
import Cryptography
import Desk
import Documents
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Letters
import Links
import Logging
import NIOCore
import People
import ReceivedDocuments
import Roles
import SealHarness
import Storage
import Synchronization
import Testing
import Web
import ZoneHarness
import ZoneKeys
import Zones

/// A desk that is asked without a network: the same routes, sessions and domain, with connections that show what
/// certificate they are told to.
final class TestDesk: Sendable {
  static let mailboxes = ["own", "same", "below", "other", "spare"]

  let zones: TestZones
  let zone: RunningZone
  let office: OfficeDirectory
  let site: DeskSite
  let responder: SiteResponder
  let trust = TestTrust()
  let documents: OfficeDocuments
  let sealing: TestSealing
  private let numbers = Mutex(0)

  init(
    concerns: @escaping @Sendable () -> [DeskConcern] = { [] },
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ change: (inout ZoneConfiguration) -> Void = { _ in }
  ) async throws {
    zones = try TestZones()
    var configuration = zones.intranet
    configuration.desk = DeskConfiguration(listenAddress: "127.0.0.1", port: 1)
    configuration.mailboxes = Self.mailboxes.map {
      Mailbox(identifier: $0, chineseName: $0, englishName: $0)
    }
    var county = configuration.links[0]
    county.peer = try #require(ZoneName("county"))
    county.peerRole = .intranet
    county.outgoingPolicy.messageTypes.formUnion(["document.delivered", "document.signed-for"])
    configuration.links.append(county)
    change(&configuration)
    zone = try RunningZone(configuration, exchanging: false)
    office = zone.office
    sealing = try TestSealing(at: Date(timeIntervalSinceNow: -3_600))
    documents = OfficeDocuments(
      database: zone.database, blobs: zone.blobs,
      series: [DocumentSeries(identifier: "government", mark: "安政发", name: "市政府文件")],
      typesetter: DocumentTypesetter(folders: []),
      signers: [sealing.signer], sealTrust: sealing.trust, printing: TestPaper.printing,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try await documents.takeOverSeries()
    site = try DeskSite(
      configuration: configuration, letters: zone.desk, office: office, trust: trust, issuer: TestIssuer(),
      console: zone.console, checker: zone.checker, evidence: { _ in Array("tar".utf8) },
      documents: documents, publications: zone.publications,
      received: ReceivedDocuments(
        database: zone.database, blobs: zone.blobs, outbox: zone.outbox, offices: [county], unit: "housing",
        trust: SealTrustFiles(sealTrust: [], revocationLists: []), process: Self.goodCheck,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }), concerns: concerns,
      logger: logger)
    responder = site.responder()
    try await furnish()
  }

  /// Stands for the check of a document: everything holds.
  private static let goodCheck = CheckProcess(
    program: "/bin/sh",
    arguments: [
      "-c", #"echo '{"kind":"ofd","steps":[["files","holds",""]],"signatures":[],"numbers":[]}'"#,
    ], wallSeconds: 20)

  /// city / housing / repairs, and city / roads; a mailbox for each, and `own`, which is given to people.
  private func furnish() async throws {
    let root = Self.root
    try await office.takeOver([
      Person(
        name: root.name, certificateFingerprint: root.certificateFingerprint, roles: [.administrator], mailboxes: [])
    ])
    try await office.addUnit("city", name: "市政府", english: "City", under: nil, by: root)
    try await office.addUnit("housing", name: "住建局", english: "", under: "city", by: root)
    try await office.addUnit("repairs", name: "维修科", english: "", under: "housing", by: root)
    try await office.addUnit("roads", name: "公路局", english: "", under: "city", by: root)
    try await office.give(mailbox: "own", toUnit: "city", by: root)
    try await office.give(mailbox: "same", toUnit: "housing", by: root)
    try await office.give(mailbox: "below", toUnit: "repairs", by: root)
    try await office.give(mailbox: "other", toUnit: "roads", by: root)
  }

  /// The administrator of `zone.yaml`.
  static let root = Official(
    person: "zone-" + TestTrust.fingerprint(of: [0]).prefix(12), name: "根",
    certificateFingerprint: TestTrust.fingerprint(of: [0]), roles: [.administrator])

  func next() -> Int {
    numbers.withLock {
      $0 += 1
      return $0
    }
  }

  /// A new person with a certificate of their own.
  func person(
    _ roles: Set<Role>, unit: String? = "housing", mailboxes: Set<String> = []
  ) async throws -> TestPerson {
    let number = next()
    let identifier = "p\(number)"
    try await office.add(
      OfficePerson(identifier: identifier, name: "人\(number)", unit: unit, roles: roles, mailboxes: mailboxes),
      by: Self.root)
    let certificate = Array("certificate \(number)".utf8)
    try await office.addCertificate(TestTrust.fingerprint(of: certificate), to: identifier, by: Self.root)
    return TestPerson(desk: self, identifier: identifier, certificate: certificate)
  }

  /// A letter in a mailbox, with one attachment.
  func letter(in mailbox: String, stage: LetterStage = .delivered) async throws -> String {
    let number = "2026-" + String(100_000 + next())
    let key = try ZoneIdentity(configuration: zones.intranet, at: TestZones.now).current.encryptionKey.publicKey
    let draft = LetterDraft(
      mailbox: mailbox, kind: .question, title: "标题\(number)", text: "正文", mayPublish: true, phone: "13800138000",
      mail: nil, attachments: [try await attachment(key)])
    let content = try JSONEncoder().encode(draft)
    let letterKey = Data(X25519PrivateKey.generate().publicKey.bytes)
    try await zone.database.write { db in
      try db.run(
        """
        INSERT INTO desk_letter
          (id, number, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage)
        VALUES (?, ?, 0, ?, 'question', ?, ?, ?, x'', x'', x'', ?)
        """, UUID().uuidString, number, mailbox, draft.title, content, letterKey, stage.rawValue)
    }
    try await zone.desk.rebuildPlaces(of: [number])
    return number
  }

  func answer(
    _ method: HTTPRequest.Method, _ path: String, form: [String: String]? = nil, certificate: [UInt8]?,
    cookie: String? = nil, headers: [(String, String)] = []
  ) async -> Answer {
    var head = HTTPRequest(method: method, scheme: "https", authority: "desk.example", path: path)
    if let cookie { head.headerFields[.cookie] = "__Host-guandu-desk=\(cookie)" }
    for (name, value) in headers { if let name = HTTPField.Name(name) { head.headerFields[name] = value } }
    let isUpload = Self.isUpload(path)
    if form != nil {
      head.headerFields[.contentType] =
        isUpload ? "multipart/form-data; boundary=b" : "application/x-www-form-urlencoded"
    }
    let fields = (form ?? [:]).sorted { $0.key < $1.key }
    var body: [UInt8] = []
    for (name, value) in fields {
      if isUpload {
        body += Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n".utf8)
        // What is no text is given in base64.
        body += value.hasPrefix("base64:") ? Base64.decode(String(value.dropFirst(7))) ?? [] : Array(value.utf8)
        body += Array("\r\n".utf8)
      } else {
        body += Array((body.isEmpty ? "" : "&").utf8) + Array("\(escaped(name))=\(escaped(value))".utf8)
      }
    }
    if isUpload { body += Array("--b--\r\n".utf8) }
    let response = await responder.respond(
      to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body))),
      from: TestConnection(certificate: certificate))
    return await Answer(response)
  }

  /// Forms that are sent with files.
  private static func isUpload(_ path: String) -> Bool {
    let parts = path.prefix { $0 != "?" }.split(separator: "/")
    switch parts.first {
    case "import": return parts.count == 2
    case "seals": return parts.count == 1
    case "papers": return parts.count == 1 || (parts.count == 2 && parts[1] != "new")
    case "documents": return parts.count == 1 || (parts.count == 2 && parts[1] != "new")
    default: return false
    }
  }

  private func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }
}

extension TestDesk {
  private func attachment(_ key: X25519PublicKey) async throws -> LetterAttachment {
    let citizens = CitizenLetters(
      database: zone.database, outbox: Outbox(links: zones.intranet.links), blobs: zone.blobs,
      link: zones.dmz.links[0], intranetKeys: { [key] }, limits: LetterLimits(), pepper: SecretBytes.random(32),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let sealer = try await citizens.sealAttachment()
    try await sealer.append(Array("附件".utf8))
    return try await sealer.finish(name: "a.txt")
  }
}

/// Somebody at a browser with their certificate.
struct TestPerson: Sendable {
  let desk: TestDesk
  let identifier: String
  let certificate: [UInt8]

  /// Comes in as a browser would: the page, its form, the new cookie.
  func comeIn(to target: String = "/me") async throws -> TestVisit {
    let page = await desk.answer(.get, "/login?to=\(target)", certificate: certificate)
    let first = try page.requiredCookie()
    let answer = await desk.answer(
      .post, "/login", form: ["csrf": try page.requiredToken(), "to": target], certificate: certificate, cookie: first)
    guard answer.status == 303 else { throw Refused(status: answer.status) }
    var visit = TestVisit(person: self, cookie: try answer.requiredCookie(), token: "")
    visit.token = try await visit.get("/me").requiredToken()
    return visit
  }
}

struct TestVisit: Sendable {
  let person: TestPerson
  var cookie: String
  var token: String

  func get(_ path: String) async -> Answer {
    await person.desk.answer(.get, path, certificate: person.certificate, cookie: cookie)
  }

  func post(_ path: String, _ form: [String: String] = [:]) async -> Answer {
    await person.desk.answer(
      .post, path, form: form.merging(["csrf": token]) { own, _ in own }, certificate: person.certificate,
      cookie: cookie)
  }
}

/// What the desk answered, read to its end.
struct Answer: Sendable {
  let status: Int
  let headers: HTTPFields
  let text: String

  init(_ response: Response) async {
    status = response.status.code
    headers = response.headers
    let writer = Collector()
    try? await response.body.write(writer)
    text = writer.text
  }

  var location: String { headers[.location] ?? "" }
  var setCookie: String? { headers[values: .setCookie].first { $0.hasPrefix("__Host-guandu-desk=") } }

  func requiredCookie() throws -> String {
    guard let value = setCookie?.split(separator: ";")[0].dropFirst("__Host-guandu-desk=".count) else {
      throw Refused(status: status)
    }
    return String(value)
  }

  func requiredToken() throws -> String {
    guard let token = text.firstMatch(of: /name="csrf" value="([0-9a-f]+)"/)?.output.1 else {
      throw Refused(status: status)
    }
    return String(token)
  }
}

struct Refused: Error { let status: Int }

private final class Collector: ResponseBodyWriter, Sendable {
  private let bytes = Mutex<[UInt8]>([])
  var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
  func write(_ buffer: ByteBuffer) async throws { bytes.withLock { $0.append(contentsOf: buffer.readableBytesView) } }
  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

private struct TestConnection: WebConnection {
  let certificate: [UInt8]?
  var remoteAddress: String? { "192.0.2.7" }
  func peerCertificate() async -> [UInt8]? { certificate }
  func close(inSeconds: Int) {}
}

/// Trusts every certificate that was not revoked.
final class TestTrust: HandlerCertificateVerifying, Sendable {
  private let revoked = Mutex<Set<String>>([])
  /// When all certificates end.
  let ends = Mutex(Date.distantFuture)

  static func fingerprint(of certificate: [UInt8]) -> String { Digest.of(certificate).hex }

  func revoke(_ certificate: [UInt8]) { _ = revoked.withLock { $0.insert(Self.fingerprint(of: certificate)) } }

  func verify(handlerCertificate certificate: [UInt8]) throws -> HandlerCertificate {
    let fingerprint = Self.fingerprint(of: certificate)
    if revoked.withLock({ $0.contains(fingerprint) }) { throw Refused(status: 403) }
    return HandlerCertificate(fingerprint: fingerprint, ends: ends.withLock { $0 })
  }
}

/// Hands out files that are their own certificate.
struct TestIssuer: HandlerCertificateIssuing {
  let linkHours = 72

  func issue(to name: String, password: SecretBytes) throws -> (file: [UInt8], fingerprint: Digest) {
    let file = Array("issued to \(name)".utf8)
    return (file, Digest.of(file))
  }
}
