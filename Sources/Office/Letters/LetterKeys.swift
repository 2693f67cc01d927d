public import Cryptography
public import DurableFiles
import Runtime

/// Argon2id, or what stands in for it: (password, salt of 16 bytes, passes, KiB) to 32 bytes; nil without memory.
package typealias CostlyHash =
  @Sendable (_ password: [UInt8], _ salt: [UInt8], _ passes: UInt64, _ memoryKiB: Int) -> SecretBytes?

/// How a letter is found and opened with code and password (the parameters are part of the stored format).
struct LetterLocks: Sendable {
  /// Cost of the index: with 95 random bits in a code it only has to make a stolen table tedious.
  static let indexPasses: UInt64 = 1
  static let indexMemoryKiB = 1024
  /// Cost of the wrap, paid once more for each guess at the password by who has both disk and code. Two passes over half
  /// the memory cost a thief, who keeps his memory, as much as one over all of it, and cost us half: the kernel makes
  /// each look's pages anew.
  static let wrapPasses: UInt64 = 2
  static let wrapMemoryKiB = 4 * 1024
  static let indexBytes = 32
  static let saltBytes = 16
  static let wrappedBytes = 32 + ChaCha20Poly1305.tagBytes

  /// This portal's own.
  let pepper: SecretBytes
  /// Argon2id, or what counts it.
  var hash: CostlyHash = { argon2id(password: $0, salt: $1, passes: $2, memoryKiB: $3, outputBytes: 32) }

  /// HMAC(pepper, Argon2id(code)): what the letter is filed under.
  static func index(of stretched: SecretBytes, _ pepper: SecretBytes) -> [UInt8] {
    var bytes = stretched.copy()
    defer { wipe(&bytes) }
    return hmacSHA256(key: pepper, bytes)
  }

  /// The costly half of `index`, the same under every pepper.
  func stretch(_ code: LetterCode) throws(LetterError) -> SecretBytes {
    let salt = Array(Digest.of(Array("guandu letter code index".utf8)).bytes.prefix(Self.saltBytes))
    guard let stretched = hash(Array(code.symbols.utf8), salt, Self.indexPasses, Self.indexMemoryKiB) else {
      throw .unavailable(Shortage("memory for Argon2id"))
    }
    return stretched
  }

  static let phoneTagBytes = 32

  /// What the author's phone is compared with: an HMAC under a key that only the letter's code gives.
  static func phoneTag(_ stretched: SecretBytes, _ phone: String) -> [UInt8] {
    hmacSHA256(
      key: hkdfSHA256(secret: stretched, salt: [], info: "guandu letter phone"), Array(phone.utf8))
  }

  /// The letter's private key under code and password: 48 bytes.
  func wrap(
    _ key: X25519PrivateKey, _ credentials: LetterCredentials, salt: [UInt8]
  ) throws(LetterError) -> [UInt8] {
    let cipher = ChaCha20Poly1305(key: try wrappingKey(credentials, salt), encrypting: true)
    var output = [UInt8](repeating: 0, count: Self.wrappedBytes)
    output.withUnsafeMutableBytes { output in
      key.scalar.withUnsafeBytes { cipher.seal($0, nonce: Self.zeroNonce, into: output.baseAddress.unsafelyUnwrapped) }
    }
    return output
  }

  /// Nil for a wrong code or password.
  func unwrap(
    _ wrapped: [UInt8], _ credentials: LetterCredentials, salt: [UInt8]
  ) throws(LetterError) -> X25519PrivateKey? {
    let cipher = ChaCha20Poly1305(key: try wrappingKey(credentials, salt), encrypting: false)
    guard wrapped.count == Self.wrappedBytes else { return nil }
    var opened = false
    let scalar = SecretBytes(count: 32) { output in
      opened = wrapped.withUnsafeBytes {
        cipher.open($0, nonce: Self.zeroNonce, into: output.baseAddress.unsafelyUnwrapped)
      }
    }
    return opened ? X25519PrivateKey(scalar: scalar) : nil
  }

  // Each key wraps one text only, since its salt is fresh: a fixed nonce is safe.
  private static let zeroNonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceBytes)

  private func wrappingKey(_ credentials: LetterCredentials, _ salt: [UInt8]) throws(LetterError) -> SecretBytes {
    let password = Array((credentials.code.symbols + "\n" + credentials.password).utf8)
    guard salt.count == Self.saltBytes, let key = hash(password, salt, Self.wrapPasses, Self.wrapMemoryKiB) else {
      throw .unavailable(Shortage("memory for Argon2id"))
    }
    return key
  }
}

/// Reads the zone's pepper, 32 random bytes, or makes it at the first start.
///
/// Without it no letter is found by its code any more, so it belongs in the backup of the keys.
public func loadPepper(path: String, files: Files) throws(FileError) -> SecretBytes {
  if !files.exists(path) {
    let temporary = path + ".new"
    try files.remove(temporary)
    var bytes = randomBytes(32)
    defer { wipe(&bytes) }
    try files.writeNew(temporary, [bytes])
    try files.rename(temporary, to: path)
    try files.syncFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
  }
  var bytes = try files.read(path, maxBytes: 1024)
  defer { wipe(&bytes) }
  guard bytes.count == 32 else { throw FileError(.read, path, number: 22) }
  return SecretBytes(bytes)
}
