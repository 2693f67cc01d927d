import Cryptography
import HTTPTypes
import Hummingbird
public import Letters
public import Logging
public import PublishedDocuments
public import ServiceLifecycle
import Web
public import Zones

/// The public site: citizens write letters, look them up, and read what is published.
public final class PortalSite: Service {
  /// Sends one text message to a number of eleven digits; throws where it was not taken.
  public typealias SendSMS = @Sendable (_ phone: String, _ text: String) async throws -> Void

  static let cookieName = "__Host-guandu-session"
  static let agreedCookieName = "__Host-guandu-agreed"
  /// Visits whose phone is confirmed or that opened a letter, and those before that.
  static let promotedVisitsMost = 5_000
  static let otherVisitsMost = 20_000
  /// Visits of one letter's owner, and of one phone's.
  static let visitsOfOneOwner = 8

  let configuration: ZoneConfiguration
  let letters: CitizenLetters
  let documents: PortalDocuments
  let heldUploads = HeldUploads()
  let sendSMS: SendSMS
  let smsIsDemo: Bool
  let logger: Logger
  let renderer: SiteRenderer
  let sessions = SessionStore<PortalVisit>(
    anonymousMax: PortalSite.otherVisitsMost, promotedMax: PortalSite.promotedVisitsMost,
    ownedMax: PortalSite.visitsOfOneOwner)
  let forms: SignedForms
  let unsent = UnsentFiles()
  let codes: OutgoingCodes
  let codeSecret = SecretBytes.random(32)

  /// Where citizens find it, `https://host`.
  var address: String { configuration.portal?.publicURL ?? "" }

  /// - Parameters:
  ///   - smsIsDemo: whether messages end in the demo's folder; pages then say so.
  /// - Throws: where a template cannot be read, which a test forbids.
  public init(
    configuration: ZoneConfiguration, letters: CitizenLetters, documents: PortalDocuments,
    sendSMS: @escaping SendSMS, smsIsDemo: Bool,
    logger: Logger
  ) throws {
    self.configuration = configuration
    self.letters = letters
    self.documents = documents
    self.sendSMS = sendSMS
    self.smsIsDemo = smsIsDemo
    forms = SignedForms(key: letters.key(for: "portal forms"))
    self.logger = logger
    codes = OutgoingCodes(letters: letters, sendSMS: sendSMS, logger: logger)
    renderer = try SiteRenderer(
      strings: portalStrings, templates: portalTemplates,
      links: [
        .init("/", "navHome"), .init("/write", "navWrite"), .init("/lookup", "navLookup"),
        .init("/documents", "navDocuments"), .init("/public", "navPublic"),
      ], siteNameKey: "siteName")
  }

  /// Serves until the service group stops it, then forgets every visit.
  ///
  /// - Throws: where the zone has no portal, a key cannot be read or the port is taken.
  public func run() async throws {
    guard let portal = configuration.portal else { throw PortalIsNotConfigured() }
    let proxies = portal.proxies.map { TrustedProxies($0) }
    let server = try SiteServer(
      responder: SiteResponder(renderer: renderer, routes: routes(), proxies: proxies, logger: logger),
      address: portal.listenAddress,
      port: portal.port, certificateChain: configuration.keys.tlsCertificate, key: configuration.keys.tlsKey,
      clientCertificate: .none, proxies: proxies, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      group.addTask { await self.sweepUntilCancelled() }
      group.addTask { await self.codes.run() }
      defer { group.cancelAll() }
      try await group.next()
    }
    await forget(sessions.removeAll())
  }

  private func sweepUntilCancelled() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(20))
      await forget(sessions.sweep())
      // So that the log tells of a full link even when nobody writes.
      try? await letters.demandRoom()
    }
  }

  /// Clears away the sealed files of visits that ended without a letter.
  func forget(_ ended: [Session<PortalVisit>]) async {
    for session in ended {
      let orphans = session.with { visit in
        // A letter that is being sent at this moment keeps its files.
        let orphans = visit.isSending ? [] : visit.attachments
        visit.attachments = []
        unsent.note(&visit)
        visit.forget()
        return orphans
      }
      for attachment in orphans { await letters.discard(attachment) }
    }
  }

  func routes() -> RouteTable {
    var routes = RouteTable()
    addHomeRoutes(to: &routes)
    addPhoneRoutes(to: &routes)
    addLetterRoutes(to: &routes)
    addSendRoutes(to: &routes)
    addLookupRoutes(to: &routes)
    addUnlockRoutes(to: &routes)
    addPublicRoutes(to: &routes)
    addDocumentRoutes(to: &routes)
    return routes
  }
}

/// The zone's configuration names no portal.
public struct PortalIsNotConfigured: Error {}

extension RouteRule {
  /// Reads, and changes nothing.
  static let everyone = RouteRule("everyone")
  /// Takes nothing but a form of this visit's own pages.
  static let ownForm = RouteRule("own-form")
}
