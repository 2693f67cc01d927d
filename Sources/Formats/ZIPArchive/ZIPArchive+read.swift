extension ZIPArchive {
  /// Reads a whole archive; folders' entries are checked and left out.
  ///
  /// - Returns: the files, in the order of the central directory.
  /// - Throws: `malformed`, `name`, `unsupported`, `limit`.
  public static func read(_ bytes: [UInt8], limits: ZIPLimits = ZIPLimits()) throws(ZIPError) -> [ZIPEntry] {
    guard bytes.count <= limits.maxArchiveBytes else {
      throw ZIPError(.limit, "an archive of \(bytes.count) bytes, where \(limits.maxArchiveBytes) are allowed")
    }
    let input = Input(bytes: bytes)
    let directory = try Directory(input, limits)
    let records = try directory.records(limits)
    let contents = try Layout(input, records, end: directory.range.lowerBound).contents()
    var entries: [ZIPEntry] = []
    entries.reserveCapacity(records.count)
    for (record, range) in zip(records, contents) {
      let data = try record.unpack(bytes[range])
      if !record.isFolder { entries.append(ZIPEntry(name: record.name, data: data)) }
    }
    return entries
  }
}

/// Little-endian numbers at given places.
private struct Input {
  let bytes: [UInt8]

  func short(_ offset: Int) throws(ZIPError) -> Int {
    guard offset >= 0, offset <= bytes.count - 2 else { throw ZIPError(.malformed, "the archive is cut short") }
    return Int(bytes[offset]) | Int(bytes[offset + 1]) << 8
  }

  func long(_ offset: Int) throws(ZIPError) -> Int { try short(offset) | short(offset + 2) << 16 }

  func slice(_ offset: Int, _ count: Int) throws(ZIPError) -> ArraySlice<UInt8> {
    guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
      throw ZIPError(.malformed, "the archive is cut short")
    }
    return bytes[offset..<offset + count]
  }

  /// Extra fields are pieces of an identifier, a length and bytes; those that give a file another size or name are refused.
  func checkExtra(_ offset: Int, _ count: Int, of name: String) throws(ZIPError) {
    var place = offset
    let end = offset + count
    while place < end {
      guard end - place >= 4, try short(place + 2) <= end - place - 4 else {
        throw ZIPError(.malformed, "“\(name)” has a broken extra field")
      }
      switch try short(place) {
      case 0x0001: throw ZIPError(.unsupported, "“\(name)” is written as ZIP64")
      case 0x7075: throw ZIPError(.unsupported, "“\(name)” has a second name in an extra field")
      case 0x0017, 0x9901: throw ZIPError(.unsupported, "“\(name)” is encrypted")
      default: place += 4 + (try short(place + 2))
      }
    }
  }
}

/// The end record, which says where the central directory lies.
private struct Directory {
  let input: Input
  let range: Range<Int>
  let count: Int

  init(_ input: Input, _ limits: ZIPLimits) throws(ZIPError) {
    let end = input.bytes.count - ZIPArchive.endBytes
    guard end >= 0, try input.long(end) == Int(ZIPArchive.endSignature), try input.short(end + 20) == 0 else {
      throw ZIPError(.malformed, "not a ZIP archive that ends with its directory, without a comment")
    }
    let count = try input.short(end + 10)
    guard count < 65_535, try input.long(end + 12) < UInt32.max, try input.long(end + 16) < UInt32.max else {
      throw ZIPError(.unsupported, "an archive written as ZIP64")
    }
    guard try input.long(end + 4) == 0, try input.short(end + 8) == count else {
      throw ZIPError(.unsupported, "an archive of several disks")
    }
    guard count <= limits.maxEntries else {
      throw ZIPError(.limit, "\(count) files in an archive, where \(limits.maxEntries) are allowed")
    }
    let start = try input.long(end + 16)
    guard start <= end, try input.long(end + 12) == end - start else {
      throw ZIPError(.malformed, "the directory does not reach to the archive's end")
    }
    self.input = input
    self.count = count
    range = start..<end
  }

