public import ContainedChecks
public import Documents
public import Foundation
import JSON
import PacketFormat
public import PublishedDocuments
public import Storage
import Timestamps

/// A document of another office.
public struct ReceivedDocument: Sendable {
  public enum State: String, CaseIterable, Sendable, SQLConvertible {
    /// 待签收
    case arrived
    /// 已签收
    case signedFor = "signed-for"
    /// Its sender has withdrawn it, or the office whose document it is.
    case withdrawn
  }

  /// The sender's zone.
  public let peer: String
  public let facts: DocumentFacts
  /// As the page has it; empty where there is none.
  public let classification: String
  public let arrivedAt: Date
  public let state: State
  /// What the check found in the original on arrival; nil for one that was withdrawn before it came.
  public let report: CheckReport?
  /// When, and by whom.
  public let signedFor: (at: Date, name: String)?
  /// What the sender made of the receipt, by its own receipts; nil before there is one.
  public let receipt: DocumentPublication.Standing?
  public let withdrawal: Withdrawal?

  public struct Withdrawal: Sendable, Equatable {
    /// When word of it came, by this zone's clock.
    public let cameAt: Date
    /// When it was withdrawn, by the other office's word and clock.
    public let statedAt: Date
    public let reason: String
    /// The zone of the office that has withdrawn the same file; nil where the sender has.
    public let by: String?
  }

  /// What whoever signs for it has seen.
  public var decision: ReceiptDecision {
    ReceiptDecision(
      text: """
        from \(peer) number \(facts.number.text) ofd \(facts.ofd.digest.text) pdf \(facts.pdf?.digest.text ?? "-")
        """)
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
      id: row["id"], number: number, title: row["title"], issuer: row["issuer"], date: row["date"], ofd: ofd,
      pdf: file("pdf"))
    (peer, classification, state) = try (row["peer"], row["classification"], row["state"])
    arrivedAt = Date(unixMilliseconds: try row["arrived_at"])
    report = (try? JSONValue.parse(Array((row["report"] as String).utf8))).flatMap(CheckReport.init(json:))
    signedFor = try (row["signed_for_at"] as Int?).map { at in
      (Date(unixMilliseconds: at), try row["signed_for_by"] as String? ?? "")
    }
    receipt =
      switch try row["receipt_state"] as String? {
      case nil: nil
      case "delivered": .delivered
      case "refused": .refused(code: try row["receipt_refusal"] as String? ?? "unknown")
      default: .sent
      }
    withdrawal = try (row["withdrawn_at"] as Int?).map { at in
      Withdrawal(
        cameAt: Date(unixMilliseconds: try row["withdrawal_came_at"] as Int? ?? at),
        statedAt: Date(unixMilliseconds: at), reason: try row["reason"] as String? ?? "", by: try row["withdrawn_by"])
    }
  }

  static func find(_ peer: String, _ id: String, _ db: Transaction) throws -> ReceivedDocument? {
    try db.one("SELECT * FROM received_document WHERE peer = ? AND id = ?", peer, id).flatMap(
      ReceivedDocument.init(row:))
  }
}

/// What is signed for, in words that are shown, sent and signed.
public struct ReceiptDecision: Sendable, Equatable {
  public let text: String

  /// As a form has sent it.
  public init(text: String) { self.text = text }
}
