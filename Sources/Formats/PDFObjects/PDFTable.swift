/// A table of objects with its trailer (ISO 32000-1, sections 7.5.4 and 7.5.5).
struct PDFTable {
  /// Where each object begins.
  private(set) var offsets: [Int: Int] = [:]
  private(set) var trailer = PDFDictionary()
  let place: Int
  /// The byte behind `%%EOF` and the end of its line.
  private(set) var end = 0

  /// All tables of a file, the oldest first.
  static func all(of bytes: [UInt8]) throws(PDFFormatError) -> [PDFTable] {
    var tables: [PDFTable] = []
    var place: Int? = try lastPlace(bytes)
    var (limit, objects) = (bytes.count, PDFLimits.objectsMost)
    while let next = place {
      guard tables.count < PDFLimits.revisionsMost else {
        throw PDFFormatError(.malformed, "more than \(PDFLimits.revisionsMost) revisions")
      }
      guard next < limit else { throw PDFFormatError(.malformed, "the tables of objects are not in order") }
      let table = try PDFTable(bytes, at: next, mostObjects: objects)
      guard tables.isEmpty ? table.end == bytes.count : table.end <= limit else {
        throw PDFFormatError(.malformed, "bytes follow the end of the file (%%EOF), or revisions overlap")
      }
      objects -= table.offsets.count
      limit = next
      tables.append(table)
      place = try table.previous()
    }
    return tables.reversed()
  }

  /// What stands behind the last `startxref`.
  private static func lastPlace(_ bytes: [UInt8]) throws(PDFFormatError) -> Int {
    let mark = Array("startxref".utf8)
    var start = bytes.count - mark.count
    while start >= max(0, bytes.count - 4_096) {
      if bytes[start...].starts(with: mark) {
        var parser = PDFParser(bytes, at: start, end: bytes.count, valuesLeft: 1)
        try parser.word("startxref")
        try parser.lineEnd()
        return try parser.natural()
      }
      start -= 1
    }
    throw PDFFormatError(.malformed, "bytes follow the end of the file (%%EOF), or it has none")
  }

  private init(_ bytes: [UInt8], at place: Int, mostObjects: Int) throws(PDFFormatError) {
    self.place = place
    var parser = PDFParser(bytes, at: place, end: bytes.count, valuesLeft: 256)
    guard parser.starts(with: "xref") else {
      var object = parser
      let isStream = (try? object.objectHead()) != nil
      throw PDFFormatError(
        isStream ? .unsupported : .malformed,
        isStream ? "tables of objects in streams are not supported" : "no table of objects stands at byte \(place)")
    }
    try parser.word("xref")
    try parser.lineEnd()
    while !parser.starts(with: "trailer") { try section(&parser, mostObjects) }
    try parser.word("trailer")
    parser.skipSpaces()
    guard case .dictionary(let trailer) = try parser.value() else {
      throw PDFFormatError(.malformed, "a trailer that is no dictionary")
    }
    self.trailer = trailer
    try checkTrailer()
    try finish(&parser)
    end = parser.position
  }

  private mutating func section(_ parser: inout PDFParser, _ mostObjects: Int) throws(PDFFormatError) {
    let first = try parser.natural()
    parser.skipSpaces()
    let count = try parser.natural()
    parser.skipSpaces()
    guard count <= mostObjects + 1, first <= PDFLimits.objectsMost, first + count <= PDFLimits.objectsMost + 1 else {
      throw PDFFormatError(.malformed, "more than \(PDFLimits.objectsMost) objects")
    }
    for number in first..<first + count {
      let start = parser.position
      let offset = try parser.natural()
      parser.skipSpaces()
      let generation = try parser.natural()
      parser.skipSpaces()
      let isUsed = parser.starts(with: "n")
      if isUsed { try parser.word("n") } else { try parser.word("f") }
      guard parser.position - start == 18 else {
        throw PDFFormatError(.malformed, "a line of a table of another length")
      }
      parser.skipSpaces()
      guard parser.position - start == 20 else {
        throw PDFFormatError(.malformed, "a line of a table of another length")
      }
      if number == 0 {
        guard !isUsed, generation == 65_535, offset == 0 else {
          throw PDFFormatError(.unsupported, "objects that were deleted")
        }
        continue
      }
      guard isUsed, generation == 0 else {
        throw PDFFormatError(.unsupported, "objects that were deleted, or of a later generation")
      }
      guard offsets.updateValue(offset, forKey: number) == nil else {
        throw PDFFormatError(.malformed, "object \(number) stands twice in a table")
      }
      guard offsets.count <= mostObjects else {
        throw PDFFormatError(.malformed, "more than \(PDFLimits.objectsMost) objects")
      }
    }
  }

  private func checkTrailer() throws(PDFFormatError) {
    if trailer["Encrypt"] != nil { throw PDFFormatError(.unsupported, "encrypted documents are not supported") }
    if trailer["XRefStm"] != nil {
      throw PDFFormatError(
        .malformed, "a second table in a stream (hybrid reference), which gives the file two meanings")
    }
    let beyond = trailer.keys.subtracting(["Size", "Root", "Info", "ID", "Prev"]).sorted()
    guard beyond.isEmpty else { throw PDFFormatError(.unsupported, "/\(beyond[0]) in a trailer") }
    guard trailer["Root"]?.reference != nil, let size = trailer["Size"]?.integer,
      offsets.keys.allSatisfy({ $0 < size })
    else { throw PDFFormatError(.malformed, "a trailer without root, or with a size that is too small") }
  }

  private func finish(_ parser: inout PDFParser) throws(PDFFormatError) {
    parser.skipSpaces()
    try parser.word("startxref")
    try parser.lineEnd()
    guard try parser.natural() == place else {
      throw PDFFormatError(.malformed, "the end of a revision names another table than its own")
    }
    try parser.lineEnd()
    guard parser.starts(with: "%%EOF") else { throw PDFFormatError(.malformed, "a revision without an end (%%EOF)") }
    parser.position += 5
    if parser.starts(with: "\r") || parser.starts(with: "\n") { try parser.lineEnd() }
  }

  private func previous() throws(PDFFormatError) -> Int? {
    guard let value = trailer["Prev"] else { return nil }
    guard let place = value.integer, place >= 0 else {
      throw PDFFormatError(.malformed, "a trailer that names no place of the table before")
    }
    return place
  }
}
