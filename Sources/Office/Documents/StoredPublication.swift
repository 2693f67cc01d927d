import Foundation
import PacketFormat
import PublishedDocuments
import Storage
import Timestamps

/// What the portal was told of a document.
struct StoredPublication {
  let facts: DocumentFacts
  let publishedAt: UnixMilliseconds
  let publication: DocumentPublication
  /// Whether the portal ever took it: it may show it since, whatever it said of repeats.
  let wasDelivered: Bool

  var isWithdrawn: Bool { publication.withdrawal != nil }
  /// Whether word of a withdrawal is still to go out, or was refused.
  var lacksWithdrawal: Bool {
    guard let withdrawal = publication.withdrawal else { return true }
    if case .refused = withdrawal.standing { return true }
    return false
  }

  /// Whether the portal has it, or it is on its way.
  var isOut: Bool { !isRefused || wasDelivered }
  var isRefused: Bool { if case .refused = publication.standing { true } else { false } }

  static func find(_ document: String, _ db: Transaction) throws -> StoredPublication? {
    try db.one("SELECT * FROM document_publication WHERE document = ?", document).flatMap(StoredPublication.init(row:))
  }

  /// - Returns: nil where the row holds what no release wrote.
  init?(row: SQLRow) throws {
    func file(_ column: String) throws -> DocumentFile? {
      guard let digest = try (row[column] as String?).flatMap(HexDigest.init),
        let bytes = try row[column + "_bytes"] as Int?
      else { return nil }
      return DocumentFile(digest: digest, bytes: bytes)
    }
    guard let number = DocumentNumber(try row["number"]), let ofd = try file("ofd") else { return nil }
    facts = try DocumentFacts(
      id: row["document"], number: number, title: row["title"], issuer: row["issuer"], date: row["date"], ofd: ofd,
      pdf: file("pdf"))
    publishedAt = try row["published_at"]
    wasDelivered = try row["was_delivered"] as Int == 1
    publication = try DocumentPublication(
      at: Date(unixMilliseconds: publishedAt), name: row["published_by"],
      standing: Self.standing(row["state"], row["refusal"]), withdrawal: Self.withdrawal(row))
  }

  static func withdrawal(_ row: SQLRow) throws -> DocumentPublication.Withdrawal? {
    try (row["withdrawn_at"] as Int?).map { at in
      DocumentPublication.Withdrawal(
        at: Date(unixMilliseconds: at), reason: try row["reason"] as String? ?? "",
        name: try row["withdrawn_by"] as String? ?? "",
        standing: standing(try row["withdrawal_state"], try row["withdrawal_refusal"]))
    }
  }

  static func standing(_ state: String?, _ refusal: String?) -> DocumentPublication.Standing {
    switch state {
    case "delivered": .delivered
    case "refused": .refused(code: refusal ?? "unknown")
    default: .sent
    }
  }
}
