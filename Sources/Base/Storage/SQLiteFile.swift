import GRDB

/// One SQLite file that a command, a backup or a test opens by itself, beside the daemon or in its absence.
///
/// Waits up to ten seconds where another process writes.
public final class SQLiteFile: Sendable {
  public enum Access: Sendable {
    /// The file must be there.
    case readOnly
    /// Creates the file where it is not there.
    case readWrite
  }

  let queue: DatabaseQueue

  /// Throws `StorageError`, such as for a file that is none of SQLite's.
  public init(path: String, _ access: Access) throws {
    var configuration = Configuration()
    configuration.readonly = access == .readOnly
    configuration.busyMode = .timeout(10)
    queue = try translatingErrors { try DatabaseQueue(path: path, configuration: configuration) }
  }

  /// A database in memory, for tests.
  ///
  /// - Parameter trace: gets the text of each statement that runs, without its values.
  package init(inMemory migrations: [Migration], trace: (@Sendable (String) -> Void)? = nil) throws {
    var configuration = Configuration()
    if let trace {
      configuration.prepareDatabase { db in
        db.trace { event in if case .statement(let statement) = event { trace(statement.sql) } }
      }
    }
    queue = try translatingErrors { try DatabaseQueue(configuration: configuration) }
    try migrate(migrations)
  }

  /// Another database in memory, with what `file` holds.
  package init(copyOf file: SQLiteFile) throws {
    queue = try DatabaseQueue()
    try translatingErrors { try file.queue.backup(to: queue) }
  }

  package func migrate(_ migrations: [Migration]) throws {
    try translatingErrors { try ZoneDatabase.migrator(migrations).migrate(queue) }
  }

  /// Runs `body` on a snapshot of the last commit.
  public func read<T>(_ body: (Transaction) throws -> T) throws -> T {
    let (result, effects) = try translatingErrors { try queue.read { try Transaction.run($0, body) } }
    for effect in effects { effect() }
    return result
  }

  public func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    let (result, effects) = try await translatingAsyncErrors { try await queue.read { try Transaction.run($0, body) } }
    for effect in effects { effect() }
    return result
  }

  /// Runs `body` in a transaction of its own, and returns once that is committed.
  @discardableResult
  public func write<T>(_ body: (Transaction) throws -> T) throws -> T {
    let (result, effects) = try translatingErrors { try queue.write { try Transaction.run($0, body) } }
    for effect in effects { effect() }
    return result
  }

  @discardableResult
  public func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    let (result, effects) = try await translatingAsyncErrors { try await queue.write { try Transaction.run($0, body) } }
    for effect in effects { effect() }
    return result
  }

  /// Reads the whole file, and says whether it is sound.
  public func isWhole() throws -> Bool {
    try read { try $0.one(String.self, "PRAGMA integrity_check") } == "ok"
  }

  public func close() throws { try translatingErrors { try queue.close() } }
}
