public import Certificates
import Cryptography
import DurableFiles
import Foundation
public import Zones

/// A certificate that a zone uses, and its key in `zone.yaml`.
public struct CertificateInUse: Sendable {
  public let key: String
  public let certificate: Certificate
}

/// The certificates that a zone needs at the moment: its own pair, its site's, those of its authorities, of its peers,
/// and of escrow holders. Certificate files are read again, private keys are not; others report what cannot be read.
public func certificatesInUse(_ zone: ZoneConfiguration) -> [CertificateInUse] {
  var found = ownPair(zone.keys)
  func add(_ key: String, _ path: String) {
    for certificate in (try? Certificate.load(pemFile: path)) ?? [] {
      found.append(CertificateInUse(key: key, certificate: certificate))
    }
  }
  add("keys.tls_certificate", zone.keys.tlsCertificate)
  if let audit = zone.keys.audit {
    add("audit.log_certificate", audit.logCertificate)
    add("audit.witness_certificate", audit.witnessCertificate)
  }
  add("trust.root", zone.trust.root)
  for path in zone.trust.intermediates { add("trust.intermediates", path) }
  if let issuing = zone.desk?.enrolment?.issuingCertificate { add("desk.enrolment.issuing_certificate", issuing) }
  for link in zone.links {
    let name = "links.\(link.peer)"
    if let known = try? knownCertificates(of: link, zone.keys) {
      found += known.signing.map { CertificateInUse(key: "\(name).peer_signing_certificates", certificate: $0) }
      found.append(CertificateInUse(key: "\(name).peer_encryption_certificate", certificate: known.encryption))
    }
    for path in link.escrowCertificates { add("\(name).escrow_certificates", path) }
  }
  return found
}

/// The pair that signs: the one in `zone.yaml`, or the one that replaced it.
private func ownPair(_ keys: KeyFiles) -> [CertificateInUse] {
  guard var signing = try? Certificate.load(pemFile: keys.signingCertificate)[0],
    var encryption = try? Certificate.load(pemFile: keys.encryptionCertificate)[0]
  else { return [] }
  let members = try? RotatedKeys(folder: keys.rotatedFolder, files: Files(), passphrase: nil).members()
  if let member = members?.last(where: { $0.replaces.contains(signing.fingerprint.hex) }),
    let newSigning = try? Certificate.load(pemFile: member.folder + "/signing.pem")[0],
    let newEncryption = try? Certificate.load(pemFile: member.folder + "/encryption.pem")[0]
  {
    (signing, encryption) = (newSigning, newEncryption)
  }
  return [
    CertificateInUse(key: "keys.signing_certificate", certificate: signing),
    CertificateInUse(key: "keys.encryption_certificate", certificate: encryption),
  ]
}
