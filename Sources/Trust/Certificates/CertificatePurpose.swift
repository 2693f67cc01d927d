import COpenSSL

/// What a certificate is used for. No certificate serves both a zone and a person.
public enum CertificatePurpose: Sendable, Hashable {
  /// Ed25519, `digitalSignature`, not an authority, and not for TLS.
  case zoneSigning
  /// X25519, `keyAgreement`, not an authority, and not for TLS.
  case zoneEncryption
  /// As `zoneSigning`: the name says which log or witness it is.
  case audit
  /// P-256, `clientAuth` and not `serverAuth`, not an authority.
  case handler
  /// `serverAuth`, not an authority.
  case tlsServer
  /// P-256, `digitalSignature` and `nonRepudiation`, not for TLS, not an authority.
  case seal
  /// P-256, `timeStamping` alone and critical, not an authority.
  case timeStamp

  /// The purpose that OpenSSL checks along the whole chain, so that an authority limited to other uses is refused.
  var opensslPurpose: Int32? {
    switch self {
    case .handler: X509_PURPOSE_SSL_CLIENT
    case .tlsServer: X509_PURPOSE_SSL_SERVER
    case .timeStamp: X509_PURPOSE_TIMESTAMP_SIGN
    case .zoneSigning, .zoneEncryption, .audit, .seal: nil
    }
  }
}

extension Certificate {
  /// Checks key kind, basic constraints, key usage and extended key usage, but not chain and dates.
  ///
  /// - Parameter isAnyKey: whether others' kinds of keys will do, for time stamps alone.
  func require(_ purpose: CertificatePurpose, isAnyKey: Bool = false) throws(TrustError) {
    let usage = try CertificateUsage(self)
    guard !usage.isAuthority else { throw TrustError(.wrongPurpose, "\(self) is an authority's certificate") }
    switch purpose {
    case .zoneSigning, .audit: try requireZone(.ed25519, usage, KU_DIGITAL_SIGNATURE, "digitalSignature")
    case .zoneEncryption: try requireZone(.x25519, usage, KU_KEY_AGREEMENT, "keyAgreement")
    case .handler: try requireHandler(usage)
    case .tlsServer:
      guard usage.allowsExtended(XKU_SSL_SERVER) else { throw TrustError(.wrongPurpose, "\(self) lacks serverAuth") }
    case .seal: try requireSeal(usage)
    case .timeStamp:
      // OpenSSL checks with the chain that this is the only use, and critical.
      guard keyKind == .p256 || isAnyKey else { throw TrustError(.wrongPurpose, "\(self) holds no P-256 key") }
      guard usage.allowsExtended(XKU_TIMESTAMP) else { throw TrustError(.wrongPurpose, "\(self) lacks timeStamping") }
    }
  }

  private func requireSeal(_ usage: CertificateUsage) throws(TrustError) {
    guard keyKind == .p256 else { throw TrustError(.wrongPurpose, "\(self) holds no P-256 key") }
    guard usage.allows(KU_DIGITAL_SIGNATURE), usage.allows(KU_NON_REPUDIATION) else {
      throw TrustError(.wrongPurpose, "\(self) lacks digitalSignature or nonRepudiation")
    }
    guard !usage.allowsExtended(XKU_SSL_CLIENT | XKU_SSL_SERVER | XKU_ANYEKU) else {
      throw TrustError(.wrongPurpose, "\(self) is meant for TLS")
    }
  }

  private func requireZone(
    _ kind: KeyKind, _ usage: CertificateUsage, _ keyUsage: Int32, _ keyUsageName: String
  ) throws(TrustError) {
    guard keyKind == kind else { throw TrustError(.wrongPurpose, "\(self) holds no \(kind.rawValue) key") }
    guard usage.allows(keyUsage) else { throw TrustError(.wrongPurpose, "\(self) lacks \(keyUsageName)") }
    guard !usage.allowsExtended(XKU_SSL_CLIENT | XKU_SSL_SERVER | XKU_ANYEKU) else {
      throw TrustError(.wrongPurpose, "\(self) is meant for TLS")
    }
  }

  private func requireHandler(_ usage: CertificateUsage) throws(TrustError) {
    guard keyKind == .p256 else { throw TrustError(.wrongPurpose, "\(self) holds no P-256 key") }
    guard usage.allowsExtended(XKU_SSL_CLIENT), !usage.allowsExtended(XKU_SSL_SERVER) else {
      throw TrustError(.wrongPurpose, "\(self) is not a person's: clientAuth without serverAuth is needed")
    }
  }
}

/// The extensions of a certificate that limit its use.
private struct CertificateUsage {
  let isAuthority: Bool
  private let keyUsage: UInt32
  private let extendedKeyUsage: UInt32

  init(_ certificate: Certificate) throws(TrustError) {
    let (flags, usage, extended) = certificate.handle.withPointer {
      (X509_get_extension_flags($0), X509_get_key_usage($0), X509_get_extended_key_usage($0))
    }
    guard flags & UInt32(EXFLAG_INVALID) == 0 else {
      throw TrustError(.malformed, "\(certificate) has extensions that cannot be read")
    }
    isAuthority =
      flags & UInt32(EXFLAG_CA) != 0 || (flags & UInt32(EXFLAG_KUSAGE) != 0 && usage & certificateSigning != 0)
    // OpenSSL answers "everything" for an absent extension; here, what is not stated is not allowed.
    keyUsage = flags & UInt32(EXFLAG_KUSAGE) != 0 ? usage : 0
    extendedKeyUsage = flags & UInt32(EXFLAG_XKUSAGE) != 0 ? extended : 0
  }

  func allows(_ bit: Int32) -> Bool { keyUsage & UInt32(bit) != 0 }
  func allowsExtended(_ bits: Int32) -> Bool { extendedKeyUsage & UInt32(bits) != 0 }
}

private let certificateSigning = UInt32(KU_KEY_CERT_SIGN)
