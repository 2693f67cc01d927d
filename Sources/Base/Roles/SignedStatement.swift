/// What somebody signed with a key of their own about the act that they are doing. Whoever makes one has verified it.
public struct SignedStatement: Sendable {
  /// The bytes that were signed are these, in UTF-8.
  public let text: String
  /// ECDSA-Sig-Value, DER.
  public let signature: [UInt8]
  /// SHA-256 of the public key (SubjectPublicKeyInfo), hex.
  public let key: String

  public init(text: String, signature: [UInt8], key: String) {
    self.text = text
    self.signature = signature
    self.key = key
  }
}
