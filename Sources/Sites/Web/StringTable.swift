/// The interface's texts, both languages beside each other.
public struct StringTable: Sendable {
  /// One text: its key, as templates name it (`{{t.key}}`), and its two wordings.
  public struct Entry: Sendable {
    public let key: String
    public let chinese: String
    public let english: String

    public init(_ key: String, _ chinese: String, _ english: String) {
      self.key = key
      self.chinese = chinese
      self.english = english
    }
  }

  public let entries: [Entry]
  private let tables: [Language: [String: String]]

  public init(_ entries: [Entry]) {
    self.entries = entries
    tables = [
      .chinese: Dictionary(entries.map { ($0.key, $0.chinese) }) { first, _ in first },
      .english: Dictionary(entries.map { ($0.key, $0.english) }) { first, _ in first },
    ]
  }

  public static func + (left: StringTable, right: StringTable) -> StringTable {
    StringTable(left.entries + right.entries)
  }

  /// All texts in one language, for templates.
  public func texts(_ language: Language) -> [String: String] { tables[language] ?? [:] }

  public func has(_ key: String) -> Bool { tables[.chinese]?[key] != nil }

  /// One text, or its key where the table has none: a mistake of the program, at which a debug build stops.
  public func text(_ key: String, _ language: Language) -> String {
    let text = texts(language)[key]
    assert(text != nil, "there is no text called \(key)")
    return text ?? key
  }

  /// One text with `{0}`, `{1}`, … filled in.
  public func text(_ key: String, _ language: Language, _ values: String...) -> String {
    var text = text(key, language)
    for (index, value) in values.enumerated() {
      text = text.split(separator: "{\(index)}", omittingEmptySubsequences: false).joined(separator: value)
    }
    return text
  }
}
