import SealObjects
import Testing

enum Specimen {
  static let picture = SealPicture(kind: "png", data: [1, 2, 3], widthMillimetres: 45, heightMillimetres: 45)

  static func info(_ change: (inout SealInfo) -> Void = { _ in }) -> SealInfo {
    var info = SealInfo(
      vendor: "guandu", identifier: "GD1", kind: 1, name: "常熟市人民政府",
      signers: .certificates([[UInt8](repeating: 7, count: 300), [9]]), created: SealTime(seconds: 1_795_000_000),
      validFrom: SealTime(seconds: 1_795_000_000), validUntil: SealTime(seconds: 1_895_000_000), picture: picture)
    change(&info)
    return info
  }

  static func seal() throws -> ElectronicSeal {
    try ElectronicSeal(infoBytes: try info().encoded(), makerCertificate: [5, 6], signature: [1, 2])
  }

  static func signature() throws -> [UInt8] {
    let signed = try SealSignature.toSign(
      seal: try seal(), time: SealTime(seconds: 1_796_000_000), digest: [UInt8](repeating: 3, count: 32),
      path: "/a/b.xml")
    return SealSignature.encode(signedBytes: signed, certificate: [8], signature: [4])
  }

  /// A sequence of these values, whatever they are.
  static func sequence(_ parts: [UInt8]...) -> [UInt8] {
    let content = Array(parts.joined())
    return content.count < 128
      ? [0x30, UInt8(content.count)] + content
      : [0x30, 0x82, UInt8(content.count >> 8), UInt8(content.count & 255)] + content
  }
}

@Suite struct Seals {
  @Test func `are read as they were written`() throws {
    let seal = try Specimen.seal()
    #expect(seal.info == Specimen.info())
    #expect(try ElectronicSeal(seal.bytes) == seal)
    #expect(seal.makerCertificate == [5, 6] && seal.signature == [1, 2])
    #expect(seal.signatureAlgorithm == "1.2.156.10197.1.501")
    let signature = try SealSignature(try Specimen.signature())
    #expect(signature.seal == seal)
    #expect(signature.time.description == "2026-11-30T00:53:20Z" && signature.time.generalized == "20261130005320Z")
    #expect(signature.propertyInfo == "/a/b.xml" && signature.certificate == [8] && signature.timeStamp == nil)
  }

