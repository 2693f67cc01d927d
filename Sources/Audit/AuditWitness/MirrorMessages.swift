import AuditLog
import JSON
import TransparencyLog

/// Entries of a log, for the peer to keep a copy of it: `{"log": origin, "first": index, "entries": [text…]}`.
struct EntriesMessage {
  static let type = "audit.entries"
  /// How many bytes of entries a message holds, unless one entry is larger.
  static let maxBytes = 256 * 1024
  private static let maxCount = 4_096

  let log: String
  let first: Int
  let entries: [[UInt8]]

  var body: JSONValue {
    .object([
      "log": .string(log), "first": .integer(first),
      "entries": .array(entries.map { .string(String(decoding: $0, as: UTF8.self)) }),
    ])
  }

  init(log: String, first: Int, entries: [[UInt8]]) {
    self.log = log
    self.first = first
    self.entries = entries
  }

  /// - Parameter peer: the zone that must own the log.
  /// - Throws: `NoteError`.
  init(_ body: JSONValue, of peer: String) throws(NoteError) {
    guard body.members?.count == 3, let log = body["log"]?.text, log.hasPrefix(peer + "/audit/"), log.utf8.count <= 128,
      let first = body["first"]?.number, first >= 0, first <= 1 << 60, let texts = body["entries"]?.elements,
      (1...Self.maxCount).contains(texts.count)
    else { throw NoteError("not entries of a log of “\(peer)”") }
    var entries: [[UInt8]] = []
    for text in texts {
      guard let text = text.text, !text.isEmpty, text.utf8.count <= EntryBundle.entryMaxBytes else {
        throw NoteError("an entry is a text of 1 to \(EntryBundle.entryMaxBytes) bytes")
      }
      entries.append(Array(text.utf8))
    }
    self.log = log
    self.first = first
    self.entries = entries
  }
}
