import COpenSSL
public import Cryptography

extension PrivateKey {
  /// Signs with ECDSA on P-256 and SHA-256.
  ///
  /// - Returns: the signature's two numbers in DER.
  /// - Throws: `weakKey` for a key of another kind.
  public func signP256(_ message: [UInt8]) throws(TrustError) -> [UInt8] {
    guard kind == .p256 else { throw TrustError(.weakKey, "a P-256 key is needed, not a \(kind.rawValue) one") }
    forgetOpenSSLErrors()
    guard let context = EVP_MD_CTX_new() else { throw TrustError(.cannotIssue, "no memory left for a signature") }
    defer { EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: 128)
    var count = signature.count
    let isSigned = withPointer { key in
      EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1
        && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
    }
    guard isSigned else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
    return Array(signature.prefix(count))
  }
}

extension Certificate {
  /// Nil for a key of another kind.
  public var p256PublicKey: P256PublicKey? {
    guard keyKind == .p256 else { return nil }
    return P256PublicKey(
      spki: handle.withPointer { certificate in derBytes { i2d_PUBKEY(X509_get0_pubkey(certificate), $0) } })
  }

  /// Checks that it may sign documents in PDF: P-256, for signatures, for the signing of documents (RFC 9336), neither for TLS nor
  /// an authority's.
  public func requireForDocuments() throws(TrustError) {
    try require(.seal)
    guard isForDocuments else {
      throw TrustError(.wrongPurpose, "\(self) is not for the signing of documents (extended key usage)")
    }
  }
}
