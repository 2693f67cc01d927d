import Cryptography
import DurableFiles
import Foundation
import Trust

/// The keys and certificates of a new deployment.
struct DeploymentKeys {
  let root: String
  let hosts: [String]
  let date: Date
  let files: Files

  /// The certificates of those who can enter the desk at first.
  struct People {
    let clerk: Certificate
    let administrator: Certificate
    let securityOfficer: Certificate
  }

  func make() throws -> People {
    let top = try CertificateAuthority.makeRoot(commonName: "Guandu root", at: date)
    let issuing = try top.makeIssuing(commonName: "Guandu issuing authority", at: date)
    try write(top.key, "ca/root.key")
    try write([top.certificate], "ca/root.pem")
    try write(issuing.key, "ca/issuing.key")
    try write([issuing.certificate], "ca/issuing.pem")
    let dmz = try makeZone("dmz", issuing)
    let intranet = try makeZone("intranet", issuing)
    try introduce(intranet, to: "dmz", top, issuing)
    try introduce(dmz, to: "intranet", top, issuing)
    return People(
      clerk: try makePerson("clerk", "Clerk", issuing),
      administrator: try makePerson("administrator", "Administrator", issuing),
      securityOfficer: try makePerson("security-officer", "Security officer", issuing))
  }

  private typealias ZoneCertificates = (signing: Certificate, encryption: Certificate)

  private func makeZone(_ zone: String, _ issuing: CertificateAuthority) throws -> ZoneCertificates {
    let signing = try issuing.issue(.zoneSigning, to: "\(zone) signing", at: date)
    let encryption = try issuing.issue(.zoneEncryption, to: "\(zone) encryption", at: date)
    let names = ["localhost", "127.0.0.1", "::1"] + hosts
    let site = try issuing.issue(.tlsServer(names: names), to: "\(zone) site", at: date)
    try write(signing.key, "\(zone)/keys/signing.key")
    try write([signing.certificate], "\(zone)/keys/signing.pem")
    try write(encryption.key, "\(zone)/keys/encryption.key")
    try write([encryption.certificate], "\(zone)/keys/encryption.pem")
    try write(site.key, "\(zone)/keys/tls.key")
    try write([site.certificate, issuing.certificate], "\(zone)/keys/tls.pem")
    return (signing.certificate, encryption.certificate)
  }

  private func introduce(
    _ peer: ZoneCertificates, to zone: String, _ top: CertificateAuthority, _ issuing: CertificateAuthority
  ) throws {
    try write([peer.signing], "\(zone)/keys/peer-signing.pem")
    try write([peer.encryption], "\(zone)/keys/peer-encryption.pem")
    try write([top.certificate], "\(zone)/keys/root.pem")
    try write([issuing.certificate], "\(zone)/keys/issuing.pem")
  }

  private func makePerson(
    _ file: String, _ name: String, _ issuing: CertificateAuthority
  ) throws -> Certificate {
    let person = try issuing.issue(.handler, to: name, at: date)
    let password = Self.makePassword()
    let packed = try PKCS12.make(
      name: "Guandu \(name)", certificate: person.certificate, key: person.key, chain: [issuing.certificate],
      password: password)
    try files.writeNew("\(root)/people/\(file).p12", [packed])
    try write([person.certificate], "people/\(file).pem")
    try writeSecret(SecretBytes(password.copy() + [UInt8(ascii: "\n")]), "people/\(file).password")
    return person.certificate
  }

  /// 20 characters out of 32 without look-alikes: 100 bits.
  private static func makePassword() -> SecretBytes {
    let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)
    return SecretBytes(randomBytes(20).map { alphabet[Int($0) % alphabet.count] })
  }

  private func write(_ certificates: [Certificate], _ name: String) throws {
    try files.writeNew("\(root)/\(name)", [Array(certificates.map(\.pem).joined().utf8)], mode: 0o644)
  }

  private func write(_ key: PrivateKey, _ name: String) throws { try writeSecret(key.pem(), name) }

  private func writeSecret(_ secret: SecretBytes, _ name: String) throws {
    var copy = secret.copy()
    defer { wipe(&copy) }
    try files.writeNew("\(root)/\(name)", [copy])
  }
}
