import AgeFormat
import Cryptography
import Drop
import DurableFiles
import Exchange
import Foundation
import GRDB
import Letters
import Logging
import PacketFormat
import ServiceLifecycle
import Storage
import Testing
import Trust
import Zones

/// Two whole zones in one process, on a folder of their own, with real keys and certificates.
final class TestZones: Sendable {
  let root: String
  let dmz: ZoneConfiguration
  let intranet: ZoneConfiguration
  let authority: CertificateAuthority
  static let now = Date()

  init(limits: LinkLimits = TestZones.quickLimits, escrow: Bool = false) throws {
    root = NSTemporaryDirectory() + "guandu-\(UUID().uuidString)"
    let top = try CertificateAuthority.makeRoot(commonName: "Test root", at: Self.now)
    let issuing = try top.makeIssuing(commonName: "Test issuing", at: Self.now)
    authority = issuing
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
    dmz = try Self.configuration("dmz", "intranet", root, "d2i", "i2d", limits)
    intranet = try Self.configuration("intranet", "dmz", root, "i2d", "d2i", limits)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  static var quickLimits: LinkLimits {
    var limits = LinkLimits()
    limits.pollSeconds = 1
    limits.redropSeconds = 1
    limits.incompleteSeconds = 1
    limits.packetMaxBytes = 256 * 1024
    return limits
  }

  private static func configuration(
    _ name: String, _ peer: String, _ root: String, _ out: String, _ into: String, _ limits: LinkLimits
  ) throws -> ZoneConfiguration {
    let toIntranet = ExchangePolicy(
      messageTypes: ["letter.submitted", "notice.sent", "notice.failed"], highestClassification: .internal,
      blobMaxBytes: 22 << 20)
    let toDMZ = ExchangePolicy(
      messageTypes: ["letter.signed-for", "letter.answered", "letter.declined", "notice.requested"],
      highestClassification: .internal, blobMaxBytes: 22 << 20)
    let isDMZ = name == "dmz"
    let link = LinkConfiguration(
      peer: try #require(ZoneName(peer)), outgoingDrop: "\(root)/\(out)", incomingDrop: "\(root)/\(into)",
      peerSigningCertificates: ["\(root)/keys/\(peer)-signing.pem"],
      peerEncryptionCertificate: "\(root)/keys/\(peer)-encryption.pem", escrowCertificates: [],
      suites: ["x25519-chacha20poly1305-ed25519"], limits: limits, outgoingPolicy: isDMZ ? toIntranet : toDMZ,
      incomingPolicy: isDMZ ? toDMZ : toIntranet)
    let keys = KeyFiles(
      signingKey: "\(root)/keys/\(name)-signing.key", signingCertificate: "\(root)/keys/\(name)-signing.pem",
      encryptionKey: "\(root)/keys/\(name)-encryption.key",
      encryptionCertificate: "\(root)/keys/\(name)-encryption.pem", tlsKey: "", tlsCertificate: "")
    return ZoneConfiguration(
      name: try #require(ZoneName(name)), role: isDMZ ? .dmz : .intranet, dataDirectory: "\(root)/\(name)",
      logLevel: "error", keys: keys,
      trust: TrustFiles(
        root: "\(root)/keys/root.pem", intermediates: ["\(root)/keys/issuing.pem"], revocationLists: []),
      links: [link],
      mailboxes: [Mailbox(identifier: "mayor", chineseName: "市长信箱", englishName: "Mayor")], letters: LetterLimits(),
      portal: nil, sms: nil, desk: nil, people: [])
  }

  static func write(_ certificate: Certificate, _ path: String) throws {
    let base64 = Data(certificate.der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    let text = "-----BEGIN CERTIFICATE-----\n\(base64)\n-----END CERTIFICATE-----\n"
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  static func write(_ key: PrivateKey, _ path: String) throws {
    let pem = try key.pem()
    try pem.withUnsafeBytes { try Data($0).write(to: URL(filePath: path)) }
    chmod(path, 0o600)
  }
}

/// One zone, started on a configuration; `stop` ends it as SIGTERM would.
final class RunningZone: Sendable {
  let database: ZoneDatabase
  let blobs: BlobStore
  let citizens: CitizenLetters
  let desk: DeskLetters
  let clerk = Handler(name: "Clerk", certificateFingerprint: "", mailboxes: ["mayor"])
  private let task: Task<Void, any Error>
  private let group: ServiceGroup

  init(_ configuration: ZoneConfiguration, files: Files = Files()) throws {
    var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel =
      Logger.Level(rawValue: ProcessInfo.processInfo.environment["GUANDU_TEST_LOG"] ?? "critical") ?? .critical
    database = try ZoneDatabase(
      path: configuration.dataDirectory + "/zone.sqlite",
      migrations: exchangeMigrations + citizenLetterMigrations + deskLetterMigrations)
    blobs = try BlobStore(folder: configuration.dataDirectory, files: files)
    let outbox = Outbox(links: configuration.links)
    let identity = try ZoneIdentity(configuration: configuration, at: TestZones.now)
    let link = configuration.links[0]
    let peerKey = try Certificate.load(pemFile: link.peerEncryptionCertificate)[0].x25519PublicKey
    citizens = CitizenLetters(
      database: database, outbox: outbox, blobs: blobs, intranet: link.peer,
      intranetKeys: [try #require(peerKey)], limits: configuration.letters,
      pepper: try loadPepper(path: configuration.dataDirectory + "/pepper", files: files))
    desk = DeskLetters(
      database: database, outbox: outbox, blobs: blobs, dmz: link.peer, key: identity.encryptionKey,
      mailboxes: configuration.mailboxes, limits: configuration.letters)
    let isDMZ = configuration.role == .dmz
    let relay = NoticeRelay(
      database: database, outbox: outbox, intranet: link.peer, logger: logger, send: { _, _ in .sent })
    let exchange = try ZoneExchange(
      configuration: configuration, identity: identity, database: database, files: files, outbox: outbox, blobs: blobs,
      keepsSentBlobs: !isDMZ,
      handlers: isDMZ ? citizens.handlers.merging(relay.handlers) { first, _ in first } : desk.handlers,
      fate: isDMZ ? citizens.fate : desk.fate, logger: logger)
    let group = ServiceGroup(services: [exchange], logger: logger)
    self.group = group
    task = Task { try await group.run() }
  }

  func stop() async throws {
    await group.triggerGracefulShutdown()
    try await task.value
    try database.close()
  }

  /// Waits until `condition` holds, looking every few milliseconds, a minute at the most.
  func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("never came about: \(what)")
  }

  func count(_ sql: String) async throws -> Int {
    try await database.read { try Int.fetchOne($0, sql: sql) ?? 0 }
  }
}

func draft(_ text: String = "路灯坏了三周，请尽快修理。", attachments: [LetterAttachment] = []) -> LetterDraft {
  LetterDraft(
    mailbox: "mayor", kind: .complaint, title: "关于路灯", text: text, mayPublish: true, phone: "13800138000", mail: nil,
    attachments: attachments)
}
