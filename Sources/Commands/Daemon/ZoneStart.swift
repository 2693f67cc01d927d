import AuditForward
public import AuditLog
import AuditWitness
import Backups
import Certificates
import Cryptography
public import DurableFiles
import Foundation
import KeyRotation
public import Links
import LogLines
public import Logging
public import OperatorRequests
public import Revocation
public import Runtime
public import ServiceLifecycle
public import Storage
import Timestamps
import UnixSignals
public import ZoneKeys
public import Zones

/// Why a daemon does not start: the message for the operator, and the exit status (`sysexits.h`).
public struct StartFailure: Error, Sendable, CustomStringConvertible {
  public let description: String
  public let exitStatus: Int32

  public init(_ description: String, exitStatus: Int32) {
    self.description = description
    self.exitStatus = exitStatus
  }

  public static let configuration: Int32 = 78
  static let unavailable: Int32 = 75
}

/// What both daemons need before they differ: a checked configuration, keys, the data folder under lock, the database.
public struct ZoneStart: Sendable {
  public let configuration: ZoneConfiguration
  public let logger: Logger
  public let files: Files
  public let identity: ZoneIdentity
  public let database: ZoneDatabase
  public let blobs: BlobStore
  public let outbox: Outbox
  private let revocations: RevocationKeeper
  private let rotation: RotationKeeper
  /// Rings when the zone's log, or its copy of a peer's, has grown.
  public let logsHaveGrown: WakeSignals
  private let logKeeper: LogKeeper?
  private let witness: WitnessKeeper?
  private let forwarder: AuditForwarder?
  /// What this zone's parts write their entries with; nil where it keeps no audit log.
  public let audit: AuditTrail?
  private let lock: FileLock

  /// Does everything that can fail for the operator's reasons, in the order in which he can mend it.
  public init(configurationPath: String, role: ZoneRole, migrations: [Migration]) throws(StartFailure) {
    ProcessMemory.keepBuffers()
    // Before the first secret is read, the configuration's own included.
    guard ProcessSecrecy.forbidCoreDumps() else {
      throw StartFailure("the kernel does not let this process forbid core dumps", exitStatus: StartFailure.unavailable)
    }
    do { configuration = try ZoneConfiguration.load(path: configurationPath) } catch {
      throw StartFailure("\(error)", exitStatus: StartFailure.configuration)
    }
    guard configuration.role == role else {
      throw StartFailure(
        "\(configurationPath): role: this daemon serves the role “\(role.rawValue)”, not “\(configuration.role.rawValue)”",
        exitStatus: StartFailure.configuration)
    }
    let level = Logger.Level(rawValue: configuration.logLevel) ?? .info
    logger = Logger(label: configuration.name.text) { JSONLogHandler(label: $0, level: level) }
    Self.lockMemory(logger)
    do { identity = try ZoneIdentity(configuration: configuration, at: Date()) } catch {
      throw StartFailure("\(configurationPath): keys: \(error)", exitStatus: StartFailure.configuration)
    }
    files = Files()
    do {
      try files.createFolder(configuration.dataDirectory)
      // The database's files take the system's usual mode; the folder keeps others out.
      try files.restrictToOwner(configuration.dataDirectory)
      lock = try files.lock(configuration.dataDirectory + "/lock")
    } catch {
      let hint = error.operation == .lock ? " (another daemon runs on this folder)" : ""
      throw StartFailure("data folder: \(error)\(hint)", exitStatus: StartFailure.unavailable)
    }
    do {
      database = try ZoneDatabase(
        path: configuration.dataDirectory + "/zone.sqlite",
        migrations: migrations + revocationMigrations + rotationMigrations + witnessMigrations + forwardMigrations)
      blobs = try BlobStore(folder: configuration.dataDirectory, files: files)
    } catch { throw StartFailure("data folder: \(error)", exitStatus: StartFailure.unavailable) }
    outbox = Outbox(links: configuration.links)
    let grown = WakeSignals()
    logsHaveGrown = grown
    forwarder = try Self.forwarder(configuration, configurationPath, database, files, logger, grown)
    (audit, logKeeper, witness) = try Self.auditLog(
      configuration, configurationPath, identity.trust, database, files, outbox, logger, grown)
    revocations = RevocationKeeper(
      configuration: configuration, trust: identity.trust, database: database, outbox: outbox, logger: logger,
      audit: audit)
    rotation = RotationKeeper(
      configuration: configuration, identity: identity, database: database, outbox: outbox, logger: logger,
      audit: audit)
  }

