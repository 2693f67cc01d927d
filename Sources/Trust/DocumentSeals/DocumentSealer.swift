public import Certificates
import Cryptography
public import Foundation
import OFDPackage
public import SealObjects

/// Makes seals, for internal use and for tests; official ones are an authorised maker's.
public enum SealMaker {
  /// - Parameters:
  ///   - identifier: the seal's own, ASCII.
  ///   - name: what the seal is called.
  ///   - sealers: whose certificates may apply it; each an SM2 one that is not an authority's.
  ///   - validity: of the seal; within the sealers' certificates.
  ///   - maker: certificate and key.
  /// - Throws: `SealError`, `SealFormatError`, `TrustError`.
  public static func make(
    identifier: String, name: String, sealers: [Certificate], picture: SealPicture, validity: ClosedRange<Date>,
    maker: (certificate: Certificate, key: PrivateKey), at date: Date
  ) throws -> ElectronicSeal {
    try maker.certificate.requireForSeals()
    guard !maker.certificate.isForDocuments, !sealers.contains(maker.certificate) else {
      throw SealError(
        "\(maker.certificate) is a sealer's certificate; a maker has one of its own (guandu ca issue seal-maker)")
    }
    guard maker.key.belongs(to: maker.certificate) else {
      throw SealError("the maker's key is not that of its certificate")
    }
    guard maker.certificate.isInDate(at: date) else { throw SealError("the maker's certificate is out of date") }
    _ = try PNGHead(picture.data)
    guard SealDrawing.canDraw(png: picture.data) else { throw SealError("the picture is a PNG that cannot be drawn") }
    for sealer in sealers {
      try sealer.requireForSeals()
      guard sealer.notBefore <= validity.lowerBound, validity.upperBound <= sealer.notAfter else {
        throw SealError(
          "the seal would be valid beyond its certificate \(sealer): \(sealer.notBefore) to \(sealer.notAfter)")
      }
    }
    let info = SealInfo(
      vendor: "guandu", identifier: identifier, kind: 1, name: name, signers: .certificates(sealers.map(\.der)),
      created: SealTime(date), validFrom: SealTime(validity.lowerBound), validUntil: SealTime(validity.upperBound),
      picture: picture)
    let bytes = try info.encoded()
    return try ElectronicSeal(
      infoBytes: bytes, makerCertificate: maker.certificate.der, signature: try maker.key.signSM2(bytes))
  }
}

/// Applies a seal to an OFD document.
///
/// The sealer's key may be anywhere: a `SealingInProgress` says which digest it has to sign.
public struct DocumentSealer: Sendable {
  private let seal: ElectronicSeal
  /// The sealer's.
  public let certificate: Certificate

  /// - Parameters:
  ///   - seal: with a right signature of its maker; whether the maker is to be trusted is not asked here.
  ///   - publicKey: the sealer's.
  ///   - certificate: the sealer's; nil where the seal holds the key's own.
  /// - Throws: `SealError`, `TrustError`.
  public init(seal: ElectronicSeal, publicKey: PublicKey, certificate: Certificate? = nil, at date: Date) throws {
    try Self.requireMade(seal, at: date)
    guard let own = try certificate ?? Self.certificate(of: publicKey, in: seal) else {
      throw SealError("the seal holds no certificate of this key; if it holds digests, give the certificate")
    }
    guard publicKey.belongs(to: own) else { throw SealError("the key is not that of the certificate \(own)") }
    guard seal.info.signers.name(own.der) else { throw SealError("the seal does not name the certificate \(own)") }
    try own.requireForSeals()
    self.seal = seal
    self.certificate = own
  }

  /// Checks that a seal is rightly made and in date, before its picture is put on a PDF.
  ///
  /// - Throws: `SealError`.
  public static func require(_ seal: ElectronicSeal, at date: Date) throws(SealError) {
    try requireMade(seal, at: date)
    guard SealCheck.dates(seal, at: date).outcome == .holds else {
      throw SealError("the seal is valid from \(seal.info.validFrom) to \(seal.info.validUntil)")
    }
  }

  private static func requireMade(_ seal: ElectronicSeal, at date: Date) throws(SealError) {
    for step in SealCheck.made(seal, at: date) where step.outcome != .holds {
      throw SealError("\(step.english): \(step.detail)")
    }
  }

  private static func certificate(of key: PublicKey, in seal: ElectronicSeal) throws(TrustError) -> Certificate? {
    guard case .certificates(let list) = seal.info.signers else { return nil }
    for der in list {
      let certificate = try Certificate(der: der)
      if key.belongs(to: certificate) { return certificate }
    }
    return nil
  }

