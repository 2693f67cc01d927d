import Synchronization

/// A clock that goes when it is told to.
final class Clock: Sendable {
  private let milliseconds = Mutex(1_795_392_000_000)
  var now: Int { milliseconds.withLock { $0 } }
  func advance(days: Int) { milliseconds.withLock { $0 += days * 86_400_000 } }
}
