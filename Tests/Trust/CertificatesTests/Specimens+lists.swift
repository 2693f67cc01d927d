import COpenSSL
import ChildProcess
import Cryptography
import Foundation
import Zones

@testable import Certificates

extension Specimens {
  func list(_ number: Int, validDays: Int = 30) throws -> [UInt8] {
    try issuing.revocationList(revoking: [], number: number, at: Self.now, validDays: validDays)
  }

  func rootList() throws -> [UInt8] { try root.revocationList(revoking: [], number: 1, at: Self.now) }

  /// A store that refuses where a list is missing or overdue.
  func strictStore(_ lists: [[UInt8]]) throws -> TrustStore {
    try TrustStore(
      roots: [root.certificate], intermediates: [issuing.certificate], revocationLists: lists, age: .refuse)
  }

  func now(until end: Date) -> Range<Date> { Self.now.addingTimeInterval(-60)..<end }

  func template(_ profile: CertificateProfile, isSelfIssued: Bool = false) throws -> CertificateTemplate {
    CertificateTemplate(
      commonName: "specimen", validity: now(until: Self.now.addingTimeInterval(86_400)),
      extensions: try profile.extensions(isSelfIssued: isSelfIssued))
  }

  /// An authority without a limit to the path below it, changed by `change`; nil above it makes a root.
  func makeAuthority(
    under authority: CertificateAuthority?, _ change: (inout CertificateTemplate) -> Void = { _ in }
  ) throws -> CertificateAuthority {
    var template = try template(.issuing, isSelfIssued: authority == nil)
    template.commonName = "authority \(UUID().uuidString)"
    template.set(NID_basic_constraints, "critical,CA:TRUE")
    change(&template)
    let key = try PrivateKey(generating: .p256)
    return try CertificateAuthority(
      certificate: template.signed(publicKey: key, issuer: authority?.certificate, signer: authority?.key ?? key),
      key: key)
  }

  /// A good list, changed by `change` and signed again.
  private func list(changedBy change: (OpaquePointer) -> Void) throws -> [UInt8] {
    let der = try list(1)
    return try der.withUnsafeBufferPointer { bytes in
      var cursor = bytes.baseAddress
      guard let parsed = d2i_X509_CRL(nil, &cursor, bytes.count) else { throw TrustError(.malformed, "specimen") }
      defer { X509_CRL_free(parsed) }
      change(parsed)
      _ = issuing.key.withPointer { X509_CRL_sign(parsed, $0, EVP_sha256()) }
      return derBytes { i2d_X509_CRL(parsed, $0) }
    }
  }

  func listWithoutNumber() throws -> [UInt8] {
    try list { list in
      X509_EXTENSION_free(X509_CRL_delete_ext(list, X509_CRL_get_ext_by_NID(list, NID_crl_number, -1)))
    }
  }

  /// A delta: what has been revoked since list 1, and nothing before.
  func partialList() throws -> [UInt8] {
    try list { list in
      let base = ASN1_INTEGER_new()
      ASN1_INTEGER_set_int64(base, 1)
      X509_CRL_add1_ext_i2d(list, NID_delta_crl, base, 1, 0)
      ASN1_INTEGER_free(base)
    }
  }

  /// Lets `openssl` make a server's certificate under the issuing authority, and verifies it.
  func verifyServer(requested: [String], signed: [String]) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("ca.pem", Array(issuing.certificate.pem.utf8))
    _ = try folder.write("ca.key", issuing.key.pem().copy())
    _ = try folder.write(
      "ext",
      Array(
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n".utf8))
    try openssl(
      folder.path, ["req", "-new"] + requested + ["-nodes", "-keyout", "key", "-out", "csr", "-subj", "/CN=portal"])
    try openssl(
      folder.path,
      [
        "x509", "-req", "-in", "csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-extfile", "ext", "-days", "3650", "-out",
        "pem",
      ]
        + signed)
    let certificate = try Certificate.load(pemFile: folder.path + "/pem")[0]
    try store().verify(certificate, for: .tlsServer, at: Self.now)
  }

  private func openssl(_ folder: String, _ arguments: [String]) throws {
    try ChildProcess("openssl", arguments, folder: folder).waitUntilExit()
  }
}
