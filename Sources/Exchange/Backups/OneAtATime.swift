/// Lets one caller in at a time, in the order in which they came.
actor OneAtATime {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// Runs `body` when all earlier callers are done.
  func run<T: Sendable>(_ body: @Sendable () async throws -> T) async rethrows -> T {
    if isTaken { await withCheckedContinuation { waiting.append($0) } }
    isTaken = true
    defer {
      if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
    return try await body()
  }
}
