/// A file of one document and what was added to it since, each with a table of its objects (ISO 32000-1, sections 7.5.4 to
/// 7.5.6). Every byte of it belongs to an object, to a table, or to the white space between.
public struct PDFFile: Sendable {
  /// What was written at one time.
  struct Revision: Sendable {
    /// By their numbers.
    let objects: [Int: PDFObject]
    let trailer: PDFDictionary
    /// Where its table stands.
    let table: Int
    /// The byte behind its last one.
    let end: Int
  }

  let bytes: [UInt8]
  let revisions: [Revision]

  /// - Throws: `unsupported` for object streams, tables as streams, encryption, and objects that were deleted.
  public init(_ bytes: [UInt8]) throws(PDFFormatError) {
    guard bytes.count <= PDFLimits.fileMaxBytes else {
      throw PDFFormatError(.malformed, "a PDF of more than \(PDFLimits.fileMaxBytes) bytes")
    }
    let start = try Self.header(bytes)
    guard !Self.isArchive(bytes) else { throw PDFFormatError(.malformed, "the file is a ZIP archive too") }
    self.bytes = bytes
    let tables = try PDFTable.all(of: bytes)
    var (revisions, position): ([Revision], Int) = ([], start)
    var reader = ObjectReader(bytes)
    for table in tables {
      let objects = try reader.objects(of: table, from: position)
      revisions.append(Revision(objects: objects, trailer: table.trailer, table: table.place, end: table.end))
      position = table.end
    }
    self.revisions = revisions
  }

  /// `%PDF-1.5`, and the comment of four bytes that are no text. Returns where the first object may begin.
  private static func header(_ bytes: [UInt8]) throws(PDFFormatError) -> Int {
    guard bytes.starts(with: "%PDF-".utf8) else {
      throw PDFFormatError(.malformed, "bytes stand before %PDF")
    }
    let head = Array(bytes.prefix(15))
    guard head.count == 15, ["1.4", "1.5", "1.6", "1.7", "2.0"].contains(String(decoding: head[5..<8], as: UTF8.self)),
      head[8] == 0x0A, head[9] == UInt8(ascii: "%"), head[10..<14].allSatisfy({ $0 >= 0x80 }), head[14] == 0x0A
    else { throw PDFFormatError(.unsupported, "a PDF with another head than %PDF-1.5 and a comment of four bytes") }
    return 15
  }

  /// Whether a ZIP archive's end stands where readers of archives look for it: in the last 65,557 bytes, with numbers of a
  /// single volume.
  private static func isArchive(_ bytes: [UInt8]) -> Bool {
    let mark: [UInt8] = [0x50, 0x4B, 0x05, 0x06, 0, 0, 0, 0]
    var place = max(0, bytes.count - 65_557)
    while place + mark.count <= bytes.count {
      if bytes[place] == mark[0], bytes[place...].starts(with: mark) { return true }
      place += 1
    }
    return false
  }

  /// The objects of the revisions up to one: of each number the latest.
  func objects(upTo revision: Int) -> [Int: PDFObject] {
    var found: [Int: PDFObject] = [:]
    for revision in revisions.prefix(revision + 1) { found.merge(revision.objects) { _, later in later } }
    return found
  }
}

/// Reads objects where a table says that they stand.
private struct ObjectReader {
  private let bytes: [UInt8]
  private var valuesLeft = PDFLimits.valuesMost

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The objects of a table, which lie one behind the other up to it.
  mutating func objects(of table: PDFTable, from start: Int) throws(PDFFormatError) -> [Int: PDFObject] {
    var found: [Int: PDFObject] = [:]
    var position = start
    for (number, offset) in table.offsets.sorted(by: { $0.value < $1.value }) {
      guard offset == afterSpaces(position) else {
        throw PDFFormatError(
          .malformed, "object \(number) does not stand where the table says, or bytes belong to no object")
      }
      let object = try object(at: offset, table)
      guard object.number == number else {
        throw PDFFormatError(
          .malformed, "the table says that object \(number) stands at byte \(offset), where \(object.number) does")
      }
      found[number] = object
      position = object.range.upperBound
    }
    guard afterSpaces(position) == table.place else {
      throw PDFFormatError(.malformed, "bytes before byte \(table.place) belong to no object")
    }
    return found
  }

  private func afterSpaces(_ position: Int) -> Int {
    var position = position
    while position < bytes.count, PDFParser.isSpace(bytes[position]) { position += 1 }
    return position
  }

  private mutating func object(at offset: Int, _ table: PDFTable) throws(PDFFormatError) -> PDFObject {
    var parser = PDFParser(bytes, at: offset, end: table.place, valuesLeft: valuesLeft)
    let number = try parser.objectHead()
    let start = parser.position
    let value = try parser.value()
    let valueRange = start..<parser.position
    let stream = try parser.objectTail { () throws(PDFFormatError) in try length(value, table) }
    valuesLeft = parser.valuesLeft
    guard stream == nil || value.dictionary != nil else {
      throw PDFFormatError(.malformed, "object \(number) is a stream without a dictionary")
    }
    return PDFObject(
      number: number, value: value, stream: stream, range: offset..<parser.position, valueRange: valueRange)
  }

  /// A stream's length, which may stand in an object of its own, in the same revision.
  private func length(_ value: PDFValue, _ table: PDFTable) throws(PDFFormatError) -> Int {
    switch value.dictionary?["Length"] {
    case .integer(let count): return count
    case .reference(let number):
      guard let offset = table.offsets[number], offset < table.place else { break }
      var parser = PDFParser(bytes, at: offset, end: table.place, valuesLeft: 8)
      guard try parser.objectHead() == number, case .integer(let count) = try parser.value() else { break }
      return count
    default: break
    }
    throw PDFFormatError(.malformed, "a stream whose length is not stated")
  }
}
