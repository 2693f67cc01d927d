/// What a check is asked, as bytes: a number of parts, and each part's length before it, in eight bytes, the highest first.
struct CheckRequest {
  let trust: CheckTrust
  let document: [UInt8]

  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    for parts in [trust.certificates, trust.lists, [document]] {
      Self.append(parts.count, to: &bytes)
      for part in parts {
        Self.append(part.count, to: &bytes)
        bytes += part
      }
    }
    return bytes
  }

  /// - Returns: nil where the bytes are no request, or end early.
  static func decode(_ bytes: [UInt8]) -> CheckRequest? {
    var rest = bytes[...]
    guard let certificates = parts(&rest), let lists = parts(&rest), let documents = parts(&rest),
      documents.count == 1, rest.isEmpty
    else { return nil }
    return CheckRequest(trust: CheckTrust(certificates: certificates, lists: lists), document: documents[0])
  }

  private static func append(_ number: Int, to bytes: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
    guard rest.count >= 8 else { return nil }
    let value = rest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    rest = rest.dropFirst(8)
    return Int(exactly: value)
  }

  private static func parts(_ rest: inout ArraySlice<UInt8>) -> [[UInt8]]? {
    guard let count = number(&rest), count <= 10_000 else { return nil }
    var parts: [[UInt8]] = []
    for _ in 0..<count {
      guard let length = number(&rest), length >= 0, length <= rest.count else { return nil }
      parts.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return parts
  }
}
