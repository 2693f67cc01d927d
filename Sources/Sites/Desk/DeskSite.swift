public import AuditConsole
public import Documents
import HTTPTypes
import Hummingbird
public import Letters
public import Logging
public import People
public import ReceivedDocuments
import Roles
public import ServiceLifecycle
package import Web
public import Zones

public import struct Foundation.Date

/// Says whether a certificate is a handler's now: chain, purpose, dates, revocation.
public protocol HandlerCertificateVerifying: Sendable {
  /// - Parameter certificate: DER, as the browser showed it.
  /// - Throws: why not, for the log.
  func verify(handlerCertificate certificate: [UInt8]) throws -> HandlerCertificate
}

/// A certificate that is a handler's now.
public struct HandlerCertificate: Sendable {
  /// SHA-256, 64 lowercase hex digits.
  public let fingerprint: String
  public let ends: Date

  public init(fingerprint: String, ends: Date) {
    self.fingerprint = fingerprint
    self.ends = ends
  }
}

/// The handlers' site: who am I, letters, and the office's units, people and mailboxes.
public final class DeskSite: Service {
  let configuration: ZoneConfiguration
  let letters: DeskLetters
  let office: OfficeDirectory
  /// Nil where the zone has no official documents.
  let documents: OfficeDocuments?
  /// Nil where documents go to no portal.
  let publications: DocumentPublications?
  /// Nil where documents come from no other office.
  let received: ReceivedDocuments?
  let logger: Logger
  let renderer: SiteRenderer
  let sessions: SessionStore<DeskVisit>
  let trust: any HandlerCertificateVerifying
  let issuer: (any HandlerCertificateIssuing)?
  /// Nil where the zone keeps no audit log.
  let console: AuditConsole?
  let checker: LogChecker?
  let evidenceSource: EvidenceSource?
  let concerns: @Sendable () -> [DeskConcern]
  /// Papers that are being uploaded or wait to be printed, by person.
  let heldUploads = HeldUploads()

  /// - Parameters:
  ///   - trust: asked with every request, so that a revocation counts from the next one on.
  ///   - issuer: nil where this zone issues no certificates.
  ///   - console: what security officers look at; nil where the zone keeps no audit log.
  ///   - checker: checks the logs out of turn.
  ///   - evidence: makes evidence folders; nil where the zone makes none.
  ///   - documents: nil where the zone has no official documents.
  ///   - publications: nil where they go to no portal.
  ///   - received: nil where documents come from no other office.
  ///   - concerns: asked for each page of those who look after the zone's trust.
  /// - Throws: where a template cannot be read, which a test forbids.
  public init(
    configuration: ZoneConfiguration, letters: DeskLetters, office: OfficeDirectory,
    trust: any HandlerCertificateVerifying, issuer: (any HandlerCertificateIssuing)? = nil,
    console: AuditConsole? = nil, checker: LogChecker? = nil, evidence: EvidenceSource? = nil,
    documents: OfficeDocuments? = nil, publications: DocumentPublications? = nil,
    received: ReceivedDocuments? = nil, concerns: @escaping @Sendable () -> [DeskConcern] = { [] }, logger: Logger
  ) throws {
    self.configuration = configuration
    self.letters = letters
    self.office = office
    self.trust = trust
    self.issuer = issuer
    self.console = console
    self.checker = checker
    evidenceSource = evidence
    self.documents = documents
    self.publications = publications
    self.received = received
    self.concerns = concerns
    self.logger = logger
    let limits = configuration.desk ?? DeskConfiguration(listenAddress: "", port: 0)
    sessions = SessionStore(idleSeconds: limits.idleMinutes * 60, ageSeconds: limits.sessionHours * 3_600)
    renderer = try SiteRenderer(
      strings: deskStrings, templates: deskTemplates, links: [], siteNameKey: "siteName", footerKey: "deskFooter",
      script: signingScript)
  }

  /// Serves until the service group stops it.
  ///
  /// - Throws: where the zone has no desk, a key cannot be read or the port is taken.
  public func run() async throws {
    guard let desk = configuration.desk else { throw DeskIsNotConfigured() }
    let server = try SiteServer(
      responder: responder(), address: desk.listenAddress,
      port: desk.port, certificateChain: configuration.keys.tlsCertificate, key: configuration.keys.tlsKey,
      clientCertificate: .asked(issuers: [configuration.trust.root] + configuration.trust.intermediates),
      maxConnections: 1_024, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      group.addTask { await self.sweepUntilCancelled() }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func sweepUntilCancelled() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(20))
      _ = sessions.sweep()
      await office.enterCountedRefusals()
    }
  }

  /// How many sessions there are, come in or not.
  package var sessionCount: Int { sessions.count }

  package func responder() -> SiteResponder { SiteResponder(renderer: renderer, routes: routes(), logger: logger) }

  package func routes() -> RouteTable {
    var routes = RouteTable()
    addSessionRoutes(to: &routes)
    addFolderRoutes(to: &routes)
    addLetterRoutes(to: &routes)
    addStepRoutes(to: &routes)
    addSearchRoutes(to: &routes)
    addBulkRoutes(to: &routes)
    addReviewRoutes(to: &routes)
    addSlipRoutes(to: &routes)
    addUnitRoutes(to: &routes)
    addPeopleRoutes(to: &routes)
    addDelegationRoutes(to: &routes)
    addImportRoutes(to: &routes)
    addActRoutes(to: &routes)
    addAuditRoutes(to: &routes)
    addEvidenceRoutes(to: &routes)
    addEnrolmentRoutes(to: &routes)
    addKeyRoutes(to: &routes)
    if documents != nil { addDocumentRoutes(to: &routes) }
    return routes
  }
}

/// The zone's configuration names no desk.
public struct DeskIsNotConfigured: Error {}
