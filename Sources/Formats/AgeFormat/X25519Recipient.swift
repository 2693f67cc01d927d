import Cryptography

/// The X25519 recipient type (C2SP age, "The X25519 recipient type").
enum X25519Stanza {
  static let type = "X25519"
  private static let info = "age-encryption.org/v1/X25519"
  private static let zeroNonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceBytes)

  /// Wraps a 16-byte file key; nil for a recipient of low order.
  static func wrap(fileKey: SecretBytes, for recipient: X25519PublicKey) -> AgeStanza? {
    let ephemeral = X25519PrivateKey.generate(passing: true)
    guard let shared = ephemeral.agree(with: recipient) else { return nil }
    let key = hkdfSHA256(secret: shared, salt: ephemeral.publicKey.bytes + recipient.bytes, info: info)
    var body = [UInt8](repeating: 0, count: fileKey.count + ChaCha20Poly1305.tagBytes)
    let cipher = ChaCha20Poly1305(key: key, encrypting: true)
    body.withUnsafeMutableBytes { body in
      fileKey.withUnsafeBytes { cipher.seal($0, nonce: zeroNonce, into: body.baseAddress.unsafelyUnwrapped) }
    }
    return AgeStanza(
      type: type, arguments: [Base64.encode(ephemeral.publicKey.bytes, padded: false)], body: body)
  }

  /// The file key, or nil where the stanza is for somebody else.
  static func unwrap(_ stanza: AgeStanza, with identity: X25519PrivateKey) throws(AgeError) -> SecretBytes? {
    guard stanza.arguments.count == 1, let shareBytes = Base64.decode(stanza.arguments[0], padded: false),
      let share = X25519PublicKey(bytes: shareBytes)
    else { throw .header("malformed X25519 stanza") }
    guard stanza.body.count == 32 else { throw .header("an X25519 stanza's body is not 32 bytes") }
    guard let shared = identity.agree(with: share) else { throw .header("an X25519 share of low order") }
    let key = hkdfSHA256(secret: shared, salt: share.bytes + identity.publicKey.bytes, info: info)
    let cipher = ChaCha20Poly1305(key: key, encrypting: false)
    var opened = false
    let fileKey = SecretBytes(count: 16, passing: true) { output in
      opened = stanza.body.withUnsafeBytes {
        cipher.open($0, nonce: zeroNonce, into: output.baseAddress.unsafelyUnwrapped)
      }
    }
    return opened ? fileKey : nil
  }
}
