import Authority
import Certificates
import Cryptography
import DurableFiles
import Foundation

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
    let top = try AuthorityFolder.makeRoot(
      at: "\(root)/ca/root", commonName: "Guandu root", organization: "Guandu", date: date, files: files)
    let issuing = try top.makeIssuing(
      at: "\(root)/ca/issuing", commonName: "Guandu issuing authority", date: date)
    try write([top.authority.certificate], "ca/root.pem")
    try write([issuing.authority.certificate], "ca/issuing.pem")
    // Its disk is put away: as in docs/certificates.md, its list lasts until the next yearly one.
    try top.publishList(at: date, days: 400)
    let dmz = try makeZone("dmz", issuing)
    let intranet = try makeZone("intranet", issuing)
    try introduce(intranet, to: "dmz", issuing)
    try introduce(dmz, to: "intranet", issuing)
    try makeOfficials(issuing)
    return People(
      clerk: try makePerson("clerk", "Clerk", issuing),
      administrator: try makePerson("administrator", "Administrator", issuing),
      securityOfficer: try makePerson("security-officer", "Security officer", issuing))
  }

  private typealias ZoneCertificates = (signing: Certificate, encryption: Certificate)

  private func makeZone(_ zone: String, _ issuing: AuthorityFolder) throws -> ZoneCertificates {
    let signing = try issuing.issue(.zoneSigning, to: "\(zone) signing", date: date)
    let encryption = try issuing.issue(.zoneEncryption, to: "\(zone) encryption", date: date)
    for profile in [CertificateProfile.auditLog, .auditWitness] {
      let issued = try issuing.issue(profile, to: "\(zone) \(profile.zonePart ?? "")", date: date)
      try write(issued.key, "\(zone)/keys/\(profile.name).key")
      try write([issued.certificate], "\(zone)/keys/\(profile.name).pem")
    }
    let names = ["localhost", "127.0.0.1", "::1"] + hosts
    let site = try issuing.issue(.tlsServer(names: names), to: "\(zone) site", date: date)
    try write(signing.key, "\(zone)/keys/signing.key")
    try write([signing.certificate], "\(zone)/keys/signing.pem")
    try write(encryption.key, "\(zone)/keys/encryption.key")
    try write([encryption.certificate], "\(zone)/keys/encryption.pem")
    try write(site.key, "\(zone)/keys/tls.key")
    try write([site.certificate] + issuing.chain, "\(zone)/keys/tls.pem")
    return (signing.certificate, encryption.certificate)
  }

  private func introduce(
    _ peer: ZoneCertificates, to zone: String, _ issuing: AuthorityFolder
  ) throws {
    try write([peer.signing], "\(zone)/keys/peer-signing.pem")
    try write([peer.encryption], "\(zone)/keys/peer-encryption.pem")
    try write([issuing.root], "\(zone)/keys/root.pem")
    try write(issuing.chain, "\(zone)/keys/issuing.pem")
    for authority in ["root", "issuing"] {
      let list = try files.read("\(root)/ca/\(authority)/crl.pem", maxBytes: 1_048_576)
      try files.writeNew("\(root)/\(zone)/keys/\(authority)-crl.pem", [list], mode: 0o644)
    }
  }

  /// Those who take a document from draft to seal, and the tables by which `guandu people import` lets them in.
  private func makeOfficials(_ issuing: AuthorityFolder) throws {
    let people = [
      ("drafter", "拟稿员", "handler", "Drafter"), ("leader", "局领导", "leader", "Leader"),
      ("registrar", "公文管理员", "clerk", "Registrar"),
      ("sealkeeper", "印章管理员", "sealkeeper", "Keeper of the seals"),
    ]
    var table = "id,name,unit,roles,mailboxes,fingerprint\n"
    for (identifier, name, role, english) in people {
      let certificate = try makePerson(identifier, english, issuing)
      table += "\(identifier),\(name),office,\(role),,\(certificate.fingerprint.hex)\n"
    }
    let units = "id,parent,name,english\ncity,,安澜市人民政府,City government\noffice,city,市政府办公室,Office of the government\n"
    try files.writeNew("\(root)/people/units.csv", [Array(units.utf8)], mode: 0o644)
    try files.writeNew("\(root)/people/people.csv", [Array(table.utf8)], mode: 0o644)
  }

  private func makePerson(_ file: String, _ name: String, _ issuing: AuthorityFolder) throws -> Certificate {
    let person = try issuing.issue(.handler, to: name, date: date)
    let password = IssuedFiles.makePassword()
    let packed = try PKCS12.make(
      name: "Guandu \(name)", certificate: person.certificate, key: person.key, chain: issuing.chain,
      password: password)
    try files.writeNew("\(root)/people/\(file).p12", [packed])
    try write([person.certificate], "people/\(file).pem")
    try writeSecret(SecretBytes(password.copy() + [UInt8(ascii: "\n")]), "people/\(file).password")
    return person.certificate
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
