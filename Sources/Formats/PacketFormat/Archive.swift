/// A plain ustar archive (POSIX.1-1988, "ustar interchange format") of regular files, in memory.
public enum Archive {
  static let blockBytes = 512
  /// ustar's name field, without the prefix field, which packets do not use.
  static let maxNameBytes = 100

  public struct Entry: Equatable, Sendable {
    /// A label, never a path on disk.
    public var name: String
    /// Where the content lies in the archive.
    public var range: Range<Int>
  }

  /// The header block of a file of `byteCount` bytes (below 8 GiB), with fixed owner, mode and time.
  public static func header(name: String, byteCount: Int) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: blockBytes)
    func put(_ text: String, at offset: Int) {
      block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    put(name, at: 0)
    put("0000600\0", at: 100)
    put("0000000\0", at: 108)
    put("0000000\0", at: 116)
    put(octal(byteCount, digits: 11) + "\0", at: 124)
    put("00000000000\0", at: 136)
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar\u{0}00", at: 257)
    put(octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
    return block
  }

  /// The zeroes between a file's content and the next block.
  public static func padding(byteCount: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: (blockBytes - byteCount % blockBytes) % blockBytes)
  }

  /// The two zero blocks that end an archive.
  public static let end = [UInt8](repeating: 0, count: 2 * blockBytes)

  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  /// Lists the entries of a whole archive. Anything but plain regular files, each once, refuses it.
  public static func entries(of archive: [UInt8], maxCount: Int) throws(FormatError) -> [Entry] {
    var entries: [Entry] = []
    var names: Set<String> = []
    var position = 0
    while true {
      guard archive.count - position >= blockBytes else { throw FormatError(.archive, "ends without two zero blocks") }
      let block = archive[position..<position + blockBytes]
      position += blockBytes
      if block.allSatisfy({ $0 == 0 }) { break }
      let (name, byteCount) = try parseHeader(Array(block))
      guard byteCount <= archive.count - position else { throw FormatError(.archive, "“\(name)” is cut") }
      guard names.insert(name).inserted else { throw FormatError(.archive, "“\(name)” stands twice") }
      guard entries.count < maxCount else { throw FormatError(.archive, "more than \(maxCount) files") }
      entries.append(Entry(name: name, range: position..<position + byteCount))
      position += byteCount + padding(byteCount: byteCount).count
    }
    // GNU tar fills the last record with zero blocks; nothing else may follow.
    guard archive.count - position >= blockBytes, archive[position...].allSatisfy({ $0 == 0 }) else {
      throw FormatError(.archive, "something follows the end")
    }
    return entries
  }

  private static func parseHeader(_ block: [UInt8]) throws(FormatError) -> (name: String, byteCount: Int) {
    guard block[257..<263].elementsEqual("ustar\u{0}".utf8), block[263] == 0x30, block[264] == 0x30 else {
      throw FormatError(.archive, "an entry is not ustar")
    }
    guard block[156] == UInt8(ascii: "0"), block[157..<257].allSatisfy({ $0 == 0 }) else {
      throw FormatError(.archive, "an entry is no regular file")
    }
    guard block[345..<500].allSatisfy({ $0 == 0 }) else {
      throw FormatError(.archive, "an entry uses the prefix field")
    }
    let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    guard parseOctal(block[148..<156]) == sum else { throw FormatError(.archive, "an entry's checksum is wrong") }
    guard let byteCount = parseOctal(block[124..<136]) else {
      throw FormatError(.archive, "an entry's size is no number")
    }
    let nameBytes = block[0..<100].prefix { $0 != 0 }
    guard (1...maxNameBytes).contains(nameBytes.count), nameBytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw FormatError(.archive, "an entry's name is not printable ASCII")
    }
    guard block[nameBytes.count..<100].allSatisfy({ $0 == 0 }) else {
      throw FormatError(.archive, "something follows an entry's name")
    }
    return (String(decoding: nameBytes, as: UTF8.self), byteCount)
  }

  /// Octal digits, ended by a NUL or a space or the field's end.
  private static func parseOctal(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    guard (1...12).contains(digits.count), digits.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }
  }
}
