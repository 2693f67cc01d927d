package import Dispatch

/// Runs an actor's work on a queue of its own, so that its disk and cipher work never holds a thread that requests need.
public final class ThreadExecutor: SerialExecutor {
  /// A simulation's: whatever is made under it works on this one queue, one thing after the other.
  @TaskLocal package static var sharedQueue: DispatchQueue?

  private let queue: DispatchQueue

  /// - Parameter label: shown by debuggers.
  public convenience init(_ label: String) { self.init(Self.sharedQueue ?? DispatchQueue(label: label)) }

  init(_ queue: DispatchQueue) { self.queue = queue }

  public func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    queue.async { unowned.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
