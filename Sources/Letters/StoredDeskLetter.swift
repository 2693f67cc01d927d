import AgeFormat
import Cryptography
import Exchange
import Foundation
import GRDB
import PacketFormat
import Roles
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
  static func find(number: String, _ official: Official, _ db: Database) throws -> StoredDeskLetter? {
    guard let row = try Row.fetchOne(db, sql: "SELECT * FROM desk_letter WHERE number = ?", arguments: [number]),
      official.may(.readLetter, .mailbox(row["mailbox"]))
    else { return nil }
    return try StoredDeskLetter(row: row)
  }

  /// Nil where the row's key is none, which `ArrivingLetter` does not let in.
  init?(row: Row) throws {
    guard let key = X25519PublicKey(bytes: Array(row["letter_key"] as Data)) else { return nil }
    (id, number, acceptedAt) = (row["id"], row["number"], row["accepted_at"])
    (letterKey, stage) = (key, LetterStage(rawValue: row["stage"]) ?? .delivered)
    draft = try decodeJSON(LetterDraft.self, row["content"])
    outcome = try (row["outcome"] as Data?).map { try decodeJSON(LetterOutcome.self, $0) }
    (outcomeDelivered, outcomeRefused) = (row["outcome_delivered"], row["outcome_refused"])
  }

  func full(_ db: Database) throws -> DeskLetter {
    let events = try Row.fetchAll(
      db, sql: "SELECT stage, at, handler FROM desk_letter_event WHERE letter = ? ORDER BY at, rowid", arguments: [id]
    ).compactMap { row in
      LetterStage(rawValue: row["stage"]).map {
        DeskEvent(stage: $0, at: Date(unixMilliseconds: row["at"]), handler: row["handler"])
      }
    }
    let notice = try String.fetchOne(
      db, sql: "SELECT state FROM notice WHERE letter = ? ORDER BY rowid DESC LIMIT 1", arguments: [id])
    return DeskLetter(
      number: number, draft: draft, stage: stage, acceptedAt: Date(unixMilliseconds: acceptedAt), events: events,
      outcome: outcome, outcomeDelivered: outcomeDelivered,
      outcomeRefusal: outcomeRefused.map(LetterRefusal.init(code:)),
      notice: notice.flatMap(NoticeState.init(rawValue:)))
  }

  func move(
    to stage: LetterStage, _ outcome: LetterOutcome?, _ official: Official, inSteadOf principal: Official,
    _ at: UnixMilliseconds, _ db: Database
  ) throws {
    try db.execute(
      sql: "UPDATE desk_letter SET stage = ?, outcome = ? WHERE id = ?",
      arguments: [stage.rawValue, try outcome.map { try encodeJSON($0) }, id])
    let name = principal.person == official.person ? official.name : "\(official.name)（代\(principal.name)）"
    try recordDeskEvent(id, stage, at, (name, official.certificateFingerprint), db)
  }

  /// The outcome crosses sealed for the citizen; a public one carries what is published beside it, in the clear.
  func outcomeMessage(_ type: String, _ outcome: LetterOutcome, _ at: UnixMilliseconds) throws -> Message {
    var members: [JSONValue.JSONMember] = [
      .init("outcome", .string(Base64.encode(try sealJSON(outcome, for: [letterKey]))))
    ]
    if outcome.isPublic {
      let published = PublishedLetter(
        number: number, mailbox: draft.mailbox, kind: draft.kind, title: draft.title, text: draft.text,
        answer: outcome.text, acceptedAt: Date(unixMilliseconds: acceptedAt), answeredAt: outcome.at)
      members.append(.init("published", .string(String(decoding: try encodeJSON(published), as: UTF8.self))))
    }
    return letterMessage(type, letter: id, at: at, .object(members))
  }
}

func recordDeskEvent(
  _ letter: String, _ stage: LetterStage, _ at: UnixMilliseconds,
  _ handler: (name: String, certificate: String)?, _ db: Database
) throws {
  try db.cachedStatement(
    sql: "INSERT OR IGNORE INTO desk_letter_event (letter, stage, at, handler, certificate) VALUES (?, ?, ?, ?, ?)"
  ).execute(arguments: [
    letter, stage.rawValue, at, handler?.name ?? "", handler?.certificate ?? "",
  ])
}
