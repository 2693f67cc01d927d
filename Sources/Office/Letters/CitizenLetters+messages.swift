import Foundation
public import Links
import PacketFormat
import Storage
import Timestamps

extension CitizenLetters {
  /// What the intranet tells about letters, by message type.
  public var handlers: [String: MessageHandler] {
    let outcome = MessageHandler { message in
      let outcome = try OutcomeMessage(message)
      return { db in
        try moveCitizenLetter(outcome.id, to: outcome.stage, outcome.at, outcome.sealed, db)
        try outcome.published?.insert(letter: outcome.id, db)
      }
    }
    return [
      SignedForMessage.type: MessageHandler { message in
        let signed = try SignedForMessage(message)
        return { db in try moveCitizenLetter(signed.id, to: .signedFor, signed.at, nil, db) }
      },
      OutcomeMessage.answered: outcome,
      OutcomeMessage.declined: outcome,
    ].merging(restoringHandlers) { first, _ in first }.merging(courseHandlers) { first, _ in first }
  }

  /// Marks a letter as delivered or as refused, by the intranet's receipt alone.
  public var fate: FateHandler {
    { message, fate, db in
      if message.type == PepperEscrowMessage.type { try settlePepperEscrow(message, fate, db) }
      if message.type == SupplementedMessage.type { try settleReply(message, fate, db) }
      guard message.type == SubmittedMessage.type else { return }
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
