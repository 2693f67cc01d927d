import Drop
import DurableFiles
import Foundation
public import PacketFormat
package import Storage
public import Timestamps
public import Zones

/// The state of one link, as its zone's database and folders show it.
public struct LinkReport: Sendable {
  /// The position of an outgoing stream, and the peer's newest receipt for it.
  public struct OutgoingLane: Sendable {
    public let lane: Lane
    public let epoch: Int
    public let nextSequence: Int
    /// Applied by the peer without a gap.
    public let confirmedSequence: Int
    /// Up to here nothing waits there any more.
    public let effectiveSequence: Int
  }

  /// The position of one of the peer's streams.
  public struct IncomingStream: Sendable {
    public let stream: String
    public let applied: Int
  }

  /// A blob that is crossing.
  public struct BlobOnItsWay: Sendable {
    public let digest: String
    public let bytes: Int
    /// In packets, or received.
    public let doneBytes: Int
  }

  public struct Outgoing: Sendable {
    /// Not in packets yet.
    public var waitingMessages = 0
    public var waitingBytes = 0
    /// Bytes of blobs that are in no packet yet.
    public var waitingBlobs = 0
    public var waitingBlobBytes = 0
    public var unconfirmedPackets = 0
    public var unconfirmedBytes = 0
    /// Applied by the peer, and kept until one of its backups covers them.
    public var confirmedPackets = 0
    public var confirmedBytes = 0
    /// On a one-way link: dropped as often as configured.
    public var notConfirmablePackets = 0
    public var notConfirmableBytes = 0
    /// What is in the outgoing drop; nil if it is on a server, or missing.
    public var filesInDrop: Int?
    public var bytesInDrop: Int?
    /// Milliseconds since 1970; nil if nothing waits for a packet or a receipt.
    public var oldestAt: UnixMilliseconds?
    /// What was sent; nil if unknown, because packets of that time are no longer kept.
    public var messagesPerMinute: Int?
    public var bytesPerMinute: Int?
    /// Lanes m, b and c.
    public var lanes: [OutgoingLane] = []
    /// The oldest first, at most 100.
    public var blobs: [BlobOnItsWay] = []
    /// For comparing two reports.
    var mark = Mark()
  }

  public struct Incoming: Sendable {
    public var filesInDrop = 0
    public var bytesInDrop = 0
    /// The peer's known streams, including epochs that it has closed.
    public var streams: [IncomingStream] = []
    /// Messages that wait for a blob or another message.
    public var waitingMessages = 0
    public var refusalsToTell = 0
    /// At most 100. A zone does not record which peer they came from: all of the zone's.
    public var blobs: [BlobOnItsWay] = []
  }

  /// The state of the outgoing side at one time.
  struct Mark: Sendable {
    struct Packet: Sendable {
      let lane: String
      let sequence: Int
      let bytes: Int
    }

    var at: UnixMilliseconds = 0
    var packedRow: Int64 = 0
    /// Packets sent shortly before that are still kept.
    var recent: [Packet] = []
  }

  public var peer: ZoneName
  /// No receipts come back on it.
  public var isOneWay: Bool
  public var outgoing = Outgoing()
  public var incoming = Incoming()
  /// Of the whole zone.
  public var quarantinedFiles = 0
  /// When the peer's newest authentic packet came.
  public var lastSeen: UnixMilliseconds?
  /// How far the peer's clock was ahead when it made its newest packet, less the packet's travel time.
  public var clockDifferenceMilliseconds: Int?
  /// Whether the peer has been silent for longer than its heartbeats allow; false on a one-way link.
  public var isLate = false

  /// Reads all links of a zone, beside its running daemon.
  ///
  /// Throws `FileError` if the zone has no database yet, `StorageError` if it cannot be read.
  public static func read(_ zone: ZoneConfiguration, now: UnixMilliseconds) throws -> [LinkReport] {
    let queue = try openReadOnly(zone)
    defer { try? queue.close() }
    let quarantined = (try? Files().list(zone.dataDirectory + "/quarantine")) ?? []
    return try zone.links.map { link in
      var report = LinkReport(peer: link.peer, isOneWay: link.repeatTimes != nil)
      report.quarantinedFiles = quarantined.count { $0.hasSuffix(".gdp") }
      report.lookIntoDrops(link)
      try queue.read { db in try report.fill(link, now, db) }
      return report
    }
  }

  /// The files in `sent/` of the packets that the peer has not confirmed, oldest first.
  ///
  /// Throws as `read` does.
  public static func unconfirmedFiles(_ zone: ZoneConfiguration, to peer: ZoneName) throws -> [String] {
    let queue = try openReadOnly(zone)
    defer { try? queue.close() }
    return try queue.read { db in
      try db.all(
        String.self, "SELECT file FROM sent_packet WHERE peer = ? AND confirmed = 0 ORDER BY lane DESC, sequence",
        peer.text)
    }
  }

  /// Opens a zone's database beside its running daemon.
  package static func openReadOnly(_ zone: ZoneConfiguration) throws -> SQLiteFile {
    let path = zone.dataDirectory + "/zone.sqlite"
    guard Files().exists(path) else { throw FileError(.open, path, number: ENOENT) }
    return try SQLiteFile(path: path, .readOnly)
  }

  private mutating func lookIntoDrops(_ link: LinkConfiguration) {
    if let usage = try? DropFolder(path: link.incomingDrop, files: Files()).usage() {
      (incoming.filesInDrop, incoming.bytesInDrop) = usage
    }
    guard case .folder(let path) = link.outgoingDrop,
      let usage = try? DropFolder(path: path, files: Files()).usage()
    else { return }
    (outgoing.filesInDrop, outgoing.bytesInDrop) = usage
  }
}
