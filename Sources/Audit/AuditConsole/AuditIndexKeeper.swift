import AuditLog
public import DurableFiles
import Foundation
public import Logging
public import Runtime
public import ServiceLifecycle
public import Storage
import Synchronization
import TransparencyLog
public import Zones

/// A log in this zone.
public struct KnownLog: Hashable, Sendable {
  public let zone: ZoneName
  public let number: Int
  public let folder: String

  public var origin: String { LogKeeper.origin(zone, epoch: number) }
}

/// The folders of the zone's own logs and of the copies of its peers'.
public struct LogFolders: Sendable {
  let zone: ZoneName
  let dataDirectory: String
  let files: Files

  public init(zone: ZoneName, dataDirectory: String, files: Files = Files()) {
    self.zone = zone
    self.dataDirectory = dataDirectory
    self.files = files
  }

  /// In order, the zone's own ones first.
  public func all() throws -> [KnownLog] {
    var logs = try numbers(dataDirectory + "/audit").map {
      KnownLog(zone: zone, number: $0, folder: dataDirectory + "/audit/\($0)")
    }
    let peers = dataDirectory + "/audit-peer"
    guard files.exists(peers) else { return logs }
    for peer in try files.list(peers).sorted().compactMap({ ZoneName($0) }) {
      let folder = "\(peers)/\(peer)"
      logs += try numbers(folder).map { KnownLog(zone: peer, number: $0, folder: "\(folder)/\($0)") }
    }
    return logs
  }

  public func log(_ zone: ZoneName, _ number: Int) -> KnownLog {
    let parent = zone == self.zone ? dataDirectory + "/audit" : "\(dataDirectory)/audit-peer/\(zone)"
    return KnownLog(zone: zone, number: number, folder: "\(parent)/\(number)")
  }

  private func numbers(_ folder: String) throws -> [Int] {
    guard files.exists(folder) else { return [] }
    return try files.list(folder).compactMap { Int($0) }.sorted()
  }
}

/// Reads new entries of the logs into the index, and raises alerts.
public struct AuditIndexKeeper: Service {
  private static let bundleMaxBytes = 16 << 20
  /// How many entries a continuing alert keeps.
  private static let alertEntriesMax = 1_000
  /// Whoever writes a log must not fill the officer's page: further alerts share one.
  private static let openAlertsOfAKind = 100
  /// An alert's count stops here.
  private static let alertCountMax = 1_000_000_000_000

  private let folders: LogFolders
  private let database: ZoneDatabase
  private let logger: Logger
  private let signal: WakeSignal
  /// How long a missed signal may go unnoticed.
  private static let lookSeconds = 30

  /// - Parameter bell: triggered when a log's files have grown.
  public init(folders: LogFolders, database: ZoneDatabase, logger: Logger, signal: WakeSignal = WakeSignal()) {
    self.signal = signal
    self.folders = folders
    self.database = database
    self.logger = logger
  }

  public func run() async throws {
    await BlockingExecutor("audit.index").run {
      await cancelWhenGracefulShutdown {
        let lastFailure = Mutex("")
        await self.signal.listen(atLeastEvery: Self.lookSeconds) { await self.indexWhenPossible(lastFailure) }
      }
    }
  }

  /// A failure that lasts is logged once.
  private func indexWhenPossible(_ lastFailure: borrowing Mutex<String>) async {
    var text = ""
    do { try await index() } catch { text = "\(error)" }
    let isNews = lastFailure.withLock { last in
      defer { last = text }
      return last != text
    }
    if isNews, !text.isEmpty {
      logger.error("the logs cannot be read into the index", metadata: ["error": "\(text)"])
    }
  }

  /// Reads everything new.
  public func index() async throws {
    var failure: (any Error)?
    // A log that cannot be read does not hide the others from the officer.
    for log in try folders.all() { do { try await index(log) } catch { failure = error } }
    if let failure { throw failure }
  }

  private func index(_ log: KnownLog) async throws {
    let folder = LogFolder(path: log.folder)
    guard let note = try folder.checkpoint() else { return }
    let size = try Checkpoint(text: note.text).size
    var next =
      try await database.read { db in
        try db.one(Int.self, "SELECT next FROM audit_indexed WHERE zone = ? AND log = ?", log.zone.text, log.number)
      } ?? 0
    // What went to cold storage before it was read is skipped.
    next = max(next, try folder.archivedCount())
    while next < size, !Task.isCancelled {
      let (first, entries) = (next, try folder.some(from: next, size: size, maxBytes: Self.bundleMaxBytes))
      try await database.write { db in
        for (offset, entry) in entries.enumerated() { try Self.add(entry, log, first + offset, db) }
        try db.run(
          """
          INSERT INTO audit_indexed (zone, log, next) VALUES (?, ?, ?)
          ON CONFLICT (zone, log) DO UPDATE SET next = excluded.next
          """, log.zone.text, log.number, first + entries.count)
      }
      next += entries.count
    }
  }

