import Cryptography
import HTTPTypes
import Hummingbird
public import Letters
public import Logging
public import ServiceLifecycle
import WebKitchen
public import Zones

/// Says whether a certificate is a handler's now: chain, purpose, dates, revocation.
public protocol HandlerCertificateVerifying: Sendable {
  /// - Parameter certificate: DER, as the browser showed it.
  /// - Returns: SHA-256 of the certificate, 64 lowercase hex digits.
  /// - Throws: why not, for the log.
  func fingerprint(ofHandlerCertificate certificate: [UInt8]) throws -> String
}

/// The handlers' site: to do, sign for, answer, decline.
public final class DeskSite: Service {
  let configuration: ZoneConfiguration
  let letters: DeskLetters
  let logger: Logger
  let kitchen: SiteKitchen
  let tokens = DeskFormTokens()
  private let trust: any HandlerCertificateVerifying

  /// - Parameter trust: asked with every request, so that a revocation counts from the next one on.
  /// - Throws: where a template cannot be read, which a test forbids.
  public init(
    configuration: ZoneConfiguration, letters: DeskLetters, trust: any HandlerCertificateVerifying, logger: Logger
  ) throws {
    self.configuration = configuration
    self.letters = letters
    self.trust = trust
    self.logger = logger
    kitchen = try SiteKitchen(
      strings: deskStrings, templates: deskTemplates, links: [.init("/folders/to-do", "navFolders")],
      siteNameKey: "siteName")
  }

  /// Serves until the service group stops it.
  ///
  /// - Throws: where the zone has no desk, a key cannot be read or the port is taken.
  public func run() async throws {
    guard let desk = configuration.desk else { throw DeskIsNotConfigured() }
    let server = try SiteServer(
      responder: SiteResponder(kitchen: kitchen, routes: routes(), logger: logger), address: desk.listenAddress,
      port: desk.port, certificateChain: configuration.keys.tlsCertificate, key: configuration.keys.tlsKey,
      clientCertificate: .asked(issuers: [configuration.trust.root] + configuration.trust.intermediates),
      maxConnections: 1_024, logger: logger)
    try await server.run()
  }

  func routes() -> RouteTable {
    var routes = RouteTable()
    handle(.get, "/", &routes) { _, _ in seeOther("/folders/to-do") }
    addFolderRoutes(to: &routes)
    addLetterRoutes(to: &routes)
    return routes
  }

  typealias HandlersPage = @Sendable (WebRequest, Handler) async throws -> Response

  /// A route for handlers only. Who asks is found out anew each time: a resumed TLS session skips the handshake's check.
  func handle(
    _ method: HTTPRequest.Method, _ pattern: String, _ routes: inout RouteTable, _ page: @escaping HandlersPage
  ) {
    routes.on(method, pattern) { [self] request in
      let handler = try await handler(asking: request)
      do {
        return try await page(request, handler)
      } catch LetterError.notFound {
        throw WebFailure.notFound
      } catch LetterError.unavailable {
        throw WebFailure.unavailable
      } catch LetterError.mayNotPublish {
        throw WebFailure.mayNotPublish
      } catch LetterError.wrongStage {
        throw WebFailure.wrongStage
      }
    }
  }

  private func handler(asking request: WebRequest) async throws -> Handler {
    guard let certificate = await request.peerCertificate() else {
      logger.notice("handler refused", metadata: ["reason": "no certificate"])
      throw WebFailure.noCertificate
    }
    let fingerprint: String
    do {
      fingerprint = try trust.fingerprint(ofHandlerCertificate: certificate)
    } catch {
      logger.notice("handler refused", metadata: ["reason": "not trusted", "certificate": "\(Digest.of(certificate))"])
      throw WebFailure.untrustedCertificate
    }
    let person = configuration.people.first { $0.certificateFingerprint == fingerprint && $0.roles.contains(.clerk) }
    guard let person else {
      logger.notice("handler refused", metadata: ["reason": "not enrolled", "certificate": "\(fingerprint)"])
      throw WebFailure.notEnrolled
    }
    return Handler(name: person.name, certificateFingerprint: fingerprint, mailboxes: person.mailboxes)
  }
}

/// The zone's configuration names no desk.
public struct DeskIsNotConfigured: Error {}

extension WebFailure {
  static let noCertificate = WebFailure(
    .forbidden, "noCertificateTitle", "noCertificateText", closesConnection: true)
  static let untrustedCertificate = WebFailure(
    .forbidden, "untrustedTitle", "untrustedText", closesConnection: true)
  static let notEnrolled = WebFailure(.forbidden, "notEnrolledTitle", "notEnrolledText", closesConnection: true)
  static let wrongStage = WebFailure(.conflict, "wrongStageTitle", "wrongStageText")
  static let mayNotPublish = WebFailure(.unprocessableContent, "mayNotPublishTitle", "mayNotPublishText")
}
