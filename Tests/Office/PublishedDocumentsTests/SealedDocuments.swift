import Certificates
import Cryptography
import DocumentSeals
import DurableFiles
import Foundation
import Links
import PacketFormat
import SealObjects
import Storage
import Testing
import Timestamps
import ZIPArchive
import ZoneHarness
import Zones

@testable import PublishedDocuments

/// Makes sealed documents, and lets a DMZ believe their seals.
struct SealedDocuments {
  let sealer: (certificate: Certificate, key: PrivateKey)
  let seal: ElectronicSeal
  let trustFile: String
  private let day = Date()

  init(in folder: String) throws {
    let authority = try CertificateAuthority.makeRoot(
      commonName: "内部印章CA", key: try PrivateKey(generating: .sm2), at: day)
    let maker = try authority.issue(.sealMaker, to: "制章人", at: day)
    sealer = try authority.issue(.sm2Seal, to: "安澜市人民政府", days: 365, at: day)
    let png = try SealDrawing(name: "测试印章", millimetres: 10, emblem: nil).png()
    seal = try SealMaker.make(
      identifier: "GD1", name: "安澜市人民政府", sealers: [sealer.certificate],
      picture: SealPicture(kind: "png", data: png, widthMillimetres: 42, heightMillimetres: 42),
      validity: day...sealer.certificate.notAfter, maker: maker, at: day)
    trustFile = folder + "/seal-trust.pem"
    try (authority.certificate.pem + maker.certificate.pem).write(toFile: trustFile, atomically: true, encoding: .utf8)
  }

  func sealed(_ text: String) throws -> [UInt8] {
    try DocumentSealer(seal: seal, publicKey: try sealer.key.publicKey(), at: day).seal(
      try Self.document(text), pageNumber: 1, x: 100, y: 200, software: ("guandu", "1"), at: day, key: sealer.key)
  }

  /// One page of A4 with a line on it.
  static func document(_ text: String) throws -> [UInt8] {
    func file(_ name: String, _ root: String, _ content: String, _ attributes: String = "") -> ZIPEntry {
      let xml = "<ofd:\(root) xmlns:ofd=\"http://www.ofdspec.org/2016\"\(attributes)>\(content)</ofd:\(root)>"
      return ZIPEntry(name: name, data: Array(xml.utf8))
    }
    return try ZIPArchive.write([
      file(
        "OFD.xml", "OFD", "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>",
        " Version=\"1.0\" DocType=\"OFD\""),
      file(
        "Doc_0/Document.xml", "Document",
        "<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
          + "<ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/></ofd:Pages>"),
      file(
        "Doc_0/Pages/Page_0/Content.xml", "Page",
        "<ofd:Content><ofd:Layer ID=\"2\"><ofd:TextObject ID=\"3\" Boundary=\"0 0 9 9\" Font=\"4\" Size=\"5\"><ofd:TextCode"
          + " X=\"0\" Y=\"0\">\(text)</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content>"),
    ])
  }
}

/// An intranet and a DMZ that shows documents.
struct DocumentZones {
  let zones: TestZones
  let office: SealedDocuments
  let intranet: RunningZone
  let dmz: RunningZone

  init(change: (inout ZoneConfiguration) -> Void = { _ in }) throws {
    zones = try TestZones()
    office = try SealedDocuments(in: zones.root)
    var configuration = zones.dmz
    configuration.sealTrust = SealTrustFiles(sealTrust: [office.trustFile], revocationLists: [])
    change(&configuration)
    dmz = try RunningZone(configuration)
    intranet = try RunningZone(zones.intranet)
  }

  func stop() async throws {
    try await dmz.stop()
    try await intranet.stop()
  }

  func keep(_ bytes: [UInt8]) throws -> DocumentFile {
    let file = try intranet.blobs.spool()
    try file.append(bytes)
    try file.sync()
    try file.close()
    let digest = Digest.of(bytes)
    try intranet.blobs.keep(file, as: digest)
    return DocumentFile(digest: try #require(HexDigest(digest.hex)), bytes: bytes.count)
  }

  /// What the intranet says of a document whose files lie in its store.
  func facts(
    _ number: String = "安政发〔2026〕12号", id: String = newIdentifier(at: currentMilliseconds()), ofd: [UInt8],
    pdf: [UInt8]? = nil
  ) throws -> DocumentFacts {
    DocumentFacts(
      id: id, number: try #require(DocumentNumber(number)), title: "关于测试的通知", issuer: "安澜市人民政府",
      date: "2026-11-28", ofd: try keep(ofd), pdf: try pdf.map { try keep($0) })
  }

  func publish(_ facts: DocumentFacts, at: UnixMilliseconds = currentMilliseconds()) async throws {
    try await intranet.send(PublishedMessage(facts, at: at).outgoing())
  }

  func withdraw(_ facts: DocumentFacts, at: UnixMilliseconds = currentMilliseconds()) async throws {
    try await intranet.send(WithdrawnMessage(facts, publishedAt: at, reason: "内容有误", at: at).outgoing())
  }

  func arrives(_ facts: DocumentFacts) async throws -> PublishedDocument {
    try await dmz.eventually("\(facts.number) is published") { try await dmz.documents.document(id: facts.id) != nil }
    return try #require(try await dmz.documents.document(id: facts.id))
  }

  /// The code under which the DMZ refused the only message that it refused.
  func refusal() async throws -> String {
    try await dmz.eventually("it is refused") {
      try await dmz.count("SELECT COUNT(*) FROM refused_message") == 1
    }
    return try await dmz.database.read { try $0.one(String.self, "SELECT code FROM refused_message") } ?? ""
  }
}
