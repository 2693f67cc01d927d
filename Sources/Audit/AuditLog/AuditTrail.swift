public import Cryptography
import JSON
import Runtime
public import Storage
public import Zones

import struct Foundation.Data

/// Writes entries in the transactions that they describe, so an entry and its change are committed together or not at
/// all. One function for each kind.
public struct AuditTrail: Sendable {
  /// How many messages of a packet one entry holds; the next ones follow in another.
  private static let messagesMax = 400

  private let zone: ZoneName
  private let keepsManifests: Bool
  private let now: @Sendable () -> String
  /// Triggered when an entry was committed.
  let signal = WakeSignal()

  /// - Parameters:
  ///   - keepsManifests: whether packets' manifests and signatures are kept as evidence.
  ///   - now: RFC 3339, UTC.
  public init(zone: ZoneName, keepsManifests: Bool = false, now: @escaping @Sendable () -> String) {
    self.zone = zone
    self.keepsManifests = keepsManifests
    self.now = now
  }

  /// A packet's manifest, with its signature and certificate.
  public struct SignedManifest: Sendable {
    /// The manifest's line with its newline.
    let line: [UInt8]
    let signature: [UInt8]
    /// The signer's, DER.
    let certificate: [UInt8]

    public init(line: [UInt8], signature: [UInt8], certificate: [UInt8]) {
      self.line = line
      self.signature = signature
      self.certificate = certificate
    }
  }

  /// What identifies a packet.
  public struct Packet: Sendable {
    let peer: ZoneName
    let stream: String
    let sequence: Int
    /// Of its manifest.
    let digest: String
    let signed: SignedManifest?

