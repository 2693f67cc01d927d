import Acts
import ArgumentParser
import AuditConsole
import Certificates
import ContainedChecks
import Cryptography
import Daemon
import Desk
import Documents
import Evidence
import ExternalSigner
import Foundation
import Letters
import Links
import Logging
import PacketFormat
import People
import ReceivedDocuments
import Revocation
import Runtime
import ServiceLifecycle
import Storage
import WorkCalendar
import YAMLText
import ZoneKeys
import Zones

/// The intranet's daemon: the desk, and the intranet's side of the link. Composition alone; every rule stands in its room.
@main
struct GuanduIntranet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guandu-intranet", abstract: "Serves the desk and exchanges packets with the DMZ.",
    discussion: "Exit status: 0 stopped by SIGTERM or SIGINT; 75 not now; 78 wrong configuration; 1 anything else.")

  @Option(help: "The zone's configuration, zone.yaml.")
  var config: String

  /// A check of a document, and the printing of a paper, run in this program, started again, and in nothing else of it.
  static func main() async {
    if CommandLine.arguments.dropFirst().elementsEqual([ContainedCheck.subcommand]) {
      Foundation.exit(ContainedCheck.run())
    }
    let arguments = Array(CommandLine.arguments.dropFirst())
    if ContainedPrint.isMeant(by: arguments) { Foundation.exit(ContainedPrint.run(arguments)) }
    await main(nil)
  }

  func run() async throws {
    do { try await serve() } catch { stop(after: error) }
  }

  /// By what rules letters are handled.
  ///
  /// - Throws: `StartFailure` where the configuration's files are wrong, or a flow was changed that letters are on.
  private static func rules(_ start: ZoneStart) async throws -> (LetterFlows, [DeclineReason], WorkCalendar?) {
    do {
      let rules = try LetterRules.load(start.configuration)
      let calendar = try start.configuration.calendars.map { try WorkCalendar(folder: $0) }
      return (try await rules.keep(in: start.database), rules.declineReasons, calendar)
    } catch let error as ConfigurationError {
      throw StartFailure("\(error)", exitStatus: StartFailure.configuration)
    } catch let error as LetterFlows.Fault {
      throw StartFailure("\(error)", exitStatus: StartFailure.configuration)
    }
  }

  private func serve() async throws {
    let start = try ZoneStart(
      configurationPath: config, role: .intranet,
      migrations: linkMigrations + actMigrations + peopleMigrations + deskLetterMigrations
        + officeDocumentMigrations + documentPublicationMigrations + receivedDocumentMigrations + auditIndexMigrations)
    let (link, offices) = (start.configuration.cityLink, start.configuration.officeLinks)
    let (flows, declineReasons, calendar) = try await Self.rules(start)
    let letters = DeskLetters(
      database: start.database, outbox: start.outbox, blobs: start.blobs, link: link,
      keys: { start.identity.encryptionKeys }, mailboxes: start.configuration.mailboxes,
      limits: start.configuration.letters, flows: flows, declineReasons: declineReasons,
      calendar: calendar,
      audit: start.audit, logger: start.logger)
    let publications = DocumentPublications(
      database: start.database, blobs: start.blobs, outbox: start.outbox, link: link, offices: offices,
      audit: start.audit)
    let received = Self.received(start, offices)
    let exchange = try ZoneExchange(
      configuration: start.configuration, identity: start.identity, database: start.database, files: start.files,
      outbox: start.outbox, blobs: start.blobs, keepsSentBlobs: true,
      handlers: start.messageHandlers([:]),
      handlersOfPeer: { peer in
        // What citizens write comes from this city's DMZ alone.
        let own = peer == link.peer ? letters.handlers : publications.handlers(of: peer)
        return start.messageHandlers(of: peer).merging(own) { first, _ in first }
          .merging(received?.handlers(of: peer) ?? [:]) { first, _ in first }
      }, fate: start.fate(fate([letters.fate, publications.fate] + (received.map { [$0.fate] } ?? []))),
      logger: start.logger, audit: start.audit)
    let office = OfficeDirectory(database: start.database, mailboxes: start.configuration.mailboxes, audit: start.audit)
    for person in try await office.takeOver(start.configuration.people) {
      start.logger.notice("a person of zone.yaml was enrolled", metadata: ["person": "\(person)"])
    }
    let reminder = NoticeReminder(letters: letters, logger: start.logger)
    let timers = LetterTimerKeeper(letters: letters, logger: start.logger)
    let officers = try Self.officers(start)
    let documents = try await Self.documents(start)
    let desk = try DeskSite(
      configuration: start.configuration, letters: letters, office: office,
      trust: HandlerVerifier(trust: start.identity.trust),
      issuer: try start.configuration.desk?.enrolment.map { try HandlerIssuer($0) },
      console: officers?.console, checker: officers?.checker, evidence: try Self.evidence(start),
      documents: documents, publications: publications, received: received,
      concerns: { start.trustConcerns().map(DeskConcern.init) },
      logger: start.logger)
    try await start.run(
      start.keepers(
        exchange,
        handlers: [
          "rebuild": { peer in
            try await Rebuild(
              letters: letters, publications: publications, portal: link.peer, offices: offices.map(\.peer)
            )
            .run(peer)
          },
          "people-import": { try await office.operatorImport($0) },
        ])
        + (officers.map { [$0.index, $0.checker] } ?? []) + [exchange, reminder, timers, desk])
  }

  /// Documents of other offices; nil where the configuration names nobody who signs for them. What came stays to be read when
  /// a link is taken out.
  private static func received(_ start: ZoneStart, _ offices: [LinkConfiguration]) -> ReceivedDocuments? {
    guard let configuration = start.configuration.documents, configuration.receivedBy != nil else { return nil }
    let trust = SealTrustFiles(
      sealTrust: configuration.sealTrust, revocationLists: configuration.revocationLists)
    return ReceivedDocuments(
      database: start.database, blobs: start.blobs, outbox: start.outbox, offices: offices,
      unit: configuration.receivedBy, trust: configuration.sealTrust.isEmpty ? nil : trust, audit: start.audit,
      logger: start.logger)
  }

  /// Official documents; nil where the configuration has none.
  private static func documents(_ start: ZoneStart) async throws -> OfficeDocuments? {
    guard let configuration = start.configuration.documents else { return nil }
    let trust: SealTrust
    let authorities: [Certificate]
    do {
      authorities = try start.configuration.trust.intermediates.flatMap { try Certificate.load(pemFile: $0) }
      trust = SealTrust(certificates: try configuration.sealTrust.flatMap { try Certificate.load(pemFile: $0) })
    } catch { throw StartFailure("documents.seal_trust: \(error)", exitStatus: 78) }
    let typesetter = DocumentTypesetter(folders: configuration.faces)
    if let reason = await typesetter.missing() {
      start.logger.error("documents cannot be set", metadata: ["reason": "\(reason)"])
    }
    let documents = OfficeDocuments(
      database: start.database, blobs: start.blobs, series: configuration.series, typesetter: typesetter,
      signers: configuration.signers.map { SealSigner(ExternalSigner($0)) }, sealTrust: trust,
      pdfAuthorities: authorities, portalURL: configuration.portalURL, audit: start.audit,
      logger: start.logger)
    do { try await documents.takeOverSeries() } catch let conflict as SeriesConflict {
      throw StartFailure("documents.series: \(conflict)", exitStatus: 78)
    }
    return documents
  }

  /// Evidence folders as archives, made beside the exchange; nil where the zone keeps no audit log.
  private static func evidence(_ start: ZoneStart) throws -> EvidenceSource? {
    guard start.audit != nil else { return nil }
    let (maker, database) = (try EvidenceMaker(start.configuration), start.database)
    return { request in
      let bundle = try await database.read { db in
        try maker.evidence(
          of: request.places.map { EvidencePlace(zone: $0.zone, log: $0.log, index: $0.position) },
          title: EvidenceTitle(chinese: request.chineseTitle, english: request.englishTitle),
          subject: request.subject, db)
      }
      var archive: [UInt8] = []
      for file in try bundle.files() {
        archive += Archive.header(name: "evidence/" + file.path, byteCount: file.bytes.count)
        archive += file.bytes + Archive.padding(byteCount: file.bytes.count)
      }
      return archive + Archive.end
    }
  }

  /// What security officers look at; nil where the zone keeps no audit log.
  private static func officers(
    _ start: ZoneStart
  ) throws -> (console: AuditConsole, checker: LogChecker, index: AuditIndexKeeper)? {
    guard let audit = start.audit else { return nil }
    let keys = try AuditKeys(start.configuration.keys)
    let folders = LogFolders(zone: start.configuration.name, dataDirectory: start.configuration.dataDirectory)
    let console = AuditConsole(
      folders: folders, database: start.database,
      keys: .init(log: keys.log.publicKey, witness: keys.witness.publicKey),
      judge: { [trust = start.identity.trust] in standing(of: $0, trust) }, audit: audit)
    return (
      console, LogChecker(console: console, logger: start.logger),
      AuditIndexKeeper(
        folders: folders, database: start.database, logger: start.logger, signal: start.logsHaveGrown.add())
    )
  }
}

