import Logging
import Runtime
import Storage

/// Sends every entry to one receiver, in order, at least once. Its position is durable and moves only past settled
/// entries; after a failure everything from there is sent again.
actor ForwardLoop {
  private static let pauseMilliseconds = 500
  private static let lookSeconds = 30
  private static let waitMaxMilliseconds = 30_000

  private let receiver: any EntryReceiver
  private let reader: ForwardReader
  private let database: ZoneDatabase
  private let logger: Logger
  /// Milliseconds of a monotonic clock.
  private let now: @Sendable () -> Int

  private struct Mark {
    let time: Int
    let place: ForwardPlace
  }

  /// What the receiver certainly has.
  private var durable: ForwardPlace?
  private var isLoaded = false
  /// Where the next entries are read.
  private var place: ForwardPlace?
  /// Sent, but not settled.
  private var marks: [Mark] = []
  /// The reason last logged; empty if all is well.
  private var trouble = ""
  private let signal: WakeSignal
  private let executor = ThreadExecutor("audit.forward")

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(
    _ receiver: any EntryReceiver, reader: ForwardReader, database: ZoneDatabase, logger: Logger,
    signal: WakeSignal = WakeSignal(), now: @escaping @Sendable () -> Int
  ) {
    self.signal = signal
    self.receiver = receiver
    self.reader = reader
    self.database = database
    self.logger = logger
    self.now = now
  }

  /// Forwards until its task is cancelled: new entries at a signal, and again what failed or is not settled.
  func run() async {
    await signal.listen(atLeastEvery: Self.lookSeconds) { await self.forwardToTheEnd() }
  }

  private func forwardToTheEnd() async {
    var wait = Self.pauseMilliseconds
    repeat {
      wait = await forward() ? Self.pauseMilliseconds : min(wait * 2, Self.waitMaxMilliseconds)
      guard (try? await Task.sleep(for: .milliseconds(wait))) != nil else { return }
    } while !marks.isEmpty || !trouble.isEmpty
  }

  /// At a stop, a file gets everything that is still there; a remote receiver gets it after the next start.
  func finish() async {
    if receiver.settleMilliseconds == 0 { await forward() }
    await receiver.close()
  }

  /// Forwards what there is. False after a failure, which is logged once for each reason.
  @discardableResult func forward() async -> Bool {
    do {
      try await poll()
      if marks.isEmpty, !trouble.isEmpty {
        logger.notice("audit entries are forwarded again", metadata: metadata)
        trouble = ""
      }
      return true
    } catch {
      let reason = "\(error)"
      if !Task.isCancelled, reason != trouble {
        logger.error("audit entries wait to be forwarded", metadata: metadata.merging(["error": "\(reason)"]) { $1 })
        trouble = reason
      }
      return false
    }
  }

  private var metadata: Logger.Metadata { ["receiver": "\(receiver.name)", "address": "\(receiver.address)"] }

  private func poll() async throws {
    if !isLoaded {
      durable = try await ForwardPlace.load(receiver.name, database)
      (place, isLoaded) = (durable, true)
    }
    if await receiver.hasBroken(), !marks.isEmpty {
      goBack()
      throw ForwardError("the receiver ended the connection")
    }
    try await settle()
    while !Task.isCancelled, let batch = try reader.batch(from: place) {
      do { try await receiver.take(batch.entries) } catch {
        goBack()
        throw error
      }
      if let lost = batch.lost {
        logger.critical(
          "entries were gone before they could be forwarded", metadata: metadata.merging(["entries": "\(lost)"]) { $1 })
      }
      place = batch.next
      marks.append(Mark(time: now(), place: batch.next))
      try await settle()
    }
  }

  private func goBack() { (place, marks) = (durable, []) }

  private func settle() async throws {
    let limit = now() - receiver.settleMilliseconds
    guard let last = marks.last(where: { $0.time <= limit }) else { return }
    // A receiver that has failed meanwhile has not kept them.
    if await receiver.hasBroken() {
      goBack()
      throw ForwardError("the receiver ended the connection")
    }
    try await last.place.store(receiver.name, database)
    durable = last.place
    marks.removeAll { $0.time <= limit }
  }
}
