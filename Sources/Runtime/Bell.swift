/// A bell: any number of rings before somebody listens count as one.
public final class Bell: Sendable {
  /// For one listener.
  public let rings: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  public init() { (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  public func ring() { continuation.yield() }

  /// Calls `body` once now, with each ring, and at the latest `seconds` after the last call, until the task is cancelled.
  ///
  /// - Parameter seconds: how long a ring that never came may be missed.
  public func listen(atLeastEvery seconds: Int, _ body: @Sendable () async -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [self] in
        while (try? await Task.sleep(for: .seconds(seconds))) != nil { ring() }
      }
      defer { group.cancelAll() }
      await body()
      for await _ in rings {
        if Task.isCancelled { return }
        await body()
      }
    }
  }
}
