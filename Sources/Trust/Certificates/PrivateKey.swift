import COpenSSL
import COpenSSLShim
public import Cryptography

/// A private key held by OpenSSL.
///
/// Sendable is safe: the key is never changed after `init`, and OpenSSL allows its use from many threads.
public final class PrivateKey: @unchecked Sendable {
  private let pointer: OpaquePointer
  public let kind: KeyKind

  /// Makes a new key.
  public init(generating kind: KeyKind) throws(TrustError) {
    forgetOpenSSLErrors()
    let made = kind == .p256 ? guandu_EC_generate("P-256") : guandu_key_generate(kind.rawValue.uppercased())
    guard let made else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
    pointer = made
    self.kind = kind
  }

  /// Reads a PKCS#8 PEM file of mode 0600 or narrower.
  ///
  /// - Parameter passphrase: of an encrypted file; ignored for others.
  public init(pemFile path: String, passphrase: SecretBytes? = nil) throws(TrustError) {
    var content = try InputFile.read(path, secret: true)
    defer { wipe(&content) }
    let isEncrypted = String(decoding: content, as: UTF8.self).contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    if isEncrypted, passphrase == nil {
      throw TrustError(.wrongPassphrase, "\(path): the key is encrypted, and no passphrase was given")
    }
    guard let read = Self.parse(pem: content, passphrase) else {
      if isEncrypted { throw TrustError(.wrongPassphrase, "\(path): the passphrase does not open this key") }
      throw TrustError(.malformed, "\(path): not one private key in PEM (PKCS#8)")
    }
    guard let kind = PublicKeyFacts(read).kind else {
      EVP_PKEY_free(read)
      throw TrustError(.malformed, "\(path): neither a P-256 nor an Ed25519 nor an X25519 nor an SM2 key")
    }
    pointer = read
    self.kind = kind
  }

  /// A key in a token, which signs there and never leaves it.
  ///
  /// - Parameter pin: the token's user PIN.
  /// - Throws: `wrongPassphrase` where the token refused the PIN, `unreadable` where it is not there, or has no such key,
  ///   `weakKey`.
  public init(token: TokenKey, pin: SecretBytes) throws(TrustError) {
    forgetOpenSSLErrors()
    defer { forgetOpenSSLErrors() }
    var text = pin.copy() + [0]
    defer { wipe(&text) }
    var step: UnsafePointer<CChar>?
    var isPINRefused: Int32 = 0
    let found = text.withUnsafeBytes { bytes in
      guandu_token_key(
        token.module, token.uri, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), &step, &isPINRefused)
    }
    guard let found else {
      throw TrustError(
        isPINRefused == 1 ? .wrongPassphrase : .unreadable,
        "\(token.uri): \(step.map { String(cString: $0) } ?? "no such key")")
    }
    guard let kind = PublicKeyFacts(found).kind, kind == .p256 else {
      EVP_PKEY_free(found)
      throw TrustError(.weakKey, "\(token.uri): not a P-256 key")
    }
    pointer = found
    self.kind = kind
  }

  // EVP_PKEY_free wipes the secret.
  deinit { EVP_PKEY_free(pointer) }

  /// The pointer is valid during the call.
  func withPointer<R, E: Error>(_ body: (OpaquePointer) throws(E) -> R) throws(E) -> R { try body(pointer) }

  public func belongs(to certificate: Certificate) -> Bool {
    certificate.handle.withPointer { EVP_PKEY_eq(pointer, X509_get0_pubkey($0)) == 1 }
  }

  /// The public key, SubjectPublicKeyInfo in DER.
  var publicDER: [UInt8] { derBytes { i2d_PUBKEY(pointer, $0) } }

  /// The public key, SubjectPublicKeyInfo in PEM.
  public var publicPEM: String { PEM.encode(publicDER, label: "PUBLIC KEY") }

  /// PKCS#8 in PEM.
  ///
  /// - Parameter passphrase: encrypts it with AES-256-CBC under PBKDF2 (HMAC-SHA-256, 600,000 rounds); nil for a file
  ///   protected only by its mode.
  public func pem(passphrase: SecretBytes? = nil) throws(TrustError) -> SecretBytes {
    guard let output = BIO_new(BIO_s_secmem()) else { throw TrustError(.cannotIssue, "no memory left for a key") }
    defer { BIO_free(output) }
    let written =
      if let passphrase {
        writeEncrypted(to: output, passphrase)
      } else {
        PEM_write_bio_PKCS8PrivateKey(output, pointer, nil, nil, 0, nil, nil)
      }
    guard written == 1 else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
    var bytes: UnsafeMutablePointer<CChar>?
    let count = guandu_BIO_get_mem_data(output, &bytes)
    guard count > 0, let bytes else { throw TrustError(.cannotIssue, "an empty private key") }
    return SecretBytes(count: count) { $0.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: count)) }
  }

  /// OpenSSL's own function for files uses only 2,048 rounds.
  private func writeEncrypted(to output: OpaquePointer, _ passphrase: SecretBytes) -> Int32 {
    guard let plain = EVP_PKEY2PKCS8(pointer) else { return 0 }
    defer { PKCS8_PRIV_KEY_INFO_free(plain) }
    let sealed = passphrase.withUnsafeBytes { bytes in
      PKCS8_encrypt(
        -1, EVP_aes_256_cbc(), bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), nil, 0,
        passphraseRounds, plain)
    }
    guard let sealed else { return 0 }
    defer { X509_SIG_free(sealed) }
    return PEM_write_bio_PKCS8(output, sealed)
  }

  /// The 32 secret bytes of an Ed25519 or X25519 key; nil for the others.
  func rawSecret() -> SecretBytes? {
    guard kind == .ed25519 || kind == .x25519 else { return nil }
    var worked = false
    let secret = SecretBytes(count: 32) { buffer in
      var count = buffer.count
      worked =
        EVP_PKEY_get_raw_private_key(pointer, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &count) == 1
        && count == 32
    }
    return worked ? secret : nil
  }

  private static func parse(pem: [UInt8], _ passphrase: SecretBytes?) -> OpaquePointer? {
    forgetOpenSSLErrors()
    defer { forgetOpenSSLErrors() }
    return pem.withUnsafeBytes { bytes in
      guard let input = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
      defer { BIO_free(input) }
      // With neither callback nor passphrase OpenSSL would ask at the terminal.
      guard let passphrase else { return PEM_read_bio_PrivateKey(input, nil, { _, _, _, _ in -1 }, nil) }
      var text = passphrase.copy() + [0]
      defer { wipe(&text) }
      return text.withUnsafeMutableBytes { PEM_read_bio_PrivateKey(input, nil, nil, $0.baseAddress) }
    }
  }
}

