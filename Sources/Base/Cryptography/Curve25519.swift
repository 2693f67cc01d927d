import CSodium

/// An X25519 public key (RFC 7748): 32 bytes.
public struct X25519PublicKey: Hashable, Sendable {
  public let bytes: [UInt8]

  /// Nil unless `bytes` are 32.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }
}

/// An X25519 private key, in secret memory.
public struct X25519PrivateKey: Sendable {
  public let scalar: SecretBytes
  public let publicKey: X25519PublicKey

  /// - Parameter passing: for a key that is gone after the operation at hand, as an ephemeral one is.
  public static func generate(passing: Bool = false) -> X25519PrivateKey {
    X25519PrivateKey(unchecked: .random(32, passing: passing))
  }

  /// Nil unless `scalar` holds 32 bytes.
  public init?(scalar: SecretBytes) {
    guard scalar.count == 32 else { return nil }
    self.init(unchecked: scalar)
  }

  private init(unchecked scalar: SecretBytes) {
    Sodium.require()
    self.scalar = scalar
    var output = [UInt8](repeating: 0, count: 32)
    _ = scalar.withUnsafeBytes {
      crypto_scalarmult_base(&output, $0.octets)
    }
    publicKey = X25519PublicKey(bytes: output)!  // 32 bytes by construction
  }

  /// The shared secret, a passing one, or nil where the peer's key is of low order (RFC 7748, section 6.1).
  public func agree(with peer: X25519PublicKey) -> SecretBytes? {
    var worked = false
    let shared = SecretBytes(count: 32, passing: true) { buffer in
      worked =
        scalar.withUnsafeBytes { scalar in
          crypto_scalarmult(
            buffer.octets,
            scalar.octets, peer.bytes)
        } == 0
    }
    return worked ? shared : nil
  }
}

/// An Ed25519 private key (RFC 8032), made from its 32-byte seed.
public struct Ed25519PrivateKey: Sendable {
  private let expanded: SecretBytes
  public let publicKey: [UInt8]

  /// Nil unless `seed` holds 32 bytes.
  public init?(seed: SecretBytes) {
    guard seed.count == 32 else { return nil }
    Sodium.require()
    var publicKey = [UInt8](repeating: 0, count: 32)
    expanded = SecretBytes(count: 64) { buffer in
      _ = seed.withUnsafeBytes {
        crypto_sign_seed_keypair(
          &publicKey, buffer.octets,
          $0.octets)
      }
    }
    self.publicKey = publicKey
  }

  /// The 64-byte signature over `message`.
  public func sign(_ message: [UInt8]) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: 64)
    _ = expanded.withUnsafeBytes {
      crypto_sign_detached(
        &signature, nil, message, UInt64(message.count), $0.octets)
    }
    return signature
  }
}

/// Whether `signature` is `publicKey`'s over `message` (RFC 8032; libsodium refuses small-order and non-canonical keys).
public func verifyEd25519(signature: [UInt8], message: [UInt8], publicKey: [UInt8]) -> Bool {
  Sodium.require()
  guard signature.count == 64, publicKey.count == 32 else { return false }
  return crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
}
