public import Certificates
import Cryptography
public import Foundation
import PDFObjects
public import SealObjects

/// Gives a time stamp (RFC 3161) over bytes: by an authority of one's own, or by one that is reached over HTTP.
public typealias TimeStamper = @Sendable (_ bytes: [UInt8]) async throws -> TimeStamp

/// Seals a PDF of the form that the typesetter makes: PAdES baseline B-B (ETSI EN 319 142-1), with a time stamp B-T. The
/// signature certifies the document and allows no change.
public struct PDFSigner: Sendable {
  /// What a sealed PDF says of itself where there is an OFD beside it.
  public static let reason = "本件为经认证的副本，OFD为盖章正本 authenticated copy; the sealed original is the OFD"
  /// What one says that stands alone.
  public static let paperReason = "本件经电子签名认证 certified by the electronic signature of the office"

  /// How much room a signature has, and one with a time stamp.
  static let valueMaxBytes = (plain: 8_192, stamped: 24_576)

  private let chain: [Certificate]
  private let picture: SealPicture
  /// The picture's, made once for all documents that are sealed with it.
  private let pixels: PDFPicture
  private let name: String
  private let signing: DigestSigning
  private let stamper: TimeStamper?

  /// - Parameters:
  ///   - chain: the signer's own certificate, then those above it; the root may be left out.
  ///   - name: whose seal it is.
  ///   - picture: a PNG, and its size in millimetres.
  ///   - signing: with the key of the signer's certificate, which may lie in a signer; it gets SHA-256 of the signed attributes.
  ///   - stamper: nil for a signature without a time stamp.
  /// - Throws: `TrustError` for a certificate of another kind, `SealFormatError` and `SealError` for a picture that cannot be drawn.
  public init(
    chain: [Certificate], name: String, picture: SealPicture, signing: @escaping DigestSigning,
    stamper: TimeStamper? = nil
  ) throws {
    guard let own = chain.first else { throw SealError("no certificate of the signer's") }
    try own.requireForDocuments()
    guard picture.kind.lowercased() == "png" else {
      throw SealError("the seal's picture is of type \(picture.kind), where PNG is supported")
    }
    _ = try PNGHead(picture.data)
    pixels = try SealDrawing.pixels(of: picture.data)
    self.chain = Array(chain.prefix(6))
    (self.picture, self.name, self.signing, self.stamper) = (picture, name, signing, stamper)
  }

  /// Seals a document that bears no seal yet.
  ///
  /// - Parameters:
  ///   - document: a PDF.
  ///   - pageNumber: from 1 on.
  ///   - x: of the seal's left edge, in millimetres from the page's.
  ///   - y: of its upper edge, likewise.
  ///   - date: the time of sealing, in which the certificate has to be in date.
  ///   - reason: what the file says of itself.
  /// - Returns: the sealed file, which was checked again.
  /// - Throws: `SealError`, `PDFFormatError`, `TrustError`, and what `signing` and `stamper` throw.
  public func seal(
    _ document: [UInt8], pageNumber: Int, x: Double, y: Double, at date: Date, reason: String = PDFSigner.reason
  ) async throws -> [UInt8] {
    let certificate = chain[0]
    guard certificate.isInDate(at: date) else {
      throw SealError(
        "the certificate \(certificate) is in date from \(certificate.notBefore) to \(certificate.notAfter)")
    }
    let box = PDFBox(
      x: x, y: y, width: Double(picture.widthMillimetres), height: Double(picture.heightMillimetres))
    let words = PDFSealWords(name: name, reason: reason, time: SealTime(date).generalized)
    let room = stamper == nil ? Self.valueMaxBytes.plain : Self.valueMaxBytes.stamped
    let sealing = try PDFSealing(
      document, pageNumber: pageNumber, box: box, picture: pixels, words: words,
      valueMaxBytes: room)
    let message = CMSSignature.toSign(
      digest: Digest.of(sealing.signedBytes).bytes, certificateDigest: certificate.fingerprint.bytes)
    let signature = try await signing(Digest.of(message).bytes, .p256)
    guard certificate.p256PublicKey?.verifies(signature: signature, of: message) == true else {
      throw SealError("the signature that came is not by the key of \(certificate)")
    }
    let stamp = try await stamper?(signature)
    let value = try CMSSignature.encode(
      signedBytes: message, certificates: chain.map(\.der), signature: signature, timeStamp: stamp?.der)
    let sealed = try sealing.finish(value)
    let check = DocumentCheck(sealed, trust: SealTrust(certificates: []), at: max(date, stamp?.time ?? date))
    guard check.verdict != .refused, check.isWhole else {
      throw SealError("what was sealed does not pass its own check")
    }
    return sealed
  }
}

extension DocumentCheck {
  /// Whether nothing but trust is open.
  var isWhole: Bool {
    let open: Set<CheckStep.Code> = [.chain, .time, .maker, .revocation]
    return (steps + signatures.flatMap(\.steps)).allSatisfy { $0.outcome != .unknown || open.contains($0.code) }
  }
}
