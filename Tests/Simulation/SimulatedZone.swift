import Cryptography
import DurableFiles
import Foundation
import JSON
import Links
import Logging
import PacketFormat
import Storage
import Synchronization
import Timestamps
import ZoneHarness
import ZoneKeys
import Zones

/// What both zones' handlers have seen over all their lives, whatever a restore has undone since.
final class Chronicle: Sendable {
  private let state = Mutex((performed: Set<String>(), wrongs: [String]()))

  func performed(_ id: String) { state.withLock { _ = $0.performed.insert(id) } }
  func wasPerformed(_ id: String) -> Bool { state.withLock { $0.performed.contains(id) } }
  func wrong(_ text: String) { state.withLock { $0.wrongs.append(text) } }
  var wrongs: [String] { state.withLock { $0.wrongs } }
}

/// One zone: the exchange's own code on a simulated disk, a database in memory, and a clock that the schedule moves.
final class SimulatedZone {
  struct Backup {
    let database: SQLiteFile
    let disk: SimulatedDisk.Content
    /// How many messages had been committed.
    let committed: Int
  }

  /// What never changes between schedules.
  struct World: Sendable {
    let configuration: ZoneConfiguration
    let identity: ZoneIdentity
  }

  static let refusable = "refuse-me"
  static let schema =
    linkMigrations + [
      Migration(
        "simulation",
        sql: """
          CREATE TABLE sim_applied (id INTEGER PRIMARY KEY, message TEXT NOT NULL, blob TEXT);
          CREATE TABLE sim_fate (id INTEGER PRIMARY KEY, message TEXT NOT NULL, fate TEXT NOT NULL);
          """)
    ]

  let world: World
  let disk = SimulatedDisk(folders: ["/", "/data", "/out", "/out/new", "/out/tmp", "/in", "/in/new", "/in/tmp"])
  let faults = FaultMachine()
  var queue: SQLiteFile
  private(set) var link: ZoneExchange.Link?
  private var exchange: ZoneExchange?
  private var isPrepared = false
  private var outbox: Outbox
  private var database: ZoneDatabase
  private let template: SQLiteFile
  private let chronicle: Chronicle
  private let clock: @Sendable () -> UnixMilliseconds

  var name: String { world.configuration.name.text }
  var peer: ZoneName { world.configuration.links[0].peer }
  private var files: Files { Files(calls: disk, faults: faults) }

  init(
    world: World, template: SQLiteFile, chronicle: Chronicle, clock: @escaping @Sendable () -> UnixMilliseconds
  ) throws {
    self.world = world
    self.template = template
    self.chronicle = chronicle
    self.clock = clock
    queue = try SQLiteFile(copyOf: template)
    outbox = Outbox(links: world.configuration.links)
    database = ZoneDatabase(inMemory: queue, faults: faults)
  }

  /// Starts the process, or goes on starting it. False where a fault prevents it for now.
  func start() async -> Bool {
    if link != nil && isPrepared { return true }
    do {
      if exchange == nil { try make() }
      guard let exchange, let link = exchange.links.first else { return false }
      try await exchange.begin()
      try await link.prepare()
      self.link = link
      isPrepared = true
      // The daemon's first word.
      try? await link.sendWord()
      return true
    } catch {
      return false
    }
  }

  private func make() throws {
    outbox = Outbox(links: world.configuration.links)
    database = ZoneDatabase(inMemory: queue, faults: faults)
    let store = try BlobStore(folder: "/data", files: files)
    let chronicle = self.chronicle
    exchange = try ZoneExchange(
      configuration: world.configuration, identity: world.identity, database: database, files: files, outbox: outbox,
      blobs: store, keepsSentBlobs: false,
      handlers: ["letter.submitted": Self.handler(chronicle), "letter.answered": Self.handler(chronicle)],
      fate: Self.fate(chronicle), logger: quietLogger,
      securesAtOnce: world.configuration.backups == nil, now: clock)
    blobs = store
  }

  private(set) var blobs: BlobStore?

  private static func handler(_ chronicle: Chronicle) -> MessageHandler {
    MessageHandler { message in
      if message.body["kind"]?.text == refusable { throw MessageRefusal(code: "unwelcome", reason: "as it asks") }
      let blob = try message.neededBlobs().first?.text
      return { db in
        try db.run("INSERT INTO sim_applied (message, blob) VALUES (?, ?)", message.id, blob)
        chronicle.performed(message.id)
      }
    }
  }

  /// "Delivered" must never be told of what the peer has not done.
  private static func fate(_ chronicle: Chronicle) -> FateHandler {
    { message, fate, db in
      if fate == .applied && !chronicle.wasPerformed(message.id) {
        chronicle.wrong("\(message.id) was told as applied, and was not")
      }
      try db.run(
        "INSERT INTO sim_fate (message, fate) VALUES (?, ?)", message.id, fate == .applied ? "applied" : "refused")
    }
  }

