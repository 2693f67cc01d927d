import Acts
public import AuditConsole
import AuditLog
import AuditWitness
public import Certificates
public import ContainedChecks
import Cryptography
public import Documents
public import DurableFiles
import Foundation
import JSON
public import KeyRotation
public import Letters
public import Links
import Logging
public import PacketFormat
public import People
public import PublishedDocuments
import ReceivedDocuments
public import Revocation
public import Roles
import ServiceLifecycle
public import Storage
import Synchronization
public import Timestamps
import WorkCalendar
public import ZoneKeys
public import Zones

/// One zone, started on a configuration; `stop` ends it as SIGTERM would.
public final class RunningZone: Sendable {
  /// By the DMZ's program: this one is no daemon.
  public static let checks = CheckProcess(
    program: URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent().appending(
      path: "guandu-dmz"
    ).path)

  public let database: ZoneDatabase
  public let blobs: BlobStore
  public let citizens: CitizenLetters
  public let desk: DeskLetters
  /// Of a DMZ.
  public let documents: PortalDocuments
  /// Of an intranet.
  public let publications: DocumentPublications
  /// Runs no loop of its own: tests let it look.
  public let reminder: NoticeReminder
  public let trust: TrustStore
  public let revocations: RevocationKeeper
  public let rotation: RotationKeeper
  private let auditLog: LogKeeper
  public let identity: ZoneIdentity
  public let office: OfficeDirectory
  public let console: AuditConsole
  public let checker: LogChecker
  public let index: AuditIndexKeeper
  public let clerk = Official(
    person: "clerk", name: "Clerk", certificateFingerprint: "", roles: [.clerk], mailboxes: ["mayor"])
  public let outbox: Outbox
  private let peer: ZoneName
  /// For tests that do its steps one by one, with `exchanging: false`.
  public let exchange: ZoneExchange
  private let group: ServiceGroup
  private let task = Mutex<Task<Void, any Error>?>(nil)

  public init(
    _ configuration: ZoneConfiguration, files: Files = Files(), exchanging: Bool = true,
    securesAtOnce: Bool = true, checks: CheckProcess = RunningZone.checks,
    sendSMS: @escaping @Sendable (_ phone: String, _ text: String) async -> NoticeRelay.Attempt = { _, _ in .sent },
    now: @escaping @Sendable () -> UnixMilliseconds = { currentMilliseconds() },
    deskNow: (@Sendable () -> UnixMilliseconds)? = nil
  ) throws {
    var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel =
      Logger.Level(rawValue: ProcessInfo.processInfo.environment["GUANDU_TEST_LOG"] ?? "critical") ?? .critical
    database = try ZoneDatabase(
      path: configuration.dataDirectory + "/zone.sqlite",
      migrations: linkMigrations + actMigrations + peopleMigrations + citizenLetterMigrations + deskLetterMigrations
        + officeDocumentMigrations + documentPublicationMigrations + publishedDocumentMigrations
        + receivedDocumentMigrations
        + revocationMigrations + rotationMigrations + witnessMigrations + auditIndexMigrations)
    blobs = try BlobStore(folder: configuration.dataDirectory, files: files)
    let outbox = Outbox(links: configuration.links)
    self.outbox = outbox
    let identity = try ZoneIdentity(configuration: configuration, at: TestZones.now)
    let trail = AuditTrail(zone: configuration.name, keepsManifests: configuration.role == .intranet) {
      timestamp(now())
    }
    trust = identity.trust
    revocations = RevocationKeeper(
      configuration: configuration, trust: identity.trust, database: database, outbox: outbox, logger: logger,
      audit: trail)
    let link = configuration.cityLink
    peer = link.peer
    rotation = RotationKeeper(
      configuration: configuration, identity: identity, database: database, outbox: outbox, logger: logger,
      audit: trail)
    self.identity = identity
    citizens = CitizenLetters(
      database: database, outbox: outbox, blobs: blobs, link: link,
      intranetKeys: { identity.recipients(for: link.peer) }, limits: configuration.letters,
      pepper: try loadPepper(path: configuration.dataDirectory + "/pepper", files: files), audit: trail, logger: logger)
    desk = DeskLetters(
      database: database, outbox: outbox, blobs: blobs, link: link, keys: { identity.encryptionKeys },
      mailboxes: configuration.mailboxes, limits: configuration.letters, flows: try Self.flows(of: configuration),
      declineReasons: try FlowFile.declineReasons(Self.zones("decline-reasons.yaml")),
      calendar: try WorkCalendar(folder: Self.zones("calendars")), audit: trail, logger: logger,
      now: deskNow ?? now)
    documents = PortalDocuments(
      database: database, blobs: blobs, link: link, trust: configuration.sealTrust, process: checks, logger: logger)
    publications = DocumentPublications(
      database: database, blobs: blobs, outbox: outbox, link: link, offices: configuration.officeLinks,
      audit: trail, now: now)
    reminder = NoticeReminder(letters: desk, logger: logger)
    office = OfficeDirectory(database: database, mailboxes: configuration.mailboxes, audit: trail)
    let isDMZ = configuration.role == .dmz
    let logKey = try required(
      Ed25519PrivateKey(seed: SecretBytes(Digest.of(Array(configuration.name.text.utf8)).bytes)))
    let folders = LogFolders(zone: configuration.name, dataDirectory: configuration.dataDirectory)
    console = AuditConsole(
      folders: folders, database: database, keys: .init(log: logKey.publicKey, witness: logKey.publicKey),
      judge: { _ in .unknown }, audit: trail)
    checker = LogChecker(console: console, logger: logger)
    index = AuditIndexKeeper(folders: folders, database: database, logger: logger)
    let log = LogKeeper(
      zone: configuration.name, database: database, files: Files(), folder: configuration.dataDirectory + "/audit",
      key: logKey,
      trail: trail, logger: logger)
    auditLog = log
    let relay = NoticeRelay(
      database: database, outbox: outbox, intranet: link.peer, logger: logger, send: sendSMS)
    exchange = try ZoneExchange(
      configuration: configuration, identity: identity, database: database, files: files, outbox: outbox, blobs: blobs,
      keepsSentBlobs: !isDMZ,
      handlers: (isDMZ
        ? citizens.handlers.merging(relay.handlers) { first, _ in first }.merging(documents.handlers) { first, _ in
          first
        }
        : desk.handlers)
        .merging(revocations.handlers) { first, _ in first },
      handlersOfPeer: { [rotation] in rotation.handlers(of: $0) },
      fate: { [rotation, citizens, desk, publications] message, fate, db in
        try rotation.fate(message, fate, db)
        if !isDMZ { try publications.fate(message, fate, db) }
        try (isDMZ ? citizens.fate : desk.fate)(message, fate, db)
      }, logger: logger, audit: trail,
      securesAtOnce: securesAtOnce && configuration.backups == nil, now: now)
    group = ServiceGroup(services: [log, revocations, rotation, exchange] + (isDMZ ? [relay] : []), logger: logger)
    if exchanging { startExchange() }
  }

