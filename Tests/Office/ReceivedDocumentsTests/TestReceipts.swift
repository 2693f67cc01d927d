import Acts
import ContainedChecks
import Cryptography
import Documents
import DurableFiles
import Foundation
import Logging
import People
import PublishedDocuments
import ReceivedDocuments
import Roles
import Storage
import Synchronization
import Testing
import Zones

@testable import Links
@testable import PacketFormat

/// An office to which others, “county” and “port”, deliver documents. Its check says what a script says.
final class TestReceipts: Sendable {
  let received: ReceivedDocuments
  let database: ZoneDatabase
  private let blobs: BlobStore
  private let folder: String
  private let clock = Clock()

  /// Each look is a millisecond later.
  private final class Clock: Sendable {
    private let now = Mutex(1_000)
    func next() -> Int {
      now.withLock { now in
        now += 1
        return now
      }
    }
  }

  let clerk = official("clerk", [.clerk], UnitPath(["city"]))
  let reader = official("reader", [.handler], UnitPath(["city"]))
  let stranger = official("stranger", [.clerk], UnitPath(["elsewhere"]))

  /// - Parameter check: a script that answers as `check-document` does.
  init(unit: String? = "city", check: String = "exit 1", answers: Bool = true) async throws {
    folder = NSTemporaryDirectory() + "guandu-received-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/blobs", withIntermediateDirectories: true)
    database = try ZoneDatabase(
      path: folder + "/zone.sqlite",
      migrations: linkMigrations + actMigrations + peopleMigrations + officeDocumentMigrations
        + documentPublicationMigrations + receivedDocumentMigrations)
    blobs = try BlobStore(folder: folder + "/blobs", files: Files())
    let policy = ExchangePolicy(
      messageTypes: answers ? ["document.signed-for"] : [],
      highestClassification: .internal, blobMaxBytes: 1_000, fileKinds: [.ofd, .pdf])
    let links = try ["county", "port"].map { peer in
      LinkConfiguration(
        peer: try #require(ZoneName(peer)), outgoingDrop: .folder("/nowhere/o"), incomingDrop: "/nowhere/i",
        peerSigningCertificates: [], peerEncryptionCertificate: "", escrowCertificates: [], suites: [],
        limits: LinkLimits(), outgoingPolicy: policy, incomingPolicy: policy)
    }
    let clock = self.clock
    received = ReceivedDocuments(
      database: database, blobs: blobs, outbox: Outbox(links: links), offices: links, unit: unit,
      trust: SealTrustFiles(sealTrust: [], revocationLists: []),
      process: CheckProcess(program: "/bin/sh", arguments: ["-c", check], wallSeconds: 20),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { clock.next() }
    )
    let office = OfficeDirectory(database: database, mailboxes: [], now: { 1_000 })
    let root = Self.official("root", [.administrator], nil)
    for name in ["city", "elsewhere"] {
      try await office.addUnit(name, name: name, english: "", under: nil, by: root)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private static func official(_ person: String, _ roles: Set<Role>, _ unit: UnitPath?) -> Official {
    Official(
      person: person, name: person, certificateFingerprint: Digest.of(person.utf8).hex, unit: unit, roles: roles)
  }

  /// How often the check was begun, by a script that says so in this file.
  static func counting(_ file: String, _ script: String) -> String { "echo x >>'\(file)'; \(script)" }

  func facts(_ title: String = "通知", bytes: Int = 7, copy: String? = nil) throws -> DocumentFacts {
    DocumentFacts(
      id: UUID().uuidString.lowercased(), number: try #require(DocumentNumber("县政发〔2026〕1号")), title: title,
      issuer: "县人民政府", date: "2026-11-28",
      ofd: DocumentFile(digest: try #require(HexDigest(Digest.of(title.utf8).hex)), bytes: bytes),
      pdf: try copy.map { copy in
        DocumentFile(digest: try #require(HexDigest(Digest.of(copy.utf8).hex)), bytes: copy.utf8.count)
      })
  }

  func take(_ message: Message, from peer: String = "county") async throws {
    let handlers = received.handlers(of: try #require(ZoneName(peer)))
    let change = try (try #require(handlers[message.type])).prepare(message)
    try await database.write { try change($0) }
  }

  /// As a check that held would have left it.
  func arrive(_ facts: DocumentFacts) async throws {
    try await database.write { db in
      try db.run(
        """
        INSERT INTO received_document (peer, id, number, title, issuer, date, classification, ofd, ofd_bytes, sent_at,
          arrived_at, state, report)
        VALUES ('county', ?, ?, ?, ?, ?, '', ?, ?, 1, 1, 'arrived', '')
        """, facts.id, facts.number.text, facts.title, facts.issuer, facts.date, facts.ofd.digest.text, facts.ofd.bytes)
    }
    try keep(facts.title)
  }

  /// The file of a document of that title.
  func keep(_ title: String) throws {
    let file = try blobs.spool()
    try file.append(Array(title.utf8))
    try file.sync()
    try file.close()
    try blobs.keep(file, as: Digest.of(title.utf8))
  }

  /// Of messages that are to be sent.
  func sent() async throws -> [String] {
    try await database.read { try $0.all(String.self, "SELECT type FROM outbox ORDER BY id") }
  }

  /// - Parameter seal: the name of the seal that it bears.
  static func good(_ number: String, seal: String = "县人民政府") -> String {
    let signature = #"{"name":"\#(seal)","sealer":"王五","steps":[["chain","holds",""]]}"#
    return
      #"echo '{"kind":"ofd","steps":[["files","holds",""]],"signatures":[\#(signature)],"numbers":["\#(number)"]}'"#
  }
}
