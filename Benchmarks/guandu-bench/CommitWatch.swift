import GRDB
import Storage
import Synchronization

/// Notes when rows of one table became visible to others: the moment after the commit that inserted them.
final class CommitWatch: TransactionObserver, Sendable {
  private let table: String
  private let state = Mutex<(pending: Int, commits: [ContinuousClock.Instant])>((0, []))

  /// Watches `database` for as long as it is open.
  static func rows(of table: String, in database: ZoneDatabase) async throws -> CommitWatch {
    let watch = CommitWatch(table: table)
    try await database.write { $0.add(transactionObserver: watch, extent: .databaseLifetime) }
    return watch
  }

  private init(table: String) { self.table = table }

  /// One for each row, in the order of insertion.
  var commits: [ContinuousClock.Instant] { state.withLock { $0.commits } }
  var count: Int { state.withLock { $0.commits.count } }

  func observes(eventsOfKind kind: DatabaseEventKind) -> Bool {
    if case .insert(let name) = kind { return name == table }
    return false
  }

  func databaseDidChange(with event: DatabaseEvent) { state.withLock { $0.pending += 1 } }

  func databaseDidCommit(_ db: Database) {
    let now = ContinuousClock.now
    state.withLock { state in
      state.commits += repeatElement(now, count: state.pending)
      state.pending = 0
    }
  }

  func databaseDidRollback(_ db: Database) { state.withLock { $0.pending = 0 } }
}
