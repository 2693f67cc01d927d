import Dispatch
import Synchronization

/// Runs work that blocks (syncs, reads of megabytes, decryption) on threads of its own: Swift's own are as few as the
/// machine has cores, and all requests share them.
public final class BlockingPool: Sendable {
  /// For what is done now and then, and need not be quick.
  public static let shared = BlockingPool("blocking", width: 4)

  private let queues: [DispatchQueue]
  /// How much waits in each queue: work goes to the emptiest.
  private let waiting: Mutex<[Int]>
  private let executors: [ThreadExecutor]
  private let nextExecutor = Mutex(0)

  /// - Parameters:
  ///   - label: shown by debuggers.
  ///   - width: how many run at the same time.
  public init(_ label: String, width: Int) {
    queues = (0..<max(1, width)).map { blockingQueue("\(label).\($0)") }
    executors = queues.map(ThreadExecutor.init)
    waiting = Mutex([Int](repeating: 0, count: max(1, width)))
  }

  /// Runs `body` on a thread of the pool; the caller's task waits without a thread. Throws what `body` throws.
  public func run<T: Sendable, E: Error>(_ body: @escaping @Sendable () throws(E) -> T) async throws(E) -> T {
    let index = begin()
    defer { end(index) }
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<T, E>, Never>) in
      queues[index].async { continuation.resume(returning: Result { () throws(E) in try body() }) }
    }
    return try result.get()
  }

  /// A thread of the pool for an actor of which there may be many, such as one for each upload.
  public func executor() -> ThreadExecutor {
    nextExecutor.withLock { next in
      next = (next + 1) % executors.count
      return executors[next]
    }
  }

  private func begin() -> Int {
    waiting.withLock { waiting in
      let index = waiting.indices.min { waiting[$0] < waiting[$1] } ?? 0
      waiting[index] += 1
      return index
    }
  }

  private func end(_ index: Int) { waiting.withLock { $0[index] -= 1 } }
}