  private static func auditLog(
    _ configuration: ZoneConfiguration, _ path: String, _ trust: TrustStore, _ database: ZoneDatabase, _ files: Files,
    _ outbox: Outbox, _ logger: Logger, _ grown: WakeSignals
  ) throws(StartFailure) -> (AuditTrail?, LogKeeper?, WitnessKeeper?) {
    guard configuration.keys.audit != nil else {
      logger.warning(
        "this zone keeps no audit log: nothing will be provable", metadata: ["hint": "give it keys: audit in zone.yaml"]
      )
      return (nil, nil, nil)
    }
    let keys: AuditKeys
    do { keys = try AuditKeys(configuration.keys) } catch {
      throw StartFailure("\(path): audit: \(error)", exitStatus: StartFailure.configuration)
    }
    let trail = AuditTrail(zone: configuration.name, keepsManifests: configuration.role == .intranet) {
      timestamp(Date().unixMilliseconds)
    }
    let log = LogKeeper(
      zone: configuration.name, database: database, files: files, folder: configuration.dataDirectory + "/audit",
      key: keys.log, trail: trail, logger: logger, grown: grown)
    let witness = WitnessKeeper(
      configuration: configuration, keys: keys, trust: trust, database: database, outbox: outbox, log: log,
      trail: trail, logger: logger, grown: grown)
    return (trail, log, witness)
  }

  private static func forwarder(
    _ configuration: ZoneConfiguration, _ path: String, _ database: ZoneDatabase, _ files: Files, _ logger: Logger,
    _ grown: WakeSignals
  ) throws(StartFailure) -> AuditForwarder? {
    guard let forwarding = configuration.keys.audit?.forward else { return nil }
    do {
      return try AuditForwarder(
        forwarding, zone: configuration.name, folder: configuration.dataDirectory + "/audit", files: files,
        database: database, logger: logger, grown: grown)
    } catch { throw StartFailure("\(path): audit.forward: \(error)", exitStatus: StartFailure.configuration) }
  }

  private static func lockMemory(_ logger: Logger) {
    if !ProcessSecrecy.lockMemory() {
      logger.warning(
        "memory cannot be locked, so letters in memory could reach the swap; keys are locked all the same",
        metadata: ["hint": "raise the limit on locked memory (systemd: LimitMEMLOCK=infinity), or run without swap"])
    }
  }

  /// What this zone does with its peers' messages: its own part, and the news of trust.
  public func messageHandlers(_ own: [String: MessageHandler]) -> [String: MessageHandler] {
    own.merging(revocations.handlers) { first, _ in first }
  }

  /// What it does with one peer's messages, which count from that peer alone: news of its keys, and of its log.
  public func messageHandlers(of peer: ZoneName) -> [String: MessageHandler] {
    rotation.handlers(of: peer).merging(witness?.handlers(of: peer) ?? [:]) { first, _ in first }
  }

  /// What it makes of its peers' receipts: its own part, and what they say to its new keys.
  public func fate(_ own: @escaping FateHandler) -> FateHandler {
    let rotated = rotation.fate
    return { message, fate, db in
      try rotated(message, fate, db)
      try own(message, fate, db)
    }
  }

  /// What of this zone's certificates and lists of revocations needs a hand now.
  public func trustConcerns() -> [TrustConcern] { revocations.concerns() }

  /// What both zones run beside their exchange and their site: backups, where the zone makes any, and operators' requests.
  ///
  /// - Parameter handlers: further requests that this zone's daemon takes.
  public func keepers(
    _ exchange: ZoneExchange, handlers: [String: OperatorRequests.Handler] = [:]
  ) -> [any Service] {
    var handlers = handlers.merging(exchange.operatorHandlers) { first, _ in first }
      .merging(revocations.operatorHandlers) { first, _ in first }
      .merging(rotation.operatorHandlers) { first, _ in first }
    // The last service stops first: the log takes in what the others have done.
    var services: [any Service] = forwarder.map { [$0] } ?? []
    if let logKeeper { services.append(logKeeper) }
    services += [revocations, rotation]
    if let witness { services.append(witness) }
    if let audit {
      services.append(ZoneWatch(links: configuration.links, database: database, audit: audit, logger: logger))
    }
    if let backups = configuration.backups {
      let keeper = BackupKeeper(
        backups: backups, dataDirectory: configuration.dataDirectory, database: database, files: files,
        logger: logger, tellPeers: { exchange.tellPeers() })
      handlers["backup"] = { _ in try await keeper.backUp() }
      services.append(keeper)
    }
    return services + [
      OperatorRequests(
        database: database, dataDirectory: configuration.dataDirectory, files: files, handlers: handlers,
        logger: logger)
    ]
  }

  /// Runs the services until SIGTERM or SIGINT, the last one stopping first, and closes the database.
  public func run(_ services: [any Service]) async throws {
    try await logKeeper?.begin()
    if let audit { try await database.write { db in try audit.zoneStarted(db) } }
    try await revocations.begin()
    try await rotation.begin()
    let group = ServiceGroup(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    logger.info("started", metadata: ["zone": "\(configuration.name)"])
    try await group.run()
    if let audit {
      try await database.write { db in try audit.zoneStopped(db) }
      _ = try? await logKeeper?.integrate()
    }
    await forwarder?.finish()
    try database.close()
    logger.info("stopped", metadata: ["zone": "\(configuration.name)"])
  }
}

/// Ends the process as a daemon that cannot go on does: a plain message, and a status that tells why.
public func stop(after error: any Error) -> Never {
  let failure = error as? StartFailure ?? StartFailure("stopped: \(error)", exitStatus: 1)
  try? FileHandle.standardError.write(contentsOf: Data((failure.description + "\n").utf8))
  Foundation.exit(failure.exitStatus)
}
