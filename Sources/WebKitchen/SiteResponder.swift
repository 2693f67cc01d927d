import HTTPTypes
public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import Runtime

/// Answers every request: route, error page, headers, log line.
public struct SiteResponder: HTTPResponder {
  public typealias Context = WebContext

  private let kitchen: SiteKitchen
  private let routes: RouteTable
  private let proxies: TrustedProxies?
  private let logger: Logger

  /// - Parameter proxies: those that are believed; the server must have the same.
  public init(kitchen: SiteKitchen, routes: RouteTable, proxies: TrustedProxies? = nil, logger: Logger) {
    self.proxies = proxies
    self.kitchen = kitchen
    self.routes = routes
    self.logger = logger
  }

  public func respond(to request: Request, context: WebContext) async throws -> Response {
    await respond(to: request, from: context.connection)
  }

  /// Answers a request that came over `connection`.
  package func respond(to request: Request, from connection: any WebConnection) async -> Response {
    let started = ContinuousClock.now
    var (response, closes) = await answer(request, connection)
    if let language = Language.chosen(by: request) {
      response.headers.append(
        HTTPField(
          name: .setCookie,
          value: "\(Language.cookieName)=\(language.rawValue); Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax"
        ))
    }
    addSecurityHeaders(to: &response, host: request.head.authority ?? "")
    if closes || response.headers[.connection] == "close" || request.uri.path.utf8.count > 2_000 {
      close(connection, after: &response)
    }
    log(request, response, started)
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func answer(_ request: Request, _ connection: any WebConnection) async -> (Response, closes: Bool) {
    let address = proxies.map { $0.source(of: request, connection) } ?? connection.remoteAddress
    var seen = WebRequest(
      request: request, connection: connection, address: address, language: .wanted(by: request), parameters: [:])
    do {
      if let response = ownAnswer(to: request) { return (response, false) }
      switch routes.match(request.method, request.uri.path) {
      case .nothing: throw WebFailure.notFound
      case .otherMethodsOnly: throw WebFailure.methodNotAllowed
      case .handler(let handler, let parameters):
        seen = WebRequest(
          request: request, connection: connection, address: address, language: seen.language, parameters: parameters)
        return (try await handler(seen), false)
      }
    } catch let failure as WebFailure {
      if let cause = failure.cause {
        logger.error(
          "a request could not be served",
          metadata: ["code": "\(faultCode(cause))", "path": "\(loggedPath(request.uri.path))"])
      }
      return (kitchen.errorPage(failure, for: seen), failure.closesConnection)
    } catch {
      // The error's code alone: its text could hold what a citizen wrote.
      logger.error("request failed", metadata: ["code": "\(faultCode(error))"])
      return (kitchen.errorPage(.inside, for: seen), true)
    }
  }

  private func ownAnswer(to request: Request) -> Response? {
    guard request.method == .get || request.method == .head else { return nil }
    switch request.uri.path {
    case "/health":
      return Response(
        status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: "ok")))
    case kitchen.stylesheetPath:
      return Response(
        status: .ok,
        headers: [.contentType: "text/css; charset=utf-8", .cacheControl: "public, max-age=31536000, immutable"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: stylesheet)))
    case kitchen.scriptPath:
      return Response(
        status: .ok,
        headers: [
          .contentType: "text/javascript; charset=utf-8", .cacheControl: "public, max-age=31536000, immutable",
        ],
        body: ResponseBody(byteBuffer: ByteBuffer(string: kitchen.script ?? "")))
    default: return nil
    }
  }

  /// Leaves the browser a few seconds to read the answer while what it still sends is thrown away, then hangs up.
  private func close(_ connection: any WebConnection, after response: inout Response) {
    response.headers[.connection] = "close"
    connection.close(inSeconds: 3)
  }

  private func log(_ request: Request, _ response: Response, _ started: ContinuousClock.Instant) {
    // The path alone: neither query, nor body, nor address, nor cookie.
    logger.info(
      "request",
      metadata: [
        "method": "\(request.method)", "path": "\(loggedPath(request.uri.path))", "status": "\(response.status.code)",
        "milliseconds": "\((ContinuousClock.now - started) / .milliseconds(1))",
      ])
  }
}

/// A path as the log has it: 200 characters at most, and what is long enough to be a secret, such as a one-time link's, is
/// left out. No name in our own paths is that long.
func loggedPath(_ path: String) -> String {
  let parts = path.prefix(200).split(separator: "/", omittingEmptySubsequences: false)
  return parts.map { $0.utf8.count > 32 ? "…" : String($0) }.joined(separator: "/")
}
