import JSON
public import Zones

/// The signed, readable head of a packet. Every field is required.
public struct Manifest: Equatable, Sendable {
  public static let maxBytes = 64 * 1024
  public static let maxReceiptRanges = 512

  public var suite: String
  /// UUID v7.
  public var id: String
  public var from: ZoneName
  public var to: ZoneName
  public var stream: StreamName
  /// From 1.
  public var sequence: Int
  /// The digest of the manifest line of `sequence - 1`; zeroes for the first, and in lane `c`.
  public var previous: HexDigest
  /// RFC 3339, UTC. Informs; decides nothing.
  public var created: String
  public var classification: Classification
  /// How many, by type.
  public var messages: [String: Int]
  public var blobs: [BlobPart]
  public var receipts: [Receipt]
  /// SHA-256 of each encryption certificate (DER).
  public var recipients: [HexDigest]
  public var payload: Payload

  /// A piece of a blob that the packet carries.
  public struct BlobPart: Equatable, Sendable {
    public var sha256: HexDigest
    public var offset: Int
    public var bytes: Int
    public var total: Int

    public init(sha256: HexDigest, offset: Int, bytes: Int, total: Int) {
      self.sha256 = sha256
      self.offset = offset
      self.bytes = bytes
      self.total = total
    }
  }

  /// The age file after the head.
  public struct Payload: Equatable, Sendable {
    public var bytes: Int
    public var sha256: HexDigest

    public init(bytes: Int, sha256: HexDigest) {
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  public init(
    suite: String, id: String, from: ZoneName, to: ZoneName, stream: StreamName, sequence: Int, previous: HexDigest,
    created: String, classification: Classification, messages: [String: Int], blobs: [BlobPart], receipts: [Receipt],
    recipients: [HexDigest], payload: Payload
  ) {
    self.suite = suite
    self.id = id
    self.from = from
    self.to = to
    self.stream = stream
    self.sequence = sequence
    self.previous = previous
    self.created = created
    self.classification = classification
    self.messages = messages
    self.blobs = blobs
    self.receipts = receipts
    self.recipients = recipients
    self.payload = payload
  }
}

/// What a receiver has done with one stream of its peer.
public struct Receipt: Equatable, Sendable {
  public var stream: StreamName
  /// The highest sequence applied without a gap; 0 for none.
  public var applied: Int
  /// The manifest digest of `applied`; zeroes for none.
  public var digest: HexDigest
  /// The highest sequence up to which nothing waits any more: all has acted, or was refused.
  public var effective: Int
  /// The highest sequence that a checked backup covers too.
  public var secured: Int
  public var refused: [Refusal]

  /// A packet (`message` nil) or one message that was refused.
  public struct Refusal: Equatable, Sendable {
    public var sequence: Int
    /// UUID v7.
    public var message: String?
    /// A reason code: `[a-z][a-z0-9-]{0,63}`.
    public var code: String

    public init(sequence: Int, message: String?, code: String) {
      self.sequence = sequence
      self.message = message
      self.code = code
    }
  }

  public init(
    stream: StreamName, applied: Int, digest: HexDigest, effective: Int, secured: Int, refused: [Refusal]
  ) {
    self.stream = stream
    self.applied = applied
    self.digest = digest
    self.effective = effective
    self.secured = secured
    self.refused = refused
  }
}

extension Manifest {
  /// The time in `id`, in milliseconds: of two packets of one zone and epoch, the one with the higher stamp has the newer
  /// receipts.
  public var stamp: Int {
    let digits = id.utf8.prefix(13).filter { $0 != UInt8(ascii: "-") }
    return Int(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
  }

  /// The manifest as one line, without its newline.
  public func encodedLine() -> [UInt8] {
    JSONValue.object([
      "suite": .string(suite), "id": .string(id), "from": .string(from.text), "to": .string(to.text),
      "stream": .string(stream.description), "seq": .integer(sequence), "prev": .string(previous.text),
      "created": .string(created), "classification": .string(classification.rawValue),
      "messages": .object(messages.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) }),
      "blobs": .array(blobs.map(\.json)), "receipts": .array(receipts.map(\.json)),
      "recipients": .array(recipients.map { .string($0.text) }),
      "payload": .object(["bytes": .integer(payload.bytes), "sha256": .string(payload.sha256.text)]),
    ]).encoded()
  }
}

extension Manifest.BlobPart {
  fileprivate var json: JSONValue {
    .object([
      "sha256": .string(sha256.text), "offset": .integer(offset), "bytes": .integer(bytes), "total": .integer(total),
    ])
  }
}

extension Receipt {
  fileprivate var json: JSONValue {
    .object([
      "stream": .string(stream.description), "applied": .integer(applied), "digest": .string(digest.text),
      "effective": .integer(effective), "secured": .integer(secured),
      "refused": .array(
        refused.map { refusal in
          var members: [JSONValue.JSONMember] = [.init("seq", .integer(refusal.sequence))]
          if let message = refusal.message { members.append(.init("message", .string(message))) }
          members.append(.init("code", .string(refusal.code)))
          return .object(members)
        }),
    ])
  }
}
