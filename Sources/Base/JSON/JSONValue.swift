/// A JSON value (RFC 8259), as strictly as a signed text deserves: no duplicate keys, no lone surrogates, numbers that are
/// integers of 64 bits, at most `maxDepth` levels.
public indirect enum JSONValue: Equatable, Sendable {
  public static let maxDepth = 32

  case null
  case bool(Bool)
  case integer(Int)
  case string(String)
  case array([JSONValue])
  /// In the order of the text.
  case object([JSONMember])

  public struct JSONMember: Equatable, Sendable {
    public var key: String
    public var value: JSONValue

    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  public static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    .object(members.map { JSONMember($0.key, $0.value) })
  }

  /// The value under `key`; nil where this is no object or has no such key.
  public subscript(_ key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  public var text: String? { if case .string(let value) = self { value } else { nil } }
  public var number: Int? { if case .integer(let value) = self { value } else { nil } }
  public var flag: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var elements: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var members: [JSONMember]? { if case .object(let value) = self { value } else { nil } }
}

extension JSONValue {
  /// Compact text on one line, UTF-8.
  public func encoded() -> [UInt8] {
    var output: [UInt8] = []
    encode(into: &output)
    return output
  }

  private func encode(into output: inout [UInt8]) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .integer(let value): output += String(value).utf8
    case .string(let value): Self.encode(value, into: &output)
    case .array(let values):
      Self.encodeList(values, "[", "]", into: &output) { $0.encode(into: &$1) }
    case .object(let members):
      Self.encodeList(members, "{", "}", into: &output) { member, output in
        Self.encode(member.key, into: &output)
        output.append(UInt8(ascii: ":"))
        member.value.encode(into: &output)
      }
    }
  }

  private static func encodeList<T>(
    _ items: [T], _ open: Unicode.Scalar, _ close: Unicode.Scalar, into output: inout [UInt8],
    _ encodeItem: (T, inout [UInt8]) -> Void
  ) {
    output.append(UInt8(ascii: open))
    for (index, item) in items.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      encodeItem(item, &output)
    }
    output.append(UInt8(ascii: close))
  }

  private static func encode(_ text: String, into output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    defer { output.append(UInt8(ascii: "\"")) }
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
      output += text.utf8
      return
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        output += ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8
      default: output.append(byte)
      }
    }
  }
}
