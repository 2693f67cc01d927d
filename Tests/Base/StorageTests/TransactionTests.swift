import Foundation
import Runtime
import Storage
import Synchronization
import Testing

/// Statements, values and rows, through the room's public door.
@Suite struct TransactionTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "storage-\(UUID())").path
  private let database: ZoneDatabase

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    database = try ZoneDatabase(
      path: folder + "/zone.sqlite",
      migrations: [
        Migration(
          "t",
          sql: """
            CREATE TABLE pair (key TEXT PRIMARY KEY, value);
            CREATE TABLE log (id INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT NOT NULL);
            """)
      ])
  }

  private func end() throws {
    try database.close()
    try FileManager.default.removeItem(atPath: folder)
  }

  /// What is read of a value that was written.
  private func reread<T: SQLConvertible>(_ value: T) async throws -> T? {
    try await database.write { db in
      try db.run("DELETE FROM pair")
      try db.run("INSERT INTO pair (key, value) VALUES ('k', ?)", value)
      let row = try #require(try db.one("SELECT key, value FROM pair"))
      #expect(try row["value"] as T? != nil)
      #expect(try db.one(T.self, "SELECT value FROM pair") != nil)
      return try row[1]
    }
  }

  private final class Heard: Sendable { let count = Mutex(0) }

  private enum Colour: String, SQLConvertible { case red, green }

  @Test func `values come back as they went in`() async throws {
    for number in [0, -1, Int.max, Int.min] { #expect(try await reread(number) == number) }
    #expect(try await reread(Int64.min) == .min)
    for number in [0, -0.5, Double.greatestFiniteMagnitude] { #expect(try await reread(number) == number) }
    for text in ["", "信访", "a\u{0}b", "'; DROP TABLE pair; --", String(repeating: "长", count: 100_000)] {
      #expect(try await reread(text) == text)
    }
    for bytes in [[], [0], [UInt8](0...255), [UInt8](repeating: 7, count: 1_000_000)] {
      #expect(try await reread(bytes) == bytes)
      #expect(try await reread(Data(bytes)) == Data(bytes))
    }
    for flag in [true, false] { #expect(try await reread(flag) == flag) }
    #expect(try await reread(Colour.green) == .green)
    try end()
  }

  @Test func `nothing is kept of what follows the end of the whole transaction`() async throws {
    try await database.write { db in
      // As a full disk does: the whole transaction is rolled back, in the midst of it.
      try db.script("CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ROLLBACK, 'full'); END")
    }
    for isStep in [false, true] {
      await #expect(throws: StorageError.self) {
        try await database.write { db in
          try db.run("INSERT INTO pair (key, value) VALUES ('before', 1)")
          _ = try? db.run("INSERT INTO log (word) VALUES ('x')")
          // A body that goes on all the same.
          if isStep {
            _ = try? db.savepoint { try db.run("INSERT INTO pair (key, value) VALUES ('after', 1)") }
          } else {
            _ = try? db.run("INSERT INTO pair (key, value) VALUES ('after', 1)")
          }
        }
      }
    }
    let kept = try await database.read { try $0.all(String.self, "SELECT key FROM pair") }
    #expect(kept.isEmpty)
    try end()
  }

  @Test func `an empty blob and an empty text are not NULL`() async throws {
    let types = try await database.write { db in
      try db.run("INSERT INTO pair (key, value) VALUES ('a', ?), ('b', ?), ('c', ?)", [UInt8](), "", nil as Int?)
      return try db.all(String.self, "SELECT typeof(value) FROM pair ORDER BY key")
    }
    #expect(types == ["blob", "text", "null"])
    try end()
  }

  @Test func `another type than the column's is an error, and no trap`() async throws {
    try await database.write { db in
      try db.run("INSERT INTO pair (key, value) VALUES ('text', 'x'), ('null', NULL), ('real', 0.5), ('blob', x'FF')")
      func row(_ key: String) throws -> SQLRow { try #require(try db.one("SELECT * FROM pair WHERE key = ?", key)) }
      func isRefused<T>(_ body: () throws -> T) -> Bool {
        do {
          _ = try body()
          return false
        } catch { return (error as? StorageError)?.isWrongColumn == true }
      }
      #expect(isRefused { try row("text")["value"] as Int })
      #expect(isRefused { try row("text")["value"] as Int? })
      #expect(isRefused { try row("text")["value"] as [UInt8] })
      #expect(isRefused { try row("text")["value"] as Bool })
      #expect(isRefused { try row("text")["value"] as Colour })
      #expect(isRefused { try row("real")["value"] as Int })
      #expect(isRefused { try row("blob")["value"] as String })
      #expect(isRefused { try row("null")["value"] as String })
      #expect(try row("null")["value"] as String? == nil)
      #expect(isRefused { try row("text")["absent"] as String? })
      #expect(isRefused { try row("text")[2] as String })
      #expect(isRefused { try row("text")[-1] as String? })
      #expect(isRefused { try db.all(String.self, "SELECT value FROM pair WHERE key = 'null'") })
      #expect(try db.one(String.self, "SELECT value FROM pair WHERE key = 'null'") == nil)
      #expect(isRefused { try db.one(String.self, "SELECT CAST(x'FFFE' AS TEXT)") }, "text that is no UTF-8")
    }
    try end()
  }

  @Test func `an error names its kind and no value`() async throws {
    try await database.write { db in
      try db.run("INSERT INTO pair (key, value) VALUES (?, 1)", "secret")
      let error = #expect(throws: StorageError.self) {
        try db.run("INSERT INTO pair (key, value) VALUES (?, 2)", "secret")
      }
      #expect(error?.isUniqueViolation == true && error?.isDiskFull == false)
      #expect(error?.faultCode == "sqlite-1555" && error.map(faultCode) == "sqlite-1555")
      #expect(error?.description.contains("secret") == false)
      let other = #expect(throws: StorageError.self) { try db.run("INSERT INTO log (word) VALUES (?)", nil as String?) }
      #expect(other?.isUniqueViolation == false && other?.faultCode == "sqlite-1299")
    }
    try end()
  }

  @Test func `a statement that is none, or lacks values, is an error`() async throws {
    try await database.write { db in
      for sql in ["SELECT nothing FROM nowhere", "", "SELECT 1; SELECT 2", "SELECT ?"] {
        #expect(throws: StorageError.self, "\(sql)") { try db.all(sql) }
      }
      #expect(throws: StorageError.self) { try db.one("SELECT ?", 1, 2) }
    }
    try end()
  }

  @Test func `run says how many rows it changed`() async throws {
    try await database.write { (db) throws in
      #expect(try db.run("INSERT INTO log (word) VALUES ('a'), ('b'), ('c')") == 3)
      #expect(try db.run("UPDATE log SET word = 'x' WHERE id > ?", 1) == 2)
      #expect(try db.run("DELETE FROM log WHERE word = ?", "none") == 0)
      #expect(try db.run("INSERT INTO pair (key) VALUES ('k') ON CONFLICT DO NOTHING") == 1)
      #expect(try db.run("INSERT INTO pair (key) VALUES ('k') ON CONFLICT DO NOTHING") == 0)
      #expect(try db.run("DELETE FROM log WHERE id IN (\(questionMarks(2)))", values: [1, 2]) == 2)
      #expect(try db.lastNumber(in: "log") == 3)
      #expect(try db.one(Int.self, "INSERT INTO log (word) VALUES ('d'), ('e') RETURNING id") == 4)
      #expect(try db.one(Int.self, "SELECT COUNT(*) FROM log") == 3, "the statement ran to its end")
    }
    try end()
  }

  @Test func `rows are given until they are not wanted, and the statement may be used meanwhile`() async throws {
    try await database.write { db in
      try db.run("INSERT INTO log (word) VALUES ('a'), ('b'), ('c')")
      let sql = "SELECT word FROM log ORDER BY id"
      var words: [String] = []
      try db.each(sql) { row in
        words.append(try row["word"])
        #expect(try db.all(String.self, sql) == ["a", "b", "c"])
        return words.count < 2
      }
      #expect(words == ["a", "b"])
      struct Stop: Error {}
      #expect(throws: Stop.self) { try db.each(sql) { _ in throw Stop() } }
      #expect(try db.all(sql).map { try $0[0] as String } == ["a", "b", "c"])
    }
    try end()
  }

  @Test func `a read cannot write`() async throws {
    let statements = [
      "INSERT INTO log (word) VALUES ('a')", "DELETE FROM log", "CREATE TABLE x (y)",
      "INSERT INTO log (word) VALUES ('a') RETURNING id",
    ]
    for sql in statements {
      let error = await #expect(throws: StorageError.self, "\(sql)") {
        try await database.read { db in _ = try db.all(sql) }
      }
      #expect(error?.isReadOnly == true, "\(sql)")
    }
    let file = try SQLiteFile(path: folder + "/zone.sqlite", .readOnly)
    for sql in statements { #expect(throws: StorageError.self) { try file.write { try $0.run(sql) } } }
    try file.close()
    #expect(try await database.read { try $0.one(Int.self, "SELECT COUNT(*) FROM log") } == 0)
    try end()
  }

  @Test func `a transaction is of no use after its end`() throws {
    let file = try SQLiteFile(path: folder + "/zone.sqlite", .readOnly)
    var kept: Transaction?
    try file.read { kept = $0 }
    #expect(throws: StorageError.self) { _ = try kept?.one("SELECT 1") }
    try file.close()
    try end()
  }

  @Test func `what is no database, or not there, is an error of ours`() throws {
    try Data("no database, as anybody can see who reads it".utf8).write(to: URL(filePath: folder + "/other"))
    #expect(throws: StorageError.self) { try SQLiteFile(path: folder + "/absent", .readOnly) }
    #expect(throws: StorageError.self) {
      try SQLiteFile(path: folder + "/other", .readOnly).read { try $0.one("SELECT * FROM t") }
    }
    #expect(throws: StorageError.self) { try ZoneDatabase(path: folder + "/other", migrations: []) }
    #expect(throws: StorageError.self, "another release's") {
      try ZoneDatabase(path: folder + "/zone.sqlite", migrations: [])
    }
    try end()
  }

  @Test func `a copy is whole and holds the last commit`() async throws {
    try await database.write { db in try db.run("INSERT INTO log (word) VALUES ('kept')") }
    try database.backUp(to: folder + "/copy.sqlite")
    let copy = try SQLiteFile(path: folder + "/copy.sqlite", .readWrite)
    #expect(try copy.isWhole())
    let heard = Heard()
    try await copy.write { db in
      try db.run("INSERT INTO log (word) VALUES ('more')")
      db.afterCommit { heard.count.withLock { $0 += 1 } }
      #expect(heard.count.withLock(\.self) == 0)
    }
    #expect(heard.count.withLock(\.self) == 1)
    #expect(try await copy.read { try $0.all(String.self, "SELECT word FROM log") } == ["kept", "more"])
    try copy.close()
    try end()
  }
}
