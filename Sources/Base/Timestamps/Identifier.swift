import Cryptography

/// A new UUID of version 7 (RFC 9562, section 5.7), in lower case.
public func newIdentifier(at milliseconds: UnixMilliseconds) -> String {
  var bytes = randomBytes(16)
  for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> (8 * (5 - index))) }
  bytes[6] = bytes[6] & 0x0F | 0x70
  bytes[8] = bytes[8] & 0x3F | 0x80
  var text = ""
  for (index, byte) in bytes.enumerated() {
    if [4, 6, 8, 10].contains(index) { text += "-" }
    text += encodeHex([byte])
  }
  return text
}
