import GRDB
import Synchronization

/// One writer that lets all who wait share a transaction, so that under load one sync serves hundreds of changes.
final class GroupCommit: Sendable {
  static let maxGroup = 512

  private struct State {
    var waiting: [any CommitJob] = []
    var isRunning = false
  }

  private let pool: any DatabaseWriter
  private let state = Mutex(State())

  init(pool: any DatabaseWriter) { self.pool = pool }

  func run<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      let job = Job(body: body, continuation: continuation)
      let mustStart = state.withLock { state in
        state.waiting.append(job)
        defer { state.isRunning = true }
        return !state.isRunning
      }
      if mustStart { Task { await commitAll() } }
    }
  }

  private func nextGroup() -> [any CommitJob] {
    state.withLock { state in
      let group = Array(state.waiting.prefix(Self.maxGroup))
      state.waiting.removeFirst(group.count)
      if group.isEmpty { state.isRunning = false }
      return group
    }
  }

  private func commitAll() async {
    while true {
      let group = nextGroup()
      if group.isEmpty { return }
      do {
        try await translatingAsyncErrors {
          try await pool.write { db in
            for job in group { try job.perform(db) }
          }
        }
        for job in group { job.succeed() }
      } catch {
        for job in group { job.fail(error) }
      }
    }
  }
}

private protocol CommitJob: Sendable {
  /// Runs in a savepoint. Throws only where the whole transaction is lost.
  func perform(_ db: Database) throws
  /// Called after the commit.
  func succeed()
  func fail(_ error: any Error)
}

private final class Job<T: Sendable>: CommitJob {
  private typealias Outcome = (result: Result<T, any Error>, effects: [@Sendable () -> Void])

  private let body: @Sendable (Transaction) throws -> T
  private let continuation: CheckedContinuation<T, any Error>
  private let outcome = Mutex<Outcome?>(nil)

  init(body: @escaping @Sendable (Transaction) throws -> T, continuation: CheckedContinuation<T, any Error>) {
    self.body = body
    self.continuation = continuation
  }

  func perform(_ db: Database) throws {
    let transaction = Transaction(db)
    let result = Result { try transaction.savepoint { try body(transaction) } }
    let effects = transaction.end()
    // A full disk or an I/O error may have rolled the whole transaction back; then nobody's change is kept.
    if transaction.isLost || !db.isInsideTransaction {
      // All who share the transaction get the error: another's own would mislead them.
      if case .failure(let error as StorageError) = result { throw error }
      throw StorageError.misuse("a step could not be undone")
    }
    outcome.withLock { $0 = (result, effects) }
  }

  func succeed() {
    guard let (result, effects) = outcome.withLock({ $0 }) else {
      return fail(StorageError.misuse("a change was not run"))
    }
    for effect in effects { effect() }
    continuation.resume(with: result)
  }

  func fail(_ error: any Error) { continuation.resume(throwing: error) }
}
