public import Storage

/// Each receiver's position.
public let forwardMigrations = [
  Migration(
    "audit-forward-1",
    sql: """
      CREATE TABLE audit_forward (
        receiver TEXT PRIMARY KEY,
        -- The log's number, and the first of its entries that the receiver may not have.
        log INTEGER NOT NULL,
        position INTEGER NOT NULL
      );
      """)
]

/// A position in the zone's logs: what comes before it was forwarded.
struct ForwardPlace: Equatable, Sendable {
  /// The log's number.
  var log: Int
  /// The next entry's index in it.
  var next: Int

  /// Nil for a receiver that has received nothing yet.
  static func load(_ receiver: String, _ database: ZoneDatabase) async throws -> ForwardPlace? {
    try await database.read { db in
      try db.one("SELECT log, position FROM audit_forward WHERE receiver = ?", receiver)
        .map { try ForwardPlace(log: $0["log"], next: $0["position"]) }
    }
  }

  func store(_ receiver: String, _ database: ZoneDatabase) async throws {
    let place = self
    try await database.write { db in
      try db.run(
        """
        INSERT INTO audit_forward (receiver, log, position) VALUES (?, ?, ?)
        ON CONFLICT (receiver) DO UPDATE SET log = excluded.log, position = excluded.position
        """, receiver, place.log, place.next)
    }
  }
}
