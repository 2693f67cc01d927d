/// Where a log's files lie (C2SP tlog-tiles), under the log's folder.
public struct Tile: Hashable, Sendable {
  /// Hashes, or entries, in a full tile.
  public static let width = 256

  public enum Kind: Hashable, Sendable {
    case entries
    /// 0 for the leaves; each level is eight of the tree's.
    case hashes(level: Int)
  }

  public let kind: Kind
  public let index: Int
  /// 1 to 256.
  public let width: Int

  public init(_ kind: Kind, _ index: Int, width: Int = Tile.width) {
    self.kind = kind
    self.index = index
    self.width = width
  }

  public var isFull: Bool { width == Self.width }

  /// `tile/0/x001/x234/067`, `tile/entries/000.p/12`.
  public var path: String {
    let level =
      switch kind {
      case .entries: "entries"
      case .hashes(let level): String(level)
      }
    return "tile/\(level)/" + Self.encode(index) + (isFull ? "" : ".p/\(width)")
  }

  private static func encode(_ index: Int) -> String {
    var parts = [pad(index % 1_000)]
    var rest = index / 1_000
    while rest > 0 {
      parts.append("x" + pad(rest % 1_000))
      rest /= 1_000
    }
    return parts.reversed().joined(separator: "/")
  }

  private static func pad(_ number: Int) -> String { String(String(number + 1_000).dropFirst()) }

  /// How many hashes the tree of `size` entries has at a tile's level.
  public static func count(level: Int, size: Int) -> Int {
    let shift = 8 * level
    return shift < Int.bitWidth - 1 ? size >> shift : 0
  }

  /// The last tile of a kind in a tree of `size` entries; nil where that has none, or where all of them are full.
  public static func partial(_ kind: Kind, size: Int) -> Tile? {
    let count = if case .hashes(let level) = kind { count(level: level, size: size) } else { size }
    return count % width == 0 ? nil : Tile(kind, count / width, width: count % width)
  }
}

/// Entries of a log one after the other, each with its length before it (16 bits, big-endian).
public enum EntryBundle {
  public static let entryMaxBytes = 65_535

  public static func append(_ entry: [UInt8], to bundle: inout [UInt8]) {
    precondition(entry.count <= entryMaxBytes, "an entry is longer than a bundle can say")
    bundle.append(UInt8(entry.count >> 8))
    bundle.append(UInt8(entry.count & 0xFF))
    bundle += entry
  }

  /// The places of the entries in a bundle.
  ///
  /// - Throws: `NoteError` unless there are `count`, and nothing else.
  public static func ranges(_ bundle: UnsafeRawBufferPointer, count: Int) throws(NoteError) -> [Range<Int>] {
    var (ranges, offset): ([Range<Int>], Int) = ([], 0)
    ranges.reserveCapacity(count)
    while offset < bundle.count {
      guard offset + 2 <= bundle.count else { throw NoteError("a bundle of entries is cut off") }
      let length = Int(bundle[offset]) << 8 | Int(bundle[offset + 1])
      guard offset + 2 + length <= bundle.count else { throw NoteError("a bundle of entries is cut off") }
      ranges.append(offset + 2..<offset + 2 + length)
      offset += 2 + length
    }
    guard ranges.count == count else { throw NoteError("a bundle of \(ranges.count) entries where \(count) belong") }
    return ranges
  }
}
