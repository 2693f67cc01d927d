import Glibc

/// Where a request comes from, as everything that is limited counts it: an IPv4 address; an IPv6 address in three tiers,
/// since who has one has its whole network. What limits a narrow tier limits the wider ones around it too.
public struct Source: Hashable, Sendable, ExpressibleByStringInterpolation {
  /// One network, or one name where there is no address.
  public struct Tier: Hashable, Sendable {
    /// 32, 64, 56 or 48 for a network; 0 for a name.
    public let bits: UInt8
    /// The network's first bytes, or the name's.
    public let bytes: [UInt8]

    /// What is counted by: distinct for distinct tiers. Personal data; never logged.
    public var key: String { "\(bits)/" + bytes.map { String($0, radix: 16) }.joined(separator: ".") }
  }

  /// The prefixes of an IPv6 address that are counted, the narrowest first: a line's, a customer's, a small provider's.
  public static let prefixes = [64, 56, 48]
  /// Bytes of a name that are told apart.
  public static let nameMaxBytes = 256

  /// The narrowest first; never empty.
  public let tiers: [Tier]

  public var narrowest: Tier { tiers[0] }
  public var widest: Tier { tiers[tiers.count - 1] }

  /// All that name no address share one source.
  public static let unnamed = Source("")

  /// - Parameter text: an address in numbers, with or without a zone (`%eth0`); an IPv4 address written as an IPv6 one
  ///   counts as itself. Anything else is a name of its own, by its first 256 bytes.
  public init(_ text: String) {
    if let bytes = Self.address(text) {
      tiers =
        bytes.count == 4
        ? [Tier(bits: 32, bytes: bytes)]
        : Self.prefixes.map { Tier(bits: UInt8($0), bytes: Array(bytes.prefix($0 / 8))) }
    } else {
      tiers = [Tier(bits: 0, bytes: Array(text.utf8.prefix(Self.nameMaxBytes)))]
    }
  }

  public init(stringLiteral value: String) { self.init(value) }

  /// 4 or 16 bytes; nil where it is no address.
  private static func address(_ text: String) -> [UInt8]? {
    let bytes = Array(text.utf8.prefix(64)).split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)[0]
    let plain = String(decoding: bytes, as: UTF8.self)
    var (four, six) = (in_addr(), in6_addr())
    if inet_pton(AF_INET, plain, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
    guard inet_pton(AF_INET6, plain, &six) == 1 else { return nil }
    let whole = withUnsafeBytes(of: six) { Array($0) }
    let isMapped = whole.prefix(10).allSatisfy { $0 == 0 } && whole[10] == 0xFF && whole[11] == 0xFF
    return isMapped ? Array(whole.suffix(4)) : whole
  }
}
