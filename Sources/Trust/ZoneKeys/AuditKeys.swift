public import Certificates
public import Cryptography
public import Zones

/// The keys of a zone's audit log and of its work as its peers' witness.
public struct AuditKeys: Sendable {
  public let log: Ed25519PrivateKey
  public let witness: Ed25519PrivateKey
  public let logCertificate: Certificate
  public let witnessCertificate: Certificate

  /// - Throws: `TrustError` where a file cannot be read, or a key is not its certificate's; where none is configured.
  public init(_ keys: KeyFiles) throws(TrustError) {
    guard let files = keys.audit else { throw TrustError(.unreadable, "the zone has no keys for an audit log") }
    let passphrase = try keys.passphrase.map { source throws(TrustError) in try Passphrase.read(source) }
    logCertificate = try Certificate.load(pemFile: files.logCertificate)[0]
    witnessCertificate = try Certificate.load(pemFile: files.witnessCertificate)[0]
    log = try loadSigningKey(path: files.logKey, matching: logCertificate, passphrase: passphrase)
    witness = try loadSigningKey(path: files.witnessKey, matching: witnessCertificate, passphrase: passphrase)
  }
}
