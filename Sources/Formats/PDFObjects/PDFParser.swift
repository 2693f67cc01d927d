/// Reads values of a PDF one after the other, in the few spellings that writers use: no names with `#`, no generation but 0, no
/// comments of anything but ASCII.
struct PDFParser {
  private let bytes: [UInt8]
  var position: Int
  private let end: Int
  /// How many values may still be read.
  private(set) var valuesLeft: Int

  init(_ bytes: [UInt8], at position: Int, end: Int, valuesLeft: Int) {
    self.bytes = bytes
    self.position = position
    self.end = end
    self.valuesLeft = valuesLeft
  }

  private func error(_ reason: String) -> PDFFormatError {
    PDFFormatError(.malformed, "at byte \(position): \(reason)")
  }

  private func unsupported(_ reason: String) -> PDFFormatError {
    PDFFormatError(.unsupported, "at byte \(position): \(reason)")
  }

  private var byte: UInt8? { position < end ? bytes[position] : nil }

  func starts(with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard count <= end - position else { return false }
    return text.withUTF8Buffer { bytes[position..<position + count].elementsEqual($0) }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  private static func isDelimiter(_ byte: UInt8) -> Bool { "()<>[]{}/%".utf8.contains(byte) }

  private static func isRegular(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) && !isDelimiter(byte) }

  mutating func skipSpaces() { while let byte, Self.isSpace(byte) { position += 1 } }

  /// White space, and within objects comments, which are of ASCII.
  private mutating func skip() throws(PDFFormatError) {
    while true {
      skipSpaces()
      guard byte == UInt8(ascii: "%") else { return }
      while let byte, byte != 0x0A, byte != 0x0D {
        guard (0x20..<0x7F).contains(byte) else { throw error("a comment that is not ASCII") }
        position += 1
      }
    }
  }

  /// Takes a word that no regular character follows.
  mutating func word(_ text: StaticString) throws(PDFFormatError) {
    guard starts(with: text) else { throw error("\(text) is missing") }
    position += text.utf8CodeUnitCount
    if let byte, Self.isRegular(byte) { throw error("\(text) is missing") }
  }

  /// The end of a line: one of the three that there are.
  mutating func lineEnd() throws(PDFFormatError) {
    if starts(with: "\r\n") {
      position += 2
    } else if byte == 0x0A || byte == 0x0D {
      position += 1
    } else {
      throw error("a line goes on where it should end")
    }
  }

  /// Digits alone: at most ten.
  mutating func natural() throws(PDFFormatError) -> Int {
    var (number, count) = (0, 0)
    while let byte, (0x30...0x39).contains(byte) {
      guard count < 10 else { throw error("a number of more than ten digits") }
      number = number * 10 + Int(byte - 0x30)
      count += 1
      position += 1
    }
    guard count > 0 else { throw error("a number is missing") }
    return number
  }

  /// `12 0 obj`, up to the value.
  mutating func objectHead() throws(PDFFormatError) -> Int {
    let number = try natural()
    guard number > 0 else { throw error("an object of number 0") }
    skipSpaces()
    guard try natural() == 0 else { throw unsupported("a generation that is not 0") }
    skipSpaces()
    try word("obj")
    try skip()
    return number
  }

