import COpenSSL
import COpenSSLShim
import Cryptography
public import Foundation

/// A time stamp (RFC 3161): that something existed at a time, as an authority states it. Reading one does not make its authority
/// trusted.
public struct TimeStamp: Sendable {
  /// In DER: a `TimeStampToken`.
  public let der: [UInt8]
  public let time: Date
  /// The authority's.
  public let certificate: Certificate
  /// Those that lie in it, the authority's among them.
  public let certificates: [Certificate]

  /// The largest that is read.
  public static let maxBytes = 32_768

  /// - Parameters:
  ///   - der: with nothing after it.
  ///   - bytes: what it is over.
  /// - Throws: `malformed` for what cannot be read, is over other bytes, or is signed wrongly or with a weak digest.
  public init(der: [UInt8], over bytes: [UInt8]) throws(TrustError) {
    guard der.count <= Self.maxBytes else {
      throw TrustError(.malformed, "a time stamp of more than \(Self.maxBytes) bytes")
    }
    let token = try TimeStampToken(der)
    self.der = der
    time = try token.time()
    (certificate, certificates) = try token.certificates()
    try token.requireDigest(of: bytes)
    // Whether its authority is trusted is asked later.
    try token.verify(anchors: certificates, at: time, isChainAsked: false)
  }

  /// - Throws: `untrusted` where no chain leads to one of the anchors; `expired` and `notYetValid` where a certificate of it was out
  ///   of date at the time of the stamp; `wrongPurpose` where it is not for time stamps alone.
  func verify(under anchors: [Certificate]) throws(TrustError) {
    try certificate.require(.timeStamp, isAnyKey: true)
    guard certificate.isForTimeStampsAlone else {
      throw TrustError(.wrongPurpose, "\(certificate) is not for this purpose alone (timeStamping, critical)")
    }
    try TimeStampToken(der).verify(anchors: anchors, at: time, isChainAsked: true)
  }
}

extension Certificate {
  /// Whether its extended key usage is critical, and names nothing but time stamps (RFC 3161, section 2.3). OpenSSL overlooks
  /// purposes beside it that it does not know.
  fileprivate var isForTimeStampsAlone: Bool {
    handle.withPointer { certificate in
      let place = X509_get_ext_by_NID(certificate, NID_ext_key_usage, -1)
      guard place >= 0, let found = X509_get_ext(certificate, place), X509_EXTENSION_get_critical(found) == 1,
        let data = X509_EXTENSION_get_data(found), let start = ASN1_STRING_get0_data(data)
      else { return false }
      return Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(data)))) == Self.timeStampingAlone
    }
  }

  /// SEQUENCE { 1.3.6.1.5.5.7.3.8 } in DER.
  private static let timeStampingAlone: [UInt8] = [
    0x30, 0x0A, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08,
  ]
}

/// A time stamp as OpenSSL has it.
private final class TimeStampToken {
  private let token: UnsafeMutablePointer<PKCS7>
  private let information: OpaquePointer

