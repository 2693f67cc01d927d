public import Cryptography
public import Trust
public import Zones

public import struct Foundation.Date

/// A zone's own keys with their certificates, and whom it trusts.
public struct ZoneIdentity: Sendable {
  public let signingKey: Ed25519PrivateKey
  public let signingCertificate: Certificate
  public let encryptionKey: X25519PrivateKey
  public let encryptionCertificate: Certificate
  public let trust: TrustStore

  /// Reads the files and checks that keys fit certificates, and certificates their purpose at `date`.
  public init(configuration: ZoneConfiguration, at date: Date) throws(TrustError) {
    let files = configuration.keys
    trust = try TrustStore(files: configuration.trust)
    signingCertificate = try Certificate.load(pemFile: files.signingCertificate)[0]
    encryptionCertificate = try Certificate.load(pemFile: files.encryptionCertificate)[0]
    signingKey = try loadSigningKey(path: files.signingKey, matching: signingCertificate)
    encryptionKey = try loadEncryptionKey(path: files.encryptionKey, matching: encryptionCertificate)
    try trust.verifyDespiteLists(signingCertificate, for: .zoneSigning, at: date)
    try trust.verifyDespiteLists(encryptionCertificate, for: .zoneEncryption, at: date)
  }
}

extension TrustStore {
  /// As `verify`, for what a zone knows by its own configuration: a list of revocations that is missing or overdue does not
  /// keep it from starting, since the next list may come over its link.
  func verifyDespiteLists(
    _ certificate: Certificate, for purpose: CertificatePurpose, at date: Date
  ) throws(TrustError) {
    do { try verify(certificate, for: purpose, at: date) } catch {
      guard error.code == .listMissing || error.code == .listOverdue else { throw error }
    }
  }
}
