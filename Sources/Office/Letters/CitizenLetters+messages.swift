public import Exchange
import Foundation
import PacketFormat
import Storage

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
    ].merging(restoringHandlers) { first, _ in first }
  }

  /// Marks a letter as delivered or as refused, by the intranet's receipt alone.
  public var fate: FateHandler {
    { message, fate, db in
      if message.type == LetterMessageType.pepperEscrow { try settlePepperEscrow(message, fate, db) }
      guard message.type == LetterMessageType.submitted else { return }
      switch fate {
      case .applied: try settle(message.subject, .delivered, refusal: nil, db)
      case .refused(let code): try settle(message.subject, .refused, refusal: code, db)
      }
    }
  }
}

/// A letter that a step at the desk has moved on needs no receipt any more.
private func settle(_ letter: String, _ stage: LetterStage, refusal: String?, _ db: Transaction) throws {
  let changed = try db.run(
    "UPDATE citizen_letter SET stage = ?, refusal = ? WHERE id = ? AND stage = ?", stage.rawValue, refusal, letter,
    LetterStage.sent.rawValue)
  if changed != 1 {
    // A step at the desk may come before the receipt of what it answers; what was refused never turns into delivered.
    guard stage == .delivered, let known = try currentStage(of: letter, db), known.rank >= stage.rank else { return }
  }
  try recordCitizenEvent(letter, stage, currentMilliseconds(), db)
}

/// The outcome is sealed for the citizen's key in every case; what is published lies in the clear beside it.
private func moveCitizenLetter(
  _ letter: String, to stage: LetterStage, _ at: UnixMilliseconds, _ sealedOutcome: [UInt8]?, _ db: Transaction
) throws {
  guard let known = try currentStage(of: letter, db) else {
    throw MessageRefusal(code: "unknown-letter", reason: "no letter \(letter) here")
  }
  if known.rank <= stage.rank {
    try db.run(
      "UPDATE citizen_letter SET stage = ?, sealed_outcome = COALESCE(?, sealed_outcome) WHERE id = ?", stage.rawValue,
      sealedOutcome.map { Data($0) }, letter)
  }
  // A step at the desk implies that the letter arrived, even if its receipt is still on the way.
  try recordCitizenEvent(letter, .delivered, at, db)
  try recordCitizenEvent(letter, stage, at, db)
}

extension PublishedLetter {
  fileprivate static func published(in message: Message) throws -> PublishedLetter? {
    guard message.body["published"] != nil else { return nil }
    let text = try message.text("published", maxBytes: 512 * 1024)
    do { return try decodeJSON(PublishedLetter.self, Data(text.utf8)) } catch {
      throw MessageRefusal(code: "schema", reason: "“published” is no letter with its answer")
    }
  }

  fileprivate func insert(letter: String, _ db: Transaction) throws {
    let known = try db.one(String.self, "SELECT number FROM citizen_letter WHERE id = ?", letter)
    guard known == number else { throw MessageRefusal(code: "schema", reason: "it publishes another letter") }
    try db.run(
      """
      INSERT INTO published_letter (number, answered_at, content) VALUES (?, ?, ?)
      ON CONFLICT (number) DO UPDATE SET answered_at = excluded.answered_at, content = excluded.content
      """, number, answeredAt.unixMilliseconds, try encodeJSON(self))
  }
}
