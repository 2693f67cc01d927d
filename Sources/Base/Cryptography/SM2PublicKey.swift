import COpenSSL

/// The identifier that SM2 signatures are made under where nothing else is agreed (GM/T 0009-2012, section 10). OpenSSL 3.0
/// takes an empty one unless it is told.
public let sm2StandardIdentifier = Array("1234567812345678".utf8)

/// Somebody's public key on the SM2 curve (GB/T 32918): signatures with SM3, under the standard identifier.
public struct SM2PublicKey: Sendable, Hashable {
  public static let byteCount = 91

  /// SubjectPublicKeyInfo in DER: a named curve, the point uncompressed.
  public let spki: [UInt8]

  /// Nil unless `spki` is such a key in its one encoding, and its point on the curve.
  public init?(spki: [UInt8]) {
    guard spki.count == Self.byteCount, spki.starts(with: Self.prefix),
      Self.parse(spki, { EVP_PKEY_is_a($0, "SM2") == 1 }) == true
    else { return nil }
    self.spki = spki
  }

  /// Of a point: 64 bytes, x before y. Nil where it is not on the curve.
  public init?(point: [UInt8]) {
    guard point.count == 64 else { return nil }
    self.init(spki: Self.prefix + point)
  }

  /// Whether `signature`, two numbers in DER (GM/T 0009), is this key's over `message`.
  public func verifies(signature: [UInt8], of message: [UInt8]) -> Bool {
    Self.parse(spki) { key in
      guard let context = EVP_MD_CTX_new() else { return false }
      defer { EVP_MD_CTX_free(context) }
      var inner: OpaquePointer?
      let identifier = sm2StandardIdentifier
      // The inner context belongs to the outer one.
      return EVP_DigestVerifyInit(context, &inner, EVP_sm3(), nil, key) == 1
        && EVP_PKEY_CTX_set1_id(inner, identifier, Int32(identifier.count)) == 1
        && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    } ?? false
  }

  /// What is signed for `message` under the standard identifier: e = SM3(Z ‖ message), 32 bytes (GB/T 32918.2, 5.5 and 6.1).
  public func digestToSign(_ message: [UInt8]) -> [UInt8] {
    let identifier = sm2StandardIdentifier
    let bits = identifier.count * 8
    let signer = [UInt8(bits >> 8), UInt8(bits & 0xFF)] + identifier + Self.curve + spki.suffix(64)
    return sm3(sm3(signer) + message)
  }

  /// a, b and the base point's two coordinates of the curve (GB/T 32918.5, section 2).
  private static let curve: [UInt8] = [
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc",
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93",
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7",
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
  ].flatMap { decodeHex($0) ?? [] }

  /// SEQUENCE { SEQUENCE { id-ecPublicKey, sm2p256v1 }, BIT STRING { 04 …, of 65 bytes } }
  private static let prefix: [UInt8] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF,
    0x55, 0x01, 0x82, 0x2D, 0x03, 0x42, 0x00, 0x04,
  ]

  private static func parse(_ spki: [UInt8], _ body: (OpaquePointer) -> Bool) -> Bool? {
    defer { ERR_clear_error() }
    return spki.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      guard let key = d2i_PUBKEY(nil, &cursor, buffer.count) else { return nil }
      defer { EVP_PKEY_free(key) }
      return body(key)
    }
  }
}