/// Sends peers that lost everything again what they had.
private struct Rebuild {
  let letters: DeskLetters
  let publications: DocumentPublications
  let portal: ZoneName
  let offices: [ZoneName]

  /// - Parameter peer: the one peer to rebuild; empty for all of them.
  func run(_ peer: String) async throws -> String {
    guard peer.isEmpty || peer == portal.text || offices.contains(where: { $0.text == peer }) else {
      return "failed: there is no link to “\(peer)”"
    }
    var lines: [String] = []
    if peer.isEmpty || peer == portal.text {
      // What the link to the portal does not let out keeps nothing from the offices.
      do {
        let counts = (try await letters.rebuildPortal(), try await publications.rebuildPortal())
        lines.append("\(counts.0) letters are sent to the portal again, and \(counts.1) documents")
      } catch let refusal as PolicyRefusal { lines.append("not sent to the portal: \(refusal.rule)") }
    }
    if peer.isEmpty ? !offices.isEmpty : peer != portal.text {
      let done = try await publications.rebuildOffices(peer.isEmpty ? nil : peer)
      lines.append("\(done.sent) deliveries are sent to \(peer.isEmpty ? "other offices" : peer) again")
      lines += done.refusals
    }
    return lines.joined(separator: "\n")
  }
}

/// What letters and documents each make of a receipt.
private func fate(_ handlers: [FateHandler]) -> FateHandler {
  { message, fate, db in for handler in handlers { try handler(message, fate, db) } }
}