  func records(_ limits: ZIPLimits) throws(ZIPError) -> [Record] {
    var records: [Record] = []
    records.reserveCapacity(count)
    var names = NameRegister()
    var (place, total) = (range.lowerBound, 0)
    for _ in 0..<count {
      let record = try Record(input, at: place, limits)
      try names.add(record.name)
      total += record.byteCount
      guard total <= limits.maxTotalBytes else {
        throw ZIPError(.limit, "the archive unpacks to more than \(limits.maxTotalBytes) bytes")
      }
      place = record.end
      guard place <= range.upperBound else { throw ZIPError(.malformed, "the directory is cut short") }
      records.append(record)
    }
    guard place == range.upperBound else { throw ZIPError(.malformed, "something follows the directory") }
    return records
  }
}

/// A file as the central directory has it.
private struct Record {
  let name: String
  let nameBytes: ArraySlice<UInt8>
  let flags: Int
  let method: Int
  let checksum: UInt32
  let packedCount: Int
  let byteCount: Int
  let offset: Int
  /// Where the next record begins.
  let end: Int

  var isASCII: Bool { nameBytes.allSatisfy { $0 < 0x80 } }
  var isFolder: Bool { nameBytes.last == UInt8(ascii: "/") }
  /// Checksum and sizes follow the content, as writers do that cannot go back.
  var hasDescriptor: Bool { flags & 8 != 0 }

  init(_ input: Input, at place: Int, _ limits: ZIPLimits) throws(ZIPError) {
    guard try input.long(place) == Int(ZIPArchive.centralSignature) else {
      throw ZIPError(.malformed, "the directory holds something else than files")
    }
    flags = try input.short(place + 8)
    method = try input.short(place + 10)
    checksum = UInt32(truncatingIfNeeded: try input.long(place + 16))
    packedCount = try input.long(place + 20)
    byteCount = try input.long(place + 24)
    offset = try input.long(place + 42)
    let nameCount = try input.short(place + 28)
    let extraCount = try input.short(place + 30)
    nameBytes = try input.slice(place + ZIPArchive.centralHeaderBytes, nameCount)
    name = try Self.name(nameBytes, isMarked: flags & 1 << 11 != 0)
    end = place + ZIPArchive.centralHeaderBytes + nameCount + extraCount
    guard try input.short(place + 32) == 0 else { throw ZIPError(.unsupported, "“\(name)” has a comment") }
    guard try input.short(place + 34) == 0 else { throw ZIPError(.unsupported, "an archive of several disks") }
    // Bits 1 and 2 say how hard deflate tried.
    guard flags & ~(6 | 8 | 1 << 11) == 0 else {
      throw ZIPError(.unsupported, "“\(name)” is encrypted, or packed in a way that is not supported")
    }
    guard method == 0 || method == 8 else {
      throw ZIPError(.unsupported, "“\(name)” is packed by method \(method); stored and deflate are supported")
    }
    guard packedCount < UInt32.max, byteCount < UInt32.max, offset < UInt32.max else {
      throw ZIPError(.unsupported, "“\(name)” is written as ZIP64")
    }
    try input.checkExtra(place + ZIPArchive.centralHeaderBytes + nameCount, extraCount, of: name)
    guard method == 8 || packedCount == byteCount else {
      throw ZIPError(.malformed, "“\(name)” is stored, and yet of another size")
    }
    try checkSize(limits)
  }

  /// Names are UTF-8, and marked as such where they are more than ASCII: else other readers see other names.
  private static func name(_ bytes: ArraySlice<UInt8>, isMarked: Bool) throws(ZIPError) -> String {
    guard bytes.count <= ZIPArchive.maxNameBytes, let name = String(validating: bytes, as: UTF8.self),
      isMarked || bytes.allSatisfy({ $0 < 0x80 })
    else { throw ZIPError(.name, "a name is not UTF-8, or not marked as UTF-8, or too long") }
    return name
  }

  private func checkSize(_ limits: ZIPLimits) throws(ZIPError) {
    guard byteCount <= limits.maxEntryBytes else {
      throw ZIPError(.limit, "“\(name)” unpacks to \(byteCount) bytes, where \(limits.maxEntryBytes) are allowed")
    }
    guard byteCount <= 65_536 || byteCount / limits.maxRatio <= packedCount else {
      throw ZIPError(.limit, "“\(name)” unpacks to more than \(limits.maxRatio) times its packed size")
    }
    guard !isFolder || byteCount == 0 else { throw ZIPError(.malformed, "the folder “\(name)” has a content") }
  }

