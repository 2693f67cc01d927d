import Certificates
import Cryptography
import DocumentSeals
import Foundation
import SealObjects
import Testing
import ZIPArchive

@Suite struct SealedDocuments {
  private let office: SealingOffice

  init() throws { office = try SealingOffice() }

  private func check(
    _ document: [UInt8], _ trust: SealTrust? = nil, at now: Date = SealingOffice.day.addingTimeInterval(60)
  ) throws -> DocumentCheck {
    DocumentCheck(document, trust: try trust ?? office.trust(), at: now)
  }

  @Test func `are genuine where maker and sealer are trusted`() throws {
    let check = try check(try office.sealed(), try office.trust(revoking: []))
    #expect(check.verdict == .genuine)
    #expect(check.codes(.remark) == [.time])
    #expect(check.codes(.holds).count == 17)
    #expect(check.signatures.map(\.sealer) == ["常熟市人民政府"])
    for step in check.all { #expect(!step.chinese.isEmpty && !step.english.isEmpty, "\(step.code)") }
  }

  @Test func `are unproven where nobody is trusted, or another authority is`() throws {
    let document = try office.sealed()
    #expect(try check(document, SealTrust(certificates: [])).codes(.unknown) == [.maker, .chain])
    let other = try SealingOffice()
    let stranger = try check(document, try other.trust())
    #expect(stranger.verdict == .unproven && stranger.codes(.unknown) == [.maker, .chain])
    // The authority alone names no maker.
    let authority = try check(document, SealTrust(certificates: [office.authority.certificate]))
    #expect(authority.verdict == .unproven && authority.codes(.unknown) == [.maker])
    let maker = try check(document, SealTrust(certificates: [office.maker.certificate]))
    #expect(maker.codes(.unknown) == [.chain])
  }

  @Test func `have no seal that a sealer made for themselves`() {
    #expect(throws: SealError.self) { try SealingOffice.seal(office.sealer.certificate, by: office.sealer) }
  }

  @Test func `of a revoked sealer or maker are refused, before the revocation too`() throws {
    let document = try office.sealed()
    for revoked in [office.sealer.certificate, office.maker.certificate] {
      let check = try check(document, try office.trust(revoking: [revoked]))
      #expect(check.verdict == .refused && check.codes(.fails) == [.revocation])
    }
    // A list that is overdue, and one of another authority, tell nothing.
    let later = SealingOffice.day.addingTimeInterval(40 * 86_400)
    #expect(try check(document, try office.trust(revoking: []), at: later).codes(.unknown) == [.revocation])
    let list = try RevocationList(
      der: try SealingOffice().authority.revocationList(revoking: [], number: 1, at: SealingOffice.day))
    let trust = SealTrust(
      certificates: [office.authority.certificate, office.maker.certificate], revocationLists: [list])
    #expect(try check(document, trust).codes(.unknown) == [.revocation])
  }

  @Test func `of a time to come are refused`() throws {
    let document = try office.sealed(at: SealingOffice.day.addingTimeInterval(3_600))
    #expect(try check(document).codes(.fails) == [.time])
  }

  @Test func `stay genuine when the certificates have ended since`() throws {
    let later = SealingOffice.day.addingTimeInterval(900 * 86_400)
    #expect(try check(try office.sealed(), at: later).verdict == .genuine)
  }

  @Test func `that bear no seal are not sealed, and others no documents`() throws {
    let plain = try check(try SealingOffice.document())
    #expect(plain.verdict == .unproven && plain.codes(.unknown) == [.sealed] && plain.signatures.isEmpty)
    #expect(try check(Array("%PDF-1.7".utf8)).codes(.unknown) == [.pdfDocument])
    #expect(try check(Array("x%PDF-1.7".utf8)).codes(.fails) == [.pdfDocument])
  }

  // MARK: Tampering

  private typealias Change = (inout [ZIPEntry]) -> Void

  private func edit(_ name: String, _ body: @escaping (inout [UInt8]) -> Void) -> Change {
    { entries in for index in entries.indices where entries[index].name == name { body(&entries[index].data) } }
  }

  private func replace(_ name: String, _ old: String, _ new: String) -> Change {
    edit(name) { $0 = Array(String(decoding: $0, as: UTF8.self).replacing(old, with: new).utf8) }
  }

  @Test func `are refused for whatever was changed, each for its own reason`() throws {
    let (signs, page) = ("Doc_0/Signs/Sign_0/", "Doc_0/Pages/Page_0/Content.xml")
    let other = try SealingOffice()
    let changes: [(CheckStep.Code, Change)] = [
      (.files, replace(page, "<ofd:Content/>", "<ofd:Content></ofd:Content>")),
      (.files, replace("Doc_0/Document.xml", "210", "211")),
      (.files, replace("OFD.xml", "<ofd:DocInfo/>", "<ofd:DocInfo> </ofd:DocInfo>")),
      (.document, { $0.removeAll { $0.name == page } }),
      (.unlisted, { $0.append(ZIPEntry(name: "Doc_0/Annots/Annotations.xml", data: [])) }),
      (.unlisted, { $0.append(ZIPEntry(name: signs + "more.xml", data: [])) }),
      (.unlisted, { $0.append(ZIPEntry(name: "Doc_0/Signs/Sign_1/Signature.xml", data: [])) }),
      (.signedFile, replace(signs + "Signature.xml", "100 200 42 42", "101 200 42 42")),
      (.signedFile, replace(signs + "Signature.xml", "<ofd:SignedInfo>", "<ofd:SignedInfo> ")),
      (.place, replace(signs + "Signature.xml", "PageRef=\"1\"", "PageRef=\"2\"")),
      (.sealFile, { $0.removeAll { $0.name == signs + "Seal.esl" } }),
      (.sealFile, edit(signs + "Seal.esl") { $0[$0.count - 1] ^= 1 }),
      (.sealFile, edit(signs + "Seal.esl") { $0 = other.seal.bytes }),
      (.signature, edit(signs + "SignedValue.dat") { $0[$0.count - 1] ^= 1 }),
      (.sealStructure, edit(signs + "SignedValue.dat") { $0 = [] }),
      (.sealStructure, edit(signs + "SignedValue.dat") { $0.append(0) }),
      (.signatureFiles, { $0.removeAll { $0.name == signs + "SignedValue.dat" } }),
      (.signatureFiles, { $0.removeAll { $0.name == signs + "Signature.xml" } }),
      (.signatureFiles, { $0.removeAll { $0.name == "Doc_0/Signs/Signatures.xml" } }),
      (.signatureFiles, replace(signs + "Signature.xml", "</ofd:Signature>", "")),
      (.files, replace("OFD.xml", "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>", "")),
    ]
    let entries = try ZIPArchive.read(try office.sealed())
    for (number, (code, change)) in changes.enumerated().dropLast() {
      var changed = entries
      change(&changed)
      let check = try check(try ZIPArchive.write(changed))
      #expect(check.verdict == .refused, "\(number): \(code)")
      #expect(check.codes(.fails).contains(code), "\(number): \(code), not \(check.codes(.fails))")
    }
    // Without the mention in OFD.xml it is a document without a seal.
    var changed = entries
    changes[changes.count - 1].1(&changed)
    #expect(try check(try ZIPArchive.write(changed)).codes(.unknown) == [.sealed])
    changed = entries
    replace(
      "Doc_0/Signs/Signatures.xml", "<ofd:Signature ID=\"s1\" Type=\"Seal\" BaseLoc=\"/\(signs)Signature.xml\"/>", "")(
        &changed)
    #expect(try check(try ZIPArchive.write(changed)).codes(.unknown) == [.sealed])
  }

  @Test func `with another sealer's or maker's certificate in the signed value are refused`() throws {
    let value = try #require(ZIPArchive.read(try office.sealed()).first { $0.name.hasSuffix("SignedValue.dat") })
    let signature = try SealSignature(value.data)
    let other = try office.authority.issue(.sm2Seal, to: "另一单位", at: SealingOffice.day)
    let entries = try ZIPArchive.read(try office.sealed())
    func resealed(_ value: [UInt8]) throws -> DocumentCheck {
      var changed = entries
      for index in changed.indices where changed[index].name.hasSuffix("SignedValue.dat") {
        changed[index].data = value
      }
      return try check(try ZIPArchive.write(changed))
    }
    // Signed by somebody whom the seal does not name.
    let signed = try SealSignature.toSign(
      seal: office.seal, time: signature.time,
      digest: sm3(try #require(entries.first { $0.name.hasSuffix("Signature.xml") }).data),
      path: signature.propertyInfo)
    let foreign = SealSignature.encode(
      signedBytes: signed, certificate: other.certificate.der, signature: try other.key.signSM2(signed))
    #expect(try resealed(foreign).codes(.fails) == [.sealer])
    // A seal whose words were changed after its maker signed them.
    var info = office.seal.info
    info.name = "常熟市人民法院"
    let forged = try ElectronicSeal(
      infoBytes: try info.encoded(), makerCertificate: office.maker.certificate.der, signature: office.seal.signature)
    let toSign = try SealSignature.toSign(
      seal: forged, time: signature.time, digest: signature.dataDigest, path: signature.propertyInfo)
    let lie = SealSignature.encode(
      signedBytes: toSign, certificate: office.sealer.certificate.der, signature: try office.sealer.key.signSM2(toSign))
    #expect(try resealed(lie).codes(.fails).isSuperset(of: [.sealSignature, .sealFile]))
  }

  @Test func `outside the dates of seal or certificate are not made, and refused where they were`() throws {
    let day = SealingOffice.day
    for date in [day.addingTimeInterval(-3_600 * 2), day.addingTimeInterval(400 * 86_400)] {
      #expect(throws: SealError.self) { try office.sealed(at: date) }
    }
    let entries = try ZIPArchive.read(try office.sealed())
    let xml = try #require(entries.first { $0.name.hasSuffix("Signature.xml") }).data
    for (days, codes): (Double, Set<CheckStep.Code>) in [
      (-1, [.sealDates, .certificateDates]), (366, [.sealDates, .certificateDates]),
    ] {
      let time = SealTime(day.addingTimeInterval(days * 86_400))
      let signed = try SealSignature.toSign(
        seal: office.seal, time: time, digest: sm3(xml), path: "/Doc_0/Signs/Sign_0/Signature.xml")
      let value = SealSignature.encode(
        signedBytes: signed, certificate: office.sealer.certificate.der,
        signature: try office.sealer.key.signSM2(signed))
      var changed = entries
      for index in changed.indices where changed[index].name.hasSuffix("SignedValue.dat") {
        changed[index].data = value
      }
      let check = try check(try ZIPArchive.write(changed), at: day.addingTimeInterval(500 * 86_400))
      #expect(check.verdict == .refused && check.codes(.fails) == codes, "\(days)")
    }
  }
}

@Suite struct MadeSeals {
  private let office: SealingOffice

  init() throws { office = try SealingOffice() }

  @Test func `are taken in where their maker is trusted`() throws {
    let check = try SealCheck(office.seal.bytes, trust: try office.trust(), at: SealingOffice.day)
    #expect(check.verdict == .genuine)
    let stranger = try SealCheck(office.seal.bytes, trust: SealTrust(certificates: []), at: SealingOffice.day)
    #expect(stranger.verdict == .unproven)
    let late = try SealCheck(
      office.seal.bytes, trust: try office.trust(), at: SealingOffice.day.addingTimeInterval(400 * 86_400))
    #expect(late.steps.filter { $0.outcome == .fails }.map(\.code) == [.sealDates])
  }

  @Test(arguments: [("ofd", CheckStep.Outcome.unknown), ("svg", .unknown), ("png", .fails)])
  func `with a picture that cannot be used say so`(kind: String, outcome: CheckStep.Outcome) throws {
    var info = office.seal.info
    info.picture.kind = kind
    info.picture.data = Array(info.picture.data.prefix(60)) + Array(info.picture.data.suffix(12))
    let bytes = try info.encoded()
    let seal = try ElectronicSeal(
      infoBytes: bytes, makerCertificate: office.maker.certificate.der, signature: try office.maker.key.signSM2(bytes))
    let check = try SealCheck(seal.bytes, trust: try office.trust(), at: SealingOffice.day)
    #expect(check.steps.first { $0.code == .picture }?.outcome == outcome)
  }

  @Test func `are made by a maker's key, for sealers' SM2 certificates, within their dates`() throws {
    let sealer = office.sealer.certificate
    #expect(throws: SealError.self) {
      try SealingOffice.seal(sealer, by: (office.maker.certificate, office.sealer.key))
    }
    #expect(throws: TrustError.self) { try SealingOffice.seal(office.authority.certificate, by: office.maker) }
    #expect(throws: TrustError.self) {
      try SealingOffice.seal(sealer, by: (office.authority.certificate, office.authority.key))
    }
    #expect(throws: SealError.self) {
      try SealingOffice.seal(
        sealer, by: office.maker, validity: SealingOffice.day...sealer.notAfter.addingTimeInterval(1))
    }
    let plain = try CertificateAuthority.makeRoot(commonName: "CA", at: SealingOffice.day)
    let seal = try plain.issue(.seal, to: "P-256", at: SealingOffice.day)
    #expect(throws: TrustError.self) { try SealingOffice.seal(seal.certificate, by: office.maker) }
    // Neither authority issues what is the other's.
    #expect(throws: TrustError.self) { try plain.issue(.sm2Seal, to: "a", at: SealingOffice.day) }
    #expect(throws: TrustError.self) { try office.authority.issue(.handler, to: "a", at: SealingOffice.day) }
  }

  @Test func `are applied with the key of a certificate that they name`() throws {
    let other = try office.authority.issue(.sm2Seal, to: "另一单位", at: SealingOffice.day)
    let key = try other.key.publicKey()
    #expect(throws: SealError.self) { try DocumentSealer(seal: office.seal, publicKey: key, at: SealingOffice.day) }
    #expect(throws: SealError.self) {
      try DocumentSealer(seal: office.seal, publicKey: key, certificate: other.certificate, at: SealingOffice.day)
    }
    #expect(throws: SealError.self) {
      try DocumentSealer(
        seal: office.seal, publicKey: key, certificate: office.sealer.certificate, at: SealingOffice.day)
    }
  }

  @Test func `are applied with a key elsewhere, whose signature has to be over this document`() async throws {
    let sealer = try DocumentSealer(
      seal: office.seal, publicKey: try office.sealer.key.publicKey(), at: SealingOffice.day)
    func seal(_ signing: DigestSigning) async throws -> [UInt8] {
      try await sealer.seal(
        try SealingOffice.document(), pageNumber: 1, x: 100, y: 200, software: ("guandu", "1"), at: SealingOffice.day,
        signing: signing)
    }
    let key = office.sealer.key
    let sealed = try await seal { digest, algorithm in
      #expect(algorithm == .sm2 && digest.count == 32)
      return try key.sign(digest: digest)
    }
    let check = DocumentCheck(sealed, trust: try office.trust(revoking: []), at: SealingOffice.day)
    #expect(check.verdict == .genuine)
    await #expect(throws: SealError.self) {
      try await seal { digest, _ in try key.sign(digest: digest.reversed()) }
    }
    let other = try office.authority.issue(.sm2Seal, to: "另一单位", at: SealingOffice.day)
    await #expect(throws: SealError.self) { try await seal { digest, _ in try other.key.sign(digest: digest) } }
    await #expect(throws: SealError.self) { try await seal { _, _ in [0x30] } }
  }
}

