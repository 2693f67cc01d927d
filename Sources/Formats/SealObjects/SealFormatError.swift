/// Why bytes are no seal, or no signature by one.
public struct SealFormatError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// Not the structure that GB/T 38540-2020 prescribes, or not in DER.
    case malformed
    /// Of another version of the standard, 1 (GM/T 0031-2014) or 5 (GM/T 0031-2025), or of another standard. It may be sound
    /// all the same.
    case unsupported
    /// The picture is of a kind that is not read here, or too large, or damaged.
    case picture
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
