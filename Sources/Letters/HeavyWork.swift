import Dispatch
import Synchronization

/// Runs costly calculations beside the threads that serve requests, a few at a time.
struct HeavyWork: Sendable {
  private let queues: [DispatchQueue]
  private let next = Counter()

  private final class Counter: Sendable {
    private let value = Mutex(0)
    func take() -> Int {
      value.withLock {
        $0 &+= 1
        return $0
      }
    }
  }

  /// - Parameter width: how many run at the same time.
  init(width: Int) {
    queues = (0..<max(1, width)).map { DispatchQueue(label: "letters.heavy.\($0)") }
  }

  func run<T: Sendable>(_ body: @escaping @Sendable () throws(LetterError) -> T) async throws(LetterError) -> T {
    let queue = queues[next.take() % queues.count]
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<T, LetterError>, Never>) in
      queue.async { continuation.resume(returning: Result { () throws(LetterError) in try body() }) }
    }
    return try result.get()
  }
}
