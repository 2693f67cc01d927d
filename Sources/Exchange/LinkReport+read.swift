import Foundation
import GRDB
import PacketFormat
import Zones

extension LinkReport {
  private static let minuteMilliseconds = 60_000
  private static let blobsMax = 100

  mutating func fill(_ link: LinkConfiguration, _ now: UnixMilliseconds, _ db: Database) throws {
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
    clockDifferenceMilliseconds = try Int.fetchOne(
      db, sql: "SELECT clock_difference FROM peer_state WHERE peer = ? AND last_seen > 0", arguments: [peer.text])
  }

  private func count(_ sql: String, _ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: sql, arguments: [peer.text]) ?? 0
  }

  private mutating func fillWaiting(_ db: Database) throws {
    let messages = try Row.fetchOne(
      db,
      sql: """
        SELECT COUNT(*) AS number, COALESCE(SUM(LENGTH(bytes)), 0) AS bytes, MIN(message_id) AS oldest
        FROM outbox WHERE peer = ? AND id > ?
        """, arguments: [peer.text, outgoing.mark.packedRow])
    (outgoing.waitingMessages, outgoing.waitingBytes) = (messages?["number"] ?? 0, messages?["bytes"] ?? 0)
    let oldest: String? = messages?["oldest"]
    // The time in an id of version 7.
    outgoing.oldestAt = oldest.flatMap { Int($0.prefix(13).filter { $0 != "-" }, radix: 16) }
    let blobs = try Row.fetchOne(
      db,
      sql: """
        SELECT COUNT(*) AS number, COALESCE(SUM(total - next_offset), 0) AS bytes
        FROM outgoing_blob WHERE peer = ? AND last_sequence IS NULL
        """, arguments: [peer.text])
    (outgoing.waitingBlobs, outgoing.waitingBlobBytes) = (blobs?["number"] ?? 0, blobs?["bytes"] ?? 0)
  }

  private mutating func fillPackets(_ db: Database) throws {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT confirmed, COUNT(*) AS number, SUM(bytes) AS bytes, MIN(sent_at) AS oldest
        FROM sent_packet WHERE peer = ? GROUP BY confirmed
        """, arguments: [peer.text])
    for row in rows {
      switch row["confirmed"] as Int {
      case 0:
        (outgoing.unconfirmedPackets, outgoing.unconfirmedBytes) = (row["number"], row["bytes"])
        outgoing.oldestAt = min(outgoing.oldestAt ?? .max, row["oldest"])
      case OneWayPackets.notConfirmable:
        (outgoing.notConfirmablePackets, outgoing.notConfirmableBytes) = (row["number"], row["bytes"])
      default: (outgoing.confirmedPackets, outgoing.confirmedBytes) = (row["number"], row["bytes"])
      }
    }
  }

  /// What left within the last minute, where every packet of that time is still kept: packets go oldest first, so one of
  /// before is proof enough.
  private mutating func fillRate(_ now: UnixMilliseconds, _ db: Database) throws {
    let since = now - Self.minuteMilliseconds
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT lane, sequence, bytes, first_row, last_row FROM sent_packet
        WHERE peer = ? AND sent_at > ? ORDER BY lane, sequence
        """, arguments: [peer.text, since])
    outgoing.mark.recent = rows.map { Mark.Packet(lane: $0["lane"], sequence: $0["sequence"], bytes: $0["bytes"]) }
    guard try keepsAll(.messages, since, db) else { return }
    let ofMessages = rows.filter { $0["lane"] == "m" && $0["last_row"] > 0 as Int64 }
    if let first = ofMessages.first, let last = ofMessages.last {
      outgoing.messagesPerMinute = try Int.fetchOne(
        db, sql: "SELECT COUNT(*) FROM outbox WHERE peer = ? AND id BETWEEN ? AND ?",
        arguments: [peer.text, first["first_row"] as Int64, last["last_row"] as Int64])
    } else {
      outgoing.messagesPerMinute = 0
    }
    if try keepsAll(.blobs, since, db) { outgoing.bytesPerMinute = rows.reduce(0) { $0 + ($1["bytes"] as Int) } }
  }

  private func keepsAll(_ lane: Lane, _ since: UnixMilliseconds, _ db: Database) throws -> Bool {
    if outgoing.lanes.first(where: { $0.lane == lane })?.nextSequence == 1 { return true }
    let oldest = try Row.fetchOne(
      db, sql: "SELECT sequence, sent_at FROM sent_packet WHERE peer = ? AND lane = ? ORDER BY sequence LIMIT 1",
      arguments: [peer.text, lane.rawValue])
    return oldest.map { $0["sequence"] == 1 || $0["sent_at"] <= since } ?? false
  }

  private mutating func fillBlobs(_ db: Database) throws {
    let out = try Row.fetchAll(
      db,
      sql: """
        SELECT digest, total, next_offset AS done FROM outgoing_blob
        WHERE peer = ? AND (last_sequence IS NULL OR last_sequence >
          COALESCE((SELECT applied FROM outgoing_stream WHERE peer = ? AND lane = 'b'), 0))
        ORDER BY id LIMIT ?
        """, arguments: [peer.text, peer.text, Self.blobsMax])
    outgoing.blobs = out.map(BlobOnItsWay.init)
    let into = try Row.fetchAll(
      db,
      sql: """
        SELECT digest, total, received AS done FROM incoming_blob
        WHERE complete = 0 AND refused IS NULL ORDER BY digest LIMIT ?
        """, arguments: [Self.blobsMax])
    incoming.blobs = into.map(BlobOnItsWay.init)
  }

  private mutating func fillIncoming(_ db: Database) throws {
    let rows = try Row.fetchAll(
      db, sql: "SELECT stream, applied FROM incoming_stream WHERE peer = ? ORDER BY epoch, lane DESC, stream",
      arguments: [peer.text])
    incoming.streams = rows.map { IncomingStream(stream: $0["stream"], applied: $0["applied"]) }
    incoming.waitingMessages = try count("SELECT COUNT(*) FROM waiting_message WHERE peer = ?", db)
    incoming.refusalsToTell = try count("SELECT COUNT(*) FROM refusal WHERE peer = ?", db)
  }
}

extension LinkReport.BlobOnItsWay {
  fileprivate init(row: Row) { self.init(digest: row["digest"], bytes: row["total"], doneBytes: row["done"]) }
}
