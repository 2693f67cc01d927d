import Cryptography
import JSON
import Timestamps

/// An entry as receivers get it: with its place, so that a repeat can be recognised.
struct ForwardedEntry: Equatable, Sendable {
  let zone: String
  /// The log's origin, as in its checkpoints.
  let log: String
  let index: Int
  /// "unknown" if the entry is not Guandu's.
  let kind: String
  /// RFC 3339; nil if the entry is not Guandu's.
  let time: String?
  /// On one line. An entry that somebody has planted in the database and that is not JSON is wrapped, so it breaks no
  /// format.
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

  /// The characters and length that a syslog message's MSGID allows.
  private static func isName(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