/// The rounds of PBKDF2, which a thief of an encrypted file pays for each guess.
let passphraseRounds: Int32 = 600_000

/// Reads the zone's signing key.
///
/// - Parameters:
///   - path: a PKCS#8 PEM file; refused if its mode is wider than 0600.
///   - certificate: the key's own certificate; one of another key is refused.
///   - passphrase: of an encrypted file.
public func loadSigningKey(
  path: String, matching certificate: Certificate, passphrase: SecretBytes? = nil
) throws(TrustError) -> Ed25519PrivateKey {
  let key = try load(path, .ed25519, matching: certificate, passphrase)
  guard let secret = key.rawSecret(), let signing = Ed25519PrivateKey(seed: secret) else {
    throw TrustError(.malformed, "\(path): the Ed25519 key cannot be read")
  }
  return signing
}

/// Reads the zone's encryption key; as `loadSigningKey`.
public func loadEncryptionKey(
  path: String, matching certificate: Certificate, passphrase: SecretBytes? = nil
) throws(TrustError) -> X25519PrivateKey {
  let key = try load(path, .x25519, matching: certificate, passphrase)
  guard let secret = key.rawSecret(), let decryption = X25519PrivateKey(scalar: secret) else {
    throw TrustError(.malformed, "\(path): the X25519 key cannot be read")
  }
  return decryption
}

/// Reads an X25519 key that is not a zone's, such as an escrow holder's; as `loadEncryptionKey`, without its
/// certificate.
public func loadDecryptionKey(path: String, passphrase: SecretBytes? = nil) throws(TrustError) -> X25519PrivateKey {
  let key = try PrivateKey(pemFile: path, passphrase: passphrase)
  guard key.kind == .x25519, let secret = key.rawSecret(), let decryption = X25519PrivateKey(scalar: secret) else {
    throw TrustError(.malformed, "\(path): not an X25519 key")
  }
  return decryption
}

private func load(
  _ path: String, _ kind: KeyKind, matching certificate: Certificate, _ passphrase: SecretBytes?
) throws(TrustError) -> PrivateKey {
  let key = try PrivateKey(pemFile: path, passphrase: passphrase)
  guard key.kind == kind else { throw TrustError(.malformed, "\(path): not an \(kind.rawValue) key") }
  guard key.belongs(to: certificate) else {
    throw TrustError(.keyMismatch, "\(path): not the key of \(certificate)")
  }
  return key
}
