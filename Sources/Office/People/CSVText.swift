/// A table as spreadsheets save it (RFC 4180): UTF-8 with or without a mark at its beginning, commas, quotes around fields
/// that hold commas, quotes or line ends. The first line names the columns.
struct CSVText {
  static let maxBytes = 10 * 1024 * 1024
  static let maxRows = 10_000

  struct Row {
    /// The line of the file that the row begins on, from 1.
    let line: Int
    /// By column; what is not there is empty.
    let fields: [String: String]

    subscript(_ column: String) -> String { fields[column] ?? "" }
  }

  let rows: [Row]
  let errors: [ImportError]

  /// - Parameter columns: all that may be there; those in `required` must.
  init(_ bytes: [UInt8], columns: [String], required: [String]) {
    var reader = CSVReader(bytes)
    var (rows, errors) = ([Row](), [ImportError]())
    guard bytes.count <= Self.maxBytes, String(validating: bytes, as: UTF8.self) != nil else {
      (self.rows, self.errors) = (
        [], [ImportError(line: 1, problem: bytes.count > Self.maxBytes ? .tooLarge : .notUTF8)]
      )
      return
    }
    let head = reader.next()
    let names = head?.fields.map { $0.lowercased() } ?? []
    if head?.problem != nil || Set(names).count != names.count || !Set(names).isSubset(of: columns)
      || !Set(required).isSubset(of: names)
    {
      errors.append(ImportError(line: 1, problem: .columns, detail: columns.joined(separator: ",")))
    }
    while errors.isEmpty || errors.count < ImportError.shownMax, let record = reader.next() {
      if errors.first?.problem == .columns { break }
      if rows.count == Self.maxRows {
        errors.append(ImportError(line: record.line, problem: .tooLarge))
        break
      }
      if let problem = record.problem {
        errors.append(ImportError(line: record.line, problem: problem))
      } else if record.fields.count != names.count {
        errors.append(ImportError(line: record.line, problem: .fieldCount, detail: "\(names.count)"))
      } else {
        let pairs = zip(names, record.fields).map { ($0, $1) }
        rows.append(Row(line: record.line, fields: Dictionary(pairs) { first, _ in first }))
      }
    }
    (self.rows, self.errors) = (rows, errors)
  }
}

/// Takes records out of a text, byte by byte; empty lines are passed over.
private struct CSVReader {
  struct Record {
    let line: Int
    var fields: [String] = []
    var problem: ImportProblem?
  }

  private let bytes: [UInt8]
  private var place: Int
  private var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  mutating func next() -> Record? {
    while takeLineEnd() {}
    guard place < bytes.count else { return nil }
    var record = Record(line: line)
    repeat {
      let (field, problem) = takeField()
      record.fields.append(field)
      record.problem = record.problem ?? problem
    } while take(UInt8(ascii: ","))
    if place < bytes.count, !takeLineEnd() {
      record.problem = record.problem ?? .quotes
      skipLine()
    }
    return record
  }

  private mutating func takeField() -> (String, ImportProblem?) {
    guard take(UInt8(ascii: "\"")) else {
      let start = place
      while place < bytes.count, ![UInt8(ascii: ","), 10, 13].contains(bytes[place]) { place += 1 }
      let text = String(decoding: bytes[start..<place], as: UTF8.self)
      return (trimmed(text), text.contains("\"") ? .quotes : nil)
    }
    var content: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") {
        guard take(UInt8(ascii: "\"")) else { return (trimmed(String(decoding: content, as: UTF8.self)), nil) }
      }
      if byte == 10 { line += 1 }
      content.append(byte)
    }
    return ("", .quotes)
  }

  private func trimmed(_ text: String) -> String {
    String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    return true
  }

  private mutating func takeLineEnd() -> Bool {
    let hasReturn = take(13)
    guard take(10) else { return hasReturn }
    line += 1
    return true
  }

  private mutating func skipLine() {
    while place < bytes.count, bytes[place] != 10 { place += 1 }
  }
}
