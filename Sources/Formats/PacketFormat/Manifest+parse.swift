import JSON
import Timestamps
import Zones

extension Manifest {
  static let maxBlobParts = 256
  static let maxRecipients = 16
  /// 2⁵³ − 1: what every JSON reader keeps exactly.
  static let maxInteger = 9_007_199_254_740_991

  /// Reads a manifest line (without its newline).
  public static func parse(line: [UInt8]) throws(FormatError) -> Manifest {
    guard line.count < maxBytes else { throw FormatError(.manifest, "longer than \(maxBytes) bytes") }
    let value: JSONValue
    do { value = try JSONValue.parse(line) } catch { throw FormatError(.manifest, error.description) }
    var fields = try FieldReader(value, "the manifest", .manifest)
    let manifest = Manifest(
      suite: try fields.string("suite", maxBytes: 64),
      id: try fields.parsed("id", "a UUID of version 7") { isUUIDv7($0) ? $0 : nil },
      from: try fields.parsed("from", "a zone's name", ZoneName.init),
      to: try fields.parsed("to", "a zone's name", ZoneName.init),
      stream: try fields.parsed("stream", "zone/node/epoch/lane", StreamName.init),
      sequence: try fields.integer("seq", in: 1...maxInteger),
      previous: try fields.parsed("prev", "64 hex digits", HexDigest.init),
      created: try fields.parsed("created", "a time in UTC") { isTimestamp($0) ? $0 : nil },
      classification: try fields.parsed("classification", "a classification", Classification.init(rawValue:)),
      messages: try parseCounts(try fields.value("messages")),
      blobs: try fields.list("blobs", maxCount: maxBlobParts, BlobPart.init(json:)),
      receipts: try fields.list("receipts", maxCount: maxReceiptRanges, Receipt.init(json:)),
      recipients: try fields.list("recipients", maxCount: maxRecipients) { json throws(FormatError) in
        guard let digest = json.text.flatMap(HexDigest.init) else {
          throw FormatError(.manifest, "a recipient is not 64 hex digits")
        }
        return digest
      },
      payload: try Payload(json: try fields.value("payload")))
    try fields.finish()
    guard manifest.stream.zone == manifest.from else {
      throw FormatError(.manifest, "the stream is not one of “from”")
    }
    guard manifest.sequence > 1 || manifest.previous == .zero else {
      throw FormatError(.manifest, "the first packet of a stream has a “prev”")
    }
    guard manifest.stream.lane != .control || manifest.messages.isEmpty && manifest.blobs.isEmpty else {
      throw FormatError(.manifest, "a control packet carries messages or blobs")
    }
    guard manifest.receipts.reduce(0, { $0 + 1 + $1.refused.count }) <= maxReceiptRanges else {
      throw FormatError(.manifest, "more than \(maxReceiptRanges) receipt ranges")
    }
    return manifest
  }

  private static func parseCounts(_ value: JSONValue) throws(FormatError) -> [String: Int] {
    guard let members = value.members, members.count <= 64 else {
      throw FormatError(.manifest, "“messages” is no object of at most 64 types")
    }
    var counts: [String: Int] = [:]
    for member in members {
      guard isMessageType(member.key), let count = member.value.number, (1...1_000_000).contains(count) else {
        throw FormatError(.manifest, "“messages” counts a type wrongly")
      }
      counts[member.key] = count
    }
    return counts
  }
}

/// `[a-z][a-z0-9.-]{0,63}`.
func isMessageType(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  return (1...64).contains(bytes.count) && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[0])
    && bytes.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
    }
}

extension Manifest.BlobPart {
  init(json: JSONValue) throws(FormatError) {
    var fields = try FieldReader(json, "a blob part", .manifest)
    sha256 = try fields.parsed("sha256", "64 hex digits", HexDigest.init)
    offset = try fields.integer("offset", in: 0...Manifest.maxInteger)
    bytes = try fields.integer("bytes", in: 0...Manifest.maxInteger)
    total = try fields.integer("total", in: 0...Manifest.maxInteger)
    try fields.finish()
    guard offset <= total, bytes <= total - offset, bytes > 0 || total == 0 else {
      throw FormatError(.manifest, "a blob part lies outside its blob")
    }
  }
}

extension Manifest.Payload {
  init(json: JSONValue) throws(FormatError) {
    var fields = try FieldReader(json, "“payload”", .manifest)
    bytes = try fields.integer("bytes", in: 1...Manifest.maxInteger)
    sha256 = try fields.parsed("sha256", "64 hex digits", HexDigest.init)
    try fields.finish()
  }
}

extension Receipt {
  init(json: JSONValue) throws(FormatError) {
    var fields = try FieldReader(json, "a receipt", .manifest)
    stream = try fields.parsed("stream", "zone/node/epoch/lane", StreamName.init)
    applied = try fields.integer("applied", in: 0...Manifest.maxInteger)
    digest = try fields.parsed("digest", "64 hex digits", HexDigest.init)
    effective = try fields.integer("effective", in: 0...applied)
    secured = try fields.integer("secured", in: 0...effective)
    refused = try fields.list("refused", maxCount: Manifest.maxReceiptRanges, Refusal.init(json:))
    try fields.finish()
  }
}

extension Receipt.Refusal {
  init(json: JSONValue) throws(FormatError) {
    var fields = try FieldReader(json, "a refusal", .manifest)
    sequence = try fields.integer("seq", in: 1...Manifest.maxInteger)
    message =
      fields.has("message") ? try fields.parsed("message", "a UUID of version 7") { isUUIDv7($0) ? $0 : nil } : nil
    code = try fields.parsed("code", "a reason code") { isMessageType($0) ? $0 : nil }
    try fields.finish()
  }
}
