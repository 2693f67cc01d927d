import Foundation
import GRDB
import Letters
import People
import Roles
import Storage
import ZoneHarness

private let mailboxAt: [Scope: String] = [.own: "own", .unit: "same", .subtree: "below", .all: "other"]

/// A letter in a mailbox at that distance.
private func letter(
  _ stage: LetterStage = .delivered, _ suffix: String = "", _ form: [String: String] = [:]
) -> EveryRouteAndEveryRole.Specimen {
  { desk, _, scope in ("/letters/\(try await desk.letter(in: mailboxAt[scope] ?? "", stage: stage))\(suffix)", form) }
}

/// Something of the person's own.
private func own(_ path: String, _ form: [String: String] = [:]) -> EveryRouteAndEveryRole.Specimen {
  { _, _, scope in scope == .own ? (path, form) : nil }
}

/// For each route, how to ask it for something at each distance at which it has anything. All forms are filled in rightly,
/// so that a refusal is one of right.
let routeSpecimens: [String: EveryRouteAndEveryRole.Specimen] = [
  "GET /": own("/"),
  "GET /me": own("/me"),
  "POST /logout": own("/logout"),
  "POST /logout-everywhere": own("/logout-everywhere"),
  "GET /folders/{folder}": own("/folders/to-do"),
  "GET /letters/{number}": letter(),
  "POST /letters/{number}/sign-for": letter(.delivered, "/sign-for"),
  "POST /letters/{number}/answer": letter(.signedFor, "/answer", ["text": "答复", "visibility": "private"]),
  "POST /letters/{number}/decline": letter(.signedFor, "/decline", ["reason": "理由"]),
  "GET /letters/{number}/attachments/{index}": letter(.delivered, "/attachments/0"),
]

extension TestDesk {
  /// All that a refused request must leave as it was.
  func state() async throws -> String {
    try await zone.database.read { db in
      let tables = [
        "desk_letter", "desk_letter_event", "outbox", "notice", "unit", "person", "person_certificate", "person_role",
        "person_mailbox", "mailbox_unit", "delegation", "enrolment", "act",
      ]
      return try tables.map { table in
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM \(table) ORDER BY 1, 2").map { $0.description }
        return "\(table): \(rows.joined(separator: "\n"))"
      }.joined(separator: "\n")
    }
  }
}
