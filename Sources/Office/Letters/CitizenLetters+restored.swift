import Cryptography
import Exchange
import Foundation
import PacketFormat
import Storage

/// Takes back in what the intranet knows of this portal's letters. Nothing that is here is overwritten.
extension CitizenLetters {
  /// By message type.
  var restoringHandlers: [String: MessageHandler] {
    let own = Data(locks.pepper.copy())
    return [
      LetterMessageType.portalRestored: MessageHandler { message in
        let portal = try RestoredPortal(message)
        return { db in try portal.insert(own: own, db) }
      },
      LetterMessageType.letterRestored: MessageHandler { message in
        let letter = try RestoredLetter(message)
        return { db in try letter.insert(db) }
      },
    ]
  }
}

/// How far the series of numbers had come, and under which peppers codes are filed.
private struct RestoredPortal: Sendable {
  /// The lost portal may have given numbers that the intranet never saw: they are passed over.
  private static let numbersPassedOver = 1_000

  /// How many portals may have been lost before this one; each look at an unknown code tries all their peppers.
  private static let peppersMost = 100

  let numbers: [(year: Int, last: Int)]
  let peppers: [Data]

  init(_ message: Message) throws(MessageRefusal) {
    var numbers: [(year: Int, last: Int)] = []
    for element in try message.list("numbers", maxCount: 1_000) {
      guard let year = element["year"]?.number, let last = element["last"]?.number, (1970...9_999).contains(year),
        (0...1_000_000_000).contains(last)
      else { throw MessageRefusal(code: "schema", reason: "“numbers” holds more than years and last numbers") }
      numbers.append((year, last))
    }
    var peppers: [Data] = []
    for element in try message.list("peppers", maxCount: 1_000) {
      guard let bytes = element.text.flatMap({ Base64.decode($0) }), bytes.count == 32 else {
        throw MessageRefusal(code: "schema", reason: "“peppers” holds something that is none")
      }
      peppers.append(Data(bytes))
    }
    (self.numbers, self.peppers) = (numbers, peppers)
  }

  func insert(own: Data, _ db: Transaction) throws {
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

/// A letter as the intranet tells of it, up to its outcome, which follows as it did the first time.
private struct RestoredLetter: Sendable {
  let id: String
  let number: String
  let acceptedAt: UnixMilliseconds
  let codeIndex: Data
  let salt: Data
  let wrappedKey: Data
  /// Nil where the intranet has none.
  let phoneTag: Data?
  let sealedLetter: Data
  let events: [(stage: LetterStage, at: UnixMilliseconds)]

  private static let stages: [LetterStage] = [.sent, .delivered, .signedFor]

  init(_ message: Message) throws(MessageRefusal) {
    id = message.subject
    number = try message.text("number", maxBytes: 32)
    acceptedAt = try message.time("acceptedAt", message.body["acceptedAt"])
    codeIndex = try message.bytes("codeIndex", count: LetterLocks.indexBytes)
    salt = try message.bytes("salt", count: LetterLocks.saltBytes)
    wrappedKey = try message.bytes("wrappedKey", count: LetterLocks.wrappedBytes)
    phoneTag = try message.bytesIfAny("phoneTag", count: LetterLocks.phoneTagBytes)
    sealedLetter = Data(try message.bytes("letter", maxBytes: 512 * 1024))
    var events: [(stage: LetterStage, at: UnixMilliseconds)] = []
    for element in try message.list("events", maxCount: Self.stages.count) {
      guard let stage = element["stage"]?.text.flatMap(LetterStage.init(rawValue:)), Self.stages.contains(stage) else {
        throw MessageRefusal(code: "schema", reason: "“events” holds a stage that is none of a letter on its way")
      }
      events.append((stage, try message.time("at", element["at"])))
    }
    self.events = events
  }

  private var stage: LetterStage { Self.stages.last { stage in events.contains { $0.stage == stage } } ?? .delivered }

  func insert(_ db: Transaction) throws {
    let changed = try db.run(
      """
      INSERT INTO citizen_letter
        (id, submission, number, accepted_at, code_index, salt, wrapped_key, sealed_letter, stage, phone_tag)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """, id, "restored-" + id, number, acceptedAt, codeIndex, salt, wrappedKey, sealedLetter, stage.rawValue,
      phoneTag)
    if changed == 0 { try catchUp(db) }
    for event in events { try recordCitizenEvent(id, event.stage, event.at, db) }
  }

  /// The letter is here, perhaps as it was in an older backup.
  private func catchUp(_ db: Transaction) throws {
    guard let known = try currentStage(of: id, db) else {
      throw MessageRefusal(code: "duplicate-letter", reason: "another letter is filed under this code")
    }
    // A portal that an earlier release restored lacks it.
    if let phoneTag {
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
