import GRDB
import GRDBSQLite

/// What a room sees of the database, for as long as the body runs that it was given to: statements, steps and effects.
///
/// Values are bound in the order of their `?`. Statements whose values are written out one by one are prepared once a
/// connection; those with a list of `values:` each time, unless `isKept`.
/// All throw `StorageError`, and `CancellationError` where the task of a read was cancelled.
public final class Transaction {
  private let db: Database
  private var effects: [@Sendable () -> Void] = []
  private var isOpen = true
  /// A step could not be undone, so that nothing of the whole transaction may be kept.
  private(set) var isLost = false

  private let beganInside: Bool

  init(_ db: Database) {
    self.db = db
    beganInside = db.isInsideTransaction
  }

  /// Throws where a full disk or an I/O error has rolled the whole transaction back: what followed would be kept alone.
  private func requireUnbroken() throws {
    guard isOpen else { throw StorageError.misuse("a transaction was used after its end") }
    guard beganInside, !db.isInsideTransaction else { return }
    isLost = true
    throw StorageError(SQLITE_ABORT, "the transaction was rolled back")
  }

  private func step(
    _ sql: String, _ values: [(any SQLConvertible)?], isKept: Bool, _ body: (borrowing SQLStatement) throws -> Bool
  ) throws {
    try requireUnbroken()
    try SQLStatement(sql, isKept: isKept, db).run(values, body)
  }

  // MARK: - Changes

  /// - Returns: how many rows an INSERT, UPDATE or DELETE changed.
  @discardableResult
  public func run(_ sql: String, _ values: (any SQLConvertible)?...) throws -> Int {
    try run(sql, values: values, isKept: true)
  }

  @discardableResult
  public func run(_ sql: String, values: [(any SQLConvertible)?], isKept: Bool = false) throws -> Int {
    try step(sql, values, isKept: isKept) { _ in true }
    return Int(sqlite3_changes(db.sqliteConnection))
  }

  /// Runs all statements of a text, for tests that forge rows.
  package func script(_ sql: String) throws {
    try requireUnbroken()
    try translatingErrors { try db.execute(sql: sql) }
  }

  // MARK: - Rows

  /// The first row.
  public func one(_ sql: String, _ values: (any SQLConvertible)?...) throws -> SQLRow? {
    try one(sql, values: values, isKept: true)
  }

  public func one(_ sql: String, values: [(any SQLConvertible)?], isKept: Bool = false) throws -> SQLRow? {
    var found: SQLRow?
    try step(sql, values, isKept: isKept) { statement in
      found = try statement.row(statement.columnNames)
      return false
    }
    return found
  }

  public func all(_ sql: String, _ values: (any SQLConvertible)?...) throws -> [SQLRow] {
    try all(sql, values: values, isKept: true)
  }

  public func all(_ sql: String, values: [(any SQLConvertible)?], isKept: Bool = false) throws -> [SQLRow] {
    var found: [SQLRow] = []
    try each(sql, values: values, isKept: isKept) { row in
      found.append(row)
      return true
    }
    return found
  }

  /// Gives the rows to `body`, one after the other, until it says false.
  public func each(_ sql: String, _ values: (any SQLConvertible)?..., body: (SQLRow) throws -> Bool) throws {
    try each(sql, values: values, isKept: true, body: body)
  }

  public func each(
    _ sql: String, values: [(any SQLConvertible)?], isKept: Bool = false, body: (SQLRow) throws -> Bool
  ) throws {
    var names: [String]?
    try step(sql, values, isKept: isKept) { statement in
      let known = names ?? statement.columnNames
      names = known
      return try body(statement.row(known))
    }
  }

  // MARK: - Single values

  /// The first column of the first row; nil where there is no row, or where it is NULL.
  public func one<T: SQLConvertible>(
    _ type: T.Type, _ sql: String, _ values: (any SQLConvertible)?...
  ) throws -> T? {
    try one(type, sql, values: values, isKept: true)
  }

  public func one<T: SQLConvertible>(
    _ type: T.Type, _ sql: String, values: [(any SQLConvertible)?], isKept: Bool = false
  ) throws -> T? {
    var found: T?
    try step(sql, values, isKept: isKept) { statement in
      found = try SQLRow.readOptional(statement.value(at: 0), as: type, "0 of: \(sql)")
      return false
    }
    return found
  }

  /// The first column of each row. Throws where one is NULL.
  public func all<T: SQLConvertible>(
    _ type: T.Type, _ sql: String, _ values: (any SQLConvertible)?...
  ) throws -> [T] {
    try all(type, sql, values: values, isKept: true)
  }

  public func all<T: SQLConvertible>(
    _ type: T.Type, _ sql: String, values: [(any SQLConvertible)?], isKept: Bool = false
  ) throws -> [T] {
    var found: [T] = []
    try step(sql, values, isKept: isKept) { statement in
      found.append(try SQLRow.read(statement.value(at: 0), as: type, "0 of: \(sql)"))
      return true
    }
    return found
  }

  /// The highest number that a table has given to a row by itself; 0 where it has given none. Rows that are gone count.
  public func lastNumber(in table: String) throws -> Int {
    try one(Int.self, "SELECT seq FROM sqlite_sequence WHERE name = ?", table) ?? 0
  }

  /// Whether the database has a table of that name: a copy may be of an earlier release, or of a zone of another role.
  public func hasTable(_ name: String) throws -> Bool {
    try one(Int.self, "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?", name) == 1
  }

  // MARK: - Steps and effects

  /// Runs `body` in a savepoint: where it throws, its changes are undone and its effects never happen.
  public func savepoint<T>(_ body: () throws -> T) throws -> T {
    try run("SAVEPOINT step")
    let effectsBefore = effects.count
    do {
      let result = try body()
      try run("RELEASE step")
      return result
    } catch {
      effects.removeSubrange(effectsBefore...)
      // A full disk or an I/O error may have rolled the whole transaction back.
      if db.isInsideTransaction { undoStep() }
      throw error
    }
  }

  private func undoStep() {
    do {
      try run("ROLLBACK TO step")
      try run("RELEASE step")
    } catch {
      isLost = true
    }
  }

  /// Runs `effect` once the change that asks for it is durable, and never where its savepoint or the whole transaction is
  /// rolled back. It runs before `ZoneDatabase.write` returns, so it must not block: it rings a bell, or notes something
  /// in memory. In a read it runs when that has ended.
  public func afterCommit(_ effect: @escaping @Sendable () -> Void) { effects.append(effect) }

  /// Once its body has ended.
  ///
  /// - Returns: what is to happen once the change is durable, in the order in which it was asked for.
  func end() -> [@Sendable () -> Void] {
    isOpen = false
    defer { effects = [] }
    return effects
  }
}

extension Transaction {
  /// Runs `body` with a transaction of its own on `db`.
  ///
  /// - Returns: what `body` returns, and its effects, which the caller runs once the change is durable.
  static func run<T>(
    _ db: Database, _ body: (Transaction) throws -> T
  ) throws -> (result: T, effects: [@Sendable () -> Void]) {
    let transaction = Transaction(db)
    do {
      let result = try body(transaction)
      try transaction.requireUnbroken()
      let effects = transaction.end()
      // Thrown so that nothing is committed of what could not be undone.
      if transaction.isLost { throw StorageError.misuse("a step could not be undone") }
      return (result, effects)
    } catch {
      _ = transaction.end()
      throw error
    }
  }
}
