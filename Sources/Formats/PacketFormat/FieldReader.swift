import JSON
import Zones

/// Why a packet's bytes are not a packet: a code to match on, and where and what.
public struct FormatError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    case magic
    case head
    case manifest
    case archive
    case message
  }

  public let code: Code
  public let reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public var description: String { "\(code.rawValue): \(reason)" }
}

/// Reads the fields of one JSON object, each exactly once, and lets none be left over.
struct FieldReader {
  private let name: String
  private let code: FormatError.Code
  private var members: [String: JSONValue]

  init(_ value: JSONValue, _ name: String, _ code: FormatError.Code) throws(FormatError) {
    guard let members = value.members else { throw FormatError(code, "\(name) is no object") }
    self.name = name
    self.code = code
    self.members = Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  private mutating func take<T>(
    _ key: String, _ expected: String, _ convert: (JSONValue) -> T?
  ) throws(FormatError) -> T {
    guard let value = members.removeValue(forKey: key) else { throw FormatError(code, "\(name) has no “\(key)”") }
    guard let converted = convert(value) else { throw FormatError(code, "\(name): “\(key)” is not \(expected)") }
    return converted
  }

  mutating func value(_ key: String) throws(FormatError) -> JSONValue { try take(key, "a value") { $0 } }

  mutating func string(_ key: String, maxBytes: Int = 256) throws(FormatError) -> String {
    try take(key, "a text of at most \(maxBytes) bytes") { value in
      value.text.flatMap { $0.utf8.count <= maxBytes ? $0 : nil }
    }
  }

  mutating func parsed<T>(
    _ key: String, _ expected: String, _ parse: (String) -> T?
  ) throws(FormatError) -> T {
    try take(key, expected) { $0.text.flatMap(parse) }
  }

  mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(FormatError) -> Int {
    try take(key, "an integer from \(range.lowerBound) to \(range.upperBound)") { value in
      value.number.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  mutating func list<T>(
    _ key: String, maxCount: Int, _ convert: (JSONValue) throws(FormatError) -> T
  ) throws(FormatError) -> [T] {
    let values = try take(key, "a list of at most \(maxCount)") { value in
      value.elements.flatMap { $0.count <= maxCount ? $0 : nil }
    }
    var converted: [T] = []
    for value in values { converted.append(try convert(value)) }
    return converted
  }

  mutating func has(_ key: String) -> Bool { members[key] != nil }

  func finish() throws(FormatError) {
    if let key = members.keys.sorted().first { throw FormatError(code, "\(name) has an unknown field “\(key)”") }
  }
}
