import COpenSSL
public import Cryptography

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
