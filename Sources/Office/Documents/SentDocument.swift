import Foundation
import Storage
import Timestamps
import Zones

/// Everywhere that a document was sent.
struct SentDocument {
  let publication: StoredPublication?
  let deliveries: [StoredDelivery]

  static func find(_ document: String, _ db: Transaction) throws -> SentDocument {
    SentDocument(
      publication: try StoredPublication.find(document, db),
      deliveries: try db.all("SELECT * FROM document_delivery WHERE document = ? ORDER BY peer", document)
        .map(StoredDelivery.init(row:)))
  }

  /// Whether anybody has it, or it is on its way.
  var isOut: Bool { publication?.isOut == true || deliveries.contains(where: \.isOut) }
  var isWithdrawn: Bool { publication?.isWithdrawn == true || deliveries.contains { $0.delivery.withdrawal != nil } }

  /// Whether somebody did not take the withdrawal.
  var isWithdrawalRefused: Bool {
    ([publication?.publication.withdrawal] + deliveries.map(\.delivery.withdrawal)).contains { withdrawal in
      if case .refused = withdrawal?.standing { true } else { false }
    }
  }

  /// The offices that have it not, and to which it is not on its way.
  func open(_ offices: [LinkConfiguration]) -> [LinkConfiguration] {
    offices.filter { office in
      deliveries.first { $0.delivery.peer == office.peer.text }.map(\.isRefused) ?? true
    }
  }
}

/// What another office was sent of a document.
struct StoredDelivery {
  let document: String
  let deliveredAt: UnixMilliseconds
  let delivery: DocumentDelivery
  /// Whether the office ever took it: it may have it since, whatever it said of repeats.
  let wasDelivered: Bool
  private let bytes: (ofd: Int, pdf: Int?)

  /// The sizes of the document's files, by their digests.
  func sizes(_ document: StoredDocument) -> [String: Int] {
    var sizes: [String: Int] = [:]
    if let ofd = document.sealedOFD { sizes[ofd] = bytes.ofd }
    if let pdf = document.sealedPDF { sizes[pdf] = bytes.pdf }
    return sizes
  }

  /// Whether word of a withdrawal is still to go out, or was refused.
  var lacksWithdrawal: Bool {
    guard let withdrawal = delivery.withdrawal else { return true }
    if case .refused = withdrawal.standing { return true }
    return false
  }

  var isRefused: Bool { if case .refused = delivery.standing { true } else { false } }
  var isOut: Bool { !isRefused || wasDelivered || delivery.signedFor != nil }

  init(row: SQLRow) throws {
    document = try row["document"]
    deliveredAt = try row["delivered_at"]
    wasDelivered = try row["was_delivered"] as Int == 1
    bytes = try (row["ofd_bytes"], row["pdf_bytes"])
    let signedFor = try (row["signed_for_at"] as Int?).map { at in
      DocumentDelivery.SignedFor(
        statedAt: Date(unixMilliseconds: at),
        receiptAt: try (row["receipt_at"] as Int?).map { Date(unixMilliseconds: $0) },
        name: try row["signed_for_by"] as String? ?? "",
        unit: try row["signed_for_unit"] as String? ?? "")
    }
    delivery = try DocumentDelivery(
      peer: row["peer"], at: Date(unixMilliseconds: deliveredAt), name: row["delivered_by"],
      standing: StoredPublication.standing(row["state"], row["refusal"]), signedFor: signedFor,
      withdrawal: StoredPublication.withdrawal(row))
  }
}
