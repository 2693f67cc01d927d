/// Why a signer gave no signature.
public struct SignerError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The PIN was not the key's.
    case wrongPIN = "wrong-pin"
    /// Too many wrong PINs.
    case pinLocked = "pin-locked"
    /// The signer has no key of that name and kind.
    case unknownKey = "unknown-key"
    /// The signer was not reached, did not answer in time, or says that it cannot sign now.
    case unavailable
    /// The certificate of the other end, or of this one, was not accepted; or a file for TLS cannot be used.
    case untrusted
    /// What came back is not the protocol's.
    case badAnswer = "bad-answer"
    /// A signature came back that is not this key's over this digest.
    case wrongSignature = "wrong-signature"
    /// The signer, or this side before it asks, refuses the request.
    case badRequest = "bad-request"
  }

  public let code: Code
  /// The signer's name in the configuration, or its address.
  public let signer: String
  /// What went wrong and how to mend it: lowercase, no full stop, no secrets.
  public let reason: String

  init(_ code: Code, _ signer: String, _ reason: String) {
    (self.code, self.signer, self.reason) = (code, signer, reason)
  }

  public var description: String { "signer \(signer): \(reason)" }
}
