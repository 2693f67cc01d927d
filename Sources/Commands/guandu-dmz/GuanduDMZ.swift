import ArgumentParser
import Certificates
import ContainedChecks
import Cryptography
import Daemon
import DurableFiles
import Foundation
import Letters
import Links
import Logging
import Portal
import PublishedDocuments
import Runtime
import SMS
import ZoneKeys
import Zones

/// The DMZ's daemon: the portal, and the DMZ's side of the link. Composition alone; every rule stands in its room.
@main
struct GuanduDMZ: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guandu-dmz", abstract: "Serves the portal and exchanges packets with the intranet.",
    discussion: "Exit status: 0 stopped by SIGTERM or SIGINT; 75 not now; 78 wrong configuration; 1 anything else.")

  @Option(help: "The zone's configuration, zone.yaml.")
  var config: String

  /// A check of a document runs in this program, started again, and in nothing else of it.
  static func main() async {
    if CommandLine.arguments.dropFirst().elementsEqual([ContainedCheck.subcommand]) {
      Foundation.exit(ContainedCheck.run())
    }
    await main(nil)
  }

  func run() async throws {
    do { try await serve() } catch { stop(after: error) }
  }

  private func serve() async throws {
    let start = try ZoneStart(
      configurationPath: config, role: .dmz,
      migrations: linkMigrations + citizenLetterMigrations + publishedDocumentMigrations)
    let link = start.configuration.cityLink
    guard let sms = start.configuration.sms else {
      throw StartFailure("\(config): sms: a DMZ needs a way to send short messages", exitStatus: 78)
    }
    let provider = makeSMSProvider(sms)
    let letters = CitizenLetters(
      database: start.database, outbox: start.outbox, blobs: start.blobs, link: link,
      intranetKeys: { start.identity.recipients(for: link.peer) }, limits: start.configuration.letters,
      pepper: try loadPepper(path: start.configuration.dataDirectory + "/pepper", files: start.files),
      attemptRules: AttemptRules(
        start.configuration.portal?.attemptLimits ?? (provider.isDemonstration ? .demo : AttemptLimits())),
      disk: DiskLimit(
        folder: start.configuration.dataDirectory, minFreeBytes: start.configuration.portal?.diskMinFreeBytes ?? 0),
      audit: start.audit, logger: start.logger)
    try await letters.removeOrphans()
    do { try await letters.sendPepperEscrow() } catch let error as PolicyRefusal {
      start.logger.warning(
        "the pepper is not kept in the intranet, so codes would be lost with this disk",
        metadata: ["reason": "\(error)", "hint": "name portal.keepsake in the link's outgoing policy"])
    }
    let documents = PortalDocuments(
      database: start.database, blobs: start.blobs, link: link, trust: start.configuration.sealTrust,
      logger: start.logger)
    try await documents.removeUnneededFiles()
    if !documents.missingNames.isEmpty {
      start.logger.notice(
        "documents are not published here, since zone.yaml does not let them in",
        metadata: ["missing": "\(documents.missingNames.joined(separator: "; "))"])
    }
    let relay = NoticeRelay(
      database: start.database, outbox: start.outbox, intranet: link.peer, logger: start.logger
    ) { phone, text in
      let address = start.configuration.portal?.publicURL ?? ""
      return await attempt(provider, phone, NoticeText.addressed(text, portal: address), start.logger)
    }
    let exchange = try ZoneExchange(
      configuration: start.configuration, identity: start.identity, database: start.database, files: start.files,
      outbox: start.outbox, blobs: start.blobs, keepsSentBlobs: false,
      handlers: start.messageHandlers(
        letters.handlers.merging(relay.handlers) { first, _ in first }
          .merging(documents.handlers) { first, _ in first }),
      handlersOfPeer: { start.messageHandlers(of: $0) }, fate: start.fate(letters.fate), logger: start.logger,
      audit: start.audit)
    let portal = try PortalSite(
      configuration: start.configuration, letters: letters, documents: documents,
      sendSMS: { phone, text in try await provider.send(to: phone, text: text) }, smsIsDemo: provider.isDemonstration,
      logger: start.logger)
    try await start.run(start.keepers(exchange) + [relay, exchange, portal])
  }
}

private func attempt(
  _ provider: any SMSProvider, _ phone: String, _ text: String, _ logger: Logger
) async -> NoticeRelay.Attempt {
  do {
    try await provider.send(to: phone, text: text)
    return .sent
  } catch {
    logger.warning("the SMS gateway did not take a message to a citizen", metadata: ["code": "\(faultCode(error))"])
    return error.kind == .temporary ? .failedForNow : .refused
  }
}