  init(_ der: [UInt8]) throws(TrustError) {
    forgetOpenSSLErrors()
    defer { forgetOpenSSLErrors() }
    let parsed: UnsafeMutablePointer<PKCS7>? = der.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      guard let token = d2i_PKCS7(nil, &cursor, buffer.count) else { return nil }
      if let base = buffer.baseAddress, cursor == base + buffer.count { return token }
      PKCS7_free(token)
      return nil
    }
    guard let parsed else { throw TrustError(.malformed, "the time stamp cannot be read") }
    guard let information = PKCS7_to_TS_TST_INFO(parsed) else {
      PKCS7_free(parsed)
      throw TrustError(.malformed, "the time stamp states no time")
    }
    token = parsed
    self.information = information
  }

  deinit {
    TS_TST_INFO_free(information)
    PKCS7_free(token)
  }

  func time() throws(TrustError) -> Date {
    guard let time = date(of: TS_TST_INFO_get_time(information)) else {
      throw TrustError(.malformed, "the time stamp states no time that can be read")
    }
    return time
  }

  func certificates() throws(TrustError) -> (Certificate, [Certificate]) {
    var digest: Int32 = 0
    guard let signer = guandu_ts_signer(token, &digest) else {
      throw TrustError(.malformed, "the time stamp has no signer, or several, or does not hold its certificate")
    }
    defer { X509_free(signer) }
    guard [NID_sha256, NID_sha384, NID_sha512].contains(digest) else {
      throw TrustError(.malformed, "the time stamp is signed with a weak digest")
    }
    guard let stack = guandu_sk_X509_new_null() else { throw TrustError(.malformed, "no memory left") }
    defer { guandu_sk_X509_pop_free(stack) }
    guard guandu_ts_certificates(token, stack) == 1, guandu_sk_X509_num(stack) <= 8 else {
      throw TrustError(.malformed, "the time stamp holds too many certificates")
    }
    var found: [Certificate] = []
    for index in 0..<guandu_sk_X509_num(stack) {
      guard let member = guandu_sk_X509_value(stack, index) else { continue }
      found.append(try Certificate(der: X509Handle.encode(member)))
    }
    return (try Certificate(der: X509Handle.encode(signer)), found)
  }

  /// Its digest is by SHA-256, SHA-384 or SHA-512, and of `bytes`.
  func requireDigest(of bytes: [UInt8]) throws(TrustError) {
    let imprint = TS_TST_INFO_get_msg_imprint(information)
    guard let algorithm = TS_MSG_IMPRINT_get_algo(imprint), let value = TS_MSG_IMPRINT_get_msg(imprint) else {
      throw TrustError(.malformed, "the time stamp is over nothing")
    }
    let digest: OpaquePointer? =
      switch OBJ_obj2nid(algorithm.pointee.algorithm) {
      case NID_sha256: EVP_sha256()
      case NID_sha384: EVP_sha384()
      case NID_sha512: EVP_sha512()
      default: nil
      }
    guard let digest else { throw TrustError(.malformed, "the time stamp has a digest that is not supported") }
    var (computed, count) = ([UInt8](repeating: 0, count: 64), UInt32(0))
    guard EVP_Digest(bytes, bytes.count, &computed, &count, digest, nil) == 1 else {
      throw TrustError(.malformed, lastOpenSSLError())
    }
    let stated = Array(UnsafeBufferPointer(start: ASN1_STRING_get0_data(value), count: Int(ASN1_STRING_length(value))))
    guard stated == Array(computed.prefix(Int(count))) else {
      throw TrustError(.malformed, "the time stamp is over other bytes")
    }
  }

  /// The signature, with the certificate that it names; and where it is asked for the chain to an anchor.
  func verify(anchors: [Certificate], at date: Date, isChainAsked: Bool) throws(TrustError) {
    forgetOpenSSLErrors()
    defer { forgetOpenSSLErrors() }
    guard let context = TS_VERIFY_CTX_new(), let store = X509_STORE_new() else {
      throw TrustError(.untrusted, "no memory left for a check")
    }
    defer { TS_VERIFY_CTX_free(context) }
    // The context owns the store.
    TS_VERIFY_CTX_set_store(context, store)
    _ = TS_VERIFY_CTX_set_flags(context, Int32(TS_VFY_SIGNATURE | TS_VFY_VERSION))
    if !isChainAsked { X509_STORE_set_verify_cb(store) { _, _ in 1 } }
    for anchor in anchors { anchor.handle.withPointer { _ = X509_STORE_add_cert(store, $0) } }
    let parameters = X509_STORE_get0_param(store)
    X509_VERIFY_PARAM_set_time(parameters, epochSeconds(date))
    X509_VERIFY_PARAM_set_auth_level(parameters, isChainAsked ? 2 : 0)
    X509_VERIFY_PARAM_set_depth(parameters, 5)
    X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    guard TS_RESP_verify_token(context, token) != 1 else { return }
    let failure = TimeStampFailure()
    if failure.isOfChain {
      throw TrustError(failure.code, "the time stamp's authority: \(failure.reason)")
    }
    throw TrustError(.malformed, "the time stamp's signature is wrong: \(failure.reason)")
  }
}

/// OpenSSL's error of the check of a time stamp.
private struct TimeStampFailure {
  let isOfChain: Bool
  let reason: String
  let code: TrustError.Code

  init() {
    var text: UnsafePointer<CChar>?
    var flags: Int32 = 0
    let number = ERR_peek_last_error_data(&text, &flags)
    let detail = text.map { String(cString: $0) } ?? ""
    isOfChain = Int32(truncatingIfNeeded: number & 0x7F_FFFF) == TS_R_CERTIFICATE_VERIFY_ERROR
    let said = ERR_reason_error_string(number).map { String(cString: $0) } ?? "no further detail"
    reason = detail.isEmpty ? said : detail.replacing("Verify error:", with: "")
    code =
      if detail.contains("expired") { .expired } else if detail.contains("not yet valid") {
        .notYetValid
      } else if detail
        .contains("purpose")
      { .wrongPurpose } else { .untrusted }
  }
}
