import CSodium

/// Base64 (RFC 4648, section 4): canonical text only, no white space.
public enum Base64 {
  public static func encode(_ bytes: [UInt8], padded: Bool = true) -> String {
    Sodium.require()
    let variant = variant(padded)
    let capacity = sodium_base64_encoded_len(bytes.count, variant)
    var output = [CChar](repeating: 0, count: capacity)
    sodium_bin2base64(&output, capacity, bytes, bytes.count, variant)
    return String(decoding: output.dropLast().lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Nil for foreign characters, wrong padding, or bits that are set beyond the last byte.
  public static func decode(_ text: some Collection<UInt8>, padded: Bool = true) -> [UInt8]? {
    Sodium.require()
    let characters = text.map { CChar(bitPattern: $0) }
    // libsodium 1.0.18 takes any byte above 0x7F for a digit where `char` is signed.
    guard characters.allSatisfy({ $0 > 0 }) else { return nil }
    var output = [UInt8](repeating: 0, count: characters.count / 4 * 3 + 3)
    var count = 0
    let result = sodium_base642bin(
      &output, output.count, characters, characters.count, nil, &count, nil, variant(padded))
    guard result == 0 else { return nil }
    output.removeLast(output.count - count)
    return output
  }

  public static func decode(_ text: String, padded: Bool = true) -> [UInt8]? { decode(text.utf8, padded: padded) }

  private static func variant(_ padded: Bool) -> Int32 {
    padded ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_ORIGINAL_NO_PADDING
  }
}
