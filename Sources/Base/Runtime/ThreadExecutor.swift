package import Dispatch

/// Runs an actor's work on a queue of its own, so that its disk and cipher work never holds a thread that requests need.
public final class ThreadExecutor: SerialExecutor {
  /// A simulation's: whatever is made under it works on this one queue, one thing after the other.
  @TaskLocal package static var sharedQueue: DispatchQueue?

  private let queue: DispatchQueue

  /// - Parameter label: shown by debuggers.
  public convenience init(_ label: String) { self.init(blockingQueue(label)) }

  init(_ queue: DispatchQueue) { self.queue = queue }

  public func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    queue.async { unowned.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

private let labelKey = DispatchSpecificKey<String>()

/// A queue for work that blocks, or the one that a simulation gives.
func blockingQueue(_ label: String) -> DispatchQueue {
  if let shared = ThreadExecutor.sharedQueue { return shared }
  return ownBlockingQueue(label)
}

/// A queue for work that blocks and that its maker waits for, which may not be the one of a simulation.
package func ownBlockingQueue(_ label: String) -> DispatchQueue {
  let queue = DispatchQueue(label: label)
  queue.setSpecific(key: labelKey, value: label)
  return queue
}

/// The label of the thread for blocking work that this is called on; nil on any other, such as Swift's own.
package func blockingLabel() -> String? { DispatchQueue.getSpecific(key: labelKey) }
