import Testing
import Zones

@testable import Web

@Suite struct SourcesBehindProxies {
  private func proxies(_ addresses: String..., kind: ProxyConfiguration.Kind = .forwarded) -> TrustedProxies {
    TrustedProxies(ProxyConfiguration(kind: kind, addresses: addresses))
  }

  @Test(arguments: [
    ("for=192.0.2.60", "192.0.2.60"), ("For=192.0.2.60;proto=https;by=203.0.113.43", "192.0.2.60"),
    ("for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"), ("for=192.0.2.60:1234", "192.0.2.60"),
    ("for=192.0.2.1, for=198.51.100.7", "198.51.100.7"), ("for=192.0.2.1, for=10.0.0.9", "192.0.2.1"),
    ("for=6.6.6.6, for=192.0.2.1, for=10.0.0.9;by=10.0.0.1", "192.0.2.1"),
    ("for=unknown", "10.0.0.1"), ("for=_hidden", "10.0.0.1"), ("for=192.0.2.1, for=unknown", "10.0.0.1"),
    ("proto=https", "10.0.0.1"), ("", "10.0.0.1"), ("for=\"192.0.2.1", "10.0.0.1"), ("192.0.2.1", "10.0.0.1"),
    ("for=300.1.1.1", "10.0.0.1"), ("for=\"a,b\", for=192.0.2.5", "192.0.2.5"),
  ])
  func `are the nearest address that is no proxy of ours`(header: String, source: String) {
    #expect(proxies("10.0.0.0/24").source(passedOnBy: "10.0.0.1", header.isEmpty ? [] : [header]) == source)
  }

  @Test func `are not believed past so many hops`() {
    let long = Array(repeating: "for=10.0.0.2", count: 32).joined(separator: ", ")
    #expect(proxies("10.0.0.0/24").source(passedOnBy: "10.0.0.1", ["for=192.0.2.1, " + long]) == "10.0.0.1")
  }

  @Test(arguments: [
    ("10.1.0.0/16", "10.1.255.3", true), ("10.1.0.0/16", "10.2.0.1", false), ("10.0.0.7", "10.0.0.7", true),
    ("10.0.0.7", "10.0.0.8", false), ("2001:db8::/32", "2001:db8:1::5", true), ("2001:db8::/32", "2001:db9::1", false),
    ("10.0.0.7", "::ffff:10.0.0.7", true), ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "::1", false),
  ])
  func `count as proxies by network`(network: String, address: String, isWithin: Bool) throws {
    #expect(try #require(NetworkRange(network)).contains(address) == isWithin)
  }

  @Test(arguments: ["", "10.0.0.1/33", "10.0.0.1/16", "10.0.0", "x", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/ 8"])
  func `are no networks`(text: String) { #expect(NetworkRange(text) == nil) }
}

@Suite struct Preambles {
  private let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]

  @Test func `of version 1 name an address`() {
    let line = Array("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n".utf8)
    #expect(ProxyPreamble.read(line + [22, 3, 1]) == .complete(address: "192.0.2.1", length: line.count))
    for end in 0..<line.count { #expect(ProxyPreamble.read(Array(line[..<end])) == .needsMore) }
    let six = Array("PROXY TCP6 2001:db8::1 ::1 1 2\r\n".utf8)
    #expect(ProxyPreamble.read(six) == .complete(address: "2001:db8::1", length: six.count))
    #expect(ProxyPreamble.read(Array("PROXY UNKNOWN x\r\n".utf8)) == .complete(address: nil, length: 17))
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n",
    "PROXY TCP6 1.2.3.4 ::1 1 2\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 99999\r\n", "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n",
    "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n", "proxy TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
  ])
  func `of version 1 that are wrong are refused`(text: String) {
    #expect(ProxyPreamble.read(Array(text.utf8)) == .malformed)
  }

  @Test func `of version 1 end within 107 bytes`() {
    #expect(ProxyPreamble.read(Array(("PROXY UNKNOWN " + String(repeating: "x", count: 200)).utf8)) == .malformed)
  }

  @Test func `of version 2 name an address`() {
    let four: [UInt8] = signature + [0x21, 0x11, 0, 12, 192, 0, 2, 1, 198, 51, 100, 1, 220, 4, 1, 187]
    #expect(ProxyPreamble.read(four + [22]) == .complete(address: "192.0.2.1", length: 28))
    for end in 1..<four.count { #expect(ProxyPreamble.read(Array(four[..<end])) == .needsMore) }
    let six: [UInt8] = signature + [0x21, 0x21, 0, 36, 0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 32)
    #expect(ProxyPreamble.read(six) == .complete(address: "2001:db8::", length: 52))
    #expect(ProxyPreamble.read(signature + [0x20, 0x00, 0, 0]) == .complete(address: nil, length: 16))
  }

  @Test func `of version 2 that are wrong are refused`() {
    for wrong in [
      [0x31, 0x11, 0, 12], [0x22, 0x11, 0, 12], [0x21, 0x11, 0xFF, 0xFF],
    ] as [[UInt8]] { #expect(ProxyPreamble.read(signature + wrong) == .malformed) }
    for wrong in [[0x21, 0x12, 0, 12], [0x21, 0x31, 0, 12], [0x21, 0x11, 0, 11]] as [[UInt8]] {
      #expect(ProxyPreamble.read(signature + wrong + [UInt8](repeating: 0, count: 12)) == .malformed)
    }
  }
}
