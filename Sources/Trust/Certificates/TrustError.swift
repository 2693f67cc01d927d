import COpenSSL

/// Why a certificate, a key or a list of revocations is not accepted.
public struct TrustError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The file is missing, too large, or may not be read.
    case unreadable
    /// The bytes are not what they should be: no PEM, no DER, the wrong kind of object.
    case malformed
    /// A private key that others than its owner can read.
    case keyTooOpen = "key-too-open"
    /// An encrypted key without its passphrase, or with another one.
    case wrongPassphrase = "wrong-passphrase"
    /// No chain to a trusted root, or a link of it does not hold.
    case untrusted
    case expired
    case notYetValid = "not-yet-valid"
    case revoked
    /// Where `refuse` is configured: an authority has no list of revocations here.
    case listMissing = "crl-missing"
    /// Where `refuse` is configured: a list of revocations past its next update, or not yet in force.
    case listOverdue = "crl-overdue"
    /// A list of revocations that is older than the one held.
    case rolledBack = "crl-rolled-back"
    /// A sound certificate, made for something else.
    case wrongPurpose = "wrong-purpose"
    /// The private key and the certificate do not belong together.
    case keyMismatch = "key-mismatch"
    /// A key of a kind or size that is not strong enough, or that nobody uses here.
    case weakKey = "weak-key"
    /// OpenSSL could not make what it was asked for.
    case cannotIssue = "cannot-issue"
  }

  public let code: Code
  /// For the operator: lowercase, no full stop.
  public let reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public var description: String { "\(code.rawValue): \(reason)" }
}

/// Empties OpenSSL's error queue of this thread, so that an old error is never read as a new one.
func forgetOpenSSLErrors() { ERR_clear_error() }

/// What OpenSSL says about the call that has just failed; empties its queue.
func lastOpenSSLError() -> String {
  let code = ERR_peek_last_error()
  ERR_clear_error()
  guard code != 0, let reason = ERR_reason_error_string(code) else { return "no further detail" }
  return String(cString: reason)
}
