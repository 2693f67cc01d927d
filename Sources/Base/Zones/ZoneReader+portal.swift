import Glibc
import YAMLText

/// The portal's section.
extension Sites {
  static func readPortal(_ value: YAMLValue) -> PortalConfiguration? {
    let keys = ["listen", "port", "public_url", "disk_min_free_bytes", "guesses", "proxies"]
    guard let group = value.mapping(keys) else { return nil }
    let address = group.required("listen")?.listenAddress()
    let port = group.required("port")?.port()
    let url = group.required("public_url")?.siteURL()
    let guesses = group.optional("guesses").map(readGuesses)
    let proxies = group.optional("proxies").map(readProxies)
    guard let address, let port, let url else { return nil }
    if guesses != nil && guesses?.flatMap({ $0 }) == nil || proxies != nil && proxies?.flatMap({ $0 }) == nil {
      return nil
    }
    var portal = PortalConfiguration(listenAddress: address, port: port, publicURL: url)
    group.integer("disk_min_free_bytes", 0...1_125_899_906_842_624, into: &portal.diskMinFreeBytes)
    portal.attemptLimits = guesses.flatMap { $0 }
    portal.proxies = proxies.flatMap { $0 }
    return portal
  }

  private static func readGuesses(_ value: YAMLValue) -> AttemptLimits? {
    let keys = [
      "wrong_per_letter", "wrong_per_letter_daily", "wrong_per_source", "wrong_overall", "codes_per_phone",
      "codes_per_source", "codes_overall", "codes_per_phone_daily",
    ]
    guard let group = value.mapping(keys) else { return nil }
    var limits = AttemptLimits()
    group.integer(keys[0], 1...1_000, into: &limits.wrongPerLetter)
    group.integer(keys[1], 1...10_000, into: &limits.wrongPerLetterDaily)
    group.integer(keys[2], 1...1_000_000, into: &limits.wrongPerSource)
    group.integer(keys[3], 1...100_000_000, into: &limits.wrongOverall)
    group.integer(keys[4], 1...100, into: &limits.codesPerPhone)
    group.integer(keys[5], 1...1_000_000, into: &limits.codesPerSource)
    group.integer(keys[6], 1...100_000_000, into: &limits.codesOverall)
    group.integer(keys[7], 1...1_000, into: &limits.codesPerPhoneDaily)
    return limits
  }

  private static func readProxies(_ value: YAMLValue) -> ProxyConfiguration? {
    guard let group = value.mapping(["kind", "addresses"]) else { return nil }
    let kind = group.required("kind")?.choice(ProxyConfiguration.Kind.self)
    let addresses = group.required("addresses")?.list(atLeast: 1, atMost: 100)?.compactMap { element in
      element.parsed("an IP address, or a network such as 10.1.0.0/16") { NetworkRange($0) == nil ? nil : $0 }
    }
    guard let kind, let addresses, !addresses.isEmpty else { return nil }
    return ProxyConfiguration(kind: kind, addresses: addresses)
  }
}

/// An IPv4 or IPv6 address, or a network of them.
public struct NetworkRange: Sendable, Hashable {
  private let bytes: [UInt8]
  private let bits: Int

  /// Nil for anything but `address` and `address/bits`; a network's address has zeros after its bits.
  public init?(_ text: String) {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count <= 2, let bytes = Self.bytes(of: String(halves[0])) else { return nil }
    let whole = bytes.count * 8
    guard let bits = halves.count == 1 ? whole : Int(halves[1]), (0...whole).contains(bits),
      (bits..<whole).allSatisfy({ Self.bit($0, of: bytes) == 0 })
    else { return nil }
    self.bytes = bytes
    self.bits = bits
  }

  public func contains(_ address: String) -> Bool {
    guard let other = Self.bytes(of: address), other.count == bytes.count else { return false }
    return (0..<bits).allSatisfy { Self.bit($0, of: bytes) == Self.bit($0, of: other) }
  }

  private static func bit(_ index: Int, of bytes: [UInt8]) -> UInt8 {
    let shift = UInt8(7 - index % 8)
    return (bytes[index / 8] >> shift) & 1
  }

  /// 4 or 16; an IPv4 address within IPv6 (`::ffff:…`) is an IPv4 address.
  private static func bytes(of text: String) -> [UInt8]? {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
    var six = in6_addr()
    guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
    let bytes = withUnsafeBytes(of: six) { Array($0) }
    return bytes.starts(with: [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]) ? Array(bytes.suffix(4)) : bytes
  }
}
