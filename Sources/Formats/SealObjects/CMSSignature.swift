/// A signature of a document by one P-256 key, with SHA-256 (SignedData of RFC 5652, as PAdES baseline has it, ETSI EN 319 142-1):
/// signed are the document's digest and the signer's certificate, and nothing else. That it parses says nothing about whether it
/// is right.
public struct CMSSignature: Equatable, Sendable {
  /// In DER: the signer's, and those above it.
  public let certificates: [[UInt8]]
  /// Issuer and serial number of the signer's certificate, in DER.
  public let signer: [UInt8]
  /// SHA-256 of what is signed outside.
  public let messageDigest: [UInt8]
  /// SHA-256 of the signer's certificate (signing-certificate-v2, RFC 5035).
  public let certificateDigest: [UInt8]
  /// What the signature is over, in DER.
  public let signedBytes: [UInt8]
  /// ECDSA in DER.
  public let signature: [UInt8]
  /// RFC 3161, over `signature`; nil where there is none.
  public let timeStamp: [UInt8]?

  public static let maxBytes = 65_535
  static let certificatesMost = 8

  private enum Name {
    static let signedData = "1.2.840.113549.1.7.2"
    static let data = "1.2.840.113549.1.7.1"
    static let sha256 = "2.16.840.1.101.3.4.2.1"
    static let ecdsaWithSHA256 = "1.2.840.10045.4.3.2"
    static let contentType = "1.2.840.113549.1.9.3"
    static let messageDigest = "1.2.840.113549.1.9.4"
    static let signingTime = "1.2.840.113549.1.9.5"
    static let signingCertificate = "1.2.840.113549.1.9.16.2.47"
    static let timeStamp = "1.2.840.113549.1.9.16.2.14"
  }

  /// - Parameter bytes: DER, with nothing after it.
  /// - Throws: `unsupported` for other algorithms, `malformed` for all else that is not as `encode` writes it.
  public init(_ bytes: [UInt8]) throws(SealFormatError) {
    guard bytes.count <= Self.maxBytes else {
      throw SealFormatError(.malformed, "a signature of more than \(Self.maxBytes) bytes")
    }
    var outer = DERReader(bytes)
    var content = try outer.sequence("the signature")
    try outer.finish("the signature")
    guard try content.identifier("the signature's type") == Name.signedData else {
      throw SealFormatError(.malformed, "no signed data")
    }
    var tagged = try content.inside(.context0, "the signed data")
    try content.finish("the signature")
    var data = try tagged.sequence("the signed data")
    try tagged.finish("the signed data")
    guard try data.integer("the version") == 1 else {
      throw SealFormatError(.unsupported, "signed data of another version than 1")
    }
    var digests = try data.inside(.set, "the digest's algorithm")
    try Self.readDigestAlgorithm(&digests)
    try digests.finish("the digest's algorithm")
    var inner = try data.sequence("what is signed")
    guard try inner.identifier("what is signed") == Name.data else {
      throw SealFormatError(.malformed, "what is signed is not data")
    }
    try inner.finish("the signature holds what it is over")
    certificates = try Self.certificates(&data)
    var signers = try data.inside(.set, "the signers")
    var info = try signers.sequence("the signer")
    guard signers.isAtEnd else { throw SealFormatError(.malformed, "more than one signer") }
    try data.finish("the signed data")
    guard try info.integer("the signer's version") == 1 else {
      throw SealFormatError(.unsupported, "a signer that is not named by issuer and serial number")
    }
    signer = try info.whole(.sequence, "the signer's name")
    try Self.readDigestAlgorithm(&info)
    let attributes = try info.whole(.context0, "the signed attributes")
    // RFC 5652, section 5.4: signed is the set of them.
    signedBytes = [DERTag.set.rawValue] + attributes.dropFirst()
    (messageDigest, certificateDigest) = try Self.attributes(signedBytes)
    try Self.readSignatureAlgorithm(&info)
    signature = try info.octets("the signature's value")
    timeStamp = try Self.timeStamp(&info)
    try info.finish("the signer")
    guard signedBytes == Self.toSign(digest: messageDigest, certificateDigest: certificateDigest) else {
      throw SealFormatError(.malformed, "the signed attributes are not in the order of DER")
    }
  }

