import Certificates
import Cryptography
import DocumentSeals
import Foundation
import SealObjects
import Testing

/// An authority on P-256 with a signer of documents and a clock of its own, all of now: its clock is the machine's.
struct PDFOffice {
  let now = Date()
  let authority: CertificateAuthority
  let signer: (certificate: Certificate, key: PrivateKey)
  let clock: (certificate: Certificate, key: PrivateKey)

  init() throws {
    authority = try CertificateAuthority.makeRoot(commonName: "文书CA", at: now)
    signer = try authority.issue(.seal, to: "档案科", at: now)
    clock = try authority.issue(.timeStamp, to: "时间戳", at: now)
  }

  var trust: SealTrust { SealTrust(certificates: [authority.certificate]) }

  func stamping() throws -> TimeStampAuthority {
    try TimeStampAuthority(chain: [clock.certificate, authority.certificate], key: clock.key, at: now)
  }

  func signer(stamper: TimeStamper? = nil, signing: DigestSigning? = nil) throws -> PDFSigner {
    let own = signer.key
    return try PDFSigner(
      chain: [signer.certificate, authority.certificate], name: "示例市档案科", picture: try SealingOffice.picture(),
      signing: signing ?? { digest, _ in try own.sign(digest: digest) }, stamper: stamper)
  }

  /// The specimen's page, not yet sealed.
  static func document() throws -> [UInt8] {
    let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
    return try [UInt8](Data(contentsOf: root.appending(path: "docs/specimen/seal/plain.pdf")))
  }
}

@Suite struct TimeStamps {
  @Test func `a stamp is over its bytes, and trusted by its authority`() throws {
    let office = try PDFOffice()
    let stamp = try office.stamping().stamp([1, 2, 3])
    #expect(stamp.certificate == office.clock.certificate)
    try office.trust.verify(stamp)
    #expect(throws: TrustError.self) { try TimeStamp(der: stamp.der, over: [1, 2]) }
    #expect(throws: TrustError.self) { try SealTrust(certificates: []).verify(stamp) }
    #expect(throws: TrustError.self) { try TimeStamp(der: stamp.der + [0], over: [1, 2, 3]) }
  }

  @Test func `a stamp that was changed is refused, whatever byte it is`() throws {
    let office = try PDFOffice()
    let stamp = try office.stamping().stamp([1])
    var passed = 0
    for place in stride(from: 0, to: stamp.der.count, by: 7) {
      var changed = stamp.der
      changed[place] ^= 0x10
      if let read = try? TimeStamp(der: changed, over: [1]), (try? office.trust.verify(read)) != nil,
        read.time != stamp.time
      {
        passed += 1
      }
    }
    #expect(passed == 0)
  }

  @Test func `what is too large is refused`() throws {
    let large = [UInt8](repeating: 0x30, count: TimeStamp.maxBytes + 1)
    let error = #expect(throws: TrustError.self) { try TimeStamp(der: large, over: []) }
    #expect(error?.reason.contains("32768") == true)
    let request = try TimeStampRequest(over: [1])
    #expect(throws: TrustError.self) {
      try request.stamp(fromAnswer: [UInt8](repeating: 0x30, count: TimeStampRequest.answerMaxBytes + 1))
    }
  }

  @Test func `an authority has a key and a certificate for time stamps alone`() throws {
    let office = try PDFOffice()
    #expect(throws: TrustError.self) {
      try TimeStampAuthority(chain: [office.signer.certificate], key: office.signer.key, at: office.now)
    }
    #expect(throws: TrustError.self) {
      try TimeStampAuthority(chain: [office.clock.certificate], key: office.signer.key, at: office.now)
    }
    #expect(throws: TrustError.self) {
      try TimeStampAuthority(chain: [office.clock.certificate], key: office.clock.key, at: office.now + 1_200 * 86_400)
    }
    #expect(throws: TrustError.self) { try TimeStampAuthority(chain: [], key: office.clock.key, at: office.now) }
  }
}

@Suite struct PDFSealing {
  private static func check(_ bytes: [UInt8], _ office: PDFOffice, trust: SealTrust? = nil) -> DocumentCheck {
    DocumentCheck(bytes, trust: trust ?? office.trust, at: office.now + 60)
  }

  @Test func `a key that lies elsewhere seals, with a stamp and without`() async throws {
    let office = try PDFOffice()
    let (key, authority) = (office.signer.key, try office.stamping())
    let stamp: TimeStamper = { try authority.stamp($0) }
    for isStamped in [false, true] {
      let signer = try office.signer(
        stamper: isStamped ? stamp : nil,
        signing: { digest, algorithm in
          await Task.yield()
          #expect(algorithm == .p256)
          return try key.sign(digest: digest)
        })
      let sealed = try await signer.seal(try PDFOffice.document(), pageNumber: 1, x: 100, y: 200, at: office.now)
      let check = Self.check(sealed, office)
      #expect(check.verdict == .genuine && check.codes(.holds).contains(.time) == isStamped)
      #expect(check.signatures.first?.title == "示例市档案科" && check.signatures.first?.sealer == "档案科")
      #expect(check.signatures.first?.time == SealTime(office.now))
      let open = Self.check(sealed, office, trust: SealTrust(certificates: []))
      #expect(open.verdict == .unproven && open.codes(.unknown) == (isStamped ? [.chain, .time] : [.chain]))
    }
  }

  @Test func `nothing is sealed by another key, out of date, or without its stamp`() async throws {
    let office = try PDFOffice()
    let (other, document) = (try PrivateKey(generating: .p256), try PDFOffice.document())
    let byOther = try office.signer(signing: { digest, _ in try other.sign(digest: digest) })
    await #expect(throws: SealError.self) {
      try await byOther.seal(document, pageNumber: 1, x: 1, y: 1, at: office.now)
    }
    let own = try office.signer()
    await #expect(throws: SealError.self) {
      try await own.seal(document, pageNumber: 1, x: 1, y: 1, at: office.now + 1_200 * 86_400)
    }
    let silent = try office.signer(stamper: { _ in throw SealError("silent") })
    await #expect(throws: SealError("silent")) {
      try await silent.seal(document, pageNumber: 1, x: 1, y: 1, at: office.now)
    }
    #expect(throws: TrustError.self) {
      try PDFSigner(
        chain: [office.clock.certificate], name: "a", picture: try SealingOffice.picture(),
        signing: { digest, _ in digest })
    }
    #expect(throws: SealError.self) {
      try PDFSigner(chain: [], name: "a", picture: try SealingOffice.picture(), signing: { digest, _ in digest })
    }
  }

  @Test func `a revoked signer is refused, but for what a stamp proves to be older`() async throws {
    let office = try PDFOffice()
    let authority = try office.stamping()
    let document = try PDFOffice.document()
    let plain = try await office.signer().seal(document, pageNumber: 1, x: 1, y: 1, at: office.now)
    let stamped = try await office.signer(stamper: { try authority.stamp($0) }).seal(
      document, pageNumber: 1, x: 1, y: 1, at: office.now)
    for (hours, isSpared) in [(-1.0, false), (1.0, true)] {
      let list = try RevocationList(
        der: try office.authority.revocationList(
          of: [Revocation(office.signer.certificate, at: office.now + hours * 3_600)], number: 1, at: office.now))
      let trust = SealTrust(certificates: [office.authority.certificate], revocationLists: [list])
      #expect(Self.check(plain, office, trust: trust).codes(.fails) == [.revocation])
      #expect(Self.check(stamped, office, trust: trust).verdict == (isSpared ? .genuine : .refused))
    }
  }
}
