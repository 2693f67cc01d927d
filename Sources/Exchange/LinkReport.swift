import Drop
import DurableFiles
import Foundation
import GRDB
public import PacketFormat
public import Zones

/// Where one link stands, as its zone's database and folders tell it.
public struct LinkReport: Sendable {
  public struct Outgoing: Sendable {
    /// Not in packets yet.
    public var waitingMessages = 0
    public var waitingBytes = 0
    /// Of blobs, what no packet holds yet.
    public var waitingBlobs = 0
    public var waitingBlobBytes = 0
    public var unconfirmedPackets = 0
    public var unconfirmedBytes = 0
    /// Applied by the peer and kept until a backup of its covers them.
    public var confirmedPackets = 0
    /// On a one-way link: dropped as often as they are to be.
    public var notConfirmablePackets = 0
    /// Milliseconds since 1970; nil where nothing waits.
    public var oldestAt: UnixMilliseconds?
    public var messagesLastMinute = 0
    public var bytesLastMinute = 0
    public var epoch = 1
    public var nextSequence = 1
    public var confirmedSequence = 0
  }

  public struct Incoming: Sendable {
    public var filesInDrop = 0
    /// In order: the last packet applied of each of the peer's streams.
    public var streams: [(stream: String, applied: Int)] = []
    /// Messages that wait for a blob or another message.
    public var waitingMessages = 0
    public var refusalsToTell = 0
  }

  public var peer: ZoneName
  public var outgoing = Outgoing()
  public var incoming = Incoming()
  /// Of the whole zone.
  public var quarantinedFiles = 0
  public var lastSeen: UnixMilliseconds?
  /// How far the peer's clock was ahead when it made its newest packet, less the packet's way.
  public var clockDifferenceMilliseconds: Int?
  public var isLate = false

  /// Reads all links of a zone, beside its running daemon.
  ///
  /// Throws `FileError` where the zone has no database yet.
  public static func read(_ zone: ZoneConfiguration, now: UnixMilliseconds) throws -> [LinkReport] {
    let path = zone.dataDirectory + "/zone.sqlite"
    guard Files().exists(path) else { throw FileError(.open, path, number: ENOENT) }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(10)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? queue.close() }
    let quarantined = (try? Files().list(zone.dataDirectory + "/quarantine")) ?? []
    return try zone.links.map { link in
      var report = LinkReport(peer: link.peer)
      report.quarantinedFiles = quarantined.count { $0.hasSuffix(".gdp") }
      report.incoming.filesInDrop =
        (try? DropFolder(path: link.incomingDrop, files: Files()).waiting().count) ?? 0
      try queue.read { db in try report.fill(link, now, db) }
      return report
    }
  }

  private mutating func fill(_ link: LinkConfiguration, _ now: UnixMilliseconds, _ db: Database) throws {
    let stream = try OutgoingStream.read(peer, .messages, db)
    (outgoing.epoch, outgoing.nextSequence, outgoing.confirmedSequence) =
      (stream.epoch, stream.nextSequence, stream.applied)
    try fillWaiting(stream, db)
    try fillPackets(now, db)
    let rows = try Row.fetchAll(
      db, sql: "SELECT stream, applied FROM incoming_stream WHERE peer = ? ORDER BY stream", arguments: [peer.text])
    incoming.streams = rows.map { ($0["stream"], $0["applied"]) }
    incoming.waitingMessages = try count("SELECT COUNT(*) FROM waiting_message WHERE peer = ?", db)
    incoming.refusalsToTell = try count("SELECT COUNT(*) FROM refusal WHERE peer = ?", db)
    let health = try LinkHealth.read(
      peer: peer, heartbeatSeconds: link.limits.heartbeatSeconds, now: now, db)
    (lastSeen, isLate) = (health.lastSeen, health.isLate)
    clockDifferenceMilliseconds = try Int.fetchOne(
      db, sql: "SELECT clock_difference FROM peer_state WHERE peer = ? AND last_seen > 0", arguments: [peer.text])
  }

  private func count(_ sql: String, _ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: sql, arguments: [peer.text]) ?? 0
  }

  private mutating func fillWaiting(_ stream: OutgoingStream, _ db: Database) throws {
    let messages = try Row.fetchOne(
      db,
      sql: """
        SELECT COUNT(*) AS number, COALESCE(SUM(LENGTH(bytes)), 0) AS bytes, MIN(message_id) AS oldest
        FROM outbox WHERE peer = ? AND id > ?
        """, arguments: [peer.text, stream.packed])
    (outgoing.waitingMessages, outgoing.waitingBytes) = (messages?["number"] ?? 0, messages?["bytes"] ?? 0)
    let oldest: String? = messages?["oldest"]
    outgoing.oldestAt = oldest.flatMap { Int($0.prefix(13).filter { $0 != "-" }, radix: 16) }
    let blobs = try Row.fetchOne(
      db,
      sql: """
        SELECT COUNT(*) AS number, COALESCE(SUM(total - next_offset), 0) AS bytes
        FROM outgoing_blob WHERE peer = ? AND last_sequence IS NULL
        """, arguments: [peer.text])
    (outgoing.waitingBlobs, outgoing.waitingBlobBytes) = (blobs?["number"] ?? 0, blobs?["bytes"] ?? 0)
  }

  private mutating func fillPackets(_ now: UnixMilliseconds, _ db: Database) throws {
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
      case 1: outgoing.confirmedPackets = row["number"]
      default: outgoing.notConfirmablePackets = row["number"]
      }
    }
    let recent = try Row.fetchOne(
      db,
      sql: """
        SELECT COALESCE(SUM(bytes), 0) AS bytes,
          COALESCE(SUM(CASE WHEN lane = 'm' AND last_row > 0 THEN last_row - first_row + 1 ELSE 0 END), 0) AS messages
        FROM sent_packet WHERE peer = ? AND sent_at > ?
        """, arguments: [peer.text, now - 60_000])
    (outgoing.bytesLastMinute, outgoing.messagesLastMinute) = (recent?["bytes"] ?? 0, recent?["messages"] ?? 0)
  }

  /// The files in `sent/` of the packets that the peer has not confirmed, oldest first.
  public static func unconfirmedFiles(_ zone: ZoneConfiguration, to peer: ZoneName) throws -> [String] {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: zone.dataDirectory + "/zone.sqlite", configuration: configuration)
    defer { try? queue.close() }
    return try queue.read { db in
      try String.fetchAll(
        db, sql: "SELECT file FROM sent_packet WHERE peer = ? AND confirmed = 0 ORDER BY lane DESC, sequence",
        arguments: [peer.text])
    }
  }
}