  @Test func `cut anywhere, or with something behind them, are none`() throws {
    let (seal, signature) = (try Specimen.seal().bytes, try Specimen.signature())
    for end in 0..<seal.count { #expect(throws: SealFormatError.self) { try ElectronicSeal(Array(seal[..<end])) } }
    for end in 0..<signature.count {
      #expect(throws: SealFormatError.self) { try SealSignature(Array(signature[..<end])) }
    }
    #expect(throws: SealFormatError.self) { try ElectronicSeal(seal + [0]) }
    #expect(throws: SealFormatError.self) { try SealSignature(signature + [0x30, 0]) }
  }

  @Test func `with one bit changed anywhere are none, or say another thing`() throws {
    let signature = try Specimen.signature()
    let whole = try SealSignature(signature)
    for index in signature.indices {
      for bit in 0..<8 {
        var other = signature
        other[index] ^= 1 << bit
        if let read = try? SealSignature(other) { #expect(read != whole, "bit \(bit) of byte \(index)") }
      }
    }
  }

  @Test(arguments: [1, 5]) func `of another version are unsupported, never malformed`(version: UInt8) throws {
    var seal = try Specimen.seal().bytes
    // ES, then the version.
    let place = try #require(seal.indices.first { seal[$0...].starts(with: [0x45, 0x53, 0x02, 0x01, 0x04]) })
    seal[place + 4] = version
    #expect(code { () throws(SealFormatError) in _ = try ElectronicSeal(seal) } == .unsupported)
    var signature = try Specimen.signature()
    // Two sequences with three bytes of length each, then the version.
    #expect(Array(signature[8..<11]) == [0x02, 0x01, 0x04])
    signature[10] = version
    #expect(code { () throws(SealFormatError) in _ = try SealSignature(signature) } == .unsupported)
  }

  @Test func `of a plain signature are unsupported`() {
    let plain = Specimen.sequence([0x06, 0x03, 0x2A, 0x03, 0x04])
    #expect(code { () throws(SealFormatError) in _ = try SealSignature(plain) } == .unsupported)
  }

  @Test func `are not written with what cannot be read`() {
    for change in [
      { (info: inout SealInfo) in info.vendor = "官渡" }, { $0.identifier = "a\n" }, { $0.name = "a\u{0}" },
      { $0.picture.widthMillimetres = 0 }, { $0.picture.heightMillimetres = 201 }, { $0.signers = .certificates([]) },
      { $0.signers = .certificates([[]]) }, { $0.signers = .certificates([[UInt8](repeating: 1, count: 65_537)]) },
      { $0.signers = .certificates([[UInt8]](repeating: [1], count: 65)) },
      { $0.name = String(repeating: "官", count: 400) }, { $0.kind = -1 },
    ] { #expect(throws: SealFormatError.self) { try Specimen.info(change).encoded() } }
  }

  @Test func `with lengths or numbers longer than they need be are none`() throws {
    let certificates: [UInt8] = [0x30, 0x03, 0x04, 0x01, 0x09]
    func info(version: [UInt8] = [0x02, 0x01, 0x04], time: String = "20261128000000Z") -> [UInt8] {
      let moment = [0x18, 0x0F] + Array(time.utf8)
      let property = Specimen.sequence(
        [0x02, 0x01, 0x01], [0x0C, 0x01, 0x61], [0x02, 0x01, 0x01], certificates, moment, moment, moment)
      let image = Specimen.sequence([0x16, 0x01, 0x61], [0x04, 0x00], [0x02, 0x01, 0x2D], [0x02, 0x01, 0x2D])
      return Specimen.sequence(
        Specimen.sequence([0x16, 0x02, 0x45, 0x53], version, [0x16, 0x01, 0x61]), [0x16, 0x01, 0x61], property, image)
    }
    func read(_ info: [UInt8]) throws -> ElectronicSeal {
      try ElectronicSeal(infoBytes: info, makerCertificate: [1], signature: [1])
    }
    #expect(try read(info()).info.name == "a")
    for version: [UInt8] in [[0x02, 0x02, 0x00, 0x04], [0x02, 0x81, 0x01, 0x04], [0x02, 0x00], [0x02, 0x01, 0x84]] {
      #expect(throws: SealFormatError.self) { try read(info(version: version)) }
    }
    for time in [
      "20260229000000Z", "20261128240000Z", "20261128006000Z", "20261128000000+", "19691231235959Z", "20261328000000Z",
    ] {
      #expect(throws: SealFormatError.self, "\(time)") { try read(info(time: time)) }
    }
    #expect(try read(info(time: "20280229235959Z")).info.created.seconds == 1_835_481_599)
  }

  @Test func `larger than their limits are none`() throws {
    let extensions = (0..<65).flatMap { [0x30, 0x06, 0x06, 0x01, 0x2A, 0x04, 0x01, UInt8($0)] as [UInt8] }
    for (count, isRead) in [(64, true), (65, false)] {
      let list = Specimen.sequence(Array(extensions.prefix(count * 8)))
      let info = try Specimen.info().encoded()
      let bytes = Specimen.sequence(Array(info.dropFirst(4)) + list)
      let seal = try? ElectronicSeal(infoBytes: bytes, makerCertificate: [1], signature: [1])
      #expect((seal?.info.extensions.count == count) == isRead)
    }
    let large = Specimen.info { $0.picture.data = [UInt8](repeating: 0, count: SealLimits.sealMaxBytes) }
    let info = try large.encoded()
    #expect(throws: SealFormatError.self) {
      try ElectronicSeal(infoBytes: info, makerCertificate: [1], signature: [1])
    }
  }

  @Test func `tell signatures of two plain numbers from those in DER`() {
    let der: [UInt8] = [0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x06]
    #expect(SM2SignatureValue.der(der) == der)
    let plain = [UInt8](repeating: 0, count: 31) + [5] + [0x80] + [UInt8](repeating: 0, count: 31)
    #expect(
      SM2SignatureValue.der(plain)
        == [0x30, 0x26, 0x02, 0x01, 0x05, 0x02, 0x21, 0x00, 0x80] + [UInt8](repeating: 0, count: 31))
    #expect(SM2SignatureValue.der([UInt8](repeating: 0, count: 63)) == nil)
    #expect(SM2SignatureValue.der([]) == nil)
  }

  private func code(_ body: () throws(SealFormatError) -> Void) -> SealFormatError.Code? {
    do throws(SealFormatError) {
      try body()
      return nil
    } catch { return error.code }
  }
}

@Suite struct PNGHeads {
  static func chunk(_ kind: String, _ content: [UInt8]) -> [UInt8] {
    [0, 0, 0, UInt8(content.count)] + Array(kind.utf8) + content + [0, 0, 0, 0]
  }

  static func png(
    width: [UInt8] = [0, 0, 0, 4], form: [UInt8] = [8, 6, 0, 0, 0], chunks: [[UInt8]] = [chunk("IDAT", [1])]
  ) -> [UInt8] {
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", width + [0, 0, 0, 5] + form)
      + chunks.flatMap { $0 } + chunk("IEND", [])
  }

  @Test func `tell size and transparency`() throws {
    let head = try PNGHead(Self.png())
    #expect(head.width == 4 && head.height == 5 && head.hasAlpha)
    #expect(try !PNGHead(Self.png(form: [8, 2, 0, 0, 0])).hasAlpha)
  }

  @Test func `refuse what moves, what is too large, and what is not whole`() {
    let good = Self.png()
    for bad in [
      Self.png(chunks: [Self.chunk("acTL", [0]), Self.chunk("IDAT", [1])]), Self.png(width: [0, 0, 0x10, 1]),
      Self.png(width: [0, 0, 0, 0]), Self.png(width: [0xFF, 0xFF, 0xFF, 0xFF]), Self.png(chunks: []),
      Self.png(form: [3, 6, 0, 0, 0]), Self.png(form: [8, 5, 0, 0, 0]), good + [0], Array(good.dropLast()),
      good + good.dropFirst(8), [], [UInt8](repeating: 0, count: 100),
      good + [UInt8](repeating: 0, count: SealLimits.pictureMaxBytes),
    ] { #expect(throws: SealFormatError.self) { try PNGHead(bad) } }
  }
}