  /// Ends the process at once.
  func kill(losingPower random: inout SeededRandom, _ losesPower: Bool) {
    if losesPower { disk.losePower(&random) } else { disk.kill() }
    link = nil
    exchange = nil
    isPrepared = false
    faults.revive()
  }

  /// Restarts it if a fault has killed it.
  func restartIfKilled(_ random: inout SeededRandom) {
    if faults.isDead { kill(losingPower: &random, random.chance(50)) }
  }

  /// Commits a message as a site would. Nil where it was not committed, whatever was reported.
  func commit(kind: String, blobBytes: Int?, id: String) async throws -> String? {
    guard let blobs else { return nil }
    var listed: [(digest: HexDigest, bytes: Int)] = []
    if let blobBytes {
      guard let digest = Self.keepBlob(blobs, seededBytes(blobBytes)) else { return nil }
      listed = [(digest, blobBytes)]
    }
    let message = Message(
      id: id, type: world.configuration.role == .dmz ? "letter.submitted" : "letter.answered", subject: id, after: [],
      at: timestamp(clock()),
      body: .object([
        "kind": .string(kind), "blobs": .array(listed.map { .string($0.digest.text) }),
      ]))
    let outgoing = OutgoingMessage(message, classification: .internal, blobs: listed)
    let (outbox, peer) = (self.outbox, self.peer)
    try? await database.write { db in try outbox.enqueue(outgoing, to: peer, db) }
    return try isInOutbox(id) ? id : nil
  }

  private func isInOutbox(_ id: String) throws -> Bool {
    try queue.read { db in
      try db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM outbox WHERE message_id = ?)", id)
    } == true
  }

  private static func keepBlob(_ blobs: BlobStore, _ bytes: [UInt8]) -> HexDigest? {
    do {
      let file = try blobs.spool()
      try file.append(bytes)
      try file.sync()
      try file.close()
      let digest = Digest.of(bytes)
      try blobs.keep(file, as: digest)
      return HexDigest(digest.hex)
    } catch {
      return nil
    }
  }

  private func seededBytes(_ count: Int) -> [UInt8] { randomBytes(count) }

  func count(_ sql: String) throws -> Int { try queue.read { try $0.one(Int.self, sql) ?? 0 } }

  func backUp(committed: Int) throws -> Backup {
    Backup(database: try SQLiteFile(copyOf: queue), disk: disk.content, committed: committed)
  }

  /// Puts a backup back. Announced: the database alone, into a folder that went on. Otherwise the whole machine goes back
  /// in time and does not know it.
  func restore(_ backup: Backup, isAnnounced: Bool, _ random: inout SeededRandom) throws {
    kill(losingPower: &random, false)
    queue = try SQLiteFile(copyOf: backup.database)
    if isAnnounced {
      try queue.write { try $0.run("UPDATE incarnation SET current = 'backup', previous = 'backup'") }
    } else {
      // The drops are other machines' as well.
      let (incoming, outgoing) = (drop("/in/new"), drop("/out/new"))
      disk.content = backup.disk
      refill("/in/new", incoming)
      refill("/out/new", outgoing)
    }
  }

  /// The machine burned down; its keys alone were kept.
  func loseEverything(_ random: inout SeededRandom) throws {
    kill(losingPower: &random, false)
    queue = try SQLiteFile(copyOf: template)
    let (incoming, outgoing) = (drop("/in/new"), drop("/out/new"))
    disk.content =
      SimulatedDisk(folders: ["/", "/data", "/out", "/out/new", "/out/tmp", "/in", "/in/new", "/in/tmp"])
      .content
    refill("/in/new", incoming)
    refill("/out/new", outgoing)
  }

  private func drop(_ folder: String) -> [(String, [UInt8])] {
    disk.names(in: folder).compactMap { name in disk.bytes(folder + "/" + name).map { (name, $0) } }
  }

  private func refill(_ folder: String, _ files: [(String, [UInt8])]) {
    for name in disk.names(in: folder) { disk.take(folder + "/" + name) }
    for (name, bytes) in files { disk.place(bytes, at: folder + "/" + name) }
  }
}

private let quietLogger: Logger = {
  var logger = Logger(label: "simulation") { StreamLogHandler.standardError(label: $0) }
  let level = ProcessInfo.processInfo.environment["GUANDU_TEST_LOG"] ?? "none"
  logger.logLevel = Logger.Level(rawValue: level) ?? .critical
  if level == "none" { logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() } }
  return logger
}()
