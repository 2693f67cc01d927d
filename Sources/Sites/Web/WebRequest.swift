public import FairQueues
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
  /// Where the request has its turn; nil where requests are not queued.
  var turns: FairSemaphore?

  public var path: String { request.uri.path }

  /// Whom limits count this request by.
  public var source: Source { address.map { Source($0) } ?? .unnamed }

  /// Waits for something that needs no calculation of ours, such as a body or another queue, while others have the
  /// request's turn.
  public func aside<T: Sendable, Failure: Error>(
    _ wait: () async throws(Failure) -> T
  ) async throws(Failure) -> T {
    guard let turns else { return try await wait() }
    turns.leave()
    let result: Result<T, Failure>
    do { result = .success(try await wait()) } catch { result = .failure(error) }
    await turns.enterAgain(source)
    return try result.get()
  }

  /// The certificate of the other end, DER; nil where it showed none.
  public func peerCertificate() async -> [UInt8]? { await connection.peerCertificate() }

  /// Whether a form was sent only to be shown in another language, with what was typed, and nothing is to be done.
  public var switchesLanguage: Bool { request.method == .post && Language.chosen(by: request) != nil }

  private static let switchQueryMaxBytes = 2_000

  /// The query as it came, but for `lang`; empty where it is longer than 2,000 bytes.
  var queryWithoutLanguage: String {
    let query = Array((request.uri.query ?? "").utf8.prefix(Self.switchQueryMaxBytes + 1))
    guard query.count <= Self.switchQueryMaxBytes else { return "" }
    let kept = query.split(separator: UInt8(ascii: "&")).filter { !$0.starts(with: "lang=".utf8) }
    return String(decoding: Array(kept.joined(separator: "&".utf8)), as: UTF8.self)
  }

  /// A cookie's value; nil where there is none of that name, or its value is not ASCII.
  public func cookie(_ name: String) -> String? { request.cookieValue(name) }

  /// The first parameter of that name in the query, decoded as a form's field is.
  public func query(_ name: String) -> String? { request.parameter(name) }

  /// Whether a browser says that the request comes from a page of ours. Browsers that say nothing are left to the
  /// form's token; `Origin: null` says nothing, since our own `no-referrer` causes it.
  public var comesFromOwnPage: Bool {
    if let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }) {
      return site == "same-origin" || site == "none"
    }
    guard let origin = request.headers[.origin], origin != "null" else { return true }
    return origin == "https://" + (request.head.authority ?? "")
  }
}