extension LinkReport {
  /// As `guandu link status --json` prints it; times are milliseconds since 1970, null where there is none.
  public var json: JSONValue {
    func optional(_ number: Int?) -> JSONValue { number.map { .integer($0) } ?? .null }
    return .object([
      "peer": .string(peer.text),
      "outgoing": .object([
        "epoch": .integer(outgoing.epoch), "next_sequence": .integer(outgoing.nextSequence),
        "confirmed_sequence": .integer(outgoing.confirmedSequence),
        "waiting_messages": .integer(outgoing.waitingMessages), "waiting_bytes": .integer(outgoing.waitingBytes),
        "waiting_blobs": .integer(outgoing.waitingBlobs), "waiting_blob_bytes": .integer(outgoing.waitingBlobBytes),
        "unconfirmed_packets": .integer(outgoing.unconfirmedPackets),
        "unconfirmed_bytes": .integer(outgoing.unconfirmedBytes),
        "confirmed_packets": .integer(outgoing.confirmedPackets),
        "not_confirmable_packets": .integer(outgoing.notConfirmablePackets), "oldest_at": optional(outgoing.oldestAt),
        "messages_last_minute": .integer(outgoing.messagesLastMinute),
        "bytes_last_minute": .integer(outgoing.bytesLastMinute),
      ]),
      "incoming": .object([
        "files_in_drop": .integer(incoming.filesInDrop), "waiting_messages": .integer(incoming.waitingMessages),
        "refusals_to_tell": .integer(incoming.refusalsToTell),
        "streams": .array(
          incoming.streams.map { .object(["stream": .string($0.stream), "applied": .integer($0.applied)]) }),
      ]),
      "quarantined_files": .integer(quarantinedFiles), "last_seen": optional(lastSeen),
      "clock_difference_milliseconds": optional(clockDifferenceMilliseconds), "late": .bool(isLate),
    ])
  }
}
