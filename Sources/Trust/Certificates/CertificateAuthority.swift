public import Foundation

/// An authority's certificate and key: a root, or an issuing authority under one.
public struct CertificateAuthority: Sendable {
  public let certificate: Certificate
  public let key: PrivateKey

  /// - Throws: `keyMismatch` unless the two belong together.
  public init(certificate: Certificate, key: PrivateKey) throws(TrustError) {
    guard key.belongs(to: certificate) else {
      throw TrustError(.keyMismatch, "the authority's key is not that of \(certificate)")
    }
    self.certificate = certificate
    self.key = key
  }

  /// Makes a root with a new P-256 key. It may have issuing authorities under it, but those may have none.
  ///
  /// - Parameters:
  ///   - commonName: 1 to 64 characters; `organization` too. Everything that it issues has the same organization.
  ///   - key: an existing one, such as a token's; an SM2 key makes an authority for electronic seals.
  public static func makeRoot(
    commonName: String, organization: String = "Guandu", key: PrivateKey? = nil, at date: Date
  ) throws(TrustError) -> CertificateAuthority {
    try check(name: commonName)
    try check(name: organization)
    let key = if let key { key } else { try PrivateKey(generating: CertificateProfile.root.keyKind) }
    let template = CertificateTemplate(
      commonName: commonName, organization: organization, validity: validity(from: date, days: nil, .root),
      extensions: try CertificateProfile.root.extensions(isSelfIssued: true))
    let certificate = try template.signed(publicKey: key, issuer: nil, signer: key)
    return try CertificateAuthority(certificate: certificate, key: key)
  }

  /// Makes an issuing authority under this one, with a new P-256 key.
  ///
  /// - Parameter permittedDomains: servers' certificates under it are valid only for these domains and their
  ///   subdomains; none means any.
  public func makeIssuing(
    commonName: String, permittedDomains: [String] = [], key: PrivateKey? = nil, at date: Date
  ) throws(TrustError) -> CertificateAuthority {
    let key = if let key { key } else { try PrivateKey(generating: CertificateProfile.issuing.keyKind) }
    let certificate = try certify(key, .issuing, commonName, days: nil, permittedDomains, date)
    return try CertificateAuthority(certificate: certificate, key: key)
  }

  /// Makes a new key of the profile's kind and its certificate.
  ///
  /// - Parameters:
  ///   - commonName: 1 to 64 characters.
  ///   - days: how long it is valid, at most as long as the profile allows; nil for that.
  ///   - date: when the certificate is made; it is valid from an hour before, because clocks differ, and never longer
  ///     than the authority's own.
  public func issue(
    _ profile: CertificateProfile, to commonName: String, days: Int? = nil, at date: Date
  ) throws(TrustError) -> (certificate: Certificate, key: PrivateKey) {
    let key = try PrivateKey(generating: profile.keyKind)
    return (try certify(key, profile, commonName, days: days, [], date), key)
  }

  /// Makes a certificate for somebody else's key; otherwise as `issue`.
  ///
  /// - Throws: `weakKey` for a key of another kind than the profile's.
  public func certify(
    _ key: PublicKey, _ profile: CertificateProfile, to commonName: String, days: Int? = nil, at date: Date
  ) throws(TrustError) -> Certificate {
    guard key.kind == profile.keyKind else {
      throw TrustError(
        .weakKey, "a certificate “\(profile.name)” is for a \(profile.keyKind.rawValue) key, not \(key.kind.rawValue)")
    }
    return try certify(key, profile, commonName, days: days, [], date)
  }

  private func certify(
    _ key: any SubjectKey, _ profile: CertificateProfile, _ commonName: String, days: Int?, _ domains: [String],
    _ date: Date
  ) throws(TrustError) -> Certificate {
    try Self.check(name: commonName)
    guard (profile.keyKind == .sm2) == (self.key.kind == .sm2) else {
      throw TrustError(
        .weakKey, "a certificate “\(profile.name)” is not for this authority: one with an SM2 key serves seals alone")
    }
    let whole = Self.validity(from: date, days: days, profile)
    let end = min(whole.upperBound, certificate.notAfter)
    let start = max(whole.lowerBound, certificate.notBefore)
    guard date < certificate.notAfter, start < end else {
      throw TrustError(.expired, "the authority \(certificate) is out of date")
    }
    var extensions = try profile.extensions(isSelfIssued: false)
    if !domains.isEmpty { extensions.append(try CertificateProfile.constraint(permitting: domains)) }
    let template = CertificateTemplate(
      commonName: commonName, organization: certificate.organization, validity: start..<end, extensions: extensions)
    return try template.signed(publicKey: key, issuer: certificate, signer: self.key)
  }

  private static func validity(from date: Date, days: Int?, _ profile: CertificateProfile) -> Range<Date> {
    let days = min(max(days ?? profile.validDays, 1), profile.validDays)
    return date.addingTimeInterval(-3_600)..<date.addingTimeInterval(TimeInterval(days) * 86_400)
  }

  private static func check(name: String) throws(TrustError) {
    guard (1...64).contains(name.unicodeScalars.count),
      name.unicodeScalars.allSatisfy({ ![.control, .format, .lineSeparator].contains($0.properties.generalCategory) }),
      name.trimmingCharacters(in: .whitespaces) == name
    else {
      throw TrustError(.cannotIssue, "a name has 1 to 64 characters, no control characters, and no space at its ends")
    }
  }
}
