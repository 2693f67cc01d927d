import Acts
import ArgumentParser
import AuditLog
import Certificates
import Cryptography
import DurableFiles
import Foundation
import Zones

struct ActsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "acts", abstract: "Exports the record of what officials did, and checks exports.",
    subcommands: [Export.self, Verify.self])

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes the whole record of an intranet into a new folder, signed by the zone.",
      discussion: "acts.jsonl, salts, certificates.pem, head, head.sig, signing.pem; docs/acts.md says what is in them."
    )

    @Option(help: "The intranet's zone.yaml.") var config: String
    @Argument(help: "The folder to make.") var folder: String

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        let export: ActExport
        do { export = try await ActExport.read(dataDirectory: zone.dataDirectory) } catch {
          throw CommandFailure(.temporary, "\(error); has the daemon of this zone been started yet?")
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
      discussion: """
        Exit status 65 where anything does not hold; the first thing that does not is named. With --log each act is compared \
        with what the zone's audit log says of it, and the log is checked itself.
        """)

    @Option(help: "The root to trust, PEM.") var root: String
    @Option(help: "An authority under it, PEM; may be repeated.") var intermediate: [String] = []
    @Option(help: "The zone's audit log, or its folder of logs: data/audit, or a copy.") var log: String?
    @Option(help: "With --log: a file with its keys and its witnesses', as guandu audit keys prints them.")
    var keys: String?
    @Option(help: "With --log: where archived entries lie.") var cold: String?
    @Argument(help: "The exported folder.") var folder: String

    func validate() throws {
      guard (log == nil) == (keys == nil), log != nil || cold == nil else {
        throw ValidationError("--log and --keys belong together, and --cold with them")
      }
    }

    func run() async throws {
      try await reportingAudit {
        do {
          let files = ActFiles(folder: folder)
          let result = try files.verify(root: root, intermediates: intermediate)
          print(
            "sound: \(count(result.count, "entry", "entries")) of zone “\(printable(result.zone))” as of \(result.at)")
          print(
            "signed by their person's key: \(result.bySignature); by certificate alone: \(result.byCertificate); "
              + "by the operator: \(result.byOperator)")
          for act in result.acts { print(act) }
          if let log, let keys { try compare(files, with: log, keys: keys) }
        } catch let error as FileError {
          throw CommandFailure(.refused, "\(error)")
        } catch let error as TrustError { throw CommandFailure(.refused, "\(error)") }
      }
    }
  }
}

extension ActsCommand.Verify {
  private func compare(_ files: ActFiles, with path: String, keys: String) throws {
    let keys = try KeyList(path: keys)
    var logs: [CheckedLog] = []
    var faults = 0
    for folder in try logFolders(in: path, cold: cold) {
      let key = try keys.log(of: folder)
      var check = LogCheck(folder: folder, log: key, witnesses: keys.witnesses, zone: keys.zone(of: key))
      check.collectsActs = true
      let result = try runShowingProgress(check)
      show(result)
      faults += result.faults.count
      logs.append(result)
    }
    var comparison = RecordComparison(logs: logs, isComplete: false)
    for act in try files.digests() { comparison.take(act) }
    comparison.finish()
    print("\(count(comparison.matched, "act stands", "acts stand")) in the log as in the record")
    tell(comparison.notes, comparison.faults)
    faults += comparison.faults.count
    guard faults == 0 else { throw faultsTold(faults) }
  }
}

private func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