extension DeskConcern {
  fileprivate init(_ concern: TrustConcern) {
    switch concern {
    case .certificateEnds(let key, let name, let days, let at):
      self = .certificateEnds(key: key, name: name, days: days, at: at)
    case .listOverdue(let authority, let since, let refuses):
      self = .listOverdue(authority: authority, since: since, refuses: refuses)
    case .listMissing(let authority, let refuses): self = .listMissing(authority: authority, refuses: refuses)
    }
  }
}

/// What a certificate of an audit log or a witness is worth now.
private func standing(of certificate: Certificate, _ trust: TrustStore) -> SignerStanding {
  do { try trust.verify(certificate, for: .audit, at: Date()) } catch {
    let ended: [TrustError.Code] = [.revoked, .listMissing, .listOverdue]
    if ended.contains(error.code) { return .ended }
    guard error.code == .expired else { return .unknown }
    // It must have been good once.
    do { try trust.verify(certificate, for: .audit, at: certificate.notAfter.addingTimeInterval(-1)) } catch {
      return ended.contains(error.code) ? .ended : .unknown
    }
    return .ended
  }
  return .good
}

/// Judges a browser's certificate by the zone's trust store, at the moment of the request.
private struct HandlerVerifier: HandlerCertificateVerifying {
  let trust: TrustStore

  func verify(handlerCertificate certificate: [UInt8]) throws -> HandlerCertificate {
    let certificate = try Certificate(der: certificate)
    try trust.verify(certificate, for: .handler, at: Date())
    return HandlerCertificate(fingerprint: certificate.fingerprint.hex, ends: certificate.notAfter)
  }
}

/// Issues handlers' certificates with the authority that the desk's configuration names.
private struct HandlerIssuer: HandlerCertificateIssuing {
  let linkHours: Int
  private let authority: CertificateAuthority
  private let chain: [Certificate]

  /// - Throws: where key and certificate cannot be read or do not belong together.
  init(_ configuration: EnrolmentConfiguration) throws(StartFailure) {
    do {
      chain = try Certificate.load(pemFile: configuration.issuingCertificate)
      authority = try CertificateAuthority(
        certificate: chain[0], key: try PrivateKey(pemFile: configuration.issuingKey))
    } catch { throw StartFailure("desk.enrolment: \(error)", exitStatus: 78) }
    linkHours = configuration.linkHours
  }

  func issue(to name: String, password: SecretBytes) throws -> (file: [UInt8], fingerprint: Digest) {
    let issued = try authority.issue(.handler, to: name, at: Date())
    let file = try PKCS12.make(
      name: name, certificate: issued.certificate, key: issued.key, chain: chain, password: password)
    return (file, issued.certificate.fingerprint)
  }
}
