public import Certificates
import Cryptography
public import Foundation
public import Letters
import Synchronization
public import Zones

/// Two whole zones in one process, on a folder of their own, with real keys and certificates.
public final class TestZones: Sendable {
  public let root: String
  public let dmz: ZoneConfiguration
  public let intranet: ZoneConfiguration
  public let authority: CertificateAuthority
  public let rootAuthority: CertificateAuthority
  public static let now = Date()

  /// - Parameters:
  ///   - parent: the folder to make the zones' own folder in; nil for the system's temporary one.
  ///   - blobMaxBytes: what the links let through.
  public init(
    limits: LinkLimits = TestZones.quickLimits, in parent: String? = nil, blobMaxBytes: Int = 22 << 20
  ) throws {
    root = (parent.map { $0 + "/" } ?? NSTemporaryDirectory()) + "guandu-\(UUID().uuidString)"
    Leftovers.add(root)
    let top = try CertificateAuthority.makeRoot(commonName: "Test root", at: Self.now)
    let issuing = try top.makeIssuing(commonName: "Test issuing", at: Self.now)
    authority = issuing
    rootAuthority = top
    for folder in ["keys", "dmz", "intranet", "d2i", "i2d", "d2i/new", "d2i/tmp", "i2d/new", "i2d/tmp"] {
      try FileManager.default.createDirectory(atPath: root + "/" + folder, withIntermediateDirectories: true)
    }
    try Self.write(top.certificate, root + "/keys/root.pem")
    try Self.write(issuing.certificate, root + "/keys/issuing.pem")
    for zone in ["dmz", "intranet"] {
      for (purpose, name) in [(CertificateProfile.zoneSigning, "signing"), (.zoneEncryption, "encryption")] {
        let issued = try issuing.issue(purpose, to: "\(zone) \(name)", at: Self.now)
        try Self.write(issued.certificate, root + "/keys/\(zone)-\(name).pem")
        try Self.write(issued.key, root + "/keys/\(zone)-\(name).key")
      }
    }
    dmz = try Self.configuration("dmz", "intranet", root, limits, blobMaxBytes)
    intranet = try Self.configuration("intranet", "dmz", root, limits, blobMaxBytes)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// One side of zones that another process laid out at `root`.
  public static func side(
    _ role: ZoneRole, at root: String, limits: LinkLimits, blobMaxBytes: Int
  ) throws -> ZoneConfiguration {
    try configuration(
      role.rawValue, role == .dmz ? "intranet" : "dmz", root, limits, blobMaxBytes)
  }

  public static var quickLimits: LinkLimits {
    var limits = LinkLimits()
    limits.pollSeconds = 1
    limits.redropSeconds = 1
    limits.incompleteSeconds = 1
    limits.packetMaxBytes = 256 * 1024
    return limits
  }

  private static func configuration(
    _ name: String, _ peer: String, _ root: String, _ limits: LinkLimits, _ blobMaxBytes: Int
  ) throws -> ZoneConfiguration {
    let toIntranet = ExchangePolicy(
      messageTypes: [
        "letter.submitted", "letter.supplemented", "notice.sent", "notice.failed", "portal.keepsake",
        "trust.certificates", "trust.request",
      ],
      highestClassification: .internal,
      blobMaxBytes: blobMaxBytes, fileKinds: Set(FileKind.allCases))
    let toDMZ = ExchangePolicy(
      messageTypes: [
        "letter.signed-for", "letter.answered", "letter.declined", "notice.requested", "portal.restored",
        "letter.restored", "letter.progress", "document.published", "document.withdrawn", "trust.crl",
        "trust.certificates",
        "trust.issued", "audit.checkpoint", "audit.cosigned",
      ],
      highestClassification: .internal, blobMaxBytes: blobMaxBytes, fileKinds: Set(FileKind.allCases))
    let isDMZ = name == "dmz"
    let (out, into) = isDMZ ? ("d2i", "i2d") : ("i2d", "d2i")
    let link = LinkConfiguration(
      peer: try required(ZoneName(peer)), outgoingDrop: .folder("\(root)/\(out)"), incomingDrop: "\(root)/\(into)",
      peerSigningCertificates: ["\(root)/keys/\(peer)-signing.pem"],
      peerEncryptionCertificate: "\(root)/keys/\(peer)-encryption.pem", escrowCertificates: [],
      suites: ["x25519-chacha20poly1305-ed25519"], limits: limits, outgoingPolicy: isDMZ ? toIntranet : toDMZ,
      incomingPolicy: isDMZ ? toDMZ : toIntranet)
    var keys = KeyFiles(
      signingKey: "\(root)/keys/\(name)-signing.key", signingCertificate: "\(root)/keys/\(name)-signing.pem",
      encryptionKey: "\(root)/keys/\(name)-encryption.key",
      encryptionCertificate: "\(root)/keys/\(name)-encryption.pem", tlsKey: "", tlsCertificate: "")
    keys.rotatedFolder = "\(root)/\(name)-rotated"
    return ZoneConfiguration(
      name: try required(ZoneName(name)), role: isDMZ ? .dmz : .intranet, dataDirectory: "\(root)/\(name)",
      logLevel: "error", keys: keys,
      trust: TrustFiles(
        root: "\(root)/keys/root.pem", intermediates: ["\(root)/keys/issuing.pem"], revocationLists: []),
      links: [link],
      mailboxes: [Mailbox(identifier: "mayor", chineseName: "市长信箱", englishName: "Mayor")], letters: LetterLimits(),
      portal: nil, sms: nil, desk: nil, people: [])
  }

  public static func write(_ certificate: Certificate, _ path: String) throws {
    let base64 = Data(certificate.der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    let text = "-----BEGIN CERTIFICATE-----\n\(base64)\n-----END CERTIFICATE-----\n"
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  public static func write(_ key: PrivateKey, _ path: String) throws {
    let pem = try key.pem()
    try pem.withUnsafeBytes { try Data($0).write(to: URL(filePath: path)) }
    chmod(path, 0o600)
  }
}

/// What a condition that was waited for did not do.
public struct NeverCameAbout: Error, CustomStringConvertible {
  let what: String
  public var description: String { "never came about: \(what)" }
}

func required<T>(_ value: T?) throws -> T {
  guard let value else { throw NeverCameAbout(what: "a value") }
  return value
}

public func draft(_ text: String = "路灯坏了三周，请尽快修理。", attachments: [LetterAttachment] = []) -> LetterDraft {
  LetterDraft(
    mailbox: "mayor", kind: .complaint, title: "关于路灯", text: text, mayPublish: true, phone: "13800138000", mail: nil,
    attachments: attachments)
}

/// Folders that are removed when the process ends: a zone that still ran when its test's folder was removed may have made
/// files in it anew.
private enum Leftovers {
  private static let paths = Mutex<[String]>([])

  static func add(_ path: String) {
    let isFirst = paths.withLock { paths in
      paths.append(path)
      return paths.count == 1
    }
    if isFirst { atexit { for path in Leftovers.all { try? FileManager.default.removeItem(atPath: path) } } }
  }

  private static var all: [String] { paths.withLock { $0 } }
}
