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

  /// Makes a root with a fresh P-256 key. It may have issuing authorities under it, and these no further ones.
  public static func makeRoot(commonName: String, at date: Date) throws(TrustError) -> CertificateAuthority {
    let key = try PrivateKey(generating: CertificateProfile.root.keyKind)
    let template = CertificateTemplate(
      commonName: commonName, validity: validity(of: .root, from: date),
      extensions: try CertificateProfile.root.extensions(isSelfIssued: true))
    let certificate = try template.signed(publicKey: key, issuer: nil, signer: key)
    return try CertificateAuthority(certificate: certificate, key: key)
  }

  /// Makes an issuing authority under this one, with a fresh P-256 key.
  public func makeIssuing(commonName: String, at date: Date) throws(TrustError) -> CertificateAuthority {
    let pair = try issue(.issuing, to: commonName, at: date)
    return try CertificateAuthority(certificate: pair.certificate, key: pair.key)
  }

  /// Makes a fresh key of the profile's kind and its certificate.
  ///
  /// - Parameters:
  ///   - commonName: 1 to 64 characters.
  ///   - date: when the certificate is made; it is good from an hour before, since clocks differ, and never longer than
  ///     the authority's own.
  public func issue(
    _ profile: CertificateProfile, to commonName: String, at date: Date
  ) throws(TrustError) -> (certificate: Certificate, key: PrivateKey) {
    let key = try PrivateKey(generating: profile.keyKind)
    let whole = Self.validity(of: profile, from: date)
    let end = min(whole.upperBound, certificate.notAfter)
    let start = max(whole.lowerBound, certificate.notBefore)
    guard start < end else { throw TrustError(.expired, "the authority \(certificate) is out of date") }
    let template = CertificateTemplate(
      commonName: commonName, validity: start..<end, extensions: try profile.extensions(isSelfIssued: false))
    return (try template.signed(publicKey: key, issuer: certificate, signer: self.key), key)
  }

  private static func validity(of profile: CertificateProfile, from date: Date) -> Range<Date> {
    date.addingTimeInterval(-3_600)..<date.addingTimeInterval(TimeInterval(profile.validDays) * 86_400)
  }
}
