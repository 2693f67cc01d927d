import Foundation
import Trust
import Zones

extension ZoneConfiguration {
  /// Looks into the keys and certificates that the configuration names, as a daemon does at its start.
  func checkTrust() throws(ConfigurationError) {
    var problems: [ConfigurationProblem] = []
    func note(_ key: String, _ path: String, _ body: () throws(TrustError) -> Void) {
      do throws(TrustError) {
        try body()
      } catch {
        problems.append(.init(file: path, line: 1, column: 1, key: key, reason: error.description))
      }
    }
    var store: TrustStore?
    note("trust", trust.root) { () throws(TrustError) in store = try TrustStore(files: trust) }
    guard let store else { throw ConfigurationError(problems: problems) }
    note("keys.signing_key", keys.signingKey) { () throws(TrustError) in
      let own = try first(keys.signingCertificate, for: .zoneSigning, store)
      _ = try loadSigningKey(path: keys.signingKey, matching: own)
    }
    note("keys.encryption_key", keys.encryptionKey) { () throws(TrustError) in
      let own = try first(keys.encryptionCertificate, for: .zoneEncryption, store)
      _ = try loadEncryptionKey(path: keys.encryptionKey, matching: own)
    }
    note("keys.tls_certificate", keys.tlsCertificate) { () throws(TrustError) in
      let own = try Certificate.load(pemFile: keys.tlsCertificate)[0]
      guard try PrivateKey(pemFile: keys.tlsKey).belongs(to: own) else {
        throw TrustError(.keyMismatch, "\(keys.tlsKey): not the key of \(own)")
      }
    }
    for link in links {
      for path in link.peerSigningCertificates {
        note("links.\(link.peer).peer_signing_certificates", path) { () throws(TrustError) in
          _ = try first(path, for: .zoneSigning, store)
        }
      }
      for path in [link.peerEncryptionCertificate] + link.escrowCertificates {
        note("links.\(link.peer)", path) { () throws(TrustError) in _ = try first(path, for: .zoneEncryption, store) }
      }
    }
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
  }

  private func first(
    _ path: String, for purpose: CertificatePurpose, _ store: TrustStore
  ) throws(TrustError) -> Certificate {
    let certificate = try Certificate.load(pemFile: path)[0]
    try store.verify(certificate, for: purpose, at: Date())
    return certificate
  }
}
