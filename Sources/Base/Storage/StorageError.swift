import GRDB
import GRDBSQLite
public import Runtime

/// What the database could not do: the one error of this room that others see.
public struct StorageError: CodedFault, Equatable, CustomStringConvertible {
  /// SQLite's extended result code.
  public let code: Int
  /// For people who mend the program: it may name a statement or a column, and never a value.
  public let reason: String

  init(_ code: CInt, _ reason: String) {
    self.code = Int(code)
    self.reason = reason
  }

  init(_ error: DatabaseError) {
    let statement = error.sql.map { ", in: \($0)" } ?? ""
    self.init(error.extendedResultCode.rawValue, (error.message ?? "\(error.extendedResultCode)") + statement)
  }

  /// SQLite's code alone: `reason` may name a statement.
  public var faultCode: String { "sqlite-\(code)" }
  public var description: String { "\(faultCode): \(reason)" }

  /// A row with this key is there already.
  public var isUniqueViolation: Bool {
    [SQLITE_CONSTRAINT | 8 << 8, SQLITE_CONSTRAINT | 6 << 8, SQLITE_CONSTRAINT | 10 << 8].contains(CInt(code))
  }
  /// Another row refers to one that was to go, or to one that is not there.
  public var isForeignKeyViolation: Bool { CInt(code) == SQLITE_CONSTRAINT | 3 << 8 }
  /// There is no room on the disk. Nothing of the transaction was kept.
  public var isDiskFull: Bool { CInt(code & 0xff) == SQLITE_FULL }
  /// The change was asked for where one can only read.
  public var isReadOnly: Bool { CInt(code & 0xff) == SQLITE_READONLY }
  /// A column is absent, or holds another type than was asked for.
  public var isWrongColumn: Bool { CInt(code) == SQLITE_MISMATCH }

  static func column(_ reason: String) -> StorageError { StorageError(SQLITE_MISMATCH, reason) }
  static func misuse(_ reason: String) -> StorageError { StorageError(SQLITE_MISUSE, reason) }
}

/// Runs `body`; what the library below throws is thrown as our own error.
func translatingErrors<T>(_ body: () throws -> T) throws -> T {
  do { return try body() } catch let error as DatabaseError { throw StorageError(error) }
}

/// As the other, for a body that waits.
func translatingAsyncErrors<T>(_ body: () async throws -> sending T) async throws -> sending T {
  do { return try await body() } catch let error as DatabaseError { throw StorageError(error) }
}
