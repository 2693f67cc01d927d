/// The first bytes of a connection that a proxy opened: HAProxy's PROXY protocol, version 1 or 2.
enum ProxyPreamble {
  static let maxBytes = 4_096

  enum Answer: Equatable {
    case needsMore
    case malformed
    /// `address` is nil where the proxy speaks for itself; `length` bytes belong to the preamble.
    case complete(address: String?, length: Int)
  }

  private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

  static func read(_ bytes: [UInt8]) -> Answer {
    let start = bytes.prefix(signature.count)
    if start.elementsEqual(signature.prefix(start.count)), !start.isEmpty {
      return start.count < signature.count ? .needsMore : readBinary(bytes)
    }
    return readText(bytes)
  }

  /// `PROXY TCP4 192.0.2.1 198.51.100.1 56324 443`, CR, LF; 107 bytes at most.
  private static func readText(_ bytes: [UInt8]) -> Answer {
    let head = Array("PROXY ".utf8)
    guard bytes.prefix(head.count).elementsEqual(head.prefix(bytes.count)) else { return .malformed }
    guard let end = bytes.prefix(107).firstIndex(of: 0x0A) else { return bytes.count < 107 ? .needsMore : .malformed }
    guard end > 0, bytes[end - 1] == 0x0D, let line = String(validating: bytes[..<(end - 1)], as: UTF8.self) else {
      return .malformed
    }
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    if words.count >= 2, words[1] == "UNKNOWN" { return .complete(address: nil, length: end + 1) }
    guard words.count == 6, words[1] == "TCP4" || words[1] == "TCP6", UInt16(words[4]) != nil, UInt16(words[5]) != nil,
      let address = IPAddress(String(words[2])), IPAddress(String(words[3])) != nil,
      address.isVersion6 == (words[1] == "TCP6")
    else { return .malformed }
    return .complete(address: address.text, length: end + 1)
  }

  private static func readBinary(_ bytes: [UInt8]) -> Answer {
    guard bytes.count >= 16 else { return .needsMore }
    let (command, family, length) = (bytes[12], bytes[13], Int(bytes[14]) << 8 | Int(bytes[15]))
    guard command == 0x20 || command == 0x21, 16 + length <= maxBytes else { return .malformed }
    guard bytes.count >= 16 + length else { return .needsMore }
    let rest = Array(bytes[16..<(16 + length)])
    if command == 0x20 || family == 0x00 { return .complete(address: nil, length: 16 + length) }
    switch family {
    case 0x11:
      guard length >= 12 else { return .malformed }
      return .complete(address: IPAddress(bytes: Array(rest[0..<4]))?.text, length: 16 + length)
    case 0x21:
      guard length >= 36 else { return .malformed }
      return .complete(address: IPAddress(bytes: Array(rest[0..<16]))?.text, length: 16 + length)
    default: return .malformed
    }
  }
}