  func unpack(_ packed: ArraySlice<UInt8>) throws(ZIPError) -> [UInt8] {
    let data = method == 0 ? Array(packed) : inflate(packed, byteCount: byteCount)
    guard let data, ZIPArchive.sum(data) == checksum else {
      throw ZIPError(.malformed, "“\(name)” does not unpack to what the directory says")
    }
    return data
  }
}

extension ZIPArchive {
  fileprivate static func sum(_ data: [UInt8]) -> UInt32 { checksum(data[...]) }
}

/// Where the files lie: one behind the other, from the archive's first byte to its directory.
private struct Layout {
  let input: Input
  let records: [Record]
  let end: Int

  init(_ input: Input, _ records: [Record], end: Int) {
    self.input = input
    self.records = records
    self.end = end
  }

  /// The place of each record's packed content.
  func contents() throws(ZIPError) -> [Range<Int>] {
    var found = [Range<Int>](repeating: 0..<0, count: records.count)
    let order = records.indices.sorted { records[$0].offset < records[$1].offset }
    var place = 0
    for (position, index) in order.enumerated() {
      guard records[index].offset == place else {
        throw ZIPError(.malformed, "“\(records[index].name)” does not begin where the file before it ends")
      }
      found[index] = try content(of: records[index])
      place = position + 1 < order.count ? records[order[position + 1]].offset : end
      try checkDescriptor(of: records[index], from: found[index].upperBound, to: place)
    }
    guard place == end else { throw ZIPError(.malformed, "something stands between the files and the directory") }
    return found
  }

  private func content(of record: Record) throws(ZIPError) -> Range<Int> {
    let place = record.offset
    let difference = ZIPError(.malformed, "“\(record.name)”: its local header and the directory differ")
    guard try input.long(place) == Int(ZIPArchive.localSignature) else { throw difference }
    let nameCount = try input.short(place + 26)
    let extraCount = try input.short(place + 28)
    let name = try input.slice(place + ZIPArchive.localHeaderBytes, nameCount)
    // How hard deflate tried says nothing, and an ASCII name is UTF-8 whether it is marked or not.
    let flags = try input.short(place + 6)
    let differing = record.isASCII ? 6 | 1 << 11 : 6
    guard name == record.nameBytes, (flags ^ record.flags) & ~differing == 0,
      try input.short(place + 8) == record.method
    else { throw difference }
    let told = (try input.long(place + 14), try input.long(place + 18), try input.long(place + 22))
    let isTold = told == (Int(record.checksum), record.packedCount, record.byteCount)
    guard isTold || (record.hasDescriptor && told == (0, 0, 0)) else { throw difference }
    let start = place + ZIPArchive.localHeaderBytes + nameCount + extraCount
    _ = try input.slice(start, record.packedCount)
    try input.checkExtra(place + ZIPArchive.localHeaderBytes + nameCount, extraCount, of: record.name)
    return start..<start + record.packedCount
  }

  /// What stands between a file's content and the next one: nothing, or the descriptor, with or without its signature.
  private func checkDescriptor(of record: Record, from start: Int, to next: Int) throws(ZIPError) {
    let expected = record.hasDescriptor ? [12, 16] : [0]
    guard start <= next, next <= end, expected.contains(next - start) else {
      throw ZIPError(.malformed, "something stands behind “\(record.name)” that belongs to no file, or files overlap")
    }
    guard record.hasDescriptor else { return }
    let place = next - 12
    let signature = next - start == 12 ? Int(ZIPArchive.descriptorSignature) : try input.long(start)
    guard signature == Int(ZIPArchive.descriptorSignature), try input.long(place) == Int(record.checksum),
      try input.long(place + 4) == record.packedCount, try input.long(place + 8) == record.byteCount
    else { throw ZIPError(.malformed, "“\(record.name)”: its descriptor and the directory differ") }
  }
}
