import GRDB
import Synchronization

extension ZoneDatabase {
  /// Tells of rows that became visible to others: the moment after the commit that added them. For measurements.
  ///
  /// - Parameters:
  ///   - table: one that rows are only added to.
  ///   - added: gets how many they are. Must not block.
  package func watchRows(of table: String, _ added: @escaping @Sendable (Int) -> Void) async throws {
    try await watch(RowWatch(table, added))
  }
}

final class RowWatch: TransactionObserver, Sendable {
  private let sql: String
  private let added: @Sendable (Int) -> Void
  private let last = Mutex(0)

  init(_ table: String, _ added: @escaping @Sendable (Int) -> Void) {
    sql = "SELECT COALESCE(MAX(rowid), 0) FROM \(table)"
    self.added = added
  }

  func begin(_ db: Database) throws {
    let newest = try Int.fetchOne(db, sql: sql) ?? 0
    last.withLock { $0 = newest }
  }

  func observes(eventsOfKind kind: DatabaseEventKind) -> Bool { false }
  func databaseDidChange(with event: DatabaseEvent) {}
  func databaseDidRollback(_ db: Database) {}

  func databaseDidCommit(_ db: Database) {
    guard let newest = try? Int.fetchOne(db, sql: sql) else { return }
    let count = last.withLock { last in
      defer { last = newest }
      return newest - last
    }
    if count > 0 { added(count) }
  }
}