  public func startExchange() {
    let (group, revocations, rotation, auditLog) = (self.group, self.revocations, self.rotation, self.auditLog)
    task.withLock { task in
      task =
        task
        ?? Task {
          try await auditLog.begin()
          try await revocations.begin()
          try await rotation.begin()
          try await group.run()
        }
    }
  }

  public func stop() async throws {
    await group.triggerGracefulShutdown()
    try await task.withLock { $0 }?.value
    try database.close()
  }

  /// Sends a blob that lies in the store, with a message that has no effect.
  public func enqueueBlob(_ digest: HexDigest, bytes: Int) async throws {
    let (outbox, peer) = (self.outbox, self.peer)
    let id = newIdentifier(at: currentMilliseconds())
    let message = Message(
      id: id, type: "notice.sent", subject: id, after: [], at: timestamp(currentMilliseconds()),
      body: .object(["notice": .string("none")]))
    try await database.write { db in
      try outbox.enqueue(
        OutgoingMessage(message, classification: .internal, blobs: [(digest, bytes)]), to: peer, db)
    }
  }

  /// Waits until `condition` holds, looking again and again; throws `NeverCameAbout` in the end.
  public func eventually(
    _ what: String, withinSeconds: Int = 300, everyMilliseconds: Int = 20, _ condition: () async throws -> Bool
  ) async throws {
    let end = ContinuousClock.now + .seconds(withinSeconds)
    while ContinuousClock.now < end {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(everyMilliseconds))
    }
    throw NeverCameAbout(what: what)
  }

  /// Sends any message to the peer.
  public func send(_ message: OutgoingMessage) async throws {
    let (outbox, peer) = (self.outbox, self.peer)
    try await database.write { db in try outbox.enqueue(message, to: peer, db) }
  }

  public func count(_ sql: String) async throws -> Int {
    try await database.read { try $0.one(Int.self, sql) ?? 0 }
  }
}

extension RunningZone {
  /// A file of the configuration that is delivered.
  public static func zones(_ name: String) -> String {
    URL(filePath: #filePath).appending(path: "../../../zones/\(name)").standardizedFileURL.path
  }

  /// The delivered flows; mailboxes take those that they name, else the direct one.
  static func flows(of configuration: ZoneConfiguration) throws -> LetterFlows {
    try LetterFlows(
      FlowFile.folder(zones("flows")),
      mailboxes: Dictionary(uniqueKeysWithValues: configuration.mailboxes.map { ($0.identifier, $0.flow) }))
  }
}
