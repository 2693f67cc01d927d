import Runtime
import Synchronization
import Testing

@Suite struct RuntimeTests {
  private struct Failure: Error, Equatable {}

  private final class Shared<T: Sendable>: Sendable {
    private let state: Mutex<T>
    init(_ value: T) { state = Mutex(value) }
    @discardableResult func change<R: Sendable>(_ body: @Sendable (inout T) -> R) -> R {
      state.withLock { state in
        var copy = state
        defer { state = copy }
        return body(&copy)
      }
    }
  }

  private struct Load {
    var now = 0
    var most = 0
  }

  @Test func `work in the pool gives its result or its error`() async throws {
    #expect(await BlockingPool("test", width: 2).run { 7 } == 7)
    await #expect(throws: Failure.self) { try await BlockingPool.shared.run { throw Failure() } }
  }

  @Test func `no more run at once than the pool is wide`() async {
    let pool = BlockingPool("test", width: 3)
    let load = Shared(Load())
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask {
          await pool.run {
            load.change { load in
              load.now += 1
              load.most = max(load.most, load.now)
            }
            load.change { $0.now -= 1 }
          }
        }
      }
    }
    #expect(load.change { $0.most } <= 3)
  }

  private actor Worker {
    private let executor = ThreadExecutor("an actor's")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    func label() -> String? { blockingLabel() }
  }

  private static func label() async -> String? { blockingLabel() }

  @Test func `work that blocks runs on a thread of ours, and nothing else does`() async {
    #expect(await Self.label() == nil)
    #expect(await BlockingPool("pool", width: 1).run { blockingLabel() } == "pool.0")
    #expect(await Worker().label() == "an actor's")
    let executor = BlockingExecutor("a service's")
    #expect(await executor.run { await Self.label() } == "a service's")
    let inside = await executor.run {
      await withTaskGroup(of: String?.self) { group in
        group.addTask { await Self.label() }
        return await group.next() ?? nil
      }
    }
    #expect(inside == "a service's")
    #expect(await executor.run { await Worker().label() } == "an actor's")
    #expect(await Self.label() == nil)
  }

  @Test func `an interval is due at once or later, and once each time`() {
    let time = Shared(Duration.zero)
    let soon = Interval(.seconds(10)) { time.change { $0 } }
    let later = Interval(.seconds(10), isDue: false) { time.change { $0 } }
    #expect(soon.takeIfDue() && !soon.takeIfDue() && !later.takeIfDue())
    time.change { $0 = .seconds(9) }
    #expect(!soon.takeIfDue() && !later.takeIfDue())
    time.change { $0 = .seconds(10) }
    #expect(soon.takeIfDue() && later.takeIfDue() && !soon.takeIfDue())
  }

  @Test func `what was done in the future is due`() {
    #expect(isDue(at: 100, since: 90, wait: 10) && !isDue(at: 100, since: 91, wait: 10))
    #expect(isDue(at: 100, since: 101, wait: 10) && isDue(at: 100, since: .max, wait: .max))
    #expect(isDue(at: .max, since: .min, wait: 1) && isDue(at: .min, since: .max, wait: 1))
  }

  @Test func `a listener is called at its start and for each ring that it did not see`() async {
    let signal = WakeSignal()
    let calls = Shared(0)
    signal.ring()
    signal.ring()
    await withTaskGroup(of: Void.self) { group in
      let (done, finish) = AsyncStream<Void>.makeStream()
      group.addTask {
        await signal.listen(atLeastEvery: 3_600) {
          let count = calls.change { count in
            count += 1
            return count
          }
          if count == 2 { finish.yield() }
        }
      }
      for await _ in done { break }
      group.cancelAll()
    }
    #expect(calls.change { $0 } == 2)
  }
}
