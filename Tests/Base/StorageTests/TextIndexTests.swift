import Foundation
import Storage
import Testing

/// The full-text index, through a database of its own.
@Suite struct TextIndexTests {
  private static let index = TextIndex(table: "found")

  private func database(_ texts: [String]) async throws -> ZoneDatabase {
    let folder = FileManager.default.temporaryDirectory.appending(path: "storage-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let database = try ZoneDatabase(
      path: folder + "/zone.sqlite", migrations: [Migration("found-1", sql: Self.index.migration)])
    // The open file stays until the database is closed.
    try FileManager.default.removeItem(atPath: folder)
    try await database.write { db in
      for (row, text) in texts.enumerated() { try Self.index.add(row + 1, text, db) }
    }
    return database
  }

  private func search(_ text: String, _ database: ZoneDatabase) async throws -> [Int]? {
    guard let query = TextQuery(text) else { return nil }
    return try await database.read { db in try Self.index.rows(query, below: nil, limit: 10, db) }
  }

  @Test(
    arguments: [
      ("路灯", [3, 1]), ("灯", [3, 1]), ("小区路灯", [1]), ("ＡＢＣ路", []), ("water", [2]), ("WAT", [2]), ("ater", []),
      ("wa", []), ("202", []),
      ("路灯 2026", [3]), ("２０２６", [3, 2]), ("\"路灯\" OR NEAR(*", []), ("路灯\" *", [3, 1]),
      ("灯路", []),
    ] as [(String, [Int])])
  func `finds the newest first, whatever the query holds`(query: String, rows: [Int]) async throws {
    let database = try await database(["小区路灯不亮", "Water and power 2026年", "路灯（2026）坏了"])
    #expect(try await search(query, database) == rows)
  }

  @Test(arguments: ["", "%", "\"", "。，！", "\u{301}\u{301}", "   "])
  func `has nothing to look for without letters`(query: String) { #expect(TextQuery(query) == nil) }

  @Test func `a query and a text of any length are cut`() async throws {
    let long = String(repeating: "路灯", count: 50_000)
    let database = try await database([long + "水"])
    #expect(try await search(String(repeating: "路灯", count: 5_000), database) == [1])
    #expect(try await search("水", database) == [])
    #expect(TextQuery(String(repeating: "路", count: TextIndex.queryMaxCharacters) + "水")?.isIn(long) == false)
    #expect(TextQuery(String(repeating: "路灯", count: 50) + "水")?.isIn(long) == true)
  }

  /// Marks of several classes, which are put in order; those of Tibet are taken apart into such first. Without a limit, it
  /// would take many minutes.
  @Test(.timeLimit(.minutes(1)), arguments: [["\u{301}", "\u{316}"], ["\u{F73}"], ["\u{FF9E}", "\u{316}"]])
  func `a pile of marks costs no more than other text`(marks: [String]) async throws {
    let pile = "路灯" + String(repeating: marks.joined(), count: 400_000) + "坏了"
    let database = try await database([pile])
    #expect(try await search("路灯", database) == [1])
    #expect(try await search("坏了", database) == [1])
    #expect(TextQuery("路灯")?.isIn(pile) == true)
  }

  @Test func `what the index takes for a find is compared with the text`() throws {
    // The pairs stand in the text, and the query does not.
    #expect(try #require(TextQuery("路灯坏")).isIn("灯坏了，路灯亮") == false)
    #expect(try #require(TextQuery("路灯坏")).isIn("那个路灯坏了") == true)
    #expect(try #require(TextQuery("路灯 坏")).isIn("灯坏了，路灯亮") == true)
  }
}
