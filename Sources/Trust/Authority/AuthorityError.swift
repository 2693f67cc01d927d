/// Why the authority's folder does not do what it was asked for.
public struct AuthorityError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// What was asked for cannot be: a name that is taken, a certificate that is not its own, one that is revoked already.
    case refused
    /// The folder is no authority's, or something in it is not as it should be.
    case damaged
    /// Another command is at work on the folder.
    case busy
    /// The disk does not take it.
    case cannotWrite = "cannot-write"
  }

  public let code: Code
  /// For the operator: lowercase, no full stop.
  public let reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public var description: String { reason }
}
