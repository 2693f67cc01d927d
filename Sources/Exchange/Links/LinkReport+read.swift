import Foundation
import PacketFormat
import Storage
import Timestamps
import Zones

extension LinkReport {
  private static let minuteMilliseconds = 60_000
  private static let blobsMax = 100

  mutating func fill(_ link: LinkConfiguration, _ now: UnixMilliseconds, _ db: Transaction) throws {
    for lane in [Lane.messages, .blobs, .control] {
      let stream = try OutgoingStream.read(peer, lane, db)
      outgoing.lanes.append(
        OutgoingLane(
          lane: lane, epoch: stream.epoch, nextSequence: stream.nextSequence, confirmedSequence: stream.applied,
          effectiveSequence: stream.effective))
      if lane == .messages { outgoing.mark.packedRow = stream.packed }
    }
    outgoing.mark.at = now
    try fillWaiting(db)
    try fillPackets(db)
    try fillRate(now, db)
    try fillBlobs(db)
    try fillIncoming(db)
    let health = try LinkHealth.read(peer: peer, heartbeatSeconds: link.limits.heartbeatSeconds, now: now, db)
    lastSeen = health.lastSeen.flatMap { $0 > 0 ? $0 : nil }
    isLate = health.isLate && !isOneWay
    clockDifferenceMilliseconds = try db.one(
      Int.self, "SELECT clock_difference FROM peer_state WHERE peer = ? AND last_seen > 0", peer.text)
  }

  private func count(_ sql: String, _ db: Transaction) throws -> Int {
    try db.one(Int.self, sql, peer.text) ?? 0
  }

  private mutating func fillWaiting(_ db: Transaction) throws {
    let messages = try db.one(
      """
      SELECT COUNT(*) AS number, COALESCE(SUM(LENGTH(bytes)), 0) AS bytes, MIN(message_id) AS oldest
      FROM outbox WHERE peer = ? AND id > ?
      """, peer.text, outgoing.mark.packedRow)
    (outgoing.waitingMessages, outgoing.waitingBytes) = try (messages?["number"] ?? 0, messages?["bytes"] ?? 0)
    let oldest: String? = try messages?["oldest"]
    // The time in an id of version 7.
    outgoing.oldestAt = oldest.flatMap { Int($0.prefix(13).filter { $0 != "-" }, radix: 16) }
    let blobs = try db.one(
      """
      SELECT COUNT(*) AS number, COALESCE(SUM(total - next_offset), 0) AS bytes
      FROM outgoing_blob WHERE peer = ? AND last_sequence IS NULL
      """, peer.text)
    (outgoing.waitingBlobs, outgoing.waitingBlobBytes) = try (blobs?["number"] ?? 0, blobs?["bytes"] ?? 0)
  }

  private mutating func fillPackets(_ db: Transaction) throws {
    let rows = try db.all(
      """
      SELECT confirmed, COUNT(*) AS number, SUM(bytes) AS bytes, MIN(sent_at) AS oldest
      FROM sent_packet WHERE peer = ? GROUP BY confirmed
      """, peer.text)
    for row in rows {
      switch try row["confirmed"] as Int {
      case 0:
        (outgoing.unconfirmedPackets, outgoing.unconfirmedBytes) = try (row["number"], row["bytes"])
        outgoing.oldestAt = try min(outgoing.oldestAt ?? .max, row["oldest"])
      case OneWayPackets.notConfirmable:
        (outgoing.notConfirmablePackets, outgoing.notConfirmableBytes) = try (row["number"], row["bytes"])
      default: (outgoing.confirmedPackets, outgoing.confirmedBytes) = try (row["number"], row["bytes"])
      }
    }
  }

  /// What was sent within the last minute, if every packet of that time is still kept: packets are deleted oldest
  /// first, so one from before proves it.
  private mutating func fillRate(_ now: UnixMilliseconds, _ db: Transaction) throws {
    let since = now - Self.minuteMilliseconds
    let rows = try db.all(
      """
      SELECT lane, sequence, bytes, first_row, last_row FROM sent_packet
      WHERE peer = ? AND sent_at > ? ORDER BY lane, sequence
      """, peer.text, since)
    outgoing.mark.recent = try rows.map {
      try Mark.Packet(lane: $0["lane"], sequence: $0["sequence"], bytes: $0["bytes"])
    }
    guard try keepsAll(.messages, since, db) else { return }
    let ofMessages = try rows.filter { try $0["lane"] == "m" && $0["last_row"] > 0 as Int64 }
    if let first = ofMessages.first, let last = ofMessages.last {
      outgoing.messagesPerMinute = try db.one(
        Int.self, "SELECT COUNT(*) FROM outbox WHERE peer = ? AND id BETWEEN ? AND ?", peer.text,
        first["first_row"] as Int64, last["last_row"] as Int64)
    } else {
      outgoing.messagesPerMinute = 0
    }
    if try keepsAll(.blobs, since, db) {
      outgoing.bytesPerMinute = try rows.reduce(0) { try $0 + ($1["bytes"] as Int) }
    }
  }

  private func keepsAll(_ lane: Lane, _ since: UnixMilliseconds, _ db: Transaction) throws -> Bool {
    if outgoing.lanes.first(where: { $0.lane == lane })?.nextSequence == 1 { return true }
    let oldest = try db.one(
      "SELECT sequence, sent_at FROM sent_packet WHERE peer = ? AND lane = ? ORDER BY sequence LIMIT 1", peer.text,
      lane.rawValue)
    return try oldest.map { try $0["sequence"] == 1 || $0["sent_at"] <= since } ?? false
  }

  private mutating func fillBlobs(_ db: Transaction) throws {
    let out = try db.all(
      """
      SELECT digest, total, next_offset AS done FROM outgoing_blob
      WHERE peer = ? AND (last_sequence IS NULL OR last_sequence >
        COALESCE((SELECT applied FROM outgoing_stream WHERE peer = ? AND lane = 'b'), 0))
      ORDER BY id LIMIT ?
      """, peer.text, peer.text, Self.blobsMax)
    outgoing.blobs = try out.map(BlobOnItsWay.init)
    let into = try db.all(
      """
      SELECT digest, total, received AS done FROM begun_blob
      WHERE peer = ? AND refused IS NULL ORDER BY digest LIMIT ?
      """, peer.text, Self.blobsMax)
    incoming.blobs = try into.map(BlobOnItsWay.init)
  }

  private mutating func fillIncoming(_ db: Transaction) throws {
    let rows = try db.all(
      "SELECT stream, applied FROM incoming_stream WHERE peer = ? ORDER BY epoch, lane DESC, stream", peer.text)
    incoming.streams = try rows.map { try IncomingStream(stream: $0["stream"], applied: $0["applied"]) }
    incoming.waitingMessages = try count("SELECT COUNT(*) FROM waiting_message WHERE peer = ?", db)
    incoming.refusalsToTell = try count("SELECT COUNT(*) FROM refusal WHERE peer = ?", db)
  }
}

extension LinkReport.BlobOnItsWay {
  fileprivate init(row: SQLRow) throws {
    try self.init(digest: row["digest"], bytes: row["total"], doneBytes: row["done"])
  }
}
