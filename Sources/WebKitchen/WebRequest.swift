import Cryptography
import Glibc
import HTTPTypes
public import Hummingbird
import HummingbirdCore
import NIOCore
import NIOSSL

/// The other end of a request, as far as a site asks about it.
public protocol WebConnection: Sendable {
  /// In numbers; nil where it is none that has one.
  var remoteAddress: String? { get }
  /// The certificate of the other end, DER. Asked of the connection anew, a resumed TLS session included.
  func peerCertificate() async -> [UInt8]?
  func close(inSeconds: Int)
  /// What the connection is known by while it is open; nil where there is none.
  var identity: ObjectIdentifier? { get }
}

extension WebConnection {
  public var identity: ObjectIdentifier? { nil }
}

struct ChannelConnection: WebConnection {
  let channel: any Channel

  var remoteAddress: String? { channel.remoteAddress?.ipAddress }
  var identity: ObjectIdentifier? { ObjectIdentifier(channel) }

  func peerCertificate() async -> [UInt8]? {
    guard let certificate = try? await channel.nioSSL_peerCertificate().get() else { return nil }
    return try? certificate.toDERBytes()
  }

  func close(inSeconds seconds: Int) {
    _ = channel.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) { channel.close(promise: nil) }
  }
}

/// What Hummingbird hands over with a request: above all the connection, for the peer's address and certificate.
public struct WebContext: RequestContext {
  public var coreContext: CoreRequestContextStorage
  let connection: any WebConnection

  public init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    connection = ChannelConnection(channel: source.channel)
  }
}

/// A request as our handlers see it.
public struct WebRequest: Sendable {
  public let request: Request
  let connection: any WebConnection
  /// Of the citizen, as far as our own proxies name it.
  let address: String?
  public let language: Language
  /// What the route's `{…}` matched.
  public let parameters: [String: String]

  public var path: String { request.uri.path }

  /// What a form sent in the address, decoded as such: blanks arrive as `+`. Nothing where the query is broken.
  public var query: URLEncodedForm { URLEncodedForm(Array((request.uri.query ?? "").utf8)) ?? URLEncodedForm() }

  /// What rate limits count a source by: an IPv4 address, or the first 64 bits of an IPv6 one.
  public var source: String {
    address.map { Self.source(of: $0) } ?? ""
  }

  /// The certificate of the other end, DER; nil where it showed none.
  public func peerCertificate() async -> [UInt8]? { await connection.peerCertificate() }

  /// Whether a form was sent only to be shown in another language, with what was typed, and nothing is to be done.
  public var switchesLanguage: Bool { request.method == .post && Language.chosen(by: request) != nil }

  private static let queryMaxBytes = 2_000

  /// The query as it came, but for `lang`; empty where it is longer than 2,000 bytes.
  var queryWithoutLanguage: String {
    guard let query = request.uri.query, query.utf8.count <= Self.queryMaxBytes else { return "" }
    return query.split(separator: "&").filter { !$0.hasPrefix("lang=") }.joined(separator: "&")
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

  static func source(of address: String) -> String {
    guard address.contains(":") else { return address }
    if address.hasPrefix("::ffff:"), address.contains(".") { return String(address.dropFirst(7)) }
    return networkPart(of: address)
  }

  static func networkPart(of address: String) -> String {
    var parsed = in6_addr()
    let plain = address.split(separator: "%").first.map(String.init) ?? address
    guard inet_pton(AF_INET6, plain, &parsed) == 1 else { return address }
    return withUnsafeBytes(of: parsed) { encodeHex(Array($0.prefix(8))) }
  }
}
