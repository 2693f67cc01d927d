/// Why a document cannot be taken or set: where in the notation, what, and how to mend it.
public struct NotationError: Error, Equatable, CustomStringConvertible, Sendable {
  /// From 1; 0 for what concerns the whole.
  public let line: Int
  /// In characters, from 1; 0 for what concerns the whole line.
  public let column: Int
  public let reason: String
  /// The same for those who write in Chinese.
  public let chineseReason: String

  public init(line: Int, column: Int = 0, _ reason: String, chinese: String) {
    (self.line, self.column, self.reason, chineseReason) = (line, column, reason, chinese)
  }

  public init(_ text: NotedText, at offset: Int = 0, _ reason: String, chinese: String) {
    self.init(line: text.line, column: text.column + offset, reason, chinese: chinese)
  }

  public var description: String {
    if line == 0 { return reason }
    return column == 0 ? "line \(line): \(reason)" : "line \(line), column \(column): \(reason)"
  }

  /// Place and reason in Chinese.
  public var chinese: String {
    if line == 0 { return chineseReason }
    return column == 0 ? "第\(line)行：\(chineseReason)" : "第\(line)行第\(column)个字符：\(chineseReason)"
  }
}

/// How large a document may be.
public enum NotationLimits {
  /// Of the whole file.
  public static let maxBytes = 2_097_152
  /// Of one line of the text: a paragraph, or a row of a table.
  public static let lineMaxCharacters = 20_000
  /// Of a line of the head.
  public static let valueMaxCharacters = 2_000
  public static let titleMaxCharacters = 200
  public static let markMaxCharacters = 18
  public static let issuerMaxCharacters = 26
  /// An address with more would make a code too fine to print.
  public static let addressMaxCharacters = 200
  /// Without the brackets that are added.
  public static let noteMaxCharacters = 200
  public static let maxSigners = 8
  public static let maxAttachments = 99
  /// Of one table.
  public static let maxColumns = 20
  /// Of all tables together.
  public static let maxCells = 50_000
}
