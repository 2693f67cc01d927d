/// Why a document cannot be taken or set: where in the notation, what, and how to mend it.
public struct NotationError: Error, Equatable, CustomStringConvertible, Sendable {
  /// From 1; 0 for what concerns the whole.
  public let line: Int
  /// In characters, from 1; 0 for what concerns the whole line.
  public let column: Int
  public let reason: String

  public init(line: Int, column: Int = 0, _ reason: String) {
    (self.line, self.column, self.reason) = (line, column, reason)
  }

  public init(_ text: NotedText, at offset: Int = 0, _ reason: String) {
    self.init(line: text.line, column: text.column + offset, reason)
  }

  public var description: String {
    if line == 0 { return reason }
    return column == 0 ? "line \(line): \(reason)" : "line \(line), column \(column): \(reason)"
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
  /// Without the brackets that are added.
  public static let noteMaxCharacters = 200
  public static let maxSigners = 8
  public static let maxAttachments = 99
  /// Of one table.
  public static let maxColumns = 20
  /// Of all tables together.
  public static let maxCells = 50_000
}
