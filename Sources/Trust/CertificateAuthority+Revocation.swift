import COpenSSL
public import Foundation

extension CertificateAuthority {
  /// Makes a list of revocations (CRL, version 2) of certificates that this authority has issued.
  ///
  /// - Parameters:
  ///   - number: the list's own number, which rises from list to list.
  ///   - validDays: the time until the next list is due.
  /// - Returns: DER.
  public func revocationList(
    revoking certificates: [Certificate], number: Int, at date: Date, validDays: Int = 30
  ) throws(TrustError) -> [UInt8] {
    guard let list = X509_CRL_new() else { throw TrustError(.cannotIssue, "no memory left for a list") }
    defer { X509_CRL_free(list) }
    forgetOpenSSLErrors()
    try fill(list, from: date, until: date.addingTimeInterval(TimeInterval(validDays) * 86_400))
    for revoked in certificates { try add(revoked, to: list, date) }
    try addAuthorityKeyIdentifier(to: list)
    try add(number: number, to: list)
    try must(X509_CRL_sort(list))
    try must(key.withPointer { X509_CRL_sign(list, $0, EVP_sha256()) })
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

  private func add(_ revoked: Certificate, to list: OpaquePointer, _ date: Date) throws(TrustError) {
    guard let entry = X509_REVOKED_new(), let time = ASN1_TIME_adj(nil, epochSeconds(date), 0, 0) else {
      throw TrustError(.cannotIssue, "no memory left for a revocation")
    }
    defer { ASN1_TIME_free(time) }
    let filled = revoked.handle.withPointer {
      X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber($0)) == 1
        && X509_REVOKED_set_revocationDate(entry, time) == 1
    }
    // The list owns the entry once it has been added.
    guard filled, X509_CRL_add0_revoked(list, entry) == 1 else {
      X509_REVOKED_free(entry)
      throw TrustError(.cannotIssue, lastOpenSSLError())
    }
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
