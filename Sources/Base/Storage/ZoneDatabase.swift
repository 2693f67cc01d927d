import GRDB

/// A zone's database: SQLite in WAL mode, every commit synced to the disk before it is acknowledged.
///
/// Reads are async only: GRDB's pool can hang when synchronous and asynchronous reads mix.
public final class ZoneDatabase: Sendable {
  private let pool: any DatabaseWriter
  private let commits: GroupCommit
  private let faults: (any CommitFaults)?

  /// Opens or creates the database at `path` and brings its schema up to date.
  ///
  /// Throws `StorageError` where the file is no database of ours, or was written by a newer release.
  public init(path: String, migrations: [Migration]) throws {
    var configuration = Configuration()
    configuration.label = "zone"
    configuration.busyMode = .timeout(10)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { db in
      // Sorting spills nothing to temporary files, which would be one more place to forget.
      try db.execute(sql: "PRAGMA temp_store = MEMORY")
      try db.execute(sql: "PRAGMA secure_delete = ON")
      try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
    }
    let pool = try translatingErrors { try DatabasePool(path: path, configuration: configuration) }
    self.pool = pool
    faults = nil
    // DatabasePool sets NORMAL after `prepareDatabase`, so FULL is set here, and read back.
    try translatingErrors {
      let level = try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = FULL")
        // Room for what one run of packets changes: pages that do not fit are written, and read again, before the commit.
        try db.execute(sql: "PRAGMA cache_size = -32768")
        return try Int.fetchOne(db, sql: "PRAGMA synchronous")
      }
      guard level == 2 else { throw DatabaseError(message: "SQLite does not take synchronous=FULL") }
      let migrator = Self.migrator(migrations)
      if try pool.unsafeReentrantRead(migrator.hasBeenSuperseded) {
        throw DatabaseError(
          message: "the database was written by another release; install that one, or restore a backup")
      }
      try migrator.migrate(pool)
    }
    commits = GroupCommit(pool: pool)
  }

  /// A database that a simulation keeps in memory.
  package init(inMemory file: SQLiteFile, faults: any CommitFaults) {
    pool = file.queue
    commits = GroupCommit(pool: file.queue)
    self.faults = faults
  }

  static func migrator(_ migrations: [Migration]) -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for migration in migrations {
      migrator.registerMigration(migration.name) { try $0.execute(sql: migration.sql) }
    }
    return migrator
  }

  /// Runs `body` in a transaction of its own, and returns once that is durable.
  ///
  /// Bodies that wait at the same time share one commit; each keeps its own savepoint, so that one which throws undoes
  /// itself alone. Throws what `body` throws, or the commit's error, in which case nothing of it was kept.
  @discardableResult
  public func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    guard let faults else { return try await commits.run(body) }
    try faults.beforeCommit()
    let result = try writeAlone(body)
    try faults.afterCommit()
    return result
  }

  /// Runs `body` on a snapshot of the last commit.
  public func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    if faults != nil { return try readAlone(body) }
    let (result, effects) = try await translatingAsyncErrors { try await pool.read { try Transaction.run($0, body) } }
    for effect in effects { effect() }
    return result
  }

  /// Copies the last commit to a new database file at `path`, while work goes on. The caller syncs it.
  public func backUp(to path: String) throws {
    try translatingErrors {
      let copy = try DatabaseQueue(path: path)
      try pool.backup(to: copy)
      // One file, without a log beside it.
      try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
      try copy.close()
    }
  }

  /// A simulation has one thread, and nothing to wait for.
  private func writeAlone<T>(_ body: (Transaction) throws -> T) throws -> T {
    let (result, effects) = try translatingErrors { try pool.write { try Transaction.run($0, body) } }
    for effect in effects { effect() }
    return result
  }

  private func readAlone<T>(_ body: (Transaction) throws -> T) throws -> T {
    let (result, effects) = try translatingErrors { try pool.read { try Transaction.run($0, body) } }
    for effect in effects { effect() }
    return result
  }

  func watch(_ watch: RowWatch) async throws {
    try await translatingAsyncErrors {
      try await pool.write { db in
        try watch.begin(db)
        db.add(transactionObserver: watch, extent: .databaseLifetime)
      }
    }
  }

  /// Closes the connections, after the last commit.
  public func close() throws { try translatingErrors { try pool.close() } }
}

/// A simulation's hook around every commit: it can fail before it is done, or be reported as failed after it was.
package protocol CommitFaults: Sendable {
  func beforeCommit() throws
  func afterCommit() throws
}
