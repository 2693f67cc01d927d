import Cryptography
import Foundation
import Links
import PacketFormat
import Storage
import Timestamps

/// Takes back in what the intranet knows of this portal's letters. Nothing that is here is overwritten.
extension CitizenLetters {
  /// By message type.
  var restoringHandlers: [String: MessageHandler] {
    let own = locks.pepper.copy()
    return [
      RestoredPortalMessage.type: MessageHandler { message in
        let portal = try RestoredPortalMessage(message)
        return { db in try portal.insert(own: own, db) }
      },
      RestoredLetterMessage.type: MessageHandler { message in
        let letter = try RestoredLetterMessage(message)
        return { db in try letter.insert(db) }
      },
    ]
  }
}

extension RestoredPortalMessage {
  /// The lost portal may have given numbers that the intranet never saw: they are passed over.
  private static let numbersPassedOver = 1_000

  /// How many portals may have been lost before this one; each look at an unknown code tries all their peppers.
  private static let peppersMost = 100

  fileprivate func insert(own: [UInt8], _ db: Transaction) throws {
    var isSuccessor = false
    for pepper in peppers where pepper != own {
      let changed = try db.run("INSERT INTO restored_pepper (pepper) VALUES (?) ON CONFLICT DO NOTHING", pepper)
      isSuccessor = isSuccessor || changed == 1
    }
    let known = try db.one(Int.self, "SELECT COUNT(*) FROM restored_pepper") ?? 0
    guard known <= Self.peppersMost else {
      throw MessageRefusal(code: "too-many", reason: "more than \(Self.peppersMost) peppers of lost portals")
    }
    // This portal may be older than its last number says, too: its database may have come back from a backup.
    for (year, last) in numbers {
      try db.run(
        """
        INSERT INTO letter_number (year, last) VALUES (?, ? + ?)
        ON CONFLICT (year) DO UPDATE SET
          last = CASE WHEN letter_number.last > ? THEN letter_number.last ELSE ? END + ?
        WHERE ? = 1 OR letter_number.last < ?
        """, year, last, Self.numbersPassedOver, last, last, Self.numbersPassedOver, isSuccessor, last)
    }
  }
}

extension RestoredLetterMessage {
  private var stage: LetterStage { Self.stages.last { stage in events.contains { $0.stage == stage } } ?? .delivered }

  fileprivate func insert(_ db: Transaction) throws {
    let changed = try db.run(
      """
      INSERT INTO citizen_letter
        (id, submission, number, accepted_at, code_index, salt, wrapped_key, sealed_letter, stage, phone_tag)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """, id, "restored-" + id, number, acceptedAt, locks.codeIndex, locks.salt, locks.wrappedKey,
      sealedDraft, stage.rawValue, locks.phoneTag)
    if changed == 0 { try catchUp(db) }
    for event in events { try recordCitizenEvent(id, event.stage, event.at, db) }
  }

  /// The letter is here, perhaps as it was in an older backup.
  private func catchUp(_ db: Transaction) throws {
    guard let known = try currentStage(of: id, db) else {
      throw MessageRefusal(code: "duplicate-letter", reason: "another letter is filed under this code")
    }
    // A portal that an earlier release restored lacks it.
    if let phoneTag = locks.phoneTag {
      try db.run("UPDATE citizen_letter SET phone_tag = ? WHERE id = ? AND phone_tag IS NULL", phoneTag, id)
    }
    guard known.rank < stage.rank else { return }
    try db.run("UPDATE citizen_letter SET stage = ?, refusal = NULL WHERE id = ?", stage.rawValue, id)
  }
}

/// Nil where there is no such letter.
func currentStage(of letter: String, _ db: Transaction) throws -> LetterStage? {
  try db.one(String.self, "SELECT stage FROM citizen_letter WHERE id = ?", letter)
    .map { LetterStage(rawValue: $0) ?? .sent }
}

extension LetterStage {
  /// A letter never goes back to a lower one.
  var rank: Int {
    switch self {
    case .sent: 0
    case .refused: 1
    case .delivered: 2
    case .signedFor: 3
    case .answered, .declined: 4
    }
  }
}
