import Foundation
import PacketFormat
import Storage
import Synchronization
import Zones

/// Counts the receipts that are due, so that none is sent twice: with a packet of messages or alone.
final class ReceiptDebt: Sendable {
  private let counts = Mutex((due: 0, sent: 0))

  func owe() { counts.withLock { $0.due += 1 } }
  var due: Int { counts.withLock { $0.due } }
  var isSettled: Bool { counts.withLock { $0.sent >= $0.due } }
  func settled(_ due: Int) { counts.withLock { $0.sent = max($0.sent, due) } }
}

/// Which streams of a peer the receipts cover, and what they state.
struct ToldStreams: Sendable {
  let peer: ZoneName
  /// The nodes that the link's configuration names; streams of others are left out.
  let nodes: [ZoneName]
  /// For tests and measurements: all that is effective counts as secured. In production only a checked backup secures,
  /// and without backups the peer keeps what it sent for its `retain_days`.
  let securesAtOnce: Bool
}

/// The receipts that a zone can sign now.
struct ReceiptList: Sendable {
  /// The newest epochs of a node's lane that are covered: the last one closed, and the open one.
  static let epochsTold = 2
  /// 16 nodes, 3 lanes, 2 epochs.
  private static let maxStreams = 96

  var receipts: [Receipt] = []
  /// The rows of the refusals among them that no packet has carried yet.
  var refusalRows: [Int64] = []

  /// The position of each of the peer's streams, with the refusals that the peer has not verifiably seen.
  ///
  /// A receipt never states a packet as applied whose refusals it leaves out. What waits for a blob or another message
  /// is applied but not yet effective. Lane c is included: a peer that a restore has set back learns its last epoch
  /// from it.
  static func current(_ told: ToldStreams, _ db: Transaction) throws -> ReceiptList {
    var list = ReceiptList()
    let peer = told.peer
    var counts: [String: Int] = [:]
    try db.each(
      """
      SELECT stream, applied, digest, secured,
        (SELECT MIN(sequence) FROM waiting_message w WHERE w.peer = s.peer AND w.stream = s.stream) AS waiting
      FROM incoming_stream s WHERE peer = ? AND epoch <= ? ORDER BY epoch DESC, lane
      """, peer.text, StreamName.maxEpoch
    ) { row in
      guard let stream = try StreamName(row["stream"]), let digest = try HexDigest(row["digest"]),
        told.nodes.contains(stream.node)
      else { return true }
      counts[stream.laneOfNode, default: 0] += 1
      guard counts[stream.laneOfNode, default: 0] <= epochsTold else { return true }
      let applied: Int = try row["applied"]
      let waiting: Int? = try row["waiting"]
      let effective = min(applied, (waiting ?? applied + 1) - 1)
      let secured: Int = try told.securesAtOnce ? effective : row["secured"]
      list.receipts.append(
        Receipt(
          stream: stream, applied: applied, digest: digest, effective: effective, secured: min(secured, effective),
          refused: []))
      return list.receipts.count < maxStreams
    }
    try list.addRefusals(peer, db)
    return list
  }

  /// The oldest come first, so a receipt that must stop short still advances once they are confirmed.
  private mutating func addRefusals(_ peer: ZoneName, _ db: Transaction) throws {
    var room = Manifest.maxReceiptRanges - Self.maxStreams
    var carried: [(row: Int64, stream: Int, sequence: Int)] = []
    try db.each(
      "SELECT id, stream, sequence, previous, message_id, code, carrier FROM refusal WHERE peer = ? ORDER BY id",
      peer.text
    ) { row in
      let (name, sequence): (String, Int) = try (row["stream"], row["sequence"])
      guard let index = receipts.firstIndex(where: { $0.stream.description == name }) else { return true }
      if room > 0 {
        room -= 1
        try receipts[index].refused.append(
          Receipt.Refusal(sequence: sequence, message: row["message_id"], code: row["code"]))
        if try row["carrier"] as Int? == nil { try carried.append((row["id"], index, sequence)) }
      } else {
        try receipts[index].stop(before: sequence, previous: HexDigest(row["previous"]) ?? .zero)
      }
      return true
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
    effective = min(effective, applied)
    secured = min(secured, applied)
    refused.removeAll { $0.sequence > applied }
  }
}
