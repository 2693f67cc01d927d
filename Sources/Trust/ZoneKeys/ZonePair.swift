public import Certificates
public import Cryptography
public import DurableFiles
public import Zones

import struct Foundation.Date

/// A zone's key pair with its certificates: one key to sign, one to open what is sealed for the zone.
public struct ZonePair: Sendable {
  public let signingKey: Ed25519PrivateKey
  public let signingCertificate: Certificate
  public let encryptionKey: X25519PrivateKey
  public let encryptionCertificate: Certificate

  /// A pair's name: its signing certificate's SHA-256, in hex.
  public var name: String { signingCertificate.fingerprint.hex }

  /// Reads a pair's four files.
  ///
  /// - Parameter passphrase: of the keys, if they are encrypted.
  /// - Throws: if one cannot be read, or key and certificate do not belong together.
  init(
    signing: (key: String, certificate: String), encryption: (key: String, certificate: String),
    passphrase: SecretBytes?
  ) throws(TrustError) {
    signingCertificate = try Certificate.load(pemFile: signing.certificate)[0]
    encryptionCertificate = try Certificate.load(pemFile: encryption.certificate)[0]
    signingKey = try loadSigningKey(path: signing.key, matching: signingCertificate, passphrase: passphrase)
    encryptionKey = try loadEncryptionKey(path: encryption.key, matching: encryptionCertificate, passphrase: passphrase)
  }

  /// Checks both certificates at `date`, ignoring missing or overdue revocation lists.
  func verify(by trust: TrustStore, at date: Date) throws(TrustError) {
    try trust.verifyDespiteLists(signingCertificate, for: .zoneSigning, at: date)
    try trust.verifyDespiteLists(encryptionCertificate, for: .zoneEncryption, at: date)
  }
}

/// All pairs of a zone: the one in `zone.yaml`, and those made since. Dates and revocation are not checked.
public struct ZoneKeys: Sendable {
  /// The one that signs.
  public let current: ZonePair
  /// Without repeats; something may be sealed for each.
  public let pairs: [ZonePair]
  public let rotated: RotatedKeys

  /// The configured pair signs, unless another has replaced it since.
  ///
  /// - Throws: `TrustError`; `FileError` if the folder of rotated keys cannot be read.
  public init(_ keys: KeyFiles, files: Files = Files()) throws {
    let passphrase = try keys.passphrase.map { source throws(TrustError) in try Passphrase.read(source) }
    rotated = RotatedKeys(folder: keys.rotatedFolder, files: files, passphrase: passphrase)
    let configured = try ZonePair(
      signing: (keys.signingKey, keys.signingCertificate), encryption: (keys.encryptionKey, keys.encryptionCertificate),
      passphrase: passphrase)
    var (current, pairs) = (configured, [configured])
    for member in try rotated.members() where member.stage >= .certified {
      let pair = try rotated.pair(member)
      if !pairs.contains(where: { $0.name == pair.name }) { pairs.append(pair) }
      if member.replaces.contains(configured.name) { current = pair }
    }
    (self.current, self.pairs) = (current, pairs)
  }
}

/// The certificates of a link's peer: those of `zone.yaml`, and the peer's own newest statement.
///
/// - Returns: those that it may sign under, and those to seal for.
/// - Throws: `TrustError`, `FileError`.
public func knownCertificates(
  of link: LinkConfiguration, _ keys: KeyFiles, files: Files = Files()
) throws -> (signing: [Certificate], encryption: Certificate) {
  let known = try PeerKeyFiles(link: link, folder: keys.rotatedFolder, files: files).known()
  return (known.signing, known.encryption)
}