@Suite struct DrawnSeals {
  @Test(arguments: [10, 42, 45, 50]) func `are as large as they are to be, and clear around the ring`(side: Int) throws
  {
    let head = try PNGHead(try SealDrawing(name: "常熟市人民政府办公室", millimetres: side, emblem: nil).png())
    #expect(head.width == side * 16 && head.height == side * 16 && head.hasAlpha)
  }

  @Test func `know the sizes of 国发〔1999〕25号`() {
    #expect(SealDrawing.Rank.allCases.map(\.millimetres) == [50, 45, 42, 42])
    #expect(SealDrawing.Rank.allCases.map(\.hasEmblem) == [true, true, false, false])
    #expect(!SealDrawing.Rank.city.allowed.contains(42) && SealDrawing.Rank.department.allowed.contains(45))
  }

  @Test func `take an emblem that can be drawn, and a name that a font has`() throws {
    let emblem = try SealDrawing(name: "徽章", millimetres: 10, emblem: nil).png()
    let plain = try SealDrawing(name: "常熟市", millimetres: 20, emblem: nil).png()
    #expect(try SealDrawing(name: "常熟市", millimetres: 20, emblem: emblem).png() != plain)
    #expect(throws: SealError.self) {
      try SealDrawing(name: "常熟市", millimetres: 45, emblem: Array(emblem.dropLast(20)))
    }
    #expect(throws: SealError.self) { try SealDrawing(name: "常熟", millimetres: 61, emblem: nil) }
    #expect(throws: SealError.self) { try SealDrawing(name: "常", millimetres: 45, emblem: nil) }
    #expect(throws: SealError.self) {
      try SealDrawing(name: String(repeating: "常", count: 31), millimetres: 45, emblem: nil)
    }
    #expect(throws: SealError.self) { try SealDrawing(name: "常\u{10FFFD}", millimetres: 45, emblem: nil).png() }
  }
}
