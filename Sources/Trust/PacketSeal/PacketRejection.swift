public import PacketFormat

/// Why a packet was not accepted, with a code to match on and a reason for the operator.
public struct PacketRejection: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, CaseIterable, Sendable {
    /// Not a regular file, or not readable.
    case file
    case magic
    case head
    case manifest
    /// Larger than the link allows, or longer than its manifest says.
    case size
    /// A partial file that stayed partial.
    case incomplete
    /// Another zone's packet.
    case addressee
    case suite
    /// The certificate is malformed, untrusted, expired, revoked or of the wrong purpose.
    case certificate
    /// A trusted certificate, but not one of the link's peer.
    case peer
    case signature
    /// Another packet was applied under this sequence, or `prev` names another history.
    case fork
    case payload
    case decryption
    case archive
    /// A message type that the link's policy does not name.
    case policyType = "policy-type"
    case policyClassification = "policy-classification"
    case policyBlobSize = "policy-blob-size"
    case message
    /// Its sender has closed the epoch, and earlier packets never came.
    case closed
    /// Its epoch is too far above the newest known of the peer.
    case epoch
    /// The link's configuration does not name its node.
    case node
  }

  public let code: Code
  public let reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public init(_ error: FormatError) {
    let code: Code =
      switch error.code {
      case .magic: .magic
      case .head: .head
      case .manifest: .manifest
      case .archive: .archive
      case .message: .message
      }
    self.init(code, error.reason)
  }

  public var description: String { "\(code.rawValue): \(reason)" }
}
