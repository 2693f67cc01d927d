/// Why the other zone did not take a letter, or what was settled about one: what people can be told of a refusal's code.
public enum LetterRefusal: String, CaseIterable, Sendable {
  /// The peer's policy names no messages of this type.
  case messageType = "type"
  case classification
  case attachmentSize = "size"
  case fileKind = "kind"
  /// Another rule of the peer's policy.
  case policy
  case mailbox
  /// What came was not to be read: schema, archive, decryption.
  case form
  /// Its attachments never came.
  case incomplete
  /// Its sender's operator stopped one of its attachments on the way.
  case cancelled
  /// The peer has no letter of this number.
  case unknownLetter = "unknown"
  case other

  /// - Parameter code: of a refusing receipt, whatever the peer wrote there.
  public init(code: String) {
    self =
      switch code {
      case "policy-type": .messageType
      case "policy-classification": .classification
      case "policy-blob-size": .attachmentSize
      case "policy-file-kind": .fileKind
      case "policy": .policy
      case "unknown-mailbox": .mailbox
      case "unknown-letter": .unknownLetter
      case "never-complete": .incomplete
      case "cancelled": .cancelled
      case "schema", "letter", "message", "archive", "decryption", "unknown-type": .form
      default: code.hasPrefix("policy-") ? .policy : .other
      }
  }
}
