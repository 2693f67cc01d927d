import COpenSSL

/// Why a certificate, a key or a revocation list is not accepted.
public struct TrustError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The file is missing, too large, or may not be read.
    case unreadable
    /// The bytes are malformed: not PEM, not DER, or the wrong kind of object.
    case malformed
    /// A private key that users other than its owner can read.
    case keyTooOpen = "key-too-open"
    /// An encrypted key without its passphrase, or with a wrong one.
    case wrongPassphrase = "wrong-passphrase"
    /// No valid chain to a trusted root.
    case untrusted
    case expired
    case notYetValid = "not-yet-valid"
    case revoked
    /// With `refuse` configured: no revocation list of an authority is here.
    case listMissing = "crl-missing"
    /// With `refuse` configured: a revocation list past its next update, or not yet in force.
    case listOverdue = "crl-overdue"
    /// A revocation list older than the one held.
    case rolledBack = "crl-rolled-back"
    /// A valid certificate for another purpose.
    case wrongPurpose = "wrong-purpose"
    /// The private key and the certificate do not belong together.
    case keyMismatch = "key-mismatch"
    /// A key of a kind or size that is too weak, or not used here.
    case weakKey = "weak-key"
    /// OpenSSL could not make the certificate.
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

/// Empties this thread's OpenSSL error queue, so that an old error is not read as a new one.
func forgetOpenSSLErrors() { ERR_clear_error() }

/// OpenSSL's error of the call that has just failed; empties its queue.
func lastOpenSSLError() -> String {
  let code = ERR_peek_last_error()
  ERR_clear_error()
  guard code != 0, let reason = ERR_reason_error_string(code) else { return "no further detail" }
  return String(cString: reason)
}
