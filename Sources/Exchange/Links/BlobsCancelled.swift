import JSON
import PacketFormat
import Storage
import Timestamps

/// Says that blobs will come no further: what waits for them is refused. The exchange sends and takes in messages of this
/// type itself, and no link's policy need name it.
struct BlobsCancelled {
  static let type = "blob.cancelled"
  /// What is told of the messages that waited for them.
  static let code = "cancelled"
  private static let maxDigests = 64

  let digests: [HexDigest]

  /// The messages that say so of `digests`, as many as it takes.
  static func messages(
    of digests: Set<HexDigest>, subject: String, at now: UnixMilliseconds
  ) -> [Message] {
    let sorted = digests.sorted { $0.text < $1.text }
    return stride(from: 0, to: sorted.count, by: maxDigests).map { start in
      let part = sorted[start..<min(sorted.count, start + maxDigests)].map { JSONValue.string($0.text) }
      return Message(
        id: newIdentifier(at: now), type: type, subject: subject, after: [], at: timestamp(now),
        body: .object(["cancelled": .array(part)]))
    }
  }

  /// Throws `MessageRefusal` where the body is not of this type.
  init(_ message: Message) throws(MessageRefusal) {
    let listed = message.body.members?.count == 1 ? message.body["cancelled"]?.elements : nil
    let digests = listed?.compactMap { $0.text.flatMap(HexDigest.init) } ?? []
    guard (1...Self.maxDigests).contains(digests.count), digests.count == listed?.count else {
      throw MessageRefusal(code: "schema", reason: "“cancelled” is no list of 1 to \(Self.maxDigests) digests")
    }
    self.digests = digests
  }

  /// Those of `digests` that were cancelled before they were whole.
  static func cancelled(_ digests: [String], _ db: Transaction) throws -> [String] {
    try digests.filter { digest in
      try db.one(
        Bool.self, "SELECT EXISTS (SELECT 1 FROM incoming_blob WHERE digest = ? AND complete = 0 AND refused = ?)",
        digest, code) == true
    }
  }
}
