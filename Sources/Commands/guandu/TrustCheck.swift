import Certificates
import Foundation
import YAMLText
import ZoneKeys
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
      let pair = try Self.trusting { try ZoneKeys(keys).current }
      try store.verify(pair.signingCertificate, for: .zoneSigning, at: Date())
      try store.verify(pair.encryptionCertificate, for: .zoneEncryption, at: Date())
    }
    if let audit = keys.audit {
      note("audit", audit.logKey) { () throws(TrustError) in
        let own = try AuditKeys(keys)
        try store.verify(own.logCertificate, for: .audit, at: Date())
        try store.verify(own.witnessCertificate, for: .audit, at: Date())
      }
    }
    if let syslog = keys.audit?.forward?.syslog { checkSyslog(syslog) }
    // The site's certificate may be a public authority's, which this zone's own trust says nothing about.
    note("keys.tls_key", keys.tlsKey) { () throws(TrustError) in
      let own = try Certificate.load(pemFile: keys.tlsCertificate)[0]
      guard try PrivateKey(pemFile: keys.tlsKey).belongs(to: own) else {
        throw TrustError(.keyMismatch, "\(keys.tlsKey): not the key of \(own)")
      }
      guard own.notAfter > Date() else { throw TrustError(.expired, "\(keys.tlsCertificate): \(own) has expired") }
    }
  }

  private mutating func checkSyslog(_ target: SyslogTarget) {
    note("audit.forward.syslog.trust", target.trust) { () throws(TrustError) in
      _ = try Certificate.load(pemFile: target.trust)
    }
    guard let client = target.client else { return }
    note("audit.forward.syslog.key", client.key) { () throws(TrustError) in
      let own = try Certificate.load(pemFile: client.certificate)[0]
      guard try PrivateKey(pemFile: client.key).belongs(to: own) else {
        throw TrustError(.keyMismatch, "\(client.key): not the key of \(own)")
      }
      guard own.notAfter > Date() else { throw TrustError(.expired, "\(client.certificate): \(own) has expired") }
    }
  }

  private mutating func checkPeer(_ link: LinkConfiguration, _ store: TrustStore) {
    let keys = zone.keys
    note("links.\(link.peer).peer_signing_certificates", link.peerSigningCertificates[0]) { () throws(TrustError) in
      for certificate in try Self.trusting({ try knownCertificates(of: link, keys).signing }) {
        try store.verify(certificate, for: .zoneSigning, at: Date())
      }
    }
    note("links.\(link.peer).peer_encryption_certificate", link.peerEncryptionCertificate) { () throws(TrustError) in
      let certificate = try Self.trusting { try knownCertificates(of: link, keys).encryption }
      try store.verify(certificate, for: .zoneEncryption, at: Date())
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

  /// A file that cannot be read is a problem like any other.
  private static func trusting<T>(_ body: () throws -> T) throws(TrustError) -> T {
    do { return try body() } catch let error as TrustError { throw error } catch {
      throw TrustError(.unreadable, "\(error)")
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
