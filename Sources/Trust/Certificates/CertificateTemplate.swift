import COpenSSL
import Foundation

/// The contents of a certificate, apart from its issuer.
struct CertificateTemplate {
  struct Extension {
    let identifier: Int32
    /// As in OpenSSL's configuration files.
    let value: String
  }

  var commonName: String
  var organization = "Guandu"
  var validity: Range<Date>
  var extensions: [Extension]
}

extension CertificateTemplate {
  /// Makes and signs the certificate.
  ///
  /// - Parameters:
  ///   - publicKey: the subject's key; of a private key only the public key is included.
  ///   - issuer: the authority's certificate; nil makes the certificate its own issuer.
  ///   - signer: the authority's key.
  func signed(
    publicKey: any SubjectKey, issuer: Certificate?, signer: PrivateKey
  ) throws(TrustError) -> Certificate {
    guard let certificate = X509_new() else { throw TrustError(.cannotIssue, "no memory left for a certificate") }
    defer { X509_free(certificate) }
    forgetOpenSSLErrors()
    try must(X509_set_version(certificate, 2))
    try setSerial(certificate)
    try must(publicKey.withPointer { X509_set_pubkey(certificate, $0) })
    try setName(of: X509_get_subject_name(certificate))
    try setIssuer(of: certificate, issuer)
    try setDates(of: certificate)
    try addExtensions(to: certificate, issuer)
    if signer.kind == .sm2 {
      try must(signer.withSM2Context { X509_sign_ctx(certificate, $0) })
    } else {
      // Ed25519 signs without a separate digest.
      let digest = signer.kind == .p256 ? EVP_sha256() : nil
      try must(signer.withPointer { X509_sign(certificate, $0, digest) })
    }
    return try Certificate(der: X509Handle.encode(certificate))
  }

  /// 127 random bits: positive, unpredictable, unique.
  private func setSerial(_ certificate: OpaquePointer) throws(TrustError) {
    guard let number = BN_new() else { throw TrustError(.cannotIssue, "no memory left for a serial number") }
    defer { BN_free(number) }
    try must(BN_rand(number, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY))
    guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else {
      throw TrustError(.cannotIssue, lastOpenSSLError())
    }
  }

  private func setName(of name: OpaquePointer?) throws(TrustError) {
    try must(X509_NAME_add_entry_by_txt(name, "O", utf8String, organization, -1, -1, 0))
    try must(X509_NAME_add_entry_by_txt(name, "CN", utf8String, commonName, -1, -1, 0))
  }

  private func setIssuer(of certificate: OpaquePointer, _ issuer: Certificate?) throws(TrustError) {
    guard let issuer else {
      return try must(X509_set_issuer_name(certificate, X509_get_subject_name(certificate)))
    }
    try must(issuer.handle.withPointer { X509_set_issuer_name(certificate, X509_get_subject_name($0)) })
  }

  private func setDates(of certificate: OpaquePointer) throws(TrustError) {
    guard ASN1_TIME_adj(X509_getm_notBefore(certificate), epochSeconds(validity.lowerBound), 0, 0) != nil,
      ASN1_TIME_adj(X509_getm_notAfter(certificate), epochSeconds(validity.upperBound), 0, 0) != nil
    else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
  }

  private func addExtensions(to certificate: OpaquePointer, _ issuer: Certificate?) throws(TrustError) {
    for item in extensions {
      var context = X509V3_CTX()
      let made: OpaquePointer? =
        if let issuer {
          issuer.handle.withPointer { item.make(&context, issuer: $0, subject: certificate) }
        } else {
          item.make(&context, issuer: certificate, subject: certificate)
        }
      guard let made else {
        throw TrustError(.cannotIssue, "\(item.value): \(lastOpenSSLError())")
      }
      defer { X509_EXTENSION_free(made) }
      try must(X509_add_ext(certificate, made, -1))
    }
  }

  private func must(_ result: Int32) throws(TrustError) {
    guard result > 0 else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
  }
}

extension CertificateTemplate.Extension {
  fileprivate func make(
    _ context: inout X509V3_CTX, issuer: OpaquePointer, subject: OpaquePointer
  ) -> OpaquePointer? {
    X509V3_set_ctx(&context, issuer, subject, nil, nil, 0)
    return X509V3_EXT_conf_nid(nil, &context, identifier, value)
  }
}

/// `MBSTRING_UTF8`, a macro with a cast that Swift does not see.
let utf8String: Int32 = 0x1000
