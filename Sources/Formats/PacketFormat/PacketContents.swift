import JSON
import Zones

/// What lies inside a packet's payload, once decrypted: `packet.json`, messages, blob parts.
public struct PacketContents: Sendable {
  /// A packet of more files is refused.
  static let maxFiles = 20_000

  /// Each message's own bytes, unparsed: one bad message is refused alone.
  public var messages: [[UInt8]]
  public var blobs: [(part: Manifest.BlobPart, range: Range<Int>)]
  /// The archive that `blobs` point into.
  public let archive: [UInt8]

  /// Takes the archive apart and checks it against the manifest.
  public static func parse(_ archive: [UInt8], manifest: Manifest) throws(FormatError) -> PacketContents {
    let entries = try Archive.entries(of: archive, maxCount: maxFiles)
    guard let first = entries.first, first.name == "packet.json" else {
      throw FormatError(.archive, "“packet.json” is not the first file")
    }
    try checkBinding(Array(archive[first.range]), manifest)
    let messageCount = manifest.messages.values.reduce(0, +)
    guard entries.count == 1 + messageCount + manifest.blobs.count else {
      throw FormatError(.archive, "holds not as many files as the manifest says")
    }
    var contents = PacketContents(messages: [], blobs: [], archive: archive)
    for (index, entry) in entries[1..<1 + messageCount].enumerated() {
      guard entry.name == messageName(index + 1) else { throw FormatError(.archive, "“\(entry.name)” is out of place") }
      contents.messages.append(Array(archive[entry.range]))
    }
    for (part, entry) in zip(manifest.blobs, entries[(1 + messageCount)...]) {
      guard entry.name == blobName(part), entry.range.count == part.bytes else {
        throw FormatError(.archive, "“\(entry.name)” is not the manifest's blob part")
      }
      contents.blobs.append((part, entry.range))
    }
    return contents
  }

  /// `packet.json` repeats the manifest's identity, so that a payload cannot be moved under another manifest.
  private static func checkBinding(_ bytes: [UInt8], _ manifest: Manifest) throws(FormatError) {
    let value: JSONValue
    do { value = try JSONValue.parse(bytes) } catch { throw FormatError(.archive, "packet.json: \(error)") }
    var fields = try FieldReader(value, "packet.json", .archive)
    let named = [
      try fields.string("id"), try fields.string("from"), try fields.string("to"), try fields.string("stream"),
    ]
    let sequence = try fields.integer("seq", in: 1...Manifest.maxInteger)
    try fields.finish()
    let expected = [manifest.id, manifest.from.text, manifest.to.text, manifest.stream.description]
    guard named == expected, sequence == manifest.sequence else {
      throw FormatError(.archive, "packet.json names another packet")
    }
  }

  public static func messageName(_ number: Int) -> String {
    let digits = String(number)
    return "messages/" + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits + ".json"
  }

  public static func blobName(_ part: Manifest.BlobPart) -> String { "blobs/\(part.sha256)/\(part.offset)" }

  public static func binding(
    id: String, from: String, to: String, stream: StreamName, sequence: Int
  ) -> [UInt8] {
    JSONValue.object([
      "id": .string(id), "from": .string(from), "to": .string(to), "stream": .string(stream.description),
      "seq": .integer(sequence),
    ]).encoded()
  }
}
