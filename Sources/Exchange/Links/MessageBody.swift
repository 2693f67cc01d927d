import Cryptography
package import JSON
package import PacketFormat
package import Timestamps

/// Reads a body, refusing what is not as it must be with `schema`.
extension Message {
  /// A text in the body; refuses the message where it is missing or longer.
  package func text(_ key: String, maxBytes: Int = 1024) throws(MessageRefusal) -> String {
    guard let text = body[key]?.text, text.utf8.count <= maxBytes else {
      throw MessageRefusal(code: "schema", reason: "“\(key)” is no text of at most \(maxBytes) bytes")
    }
    return text
  }

  package func bytes(_ key: String, maxBytes: Int) throws(MessageRefusal) -> [UInt8] {
    guard let bytes = Base64.decode(try text(key, maxBytes: maxBytes / 3 * 4 + 4)) else {
      throw MessageRefusal(code: "schema", reason: "“\(key)” is not base64")
    }
    return bytes
  }

  /// - Throws: `schema` where there are not exactly so many.
  package func bytes(_ key: String, count: Int) throws(MessageRefusal) -> [UInt8] {
    let bytes = try bytes(key, maxBytes: count)
    guard bytes.count == count else {
      throw MessageRefusal(code: "schema", reason: "“\(key)” is not \(count) bytes long")
    }
    return bytes
  }

  /// - Returns: nil where the body has no such member, as from a zone of an earlier release.
  /// - Throws: `schema` where there are not exactly so many.
  package func bytesIfAny(_ key: String, count: Int) throws(MessageRefusal) -> [UInt8]? {
    body[key] == nil ? nil : try bytes(key, count: count)
  }

  /// When it happened, by the sender's clock.
  package func time() throws(MessageRefusal) -> UnixMilliseconds { try time("at", .string(at)) }

  package func time(_ key: String, _ value: JSONValue?) throws(MessageRefusal) -> UnixMilliseconds {
    guard let milliseconds = value?.text.flatMap({ parseTimestamp($0) }) else {
      throw MessageRefusal(code: "schema", reason: "“\(key)” is no time")
    }
    return milliseconds
  }

  /// - Throws: `schema` where “blobs” is no list of digests.
  package func blobs() throws(MessageRefusal) -> [HexDigest] {
    do throws(FormatError) { return try neededBlobs() } catch {
      throw MessageRefusal(code: "schema", reason: "\(error)")
    }
  }

  package func list(_ key: String, maxCount: Int) throws(MessageRefusal) -> [JSONValue] {
    guard let elements = body[key]?.elements, elements.count <= maxCount else {
      throw MessageRefusal(code: "schema", reason: "“\(key)” is no list of at most \(maxCount)")
    }
    return elements
  }
}
