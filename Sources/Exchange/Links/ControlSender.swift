import AuditLog
import Drop
import DurableFiles
import Foundation
import PacketFormat
import PacketSeal
import Runtime
import Storage
import Timestamps
import Zones

/// Sends receipts in the control lane, if no packet of messages carries them.
///
/// The newest such packet replaces the others, so none is kept in `sent/` and none is acknowledged.
actor ControlSender {
  private let context: SenderContext
  private let signal: WakeSignal
  private let wake: @Sendable () -> Void
  private var lastName: String?
  private let executor = ThreadExecutor("exchange.send.c")

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// - Parameter wake: wakes the other lanes.
  init(context: SenderContext, signal: WakeSignal, wake: @escaping @Sendable () -> Void) {
    self.context = context
    self.signal = signal
    self.wake = wake
  }

  /// The first packet, at the start, states this zone's positions; an idle link sends one from time to time as a sign
  /// of life.
  func run() async {
    context.debt.owe()
    signal.ring()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.answer() }
      group.addTask { await self.beat() }
    }
  }

  private func answer() async {
    for await _ in signal.rings {
      do {
        try await Task.sleep(for: .milliseconds(context.link.limits.receiptLingerMilliseconds))
        try await sendOwed()
      } catch is CancellationError {
        return
      } catch {
        context.log.failed("sending receipts", error)
        try? await Task.sleep(for: .seconds(1))
        signal.ring()
      }
    }
  }

  private func beat() async {
    let interval = context.link.limits.heartbeatSeconds
    while (try? await Task.sleep(for: .seconds(interval))) != nil { owe() }
  }

  /// Receipts are due, though nothing came.
  nonisolated func owe() {
    context.debt.owe()
    signal.ring()
  }

  /// Sends receipts if they are due.
  func sendOwed() async throws {
    if !context.debt.isSettled { try await send() }
  }

  /// The stamps of the last epoch are more than a day ahead of the clock: it was ahead then, or is behind now. In a new
  /// epoch they begin at the clock, so that to the peer they are not in the future.
  private func reopenWhereClockWentBack() async throws {
    guard await context.stamps.ahead > ClockTrust.aheadMaxMilliseconds else { return }
    let (peer, now, audit) = (context.link.peer, context.now(), context.audit)
    let reason = "the last epoch's stamps lie over a day ahead of this zone's clock"
    let (epoch, files) = try await context.database.write { db in
      let (epoch, files) = try OutgoingStream.raiseEpoch(peer, above: 0, control: now, db)
      try audit?.epochOpened(epoch, to: peer, reason: reason, db)
      return (epoch, files)
    }
    await context.stamps.restart()
    context.log.epochRaised(epoch, reason)
    for file in files { try context.files.remove(context.sentFolder + "/" + file) }
    wake()
  }

  /// Sends the newest receipts.
  func send() async throws {
    try await reopenWhereClockWentBack()
    let due = context.debt.due
    let peer = context.link.peer
    let position = try await context.position(.control)
    let stream = StreamName(zone: context.zone, node: SenderContext.node, epoch: position.epoch, lane: .control)
    let packet = try context.sealer.sealer(at: Date(unixMilliseconds: context.now())).seal(
      PacketOutline(
        id: newIdentifier(at: position.stamp), stream: stream, sequence: position.sequence, previous: .zero,
        created: timestamp(context.now()), classification: .public, receipts: position.receipts.receipts),
      messages: [], blobs: [])
    do {
      try await context.database.write { db in
        try OutgoingStream.advance(
          peer, stream, from: position.expected, past: packet.manifest.sequence, digest: .zero, packed: nil, db)
      }
    } catch is StreamMoved { return signal.ring() }
    let file = context.sentFolder + "/" + packet.fileName
    try context.files.writeNew(file, [packet.head, packet.payload], mode: 0o440)
    defer { try? context.files.remove(file) }
    try context.drop.put(file, as: packet.fileName)
    if let lastName { try? context.drop.settle(lastName) }
    lastName = packet.fileName
    context.debt.settled(due)
  }
}
