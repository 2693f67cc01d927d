/// Where and why a text is not the JSON that we take.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// In bytes, from 0.
  public let offset: Int
  public let reason: String

  public var description: String { "byte \(offset): \(reason)" }
}

extension JSONValue {
  /// Parses exactly one value; white space may surround it.
  public static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.error("text after the value") }
    return value
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  func error(_ reason: String) -> JSONError { JSONError(offset: position, reason: reason) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth < JSONValue.maxDepth else { throw error("nested deeper than \(JSONValue.maxDepth) levels") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw error("the text ends too early")
    case .some(let byte) where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return try integer()
    default: throw error("no value starts here")
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[position...].starts(with: text.utf8) else { throw error("unknown word") }
    position += text.utf8.count
    return value
  }

  private mutating func integer() throws(JSONError) -> JSONValue {
    let start = position
    _ = take("-")
    let firstDigit = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    if position - firstDigit > 1 && bytes[firstDigit] == UInt8(ascii: "0") {
      throw error("a number with a leading zero")
    }
    if let byte = next, byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") {
      throw error("a number that is no integer")
    }
    guard let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw error("a number that is no integer of 64 bits")
    }
    return .integer(value)
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    skipSpace()
    if take("]") { return .array([]) }
    var values: [JSONValue] = []
    while true {
      values.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return .array(values) }
      guard take(",") else { throw error("a comma or a closing bracket is missing") }
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    skipSpace()
    if take("}") { return .object([]) }
    var members: [JSONValue.JSONMember] = []
    var keys: Set<String> = []
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("a key is missing") }
      let key = try string()
      // Unicode-equal keys count as the same, so that no two readers disagree about which one holds.
      guard keys.insert(key).inserted else { throw error("a key stands twice") }
      skipSpace()
      guard take(":") else { throw error("a colon is missing") }
      members.append(JSONValue.JSONMember(key, try value(depth: depth + 1)))
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw error("a comma or a closing brace is missing") }
    }
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    guard next == UInt8(ascii: "\"") else { return try escapedString(from: start) }
    defer { position += 1 }
    return try text(bytes[start..<position])
  }

  /// The slow way, for strings that hold an escape.
  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var output = Array(bytes[start..<position])
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(output[...])
      case UInt8(ascii: "\\"): try escape(into: &output)
      case 0..<0x20: throw error("a control character in a string")
      default: output.append(byte)
      }
    }
    throw error("a string does not end")
  }

  private mutating func escape(into output: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw error("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(byte)
    case UInt8(ascii: "b"): output.append(8)
    case UInt8(ascii: "f"): output.append(12)
    case UInt8(ascii: "n"): output.append(10)
    case UInt8(ascii: "r"): output.append(13)
    case UInt8(ascii: "t"): output.append(9)
    case UInt8(ascii: "u"): output += String(Character(try unicodeEscape())).utf8
    default: throw error("unknown escape")
    }
  }

  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let high = try fourHexDigits()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard (0xD800..<0xDC00).contains(high), take("\\"), take("u") else { throw error("a lone surrogate") }
    let low = try fourHexDigits()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw error("a lone surrogate") }
    return scalar
  }

  private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count,
      bytes[position..<position + 4].allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }),
      let value = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw error("four hex digits are missing") }
    position += 4
    return value
  }

  private func text(_ slice: ArraySlice<UInt8>) throws(JSONError) -> String {
    guard let text = String(validating: slice, as: UTF8.self) else { throw error("a string is not UTF-8") }
    return text
  }
}
