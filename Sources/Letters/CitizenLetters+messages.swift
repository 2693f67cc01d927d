public import Exchange
import Foundation
import GRDB
import PacketFormat

extension CitizenLetters {
  /// What the intranet tells about letters, by message type.
  public var handlers: [String: MessageHandler] {
    [
      LetterMessageType.signedFor: MessageHandler { message in
        let at = try message.time()
        return { db in try moveCitizenLetter(message.subject, to: .signedFor, at, nil, db) }
      },
      LetterMessageType.answered: MessageHandler { message in
        let (at, sealed) = (try message.time(), try message.bytes("outcome", maxBytes: 512 * 1024))
        let published = try PublishedLetter.published(in: message)
        return { db in
          try moveCitizenLetter(message.subject, to: .answered, at, sealed, db)
          try published?.insert(letter: message.subject, db)
        }
      },
      LetterMessageType.declined: MessageHandler { message in
        let (at, sealed) = (try message.time(), try message.bytes("outcome", maxBytes: 512 * 1024))
        return { db in try moveCitizenLetter(message.subject, to: .declined, at, sealed, db) }
      },
    ]
  }

  /// Marks a letter as delivered, by the intranet's receipt alone.
  public var fate: FateHandler {
    { message, fate, db in
      guard message.type == LetterMessageType.submitted, fate == .applied else { return }
      try db.execute(
        sql: "UPDATE citizen_letter SET stage = ? WHERE id = ? AND stage = ?",
        arguments: [LetterStage.delivered.rawValue, message.subject, LetterStage.sent.rawValue])
      try recordCitizenEvent(message.subject, .delivered, currentMilliseconds(), db)
    }
  }
}

/// The outcome is sealed for the citizen's key in every case; what is published lies in the clear beside it.
private func moveCitizenLetter(
  _ letter: String, to stage: LetterStage, _ at: UnixMilliseconds, _ sealedOutcome: [UInt8]?, _ db: Database
) throws {
  try db.execute(
    sql: "UPDATE citizen_letter SET stage = ?, sealed_outcome = COALESCE(?, sealed_outcome) WHERE id = ?",
    arguments: [stage.rawValue, sealedOutcome.map { Data($0) }, letter])
  guard db.changesCount == 1 else {
    throw MessageRefusal(code: "unknown-letter", reason: "no letter \(letter) here")
  }
  // A step at the desk implies that the letter arrived, even if its receipt is still on the way.
  try recordCitizenEvent(letter, .delivered, at, db)
  try recordCitizenEvent(letter, stage, at, db)
}

extension PublishedLetter {
  fileprivate static func published(in message: Message) throws -> PublishedLetter? {
    guard message.body["published"] != nil else { return nil }
    let text = try message.text("published", maxBytes: 512 * 1024)
    return try decodeJSON(PublishedLetter.self, Data(text.utf8))
  }

  fileprivate func insert(letter: String, _ db: Database) throws {
    let known = try String.fetchOne(db, sql: "SELECT number FROM citizen_letter WHERE id = ?", arguments: [letter])
    guard known == number else { throw MessageRefusal(code: "schema", reason: "it publishes another letter") }
    try db.execute(
      sql: "INSERT OR REPLACE INTO published_letter (number, answered_at, content) VALUES (?, ?, ?)",
      arguments: [number, answeredAt.unixMilliseconds, try encodeJSON(self)])
  }
}
