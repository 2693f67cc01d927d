/// A document's signature by a seal (SES_Signature of GB/T 38540-2020), as `SignedValue.dat` holds it. That it parses says
/// nothing about whether it is right.
public struct SealSignature: Equatable, Sendable {
  public let seal: ElectronicSeal
  /// When it was sealed, as the sealer states it.
  public let time: SealTime
  /// SM3 of the file that `propertyInfo` names.
  public let dataDigest: [UInt8]
  /// The path of `Signature.xml` in the document.
  public let propertyInfo: String
  public let extensions: [SealExtension]
  /// What is signed, in DER.
  public let signedBytes: [UInt8]
  /// Of the sealer, DER.
  public let certificate: [UInt8]
  /// An object identifier.
  public let signatureAlgorithm: String
  /// Over `signedBytes`; see `SM2SignatureValue`.
  public let signature: [UInt8]
  /// A time stamp (RFC 3161) that another authority gave, unread; nil where there is none.
  public let timeStamp: [UInt8]?

  /// The largest signature: a seal, a certificate, a time stamp.
  public static let maxBytes = SealLimits.sealMaxBytes + (1 << 18)

  /// - Parameter bytes: DER, with nothing after it.
  public init(_ bytes: [UInt8]) throws(SealFormatError) {
    guard bytes.count <= Self.maxBytes else {
      throw SealFormatError(.malformed, "a signature of more than \(Self.maxBytes) bytes")
    }
    var outer = DERReader(bytes)
    var reader = try outer.sequence("the signature")
    try outer.finish("the signature")
    guard !reader.next(is: .objectIdentifier) else {
      throw SealFormatError(.unsupported, "a plain signature (GB/T 35275), not a seal's")
    }
    signedBytes = try reader.wholeSequence("what is signed")
    var signedOuter = DERReader(signedBytes)
    var signed = try signedOuter.sequence("what is signed")
    let version = try signed.integer("the signature's version")
    guard version == SealStandard.version else { throw SealFormatError(.unsupported, versionText(version)) }
    seal = try ElectronicSeal(try signed.wholeSequence("the seal"))
    time = try signed.time("the time of sealing")
    dataDigest = try signed.bits("the document's digest")
    propertyInfo = try signed.text(.ia5String, "the signed file's path")
    extensions = try Self.extensions(&signed)
    try signed.finish("what is signed")
    certificate = try reader.certificate("the sealer's certificate")
    signatureAlgorithm = try reader.identifier("the signature's algorithm")
    signature = try reader.bits("the sealer's signature")
    timeStamp = try Self.timeStamp(&reader)
    try reader.finish("the signature")
  }

  private static func extensions(_ signed: inout DERReader) throws(SealFormatError) -> [SealExtension] {
    guard signed.next(is: .context0) else { return [] }
    var tagged = try signed.explicit0("the signature's extensions")
    let found = try tagged.extensions("the signature's extensions")
    try tagged.finish("the signature's extensions")
    return found
  }

  private static func timeStamp(_ reader: inout DERReader) throws(SealFormatError) -> [UInt8]? {
    guard reader.next(is: .context0) else { return nil }
    var tagged = try reader.explicit0("the time stamp")
    let stamp = try tagged.bits("the time stamp")
    try tagged.finish("the time stamp")
    return stamp
  }

  /// What a sealer signs, in DER.
  ///
  /// - Parameters:
  ///   - digest: SM3 of the file at `path`.
  ///   - path: ASCII.
  public static func toSign(
    seal: ElectronicSeal, time: SealTime, digest: [UInt8], path: String
  ) throws(SealFormatError) -> [UInt8] {
    guard path.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }), path.utf8.count <= SealLimits.textMaxBytes else {
      throw SealFormatError(.malformed, "the path of a signature is ASCII")
    }
    return DER.sequence([
      DER.integer(SealStandard.version), seal.bytes, DER.time(time), DER.bits(digest), DER.text(.ia5String, path),
    ])
  }

  /// Puts a signature together.
  ///
  /// - Parameters:
  ///   - signedBytes: what `toSign` gave.
  ///   - signature: SM2 in DER, over them.
  ///   - timeStamp: RFC 3161, over the signature.
  /// - Returns: the whole, in DER.
  public static func encode(
    signedBytes: [UInt8], certificate: [UInt8], signature: [UInt8], timeStamp: [UInt8]? = nil
  ) -> [UInt8] {
    let parts = [
      signedBytes, DER.value(.octetString, certificate), DER.identifier(SealStandard.signatureAlgorithm),
      DER.bits(signature),
    ]
    return DER.sequence(parts + (timeStamp.map { [DER.value(.context0, DER.bits($0))] } ?? []))
  }
}

/// An SM2 signature: two numbers. GB/T 35276 writes them in DER; some makers write 32 bytes each.
public enum SM2SignatureValue {
  /// The signature in DER.
  ///
  /// - Parameter bytes: DER, which comes back as it is, or 64 bytes.
  /// - Returns: nil for anything else.
  public static func der(_ bytes: [UInt8]) -> [UInt8]? {
    if isDER(bytes) { return bytes }
    guard bytes.count == 64 else { return nil }
    return DER.sequence(
      [bytes[..<32], bytes[32...]].map { half in
        let digits = Array(half.drop { $0 == 0 })
        let first = digits.first ?? 0x80
        return DER.value(.integer, first >= 0x80 ? [0] + digits : digits)
      })
  }

  private static func isDER(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 8, bytes.count <= 72, bytes[0] == 0x30, Int(bytes[1]) == bytes.count - 2 else { return false }
    let first = Int(bytes[3])
    guard bytes[2] == 2, first <= 33, 4 + first + 2 <= bytes.count, bytes[4 + first] == 2 else { return false }
    return 6 + first + Int(bytes[5 + first]) == bytes.count
  }
}
