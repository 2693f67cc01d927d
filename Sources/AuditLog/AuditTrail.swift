public import GRDB
import PacketFormat
public import Zones

import struct Foundation.Data

/// Writes entries in the transactions of what they describe, so that an entry and its change stand or fall together. One
/// function for each kind.
public struct AuditTrail: Sendable {
  /// So many messages of a packet stand in one entry; the next ones follow in another.
  private static let messagesMax = 400

  private let zone: ZoneName
  private let now: @Sendable () -> String

  /// - Parameter now: RFC 3339, UTC.
  public init(zone: ZoneName, now: @escaping @Sendable () -> String) {
    self.zone = zone
    self.now = now
  }

  /// What identifies a packet.
  public struct Packet: Sendable {
    let peer: ZoneName
    let stream: String
    let sequence: Int
    /// Of its manifest.
    let digest: String

    public init(peer: ZoneName, stream: String, sequence: Int, digest: String) {
      self.peer = peer
      self.stream = stream
      self.sequence = sequence
      self.digest = digest
    }

    fileprivate var fields: [JSONValue.JSONMember] {
      [
        .init("peer", .string(peer.text)), .init("stream", .string(stream)), .init("sequence", .integer(sequence)),
        .init("digest", .string(digest)),
      ]
    }
  }

  /// A message by its identifiers.
  public struct MessageName: Sendable {
    let id: String
    let type: String
    let subject: String

    public init(id: String, type: String, subject: String) {
      self.id = id
      self.type = type
      self.subject = subject
    }

    fileprivate var json: JSONValue { .array([.string(id), .string(type), .string(subject)]) }
  }

  public func packetSent(_ packet: Packet, _ messages: [MessageName], blobs: [String], _ db: Database) throws {
    try crossed(.packetSent, packet, messages, blobs, db)
  }

  public func packetApplied(_ packet: Packet, _ messages: [MessageName], blobs: [String], _ db: Database) throws {
    try crossed(.packetApplied, packet, messages, blobs, db)
  }

  private func crossed(
    _ kind: AuditEntry.Kind, _ packet: Packet, _ messages: [MessageName], _ blobs: [String], _ db: Database
  ) throws {
    // The logs' own talk is entered where it is acted on; entering its packets too would make it go on for ever.
    if !messages.isEmpty, messages.allSatisfy({ $0.type.hasPrefix("audit.") }) { return }
    var (rest, part) = (messages[...], 1)
    repeat {
      let some = rest.prefix(Self.messagesMax)
      rest = rest.dropFirst(Self.messagesMax)
      try record(
        kind,
        packet.fields + [
          .init("part", .integer(part)), .init("messages", .array(some.map(\.json))),
          .init("blobs", .array(part == 1 ? blobs.map { .string($0) } : [])),
        ], db)
      part += 1
    } while !rest.isEmpty
  }

  public func packetRefused(_ packet: Packet, code: String, _ db: Database) throws {
    try record(.packetRefused, packet.fields + [.init("code", .string(code))], db)
  }

  public func messageRefused(_ id: String, from peer: ZoneName, code: String, _ db: Database) throws {
    try record(
      .messageRefused,
      [.init("peer", .string(peer.text)), .init("message", .string(id)), .init("code", .string(code))], db)
  }

  /// - Parameter file: what the quarantine calls it: nothing that somebody else has chosen.
  public func fileQuarantined(_ file: String, from peer: ZoneName, code: String, _ db: Database) throws {
    try record(
      .fileQuarantined,
      [.init("peer", .string(peer.text)), .init("file", .string(file)), .init("code", .string(code))], db)
  }

  public func epochOpened(_ epoch: Int, to peer: ZoneName, reason: String, _ db: Database) throws {
    try record(
      .epochOpened,
      [.init("peer", .string(peer.text)), .init("epoch", .integer(epoch)), .init("reason", .string(reason))], db)
  }

  /// A checkpoint of the peer's log, which this zone cosigns: so each log names the other's heads.
  public func peerCheckpoint(of peer: ZoneName, log: String, size: Int, root: String, _ db: Database) throws {
    try record(
      .peerCheckpoint,
      [
        .init("peer", .string(peer.text)), .init("log", .string(log)), .init("size", .integer(size)),
        .init("root", .string(root)),
      ], db)
  }

  /// - Parameter kind: what is wrong with the peer's log.
  public func peerLogAlarm(_ kind: String, of peer: ZoneName, _ db: Database) throws {
    try record(.peerLogAlarm, [.init("peer", .string(peer.text)), .init("alarm", .string(kind))], db)
  }

  public func zoneStarted(_ db: Database) throws { try record(.zoneStarted, [], db) }

  func logOpened(_ log: String, reason: String, before: JSONValue, _ db: Database) throws {
    try record(
      .logOpened, [.init("log", .string(log)), .init("reason", .string(reason)), .init("before", before)], db)
  }

  private func record(_ kind: AuditEntry.Kind, _ fields: [JSONValue.JSONMember], _ db: Database) throws {
    let entry = AuditEntry(kind, zone: zone.text, at: now(), fields)
    try db.cachedStatement(sql: "INSERT INTO audit_entry (bytes) VALUES (?)")
      .execute(arguments: [Data(entry.bytes)])
  }
}
