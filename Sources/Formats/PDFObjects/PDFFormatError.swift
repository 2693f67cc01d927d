/// Why bytes are no PDF of the form that is signed and checked here.
public struct PDFFormatError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// Not what ISO 32000 prescribes, or with more than one meaning, or with something that a sealed document must not hold.
    case malformed
    /// Of a form that is not read here. It may be sound all the same.
    case unsupported
  }

  public let code: Code
  /// Lowercase, no full stop.
  public let reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public var description: String { reason }
}

/// How large a PDF may be.
public enum PDFLimits {
  public static let fileMaxBytes = 64 << 20
  /// Objects of all revisions.
  static let objectsMost = 50_000
  /// A document, its seal, and what follows it.
  static let revisionsMost = 16
  /// Arrays and dictionaries within each other.
  static let nestingMost = 16
  /// Numbers, names, texts, arrays and dictionaries of a file.
  static let valuesMost = 2_000_000
  /// Keys of a dictionary.
  static let entriesMost = 4_096
  static let nameMaxBytes = 127
  /// Of a text, which the value of a signature is too.
  static let textMaxBytes = 131_072
  static let pagesMost = 2_000
  /// Of a page's side, in points: ISO 32000-1, annex C.2.
  static let sideMaxPoints = 14_400.0
}
