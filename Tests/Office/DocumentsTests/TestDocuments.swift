import Acts
import Cryptography
import DocumentSeals
import Documents
import DurableFiles
import Foundation
import Links
import Logging
import People
import Roles
import SealHarness
import Storage
import Synchronization
import Zones

/// A desk of documents on a database of its own, with a city, a bureau of it, and one seal.
final class TestDocuments: Sendable {
  static let series = DocumentSeries(identifier: "government", mark: "安政发", name: "安澜市人民政府文件")

  let documents: OfficeDocuments
  let office: OfficeDirectory
  let database: ZoneDatabase
  let clock = Clock()
  let sealing: TestSealing
  let blobs: BlobStore
  private let folder: String

  static let city = UnitPath(["city"])
  static let bureau = UnitPath(["city", "bureau"])

  let drafter = official("drafter", [.handler], TestDocuments.bureau)
  let colleague = official("colleague", [.handler], TestDocuments.bureau)
  let clerk = official("clerk", [.clerk], TestDocuments.bureau)
  let leader = official("leader", [.leader], TestDocuments.city)
  let keeper = official("keeper", [.sealkeeper], nil)
  let stranger = official("stranger", [.leader, .handler], UnitPath(["elsewhere"]))
  let root = official("root", [.administrator], nil)

  init() async throws {
    sealing = try TestSealing(at: Date(timeIntervalSince1970: Double(clock.now / 1_000 - 3_600)), days: 300)
    folder = NSTemporaryDirectory() + "guandu-documents-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/blobs", withIntermediateDirectories: true)
    database = try ZoneDatabase(
      path: folder + "/zone.sqlite",
      migrations: linkMigrations + actMigrations + peopleMigrations + officeDocumentMigrations
        + documentPublicationMigrations)
    office = OfficeDirectory(database: database, mailboxes: [], now: { [clock] in clock.now })
    blobs = try BlobStore(folder: folder + "/blobs", files: Files())
    documents = OfficeDocuments(
      database: database, blobs: blobs, series: [Self.series],
      typesetter: DocumentTypesetter(folders: []), signers: [sealing.signer], sealTrust: sealing.trust,
      printing: TestPaper.printing,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      now: { [clock] in clock.now })
    try await documents.takeOverSeries()
    for (unit, parent) in [("city", nil), ("bureau", "city"), ("elsewhere", nil)] as [(String, String?)] {
      try await office.addUnit(unit, name: unit, english: "", under: parent, by: root)
    }
    try await addSeal("seal")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  static func official(_ person: String, _ roles: Set<Role>, _ unit: UnitPath?) -> Official {
    Official(
      person: person, name: person, certificateFingerprint: Digest.of(person.utf8).hex, unit: unit, roles: roles)
  }

  /// The same desk after a restart with another configuration.
  func restarted(series: [DocumentSeries]) -> OfficeDocuments {
    OfficeDocuments(
      database: database, blobs: blobs, series: series, typesetter: DocumentTypesetter(folders: []),
      signers: [sealing.signer], sealTrust: sealing.trust, printing: TestPaper.printing,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { [clock] in clock.now })
  }

  func addSeal(_ identifier: String, state: String = "in-use", validUntil: Int = 2_000_000_000_000) async throws {
    try await database.write { db in
      try db.run(
        """
        INSERT INTO seal (id, identifier, name, owner, bytes, digest, width_millimetres, height_millimetres, certificate,
          signer, key_name, pdf_key_name, valid_from, valid_until, state, added_at)
        VALUES (?, ?, '安澜市人民政府', '安澜市人民政府', ?, ?, 45, 45, ?, 'signer', 'key', '', 0, ?, ?, 0)
        """, identifier, identifier, [UInt8](), identifier, [UInt8](), validUntil, state)
    }
  }

