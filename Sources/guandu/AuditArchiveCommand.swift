import ArgumentParser
import AuditLog
import DurableFiles
import Foundation
import Zones

extension AuditCommand {
  struct Archive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Moves old entries of the zone's logs to another folder; everything stays provable.",
      discussion: """
        Whole bundles of 256 entries go, all of them older than DATE, to DIR/NUMBER for each log, in the same layout, \
        with a list of sums that sha256sum -c checks. The daemon may run. To look at those entries again, give verify \
        and prove --cold.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String
    @Option(help: "Entries before this day (UTC) go: YYYY-MM-DD.") var before: String
    @Option(help: "The folder for them.") var out: String

    func run() async throws {
      try await reportingAudit {
        guard let day = try? Date("\(before)T00:00:00Z", strategy: .iso8601), before.utf8.count == 10 else {
          throw AuditError("--before \(printable(before)): a day is YYYY-MM-DD")
        }
        let zone = try loadZone(config)
        let files = Files()
        let place = URL(filePath: out).standardizedFileURL.path
        try files.createFolder(place, mode: 0o750)
        // Two at once would list each other's files away.
        let lock = try files.lock(place + "/lock")
        defer { withExtendedLifetime(lock) {} }
        let logs = zone.dataDirectory + "/audit"
        for number in try files.list(logs).compactMap(Int.init).sorted() {
          let archive = LogArchive(
            log: LogFolder(path: "\(logs)/\(number)"), to: "\(place)/\(number)", zone: zone.name.text)
          let moved = try archive.run(before: Int(day.timeIntervalSince1970) * 1_000)
          print("\(zone.name)/audit/\(number): \(moved) entries moved to \(place)/\(number)")
        }
      }
    }
  }
}
