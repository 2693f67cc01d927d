import Exchange
import Foundation
import GRDB
public import Logging
import PacketFormat
public import ServiceLifecycle
import Storage
import Zones

extension StoredDeskLetter {
  /// Asks the DMZ to tell the citizen, in the outcome's own transaction.
  func requestNotice(
    _ outcome: LetterOutcome, _ at: UnixMilliseconds, _ outbox: Outbox, _ dmz: ZoneName, _ db: Database
  ) throws {
    let notice = PendingNotice(
      id: newIdentifier(at: at), letter: id, phone: draft.phone, text: NoticeText.outcome(outcome.stage, number: number)
    )
    try db.execute(
      sql: """
        INSERT INTO notice (id, letter, phone, text, state, attempts, next_request) VALUES (?, ?, ?, ?, ?, 1, ?)
        """,
      arguments: [
        notice.id, id, notice.phone, notice.text, NoticeState.waiting.rawValue, at + PendingNotice.patienceMilliseconds,
      ])
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

  /// A text as it is sent.
  ///
  /// - Parameter portal: the portal's address, `https://host`.
  public static func addressed(_ text: String, portal: String) -> String {
    text.split(separator: addressMark, omittingEmptySubsequences: false).joined(separator: portal)
  }
}

/// A message to a citizen that the DMZ has not confirmed.
struct PendingNotice: FetchableRecord, Decodable, Sendable {
  /// How long a request waits for its answer before it is made again.
  static let patienceMilliseconds = 10 * 60_000
  static let maxAttempts = 20

  let id: String
  let letter: String
  let phone: String
  let text: String
  var attempts = 1

  func request(_ at: UnixMilliseconds) -> OutgoingMessage {
    OutgoingMessage(
      letterMessage(
        LetterMessageType.noticeRequested, letter: letter, at: at,
        .object(["notice": .string(id), "phone": .string(phone), "text": .string(text)])),
      classification: .internal)
  }
}

/// Asks again for messages that the DMZ neither sent nor gave up: it keeps none of them on its disk.
public struct NoticeReminder: Service {
  private let letters: DeskLetters
  private let logger: Logger

  public init(letters: DeskLetters, logger: Logger) {
    self.letters = letters
    self.logger = logger
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await remind()
          try await Task.sleep(for: .seconds(30))
        } catch is CancellationError {
          return
        } catch {
          logger.error("asking again for notices failed; it is tried again", metadata: ["error": "\(error)"])
          try? await Task.sleep(for: .seconds(30))
        }
      }
    }
  }

  private func remind() async throws {
    let (now, outbox, dmz) = (letters.now(), letters.outbox, letters.dmz)
    try await letters.database.write { db in
      let due = try PendingNotice.fetchAll(
        db,
        sql: "SELECT id, letter, phone, text, attempts FROM notice WHERE state = ? AND next_request <= ? LIMIT 500",
        arguments: [NoticeState.waiting.rawValue, now])
      for notice in due {
        try db.execute(
          sql: """
            UPDATE notice SET attempts = attempts + 1, next_request = ? WHERE id = ?
            """, arguments: [now + PendingNotice.patienceMilliseconds, notice.id])
        if notice.attempts < PendingNotice.maxAttempts {
          try outbox.enqueue(notice.request(now), to: dmz, db)
        } else {
          try settleNotice(notice.id, .failed, db)
        }
      }
    }
  }
}
