package import Dispatch

/// Runs an actor's work on a queue of its own, so that its disk and cipher work never holds a thread that requests need.
package final class ThreadExecutor: SerialExecutor {
  /// A simulation's: whatever is made under it works on this one queue, one thing after the other.
  @TaskLocal package static var sharedQueue: DispatchQueue?

  private let queue: DispatchQueue

  init(_ label: String) { queue = Self.sharedQueue ?? DispatchQueue(label: label) }

  package func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    queue.async { unowned.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

/// A bell: any number of rings before somebody listens count as one.
final class Bell: Sendable {
  let rings: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  func ring() { continuation.yield() }
}
