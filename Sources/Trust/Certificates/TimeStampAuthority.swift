import COpenSSL
import COpenSSLShim
public import Foundation

/// Gives time stamps (RFC 3161) with a key of this machine: for an office that has no outer authority. It states its own clock.
public struct TimeStampAuthority: Sendable {
  /// The policy that its stamps name: `anyPolicy` (RFC 5280), as none is promised.
  private static let policy = "2.5.29.32.0"

  public let certificate: Certificate
  private let chain: [Certificate]
  private let key: PrivateKey

  /// - Parameter chain: the authority's own certificate, then those above it.
  /// - Throws: `keyMismatch`, `wrongPurpose`, `expired`.
  public init(chain: [Certificate], key: PrivateKey, at date: Date) throws(TrustError) {
    guard let own = chain.first else { throw TrustError(.malformed, "no certificate for time stamps") }
    try own.require(.timeStamp)
    guard key.belongs(to: own) else { throw TrustError(.keyMismatch, "the key is not that of \(own)") }
    guard own.isInDate(at: date) else { throw TrustError(.expired, "\(own) is out of date") }
    (certificate, self.chain, self.key) = (own, chain, key)
  }

  /// A stamp over `bytes`, of this second.
  public func stamp(_ bytes: [UInt8]) throws(TrustError) -> TimeStamp {
    let request = try TimeStampRequest(over: bytes)
    return try request.stamp(fromAnswer: try answer(request.der))
  }

  private func answer(_ request: [UInt8]) throws(TrustError) -> [UInt8] {
    forgetOpenSSLErrors()
    guard let context = TS_RESP_CTX_new(), let serial = BN_new() else {
      throw TrustError(.cannotIssue, "no memory left for a time stamp")
    }
    defer {
      TS_RESP_CTX_free(context)
      BN_free(serial)
    }
    guard BN_rand(serial, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1, configure(context) else {
      throw TrustError(.cannotIssue, lastOpenSSLError())
    }
    guandu_ts_set_serial(context, serial)
    let response = request.withUnsafeBytes { bytes -> OpaquePointer? in
      guard let input = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
      defer { BIO_free(input) }
      return TS_RESP_create_response(context, input)
    }
    guard let response else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
    defer { TS_RESP_free(response) }
    return derBytes { i2d_TS_RESP(response, $0) }
  }

  private func configure(_ context: OpaquePointer) -> Bool {
    guard let policy = OBJ_txt2obj(Self.policy, 1), let above = guandu_sk_X509_new_null() else { return false }
    defer {
      ASN1_OBJECT_free(policy)
      guandu_sk_X509_pop_free(above)
    }
    for certificate in chain.dropFirst() {
      certificate.handle.withPointer {
        X509_up_ref($0)
        _ = guandu_sk_X509_push(above, $0)
      }
    }
    let isSigner = certificate.handle.withPointer { TS_RESP_CTX_set_signer_cert(context, $0) == 1 }
    return isSigner && key.withPointer({ TS_RESP_CTX_set_signer_key(context, $0) }) == 1
      && TS_RESP_CTX_set_signer_digest(context, EVP_sha256()) == 1
      && TS_RESP_CTX_set_ess_cert_id_digest(context, EVP_sha256()) == 1
      && TS_RESP_CTX_set_def_policy(context, policy) == 1 && TS_RESP_CTX_add_md(context, EVP_sha256()) == 1
      && TS_RESP_CTX_set_certs(context, above) == 1
  }
}
