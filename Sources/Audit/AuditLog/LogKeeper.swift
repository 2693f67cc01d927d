public import Cryptography
public import DurableFiles
import Foundation
import JSON
public import Logging
public import Runtime
public import ServiceLifecycle
public import Storage
import Synchronization
package import TransparencyLog
public import Zones

/// Takes committed entries over into the log's files, in the order of their commits.
///
/// The entries are durable before it runs: it only brings them into a form that can be proved. A restored database
/// begins a new log, whose first entry names the last checkpoint of the one before.
public actor LogKeeper: Service {
  private static let batchMax = 8_192
  private static let batchMaxBytes = 16 << 20
  /// Entries that come meanwhile share a checkpoint.
  private static let pause = Duration.seconds(1)
  /// How long until a failure is tried again, and a missed signal noticed.
  private static let lookSeconds = 30

  private let database: ZoneDatabase
  private let files: Files
  private let folder: String
  private let zone: ZoneName
  private let key: Ed25519PrivateKey
  private let trail: AuditTrail
  private let logger: Logger
  private var writer: LogWriter?
  private var firstRow = 0
  private var lastFailure = ""
  /// What the peers have told about this log, until the next step.
  private struct Told {
    var held: (held: Checkpoint, epoch: Int)?
    var witnessed: SignedNote?
  }

  private nonisolated let told = Mutex(Told())
  /// The log's size after its last entry that is not about another log: later entries need no witness soon.
  private var newsSize = 0
  /// Triggered when the log's files have grown.
  private let grown: WakeSignals
  private let executor = ThreadExecutor("audit.log")

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// - Parameters:
  ///   - folder: for the logs, each in a folder of its number.
  ///   - key: signs the checkpoints.
  ///   - grown: triggered when the log's files have grown.
  public init(
    zone: ZoneName, database: ZoneDatabase, files: Files, folder: String, key: Ed25519PrivateKey, trail: AuditTrail,
    logger: Logger, grown: WakeSignals = WakeSignals()
  ) {
    self.grown = grown
    self.zone = zone
    self.database = database
    self.files = files
    self.folder = folder
    self.key = key
    self.trail = trail
    self.logger = logger
  }

  /// The name of a zone's log in its checkpoints.
  public static func origin(_ zone: ZoneName, epoch: Int) -> String { "\(zone)/audit/\(epoch)" }

  /// The start, before the zone does anything that is recorded.
  public func begin() async throws {
    try files.createFolder(folder)
    let state = try await database.read { db -> (epoch: Int, first: Int, next: Int)? in
      guard let row = try db.one("SELECT epoch, first_row FROM audit_log") else { return nil }
      let last = try db.lastNumber(in: "audit_entry")
      return try (row["epoch"], row["first_row"], last + 1)
    }
    guard let state else {
      guard let last = try files.list(folder).compactMap(Int.init).max() else {
        return try await open(reason: "the zone's first start", lost: nil)
      }
      // In whatever state its files are, a new log begins.
      return try await open(reason: "the database is new, and the logs are not", lost: try? writer(epoch: last))
    }
    do {
      let found = try writer(epoch: state.epoch)
      if state.next - state.first < found.size {
        firstRow = state.first
        return try await open(reason: "the database was restored: it is older than the log", lost: found)
      }
      (writer, firstRow) = (found, state.first)
      try await requireWaitingRows(from: found.size)
    } catch let error as AuditError {
      try await open(reason: "the log's files were changed: \(error)", lost: nil)
    } catch let error as NoteError {
      try await open(reason: "the log's files were changed: \(error)", lost: nil)
    } catch let error as FileError where error.isMissing {
      try await open(reason: "a file of the log is missing: \(error.path)", lost: nil)
    }
  }

  /// Whether the entries that the log lacks are still here: else its files are those of an earlier day.
  private func requireWaitingRows(from size: Int) async throws {
    let first = firstRow + size
    let (oldest, last) = try await database.read { db in
      (
        try db.one(Int.self, "SELECT MIN(id) FROM audit_entry"),
        try db.lastNumber(in: "audit_entry")
      )
    }
    guard last < first || oldest.map({ $0 <= first }) == true else {
      throw AuditError("the log ends before entries that stood in it")
    }
  }

  private func writer(epoch: Int) throws -> LogWriter {
    let name = Self.origin(zone, epoch: epoch)
    guard let signer = NoteSigner(name: name, kind: .ed25519, key: key) else {
      throw AuditError("“\(name)” is no log's name")
    }
    return try LogWriter(folder: LogFolder(path: "\(folder)/\(epoch)", files: files), signer: signer)
  }

  /// Continues after a checkpoint that a witness holds. If this log does not contain it, what it covers is lost, and a
  /// new log says so in its first entry.
  ///
  /// - Parameter epoch: the number of the log of `held`.
  package nonisolated func goOn(after held: Checkpoint, epoch: Int) {
    told.withLock { $0.held = (held, epoch) }
    trail.signal.ring()
  }

  /// Keeps a checkpoint with a witness's cosignature at the next step.
  package nonisolated func noteWitnessed(_ note: SignedNote) {
    told.withLock { $0.witnessed = note }
    trail.signal.ring()
  }

  /// Not in the middle of a step, which reads and writes one log.
  private func goOnAfterWhatTheWitnessHolds() async throws {
    guard let (held, epoch) = told.withLock({ $0.held }), let writer, let current = try await epochNow() else { return }
    told.withLock { told in if told.held?.epoch == epoch, told.held?.held == held { told.held = nil } }
    guard epoch >= current else { return }
    if epoch == current, held.size <= writer.size,
      try writer.folder.root(size: held.size, newest: writer.size) == held.root
    {
      return
    }
    try await open(
      reason: "the witness holds a checkpoint that this log has not: the zone was put back to an earlier day",
      lost: writer, before: held, atLeast: epoch + 1)
  }

  private func epochNow() async throws -> Int? {
    try await database.read { db in try db.one(Int.self, "SELECT epoch FROM audit_log") }
  }

  /// Begins a new log, with a number that no folder has.
  private func open(
    reason: String, lost: LogWriter?, before held: Checkpoint? = nil, atLeast: Int = 1
  ) async throws {
    let numbers = try files.list(folder).compactMap(Int.init)
    // Nor a number that the database knows though its folder is lost: a witness holds it.
    let epoch = max((numbers.max() ?? 0) + 1, (try await epochNow() ?? 0) + 1, atLeast)
    let new = try writer(epoch: epoch)
    let last = held ?? lost.map { Checkpoint(origin: $0.origin, size: $0.size, root: $0.tree.root(TreeHasher())) }
    let before: JSONValue =
      last.map {
        .object(["log": .string($0.origin), "size": .integer($0.size), "root": .string($0.root.base64)])
      } ?? .null
    let (trail, integrated) = (self.trail, lost.map { firstRow + $0.size } ?? 0)
    firstRow = try await database.write { db in
      // Entries that are in no log yet follow the new one's first entry.
      let waiting = try db.all(
        [UInt8].self, "SELECT bytes FROM audit_entry WHERE id >= ? AND length(bytes) <= ? ORDER BY id", integrated,
        EntryBundle.entryMaxBytes)
      try db.run("DELETE FROM audit_entry")
      try trail.logOpened(new.origin, reason: reason, before: before, db)
      guard let row = try db.one(Int.self, "SELECT MAX(id) FROM audit_entry") else {
        throw AuditError("the new log's first entry was not kept")
      }
      for entry in waiting { try db.run("INSERT INTO audit_entry (bytes) VALUES (?)", entry) }
      try db.run(
        """
        INSERT INTO audit_log (id, epoch, first_row) VALUES (1, ?, ?)
        ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, first_row = excluded.first_row
        """, epoch, row)
      return row
    }
    writer = new
    logger.log(
      level: epoch == 1 ? .notice : .critical, "a new audit log begins",
      metadata: ["log": "\(new.origin)", "reason": "\(reason)"])
  }

  /// Integrates until the service group shuts down, and once more then.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await self.trail.signal.listen(atLeastEvery: Self.lookSeconds, apart: Self.pause) {
        await self.integrateWhenPossible()
      }
    }
    await integrateWhenPossible()
  }

  /// A failure that lasts is logged once.
  func integrateWhenPossible() async {
    do {
      if let note = told.withLock({ $0.witnessed.take() }) { keepWitnessed(note) }
      try await goOnAfterWhatTheWitnessHolds()
      while try await integrate() {}
      lastFailure = ""
    } catch let error as AuditError {
      // Somebody has changed the database. What is still there goes into a log whose first entry says so.
      do { try await open(reason: "\(error)", lost: writer) } catch { lastFailure = "\(error)" }
    } catch {
      let text = "\(error)"
      if text != lastFailure {
        logger.error("entries wait to be written to the audit log", metadata: ["error": "\(text)"])
      }
      lastFailure = text
    }
  }

  /// The newest checkpoint, with the folder that proofs come from; nil before the first.
  ///
  /// - Returns: `newsSize`: the log's size after its last entry that is not about another log.
  package func newest() throws -> (note: SignedNote, folder: LogFolder, newsSize: Int)? {
    guard let writer, let note = try writer.folder.checkpoint() else { return nil }
    return (note, writer.folder, newsSize)
  }

  /// Keeps a checkpoint with a witness's cosignature beside the log, replacing an older one.
  package func keepWitnessed(_ note: SignedNote) {
    guard let writer, let checkpoint = try? Checkpoint(text: note.text), checkpoint.origin == writer.origin else {
      return
    }
    do { try writer.folder.keepWitnessed(note) } catch {
      logger.error(
        "a cosigned checkpoint could not be stored; the next one will replace it", metadata: ["error": "\(error)"])
    }
  }

  /// Takes over committed entries. True if more may wait.
  @discardableResult public func integrate() async throws -> Bool {
    guard var writer else { return false }
    let next = firstRow + writer.size
    let rows = try await Self.rows(from: next, database)
    guard !rows.isEmpty else { return false }
    for (offset, row) in rows.enumerated() {
      guard row.id == next + offset, row.bytes.count <= EntryBundle.entryMaxBytes else {
        throw AuditError("entry \(next + offset - firstRow) was taken out of the database, or changed there")
      }
    }
    let size = writer.size
    _ = try writer.append(rows.map(\.bytes))
    self.writer = writer
    let isTalk = AuditEntry.beginning(of: .peerCheckpoint)
    if let news = rows.lastIndex(where: { !$0.bytes.starts(with: isTalk) }) { newsSize = size + news + 1 }
    let end = next + rows.count
    try await database.write { db in
      try db.run("DELETE FROM audit_entry WHERE id < ?", end)
    }
    grown.ring()
    return true
  }

  private struct WaitingRow: Sendable {
    let id: Int
    let bytes: [UInt8]
  }

  private static func rows(from first: Int, _ database: ZoneDatabase) async throws -> [WaitingRow] {
    try await database.read { db in
      var (rows, bytes): ([WaitingRow], Int) = ([], 0)
      try db.each("SELECT id, bytes FROM audit_entry WHERE id >= ? ORDER BY id LIMIT ?", first, batchMax) { row in
        let entry: [UInt8] = try row["bytes"]
        try rows.append(WaitingRow(id: row["id"], bytes: entry))
        bytes += entry.count
        return bytes < batchMaxBytes
      }
      return rows
    }
  }
}
