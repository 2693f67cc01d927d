import Foundation
import GRDB
import PacketFormat
import Synchronization
import Zones

/// Counts what this zone owes receipts for, so that none is sent twice: on a packet of messages or alone.
final class ReceiptDebt: Sendable {
  private let counts = Mutex((due: 0, sent: 0))

  func owe() { counts.withLock { $0.due += 1 } }
  var due: Int { counts.withLock { $0.due } }
  var isSettled: Bool { counts.withLock { $0.sent >= $0.due } }
  func settled(_ due: Int) { counts.withLock { $0.sent = max($0.sent, due) } }
}

/// The receipts that a zone can sign for now.
struct ReceiptList: Sendable {
  var receipts: [Receipt] = []
  /// The rows of the refusals among them.
  var refusalRows: [Int64] = []

  /// For each of the peer's streams where it stands and, on a packet that is itself receipted, the refusals that the
  /// peer has not verifiably seen.
  ///
  /// Until backups are checked by the zone itself, what is committed counts as secured.
  static func current(peer: ZoneName, withRefusals: Bool, _ db: Database) throws -> ReceiptList {
    var list = ReceiptList()
    let streams = try Row.fetchAll(
      db,
      sql: "SELECT stream, applied, digest FROM incoming_stream WHERE peer = ? ORDER BY rowid DESC LIMIT 64",
      arguments: [peer.text])
    for row in streams {
      guard let stream = StreamName(row["stream"]), stream.lane != .control, let digest = HexDigest(row["digest"])
      else {
        continue
      }
      let applied: Int = row["applied"]
      list.receipts.append(
        Receipt(stream: stream, applied: applied, digest: digest, secured: applied, refused: []))
    }
    if withRefusals { try list.addRefusals(peer, db) }
    return list
  }

  private mutating func addRefusals(_ peer: ZoneName, _ db: Database) throws {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT id, stream, sequence, message_id, code FROM refusal WHERE peer = ? AND carrier IS NULL ORDER BY id LIMIT ?
        """, arguments: [peer.text, Manifest.maxReceiptRanges - 64])
    for row in rows {
      let name: String = row["stream"]
      guard let index = receipts.firstIndex(where: { $0.stream.description == name }) else { continue }
      receipts[index].refused.append(
        Receipt.Refusal(sequence: row["sequence"], message: row["message_id"], code: row["code"]))
      refusalRows.append(row["id"])
    }
  }
}

/// Takes the peer's receipts in: what it has applied is confirmed, what it has secured is forgotten.
struct ReceiptTaker: Sendable {
  let zone: ZoneName
  let peer: ZoneName
  let fate: FateHandler
  let log: ExchangeLog

  /// What is left to do once the transaction is durable.
  struct Aftermath: Sendable {
    var files: [String] = []
    var blobs: [String] = []
  }

  func take(_ receipts: [Receipt], _ db: Database) throws -> Aftermath {
    var aftermath = Aftermath()
    for receipt in receipts where receipt.stream.zone == zone {
      guard try fits(receipt, db) else { continue }
      try takeRefusals(receipt, db)
      try confirm(receipt, db)
      try forget(receipt, &aftermath, db)
    }
    return aftermath
  }

  /// A peer that knows another history of our stream is believed in nothing.
  private func fits(_ receipt: Receipt, _ db: Database) throws -> Bool {
    guard receipt.applied > 0 else { return true }
    let next = try Int.fetchOne(
      db, sql: "SELECT next_sequence FROM outgoing_stream WHERE peer = ? AND lane = ?",
      arguments: [peer.text, receipt.stream.lane.rawValue])
    guard receipt.applied < next ?? 1 else {
      log.receiptIsFalse(receipt, "it covers packets that this zone has no memory of")
      return false
    }
    let digest = try String.fetchOne(
      db, sql: "SELECT digest FROM sent_packet WHERE peer = ? AND stream = ? AND sequence = ?",
      arguments: [peer.text, receipt.stream.description, receipt.applied])
    guard digest == nil || digest == receipt.digest.text else {
      log.receiptIsFalse(receipt, "it digests another manifest")
      return false
    }
    return true
  }

  private func takeRefusals(_ receipt: Receipt, _ db: Database) throws {
    for refusal in receipt.refused {
      guard
        let row = try Row.fetchOne(
          db,
          sql: "SELECT messages, confirmed FROM sent_packet WHERE peer = ? AND stream = ? AND sequence = ?",
          arguments: [peer.text, receipt.stream.description, refusal.sequence])
      else { continue }
      log.peerRefused(stream: receipt.stream, refusal)
      for message in sentMessages(row["messages"])
      where refusal.message == nil || refusal.message == message.id {
        try fate(message, .refused(code: refusal.code), db)
      }
    }
  }

  private func confirm(_ receipt: Receipt, _ db: Database) throws {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT sequence, messages FROM sent_packet
        WHERE peer = ? AND stream = ? AND sequence <= ? AND confirmed = 0 ORDER BY sequence
        """, arguments: [peer.text, receipt.stream.description, receipt.applied])
    for row in rows {
      let sequence: Int = row["sequence"]
      let refused = receipt.refused.filter { $0.sequence == sequence }
      guard !refused.contains(where: { $0.message == nil }) else { continue }
      let refusedMessages = Set(refused.compactMap(\.message))
      for message in sentMessages(row["messages"]) where !refusedMessages.contains(message.id) {
        try fate(message, .applied, db)
      }
      if receipt.stream.lane == .messages {
        // The peer has verifiably seen the refusals that this packet carried.
        try db.execute(sql: "DELETE FROM refusal WHERE peer = ? AND carrier = ?", arguments: [peer.text, sequence])
      }
    }
    try db.execute(
      sql: "UPDATE sent_packet SET confirmed = 1 WHERE peer = ? AND stream = ? AND sequence <= ? AND confirmed = 0",
      arguments: [peer.text, receipt.stream.description, receipt.applied])
  }

  private func forget(_ receipt: Receipt, _ aftermath: inout Aftermath, _ db: Database) throws {
    aftermath.files += try String.fetchAll(
      db, sql: "DELETE FROM sent_packet WHERE peer = ? AND stream = ? AND sequence <= ? RETURNING file",
      arguments: [peer.text, receipt.stream.description, receipt.secured])
    guard receipt.stream.lane == .blobs else { return }
    aftermath.blobs += try String.fetchAll(
      db, sql: "DELETE FROM outgoing_blob WHERE peer = ? AND last_sequence <= ? RETURNING digest",
      arguments: [peer.text, receipt.secured])
  }

  private func sentMessages(_ list: Data) -> [SentMessage] {
    let value = try? JSONValue.parse(Array(list))
    return (value?.elements ?? []).compactMap(SentMessage.init(json:))
  }
}
