public import Certificates
import Cryptography
import DocumentSeals
public import Documents
public import Foundation
import SealObjects
public import Synchronization

/// A maker, a seal, and a signer that holds its keys in memory behind a PIN.
public final class TestSealing: Sendable {
  public static let pin = "271828"
  public static let name = "安澜市人民政府"

  public let trust: SealTrust
  /// SESeal, DER.
  public let seal: [UInt8]
  /// How often the signer was asked for a signature.
  public let asked = Mutex(0)
  /// What the signer does before it signs; a test may hold it up.
  public let beforeSigning = Mutex<(@Sendable () async -> Void)?>(nil)
  private let authority: CertificateAuthority
  private let maker: (certificate: Certificate, key: PrivateKey)
  private let sealer: (certificate: Certificate, key: PrivateKey)
  private let copier: (certificate: Certificate, key: PrivateKey)
  /// The authority of the key for PDF.
  public let copyAuthority: Certificate

  /// - Parameters:
  ///   - date: on which all was made.
  ///   - days: that the sealer's certificate is good for.
  public init(at date: Date, days: Int = 365) throws {
    authority = try CertificateAuthority.makeRoot(
      commonName: "测试制章CA", key: try PrivateKey(generating: .sm2), at: date)
    maker = try authority.issue(.sealMaker, to: "测试制章人", at: date)
    sealer = try authority.issue(.sm2Seal, to: Self.name, days: days, at: date)
    let copies = try CertificateAuthority.makeRoot(
      commonName: "测试文件CA", key: try PrivateKey(generating: .p256), at: date)
    copier = try copies.issue(.seal, to: Self.name, days: days, at: date)
    copyAuthority = copies.certificate
    seal = try SealMaker.make(
      identifier: "GD1", name: Self.name, sealers: [sealer.certificate], picture: try Self.picture(),
      validity: max(date, sealer.certificate.notBefore)...sealer.certificate.notAfter, maker: maker, at: date
    ).bytes
    trust = SealTrust(certificates: [authority.certificate, maker.certificate])
  }

  /// The same maker's seal of another name, for the same sealer.
  public func another(_ identifier: String, at date: Date) throws -> [UInt8] {
    try SealMaker.make(
      identifier: identifier, name: Self.name, sealers: [sealer.certificate], picture: try Self.picture(),
      validity: max(date, sealer.certificate.notBefore)...sealer.certificate.notAfter, maker: maker, at: date
    ).bytes
  }

  private static func picture() throws -> SealPicture {
    let png = try SealDrawing(name: name, millimetres: 10, emblem: nil).png()
    return SealPicture(kind: "png", data: png, widthMillimetres: 45, heightMillimetres: 45)
  }

  /// `office`, with the keys `city` and `city-pdf`.
  public var signer: SealSigner {
    SealSigner(name: "office") { [self] name in
      guard let pair = pair(name) else { throw SigningFailure(.unknownKey, "no key \(name)") }
      return SealKey(publicKey: try pair.key.publicKey(), certificate: pair.certificate)
    } sign: { [self] digest, name, _, pin in
      asked.withLock { $0 += 1 }
      await beforeSigning.withLock { $0 }?()
      guard pin.copy() == Array(Self.pin.utf8) else { throw SigningFailure(.wrongPIN, "the PIN is wrong") }
      guard let pair = pair(name) else { throw SigningFailure(.unknownKey, "no key \(name)") }
      return try pair.key.sign(digest: digest)
    }
  }

  private func pair(_ name: String) -> (certificate: Certificate, key: PrivateKey)? {
    ["city": sealer, "city-pdf": copier][name]
  }
}
