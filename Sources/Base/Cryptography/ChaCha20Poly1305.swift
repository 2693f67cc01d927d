import COpenSSL

/// ChaCha20-Poly1305 (RFC 8439) under one key, through OpenSSL, whose code is the fastest here.
/// Use an instance from one task at a time.
public final class ChaCha20Poly1305 {
  public static let tagBytes = 16
  public static let nonceBytes = 12

  private let context: OpaquePointer
  private let encrypts: Bool

  /// - Parameters:
  ///   - key: 32 bytes.
  ///   - encrypting: whether this instance seals or opens.
  public init(key: SecretBytes, encrypting: Bool) {
    precondition(key.count == 32)
    guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("no memory left for a cipher") }
    self.context = context
    encrypts = encrypting
    let started = key.withUnsafeBytes {
      EVP_CipherInit_ex(
        context, EVP_chacha20_poly1305(), nil, $0.octets, nil,
        encrypting ? 1 : 0)
    }
    precondition(started == 1, "OpenSSL offers no ChaCha20-Poly1305")
  }

  // EVP_CIPHER_CTX_free wipes the key schedule.
  deinit { EVP_CIPHER_CTX_free(context) }

  /// Writes ciphertext and tag, `plaintext.count + 16` bytes, at `output`.
  public func seal(_ plaintext: UnsafeRawBufferPointer, nonce: [UInt8], into output: UnsafeMutableRawPointer) {
    precondition(encrypts && nonce.count == Self.nonceBytes)
    let out = output.assumingMemoryBound(to: UInt8.self)
    var written: Int32 = 0
    EVP_CipherInit_ex(context, nil, nil, nil, nonce, -1)
    // With no output buffer OpenSSL reads the call as associated data, so an empty text is not passed at all.
    if plaintext.count > 0 {
      EVP_CipherUpdate(
        context, out, &written, plaintext.octets, Int32(plaintext.count))
    }
    EVP_CipherFinal_ex(context, out + plaintext.count, &written)
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, out + plaintext.count)
  }

  /// Opens ciphertext and tag into `output`, which has room for `sealed.count - 16` bytes.
  ///
  /// - Returns: false, with nothing usable in `output`, if the tag does not fit.
  public func open(_ sealed: UnsafeRawBufferPointer, nonce: [UInt8], into output: UnsafeMutableRawPointer) -> Bool {
    precondition(!encrypts && nonce.count == Self.nonceBytes)
    guard sealed.count >= Self.tagBytes, let base = sealed.baseAddress else { return false }
    let input = base.assumingMemoryBound(to: UInt8.self)
    let out = output.assumingMemoryBound(to: UInt8.self)
    let textBytes = sealed.count - Self.tagBytes
    var written: Int32 = 0
    EVP_CipherInit_ex(context, nil, nil, nil, nonce, -1)
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, UnsafeMutableRawPointer(mutating: input + textBytes))
    if textBytes > 0 {
      guard EVP_CipherUpdate(context, out, &written, input, Int32(textBytes)) == 1 else { return false }
    }
    var none: UInt8 = 0
    return EVP_CipherFinal_ex(context, &none, &written) == 1
  }
}
