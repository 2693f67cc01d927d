/// Names that the standards give.
public enum SealStandard {
  /// SM2 with SM3 (GM/T 0006).
  public static let signatureAlgorithm = "1.2.156.10197.1.501"
  /// SM3 (GM/T 0006).
  public static let digestAlgorithm = "1.2.156.10197.1.401"
  /// Of GB/T 38540-2020.
  public static let version = 4
}

/// How large parts of a seal may be.
public enum SealLimits {
  /// Of a seal in DER.
  public static let sealMaxBytes = 2 << 20
  /// Of a name, an identifier, a path.
  static let textMaxBytes = 1_024
  static let certificateMaxBytes = 65_536
  static let certificatesMost = 64
  static let extensionsMost = 64
  public static let pictureMaxBytes = 1 << 20
  /// Of a picture's width and height.
  public static let pictureMaxPixels = 4_096
  /// Of a seal's width and height; the largest official seal measures 60.
  static let sideMaxMillimetres = 200
}

/// Who may apply a seal: their certificates, or digests of these.
public enum SealSigners: Equatable, Sendable {
  /// DER.
  case certificates([[UInt8]])
  case digests([Digest])

  public struct Digest: Equatable, Sendable {
    /// The name of the algorithm, as the seal writes it.
    public let kind: String
    public let value: [UInt8]
  }
}

public struct SealPicture: Equatable, Sendable {
  /// `png`, `ofd`, `svg`, …, as the seal writes it.
  public var kind: String
  public var data: [UInt8]
  public var widthMillimetres: Int
  public var heightMillimetres: Int

  public init(kind: String, data: [UInt8], widthMillimetres: Int, heightMillimetres: Int) {
    self.kind = kind
    self.data = data
    self.widthMillimetres = widthMillimetres
    self.heightMillimetres = heightMillimetres
  }
}

/// Kept as it is; none has a meaning here, so that one which is critical leaves a verdict open.
public struct SealExtension: Equatable, Sendable {
  public let identifier: String
  public let isCritical: Bool
  public let value: [UInt8]
}

/// What a seal's maker signs (SES_SealInfo).
public struct SealInfo: Equatable, Sendable {
  /// Of the maker's software, ASCII.
  public var vendor: String
  /// The seal's own identifier, ASCII.
  public var identifier: String
  /// 1 for an organization's seal in GB/T 38540; makers write others too.
  public var kind: Int
  public var name: String
  public var signers: SealSigners
  public var created: SealTime
  public var validFrom: SealTime
  public var validUntil: SealTime
  public var picture: SealPicture
  public var extensions: [SealExtension]

  public init(
    vendor: String, identifier: String, kind: Int, name: String, signers: SealSigners, created: SealTime,
    validFrom: SealTime, validUntil: SealTime, picture: SealPicture
  ) {
    self.vendor = vendor
    self.identifier = identifier
    self.kind = kind
    self.name = name
    self.signers = signers
    self.created = created
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.picture = picture
    extensions = []
  }

  /// What the maker signs, in DER.
  ///
  /// - Throws: `malformed` for what a reader would refuse.
  public func encoded() throws(SealFormatError) -> [UInt8] {
    let bytes = unchecked
    var reader = DERReader(bytes)
    guard try SealInfo(&reader) == self else {
      throw SealFormatError(.malformed, "a seal of these values cannot be written")
    }
    return bytes
  }

  private var unchecked: [UInt8] {
    let header = DER.sequence([
      DER.text(.ia5String, "ES"), DER.integer(SealStandard.version), DER.text(.ia5String, vendor),
    ])
    let property = DER.sequence([
      DER.integer(kind), DER.text(.utf8String, name), DER.integer(signers.listType), signers.encoded,
      DER.time(created), DER.time(validFrom), DER.time(validUntil),
    ])
    let image = DER.sequence([
      DER.text(.ia5String, picture.kind), DER.value(.octetString, picture.data),
      DER.integer(picture.widthMillimetres), DER.integer(picture.heightMillimetres),
    ])
    let parts = [header, DER.text(.ia5String, identifier), property, image]
    return DER.sequence(extensions.isEmpty ? parts : parts + [DER.sequence(extensions.map(\.encoded))])
  }
}

extension SealSigners {
  fileprivate var listType: Int {
    switch self {
    case .certificates: 1
    case .digests: 2
    }
  }

  fileprivate var encoded: [UInt8] {
    switch self {
    case .certificates(let list): DER.sequence(list.map { DER.value(.octetString, $0) })
    case .digests(let list):
      DER.sequence(
        list.map { DER.sequence([DER.text(.printableString, $0.kind), DER.value(.octetString, $0.value)]) })
    }
  }
}

extension SealExtension {
  var encoded: [UInt8] {
    DER.sequence([
      DER.identifier(identifier), DER.value(.boolean, [isCritical ? 0xFF : 0]), DER.value(.octetString, value),
    ])
  }
}

/// A seal (SESeal of GB/T 38540-2020): what its maker says about it, and the maker's signature. That it parses says nothing
/// about whether the signature is right.
public struct ElectronicSeal: Equatable, Sendable {
  public let info: SealInfo
  /// What is signed: `info` as it stands in the file.
  public let infoBytes: [UInt8]
  /// Of the maker, DER.
  public let makerCertificate: [UInt8]
  /// An object identifier.
  public let signatureAlgorithm: String
  /// Over `infoBytes`; see `SM2SignatureValue`.
  public let signature: [UInt8]
  /// The whole seal.
  public let bytes: [UInt8]

