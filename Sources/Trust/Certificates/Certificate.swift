import COpenSSL
public import Cryptography
public import Foundation

/// An X.509 certificate, parsed once. Parsing does not make it trusted.
public struct Certificate: Hashable, Sendable {
  public let der: [UInt8]
  /// SHA-256 of `der`.
  public let fingerprint: Digest
  /// The first common name of the subject; empty when there is none.
  public let commonName: String
  public let notBefore: Date
  public let notAfter: Date
  /// 32 bytes, or nil for a key of another kind.
  public let ed25519PublicKey: [UInt8]?
  /// Nil for a key of another kind.
  public let x25519PublicKey: X25519PublicKey?
  let keyKind: KeyKind?
  let handle: X509Handle

  /// - Parameter der: one certificate, at most 64 KiB, with nothing after it.
  public init(der: [UInt8]) throws(TrustError) {
    guard der.count <= 65_536, let handle = X509Handle(der: der) else {
      throw TrustError(.malformed, "not one certificate in DER")
    }
    try self.init(der: der, handle: handle)
  }

  private init(der: [UInt8], handle: X509Handle) throws(TrustError) {
    let dates = handle.withPointer { (date(of: X509_get0_notBefore($0)), date(of: X509_get0_notAfter($0))) }
    guard let notBefore = dates.0, let notAfter = dates.1 else {
      throw TrustError(.malformed, "a certificate with unreadable dates")
    }
    let key = handle.withPointer { PublicKeyFacts(X509_get0_pubkey($0)) }
    self.der = der
    self.handle = handle
    self.notBefore = notBefore
    self.notAfter = notAfter
    fingerprint = Digest.of(der)
    commonName = handle.withPointer { firstCommonName(X509_get_subject_name($0)) }
    keyKind = key.kind
    ed25519PublicKey = key.kind == .ed25519 ? key.raw : nil
    x25519PublicKey = key.kind == .x25519 ? X25519PublicKey(bytes: key.raw) : nil
  }

  /// The certificates of a PEM file, at least one, at most 1 MiB in all.
  public static func load(pemFile path: String) throws(TrustError) -> [Certificate] {
    let content = try InputFile.read(path)
    do { return try parse(pem: content) } catch {
      throw TrustError(error.code, "\(path): \(error.reason)")
    }
  }

  /// The certificates of a PEM text, at least one.
  public static func parse(pem text: [UInt8]) throws(TrustError) -> [Certificate] {
    var certificates: [Certificate] = []
    for der in try PEM.blocks(text, label: "CERTIFICATE") { certificates.append(try Certificate(der: der)) }
    return certificates
  }

  public var pem: String { PEM.encode(der, label: "CERTIFICATE") }

  public static func == (left: Certificate, right: Certificate) -> Bool { left.fingerprint == right.fingerprint }
  public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
}

extension Certificate: CustomStringConvertible {
  public var description: String { "\(commonName) (\(fingerprint.hex.prefix(16)))" }
}
