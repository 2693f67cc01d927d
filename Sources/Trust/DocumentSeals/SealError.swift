/// Why a seal cannot be made, taken in or applied.
public struct SealError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Lowercase, no full stop; says how to mend it where that is known.
  public let reason: String

  public init(_ reason: String) { self.reason = reason }

  public var description: String { reason }
}