  /// - Parameter bytes: DER, with nothing after it.
  public init(_ bytes: [UInt8]) throws(SealFormatError) {
    guard bytes.count <= SealLimits.sealMaxBytes else {
      throw SealFormatError(.malformed, "a seal of more than \(SealLimits.sealMaxBytes) bytes")
    }
    var outer = DERReader(bytes)
    var reader = try outer.sequence("the seal")
    try outer.finish("the seal")
    infoBytes = try reader.wholeSequence("the seal's information")
    var information = DERReader(infoBytes)
    info = try SealInfo(&information)
    makerCertificate = try reader.certificate("the maker's certificate")
    signatureAlgorithm = try reader.identifier("the seal's algorithm")
    signature = try reader.bits("the maker's signature")
    try reader.finish("the seal")
    self.bytes = bytes
  }

  /// Puts a signed seal together.
  ///
  /// - Parameters:
  ///   - infoBytes: what `SealInfo.encoded` gave.
  ///   - signature: SM2 in DER, over `infoBytes`.
  public init(infoBytes: [UInt8], makerCertificate: [UInt8], signature: [UInt8]) throws(SealFormatError) {
    try self.init(
      DER.sequence([
        infoBytes, DER.value(.octetString, makerCertificate), DER.identifier(SealStandard.signatureAlgorithm),
        DER.bits(signature),
      ]))
  }
}

extension DERReader {
  mutating func certificate(_ what: String) throws(SealFormatError) -> [UInt8] {
    let bytes = try octets(what)
    guard (1...SealLimits.certificateMaxBytes).contains(bytes.count) else {
      throw SealFormatError(.malformed, "\(what): 1 to \(SealLimits.certificateMaxBytes) bytes")
    }
    return bytes
  }

  /// A list of extensions, as seals and signatures have it.
  mutating func extensions(_ what: String) throws(SealFormatError) -> [SealExtension] {
    var list = try sequence(what)
    var found: [SealExtension] = []
    while !list.isAtEnd {
      guard found.count < SealLimits.extensionsMost else { throw SealFormatError(.malformed, "\(what): too many") }
      var item = try list.sequence(what)
      let identifier = try item.identifier(what)
      // DER would leave FALSE out; makers write it.
      let isCritical = item.next(is: .boolean) ? try item.boolean(what) : false
      found.append(SealExtension(identifier: identifier, isCritical: isCritical, value: try item.octets(what)))
      try item.finish(what)
    }
    return found
  }
}

extension SealInfo {
  init(_ reader: inout DERReader) throws(SealFormatError) {
    var outer = reader
    var parts = try outer.sequence("the seal's information")
    try outer.finish("the seal's information")
    vendor = try Self.vendor(&parts)
    identifier = try parts.text(.ia5String, "the seal's identifier")
    var property = try parts.sequence("the seal's property")
    kind = try property.integer("the seal's type")
    name = try property.text(.utf8String, "the seal's name")
    signers = try SealSigners(&property)
    created = try property.time("the seal's date of making")
    validFrom = try property.time("the seal's first day")
    validUntil = try property.time("the seal's last day")
    try property.finish("the seal's property")
    picture = try SealPicture(&parts)
    extensions = parts.isAtEnd ? [] : try parts.extensions("the seal's extensions")
    try parts.finish("the seal's information")
  }

  private static func vendor(_ parts: inout DERReader) throws(SealFormatError) -> String {
    var header = try parts.sequence("the seal's header")
    guard try header.text(.ia5String, "the seal's header") == "ES" else {
      throw SealFormatError(.malformed, "the seal's header is not ES")
    }
    let version = try header.integer("the seal's version")
    guard version == SealStandard.version else { throw SealFormatError(.unsupported, versionText(version)) }
    let vendor = try header.text(.ia5String, "the seal's vendor")
    try header.finish("the seal's header")
    return vendor
  }
}

func versionText(_ version: Int) -> String {
  let standard =
    switch version {
    case 1...3: " (GM/T 0031-2014 is 1)"
    case 5: " (GM/T 0031-2025)"
    default: ""
    }
  return "version \(version)\(standard) is not supported; version \(SealStandard.version) (GB/T 38540-2020) is"
}

extension SealSigners {
  fileprivate init(_ property: inout DERReader) throws(SealFormatError) {
    let what = "the seal's list of certificates"
    let type = try property.integer(what)
    var list = try property.sequence(what)
    var certificates: [[UInt8]] = []
    var digests: [Digest] = []
    while !list.isAtEnd {
      guard certificates.count + digests.count < SealLimits.certificatesMost else {
        throw SealFormatError(.malformed, "\(what): more than \(SealLimits.certificatesMost)")
      }
      switch type {
      case 1: certificates.append(try list.certificate(what))
      case 2:
        var item = try list.sequence(what)
        let kind = try item.text(.printableString, what)
        digests.append(Digest(kind: kind, value: try item.octets(what)))
        try item.finish(what)
      default: throw SealFormatError(.malformed, "\(what): type \(type), where 1 and 2 are known")
      }
    }
    guard !certificates.isEmpty || !digests.isEmpty else { throw SealFormatError(.malformed, "\(what) is empty") }
    self = type == 1 ? .certificates(certificates) : .digests(digests)
  }
}

extension SealPicture {
  fileprivate init(_ parts: inout DERReader) throws(SealFormatError) {
    var image = try parts.sequence("the seal's picture")
    kind = try image.text(.ia5String, "the picture's type")
    data = try image.octets("the picture")
    widthMillimetres = try image.integer("the picture's width")
    heightMillimetres = try image.integer("the picture's height")
    try image.finish("the seal's picture")
    let sides = 1...SealLimits.sideMaxMillimetres
    guard sides.contains(widthMillimetres), sides.contains(heightMillimetres) else {
      throw SealFormatError(.malformed, "a seal measures 1 to \(SealLimits.sideMaxMillimetres) mm")
    }
  }
}
