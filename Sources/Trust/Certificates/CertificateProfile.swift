import COpenSSL
import Foundation

/// The kinds of certificates that the authority issues.
public enum CertificateProfile: Sendable, Hashable {
  case root
  case issuing
  case zoneSigning
  case zoneEncryption
  /// Signs the checkpoints of a zone's audit log.
  case auditLog
  /// Cosigns the checkpoints of a peer's.
  case auditWitness
  /// - Parameter names: DNS names and IP addresses.
  case tlsServer(names: [String])
  case handler
  /// Signs documents with an office's seal.
  case seal
  /// Signs electronic seals as their maker (GB/T 38540).
  case sealMaker
  /// Signs documents with an electronic seal (GB/T 38540).
  case sm2Seal
  /// Signs time stamps (RFC 3161), and nothing else.
  case timeStamp

  /// The kind of key that the certificate is for.
  public var keyKind: KeyKind {
    switch self {
    case .root, .issuing, .tlsServer, .handler, .seal, .timeStamp: .p256
    case .zoneSigning, .auditLog, .auditWitness: .ed25519
    case .zoneEncryption: .x25519
    case .sealMaker, .sm2Seal: .sm2
    }
  }

  /// How long such a certificate is valid. Browsers refuse servers' certificates of more than 825 days.
  public var validDays: Int {
    switch self {
    case .root: 7_305
    case .issuing: 3_652
    case .zoneSigning, .zoneEncryption, .auditLog, .auditWitness, .seal, .sealMaker, .sm2Seal, .timeStamp: 1_095
    case .handler: 730
    case .tlsServer: 397
    }
  }

  func extensions(isSelfIssued: Bool) throws(TrustError) -> [CertificateTemplate.Extension] {
    var extensions = try ownExtensions()
    extensions.append(.init(identifier: NID_subject_key_identifier, value: "hash"))
    if !isSelfIssued { extensions.append(.init(identifier: NID_authority_key_identifier, value: "keyid:always")) }
    return extensions
  }

  private func ownExtensions() throws(TrustError) -> [CertificateTemplate.Extension] {
    switch self {
    case .root: Self.usage(basic: "CA:TRUE,pathlen:1", key: "keyCertSign,cRLSign")
    case .issuing: Self.usage(basic: "CA:TRUE,pathlen:0", key: "keyCertSign,cRLSign")
    case .zoneSigning: Self.usage(key: "digitalSignature", extended: "2.25.\(Self.ownArc).1")
    case .zoneEncryption: Self.usage(key: "keyAgreement", extended: "2.25.\(Self.ownArc).2")
    case .auditLog: Self.usage(key: "digitalSignature", extended: "2.25.\(Self.ownArc).3")
    case .auditWitness: Self.usage(key: "digitalSignature", extended: "2.25.\(Self.ownArc).4")
    case .handler: Self.usage(key: "digitalSignature", extended: "clientAuth")
    case .seal, .sm2Seal: Self.usage(key: "digitalSignature,nonRepudiation", extended: Self.documentSigning)
    case .sealMaker: Self.usage(key: "digitalSignature,nonRepudiation", extended: "2.25.\(Self.ownArc).5")
    // RFC 3161 wants only this use, and critical.
    case .timeStamp: Self.usage(key: "digitalSignature", extended: "critical,timeStamping")
    case .tlsServer(let names):
      Self.usage(key: "digitalSignature", extended: "serverAuth")
        + [.init(identifier: NID_subject_alt_name, value: try Self.alternativeNames(names))]
    }
  }

  /// The UUID 8fd1c3f6-58a0-4b7e-9c4d-2ab5e0f7316d in X.667's form. For information; no check needs it.
  private static let ownArc = "191168768028105904892822381509012304237"

  /// `id-kp-documentSigning` of RFC 9336.
  private static let documentSigning = "1.3.6.1.5.5.7.3.36"

  private static func usage(
    basic: String = "CA:FALSE", key: String, extended: String? = nil
  ) -> [CertificateTemplate.Extension] {
    var extensions: [CertificateTemplate.Extension] = [
      .init(identifier: NID_basic_constraints, value: "critical,\(basic)"),
      .init(identifier: NID_key_usage, value: "critical,\(key)"),
    ]
    if let extended { extensions.append(.init(identifier: NID_ext_key_usage, value: extended)) }
    return extensions
  }

  /// The names that an authority may put into servers' certificates: these domains and their subdomains, and no others.
  static func constraint(permitting domains: [String]) throws(TrustError) -> CertificateTemplate.Extension {
    for domain in domains where !isHostName(domain) { throw TrustError(.cannotIssue, "\(domain): not a host name") }
    let parts = domains.map { "permitted;DNS:\($0)" }
    return .init(identifier: NID_name_constraints, value: "critical," + parts.joined(separator: ","))
  }

  /// In OpenSSL's notation commas and colons have a meaning, so a name with characters beyond those of a name is
  /// refused.
  private static func alternativeNames(_ names: [String]) throws(TrustError) -> String {
    var parts: [String] = []
    for name in names {
      if isAddress(name) {
        parts.append("IP:\(name)")
      } else if isHostName(name) {
        parts.append("DNS:\(name)")
      } else {
        throw TrustError(.cannotIssue, "\(name): neither a host name nor an IP address")
      }
    }
    guard !parts.isEmpty else { throw TrustError(.cannotIssue, "a server's certificate needs a name") }
    return parts.joined(separator: ",")
  }

  private static func isAddress(_ text: String) -> Bool {
    var storage = in6_addr()
    return inet_pton(AF_INET, text, &storage) == 1 || inet_pton(AF_INET6, text, &storage) == 1
  }

  private static func isHostName(_ text: String) -> Bool {
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.".utf8)
    return (1...253).contains(text.utf8.count) && text.utf8.allSatisfy(allowed.contains)
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { (1...63).contains($0.utf8.count) }
  }
}