  private static func add(_ bytes: [UInt8], _ log: KnownLog, _ position: Int, _ db: Transaction) throws {
    let entry = IndexedEntry(bytes, zone: log.zone.text)
    let (zone, number) = (log.zone.text, log.number)
    try db.run(
      """
      INSERT INTO audit_event (zone, log, position, at, kind, peer, code, amount)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (zone, log, position) DO UPDATE SET
        at = excluded.at, kind = excluded.kind, peer = excluded.peer, code = excluded.code, amount = excluded.amount
      """, zone, number, position, entry.at, entry.kind, entry.peer, entry.code, entry.amount)
    for subject in entry.subjects {
      try db.run(
        "INSERT INTO audit_subject (subject, zone, log, position) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", subject,
        zone, number, position)
    }
    let wasStopped = try noteLife(entry, zone, db)
    let isFirst = position == 0 && number == 1
    guard let kind = entry.alert(isFirst: isFirst, wasStopped: wasStopped) else { return }
    try raise(kind, entry, zone, number, position, db)
  }

  /// Records starts and stops.
  ///
  /// - Returns: whether the zone's last start or stop before this entry was a stop, or there was none.
  private static func noteLife(_ entry: IndexedEntry, _ zone: String, _ db: Transaction) throws -> Bool {
    guard [AuditEntry.Kind.zoneStarted, .zoneStopped].map(\.rawValue).contains(entry.kind) else { return true }
    let stopped =
      try db.one(Bool.self, "SELECT stopped FROM audit_life WHERE zone = ?", zone) ?? true
    try db.run(
      """
      INSERT INTO audit_life (zone, stopped) VALUES (?, ?)
      ON CONFLICT (zone) DO UPDATE SET stopped = excluded.stopped
      """, zone, entry.kind == AuditEntry.Kind.zoneStopped.rawValue)
    return stopped
  }

  /// A failed check of a whole log is an alert, too.
  static func raiseCheckFailure(_ result: LogCheckResult, at: String, _ db: Transaction) throws {
    let origin = result.isOfRecord ? "" : "\(result.zone)/audit/\(result.log): "
    let (kind, zone) = (result.isOfRecord ? "record.differs" : "check.failed", result.zone)
    let code = String("\(origin)\(result.fault ?? "")".prefix(300))
    // What cannot be fixed, and was acknowledged, is not reported again each day.
    let isSettled = try db.one(
      Bool.self,
      """
      SELECT EXISTS (
        SELECT 1 FROM alert WHERE acknowledged_at IS NOT NULL AND kind = ? AND zone = ? AND code = ?)
      """, kind, zone, code)
    guard isSettled != true else { return }
    let changed = try db.run(
      """
      UPDATE alert SET count = count + 1, last_at = ?
      WHERE acknowledged_at IS NULL AND kind = ? AND zone = ? AND code = ?
      """, at, kind, zone, code)
    guard changed == 0 else { return }
    try db.run(
      """
      INSERT INTO alert (kind, zone, code, peer, first_at, last_at, count) VALUES (?, ?, ?, '', ?, ?, 1)
      """, kind, zone, code, at, at)
  }

  private static func find(
    _ kind: String, _ zone: String, _ peer: String, _ code: String, _ db: Transaction
  ) throws -> Int64? {
    try db.one(
      Int64.self,
      """
      SELECT id FROM alert WHERE acknowledged_at IS NULL AND kind = ? AND zone = ? AND peer = ? AND code = ?
      """, kind, zone, peer, code)
  }

  private static func raise(
    _ kind: String, _ entry: IndexedEntry, _ zone: String, _ number: Int, _ position: Int, _ db: Transaction
  ) throws {
    // What was read before a restore of the database is not new.
    let known = try db.one(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM alert_entry WHERE zone = ? AND log = ? AND position = ?)", zone, number,
      position)
    guard known != true else { return }
    var (peer, code) = (entry.peer, entry.code)
    let openOfKind = try db.one(
      Int.self, "SELECT COUNT(*) FROM alert WHERE acknowledged_at IS NULL AND kind = ? AND zone = ?", kind, zone)
    var open = try find(kind, zone, peer, code, db)
    if open == nil, openOfKind ?? 0 >= openAlertsOfAKind {
      (peer, code) = ("", "")
      open = try find(kind, zone, peer, code, db)
    }
    let alert: Int64?
    if let open {
      alert = open
      try db.run(
        """
        UPDATE alert SET count = CASE WHEN count + ? < ? THEN count + ? ELSE ? END, last_at = ? WHERE id = ?
        """, entry.amount, alertCountMax, entry.amount, alertCountMax, entry.at, alert)
    } else {
      alert = try db.one(
        Int64.self,
        """
        INSERT INTO alert (kind, zone, peer, code, first_at, last_at, count) VALUES (?, ?, ?, ?, ?, ?, ?)
        RETURNING id
        """, kind, zone, peer, code, entry.at, entry.at, entry.amount)
    }
    let kept = try db.one(Int.self, "SELECT COUNT(*) FROM alert_entry WHERE alert = ?", alert)
    guard kept ?? 0 < alertEntriesMax else { return }
    try db.run(
      "INSERT INTO alert_entry (alert, zone, log, position) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", alert, zone,
      number, position)
  }
}
