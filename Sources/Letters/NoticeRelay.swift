public import Exchange
import Foundation
import GRDB
public import Logging
import PacketFormat
public import Storage
import Synchronization
public import Zones

/// Sends the intranet's messages to citizens from the DMZ. Number and text live in memory for the sending alone; a crash
/// in between lets the intranet ask again.
public final class NoticeRelay: Sendable {
  /// What became of one attempt.
  public enum Attempt: Sendable {
    case sent
    /// Trying again may help.
    case failedForNow
    case refused
  }

  private static let pausesSeconds = [2, 20, 120]

  private let database: ZoneDatabase
  private let outbox: Outbox
  private let intranet: ZoneName
  private let send: @Sendable (_ phone: String, _ text: String) async -> Attempt
  private let logger: Logger
  private let underway = Mutex<Set<String>>([])

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
      LetterMessageType.noticeRequested: MessageHandler { [self] message in
        let id = try message.text("notice", maxBytes: 64)
        let (phone, text) = (try message.text("phone", maxBytes: 32), try message.text("text", maxBytes: 2048))
        // Nothing of it may wait on this zone's disk.
        guard message.after.isEmpty, try message.neededBlobs().isEmpty else {
          throw MessageRefusal(code: "schema", reason: "a notice may not wait for others")
        }
        return { db in
          let wasSent = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM relayed_notice WHERE id = ?)", arguments: [id])
          let letter = message.subject
          db.afterNextTransaction { _ in
            Task { await self.relay(id, letter, phone, text, wasSent: wasSent == true) }
          }
        }
      }
    ]
  }

  private func relay(_ id: String, _ letter: String, _ phone: String, _ text: String, wasSent: Bool) async {
    // After an outage several requests for one notice may come at once; the first answers for all.
    guard underway.withLock({ $0.insert(id).inserted }) else { return }
    defer { _ = underway.withLock { $0.remove(id) } }
    var attempt = wasSent ? Attempt.sent : await send(phone, text)
    for pause in Self.pausesSeconds where attempt == .failedForNow {
      try? await Task.sleep(for: .seconds(pause))
      attempt = await send(phone, text)
    }
    await report(id, letter, attempt == .sent)
  }

  private func report(_ id: String, _ letter: String, _ sent: Bool) async {
    let now = currentMilliseconds()
    let message = letterMessage(
      sent ? LetterMessageType.noticeSent : LetterMessageType.noticeFailed, letter: letter, at: now,
      .object(["notice": .string(id)]))
    do {
      try await database.write { [outbox, intranet] db in
        if sent {
          try db.execute(sql: "INSERT OR IGNORE INTO relayed_notice (id, at) VALUES (?, ?)", arguments: [id, now])
        }
        try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: intranet, db)
      }
    } catch {
      logger.error("recording a notice failed; the intranet will ask again", metadata: ["notice": "\(id)"])
    }
  }
}
