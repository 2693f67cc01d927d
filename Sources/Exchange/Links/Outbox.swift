public import PacketFormat
public import Runtime
public import Storage
import Synchronization
public import Zones

import struct Foundation.Data

/// A message to be sent, with its classification and its blobs.
public struct OutgoingMessage: Sendable {
  public var message: Message
  public var classification: Classification
  public var blobs: [(digest: HexDigest, bytes: Int)]

  public init(_ message: Message, classification: Classification, blobs: [(digest: HexDigest, bytes: Int)] = []) {
    self.message = message
    self.classification = classification
    self.blobs = blobs
  }
}

/// A message that the link's policy does not let out. It names the rule.
public struct PolicyRefusal: CodedFault, Equatable, CustomStringConvertible {
  public let rule: String
  public var faultCode: String { "policy: \(rule)" }
  public var description: String { "the link's policy refuses it: \(rule)" }
}

/// The transactional outbox: messages leave if, and only if, the transaction that enqueued them commits.
public final class Outbox: Sendable {
  private let policies: [ZoneName: ExchangePolicy]
  private let roomInPackets: [ZoneName: Int]
  private let signals: [ZoneName: (messages: WakeSignal, blobs: WakeSignal)]

  public init(links: [LinkConfiguration]) {
    policies = Dictionary(uniqueKeysWithValues: links.map { ($0.peer, $0.outgoingPolicy) })
    roomInPackets = Dictionary(uniqueKeysWithValues: links.map { ($0.peer, $0.limits.contentMaxBytes) })
    signals = Dictionary(uniqueKeysWithValues: links.map { ($0.peer, (WakeSignal(), WakeSignal())) })
  }

  /// Adds a message for `peer` in the caller's transaction. The sender wakes when that commits.
  ///
  /// Throws `PolicyRefusal`, before anything is written.
  public func enqueue(_ outgoing: OutgoingMessage, to peer: ZoneName, _ db: Transaction) throws {
    let bytes = outgoing.message.encoded()
    try check(outgoing, bytes.count, to: peer)
    try Self.insert(outgoing.message, bytes, outgoing.classification, peer, db)
    for blob in outgoing.blobs {
      // One that was sent before begins again: the peer ignores what it has, and may have lost it. Two rows of one blob would
      // put the same parts into one packet.
      let known = try db.run(
        "UPDATE outgoing_blob SET next_offset = 0, last_sequence = NULL, restarts = 0 WHERE digest = ? AND peer = ?",
        blob.digest.text, peer.text)
      if known > 0 { continue }
      try db.run(
        "INSERT INTO outgoing_blob (peer, digest, total, next_offset) VALUES (?, ?, ?, 0)", peer.text, blob.digest.text,
        blob.bytes)
    }
    let signal = signals[peer]
    let hasBlobs = !outgoing.blobs.isEmpty
    db.afterCommit {
      signal?.messages.ring()
      if hasBlobs { signal?.blobs.ring() }
    }
  }

  /// The exchange's own messages, to which no policy applies. The caller triggers the signal.
  static func insertOwn(_ message: Message, to peer: ZoneName, _ db: Transaction) throws {
    try insert(message, message.encoded(), .public, peer, db)
  }

  private static func insert(
    _ message: Message, _ bytes: [UInt8], _ classification: Classification, _ peer: ZoneName, _ db: Transaction
  ) throws {
    try db.run(
      """
      INSERT INTO outbox (peer, message_id, type, subject, classification, bytes) VALUES (?, ?, ?, ?, ?, ?)
      """, peer.text, message.id, message.type, message.subject, classification.rawValue, bytes)
  }

  private func check(_ outgoing: OutgoingMessage, _ bytes: Int, to peer: ZoneName) throws {
    guard let policy = policies[peer] else { throw PolicyRefusal(rule: "no link to “\(peer)”") }
    let type = outgoing.message.type
    guard policy.messageTypes.contains(type) else { throw PolicyRefusal(rule: "message type “\(type)” to “\(peer)”") }
    guard outgoing.classification <= policy.highestClassification else {
      throw PolicyRefusal(rule: "classification “\(outgoing.classification.rawValue)” to “\(peer)”")
    }
    let room = min(Message.maxBytes, roomInPackets[peer] ?? 0)
    guard bytes <= room else { throw PolicyRefusal(rule: "a message of \(bytes) bytes, at most \(room)") }
    if let blob = outgoing.blobs.first(where: { $0.bytes > policy.blobMaxBytes }) {
      throw PolicyRefusal(rule: "a blob of \(blob.bytes) bytes to “\(peer)”, at most \(policy.blobMaxBytes)")
    }
  }

  /// The epoch in which messages to `peer` are sent: 1, until this zone's data was restored or replaced.
  public func epoch(to peer: ZoneName, _ db: Transaction) throws -> Int {
    try OutgoingStream.read(peer, .messages, db).epoch
  }

  func messageSignal(_ peer: ZoneName) -> WakeSignal { signals[peer]?.messages ?? WakeSignal() }
  func blobSignal(_ peer: ZoneName) -> WakeSignal { signals[peer]?.blobs ?? WakeSignal() }
}
