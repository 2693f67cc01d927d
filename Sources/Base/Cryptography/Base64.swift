import CSodium

/// Base64 (RFC 4648, section 4): canonical text only, no white space.
public enum Base64 {
  public static func encode(_ bytes: [UInt8], padded: Bool = true) -> String {
    Sodium.require()
    let variant = variant(padded)
    let capacity = sodium_base64_encoded_len(bytes.count, variant)
    var output = [CChar](repeating: 0, count: capacity)
    sodium_bin2base64(&output, capacity, bytes, bytes.count, variant)
    return output.withUnsafeBytes { String(decoding: $0.dropLast(), as: UTF8.self) }
  }

  /// Nil for foreign characters, wrong padding, or bits that are set beyond the last byte.
  public static func decode(_ text: some Collection<UInt8>, padded: Bool = true) -> [UInt8]? {
    Sodium.require()
    return text.withContiguousStorageIfAvailable { decode(UnsafeRawBufferPointer($0), padded) }
      ?? Array(text).withUnsafeBytes { decode($0, padded) }
  }

  /// Four characters at a time. Not in constant time: what is decoded here is ciphertext, or public.
  private static func decode(_ text: UnsafeRawBufferPointer, _ padded: Bool) -> [UInt8]? {
    let digits = text.count - (padded ? paddingCount(text) : 0)
    guard digits % 4 != 1, !padded || text.count % 4 == 0 else { return nil }
    var isGood = true
    let output = [UInt8](unsafeUninitializedCapacity: digits / 4 * 3 + 2) { buffer, count in
      values.withUnsafeBufferPointer { values in
        // 0xFF marks a foreign character, and shows in the bits above the sixth.
        var (foreign, index): (UInt32, Int) = (0, 0)
        func next() -> UInt32 {
          let value = UInt32(values[Int(text[index])])
          foreign |= value
          index += 1
          return value
        }
        func put(_ byte: UInt32) {
          buffer[count] = UInt8(truncatingIfNeeded: byte)
          count += 1
        }
        while digits - index >= 4 {
          let group = next() << 18 | next() << 12 | next() << 6 | next()
          put(group >> 16)
          put(group >> 8)
          put(group)
        }
        if digits - index == 2 {
          let group = next() << 6 | next()
          put(group >> 4)
          isGood = group & 0xF == 0
        } else if digits - index == 3 {
          let group = next() << 12 | next() << 6 | next()
          put(group >> 10)
          put(group >> 2)
          isGood = group & 3 == 0
        }
        isGood = isGood && foreign < 64
      }
    }
    return isGood ? output : nil
  }

  private static func paddingCount(_ text: UnsafeRawBufferPointer) -> Int {
    guard text.count >= 4, text[text.count - 1] == UInt8(ascii: "=") else { return 0 }
    return text[text.count - 2] == UInt8(ascii: "=") ? 2 : 1
  }

  /// What each character stands for; 0xFF for none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, character) in alphabet.utf8.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  public static func decode(_ text: String, padded: Bool = true) -> [UInt8]? { decode(text.utf8, padded: padded) }

  private static func variant(_ padded: Bool) -> Int32 {
    padded ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_ORIGINAL_NO_PADDING
  }
}
