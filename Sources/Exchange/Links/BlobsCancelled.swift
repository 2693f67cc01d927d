import JSON
import PacketFormat
import Storage
import Timestamps
import Zones

/// Says that no more of these blobs comes: what waits for them is refused. The exchange itself sends and handles
/// messages of this type, and no link's policy has to name it.
struct BlobsCancelled {
  static let type = "blob.cancelled"
  /// The refusal code of messages that waited for them.
  static let code = "cancelled"
  private static let maxDigests = 64

  let digests: [HexDigest]

  /// The messages that cancel `digests`, as many as needed.
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

  /// Throws `MessageRefusal` if the body is not of this type.
  init(_ message: Message) throws(MessageRefusal) {
    let listed = message.body.members?.count == 1 ? message.body["cancelled"]?.elements : nil
    let digests = listed?.compactMap { $0.text.flatMap(HexDigest.init) } ?? []
    guard (1...Self.maxDigests).contains(digests.count), digests.count == listed?.count else {
      throw MessageRefusal(code: "schema", reason: "“cancelled” is no list of 1 to \(Self.maxDigests) digests")
    }
    self.digests = digests
  }

  /// Those of `digests` that this peer cancelled before they were complete.
  static func cancelled(_ digests: [String], of peer: ZoneName, _ db: Transaction) throws -> [String] {
    try digests.filter { digest in
      try db.one(
        Bool.self, "SELECT EXISTS (SELECT 1 FROM begun_blob WHERE peer = ? AND digest = ? AND refused = ?)", peer.text,
        digest, code) == true
    }
  }
}
