public import Certificates
public import Cryptography

/// How a new authority's key is kept.
public enum KeySecret: Sendable {
  /// In a file protected only by its mode.
  case none
  /// In an encrypted file.
  case passphrase(SecretBytes)
  /// In a token, where the key exists already.
  case token(TokenKey, pin: SecretBytes)

  var passphrase: SecretBytes? {
    if case .passphrase(let secret) = self { secret } else { nil }
  }

  func tokenKey() throws(TrustError) -> PrivateKey? {
    guard case .token(let token, let pin) = self else { return nil }
    return try PrivateKey(token: token, pin: pin)
  }
}
