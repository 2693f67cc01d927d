public import JSON
import Timestamps

/// One business fact inside a payload.
public struct Message: Equatable, Sendable {
  /// A message with its blobs left out.
  public static let maxBytes = 1024 * 1024
  public static let maxAfter = 64

  /// UUID v7.
  public var id: String
  /// `[a-z][a-z0-9.-]{0,63}`, such as `letter.submitted`.
  public var type: String
  /// The letter's or document's id, UUID v7.
  public var subject: String
  /// The messages that it must follow.
  public var after: [String]
  /// RFC 3339, UTC.
  public var at: String
  /// An object. `blobs` in it, where present, lists the digests of the blobs that the message needs.
  public var body: JSONValue

  public init(id: String, type: String, subject: String, after: [String], at: String, body: JSONValue) {
    self.id = id
    self.type = type
    self.subject = subject
    self.after = after
    self.at = at
    self.body = body
  }

  public func encoded() -> [UInt8] {
    JSONValue.object([
      "id": .string(id), "type": .string(type), "subject": .string(subject), "after": .array(after.map { .string($0) }),
      "at": .string(at), "body": body,
    ]).encoded()
  }

  public static func parse(_ bytes: [UInt8]) throws(FormatError) -> Message {
    guard bytes.count <= maxBytes else { throw FormatError(.message, "longer than \(maxBytes) bytes") }
    let value: JSONValue
    do { value = try JSONValue.parse(bytes) } catch { throw FormatError(.message, error.description) }
    var fields = try FieldReader(value, "the message", .message)
    let message = Message(
      id: try fields.parsed("id", "a UUID of version 7") { isUUIDv7($0) ? $0 : nil },
      type: try fields.parsed("type", "a message type") { isMessageType($0) ? $0 : nil },
      subject: try fields.parsed("subject", "a UUID of version 7") { isUUIDv7($0) ? $0 : nil },
      after: try fields.list("after", maxCount: maxAfter) { json throws(FormatError) in
        guard let id = json.text, isUUIDv7(id) else {
          throw FormatError(.message, "“after” holds no UUID of version 7")
        }
        return id
      },
      at: try fields.parsed("at", "a time in UTC") { isTimestamp($0) ? $0 : nil },
      body: try fields.value("body"))
    try fields.finish()
    guard message.body.members != nil else { throw FormatError(.message, "“body” is no object") }
    _ = try message.neededBlobs()
    return message
  }

  /// Id and type of a message that `parse` refuses; nil where not even they can be read.
  public static func name(in bytes: [UInt8]) -> (id: String, type: String)? {
    guard bytes.count <= maxBytes, let value = try? JSONValue.parse(bytes), let id = value["id"]?.text, isUUIDv7(id),
      let type = value["type"]?.text, isMessageType(type)
    else { return nil }
    return (id, type)
  }

  /// The digests that the body lists under `blobs`, at most 64.
  public func neededBlobs() throws(FormatError) -> [HexDigest] {
    guard let listed = body["blobs"] else { return [] }
    guard let elements = listed.elements, elements.count <= 64 else {
      throw FormatError(.message, "“blobs” is no list of at most 64")
    }
    var digests: [HexDigest] = []
    for element in elements {
      guard let digest = element.text.flatMap(HexDigest.init) else {
        throw FormatError(.message, "“blobs” holds no digest")
      }
      digests.append(digest)
    }
    return digests
  }
}
