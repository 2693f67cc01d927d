import COpenSSL
public import Foundation

/// The revocation of a certificate.
public struct Revocation: Sendable {
  /// Why (RFC 5280); the words are OpenSSL's.
  public enum Reason: String, CaseIterable, Sendable {
    case unspecified
    /// Somebody else may have the key.
    case keyCompromise
    case authorityCompromise = "CACompromise"
    case affiliationChanged
    /// Another certificate has replaced it.
    case superseded
    case cessationOfOperation

    var code: Int {
      switch self {
      case .unspecified: 0
      case .keyCompromise: 1
      case .authorityCompromise: 2
      case .affiliationChanged: 3
      case .superseded: 4
      case .cessationOfOperation: 5
      }
    }
  }

  public let certificate: Certificate
  public let date: Date
  public let reason: Reason

  public init(_ certificate: Certificate, at date: Date, reason: Reason = .unspecified) {
    self.certificate = certificate
    self.date = date
    self.reason = reason
  }
}

extension CertificateAuthority {
  /// Makes a revocation list (CRL, version 2) of certificates that this authority has issued.
  ///
  /// - Parameters:
  ///   - number: the list's own number, which rises from list to list.
  ///   - validDays: the time until the next list is due.
  /// - Returns: DER.
  public func revocationList(
    revoking certificates: [Certificate], number: Int, at date: Date, validDays: Int = 30
  ) throws(TrustError) -> [UInt8] {
    try revocationList(
      of: certificates.map { Revocation($0, at: date) }, number: number, at: date, validDays: validDays)
  }

  /// As `revocationList(revoking:)`, with each revocation's own date and reason.
  public func revocationList(
    of revocations: [Revocation], number: Int, at date: Date, validDays: Int = 30
  ) throws(TrustError) -> [UInt8] {
    guard let list = X509_CRL_new() else { throw TrustError(.cannotIssue, "no memory left for a list") }
    defer { X509_CRL_free(list) }
    forgetOpenSSLErrors()
    try fill(list, from: date, until: date.addingTimeInterval(TimeInterval(validDays) * 86_400))
    for revocation in revocations { try add(revocation, to: list) }
    try addAuthorityKeyIdentifier(to: list)
    try add(number: number, to: list)
    try must(X509_CRL_sort(list))
    if key.kind == .sm2 {
      try must(key.withSM2Context { X509_CRL_sign_ctx(list, $0) })
    } else {
      try must(key.withPointer { X509_CRL_sign(list, $0, EVP_sha256()) })
    }
    return derBytes { i2d_X509_CRL(list, $0) }
  }

  /// The same list in PEM.
  public static func pem(revocationList der: [UInt8]) -> String { PEM.encode(der, label: "X509 CRL") }

  private func fill(_ list: OpaquePointer, from: Date, until: Date) throws(TrustError) {
    try must(X509_CRL_set_version(list, 1))
    try must(certificate.handle.withPointer { X509_CRL_set_issuer_name(list, X509_get_subject_name($0)) })
    guard let time = ASN1_TIME_new() else { throw TrustError(.cannotIssue, "no memory left for a time") }
    defer { ASN1_TIME_free(time) }
    ASN1_TIME_adj(time, epochSeconds(from), 0, 0)
    try must(X509_CRL_set1_lastUpdate(list, time))
    ASN1_TIME_adj(time, epochSeconds(until), 0, 0)
    try must(X509_CRL_set1_nextUpdate(list, time))
  }

  private func add(_ revocation: Revocation, to list: OpaquePointer) throws(TrustError) {
    guard let time = ASN1_TIME_adj(nil, epochSeconds(revocation.date), 0, 0) else {
      throw TrustError(.cannotIssue, "no memory left for a revocation")
    }
    defer { ASN1_TIME_free(time) }
    guard let entry = X509_REVOKED_new() else {
      throw TrustError(.cannotIssue, "no memory left for a revocation")
    }
    let filled = revocation.certificate.handle.withPointer {
      X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber($0)) == 1
        && X509_REVOKED_set_revocationDate(entry, time) == 1
    }
    // The list owns the entry once it has been added.
    guard filled, Self.add(revocation.reason, to: entry), X509_CRL_add0_revoked(list, entry) == 1 else {
      X509_REVOKED_free(entry)
      throw TrustError(.cannotIssue, lastOpenSSLError())
    }
  }

  private static func add(_ reason: Revocation.Reason, to entry: OpaquePointer) -> Bool {
    // RFC 5280 wants no extension for `unspecified`.
    guard reason != .unspecified else { return true }
    guard let value = ASN1_ENUMERATED_new() else { return false }
    defer { ASN1_ENUMERATED_free(value) }
    return ASN1_ENUMERATED_set(value, reason.code) == 1
      && X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, value, 0, 0) == 1
  }

  private func addAuthorityKeyIdentifier(to list: OpaquePointer) throws(TrustError) {
    let made = certificate.handle.withPointer { issuer in
      var context = X509V3_CTX()
      X509V3_set_ctx(&context, issuer, nil, nil, list, 0)
      return X509V3_EXT_conf_nid(nil, &context, NID_authority_key_identifier, "keyid:always")
    }
    guard let made else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
    defer { X509_EXTENSION_free(made) }
    try must(X509_CRL_add_ext(list, made, -1))
  }

  private func add(number: Int, to list: OpaquePointer) throws(TrustError) {
    guard let value = ASN1_INTEGER_new() else { throw TrustError(.cannotIssue, "no memory left for a number") }
    defer { ASN1_INTEGER_free(value) }
    try must(ASN1_INTEGER_set_int64(value, Int64(number)))
    try must(X509_CRL_add1_ext_i2d(list, NID_crl_number, value, 0, 0))
  }

  private func must(_ result: Int32) throws(TrustError) {
    guard result > 0 else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
  }
}
