import Dispatch

/// A thread of its own for a service whose work blocks: what runs under it leaves Swift's own threads to requests.
public final class BlockingExecutor: TaskExecutor {
  private let queue: DispatchQueue

  /// - Parameter label: shown by debuggers.
  public init(_ label: String) { queue = blockingQueue(label) }

  public func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    queue.async { unowned.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }

  /// Runs `body`, and whatever it calls that belongs to no actor with a thread of its own, on this thread.
  public func run<T: Sendable, E: Error>(
    _ body: @Sendable () async throws(E) -> T
  ) async throws(E) -> T {
    try await withTaskExecutorPreference(self) { () async throws(E) -> T in try await body() }
  }
}
