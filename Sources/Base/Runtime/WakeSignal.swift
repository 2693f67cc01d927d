/// A bell: any number of rings before somebody listens count as one.
public final class WakeSignal: Sendable {
  /// For one listener.
  public let rings: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  public init() { (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  public func ring() { continuation.yield() }

  /// Calls `body` once now, with each ring, and at least every so many seconds, until the task is cancelled.
  ///
  /// - Parameters:
  ///   - seconds: how long what rings no bell may be missed.
  ///   - pause: between two calls; what rings meanwhile is one call.
  public func listen(atLeastEvery seconds: Int, apart pause: Duration = .zero, _ body: @Sendable () async -> Void) async
  {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [self] in
        while (try? await Task.sleep(for: .seconds(seconds))) != nil { ring() }
      }
      defer { group.cancelAll() }
      await body()
      for await _ in rings {
        if pause > .zero, (try? await Task.sleep(for: pause)) == nil { return }
        if Task.isCancelled { return }
        await body()
      }
    }
  }
}
