import Acts
import AuditLog
import Foundation
public import Logging
public import Roles
import Runtime
public import ServiceLifecycle
import Storage
import Synchronization
import TransparencyLog
import Zones

/// The result of a check of a whole log.
public struct LogCheckResult: Sendable, Equatable {
  /// Milliseconds since 1970.
  public let at: Int
  public let zone: String
  /// Its number; 0 if the record of acts was compared with the zone's logs.
  public let log: Int
  public let size: Int
  /// How many entries a witness has cosigned, and when (milliseconds since 1970); nil for none.
  public let witnessed: (size: Int, at: Int)?
  /// How many entries are in cold storage, and were not read.
  public let unseen: Int
  /// Nil if everything was right: in English; for the record of acts a finding's code.
  public let fault: String?

  public var isOfRecord: Bool { log == 0 }

  public static func == (left: LogCheckResult, right: LogCheckResult) -> Bool {
    (left.at, left.zone, left.log, left.size, left.fault) == (right.at, right.zone, right.log, right.size, right.fault)
  }
}

/// Checks all logs in this zone from their first entry to their last, once a day and when an officer asks.
public final class LogChecker: Service {
  private static let intervalMilliseconds = 24 * 3_600_000
  private static let keptResults = 1_000

  private let console: AuditConsole
  private let logger: Logger
  private let isStopping = Mutex(false)
  private let requests = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  public init(console: AuditConsole, logger: Logger) {
    self.console = console
    self.logger = logger
  }

