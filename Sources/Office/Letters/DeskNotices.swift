import Foundation
import Links
public import Logging
public import Roles
public import ServiceLifecycle
import Storage
public import Timestamps
public import Zones

extension StoredDeskLetter {
  /// Asks the DMZ to tell the citizen, in the transaction of what is told.
  func requestNotice(
    _ text: String, _ at: UnixMilliseconds, _ outbox: Outbox, _ dmz: ZoneName, _ db: Transaction
  ) throws {
    let notice = PendingNotice(
      id: newIdentifier(at: at), letter: id, phone: draft.phone,
      text: text, attempts: 1, requestedAt: at)
    try db.run(
      """
      INSERT INTO notice (id, letter, phone, text, state, attempts, next_request, requested_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """, notice.id, id, notice.phone, notice.text, NoticeState.waiting.rawValue, notice.attempts,
      at + NoticeSchedule.patienceMilliseconds, at)
    try outbox.enqueue(notice.request(at), to: dmz, db)
  }
}

/// The texts of messages to citizens; official wording, no content of the letter.
public enum NoticeText {
  /// Stands where the portal's address goes, which the DMZ alone knows and puts in.
  public static let addressMark = "{portal}"

  /// What tells a citizen of a letter's outcome.
  public static func outcome(_ stage: LetterStage, number: String) -> String {
    let state = stage == .declined ? "经审核不予受理" : "已有答复"
    return "【政务信箱】您的来信（受理编号 \(number)）\(state)，请凭信件编码和查询密码登录 \(addressMark) 查看。"
  }

  /// What tells a citizen that the office has asked something.
  public static func question(number: String) -> String {
    "【政务信箱】您的来信（受理编号 \(number)）需要您补充情况，请凭信件编码和查询密码登录 \(addressMark) 查看并答复。"
  }

  /// A text as it is sent.
  ///
  /// - Parameter portal: the portal's address, `https://host`.
  public static func addressed(_ text: String, portal: String) -> String {
    text.split(separator: addressMark, omittingEmptySubsequences: false).joined(separator: portal)
  }
}

/// When a notice that did not go out is tried again, and when it is given up.
public enum NoticeSchedule {
  /// How long a request waits for its answer before it is made again.
  public static let patienceMilliseconds = 10 * 60_000
  /// Between tries; the last one is repeated.
  public static let pausesMinutes = [1, 2, 5, 10, 20, 40, 60, 120, 240]
  /// After the outcome; a notice that comes later surprises more than it helps.
  public static let givenUpAfterHours = 72
  /// How many are asked for in one look, every 30 seconds.
  public static let requestsAtOnce = 500

  /// - Parameter attempt: counts from 1.
  static func pauseMilliseconds(after attempt: Int) -> Int {
    pausesMinutes[min(max(attempt, 1), pausesMinutes.count) - 1] * 60_000
  }

  /// No time that was noted under a right clock lies further ahead.
  static let furthestMilliseconds = max(patienceMilliseconds, pauseMilliseconds(after: .max))

  /// A clock that jumps for a moment gives nothing up: a notice was tried for hours before, too.
  static let attemptsBeforeGivingUp = 8

  static func isTooOld(_ requestedAt: UnixMilliseconds, attempts: Int, at now: UnixMilliseconds) -> Bool {
    attempts >= attemptsBeforeGivingUp
      && now.subtractingReportingOverflow(requestedAt).partialValue > givenUpAfterHours * 3_600_000
  }
}

/// Why a notice was given up.
public enum NoticeFailure: String, Sendable {
  /// The gateway takes no message for this number.
  case refused
  /// It could not be sent for `NoticeSchedule.givenUpAfterHours`.
  case expired
}

/// A message to a citizen that the DMZ has not confirmed.
private struct PendingNotice: Sendable {
  let id: String
  let letter: String
  let phone: String
  let text: String
  let attempts: Int
  let requestedAt: UnixMilliseconds

  func request(_ at: UnixMilliseconds) -> OutgoingMessage {
    let request = NoticeRequestedMessage(letter: letter, notice: id, phone: phone, text: text)
    return OutgoingMessage(request.message(at: at), classification: .internal)
  }
}

extension PendingNotice {
  init(row: SQLRow) throws {
    self.init(
      id: try row["id"], letter: try row["letter"], phone: try row["phone"], text: try row["text"],
      attempts: try row["attempts"], requestedAt: try row["requested_at"])
  }
}

/// What the DMZ says became of notices.
extension DeskLetters {
  var noticeHandlers: [String: MessageHandler] {
    let result = MessageHandler { [now, logger] message in
      let result = try NoticeResultMessage(message)
      return { db in
        switch result.result {
        case .sent:
          // The number and the text have served.
          try db.run(
            "UPDATE notice SET state = ?, phone = '', text = '', failure = NULL, failed_at = NULL WHERE id = ?",
            NoticeState.sent.rawValue, result.notice)
        case .failed(isPermanent: false): try postponeNotice(result.notice, now(), db)
        case .failed(isPermanent: true): try giveUpNotice(result.notice, .refused, now(), logger, db)
        }
      }
    }
    return [NoticeResultMessage.sent: result, NoticeResultMessage.failed: result]
  }