  /// Seals a document that bears no seal yet, with a key of this process.
  ///
  /// - Throws: as `begin` and `SealingInProgress.finish`.
  public func seal(
    _ document: [UInt8], pageNumber: Int, x: Double, y: Double, software: (name: String, version: String),
    at date: Date, key: PrivateKey
  ) throws -> [UInt8] {
    guard key.belongs(to: certificate) else {
      throw SealError("the key is not that of the certificate \(certificate)")
    }
    let sealing = try begin(document, pageNumber: pageNumber, x: x, y: y, software: software, at: date)
    return try sealing.finish(signature: try key.sign(digest: sealing.digest))
  }

  /// Seals a document that bears no seal yet, with a key that may be elsewhere.
  ///
  /// - Parameter stamper: gives a time stamp over the signature; nil for none.
  /// - Throws: as `begin` and `SealingInProgress.finish`, and what `signing` and `stamper` throw.
  public func seal(
    _ document: [UInt8], pageNumber: Int, x: Double, y: Double, software: (name: String, version: String),
    at date: Date, signing: DigestSigning, stamper: TimeStamper? = nil
  ) async throws -> [UInt8] {
    let sealing = try begin(document, pageNumber: pageNumber, x: x, y: y, software: software, at: date)
    let signature = try await signing(sealing.digest, .sm2)
    return try sealing.finish(signature: signature, stamp: try await stamper?(signature))
  }

  /// Prepares all but the signature.
  ///
  /// - Parameters:
  ///   - document: an OFD file.
  ///   - pageNumber: from 1 on.
  ///   - x: of the seal's left edge, in millimetres from the page's.
  ///   - y: of its upper edge, likewise.
  ///   - software: its name and version, for the signature's file.
  ///   - date: the time of sealing, which has to lie within the dates of seal and certificate.
  /// - Throws: `SealError`, `OFDError`, `SealFormatError`, `TrustError`.
  public func begin(
    _ document: [UInt8], pageNumber: Int, x: Double, y: Double, software: (name: String, version: String), at date: Date
  ) throws -> SealingInProgress {
    try Self.require(seal, at: date)
    guard certificate.isInDate(at: date) else {
      throw SealError(
        "the certificate \(certificate) is in date from \(certificate.notBefore) to \(certificate.notAfter)")
    }
    let picture = seal.info.picture
    let box = OFDBox(x: x, y: y, width: Double(picture.widthMillimetres), height: Double(picture.heightMillimetres))
    let time = SealTime(date)
    let sealing = try OFDSealing(
      try OFDPackage(document), pageNumber: pageNumber, box: box, time: time.generalized, software: software
    ) { Base64.encode(sm3($0)) }
    let signed = try SealSignature.toSign(
      seal: seal, time: time, digest: sm3(sealing.signatureXML), path: sealing.signaturePath)
    guard let digest = certificate.digestToSign(signed) else {
      throw SealError("the certificate \(certificate) holds no SM2 key")
    }
    return SealingInProgress(
      digest: digest, seal: seal, certificate: certificate, sealing: sealing, signed: signed, date: date)
  }
}

/// A document that waits for its sealer's signature.
public struct SealingInProgress: Sendable {
  /// e = SM3(Z ‖ M): what the sealer's SM2 key signs.
  public let digest: [UInt8]
  fileprivate let seal: ElectronicSeal
  fileprivate let certificate: Certificate
  fileprivate let sealing: OFDSealing
  fileprivate let signed: [UInt8]
  fileprivate let date: Date

  /// - Parameters:
  ///   - signature: over `digest`, two numbers in DER; another key's, or one over something else, is refused.
  ///   - stamp: over the signature's bytes; nil for none.
  /// - Returns: the sealed file, which was checked again.
  /// - Throws: `SealError`, `OFDError`, `SealFormatError`.
  public func finish(signature: [UInt8], stamp: TimeStamp? = nil) throws -> [UInt8] {
    guard certificate.verifies(signature: signature, ofDigest: digest) else {
      throw SealError("the signature is not one of the key of \(certificate) over this document; nothing was sealed")
    }
    let value = SealSignature.encode(
      signedBytes: signed, certificate: certificate.der, signature: signature, timeStamp: stamp?.der)
    let sealed = try sealing.finish(seal: seal.bytes, value: value)
    let check = DocumentCheck(sealed, trust: SealTrust(certificates: []), at: max(date, stamp?.time ?? date))
    guard check.verdict != .refused else { throw SealError("what was sealed does not pass its own check") }
    return sealed
  }
}
