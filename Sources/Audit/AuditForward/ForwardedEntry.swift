import Cryptography
import JSON
import Timestamps

/// An entry as receivers get it: with its place, so that one that comes twice can be told.
struct ForwardedEntry: Equatable, Sendable {
  let zone: String
  /// The log's origin, as in its checkpoints.
  let log: String
  let index: Int
  /// "unknown" where the entry is none of ours.
  let kind: String
  /// RFC 3339; nil where the entry is none of ours.
  let time: String?
  /// On one line. An entry that somebody has planted in the database and that is no JSON is wrapped: it breaks no format.
  let json: [UInt8]

  init(zone: String, log: String, index: Int, bytes: [UInt8]) {
    (self.zone, self.log, self.index) = (zone, log, index)
    let isOneLine = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    let value = isOneLine ? try? JSONValue.parse(bytes) : nil
    guard let value, value.members != nil else {
      (kind, time) = ("unknown", nil)
      json = JSONValue.object(["damaged": .string(Base64.encode(bytes))]).encoded()
      return
    }
    kind = value["kind"]?.text.flatMap { Self.isName($0) ? $0 : nil } ?? "unknown"
    time = value["at"]?.text.flatMap { isTimestamp($0) ? $0 : nil }
    json = bytes
  }

  /// What a syslog message's MSGID can hold.
  private static func isName(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