  /// The notices that were given up in the last 14 days, of letters that this person may read, the newest first.
  ///
  /// - Parameter limit: how many letters are named.
  /// - Returns: the letters' numbers, and how many there are in all.
  public func undeliveredNotices(
    for official: Official, limit: Int
  ) async throws(LetterError) -> (numbers: [String], total: Int) {
    let readable = official.mailboxes(allowing: .readLetter)
    guard !readable.isEmpty else { return ([], 0) }
    let since = now() - 14 * 86_400_000
    do {
      return try await database.read { db in
        let numbers = try db.all(
          String.self,
          """
          SELECT number FROM notice JOIN desk_letter ON desk_letter.id = notice.letter
          WHERE failed_at >= ? AND mailbox IN (\(questionMarks(readable.count)))
          ORDER BY failed_at DESC LIMIT 1000
          """, values: [since] as [any SQLConvertible] + Array(readable))
        return (Array(numbers.prefix(limit)), numbers.count)
      }
    } catch { throw .unavailable(error) }
  }
}

private func postponeNotice(_ id: String, _ now: UnixMilliseconds, _ db: Transaction) throws {
  guard
    let attempts = try db.one(
      Int.self, "SELECT attempts FROM notice WHERE id = ? AND state = ?", id, NoticeState.waiting.rawValue)
  else { return }
  try db.run(
    "UPDATE notice SET next_request = ? WHERE id = ?", now + NoticeSchedule.pauseMilliseconds(after: attempts), id)
}

/// The number and the text are erased: what is left says which letter's citizen must be told in another way.
private func giveUpNotice(
  _ id: String, _ failure: NoticeFailure, _ now: UnixMilliseconds, _ logger: Logger, _ db: Transaction
) throws {
  let changed = try db.run(
    """
    UPDATE notice SET state = ?, phone = '', text = '', failure = ?, failed_at = ? WHERE id = ? AND state = ?
    """, NoticeState.failed.rawValue, failure.rawValue, now, id, NoticeState.waiting.rawValue)
  guard changed == 1 else { return }
  db.afterCommit {
    logger.error(
      "a message to a citizen was given up", metadata: ["notice": "\(id)", "reason": "\(failure.rawValue)"])
  }
}

/// Asks again for messages that did not go out: the DMZ keeps none of them on its disk.
public struct NoticeReminder: Service {
  private let letters: DeskLetters
  private let logger: Logger

  public init(letters: DeskLetters, logger: Logger) {
    self.letters = letters
    self.logger = logger
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      repeat {
        do { try await remind() } catch {
          logger.error("asking again for notices failed; it is tried again", metadata: ["error": "\(error)"])
        }
      } while (try? await Task.sleep(for: .seconds(30))) != nil
    }
  }

  /// One look at what is due.
  package func remind() async throws {
    let (now, outbox, dmz, logger) = (letters.now(), letters.outbox, letters.dmz, logger)
    // What was asked for waits in the outbox then; asking again would only make it longer.
    let isLate = try await letters.contact().isLate
    try await letters.database.write { db in
      for notice in try Self.due(now, db) {
        if NoticeSchedule.isTooOld(notice.requestedAt, attempts: notice.attempts, at: now) {
          try giveUpNotice(notice.id, .expired, now, logger, db)
          continue
        }
        let wait = max(
          NoticeSchedule.patienceMilliseconds, NoticeSchedule.pauseMilliseconds(after: notice.attempts + 1))
        try db.run(
          "UPDATE notice SET attempts = attempts + ?, next_request = ? WHERE id = ?", isLate ? 0 : 1, now + wait,
          notice.id)
        if !isLate { try outbox.enqueue(notice.request(now), to: dmz, db) }
      }
    }
  }

  private static func due(_ now: UnixMilliseconds, _ db: Transaction) throws -> [PendingNotice] {
    try db.all(
      """
      SELECT id, letter, phone, text, attempts, requested_at FROM notice
      WHERE state = ? AND (next_request <= ? OR next_request > ?) LIMIT ?
      """, NoticeState.waiting.rawValue, now, now + NoticeSchedule.furthestMilliseconds, NoticeSchedule.requestsAtOnce
    ).map(PendingNotice.init(row:))
  }
}

/// How a zone's messages to citizens stand, as its database tells it beside the daemon.
public struct NoticeReport: Sendable {
  public let waiting: Int
  /// Given up in the last 14 days.
  public let failed: Int

  /// Nil where the zone sends none of its own.
  public static func read(_ zone: ZoneConfiguration, now: UnixMilliseconds) throws -> NoticeReport? {
    guard zone.role == .intranet else { return nil }
    let queue = try LinkReport.openReadOnly(zone)
    defer { try? queue.close() }
    return try queue.read { db in
      NoticeReport(
        waiting: try db.one(Int.self, "SELECT COUNT(*) FROM notice WHERE state = ?", NoticeState.waiting.rawValue) ?? 0,
        failed: try db.one(Int.self, "SELECT COUNT(*) FROM notice WHERE failed_at >= ?", now - 14 * 86_400_000) ?? 0)
    }
  }
}