  /// A value, with what stands before the next one.
  mutating func value(depth: Int = 0) throws(PDFFormatError) -> PDFValue {
    guard depth <= PDFLimits.nestingMost else { throw error("more than \(PDFLimits.nestingMost) levels") }
    guard valuesLeft > 0 else { throw error("more than \(PDFLimits.valuesMost) values") }
    valuesLeft -= 1
    guard let byte else { throw error("the file ends within an object") }
    switch byte {
    case UInt8(ascii: "/"): return .name(try name())
    case UInt8(ascii: "("): return .text(try literal())
    case UInt8(ascii: "["): return .array(try array(depth))
    case UInt8(ascii: "<"): return starts(with: "<<") ? .dictionary(try dictionary(depth)) : .text(try hexadecimal())
    case UInt8(ascii: "t"):
      try word("true")
      return .boolean(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .boolean(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    default: return try number()
    }
  }

  private mutating func name() throws(PDFFormatError) -> String {
    position += 1
    let start = position
    while let byte, Self.isRegular(byte) {
      guard byte != UInt8(ascii: "#") else { throw unsupported("a name with #") }
      guard position - start < PDFLimits.nameMaxBytes else { throw error("a name of too many characters") }
      position += 1
    }
    guard position > start else { throw error("an empty name") }
    if let byte, !Self.isSpace(byte), !Self.isDelimiter(byte) { throw error("a name of unusual characters") }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func literal() throws(PDFFormatError) -> [UInt8] {
    position += 1
    var (found, depth): ([UInt8], Int) = ([], 0)
    while let byte {
      guard found.count < PDFLimits.textMaxBytes else { throw error("a text of too many bytes") }
      position += 1
      switch byte {
      case UInt8(ascii: ")") where depth == 0: return found
      case UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: "\\"):
        found.append(try escaped())
        continue
      default: break
      }
      found.append(byte)
    }
    throw error("a text that does not end")
  }

  private mutating func escaped() throws(PDFFormatError) -> UInt8 {
    guard let byte else { throw error("a text that does not end") }
    if (0x30...0x33).contains(byte), end - position >= 3 {
      let digits = bytes[position..<position + 3]
      guard digits.allSatisfy({ (0x30...0x37).contains($0) }) else { throw error("an unusual escape in a text") }
      position += 3
      return UInt8(digits.reduce(0) { $0 << 3 | Int($1 - 0x30) })
    }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\\"): return byte
    default: throw error("an unusual escape in a text")
    }
  }

  private mutating func hexadecimal() throws(PDFFormatError) -> [UInt8] {
    position += 1
    var found: [UInt8] = []
    while let byte, byte != UInt8(ascii: ">") {
      guard found.count < PDFLimits.textMaxBytes, end - position >= 2, let high = Self.digit(byte),
        let low = Self.digit(bytes[position + 1])
      else { throw error("a text in hexadecimal digits that is none, or of too many bytes") }
      found.append(high << 4 | low)
      position += 2
    }
    guard byte != nil else { throw error("a text that does not end") }
    position += 1
    return found
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  private mutating func array(_ depth: Int) throws(PDFFormatError) -> [PDFValue] {
    position += 1
    var found: [PDFValue] = []
    try skip()
    while byte != UInt8(ascii: "]") {
      found.append(try value(depth: depth + 1))
      try skip()
    }
    position += 1
    return found
  }

  private mutating func dictionary(_ depth: Int) throws(PDFFormatError) -> PDFDictionary {
    position += 2
    var (entries, keys): ([PDFDictionary.Entry], Set<String>) = ([], [])
    try skip()
    while !starts(with: ">>") {
      guard byte == UInt8(ascii: "/") else { throw error("a key is missing") }
      let key = try name()
      guard entries.count < PDFLimits.entriesMost else { throw error("a dictionary of too many keys") }
      guard keys.insert(key).inserted else { throw error("/\(key) stands twice in a dictionary") }
      try skip()
      let start = position
      let value = try value(depth: depth + 1)
      entries.append(PDFDictionary.Entry(key: key, value: value, range: start..<position))
      try skip()
    }
    position += 2
    return PDFDictionary(entries)
  }

  /// A number, or a reference, which begins with one.
  private mutating func number() throws(PDFFormatError) -> PDFValue {
    let start = position
    var (digits, points) = (0, 0)
    while let byte, Self.isRegular(byte) {
      switch byte {
      case 0x30...0x39: digits += 1
      case UInt8(ascii: "."): points += 1
      case UInt8(ascii: "-"), UInt8(ascii: "+"): if position > start { throw error("a number that is none") }
      default: throw error("a value of no known kind")
      }
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard (1...20).contains(digits), points <= 1 else { throw error("a number that is none, or of too many digits") }
    if points == 1 {
      guard let value = Double(text.hasSuffix(".") ? text + "0" : text) else { throw error("a number that is none") }
      return .real(value)
    }
    guard digits <= 10, let value = Int(text) else { throw error("a number of more than ten digits") }
    return isReference ? try reference(value) : .integer(value)
  }

  /// Whether ` 0 R` follows a number.
  private var isReference: Bool {
    var ahead = self
    ahead.skipSpaces()
    guard ahead.position > position, (try? ahead.natural()) != nil else { return false }
    let behind = ahead.position
    ahead.skipSpaces()
    return ahead.position > behind && (try? ahead.word("R")) != nil
  }

  private mutating func reference(_ number: Int) throws(PDFFormatError) -> PDFValue {
    guard number > 0 else { throw error("a reference to an object of number 0") }
    skipSpaces()
    guard try natural() == 0 else { throw unsupported("a generation that is not 0") }
    skipSpaces()
    try word("R")
    return .reference(number)
  }

  /// What stands behind a value: the bytes of a stream, and the end of the object.
  ///
  /// - Parameter length: of the stream, where one follows.
  /// - Returns: where the stream's bytes stand.
  mutating func objectTail(
    length: () throws(PDFFormatError) -> Int
  ) throws(PDFFormatError) -> Range<Int>? {
    try skip()
    var stream: Range<Int>?
    if starts(with: "stream") {
      position += 6
      guard starts(with: "\r\n") || byte == 0x0A else { throw error("a stream that begins on no new line") }
      try lineEnd()
      let count = try length()
      guard count >= 0, count <= end - position else { throw error("a stream that is longer than the file") }
      stream = position..<position + count
      position += count
      if starts(with: "\r\n") || byte == 0x0A || byte == 0x0D { try lineEnd() }
      try word("endstream")
      skipSpaces()
    }
    try word("endobj")
    return stream
  }
}
