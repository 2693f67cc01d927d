import Storage
import Synchronization

/// Notes when rows of one table became visible to others: the moment after the commit that inserted them.
final class CommitWatch: Sendable {
  private let state = Mutex<[ContinuousClock.Instant]>([])

  /// Watches `database` for as long as it is open.
  static func rows(of table: String, in database: ZoneDatabase) async throws -> CommitWatch {
    let watch = CommitWatch()
    try await database.watchRows(of: table) { count in
      let now = ContinuousClock.now
      watch.state.withLock { $0 += repeatElement(now, count: count) }
    }
    return watch
  }

  /// One for each row, in the order of insertion.
  var commits: [ContinuousClock.Instant] { state.withLock(\.self) }
  var count: Int { state.withLock(\.count) }
}
