import ArgumentParser
import Certificates
import Cryptography
import DurableFiles
import Foundation
import Zones

struct TrustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust", abstract: "Hands a zone lists of revocations.", subcommands: [ImportLists.self])

  struct ImportLists: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import-crl", abstract: "Hands lists of revocations (PEM) to the zone's daemon.",
      discussion: """
        They count from then on, on connections that are open too, and leave for the peers that the links' policy lets \
        have them (trust.crl). A list that is older than the one that counts is refused. Without a running daemon they \
        count when it starts.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String
    @Argument(help: "The file.") var file: String

    func run() async throws {
      try await reportingAuthorityFailures {
        let zone = try loadZone(config)
        let lists = try RevocationList.load(pemFile: file)
        let store = try TrustStore(files: zone.trust)
        // What a look at the files can tell is told without the daemon.
        for list in lists { _ = try store.isNews(list) }
        print(try await askDaemon("import-crl", lists.map(\.pem).joined(), zone))
      }
    }
  }
}
