/// A value as PDF has it (ISO 32000-1, section 7.3).
public enum PDFValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case real(Double)
  case name(String)
  case text([UInt8])
  case array([PDFValue])
  case dictionary(PDFDictionary)
  /// The number of an object of generation 0.
  case reference(Int)
}

/// Keys and values in the order in which they stand, no key twice.
public struct PDFDictionary: Equatable, Sendable {
  struct Entry: Equatable, Sendable {
    let key: String
    let value: PDFValue
    /// Where the value stands in the file.
    let range: Range<Int>
  }

  private(set) var entries: [Entry] = []

  init() {}

  init(_ entries: [Entry]) { self.entries = entries }

  var keys: Set<String> { Set(entries.map(\.key)) }

  subscript(key: String) -> PDFValue? { entries.first { $0.key == key }?.value }

  func range(of key: String) -> Range<Int>? { entries.first { $0.key == key }?.range }

  /// Without regard to the order, and to where it stands.
  public static func == (left: PDFDictionary, right: PDFDictionary) -> Bool {
    left.entries.count == right.entries.count && left.entries.allSatisfy { right[$0.key] == $0.value }
  }

  /// Those that are left without `keys`.
  func without(_ keys: Set<String>) -> PDFDictionary { PDFDictionary(entries.filter { !keys.contains($0.key) }) }
}

extension PDFValue {
  var dictionary: PDFDictionary? { if case .dictionary(let value) = self { value } else { nil } }
  var array: [PDFValue]? { if case .array(let value) = self { value } else { nil } }
  var reference: Int? { if case .reference(let value) = self { value } else { nil } }
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var name: String? { if case .name(let value) = self { value } else { nil } }
  var text: [UInt8]? { if case .text(let value) = self { value } else { nil } }

  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    default: nil
    }
  }

  /// What it is called in a message.
  var kindName: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer, .real: "a number"
    case .name(let name): "/\(name)"
    case .text: "a text"
    case .array: "an array"
    case .dictionary: "a dictionary"
    case .reference: "a reference"
    }
  }
}

/// An object of a file.
struct PDFObject: Sendable {
  let number: Int
  let value: PDFValue
  /// Where a stream's bytes stand; nil for an object of another kind.
  let stream: Range<Int>?
  /// From its number to `endobj`.
  let range: Range<Int>
  /// Where its value stands.
  let valueRange: Range<Int>
}