    /// - Parameter signed: nil if it cannot be kept.
    public init(peer: ZoneName, stream: String, sequence: Int, digest: String, signed: SignedManifest?) {
      self.peer = peer
      self.stream = stream
      self.sequence = sequence
      self.digest = digest
      self.signed = signed
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

  public func packetSent(_ packet: Packet, _ messages: [MessageName], blobs: [String], _ db: Transaction) throws {
    try crossed(.packetSent, packet, messages, blobs, db)
  }

  public func packetApplied(_ packet: Packet, _ messages: [MessageName], blobs: [String], _ db: Transaction) throws {
    try crossed(.packetApplied, packet, messages, blobs, db)
  }

  private func crossed(
    _ kind: AuditEntry.Kind, _ packet: Packet, _ messages: [MessageName], _ blobs: [String], _ db: Transaction
  ) throws {
    // The logs' own messages are recorded where they take effect; recording their packets too would never end.
    if !messages.isEmpty, blobs.isEmpty, messages.allSatisfy({ $0.type.hasPrefix("audit.") }) { return }
    try keepManifest(of: packet, db)
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

  private func keepManifest(of packet: Packet, _ db: Transaction) throws {
    guard keepsManifests, let signed = packet.signed else { return }
    let signer = Digest.of(signed.certificate).hex
    try db.run(
      "INSERT INTO packet_manifest (digest, manifest, signature, signer) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      packet.digest, signed.line, signed.signature, signer)
    try db.run(
      "INSERT INTO packet_signer (fingerprint, der) VALUES (?, ?) ON CONFLICT DO NOTHING", signer, signed.certificate)
  }

  public func packetRefused(_ packet: Packet, code: String, _ db: Transaction) throws {
    try keepManifest(of: packet, db)
    try record(.packetRefused, packet.fields + [.init("code", .string(code))], db)
  }

  public func messageRefused(_ id: String, from peer: ZoneName, code: String, _ db: Transaction) throws {
    try record(
      .messageRefused,
      [.init("peer", .string(peer.text)), .init("message", .string(id)), .init("code", .string(code))], db)
  }

  /// - Parameters:
  ///   - file: its name in the quarantine: nothing that somebody else has chosen.
  ///   - digest: SHA-256 of its bytes; nil for what is not a regular file, or is too large to be a packet.
  public func fileQuarantined(
    _ file: String, from peer: ZoneName, code: String, digest: Digest? = nil, bytes: Int = 0, _ db: Transaction
  ) throws {
    try record(
      .fileQuarantined,
      [
        .init("peer", .string(peer.text)), .init("file", .string(file)), .init("code", .string(code)),
        .init("digest", .string(digest?.hex ?? "")), .init("bytes", .integer(bytes)),
      ], db)
  }

  public func epochOpened(_ epoch: Int, to peer: ZoneName, reason: String, _ db: Transaction) throws {
    try record(
      .epochOpened,
      [.init("peer", .string(peer.text)), .init("epoch", .integer(epoch)), .init("reason", .string(reason))], db)
  }

  /// - Parameter epoch: its digits, because it may be above the accepted range.
  public func streamsForgotten(of peer: ZoneName, node: ZoneName, epoch: String, _ db: Transaction) throws {
    try record(
      .streamsForgotten,
      [.init("peer", .string(peer.text)), .init("node", .string(node.text)), .init("epoch", .string(epoch))], db)
  }

  /// A checkpoint of the peer's log, which this zone cosigns: so each log names the other's checkpoints.
  public func peerCheckpoint(of peer: ZoneName, log: String, size: Int, root: String, _ db: Transaction) throws {
    try record(
      .peerCheckpoint,
      [
        .init("peer", .string(peer.text)), .init("log", .string(log)), .init("size", .integer(size)),
        .init("root", .string(root)),
      ], db)
  }

  /// - Parameter kind: what is wrong with the peer's log.
  public func peerLogAlarm(_ kind: String, of peer: ZoneName, _ db: Transaction) throws {
    try record(.peerLogAlarm, [.init("peer", .string(peer.text)), .init("alarm", .string(kind))], db)
  }

  /// The numbers of acts whose entries wait to be written to the log.
  public static func pendingActs(_ db: Transaction) throws -> Set<Int> {
    let beginning = AuditEntry.beginning(of: .actRecorded)
    var numbers: Set<Int> = []
    try db.each("SELECT bytes FROM audit_entry") { row in
      let entry: [UInt8] = try row[0]
      if entry.starts(with: beginning), let number = (try? JSONValue.parse(entry))?["number"]?.number {
        numbers.insert(number)
      }
      return true
    }
    return numbers
  }

  public func zoneStarted(_ db: Transaction) throws { try record(.zoneStarted, [], db) }
  public func zoneStopped(_ db: Transaction) throws { try record(.zoneStopped, [], db) }

  /// - Parameters:
  ///   - before: what the clock would have shown, RFC 3339.
  ///   - milliseconds: how far it was moved; below 0 for backwards.
  public func clockJumped(before: String, milliseconds: Int, _ db: Transaction) throws {
    try record(
      .clockJumped, [.init("before", .string(before)), .init("milliseconds", .integer(milliseconds))], db)
  }

  /// - Parameter number: the public one.
  public func letterAccepted(_ letter: String, number: String, _ db: Transaction) throws {
    try record(.letterAccepted, [.init("letter", .string(letter)), .init("number", .string(number))], db)
  }

  /// - Parameters:
  ///   - object: what it was done to, without any person's name.
  ///   - subject: the letter's identifier; empty if it is about none.
  ///   - digest: of a salt and the act's entry in the record of acts.
  public func actRecorded(
    _ number: Int, _ act: String, object: String, subject: String, proof: String, digest: String, _ db: Transaction
  ) throws {
    try record(
      .actRecorded,
      [
        .init("number", .integer(number)), .init("act", .string(act)), .init("object", .string(object)),
        .init("subject", .string(subject)), .init("proof", .string(proof)), .init("digest", .string(digest)),
      ], db)
  }

  /// - Parameters:
  ///   - certificate: SHA-256 of the presented certificate, in hex; empty if there was none.
  ///   - count: how often since the last entry with this reason and certificate.
  public func loginRefused(_ reason: String, certificate: String, count: Int, _ db: Transaction) throws {
    try record(
      .loginRefused,
      [
        .init("reason", .string(reason)), .init("certificate", .string(certificate)), .init("count", .integer(count)),
      ], db)
  }

  /// - Parameter tag: what the limit counts by, under a key that is deleted after two days.
  public func guessStopped(limit: String, tag: String, _ db: Transaction) throws {
    try record(.guessStopped, [.init("limit", .string(limit)), .init("tag", .string(tag))], db)
  }

  /// - Parameter seen: when the peer was last heard; empty for never.
  public func linkSilent(_ peer: ZoneName, seen: String, _ db: Transaction) throws {
    try record(.linkSilent, [.init("peer", .string(peer.text)), .init("seen", .string(seen))], db)
  }

  public func linkHeard(_ peer: ZoneName, _ db: Transaction) throws {
    try record(.linkHeard, [.init("peer", .string(peer.text))], db)
  }

  /// - Parameter number: the list's, in hex.
  public func trustList(authority: String, number: String, _ db: Transaction) throws {
    try record(.trustList, [.init("authority", .string(authority)), .init("number", .string(number))], db)
  }

  /// - Parameters:
  ///   - signing: SHA-256 of the certificate, in hex.
  ///   - encryption: likewise.
  public func keysChanged(of owner: ZoneName, signing: String, encryption: String, _ db: Transaction) throws {
    try record(
      .keysChanged,
      [
        .init("owner", .string(owner.text)), .init("signing", .string(signing)),
        .init("encryption", .string(encryption)),
      ], db)
  }

  func logOpened(_ log: String, reason: String, before: JSONValue, _ db: Transaction) throws {
    try record(
      .logOpened, [.init("log", .string(log)), .init("reason", .string(reason)), .init("before", before)], db)
  }

  private func record(_ kind: AuditEntry.Kind, _ fields: [JSONValue.JSONMember], _ db: Transaction) throws {
    let entry = AuditEntry(kind, zone: zone.text, at: now(), fields)
    try db.run("INSERT INTO audit_entry (bytes) VALUES (?)", entry.bytes)
    db.afterCommit { [signal] in signal.ring() }
  }
}
