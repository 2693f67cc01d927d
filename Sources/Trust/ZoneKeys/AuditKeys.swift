public import Certificates
public import Cryptography
public import Zones

/// The keys of a zone's audit log and of its witness for the peers' logs.
public struct AuditKeys: Sendable {
  public let log: Ed25519PrivateKey
  public let witness: Ed25519PrivateKey
  public let logCertificate: Certificate
  public let witnessCertificate: Certificate

  /// - Throws: `TrustError` if a file cannot be read, a key does not belong to its certificate, or none is configured.
  public init(_ keys: KeyFiles) throws(TrustError) {
    guard let files = keys.audit else { throw TrustError(.unreadable, "the zone has no keys for an audit log") }
    let passphrase = try keys.passphrase.map { source throws(TrustError) in try Passphrase.read(source) }
    logCertificate = try Certificate.load(pemFile: files.logCertificate)[0]
    witnessCertificate = try Certificate.load(pemFile: files.witnessCertificate)[0]
    log = try loadSigningKey(path: files.logKey, matching: logCertificate, passphrase: passphrase)
    witness = try loadSigningKey(path: files.witnessKey, matching: witnessCertificate, passphrase: passphrase)
  }
}