  static func content(
    title: String = "关于规范来信办理工作的通知", date: String = "2026-11-28", disclosure: Disclosure = .open,
    lines: [String] = []
  ) -> DocumentContent {
    DocumentContent(
      notation: ([
        "form: general", "mark: 安澜市人民政府文件", "title: \(title)", "to: 各镇人民政府", "issuer: 安澜市人民政府",
        "date: \(date)",
      ] + lines + ["", "为进一步畅通政民互通渠道，现将有关事项通知如下。"]).joined(separator: "\n"),
      series: series.identifier, disclosure: disclosure)
  }

  /// A draft for which a seal was asked.
  func requested(_ content: DocumentContent = content()) async throws -> String {
    let id = try await documents.draft(content, by: drafter)
    try await request(id, by: drafter)
    return id
  }

  /// The seal of `sealing` in the register, and a draft for which it was asked and granted.
  ///
  /// - Parameter known: the seal, where the register has it already.
  func granted(
    _ content: DocumentContent = content(), seal known: String? = nil
  ) async throws -> (document: String, seal: String) {
    var seal = known ?? ""
    if known == nil { seal = try await documents.importSeal(offer(), by: keeper) }
    let id = try await documents.draft(content, by: drafter)
    try await request(id, seal: seal, by: drafter)
    try await documents.grant(id, decision: try await decision(id, seal: seal), by: leader)
    return (id, seal)
  }

  func offer() -> SealOffer {
    SealOffer(bytes: sealing.seal, owner: "安澜市人民政府", signer: "office", keyName: "city")
  }

  func apply(_ id: String, seal: String, pin: String = TestSealing.pin, by official: Official) async throws {
    try await documents.apply(
      id, decision: try await decision(id, seal: seal), pin: SecretBytes(Array(pin.utf8)), by: official)
  }

  func decision(_ id: String, seal: String = "seal") async throws -> DocumentDecision {
    let row = try await database.read { db in
      let open = try db.one(
        String.self, "SELECT id FROM seal_request WHERE document = ? AND state IN ('asked', 'granted')", id)
      let document = try db.one(
        "SELECT notation, series, disclosure, number_text FROM office_document WHERE id = ?", id)
      return try document.map { document in
        DocumentDecision(
          DocumentContent(
            notation: String(decoding: try document["notation"] as [UInt8], as: UTF8.self),
            series: try document["series"], disclosure: try document["disclosure"]),
          seal: seal, request: open, number: try document["number_text"])
      }
    }
    return row ?? DocumentDecision(text: "")
  }

  func request(_ id: String, seal: String = "seal", by official: Official) async throws {
    try await documents.request(
      id, seal: seal, reason: "印发", decision: try await decision(id, seal: seal), by: official)
  }

  func grant(_ id: String, by official: Official) async throws {
    try await documents.grant(id, decision: try await decision(id), by: official)
  }

  func state(_ id: String) async throws -> DocumentState? {
    try await database.read { try $0.one(DocumentState.self, "SELECT state FROM office_document WHERE id = ?", id) }
  }

  func number(_ id: String) async throws -> String? {
    try await database.read {
      try $0.one(String.self, "SELECT number_text FROM office_document WHERE id = ?", id)
    }
  }

  /// What the record of acts says was done, in its order.
  func acts() async throws -> [String] {
    try await database.read { db in
      try db.all(Data.self, "SELECT entry FROM act ORDER BY number").compactMap { entry in
        (try JSONSerialization.jsonObject(with: entry) as? [String: Any])?["act"] as? String
      }.filter { $0.hasPrefix("document.") || $0.hasPrefix("seal.") }
    }
  }
}

/// A clock that goes when it is told to: 2026-11-28, noon in Beijing.
final class Clock: Sendable {
  private let milliseconds = Mutex(1_795_838_400_000)
  var now: Int { milliseconds.withLock { $0 } }
  func advance(days: Int) { milliseconds.withLock { $0 += days * 86_400_000 } }
}
