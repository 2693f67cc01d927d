import Foundation
import Storage
import Synchronization
import Testing

@Suite struct EffectTests {
  private struct Failure: Error {}

  private final class Heard: Sendable {
    private let words = Mutex<[String]>([])
    var all: [String] { words.withLock { $0 } }
    func say(_ word: String) { words.withLock { $0.append(word) } }
  }

  private let folder = FileManager.default.temporaryDirectory.appending(path: "effects-\(UUID())").path
  private let database: ZoneDatabase
  private let heard = Heard()

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    database = try ZoneDatabase(
      path: folder + "/zone.sqlite", migrations: [Migration("t", sql: "CREATE TABLE t (x TEXT NOT NULL)")])
  }

  private func say(_ word: String, _ db: Transaction) throws {
    try db.run("INSERT INTO t VALUES (?)", word)
    db.afterCommit { [heard] in heard.say(word) }
  }

  private func end() throws {
    try database.close()
    try FileManager.default.removeItem(atPath: folder)
  }

  @Test func `a change that throws does nothing, and those of its commit do theirs`() async throws {
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<60 {
        group.addTask {
          _ = try? await database.write { db in
            try say("\(number)", db)
            if number % 3 == 0 { throw Failure() }
          }
        }
      }
    }
    let kept = try await database.read { try $0.all(String.self, "SELECT x FROM t") }
    #expect(heard.all.sorted() == kept.sorted() && kept.count == 40)
    try end()
  }

  @Test func `a step that throws takes its effects with it, those of its inner steps too`() async throws {
    try await database.write { db in
      try say("before", db)
      _ = try? db.savepoint {
        try say("outer", db)
        try db.savepoint { try say("inner", db) }
        throw Failure()
      }
      try db.savepoint {
        try say("kept", db)
        _ = try? db.savepoint {
          try say("lost", db)
          throw Failure()
        }
      }
      #expect(heard.all == [])
    }
    #expect(heard.all == ["before", "kept"])
    #expect(try await database.read { try $0.all(String.self, "SELECT x FROM t") } == ["before", "kept"])
    try end()
  }

  @Test func `a file's effects wait for its commit, and go with a change that throws`() throws {
    let file = try SQLiteFile(inMemory: [Migration("t", sql: "CREATE TABLE t (x TEXT NOT NULL)")])
    #expect(throws: Failure.self) {
      try file.write { db in
        try say("lost", db)
        throw Failure()
      }
    }
    try file.write { db in
      try say("kept", db)
      #expect(throws: StorageError.self) { try db.savepoint { try db.run("INSERT INTO t VALUES (?)", nil as Int?) } }
      #expect(heard.all == [])
    }
    #expect(heard.all == ["kept"])
    #expect(try file.read { try $0.all(String.self, "SELECT x FROM t") } == ["kept"])
    try end()
  }

  @Test func `added rows are told of after their commit`() async throws {
    try await database.write { db in try say("before", db) }
    try await database.watchRows(of: "t") { [heard] in heard.say("+\($0)") }
    try await database.write { db in
      for word in ["a", "b", "c"] { try db.run("INSERT INTO t VALUES (?)", word) }
    }
    _ = try? await database.write { db in
      try db.run("INSERT INTO t VALUES ('d')")
      throw Failure()
    }
    try await database.write { db in _ = try db.run("UPDATE t SET x = 'y'") }
    #expect(heard.all == ["before", "+3"])
    try end()
  }

  @Test func `an effect happens before the change's caller goes on`() async throws {
    for number in 1...20 {
      try await database.write { db in try say("\(number)", db) }
      #expect(heard.all.count == number)
    }
    try end()
  }
}
