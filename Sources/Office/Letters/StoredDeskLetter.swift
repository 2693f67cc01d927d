import AgeFormat
import Cryptography
import Foundation
import PacketFormat
import Roles
import Storage
import Timestamps
import Zones

/// A letter as the intranet keeps it.
struct StoredDeskLetter {
  var id: String
  var number: String
  var acceptedAt: UnixMilliseconds
  var draft: LetterDraft
  var letterKey: X25519PublicKey
  var stage: LetterStage
  var outcome: LetterOutcome?
  var outcomeDelivered: Bool
  var outcomeRefused: String?

  /// Nil where there is none, or none that this person may read.
  static func find(number: String, _ official: Official, _ db: Transaction) throws -> StoredDeskLetter? {
    guard let row = try db.one("SELECT * FROM desk_letter WHERE number = ?", number),
      try official.may(.readLetter, .mailbox(row["mailbox"]))
    else { return nil }
    return try StoredDeskLetter(row: row)
  }

  /// Nil where the row's key is none, which `ArrivingLetter` does not let in.
  init?(row: SQLRow) throws {
    guard let key = try X25519PublicKey(bytes: row["letter_key"] as [UInt8]) else { return nil }
    (id, number, acceptedAt) = try (row["id"], row["number"], row["accepted_at"])
    (letterKey, stage) = try (key, LetterStage(rawValue: row["stage"]) ?? .delivered)
    draft = try decodeJSON(LetterDraft.self, row["content"])
    outcome = try (row["outcome"] as Data?).map { try decodeJSON(LetterOutcome.self, $0) }
    (outcomeDelivered, outcomeRefused) = try (row["outcome_delivered"], row["outcome_refused"])
  }

  func full(_ db: Transaction) throws -> DeskLetter {
    let events = try db.all(
      "SELECT stage, at, handler FROM desk_letter_event WHERE letter = ? ORDER BY \(LetterStage.eventOrder)", id
    ).compactMap { row in
      try LetterStage(rawValue: row["stage"]).map {
        try DeskEvent(stage: $0, at: Date(unixMilliseconds: row["at"]), handler: row["handler"])
      }
    }
    let notice = try db.one(String.self, "SELECT state FROM notice WHERE letter = ? ORDER BY id DESC LIMIT 1", id)
    return DeskLetter(
      number: number, draft: draft, stage: stage, acceptedAt: Date(unixMilliseconds: acceptedAt), events: events,
      outcome: outcome, outcomeDelivered: outcomeDelivered,
      outcomeRefusal: outcomeRefused.map(LetterRefusal.init(code:)),
      notice: notice.flatMap(NoticeState.init(rawValue:)))
  }

  func move(
    to stage: LetterStage, _ outcome: LetterOutcome?, _ official: Official, inSteadOf principal: Official,
    _ at: UnixMilliseconds, _ db: Transaction
  ) throws {
    try db.run(
      "UPDATE desk_letter SET stage = ?, outcome = ? WHERE id = ?", stage.rawValue,
      try outcome.map { try encodeJSON($0) }, id)
    let name = principal.person == official.person ? official.name : "\(official.name)（代\(principal.name)）"
    try recordDeskEvent(id, stage, at, (name, official.certificateFingerprint), db)
  }

  /// The outcome crosses sealed for the citizen; a public one carries what is published beside it, in the clear.
  func outcomeMessage(_ outcome: LetterOutcome, _ at: UnixMilliseconds) throws -> Message {
    let published = PublishedLetter(
      number: number, mailbox: draft.mailbox, kind: draft.kind, title: draft.title, text: draft.text,
      answer: outcome.text, acceptedAt: Date(unixMilliseconds: acceptedAt), answeredAt: outcome.at)
    return try OutcomeMessage(
      id: id, at: at, stage: outcome.stage, sealed: sealJSON(outcome, for: [letterKey]),
      published: outcome.isPublic ? published : nil
    ).message()
  }
}

func recordDeskEvent(
  _ letter: String, _ stage: LetterStage, _ at: UnixMilliseconds,
  _ handler: (name: String, certificate: String)?, _ db: Transaction
) throws {
  try db.run(
    "INSERT INTO desk_letter_event (letter, stage, at, handler, certificate) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    letter, stage.rawValue, at, handler?.name ?? "", handler?.certificate ?? "")
}
