public import Certificates

/// A key that a signer offers.
public struct SignerKey: Sendable {
  /// By which the signer is asked for it.
  public let name: String
  public let algorithm: SigningAlgorithm
  public let publicKey: PublicKey
  /// The key's own, where the signer knows it.
  public let certificate: Certificate?
}

/// What this side takes from a signer, and gives to it.
enum SignerLimits {
  static let answerMaxBytes = 256 * 1_024
  static let keysAtMost = 256
  static let pinMaxBytes = 64
  static let keyNameMaxBytes = 64
  /// An SM2 or P-256 signature in DER has at most 72.
  static let signatureMaxBytes = 80
}
