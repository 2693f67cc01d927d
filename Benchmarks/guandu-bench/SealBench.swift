import Certificates
import Cryptography
import DocumentSeals
import Foundation
import SealObjects

/// Sealed documents: how many a second are sealed and checked by one thread, each of five pages with its fonts; in PDF beside
/// pyHanko, which signs and checks the same file.
struct SealBench {
  private static let documents = 20
  private static let rounds = 5
  private static let peerSeconds = 5

  let folder: String
  /// Where sign-pdf.py lies.
  let scripts: String

  func run(_ wanted: Wanted) async throws -> [Figure] {
    let office = try Office()
    var figures: [Figure] = []
    if wanted.figure("seal.ofd") || wanted.figure("check.ofd") {
      let document = try DocumentBench.document(pages: 5).ofd
      let sealed = try office.seal(document)
      figures += [
        Self.figure(
          "seal.ofd", "sealed, and checked before they are given out",
          try await Self.rate { _ = try office.seal(document) }, beside: ("wanted", 20)),
        Self.figure(
          "check.ofd", "checked, revocation included", try await Self.rate { try office.check(sealed) },
          beside: ("wanted", 20)),
      ]
    }
    if wanted.figure("seal.pdf") || wanted.figure("check.pdf") { figures += try await pdf(office) }
    return figures
  }

  private func pdf(_ office: Office) async throws -> [Figure] {
    let document = try DocumentBench.document(pages: 5).pdf
    let sealed = try await office.sealPDF(document)
    let (seal, check) = (
      try await Self.rate { _ = try await office.sealPDF(document) }, try await Self.rate { try office.check(sealed) }
    )
    let peer = try peerRates(document)
    return [
      Self.figure(
        "seal.pdf", "sealed with a picture, and checked before they are given out", seal,
        beside: ("pyHanko, no picture, unchecked", peer.sign)),
      Self.figure(
        "check.pdf", "checked, revocation included", check,
        beside: ("pyHanko, without revocation", peer.validate)),
    ]
  }

  private static func rate(_ body: () async throws -> Void) async throws -> Double {
    var rates: [Double] = []
    for _ in 0..<rounds {
      let start = ContinuousClock.now
      for _ in 0..<documents { try await body() }
      rates.append(Double(documents) / ((ContinuousClock.now - start) / .seconds(1)))
    }
    return median(rates)
  }

  private static func figure(
    _ name: String, _ what: String, _ rate: Double, beside peer: (name: String, rate: Double)
  ) -> Figure {
    Figure(
      name: name, value: rate, unit: "documents/s \(what), median of \(rounds), 5 pages", peer: peer.name,
      peerValue: peer.rate, ratio: rate / peer.rate)
  }

  private func peerRates(_ document: [UInt8]) throws -> (sign: Double, validate: Double) {
    let file = "\(folder)/guandu-bench.pdf"
    try Data(document).write(to: URL(filePath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let text = try shell("'\(scripts)/.venv/bin/python' '\(scripts)/sign-pdf.py' '\(file)' \(Self.peerSeconds)")
    func value(_ name: String) throws -> Double {
      let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
      guard let rate = line.flatMap({ Double($0.dropFirst(name.count + 1)) }) else {
        throw CommandFailed(description: "sign-pdf.py gave no rate of “\(name)”")
      }
      return rate
    }
    return (try value("sign"), try value("validate"))
  }

  /// Authorities, a maker, a sealer with both certificates, and a seal.
  private struct Office: Sendable {
    private let date = Date()
    private let sealer: (certificate: Certificate, key: PrivateKey)
    private let seal: ElectronicSeal
    private let trust: SealTrust
    private let pdf: PDFSigner

    init() throws {
      let name = "安澜市人民政府"
      let authority = try CertificateAuthority.makeRoot(
        commonName: "Bench", key: try PrivateKey(generating: .sm2), at: date)
      let maker = try authority.issue(.sealMaker, to: "Maker", at: date)
      sealer = try authority.issue(.sm2Seal, to: name, at: date)
      let picture = SealPicture(
        kind: "png", data: try SealDrawing(name: name, millimetres: 45, emblem: nil).png(), widthMillimetres: 45,
        heightMillimetres: 45)
      seal = try SealMaker.make(
        identifier: "GD1", name: name, sealers: [sealer.certificate], picture: picture,
        validity: max(date, sealer.certificate.notBefore)...sealer.certificate.notAfter, maker: maker, at: date)
      let other = try CertificateAuthority.makeRoot(commonName: "Bench P-256", at: date)
      let signer = try other.issue(.seal, to: name, at: date)
      let key = signer.key
      pdf = try PDFSigner(
        chain: [signer.certificate], name: name, picture: picture,
        signing: { digest, _ in try key.sign(digest: digest) })
      let lists = try [authority, other].map { [date] in
        try RevocationList(der: try $0.revocationList(revoking: [], number: 1, at: date))
      }
      trust = SealTrust(
        certificates: [authority.certificate, maker.certificate, other.certificate], revocationLists: lists)
    }

    func seal(_ document: [UInt8]) throws -> [UInt8] {
      try DocumentSealer(seal: seal, publicKey: try sealer.key.publicKey(), at: date).seal(
        document, pageNumber: 1, x: 120, y: 200, software: ("guandu", "1"), at: date, key: sealer.key)
    }

    func sealPDF(_ document: [UInt8]) async throws -> [UInt8] {
      try await pdf.seal(document, pageNumber: 1, x: 120, y: 200, at: date)
    }

    func check(_ sealed: [UInt8]) throws {
      let check = DocumentCheck(sealed, trust: trust, at: date)
      guard check.verdict == .genuine else { throw CommandFailed(description: "a seal that is not genuine") }
    }
  }
}
