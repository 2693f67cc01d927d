import COpenSSL
import Cryptography

/// How a document's seal or signature is made; the words are those of the signers' protocol (docs/signer.md).
public enum SigningAlgorithm: String, Sendable, CaseIterable {
  /// SM2 over e = SM3(Z ‖ M), GB/T 32918.2 under the standard identifier (GM/T 0009).
  case sm2 = "sm2-sm3"
  /// ECDSA on P-256 over a SHA-256 digest (FIPS 186-5).
  case p256 = "ecdsa-p256-sha256"

  /// Of what is signed.
  public static let digestByteCount = 32
}

/// Signs a digest of 32 bytes, here or elsewhere: the private key need not be in this process. For SM2 the digest is e.
///
/// - Returns: the signature's two numbers in DER.
public typealias DigestSigning =
  @Sendable (_ digest: [UInt8], _ algorithm: SigningAlgorithm) async throws -> [UInt8]

extension KeyKind {
  /// Nil for a key that no document is signed with.
  var signingAlgorithm: SigningAlgorithm? {
    switch self {
    case .sm2: .sm2
    case .p256: .p256
    case .ed25519, .x25519: nil
    }
  }
}

extension PublicKey {
  /// Nil for a key that no document is signed with.
  public var signingAlgorithm: SigningAlgorithm? { kind.signingAlgorithm }

  /// Whether `signature`, two numbers in DER, is this key's over a digest of 32 bytes; for SM2 the digest is e.
  public func verifies(signature: [UInt8], ofDigest digest: [UInt8]) -> Bool {
    withPointer { verify(signature, digest, by: $0) }
  }
}

extension Certificate {
  /// The key that it is about.
  public func publicKey() throws(TrustError) -> PublicKey {
    try PublicKey(der: handle.withPointer { certificate in derBytes { i2d_PUBKEY(X509_get0_pubkey(certificate), $0) } })
  }

  /// Nil for a key that no document is signed with.
  public var signingAlgorithm: SigningAlgorithm? { keyKind?.signingAlgorithm }

  /// What this certificate's key signs for `message`: SHA-256 of it, or for SM2 e = SM3(Z ‖ message).
  ///
  /// - Returns: 32 bytes; nil for a key that no document is signed with.
  public func digestToSign(_ message: [UInt8]) -> [UInt8]? {
    switch signingAlgorithm {
    case .sm2: sm2PublicKey?.digestToSign(message)
    case .p256: Digest.of(message).bytes
    case nil: nil
    }
  }

  /// As `PublicKey.verifies(signature:ofDigest:)`, by this certificate's key.
  public func verifies(signature: [UInt8], ofDigest digest: [UInt8]) -> Bool {
    handle.withPointer { verify(signature, digest, by: X509_get0_pubkey($0)) }
  }
}

extension PrivateKey {
  /// The public half.
  public func publicKey() throws(TrustError) -> PublicKey { try PublicKey(der: publicDER) }

  /// Signs a digest of 32 bytes with an SM2 or a P-256 key; for SM2 the digest is e.
  ///
  /// - Returns: the signature's two numbers in DER.
  /// - Throws: `weakKey` for a key of another kind, `malformed` for a digest of another length, `cannotIssue`.
  public func sign(digest: [UInt8]) throws(TrustError) -> [UInt8] {
    guard kind.signingAlgorithm != nil else {
      throw TrustError(.weakKey, "an SM2 or a P-256 key is needed, not a \(kind.rawValue) one")
    }
    guard digest.count == SigningAlgorithm.digestByteCount else {
      throw TrustError(.malformed, "a digest of \(digest.count) bytes where one of 32 is signed")
    }
    forgetOpenSSLErrors()
    let signature = withPointer { key -> [UInt8]? in
      guard let context = EVP_PKEY_CTX_new(key, nil) else { return nil }
      defer { EVP_PKEY_CTX_free(context) }
      var signature = [UInt8](repeating: 0, count: 128)
      var count = signature.count
      guard EVP_PKEY_sign_init(context) == 1,
        EVP_PKEY_sign(context, &signature, &count, digest, digest.count) == 1
      else { return nil }
      return Array(signature.prefix(count))
    }
    guard let signature else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
    return signature
  }
}

private func verify(_ signature: [UInt8], _ digest: [UInt8], by key: OpaquePointer?) -> Bool {
  guard digest.count == SigningAlgorithm.digestByteCount, let context = EVP_PKEY_CTX_new(key, nil) else {
    return false
  }
  defer {
    EVP_PKEY_CTX_free(context)
    forgetOpenSSLErrors()
  }
  return EVP_PKEY_verify_init(context) == 1
    && EVP_PKEY_verify(context, signature, signature.count, digest, digest.count) == 1
}
