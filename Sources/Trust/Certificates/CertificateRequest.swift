import COpenSSL

/// A certificate request (PKCS#10), whose signature shows that the requester holds the key.
public struct CertificateRequest: Sendable {
  public let publicKey: PublicKey
  /// The first common name in the request; empty when there is none.
  public let commonName: String
  public let der: [UInt8]

  /// Reads one `CERTIFICATE REQUEST` block of PEM, at most 1 MiB.
  ///
  /// Only key and name are used: a profile decides what else a certificate contains.
  ///
  /// - Throws: `unreadable`, `malformed`, `weakKey`; `untrusted` if the signature is not the key's.
  public init(pemFile path: String) throws(TrustError) {
    let content = try InputFile.read(path)
    do throws(TrustError) { try self.init(pem: content) } catch {
      throw TrustError(error.code, "\(path): \(error.reason)")
    }
  }

  /// As from a file.
  public init(pem text: [UInt8]) throws(TrustError) {
    let blocks = try PEM.blocks(text, labels: ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"])
    guard blocks.count == 1 else { throw TrustError(.malformed, "\(blocks.count) requests where one belongs") }
    try self.init(der: blocks[0])
  }

  /// - Parameter der: one request, at most 64 KiB, with nothing after it.
  public init(der: [UInt8]) throws(TrustError) {
    forgetOpenSSLErrors()
    defer { forgetOpenSSLErrors() }
    guard der.count <= 65_536, let request = Self.parse(der) else {
      throw TrustError(.malformed, "not one request for a certificate in DER")
    }
    defer { X509_REQ_free(request) }
    guard let key = X509_REQ_get_pubkey(request) else {
      throw TrustError(.malformed, "the request holds no key that can be read")
    }
    publicKey = try PublicKey(owning: key, from: "the request")
    guard X509_REQ_verify(request, key) == 1 else {
      throw TrustError(.untrusted, "the request's signature is not that of its key")
    }
    commonName = firstCommonName(X509_REQ_get_subject_name(request))
    self.der = der
  }

  /// Makes a request and signs it with its key.
  ///
  /// - Parameter commonName: of 1 to 64 characters.
  /// - Throws: `cannotIssue`.
  public init(for key: PrivateKey, commonName: String) throws(TrustError) {
    forgetOpenSSLErrors()
    guard let request = X509_REQ_new() else { throw TrustError(.cannotIssue, "no memory left for a request") }
    defer { X509_REQ_free(request) }
    // Ed25519 signs without a separate digest.
    let digest = key.kind == .p256 ? EVP_sha256() : nil
    let name = X509_REQ_get_subject_name(request)
    let isMade =
      X509_REQ_set_version(request, 0) == 1
      && X509_NAME_add_entry_by_txt(name, "CN", utf8String, commonName, -1, -1, 0) == 1
      && key.withPointer { X509_REQ_set_pubkey(request, $0) == 1 && X509_REQ_sign(request, $0, digest) > 0 }
    guard isMade else { throw TrustError(.cannotIssue, lastOpenSSLError()) }
    try self.init(der: derBytes { i2d_X509_REQ(request, $0) })
  }

  public var pem: String { PEM.encode(der, label: "CERTIFICATE REQUEST") }

  private static func parse(_ der: [UInt8]) -> OpaquePointer? {
    der.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      guard let request = d2i_X509_REQ(nil, &cursor, buffer.count) else { return nil }
      if let base = buffer.baseAddress, cursor == base + buffer.count { return request }
      X509_REQ_free(request)
      return nil
    }
  }
}