  private static func readDigestAlgorithm(_ reader: inout DERReader) throws(SealFormatError) {
    var algorithm = try reader.sequence("the digest's algorithm")
    let name = try algorithm.identifier("the digest's algorithm")
    guard name == Name.sha256 else {
      throw SealFormatError(.unsupported, "digests by \(name), where SHA-256 is supported")
    }
    if algorithm.next(is: .null) { _ = try algorithm.whole(.null, "the digest's algorithm") }
    try algorithm.finish("the digest's algorithm")
  }

  private static func readSignatureAlgorithm(_ reader: inout DERReader) throws(SealFormatError) {
    var algorithm = try reader.sequence("the signature's algorithm")
    let name = try algorithm.identifier("the signature's algorithm")
    guard name == Name.ecdsaWithSHA256 else {
      throw SealFormatError(.unsupported, "signatures by \(name), where ECDSA with SHA-256 is supported")
    }
    try algorithm.finish("the signature's algorithm")
  }

  private static func certificates(_ data: inout DERReader) throws(SealFormatError) -> [[UInt8]] {
    var set = try data.inside(.context0, "the certificates")
    var found: [[UInt8]] = []
    while !set.isAtEnd {
      guard found.count < certificatesMost else {
        throw SealFormatError(.malformed, "more than \(certificatesMost) certificates")
      }
      let certificate = try set.wholeSequence("a certificate")
      guard !found.contains(certificate) else { throw SealFormatError(.malformed, "a certificate stands twice") }
      found.append(certificate)
    }
    return found
  }

  /// The three that are signed, each once and with one value.
  private static func attributes(_ bytes: [UInt8]) throws(SealFormatError) -> ([UInt8], [UInt8]) {
    var outer = DERReader(bytes)
    var set = try outer.inside(.set, "the signed attributes")
    var found: [String: DERReader] = [:]
    while !set.isAtEnd {
      var attribute = try set.sequence("a signed attribute")
      let name = try attribute.identifier("a signed attribute")
      guard name != Name.signingTime else {
        throw SealFormatError(.malformed, "signingTime is among the signed attributes, where PAdES forbids it")
      }
      guard [Name.contentType, Name.messageDigest, Name.signingCertificate].contains(name) else {
        throw SealFormatError(.malformed, "\(name) is among the signed attributes, where three are allowed")
      }
      let values = try attribute.inside(.set, "a signed attribute")
      try attribute.finish("a signed attribute")
      guard found.updateValue(values, forKey: name) == nil else {
        throw SealFormatError(.malformed, "\(name) stands twice among the signed attributes")
      }
    }
    guard var type = found[Name.contentType], var digest = found[Name.messageDigest],
      var certificate = found[Name.signingCertificate]
    else {
      throw SealFormatError(.malformed, "contentType, messageDigest or signingCertificateV2 is not signed")
    }
    guard try type.identifier("contentType") == Name.data else {
      throw SealFormatError(.malformed, "contentType is not data")
    }
    try type.finish("contentType")
    let message = try digest.octets("messageDigest")
    try digest.finish("messageDigest")
    return (message, try certificateDigest(&certificate))
  }

  private static func certificateDigest(_ values: inout DERReader) throws(SealFormatError) -> [UInt8] {
    let what = "signingCertificateV2"
    var value = try values.sequence(what)
    try values.finish(what)
    var list = try value.sequence(what)
    try value.finish(what)
    var item = try list.sequence(what)
    try list.finish(what)
    let digest = try item.octets(what)
    try item.finish(what)
    guard digest.count == 32 else { throw SealFormatError(.malformed, "signingCertificateV2 is no digest by SHA-256") }
    return digest
  }

