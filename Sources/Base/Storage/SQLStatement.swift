import GRDB
import GRDBSQLite

/// One execution of a prepared statement: its values bound, stepped through to its end, and left ready for the next.
struct SQLStatement {
  private let statement: Statement
  private let db: Database
  private var pointer: OpaquePointer { statement.sqliteStatement }

  /// - Parameter isKept: prepared once a connection. For texts of which there are few.
  init(_ sql: String, isKept: Bool, _ db: Database) throws {
    self.db = db
    statement = try translatingErrors {
      let kept = isKept ? try db.cachedStatement(sql: sql) : nil
      // Where a body runs the statement whose rows it is being given, it gets another.
      if let kept, sqlite3_stmt_busy(kept.sqliteStatement) == 0 { return kept }
      return try db.makeStatement(sql: sql)
    }
  }

  /// Gives each row to `body` until that says false. A statement that changes something always runs to its end.
  func run(_ values: [(any SQLConvertible)?], _ body: (borrowing Self) throws -> Bool) throws {
    defer {
      sqlite3_reset(pointer)
      sqlite3_clear_bindings(pointer)
    }
    try bind(values)
    var isWanted = true
    while true {
      switch sqlite3_step(pointer) {
      case SQLITE_ROW:
        if isWanted { isWanted = try body(self) }
        if !isWanted && sqlite3_stmt_readonly(pointer) != 0 { return }
      case SQLITE_DONE: return
      case SQLITE_INTERRUPT: throw CancellationError()
      case let code: throw failure(code)
      }
    }
  }

  private func failure(_ code: CInt) -> StorageError {
    StorageError(code, String(cString: sqlite3_errmsg(db.sqliteConnection)) + ", in: " + statement.sql)
  }

  private func bind(_ values: [(any SQLConvertible)?]) throws {
    guard values.count == Int(sqlite3_bind_parameter_count(pointer)) else {
      throw StorageError(SQLITE_RANGE, "\(values.count) values, in: \(statement.sql)")
    }
    for (index, value) in values.enumerated() {
      let code = bind(value?.sqlValue ?? .null, at: CInt(index + 1))
      guard code == SQLITE_OK else { throw failure(code) }
    }
  }

  private func bind(_ value: SQLValue, at place: CInt) -> CInt {
    // SQLite copies what it is given.
    let transient = unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)
    switch value {
    case .null: return sqlite3_bind_null(pointer, place)
    case .integer(let number): return sqlite3_bind_int64(pointer, place, number)
    case .real(let number): return sqlite3_bind_double(pointer, place, number)
    case .text(var text):
      return text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          // Without an address it would be NULL.
          guard let start = $0.baseAddress else { return sqlite3_bind_text(pointer, place, "", 0, transient) }
          return sqlite3_bind_text64(pointer, place, start, UInt64($0.count), transient, UInt8(SQLITE_UTF8))
        }
      }
    case .blob(let bytes):
      if bytes.isEmpty { return sqlite3_bind_zeroblob(pointer, place, 0) }
      return bytes.withUnsafeBytes {
        sqlite3_bind_blob64(pointer, place, $0.baseAddress, UInt64($0.count), transient)
      }
    }
  }

  // What follows is about the row that was just stepped to.

  var columnNames: [String] {
    (0..<sqlite3_column_count(pointer)).map { index in
      sqlite3_column_name(pointer, index).map { String(cString: $0) } ?? ""
    }
  }

  func row(_ names: [String]) throws -> SQLRow {
    SQLRow(names: names, values: try (0..<sqlite3_column_count(pointer)).map { try value(at: $0) })
  }

  func value(at index: CInt) throws -> SQLValue {
    switch sqlite3_column_type(pointer, index) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(pointer, index))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(pointer, index))
    case SQLITE_TEXT:
      guard let start = sqlite3_column_text(pointer, index) else { return .text("") }
      let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, index)))
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw StorageError.column("column \(index) holds text that is not UTF-8")
      }
      return .text(text)
    case SQLITE_BLOB:
      guard let start = sqlite3_column_blob(pointer, index) else { return .blob([]) }
      return .blob([UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, index)))))
    default: return .null
    }
  }
}