  /// Requests a check now. One that is running is not started twice.
  public func checkNow(by official: Official) throws(AuditConsoleError) {
    try console.demand(official, .settleAlerts)
    requests.continuation.yield()
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      await withTaskCancellationHandler {
        await withTaskGroup(of: Void.self) { group in
          group.addTask { await self.askEachDay() }
          group.addTask { for await _ in self.requests.stream { await self.check() } }
        }
      } onCancel: {
        // A running check ends at its next step.
        isStopping.withLock { $0 = true }
      }
    }
  }

  private func askEachDay() async {
    while !Task.isCancelled {
      let wait = await millisecondsToNext()
      guard (try? await Task.sleep(for: .milliseconds(wait))) != nil else { return }
      requests.continuation.yield()
      // The check's own result sets the time of the next.
      guard (try? await Task.sleep(for: .seconds(60))) != nil else { return }
    }
  }

  private func millisecondsToNext() async -> Int {
    let last = try? await console.database.read { try $0.one(Int.self, "SELECT MAX(at) FROM log_check") }
    guard let last = last ?? nil else { return 1_000 }
    guard !isDue(at: console.now(), since: last, wait: Self.intervalMilliseconds) else { return 1_000 }
    return max(1_000, min(Self.intervalMilliseconds, last + Self.intervalMilliseconds - console.now()))
  }

  /// Checks all logs, one after the other, and the record of acts against the zone's own.
  func check() async {
    let logs = (try? console.folders.all()) ?? []
    let record = try? await console.database.read { try ActDigests($0) }
    var own: [CheckedLog]? = []
    for log in logs {
      guard !Task.isCancelled, let result = await check(log, &own) else { continue }
      await keep(result, of: log.origin)
    }
    guard !Task.isCancelled, let own, let record, let result = await compare(record, own) else { return }
    await keep(result, of: "the record of acts")
  }

  private func keep(_ result: LogCheckResult, of what: String) async {
    if let fault = result.fault {
      logger.critical("a check has failed", metadata: ["of": "\(what)", "fault": "\(fault)"])
    }
    do { try await save(result) } catch {
      logger.error("the result of a check could not be kept", metadata: ["error": "\(error)"])
    }
  }

  /// Nil if the database could not be read.
  private func compare(_ record: ActDigests, _ logs: [CheckedLog]) async -> LogCheckResult? {
    var comparison = RecordComparison(logs: logs, isComplete: true)
    var last = 0
    do {
      while true {
        let start = last
        let acts = try await console.database.read { try record.next(after: start, $0) }
        guard let end = acts.last?.number else { break }
        for (_, act) in acts { comparison.take(act) }
        last = end
      }
    } catch { return nil }
    comparison.finish()
    return LogCheckResult(
      at: console.now(), zone: console.folders.zone.text, log: 0, size: comparison.matched, witnessed: nil,
      unseen: comparison.archived, fault: comparison.findings.first?.code)
  }

  /// Nil for a log that is only just beginning, and if the check was interrupted.
  ///
  /// - Parameter own: collects the results for this zone's logs; nil from then on if one is not valid.
  private func check(_ log: KnownLog, _ own: inout [CheckedLog]?) async -> LogCheckResult? {
    let folder = LogFolder(path: log.folder)
    let isOwn = log.zone == console.folders.zone
    do {
      guard let note = try folder.checkpoint() else {
        let isKnown = try await console.database.read { db in
          try db.one(
            Bool.self, "SELECT EXISTS (SELECT 1 FROM audit_indexed WHERE zone = ? AND log = ?)", log.zone.text,
            log.number)
        }
        guard isKnown == true else { return nil }
        throw AuditError("its checkpoint is gone")
      }
      let verifiers = try await console.verifiers(of: log)
      let keys = verifiers.logs + verifiers.endedLogs
      guard let key = try keys.first(where: { try note.time(signedBy: $0) != nil }) else {
        throw AuditError("its checkpoint is not signed by a key of this log")
      }
      let (witnesses, zone) = (verifiers.witnesses, log.zone.text)
      let found = try await offTheThreadsOfAll { [self] in
        var check = LogCheck(folder: folder, log: key, witnesses: witnesses, zone: zone)
        check.collectsActs = isOwn
        return try check.run { _, _ in
          if isStopping.withLock({ $0 }) { throw CancellationError() }
        }
      }
      if isOwn { own?.append(found) }
      return LogCheckResult(
        at: console.now(), zone: zone, log: log.number, size: found.checkpoint.size,
        witnessed: found.witnessed.values.max { $0.size < $1.size }.map { ($0.size, $0.seconds * 1_000) },
        unseen: found.unseen, fault: found.faults.first.map { "\($0)" })
    } catch is CancellationError {
      return nil
    } catch {
      if isOwn { own = nil }
      return LogCheckResult(
        at: console.now(), zone: log.zone.text, log: log.number, size: 0, witnessed: nil, unseen: 0,
        fault: "\(error)")
    }
  }

  private func save(_ result: LogCheckResult) async throws {
    try await console.database.write { db in
      try db.run(
        """
        INSERT INTO log_check (at, zone, log, size, witnessed, witnessed_at, unseen, fault)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """, result.at, result.zone, result.log, result.size, result.witnessed?.size, result.witnessed?.at,
        result.unseen, result.fault)
      try db.run("DELETE FROM log_check WHERE id <= (SELECT MAX(id) FROM log_check) - ?", Self.keptResults)
      guard result.fault != nil else { return }
      try AuditIndexKeeper.raiseCheckFailure(result, at: timestampText(result.at), db)
    }
  }

  private func offTheThreadsOfAll<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global(qos: .utility).async { continuation.resume(with: Result { try body() }) }
    }
  }
}

/// RFC 3339, UTC.
func timestampText(_ milliseconds: Int) -> String {
  Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(
    .iso8601.year().month().day().time(includingFractionalSeconds: true))
}

extension AuditConsole {
  /// The newest result for each log, then older ones, the newest first.
  public func checks(limit: Int, for official: Official) async throws(AuditConsoleError) -> [LogCheckResult] {
    try demand(official)
    return try await read { db in
      try db.all("SELECT * FROM log_check ORDER BY id DESC LIMIT ?", limit).map { row in
        let (size, at): (Int?, Int?) = try (row["witnessed"], row["witnessed_at"])
        return try LogCheckResult(
          at: row["at"], zone: row["zone"], log: row["log"], size: row["size"], witnessed: size.map { ($0, at ?? 0) },
          unseen: row["unseen"], fault: row["fault"])
      }
    }
  }
}
