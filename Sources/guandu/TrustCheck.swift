import Foundation
import Trust
import Zones

/// Looks into the keys and certificates that a configuration names, as a daemon does at its start, and goes on after a
/// problem, so that the operator sees all of them.
struct TrustCheck {
  private let zone: ZoneConfiguration
  private(set) var problems: [ConfigurationProblem] = []

  init(_ zone: ZoneConfiguration) { self.zone = zone }

  mutating func run() {
    var trusted: TrustStore?
    let files = zone.trust
    note("trust", files.root) { () throws(TrustError) in trusted = try TrustStore(files: files) }
    guard let store = trusted else { return }
    checkOwnKeys(store)
    for link in zone.links { checkPeer(link, store) }
  }

  private mutating func checkOwnKeys(_ store: TrustStore) {
    let keys = zone.keys
    note("keys.signing_key", keys.signingKey) { () throws(TrustError) in
      let own = try Self.first(keys.signingCertificate, for: .zoneSigning, store)
      _ = try loadSigningKey(path: keys.signingKey, matching: own)
    }
    note("keys.encryption_key", keys.encryptionKey) { () throws(TrustError) in
      let own = try Self.first(keys.encryptionCertificate, for: .zoneEncryption, store)
      _ = try loadEncryptionKey(path: keys.encryptionKey, matching: own)
    }
    // The site's certificate may be a public authority's, which this zone's own trust says nothing about.
    note("keys.tls_key", keys.tlsKey) { () throws(TrustError) in
      let own = try Certificate.load(pemFile: keys.tlsCertificate)[0]
      guard try PrivateKey(pemFile: keys.tlsKey).belongs(to: own) else {
        throw TrustError(.keyMismatch, "\(keys.tlsKey): not the key of \(own)")
      }
      guard own.notAfter > Date() else { throw TrustError(.expired, "\(keys.tlsCertificate): \(own) has expired") }
    }
  }

  private mutating func checkPeer(_ link: LinkConfiguration, _ store: TrustStore) {
    for path in link.peerSigningCertificates {
      note("links.\(link.peer).peer_signing_certificates", path) { () throws(TrustError) in
        _ = try Self.first(path, for: .zoneSigning, store)
      }
    }
    note("links.\(link.peer).peer_encryption_certificate", link.peerEncryptionCertificate) { () throws(TrustError) in
      _ = try Self.first(link.peerEncryptionCertificate, for: .zoneEncryption, store)
    }
    for path in link.escrowCertificates {
      note("links.\(link.peer).escrow_certificates", path) { () throws(TrustError) in
        _ = try Self.first(path, for: .zoneEncryption, store)
      }
    }
  }

  private mutating func note(_ key: String, _ path: String, _ body: () throws(TrustError) -> Void) {
    do throws(TrustError) {
      try body()
    } catch {
      problems.append(.init(file: path, line: 1, column: 1, key: key, reason: error.description))
    }
  }

  private static func first(
    _ path: String, for purpose: CertificatePurpose, _ store: TrustStore
  ) throws(TrustError) -> Certificate {
    let certificate = try Certificate.load(pemFile: path)[0]
    try store.verify(certificate, for: purpose, at: Date())
    return certificate
  }
}
