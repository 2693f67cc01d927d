import Dispatch
import Synchronization

/// Runs costly calculations beside the threads that serve requests, a few at a time.
struct HashingPool: Sendable {
  private let queues: [DispatchQueue]
  private let load: Load

  /// How much waits in each queue. Work goes to the emptiest: by turns, the cheap half of each look would share one queue
  /// and the dear half the other.
  private final class Load: Sendable {
    private let waiting: Mutex<[Int]>

    init(_ width: Int) { waiting = Mutex([Int](repeating: 0, count: width)) }

    func begin() -> Int {
      waiting.withLock { waiting in
        let index = waiting.indices.min { waiting[$0] < waiting[$1] } ?? 0
        waiting[index] += 1
        return index
      }
    }

    func end(_ index: Int) { waiting.withLock { $0[index] -= 1 } }
  }

  /// - Parameter width: how many run at the same time.
  init(width: Int) {
    queues = (0..<max(1, width)).map { DispatchQueue(label: "letters.heavy.\($0)") }
    load = Load(max(1, width))
  }

  func run<T: Sendable>(_ body: @escaping @Sendable () throws(LetterError) -> T) async throws(LetterError) -> T {
    let index = load.begin()
    defer { load.end(index) }
    let queue = queues[index]
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<T, LetterError>, Never>) in
      queue.async { continuation.resume(returning: Result { () throws(LetterError) in try body() }) }
    }
    return try result.get()
  }
}
