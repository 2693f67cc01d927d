import Cryptography
import Foundation
import PacketFormat
import Storage

/// Whether the promise was kept: every message that its sender committed was applied once and in order, or refused with
/// the sender's knowledge.
struct Verdict {
  let schedule: Schedule

  func wrongs() throws -> [String] {
    var wrongs: [String] = []
    for sender in 0...1 { wrongs += try check(sender) }
    return wrongs
  }

  private func check(_ sender: Int) throws -> [String] {
    let (from, to) = (schedule.zones[sender], schedule.zones[1 - sender])
    var wrongs: [String] = []
    let applied = try to.applied()
    let fates = try from.fates()
    var times: [String: Int] = [:]
    for row in applied { times[row.message, default: 0] += 1 }
    wrongs += times.filter { $0.value > 1 }.keys.sorted().map { "\($0) was applied more than once" }
    for message in schedule.messages[sender] where !message.isUndone && !message.isLawfullyLost {
      let told = fates[message.id] ?? []
      if message.isRefusable {
        if told != ["refused"] {
          wrongs.append("\(message.id) was to be refused, and its sender knows \(told.sorted())")
        }
        if times[message.id] != nil { wrongs.append("\(message.id) was to be refused, and was applied") }
      } else {
        if times[message.id] != 1 { wrongs.append("\(message.id) was applied \(times[message.id] ?? 0) times") }
        if told != ["applied"] { wrongs.append("\(message.id) was applied, and its sender knows \(told.sorted())") }
      }
    }
    wrongs += checkOrder(sender, applied.map(\.message))
    wrongs += try checkBlobs(to, applied.compactMap(\.blob))
    return wrongs
  }

  /// Those that waited for a blob may come later.
  private func checkOrder(_ sender: Int, _ applied: [String]) -> [String] {
    var places: [String: Int] = [:]
    for (place, message) in schedule.messages[sender].enumerated()
    where !message.hasBlob && !message.isUndone && !message.isLawfullyLost { places[message.id] = place }
    let order = applied.compactMap { places[$0] }
    return order == order.sorted() ? [] : ["messages of \(schedule.zones[sender].name) were applied out of order"]
  }

  private func checkBlobs(_ zone: SimulatedZone, _ digests: [String]) throws -> [String] {
    digests.compactMap { digest in
      guard let bytes = zone.disk.bytes("/data/blobs/" + digest) else { return "the blob \(digest.prefix(8)) is gone" }
      return Digest.of(bytes).hex == digest ? nil : "the blob \(digest.prefix(8)) has other bytes"
    }
  }
}

/// What a zone's database says at the end.
extension SimulatedZone {
  func applied() throws -> [(message: String, blob: String?)] {
    try queue.read { db in
      try db.all("SELECT message, blob FROM sim_applied ORDER BY id").map { try ($0["message"], $0["blob"]) }
    }
  }

  func wholeBlobs() throws -> [String] {
    try queue.read { try $0.all(String.self, "SELECT digest FROM incoming_blob WHERE complete = 1") }
  }

  func fates() throws -> [String: Set<String>] {
    try queue.read { db in
      var fates: [String: Set<String>] = [:]
      for row in try db.all("SELECT message, fate FROM sim_fate") {
        try fates[row["message"], default: []].insert(row["fate"])
      }
      return fates
    }
  }

  func hasPerformedOrRefused(_ id: String) throws -> Bool {
    let digits = id.filter { $0 != "-" }.uppercased()
    return try queue.read { db in
      try db.one(
        Bool.self,
        """
        SELECT EXISTS (SELECT 1 FROM sim_applied WHERE message = ?)
          OR EXISTS (SELECT 1 FROM refused_message WHERE hex(id) = ?)
        """, id, digits) == true
    }
  }

  func blobDigest(ofOutboxMessage id: String) throws -> String? {
    let bytes = try queue.read { db in
      try db.one([UInt8].self, "SELECT bytes FROM outbox WHERE message_id = ?", id)
    }
    return try bytes.flatMap { try Message.parse($0).neededBlobs().first?.text }
  }

  /// Nothing waits for anything: all is packed, confirmed and in effect, and no refusal is untold.
  func isQuiet() throws -> Bool {
    try queue.read { db in
      try db.one(
        Int.self,
        """
        SELECT (SELECT COUNT(*) FROM outbox o JOIN outgoing_stream s ON s.peer = o.peer AND s.lane = 'm'
                WHERE o.id > s.packed)
          + (SELECT COUNT(*) FROM sent_packet WHERE confirmed = 0)
          + (SELECT COUNT(*) FROM outgoing_blob WHERE last_sequence IS NULL)
          + (SELECT COUNT(*) FROM outgoing_stream WHERE lane = 'm' AND effective < next_sequence - 1)
          + (SELECT COUNT(*) FROM waiting_message) + (SELECT COUNT(*) FROM refusal)
        """)
    } == 0
  }
}
