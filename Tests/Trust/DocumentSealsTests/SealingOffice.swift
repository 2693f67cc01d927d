import Certificates
import Cryptography
import DocumentSeals
import Foundation
import SealObjects
import ZIPArchive

/// An authority, a maker and a sealer with their seal, all of one day.
struct SealingOffice {
  static let day = Date(timeIntervalSince1970: 1_796_000_000)

  let authority: CertificateAuthority
  let maker: (certificate: Certificate, key: PrivateKey)
  let sealer: (certificate: Certificate, key: PrivateKey)
  let seal: ElectronicSeal

  init(sealedDays: Int = 365) throws {
    authority = try CertificateAuthority.makeRoot(
      commonName: "内部印章CA", key: try PrivateKey(generating: .sm2), at: Self.day)
    maker = try authority.issue(.sealMaker, to: "制章人", at: Self.day)
    sealer = try authority.issue(.sm2Seal, to: "常熟市人民政府", days: sealedDays, at: Self.day)
    seal = try Self.seal(sealer.certificate, by: maker)
  }

  static func picture() throws -> SealPicture {
    let png = try SealDrawing(name: "测试印章", millimetres: 10, emblem: nil).png()
    return SealPicture(kind: "png", data: png, widthMillimetres: 42, heightMillimetres: 42)
  }

  static func seal(
    _ sealer: Certificate, by maker: (certificate: Certificate, key: PrivateKey), validity: ClosedRange<Date>? = nil
  ) throws -> ElectronicSeal {
    try SealMaker.make(
      identifier: "GD1", name: "常熟市人民政府", sealers: [sealer], picture: try picture(),
      validity: validity ?? day...sealer.notAfter, maker: maker, at: day)
  }

  func trust(revoking revoked: [Certificate]? = nil) throws -> SealTrust {
    let lists = try revoked.map {
      [try RevocationList(der: try authority.revocationList(revoking: $0, number: 1, at: Self.day))]
    }
    return SealTrust(certificates: [authority.certificate, maker.certificate], revocationLists: lists ?? [])
  }

  func sealed(at date: Date = day, seal other: ElectronicSeal? = nil) throws -> [UInt8] {
    try DocumentSealer(seal: other ?? seal, publicKey: try sealer.key.publicKey(), at: date).seal(
      try Self.document(), pageNumber: 1, x: 100, y: 200, software: ("guandu", "1"), at: date, key: sealer.key)
  }

  /// One empty page of A4.
  static func document() throws -> [UInt8] {
    func file(_ name: String, _ root: String, _ content: String, _ attributes: String = "") -> ZIPEntry {
      let xml = "<ofd:\(root) xmlns:ofd=\"http://www.ofdspec.org/2016\"\(attributes)>\(content)</ofd:\(root)>"
      return ZIPEntry(name: name, data: Array(xml.utf8))
    }
    return try ZIPArchive.write([
      file(
        "OFD.xml", "OFD",
        "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>",
        " Version=\"1.0\" DocType=\"OFD\""),
      file(
        "Doc_0/Document.xml", "Document",
        "<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
          + "<ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/></ofd:Pages>"),
      file("Doc_0/Pages/Page_0/Content.xml", "Page", "<ofd:Content/>"),
    ])
  }
}

extension DocumentCheck {
  var all: [CheckStep] { steps + signatures.flatMap(\.steps) }

  /// The codes of steps of one outcome.
  func codes(_ outcome: CheckStep.Outcome) -> Set<CheckStep.Code> {
    Set(all.filter { $0.outcome == outcome }.map(\.code))
  }
}
