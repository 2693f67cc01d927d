import FairQueues
import HTTPTypes
public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import Runtime

/// Answers every request: route, error page, headers, log line.
public struct SiteResponder: HTTPResponder {
  public typealias Context = WebContext

  private let renderer: SiteRenderer
  private let routes: RouteTable
  private let proxies: TrustedProxies?
  private let logger: Logger
  private let turns: FairSemaphore

  /// Requests that are answered at the same time; more than cores, since each waits for the database now and then.
  package static let atOnce = 16
  /// Requests that wait for that: what is answered in a few seconds.
  static let waitingMost = 2_048
  /// Of them, those of one source.
  static let waitingMostOfOneSource = 256
  /// When one that found no place may come again.
  static let retryAfterSeconds = 5

  /// - Parameter proxies: those that are believed; the server must have the same.
  public init(renderer: SiteRenderer, routes: RouteTable, proxies: TrustedProxies? = nil, logger: Logger) {
    self.proxies = proxies
    self.renderer = renderer
    self.routes = routes
    self.logger = logger
    turns = FairSemaphore(
      atOnce: Self.atOnce, waitingMost: Self.waitingMost, ofOneSource: Self.waitingMostOfOneSource)
  }

  public func respond(to request: Request, context: WebContext) async throws -> Response {
    await respond(to: request, from: context.connection)
  }

  /// Answers a request that came over `connection`.
  package func respond(to request: Request, from connection: any WebConnection) async -> Response {
    let started = ContinuousClock.now
    guard let request = request.plain() else {
      return Response(status: .badRequest, headers: [.connection: "close", .contentLength: "0"])
    }
    var (response, closes, path) = await answer(request, connection)
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
    log(request, path, response, started)
    return request.method == .head ? response.createHeadResponse() : response
  }

  /// - Returns: also the path as the log has it: its route's pattern.
  private func answer(
    _ request: Request, _ connection: any WebConnection
  ) async -> (Response, closes: Bool, loggedPath: String) {
    if let response = ownAnswer(to: request) { return (response, false, request.uri.path) }
    let address = proxies.map { $0.source(of: request, connection) } ?? connection.remoteAddress
    var seen = WebRequest(
      request: request, connection: connection, address: address, language: .wanted(by: request), parameters: [:])
    var loggedPath = "…"
    guard await turns.enter(seen.source) else {
      let busy = WebFailure(
        .serviceUnavailable, "unavailableTitle", "unavailableText", retryAfterSeconds: Self.retryAfterSeconds)
      return (renderer.errorPage(busy, for: seen), false, loggedPath)
    }
    defer { turns.leave() }
    do {
      switch routes.match(request.method, request.uri.path) {
      case .nothing: throw WebFailure.notFound
      case .otherMethodsOnly: throw WebFailure.methodNotAllowed
      case .handler(let handler, let pattern, let parameters):
        loggedPath = pattern
        seen = WebRequest(
          request: request, connection: connection, address: address, language: seen.language, parameters: parameters,
          turns: turns)
        return (try await handler(seen), false, loggedPath)
      }
    } catch let failure as WebFailure {
      if let cause = failure.cause {
        logger.error(
          "a request could not be served", metadata: ["code": "\(faultCode(cause))", "path": "\(loggedPath)"])
      }
      return (renderer.errorPage(failure, for: seen), failure.closesConnection, loggedPath)
    } catch {
      // The error's code alone: its text could hold what a citizen wrote.
      logger.error("request failed", metadata: ["code": "\(faultCode(error))"])
      return (renderer.errorPage(.inside, for: seen), true, loggedPath)
    }
  }

  private func ownAnswer(to request: Request) -> Response? {
    guard request.method == .get || request.method == .head else { return nil }
    switch request.uri.path {
    case "/health":
      return Response(
        status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: "ok")))
    case renderer.stylesheetPath:
      return Response(
        status: .ok,
        headers: [.contentType: "text/css; charset=utf-8", .cacheControl: "public, max-age=31536000, immutable"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: stylesheet)))
    case renderer.scriptPath:
      return Response(
        status: .ok,
        headers: [
          .contentType: "text/javascript; charset=utf-8", .cacheControl: "public, max-age=31536000, immutable",
        ],
        body: ResponseBody(byteBuffer: ByteBuffer(string: renderer.script ?? "")))
    default: return nil
    }
  }

  /// Leaves the browser a few seconds to read the answer while what it still sends is thrown away, then hangs up.
  private func close(_ connection: any WebConnection, after response: inout Response) {
    response.headers[.connection] = "close"
    connection.close(inSeconds: 3)
  }

  private func log(_ request: Request, _ path: String, _ response: Response, _ started: ContinuousClock.Instant) {
    // The route's pattern: what was typed into an address may be anything, a letter's code or a phone's number too.
    logger.info(
      "request",
      metadata: [
        "method": "\(request.method.rawValue.prefix(16))", "path": "\(path)", "status": "\(response.status.code)",
        "milliseconds": "\((ContinuousClock.now - started) / .milliseconds(1))",
      ])
  }
}
