import ArgumentParser
import DurableFiles
import Zones

struct PeopleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "people", abstract: "Looks after the people of an intranet.", subcommands: [Import.self])

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds and changes units or people from a table, all of it or nothing.",
      discussion: """
        CSV (RFC 4180) in UTF-8, 10 MiB and 10,000 rows at most; the first line names the columns. Units: \
        id,parent,name,english. People: id,name,unit,roles,mailboxes,fingerprint, with spaces between roles and between \
        mailboxes. Whoever is not in the table stays as they are. The zone's daemon does it.
        """)

    @Option(help: "The intranet's zone.yaml.") var config: String
    @Flag(help: "Checks everything and keeps nothing.") var dryRun = false
    @Argument(help: "What the table holds: units or people.") var kind: String
    @Argument(help: "The table.") var file: String

    func validate() throws {
      guard ["units", "people"].contains(kind) else { throw ValidationError("give units or people, not “\(kind)”") }
    }

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        guard zone.role == .intranet else {
          throw CommandFailure(.refused, "zone “\(zone.name)” knows no people; run this in the intranet")
        }
        let bytes: [UInt8]
        do { bytes = try Files().read(file, maxBytes: 10 * 1024 * 1024) } catch {
          throw CommandFailure(.refused, "\(error)")
        }
        guard let table = String(validating: bytes, as: UTF8.self) else {
          throw CommandFailure(.refused, "\(file): line 1: the file is not in UTF-8")
        }
        print(try await askDaemon("people-import", kind + (dryRun ? " dry\n" : "\n") + table, zone))
      }
    }
  }
}
