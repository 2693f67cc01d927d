/// Why the authority's folder refuses an operation.
public struct AuthorityError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The request is impossible: a name that is taken, a certificate that is not its own, one that is revoked already.
    case refused
    /// The folder is not an authority's, or something in it is damaged.
    case damaged
    /// Another command is working on the folder.
    case busy
    /// The disk refuses it.
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
