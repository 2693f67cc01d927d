import COpenSSL

/// Somebody's public key on P-256, for signatures: ECDSA with SHA-256.
public struct P256PublicKey: Sendable, Hashable {
  public static let byteCount = 91

  /// SubjectPublicKeyInfo in DER: a named curve, the point uncompressed.
  public let spki: [UInt8]

  /// Nil unless `spki` is such a key in its one encoding, and its point on the curve.
  public init?(spki: [UInt8]) {
    guard spki.count == Self.byteCount, spki.starts(with: Self.prefix), Self.parse(spki, { _ in true }) == true else {
      return nil
    }
    self.spki = spki
  }

  /// SHA-256 of `spki`.
  public var fingerprint: Digest { Digest.of(spki) }

  /// Whether `signature`, an ECDSA-Sig-Value in DER, is this key's over `message`.
  public func verifies(signature: [UInt8], of message: [UInt8]) -> Bool {
    Self.parse(spki) { key in
      guard let context = EVP_MD_CTX_new() else { return false }
      defer { EVP_MD_CTX_free(context) }
      return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
        && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    } ?? false
  }

  /// SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 04 …, of 65 bytes } }
  private static let prefix: [UInt8] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE,
    0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
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

  /// The DER of a signature that browsers give as its two numbers, 32 bytes each. Nil for another length.
  public static func signature(fromNumbers bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count == 64 else { return nil }
    let numbers = [bytes[..<32], bytes[32...]].map { half -> [UInt8] in
      let digits = Array(half.drop { $0 == 0 })
      let first = digits.first ?? 0x80
      let positive = first >= 0x80 ? [0] + digits : digits
      return [0x02, UInt8(positive.count)] + positive
    }
    let body = numbers[0] + numbers[1]
    return [0x30, UInt8(body.count)] + body
  }
}