  private static func timeStamp(_ info: inout DERReader) throws(SealFormatError) -> [UInt8]? {
    guard !info.isAtEnd else { return nil }
    var attributes = try info.inside(.context1, "the unsigned attributes")
    var attribute = try attributes.sequence("the unsigned attributes")
    guard attributes.isAtEnd, try attribute.identifier("an unsigned attribute") == Name.timeStamp else {
      throw SealFormatError(.malformed, "the unsigned attributes hold more than one time stamp")
    }
    var values = try attribute.inside(.set, "the time stamp")
    try attribute.finish("the time stamp")
    let stamp = try values.wholeSequence("the time stamp")
    try values.finish("the time stamp")
    return stamp
  }

  /// What a signer signs, in DER.
  ///
  /// - Parameters:
  ///   - digest: SHA-256 of the document's bytes.
  ///   - certificateDigest: SHA-256 of the signer's certificate.
  public static func toSign(digest: [UInt8], certificateDigest: [UInt8]) -> [UInt8] {
    func attribute(_ name: String, _ value: [UInt8]) -> [UInt8] {
      DER.sequence([DER.identifier(name), DER.set([value])])
    }
    // Their lengths rise, which is the order of DER.
    return DER.set([
      attribute(Name.contentType, DER.identifier(Name.data)),
      attribute(Name.messageDigest, DER.value(.octetString, digest)),
      attribute(
        Name.signingCertificate,
        DER.sequence([DER.sequence([DER.sequence([DER.value(.octetString, certificateDigest)])])])),
    ])
  }

  /// Puts a signature together.
  ///
  /// - Parameters:
  ///   - signedBytes: what `toSign` gave.
  ///   - certificates: in DER, the signer's first, then those above it.
  ///   - signature: ECDSA in DER, over `signedBytes`.
  ///   - timeStamp: RFC 3161, over `signature`.
  /// - Returns: the whole, in DER.
  /// - Throws: `malformed` where the signer's certificate cannot be read.
  public static func encode(
    signedBytes: [UInt8], certificates: [[UInt8]], signature: [UInt8], timeStamp: [UInt8]? = nil
  ) throws(SealFormatError) -> [UInt8] {
    guard let own = certificates.first else { throw SealFormatError(.malformed, "a signer without a certificate") }
    let sha256 = DER.sequence([DER.identifier(Name.sha256)])
    var info = [
      DER.integer(1), try identity(of: own), sha256, [DERTag.context0.rawValue] + signedBytes.dropFirst(),
      DER.sequence([DER.identifier(Name.ecdsaWithSHA256)]), DER.value(.octetString, signature),
    ]
    if let timeStamp {
      info.append(
        DER.value(.context1, DER.sequence([DER.identifier(Name.timeStamp), DER.set([timeStamp])])))
    }
    let ordered = certificates.sorted { $0.lexicographicallyPrecedes($1) }
    let data = DER.sequence([
      DER.integer(1), DER.set([sha256]), DER.sequence([DER.identifier(Name.data)]),
      DER.value(.context0, Array(ordered.joined())), DER.set([DER.sequence(info)]),
    ])
    return DER.sequence([DER.identifier(Name.signedData), DER.value(.context0, data)])
  }

  /// Issuer and serial number of a certificate (RFC 5652, section 10.2.4), in DER.
  public static func identity(of certificate: [UInt8]) throws(SealFormatError) -> [UInt8] {
    let what = "the signer's certificate"
    var outer = DERReader(certificate)
    var whole = try outer.sequence(what)
    var inner = try whole.sequence(what)
    _ = try inner.whole(.context0, what)
    let serial = try inner.whole(.integer, what)
    _ = try inner.whole(.sequence, what)
    return DER.sequence([try inner.whole(.sequence, what), serial])
  }
}
