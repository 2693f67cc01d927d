import Cryptography
import Glibc
import HTTPTypes
public import Hummingbird
import HummingbirdCore
public import NIOCore
import NIOSSL

/// What Hummingbird hands over with a request: above all the connection, for the peer's address and certificate.
public struct WebContext: RequestContext {
  public var coreContext: CoreRequestContextStorage
  let channel: any Channel

  public init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }
}

/// A request as our handlers see it.
public struct WebRequest: Sendable {
  public let request: Request
  public let channel: any Channel
  public let language: Language
  /// What the route's `{…}` matched.
  public let parameters: [String: String]

  public var path: String { request.uri.path }

  /// What rate limits count a source by: an IPv4 address, or the first 64 bits of an IPv6 one.
  public var source: String {
    guard let address = channel.remoteAddress?.ipAddress else { return "" }
    guard address.contains(":") else { return address }
    if address.hasPrefix("::ffff:") { return String(address.dropFirst(7)) }
    return Self.networkPart(of: address)
  }

  /// The certificate of the other end, DER. Asked of the connection anew, a resumed TLS session included.
  public func peerCertificate() async -> [UInt8]? {
    guard let certificate = try? await channel.nioSSL_peerCertificate().get() else { return nil }
    return try? certificate.toDERBytes()
  }

  public func cookie(_ name: String) -> String? { request.cookies[name]?.value }

  /// Whether a browser says that the request comes from a page of ours. Browsers that say nothing are left to the
  /// form's token; `Origin: null` says nothing, since our own `no-referrer` causes it.
  public var comesFromOwnPage: Bool {
    if let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }) {
      return site == "same-origin" || site == "none"
    }
    guard let origin = request.headers[.origin], origin != "null" else { return true }
    return origin == "https://" + (request.head.authority ?? "")
  }

  static func networkPart(of address: String) -> String {
    var parsed = in6_addr()
    let plain = address.split(separator: "%").first.map(String.init) ?? address
    guard inet_pton(AF_INET6, plain, &parsed) == 1 else { return address }
    return withUnsafeBytes(of: parsed) { encodeHex(Array($0.prefix(8))) }
  }
}
