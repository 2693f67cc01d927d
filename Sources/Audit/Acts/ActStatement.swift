public import Cryptography

/// What a person signs about an act: lines of ASCII, each with LF at its end, in this order (docs/acts.md).
public struct ActStatement: Sendable, Equatable {
  public struct Field: Sendable, Equatable {
    /// ASCII letters, digits, `-` and `_`; at most 64.
    public let name: String
    /// SHA-256 of the value in UTF-8, its line ends LF.
    public let digest: Digest
  }

  static let firstLine = "guandu act 1"
  static let fieldsMax = 256

  public let zone: String
  public let person: String
  public let act: String
  public let object: String
  /// 64 hex digits that the desk has made for one use.
  public let nonce: String
  /// When the desk made the page, in milliseconds since 1970.
  public let made: Int
  /// By name, each once.
  public private(set) var fields: [Field]

  public init(zone: String, person: String, act: String, object: String, nonce: String, made: Int) {
    (self.zone, self.person, self.act, self.object) = (zone, person, act, object)
    (self.nonce, self.made, fields) = (nonce, made, [])
  }

  /// The same with a form's fields. Nil if there are too many or a name is invalid.
  public func with(fields values: [String: String]) -> ActStatement? {
    guard values.count <= Self.fieldsMax, values.keys.allSatisfy(Self.isName) else { return nil }
    var statement = self
    statement.fields = values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { Field(name: $0.key, digest: Self.digest(of: $0.value)) }
    return statement
  }

  /// Parses what `text` writes, and nothing else.
  public init?(_ text: String) {
    guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A }) else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count >= 8, lines.count <= 8 + Self.fieldsMax, lines[0] == Self.firstLine, lines.last == "" else {
      return nil
    }
    func value(_ line: Int, _ key: String) -> String? {
      lines[line].hasPrefix(key + " ") ? String(lines[line].dropFirst(key.count + 1)) : nil
    }
    guard let zone = value(1, "zone"), let person = value(2, "person"), let act = value(3, "act"),
      let object = value(4, "object"), let nonce = value(5, "nonce"), let made = value(6, "made").flatMap(Int.init)
    else { return nil }
    self.init(zone: zone, person: person, act: act, object: object, nonce: nonce, made: made)
    for line in lines[7..<(lines.count - 1)] {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 3, words[0] == "field", let digest = Digest(hex: String(words[2])) else { return nil }
      fields.append(Field(name: String(words[1]), digest: digest))
    }
    guard self.text == text, zip(fields, fields.dropFirst()).allSatisfy({ $0.name < $1.name }) else { return nil }
  }

  /// The lines before the fields.
  public var head: String {
    """
    \(Self.firstLine)
    zone \(zone)
    person \(person)
    act \(act)
    object \(object)
    nonce \(nonce)
    made \(made)

    """
  }

  public var text: String { head + fields.map { "field \($0.name) \($0.digest.hex)\n" }.joined() }

  /// Whether a field has this value's digest.
  public func names(_ content: Digest) -> Bool { fields.contains { $0.digest == content } }

  /// SHA-256 of a field's value in the form that browsers give it before sending, with LF as line ends.
  public static func digest(of value: String) -> Digest {
    var bytes: [UInt8] = []
    var previous: UInt8 = 0
    for byte in value.utf8 {
      defer { previous = byte }
      if byte == 0x0A, previous == 0x0D { bytes.removeLast() }
      bytes.append(byte)
    }
    return Digest.of(bytes)
  }

  private static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
