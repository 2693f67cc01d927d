import Acts
import ArgumentParser
import Cryptography
import DurableFiles
import Exchange
import Foundation
import Trust
import Zones

struct ActsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "acts", abstract: "Exports the record of what officials did, and checks exports.",
    subcommands: [Export.self, Verify.self])

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes the whole record of an intranet into a new folder, signed by the zone.",
      discussion: "acts.jsonl, certificates.pem, head, head.sig, signing.pem; docs/acts.md says what is in them.")

    @Option(help: "The intranet's zone.yaml.") var config: String
    @Argument(help: "The folder to make.") var folder: String

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        let export: ActExport
        do { export = try await ActExport.read(dataDirectory: zone.dataDirectory) } catch {
          throw CommandFailure(.temporary, "\(error); has the daemon of this zone run already?")
        }
        do {
          try ActFiles(folder: folder).write(export, zone)
        } catch let error as FileError {
          throw CommandFailure(.cannotWrite, "\(error)")
        } catch let error as TrustError { throw CommandFailure(.configuration, "\(error)") }
        print("\(count(export.count, "entry", "entries")), \(export.digest.hex)")
      }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks an exported record from its files alone, and says what each act is proved by.",
      discussion: "Exit status 65 where anything does not hold; the first thing that does not is named.")

    @Option(help: "The root to trust, PEM.") var root: String
    @Option(help: "An authority under it, PEM; may be repeated.") var intermediate: [String] = []
    @Argument(help: "The exported folder.") var folder: String

    func run() async throws {
      try await reportingFailures {
        do {
          let result = try ActFiles(folder: folder).verify(root: root, intermediates: intermediate)
          print(
            "sound: \(count(result.count, "entry", "entries")) of zone “\(printable(result.zone))” as of \(result.at)")
          print(
            "signed by their person's key: \(result.bySignature); by certificate alone: \(result.byCertificate); "
              + "by the operator: \(result.byOperator)")
          for act in result.acts { print(act) }
        } catch let error as FileError {
          throw CommandFailure(.refused, "\(error)")
        } catch let error as TrustError { throw CommandFailure(.refused, "\(error)") }
      }
    }
  }
}

private func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
