import Testing

@testable import SealObjects

@Suite struct CMSSignatures {
  private static func certificate(_ serial: Int) -> [UInt8] {
    let inner = DER.sequence([
      DER.value(.context0, DER.integer(2)), DER.integer(serial), DER.sequence([]),
      DER.sequence([DER.text(.utf8String, "x")]),
    ])
    return DER.sequence([inner, DER.sequence([]), DER.bits([1])])
  }

  private static let signed = CMSSignature.toSign(
    digest: [UInt8](repeating: 1, count: 32), certificateDigest: [UInt8](repeating: 2, count: 32))

  private static func value(
    _ signedBytes: [UInt8] = signed, certificates: Int = 2, stamp: [UInt8]? = nil
  ) throws(SealFormatError) -> [UInt8] {
    try CMSSignature.encode(
      signedBytes: signedBytes, certificates: (1...certificates).map { certificate($0) }, signature: [9, 9],
      timeStamp: stamp)
  }

  private static func refusal(_ bytes: [UInt8]) -> SealFormatError? {
    do throws(SealFormatError) {
      _ = try CMSSignature(bytes)
      return nil
    } catch { return error }
  }

  @Test func `a signature is read as it was written`() throws {
    let stamp = DER.sequence([DER.integer(7)])
    for stamp in [nil, stamp] {
      let read = try CMSSignature(try Self.value(stamp: stamp))
      #expect(read.certificates == [Self.certificate(1), Self.certificate(2)])
      #expect(try read.signer == CMSSignature.identity(of: Self.certificate(1)))
      #expect(read.messageDigest == [UInt8](repeating: 1, count: 32))
      #expect(read.certificateDigest == [UInt8](repeating: 2, count: 32))
      #expect(read.signedBytes == Self.signed && read.signature == [9, 9] && read.timeStamp == stamp)
    }
  }

  @Test func `cut or longer it is refused, and no changed byte ends the reader`() throws {
    let value = try Self.value(stamp: DER.sequence([]))
    for place in value.indices {
      #expect(Self.refusal(Array(value[..<place])) != nil)
      for bit in 0..<8 {
        var changed = value
        changed[place] ^= 1 << bit
        _ = Self.refusal(changed)
      }
    }
    #expect(Self.refusal(value + [0]) != nil)
  }

  @Test func `other algorithms are not supported, and not forged`() throws {
    let value = try Self.value()
    let (ecdsa, sha256) = (
      [UInt8]([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]), [UInt8]([0x60, 0x86, 0x48, 0x01, 0x65, 3, 4, 2, 1])
    )
    for (name, place) in [(ecdsa, 7), (sha256, 8)] {
      var changed = value
      guard let found = changed.firstRange(of: name) else { throw SealFormatError(.malformed, "no name") }
      changed[found.lowerBound + place] += 1
      #expect(Self.refusal(changed)?.code == .unsupported)
    }
  }

  @Test func `its attributes are three, in order, each once`() throws {
    var outer = DERReader(Self.signed)
    var set = try outer.inside(.set, "test")
    let parts = try (0..<3).map { _ in try set.wholeSequence("test") }
    func refused(_ parts: [[UInt8]]) throws -> String { Self.refusal(try Self.value(DER.set(parts)))?.reason ?? "none" }
    #expect(try refused([parts[1], parts[0], parts[2]]).contains("order"))
    #expect(try refused([parts[0], parts[1]]).contains("is not signed"))
    #expect(try refused([parts[0], parts[0], parts[1], parts[2]]).contains("twice"))
    let time = DER.sequence([DER.identifier("1.2.840.113549.1.9.5"), DER.set([DER.time(SealTime(seconds: 0))])])
    #expect(try refused([parts[0], time, parts[1], parts[2]]).contains("signingTime"))
    let other = DER.sequence([DER.identifier("1.2.3"), DER.set([DER.integer(1)])])
    #expect(try refused([other] + parts).contains("1.2.3"))
  }

  @Test func `what is too large is refused`() throws {
    #expect(try Self.refusal(Self.value(certificates: CMSSignature.certificatesMost)) == nil)
    #expect(try Self.refusal(Self.value(certificates: CMSSignature.certificatesMost + 1))?.reason.contains("8") == true)
    #expect(Self.refusal([UInt8](repeating: 0x30, count: CMSSignature.maxBytes + 1))?.reason.contains("65535") == true)
    #expect(throws: SealFormatError.self) { try CMSSignature.identity(of: [0x30, 0]) }
  }
}
