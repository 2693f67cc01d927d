import COpenSSL

/// A key that a certificate can be made for: one of this machine's, or somebody's public key.
protocol SubjectKey {
  var kind: KeyKind { get }
  /// The pointer is valid during the call.
  func withPointer<R, E: Error>(_ body: (OpaquePointer) throws(E) -> R) throws(E) -> R
}

extension PrivateKey: SubjectKey {}

/// Somebody's public key.
///
/// Sendable is safe: the key is never changed after `init`, and OpenSSL counts references atomically.
public final class PublicKey: SubjectKey, @unchecked Sendable {
  private let pointer: OpaquePointer
  public let kind: KeyKind

  /// Takes ownership of `pointer`, also when it throws because the key's kind is not used here.
  init(owning pointer: OpaquePointer, from source: String) throws(TrustError) {
    guard let kind = PublicKeyFacts(pointer).kind else {
      EVP_PKEY_free(pointer)
      throw TrustError(.weakKey, "\(source): neither a P-256 nor an Ed25519 nor an X25519 nor an SM2 key")
    }
    self.pointer = pointer
    self.kind = kind
  }

  /// Reads one `PUBLIC KEY` block of PEM (SubjectPublicKeyInfo), at most 1 MiB.
  public convenience init(pemFile path: String) throws(TrustError) {
    let blocks: [[UInt8]]
    do { blocks = try PEM.blocks(try InputFile.read(path), label: "PUBLIC KEY") } catch {
      throw TrustError(error.code, error.code == .unreadable ? error.reason : "\(path): \(error.reason)")
    }
    guard blocks.count == 1, let read = Self.parse(blocks[0]) else {
      throw TrustError(.malformed, "\(path): not one public key")
    }
    try self.init(owning: read, from: path)
  }

  /// As from a file.
  public convenience init(pem text: [UInt8]) throws(TrustError) {
    let blocks = try PEM.blocks(text, label: "PUBLIC KEY")
    guard blocks.count == 1 else { throw TrustError(.malformed, "\(blocks.count) public keys where one belongs") }
    try self.init(der: blocks[0])
  }

  /// - Parameter der: SubjectPublicKeyInfo, with nothing after it.
  /// - Throws: `malformed`, `weakKey`.
  public convenience init(der: [UInt8]) throws(TrustError) {
    guard der.count <= 65_536, let read = Self.parse(der) else {
      throw TrustError(.malformed, "not one public key in DER")
    }
    try self.init(owning: read, from: "the public key")
  }

  deinit { EVP_PKEY_free(pointer) }

  func withPointer<R, E: Error>(_ body: (OpaquePointer) throws(E) -> R) throws(E) -> R { try body(pointer) }

  /// SubjectPublicKeyInfo in DER.
  public var der: [UInt8] { derBytes { i2d_PUBKEY(pointer, $0) } }
  public var pem: String { PEM.encode(der, label: "PUBLIC KEY") }

  public func belongs(to certificate: Certificate) -> Bool {
    certificate.handle.withPointer { EVP_PKEY_eq(pointer, X509_get0_pubkey($0)) == 1 }
  }

  private static func parse(_ der: [UInt8]) -> OpaquePointer? {
    forgetOpenSSLErrors()
    defer { forgetOpenSSLErrors() }
    return der.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      guard let key = d2i_PUBKEY(nil, &cursor, buffer.count) else { return nil }
      if let base = buffer.baseAddress, cursor == base + buffer.count { return key }
      EVP_PKEY_free(key)
      return nil
    }
  }
}
