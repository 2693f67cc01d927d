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
  private static let maxStreams = 64

  var receipts: [Receipt] = []
  /// The rows of the refusals among them that no packet has carried yet.
  var refusalRows: [Int64] = []

  /// For each of the peer's streams where it stands, with the refusals that the peer has not verifiably seen.
  ///
  /// A receipt never states a packet as applied whose refusals it leaves out. What waits for a blob or another message is
  /// applied and not yet secured; until backups are checked by the zone itself, everything else that is committed is.
  static func current(peer: ZoneName, _ db: Database) throws -> ReceiptList {
    var list = ReceiptList()
    let streams = try Row.fetchAll(
      db,
      sql: """
        SELECT stream, applied, digest,
          (SELECT MIN(sequence) FROM waiting_message w WHERE w.peer = s.peer AND w.stream = s.stream) AS waiting
        FROM incoming_stream s WHERE peer = ?
        ORDER BY EXISTS (
          SELECT 1 FROM refusal r WHERE r.peer = s.peer AND r.stream = s.stream AND r.carrier IS NULL) DESC, rowid DESC
        LIMIT ?
        """, arguments: [peer.text, maxStreams])
    for row in streams {
      guard let stream = StreamName(row["stream"]), stream.lane != .control, let digest = HexDigest(row["digest"])
      else {
        continue
      }
      let applied: Int = row["applied"]
      let waiting: Int? = row["waiting"]
      list.receipts.append(
        Receipt(
          stream: stream, applied: applied, digest: digest, secured: min(applied, (waiting ?? applied + 1) - 1),
          refused: []))
    }
    try list.addRefusals(peer, db)
    return list
  }

  /// The oldest come first, so that a receipt which must stop short still moves on once they are confirmed.
  private mutating func addRefusals(_ peer: ZoneName, _ db: Database) throws {
    var room = Manifest.maxReceiptRanges - Self.maxStreams
    var carried: [(row: Int64, stream: Int, sequence: Int)] = []
    let rows = try Row.fetchCursor(
      db,
      sql: "SELECT id, stream, sequence, previous, message_id, code, carrier FROM refusal WHERE peer = ? ORDER BY id",
      arguments: [peer.text])
    while let row = try rows.next() {
      let (name, sequence): (String, Int) = (row["stream"], row["sequence"])
      guard let index = receipts.firstIndex(where: { $0.stream.description == name }) else { continue }
      if room > 0 {
        room -= 1
        receipts[index].refused.append(
          Receipt.Refusal(sequence: sequence, message: row["message_id"], code: row["code"]))
        if row["carrier"] as Int? == nil { carried.append((row["id"], index, sequence)) }
      } else {
        receipts[index].stop(before: sequence, previous: HexDigest(row["previous"]) ?? .zero)
      }
    }
    refusalRows = carried.filter { $0.sequence <= receipts[$0.stream].applied }.map(\.row)
  }
}

extension Receipt {
  /// States less than was applied: nothing from `sequence` on.
  fileprivate mutating func stop(before sequence: Int, previous: HexDigest) {
    guard applied >= sequence else { return }
    applied = sequence - 1
    digest = previous
    secured = min(secured, applied)
    refused.removeAll { $0.sequence > applied }
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

  /// What was refused is struck from the packet's list, so that it is told once, and never as applied.
  private func takeRefusals(_ receipt: Receipt, _ db: Database) throws {
    for refusal in receipt.refused {
      guard
        let list = try Data.fetchOne(
          db, sql: "SELECT messages FROM sent_packet WHERE peer = ? AND stream = ? AND sequence = ?",
          arguments: [peer.text, receipt.stream.description, refusal.sequence])
      else { continue }
      let messages = sentMessages(list)
      let refused = messages.filter { refusal.message == nil || refusal.message == $0.id }
      guard !refused.isEmpty else { continue }
      log.peerRefused(stream: receipt.stream, refusal)
      for message in refused { try fate(message, .refused(code: refusal.code), db) }
      let rest = JSONValue.array(messages.filter { !refused.contains($0) }.map(\.json)).encoded()
      try db.execute(
        sql: "UPDATE sent_packet SET messages = ? WHERE peer = ? AND stream = ? AND sequence = ?",
        arguments: [rest.databaseBlob, peer.text, receipt.stream.description, refusal.sequence])
    }
  }

  /// A confirmed packet is not dropped again; and the peer has verifiably seen the refusals that it carried.
  private func confirm(_ receipt: Receipt, _ db: Database) throws {
    let confirmed = try Int.fetchAll(
      db,
      sql: """
        UPDATE sent_packet SET confirmed = 1
        WHERE peer = ? AND stream = ? AND sequence <= ? AND confirmed = 0 RETURNING sequence
        """, arguments: [peer.text, receipt.stream.description, receipt.applied])
    guard receipt.stream.lane == .messages else { return }
    for sequence in confirmed {
      try db.execute(sql: "DELETE FROM refusal WHERE peer = ? AND carrier = ?", arguments: [peer.text, sequence])
    }
  }

  /// What is secured has taken effect at the peer: its messages are told so, and the packet is let go.
  private func forget(_ receipt: Receipt, _ aftermath: inout Aftermath, _ db: Database) throws {
    let rows = try Row.fetchAll(
      db,
      sql: """
        DELETE FROM sent_packet WHERE peer = ? AND stream = ? AND sequence <= ? RETURNING sequence, file, messages
        """, arguments: [peer.text, receipt.stream.description, receipt.secured])
    for row in rows.sorted(by: { $0["sequence"] < $1["sequence"] as Int }) {
      for message in sentMessages(row["messages"]) { try fate(message, .applied, db) }
      aftermath.files.append(row["file"])
    }
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
