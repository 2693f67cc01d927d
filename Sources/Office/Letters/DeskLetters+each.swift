import Flows
import Logging
import Storage

/// Work on many letters, some at once, so that nobody waits long for the database.
extension DeskLetters {
  private static let lettersAtOnce = 500

  /// Does something with each letter, some hundred in a transaction. One that cannot be read is logged and left alone.
  ///
  /// - Throws: what `body` throws, and the database's errors; the transactions before stand.
  func eachLetter(
    _ ids: [String],
    _ body: @escaping @Sendable (inout StoredDeskLetter, FlowDefinition, Transaction) throws -> Void
  ) async throws {
    for start in stride(from: 0, to: ids.count, by: Self.lettersAtOnce) {
      let part = ids[start..<min(start + Self.lettersAtOnce, ids.count)]
      try await database.write { db in
        for id in part {
          guard let (stored, flow) = try self.readable(id, db) else { continue }
          var letter = stored
          try body(&letter, flow, db)
        }
      }
    }
  }

  /// A letter with its flow; nil where there is none, or where it cannot be read, which is logged.
  func readable(_ id: String, _ db: Transaction) throws -> (StoredDeskLetter, FlowDefinition)? {
    guard let row = try db.one("SELECT * FROM desk_letter WHERE id = ?", id) else { return nil }
    do {
      guard let letter = try StoredDeskLetter(row: row) else { return nil }
      return (letter, try letter.flow(flows))
    } catch {
      logger.error("a letter cannot be read", metadata: ["letter": "\(id)", "error": "\(error)"])
      return nil
    }
  }

  /// Works out anew in which folders and at whose desks letters lie, from what is stored of each.
  ///
  /// - Parameter numbers: the letters' numbers; nil for all letters.
  /// - Returns: how many letters there are.
  @discardableResult
  public func rebuildPlaces(of numbers: [String]? = nil) async throws -> Int {
    let times = self.times
    let ids = try await database.read { db in
      try numbers.map {
        try $0.compactMap { try db.one(String.self, "SELECT id FROM desk_letter WHERE number = ?", $0) }
      }
        ?? db.all(String.self, "SELECT id FROM desk_letter ORDER BY id")
    }
    if numbers == nil {
      try await database.write { db in
        try db.run("DELETE FROM letter_place WHERE letter NOT IN (SELECT id FROM desk_letter)")
      }
    }
    try await eachLetter(ids) { letter, flow, db in try letter.savePlaces(flow, times, db) }
    return ids.count
  }
}
