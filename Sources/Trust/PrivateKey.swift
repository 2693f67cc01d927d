import COpenSSL
import COpenSSLShim
public import Cryptography

/// A private key in OpenSSL's hands.
///
/// Sendable is safe: the key is never changed after `init`, and OpenSSL allows its use from many threads.
public final class PrivateKey: @unchecked Sendable {
  private let pointer: OpaquePointer
  public let kind: KeyKind

  /// Makes a fresh key.
  public init(generating kind: KeyKind) throws(TrustError) {
    forgetOpenSSLErrors()
    let made = kind == .p256 ? guandu_EC_generate("P-256") : guandu_key_generate(kind.rawValue.uppercased())
    guard let made else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
    pointer = made
    self.kind = kind
  }

  /// Reads a PKCS#8 PEM file of mode 0600 or narrower, not encrypted.
  public init(pemFile path: String) throws(TrustError) {
    var content = try InputFile.read(path, secret: true)
    defer { wipe(&content) }
    guard let read = Self.parse(pem: content) else {
      throw TrustError(.malformed, "\(path): not one private key in PEM (PKCS#8, unencrypted)")
    }
    guard let kind = PublicKeyFacts(read).kind else {
      EVP_PKEY_free(read)
      throw TrustError(.malformed, "\(path): neither a P-256 nor an Ed25519 nor an X25519 key")
    }
    pointer = read
    self.kind = kind
  }

  // EVP_PKEY_free wipes the secret.
  deinit { EVP_PKEY_free(pointer) }

  /// The pointer is good for the length of the call.
  func withPointer<R, E: Error>(_ body: (OpaquePointer) throws(E) -> R) throws(E) -> R { try body(pointer) }

  public func belongs(to certificate: Certificate) -> Bool {
    certificate.handle.withPointer { EVP_PKEY_eq(pointer, X509_get0_pubkey($0)) == 1 }
  }

  /// PKCS#8, unencrypted, in PEM.
  public func pem() throws(TrustError) -> SecretBytes {
    guard let output = BIO_new(BIO_s_secmem()) else { throw TrustError(.cannotIssue, "no memory left for a key") }
    defer { BIO_free(output) }
    guard PEM_write_bio_PKCS8PrivateKey(output, pointer, nil, nil, 0, nil, nil) == 1 else {
      throw TrustError(.cannotIssue, lastOpenSSLError())
    }
    var bytes: UnsafeMutablePointer<CChar>?
    let count = guandu_BIO_get_mem_data(output, &bytes)
    guard count > 0, let bytes else { throw TrustError(.cannotIssue, "an empty private key") }
    return SecretBytes(count: count) { $0.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: count)) }
  }

  /// The 32 secret bytes of an Ed25519 or X25519 key; nil for P-256.
  func rawSecret() -> SecretBytes? {
    guard kind != .p256 else { return nil }
    var worked = false
    let secret = SecretBytes(count: 32) { buffer in
      var count = buffer.count
      worked =
        EVP_PKEY_get_raw_private_key(pointer, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &count) == 1
        && count == 32
    }
    return worked ? secret : nil
  }

  private static func parse(pem: [UInt8]) -> OpaquePointer? {
    forgetOpenSSLErrors()
    defer { forgetOpenSSLErrors() }
    return pem.withUnsafeBytes { bytes in
      guard let input = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
      defer { BIO_free(input) }
      // Without a callback OpenSSL would ask at the terminal for an encrypted key's password.
      return PEM_read_bio_PrivateKey(input, nil, { _, _, _, _ in -1 }, nil)
    }
  }
}

/// Reads the zone's signing key.
///
/// - Parameters:
///   - path: a PKCS#8 PEM file; refused where its mode is wider than 0600.
///   - certificate: the key's own certificate; another key's is refused.
public func loadSigningKey(path: String, matching certificate: Certificate) throws(TrustError) -> Ed25519PrivateKey {
  let key = try load(path, .ed25519, matching: certificate)
  guard let secret = key.rawSecret(), let signing = Ed25519PrivateKey(seed: secret) else {
    throw TrustError(.malformed, "\(path): the Ed25519 key cannot be read")
  }
  return signing
}

/// Reads the zone's encryption key; as `loadSigningKey`.
public func loadEncryptionKey(path: String, matching certificate: Certificate) throws(TrustError) -> X25519PrivateKey {
  let key = try load(path, .x25519, matching: certificate)
  guard let secret = key.rawSecret(), let decryption = X25519PrivateKey(scalar: secret) else {
    throw TrustError(.malformed, "\(path): the X25519 key cannot be read")
  }
  return decryption
}

private func load(_ path: String, _ kind: KeyKind, matching certificate: Certificate) throws(TrustError) -> PrivateKey {
  let key = try PrivateKey(pemFile: path)
  guard key.kind == kind else { throw TrustError(.malformed, "\(path): not an \(kind.rawValue) key") }
  guard key.belongs(to: certificate) else {
    throw TrustError(.keyMismatch, "\(path): not the key of \(certificate)")
  }
  return key
}
