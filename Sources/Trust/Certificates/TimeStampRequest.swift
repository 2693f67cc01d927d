import COpenSSL
import Cryptography

/// What is sent to an authority of time stamps (RFC 3161, section 2.4): a digest by SHA-256, and a number that must come back.
///
/// Sendable is safe: the request is never changed after `init`.
public final class TimeStampRequest: @unchecked Sendable {
  private let pointer: OpaquePointer
  private let bytes: [UInt8]
  /// In DER.
  public let der: [UInt8]

  /// The largest answer that is read.
  public static let answerMaxBytes = 65_536

  /// - Parameters:
  ///   - bytes: what the stamp is to be over.
  ///   - policy: the one that is asked for, in dots; nil for the authority's own.
  public init(over bytes: [UInt8], policy: String? = nil) throws(TrustError) {
    forgetOpenSSLErrors()
    guard let request = TS_REQ_new() else { throw TrustError(.cannotIssue, "no memory left for a time stamp") }
    guard Self.fill(request, Digest.of(bytes).bytes, policy) else {
      TS_REQ_free(request)
      throw TrustError(.cannotIssue, "a time stamp cannot be asked for: \(lastOpenSSLError())")
    }
    pointer = request
    self.bytes = bytes
    der = derBytes { i2d_TS_REQ(request, $0) }
  }

  deinit { TS_REQ_free(pointer) }

  private static func fill(_ request: OpaquePointer, _ digest: [UInt8], _ policy: String?) -> Bool {
    guard let imprint = TS_MSG_IMPRINT_new(), let algorithm = X509_ALGOR_new(), let nonce = ASN1_INTEGER_new(),
      let number = BN_new()
    else { return false }
    defer {
      TS_MSG_IMPRINT_free(imprint)
      X509_ALGOR_free(algorithm)
      ASN1_INTEGER_free(nonce)
      BN_free(number)
    }
    X509_ALGOR_set_md(algorithm, EVP_sha256())
    var digest = digest
    guard TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1,
      TS_MSG_IMPRINT_set_msg(imprint, &digest, Int32(digest.count)) == 1,
      BN_rand(number, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1, BN_to_ASN1_INTEGER(number, nonce) != nil,
      TS_REQ_set_version(request, 1) == 1, TS_REQ_set_msg_imprint(request, imprint) == 1,
      TS_REQ_set_nonce(request, nonce) == 1, TS_REQ_set_cert_req(request, 1) == 1
    else { return false }
    guard let policy else { return true }
    guard let identifier = OBJ_txt2obj(policy, 1) else { return false }
    defer { ASN1_OBJECT_free(identifier) }
    return TS_REQ_set_policy_id(request, identifier) == 1
  }

  /// Reads the answer: granted, over what was asked for, with the number and the policy that were sent, and rightly signed.
  /// Whether its authority is trusted is not asked.
  ///
  /// - Parameter answer: a `TimeStampResp` in DER.
  /// - Throws: `malformed`.
  public func stamp(fromAnswer answer: [UInt8]) throws(TrustError) -> TimeStamp {
    guard answer.count <= Self.answerMaxBytes, let response = Self.parse(answer) else {
      throw TrustError(.malformed, "the answer is no time stamp's")
    }
    defer { TS_RESP_free(response) }
    forgetOpenSSLErrors()
    guard let context = TS_REQ_to_TS_VERIFY_CTX(pointer, nil) else {
      throw TrustError(.malformed, "no memory left for a check")
    }
    defer { TS_VERIFY_CTX_free(context) }
    // Signature and chain are checked with the stamp itself.
    _ = TS_VERIFY_CTX_set_flags(
      context, TS_VERIFY_CTX_add_flags(context, 0) & ~Int32(TS_VFY_SIGNATURE | TS_VFY_SIGNER | TS_VFY_TSA_NAME))
    guard TS_RESP_verify_response(context, response) == 1, let token = TS_RESP_get_token(response) else {
      throw TrustError(.malformed, "the time stamp is not what was asked for: \(lastOpenSSLError())")
    }
    return try TimeStamp(der: derBytes { i2d_PKCS7(token, $0) }, over: bytes)
  }

  private static func parse(_ der: [UInt8]) -> OpaquePointer? {
    forgetOpenSSLErrors()
    return der.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      guard let response = d2i_TS_RESP(nil, &cursor, buffer.count) else { return nil }
      if let base = buffer.baseAddress, cursor == base + buffer.count { return response }
      TS_RESP_free(response)
      return nil
    }
  }
}
