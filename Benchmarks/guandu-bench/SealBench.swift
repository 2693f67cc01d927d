import Certificates
import Cryptography
import DocumentSeals
import Foundation
import SealObjects

/// Sealed documents: how many a second are sealed and checked by one thread, each of five pages with its fonts.
struct SealBench {
  private static let documents = 20
  private static let rounds = 5

  func run() throws -> [Figure] {
    let office = try Office()
    let document = try DocumentBench.document(pages: 5)
    let sealed = try office.seal(document)
    return [
      try Self.figure("seal.ofd", "sealed, and checked before they are given out") { _ = try office.seal(document) },
      try Self.figure("check.ofd", "checked, revocation included") { try office.check(sealed) },
    ]
  }

  private static func figure(_ name: String, _ what: String, _ body: () throws -> Void) throws -> Figure {
    var rates: [Double] = []
    for _ in 0..<rounds {
      rates.append(Double(documents) / (try seconds { for _ in 0..<documents { try body() } }))
    }
    let rate = median(rates)
    return Figure(
      name: name, value: rate, unit: "documents/s \(what), median of \(rounds), 5 pages", peer: "wanted", peerValue: 20,
      ratio: rate / 20)
  }

  /// An authority, a maker, a sealer and a seal.
  private struct Office {
    private let date = Date()
    private let sealer: (certificate: Certificate, key: PrivateKey)
    private let seal: ElectronicSeal
    private let trust: SealTrust

    init() throws {
      let authority = try CertificateAuthority.makeRoot(
        commonName: "Bench", key: try PrivateKey(generating: .sm2), at: date)
      let maker = try authority.issue(.sealMaker, to: "Maker", at: date)
      sealer = try authority.issue(.sm2Seal, to: "安澜市人民政府", at: date)
      let picture = SealPicture(
        kind: "png", data: try SealDrawing(name: "安澜市人民政府", millimetres: 45, emblem: nil).png(), widthMillimetres: 45,
        heightMillimetres: 45)
      seal = try SealMaker.make(
        identifier: "GD1", name: "安澜市人民政府", sealers: [sealer.certificate], picture: picture,
        validity: max(date, sealer.certificate.notBefore)...sealer.certificate.notAfter, maker: maker, at: date)
      let list = try RevocationList(der: try authority.revocationList(revoking: [], number: 1, at: date))
      trust = SealTrust(certificates: [authority.certificate, maker.certificate], revocationLists: [list])
    }

    func seal(_ document: [UInt8]) throws -> [UInt8] {
      try DocumentSealer(seal: seal, publicKey: try sealer.key.publicKey(), at: date).seal(
        document, pageNumber: 1, x: 120, y: 200, software: ("guandu", "1"), at: date, key: sealer.key)
    }

    func check(_ sealed: [UInt8]) throws {
      let check = DocumentCheck(sealed, trust: trust, at: date)
      guard check.verdict == .genuine else { throw CommandFailed(description: "a seal that is not genuine") }
    }
  }
}
