public import Cryptography

/// Keys in age's own notation: Bech32 (BIP 173, without its limit of 90 characters).
public enum AgeKeyNotation {
  /// `age1…`
  public static func recipient(_ key: X25519PublicKey) -> String { Bech32.encode(prefix: "age", key.bytes) }

  /// `AGE-SECRET-KEY-1…`: a secret.
  public static func identity(_ key: X25519PrivateKey) -> String {
    Bech32.encode(prefix: "age-secret-key-", key.scalar.copy()).uppercased()
  }

  /// Nil for anything but a well-formed `age1…`.
  public static func recipient(parsing text: String) -> X25519PublicKey? {
    Bech32.decode(text, prefix: "age").flatMap(X25519PublicKey.init(bytes:))
  }

  /// Nil for anything but a well-formed `AGE-SECRET-KEY-1…`.
  public static func identity(parsing text: String) -> X25519PrivateKey? {
    guard text == text.uppercased() else { return nil }
    return Bech32.decode(text.lowercased(), prefix: "age-secret-key-").flatMap { bytes in
      bytes.count == 32 ? X25519PrivateKey(scalar: SecretBytes(bytes)) : nil
    }
  }
}

enum Bech32 {
  private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)

  static func encode(prefix: String, _ bytes: [UInt8]) -> String {
    let values = regroup(bytes, from: 8, to: 5, padding: true) ?? []
    let check = polymod(expand(prefix) + values + [0, 0, 0, 0, 0, 0]) ^ 1
    let checkValues = (0..<6).map { UInt8((check >> (5 * (5 - UInt32($0)))) & 31) }
    return prefix + "1" + String(decoding: (values + checkValues).map { alphabet[Int($0)] }, as: UTF8.self)
  }

  static func decode(_ text: String, prefix: String) -> [UInt8]? {
    guard text.hasPrefix(prefix + "1") else { return nil }
    let values = text.utf8.dropFirst(prefix.utf8.count + 1).map { alphabet.firstIndex(of: $0).map(UInt8.init) ?? 255 }
    guard values.count >= 6, !values.contains(255), polymod(expand(prefix) + values) == 1 else { return nil }
    return regroup(Array(values.dropLast(6)), from: 5, to: 8, padding: false)
  }

  private static func expand(_ prefix: String) -> [UInt8] {
    prefix.utf8.map { $0 >> 5 } + [0] + prefix.utf8.map { $0 & 31 }
  }

  private static func polymod(_ values: [UInt8]) -> UInt32 {
    let generator: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
    var check: UInt32 = 1
    for value in values {
      let top = check >> 25
      check = (check & 0x1ff_ffff) << 5 ^ UInt32(value)
      for bit in 0..<5 where top >> UInt32(bit) & 1 == 1 { check ^= generator[bit] }
    }
    return check
  }

  private static func regroup(_ input: [UInt8], from: Int, to: Int, padding: Bool) -> [UInt8]? {
    var (accumulator, bits, output) = (0, 0, [UInt8]())
    for value in input {
      accumulator = (accumulator << from | Int(value)) & 0xFFF
      bits += from
      while bits >= to {
        bits -= to
        output.append(UInt8(accumulator >> bits & (1 << to - 1)))
      }
    }
    if padding {
      if bits > 0 { output.append(UInt8(accumulator << (to - bits) & (1 << to - 1))) }
    } else if bits >= from || accumulator << (to - bits) & (1 << to - 1) != 0 {
      return nil
    }
    return output
  }
}
