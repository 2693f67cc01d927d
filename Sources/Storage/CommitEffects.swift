public import GRDB
import Synchronization

/// What a change does beyond the database once it is durable: each effect belongs to the savepoint that asked for it, and
/// goes with it where that is rolled back.
final class CommitEffects: Sendable {
  /// Of the innermost savepoint that runs in this thread or task.
  @TaskLocal static var current: CommitEffects?

  private let effects = Mutex<[@Sendable () -> Void]>([])

  fileprivate func append(_ effect: @escaping @Sendable () -> Void) { effects.withLock { $0.append(effect) } }

  /// Runs `body` with the effects of its own, which stay where it throws.
  func collect<T>(_ body: () throws -> T) rethrows -> T { try Self.$current.withValue(self, operation: body) }

  /// Once each, in the order in which they were asked for.
  func run() { for effect in take() { effect() } }

  fileprivate func take() -> [@Sendable () -> Void] {
    effects.withLock { effects in
      defer { effects = [] }
      return effects
    }
  }
}

extension Database {
  /// Runs `effect` once the change that asks for it is durable, and never where its savepoint or the whole transaction is
  /// rolled back. It runs before `ZoneDatabase.write` returns, so it must not block: it rings a bell, or notes something
  /// in memory.
  public func afterCommit(_ effect: @escaping @Sendable () -> Void) {
    guard let effects = CommitEffects.current else {
      // A connection that is no `ZoneDatabase`'s has one transaction a change, so both are the same there.
      return afterNextTransaction { _ in effect() }
    }
    effects.append(effect)
  }

  /// Runs `body` in a savepoint: where it throws, its changes are undone and its effects never happen.
  public func inStep<T>(_ body: () throws -> T) throws -> T {
    let (outer, inner) = (CommitEffects.current, CommitEffects())
    var result: Result<T, any Error>?
    try inSavepoint {
      result = .success(try inner.collect(body))
      return .commit
    }
    for effect in inner.take() {
      if let outer {
        outer.append(effect)
      } else if isInsideTransaction {
        afterNextTransaction { _ in effect() }
      } else {
        effect()
      }
    }
    guard let result else { throw DatabaseError(message: "a step was not run") }
    return try result.get()
  }
}
