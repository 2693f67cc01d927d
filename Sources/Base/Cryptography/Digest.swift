import COpenSSL

/// A SHA-256 digest (FIPS 180-4): 32 bytes, written as 64 lowercase hex digits.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
  public static let byteCount = 32
  public static let zero = Digest(unchecked: [UInt8](repeating: 0, count: byteCount))

  public let bytes: [UInt8]

  /// Nil unless `bytes` are 32.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Nil unless `hex` is 64 lowercase hex digits.
  public init?(hex: String) {
    guard hex.utf8.count == 2 * Self.byteCount, let bytes = decodeHex(hex) else { return nil }
    self.init(bytes: bytes)
  }

  fileprivate init(unchecked bytes: [UInt8]) { self.bytes = bytes }

  public var hex: String { encodeHex(bytes) }
  public var description: String { hex }

  public static func of(_ bytes: some Sequence<UInt8>) -> Digest {
    let hasher = SHA256Hasher()
    if bytes.withContiguousStorageIfAvailable({ hasher.update(UnsafeRawBufferPointer($0)) }) == nil {
      hasher.update(Array(bytes))
    }
    return hasher.finish()
  }

  public static func of(_ buffer: UnsafeRawBufferPointer) -> Digest {
    let hasher = SHA256Hasher()
    hasher.update(buffer)
    return hasher.finish()
  }
}

/// SHA-256 over bytes that come piece by piece. Use from one task at a time.
public final class SHA256Hasher {
  private let context: OpaquePointer

  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("OpenSSL offers no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    if bytes.count > 0 { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }
  }

  public func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// The digest of all that was added; the hasher starts anew.
  public func finish() -> Digest {
    var output = [UInt8](repeating: 0, count: Digest.byteCount)
    output.withUnsafeMutableBytes { finish(into: $0) }
    return Digest(unchecked: output)
  }

  /// As `finish`, without an allocation.
  ///
  /// - Parameter output: 32 bytes.
  public func finish(into output: UnsafeMutableRawBufferPointer) {
    precondition(output.count == Digest.byteCount, "a SHA-256 digest has 32 bytes")
    EVP_DigestFinal_ex(context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
    EVP_DigestInit_ex(context, nil, nil)
  }
}

private let hexDigits = Array("0123456789abcdef".utf8)

/// Lowercase hex.
public func encodeHex(_ bytes: some Sequence<UInt8>) -> String {
  var output: [UInt8] = []
  for byte in bytes {
    output.append(hexDigits[Int(byte >> 4)])
    output.append(hexDigits[Int(byte & 15)])
  }
  return String(decoding: output, as: UTF8.self)
}

/// Nil for anything but pairs of lowercase hex digits.
public func decodeHex(_ text: String) -> [UInt8]? {
  func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
  let digits = Array(text.utf8)
  guard digits.count % 2 == 0 else { return nil }
  var output: [UInt8] = []
  output.reserveCapacity(digits.count / 2)
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
    output.append(high << 4 | low)
  }
  return output
}
