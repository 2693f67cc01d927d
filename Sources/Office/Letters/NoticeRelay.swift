import Foundation
public import Links
public import Logging
import Runtime
public import ServiceLifecycle
public import Storage
import Synchronization
import Timestamps
public import Zones

/// Sends the intranet's messages to citizens from the DMZ. Number and text live in memory for the sending alone; what does
/// not go out, or does not fit, the intranet asks for again.
public final class NoticeRelay: Service {
  /// What became of one attempt.
  public enum Attempt: Sendable {
    case sent
    /// Trying again may help.
    case failedForNow
    case refused
  }

  /// How many are sent at the same time.
  public static let sendersAtOnce = 4
  /// How many wait in memory.
  public static let waitingMax = 1_000
  /// A notice that has waited so long is forgotten: by then the intranet asks again.
  public static let keptSeconds = NoticeSchedule.patienceMilliseconds / 1_000
  /// The longest pause of a sender whose gateway is away.
  public static let longestPauseSeconds = 30
  /// How long it is remembered that a notice went out.
  private static let rememberedMilliseconds = 90 * 86_400_000

  private struct Notice: Sendable {
    let id: String
    let letter: String
    let phone: String
    let text: String
    let wasSent: Bool
    let since: ContinuousClock.Instant
  }

  private struct State {
    var waiting: [Notice] = []
    /// Waiting or being sent.
    var known: Set<String> = []
    /// In a row.
    var failures = 0
  }

  private let database: ZoneDatabase
  private let outbox: Outbox
  private let intranet: ZoneName
  private let send: @Sendable (_ phone: String, _ text: String) async -> Attempt
  private let logger: Logger
  private let state = Mutex(State())
  private let signals = (0..<NoticeRelay.sendersAtOnce).map { _ in WakeSignal() }

  public init(
    database: ZoneDatabase, outbox: Outbox, intranet: ZoneName, logger: Logger,
    send: @escaping @Sendable (_ phone: String, _ text: String) async -> Attempt
  ) {
    self.database = database
    self.outbox = outbox
    self.intranet = intranet
    self.logger = logger
    self.send = send
  }

  public var handlers: [String: MessageHandler] {
    [
      NoticeRequestedMessage.type: MessageHandler { [self] message in
        let request = try NoticeRequestedMessage(message)
        return { [self] db in
          let wasSent = try db.one(
            Bool.self, "SELECT EXISTS (SELECT 1 FROM relayed_notice WHERE id = ?)", request.notice)
          let notice = Notice(
            id: request.notice, letter: request.letter, phone: request.phone, text: request.text,
            wasSent: wasSent == true, since: .now)
          db.afterCommit { [self] in take(notice) }
        }
      }
    ]
  }

  /// Sends until the service group shuts down; what waits then, the intranet asks for again.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        for signal in self.signals {
          group.addTask {
            for await _ in signal.rings { while let notice = self.next() { await self.relay(notice) } }
          }
        }
      }
    }
  }

  private func take(_ notice: Notice) {
    let isTaken = state.withLock { state in
      // After an outage several requests for one notice may come at once; the first answers for all.
      if state.known.contains(notice.id) { return true }
      guard state.waiting.count < Self.waitingMax else { return false }
      state.known.insert(notice.id)
      state.waiting.append(notice)
      return true
    }
    guard isTaken else {
      return logger.warning(
        "a message to a citizen waits in the intranet: too many are being sent", metadata: ["notice": "\(notice.id)"])
    }
    for signal in signals { signal.ring() }
  }

  private func next() -> Notice? {
    state.withLock { state in
      while !Task.isCancelled, !state.waiting.isEmpty {
        let notice = state.waiting.removeFirst()
        if ContinuousClock.now - notice.since < .seconds(Self.keptSeconds) { return notice }
        state.known.remove(notice.id)
      }
      return nil
    }
  }

  private func relay(_ notice: Notice) async {
    let attempt = notice.wasSent ? Attempt.sent : await send(notice.phone, notice.text)
    await report(notice, attempt)
    let failures = state.withLock { state in
      // Not before it is recorded: a request that comes in between would send it twice.
      state.known.remove(notice.id)
      state.failures = attempt == .failedForNow ? min(state.failures + 1, 16) : 0
      return state.failures
    }
    guard failures > 0 else { return }
    // The first failures may be chance; a gateway that is away is not asked as fast as messages come.
    let pause = min(1 << max(0, failures - Self.sendersAtOnce), Self.longestPauseSeconds)
    try? await Task.sleep(for: .seconds(pause))
  }

  private func report(_ notice: Notice, _ attempt: Attempt) async {
    let now = currentMilliseconds()
    let message = NoticeResultMessage(
      letter: notice.letter, notice: notice.id,
      result: attempt == .sent ? .sent : .failed(isPermanent: attempt == .refused)
    ).message(at: now)
    do {
      try await database.write { [outbox, intranet] db in
        if attempt == .sent {
          try db.run("INSERT INTO relayed_notice (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING", notice.id, now)
          try db.run(
            """
            DELETE FROM relayed_notice
            WHERE id IN (SELECT id FROM relayed_notice WHERE at < ? ORDER BY at LIMIT 10)
            """, now - Self.rememberedMilliseconds)
        }
        try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: intranet, db)
      }
    } catch {
      logger.error(
        "recording a notice failed; the intranet will ask again",
        metadata: ["notice": "\(notice.id)", "error": "\(type(of: error))"])
    }
  }
}
