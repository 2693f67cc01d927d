import ArgumentParser
import AuditForward
import AuditLog
import AuditWitness
import DurableFiles
import Foundation
import Zones

extension AuditCommand {
  struct Archive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Moves old entries of the zone's logs to another folder; everything stays provable.",
      discussion: """
        Whole bundles of 256 entries go, all of them older than DATE, to DIR/NUMBER for each log, in the same layout, \
        with a list of sums that sha256sum -c checks. What is not forwarded yet (audit.forward), or not copied to a peer \
        that keeps a copy, stays. The daemon may run. To look at those entries again, give verify \
        and prove --cold.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String
    @Option(help: "Entries before this day (UTC) go: YYYY-MM-DD.") var before: String
    @Option(help: "The folder for them.") var out: String

    func run() async throws {
      try await reportingAudit {
        guard let day = try? Date("\(before)T00:00:00Z", strategy: .iso8601), before.utf8.count == 10 else {
          throw ValidationError("--before \(printable(before)): a day is YYYY-MM-DD")
        }
        let zone = try loadZone(config)
        let files = Files()
        let place = URL(filePath: out).standardizedFileURL.path
        try files.createFolder(place, mode: 0o750)
        // Two at once would list each other's files away.
        let lock = try files.lock(place + "/lock")
        defer { withExtendedLifetime(lock) {} }
        let logs = zone.dataDirectory + "/audit"
        let numbers = try files.list(logs).compactMap(Int.init).sorted()
        for number in numbers {
          let need = try self.need(of: number, isNewest: number == numbers.last, zone)
          let archive = LogArchive(
            log: LogFolder(path: "\(logs)/\(number)"), to: "\(place)/\(number)", zone: zone.name.text)
          let moved = try archive.run(before: Int(day.timeIntervalSince1970) * 1_000, below: need?.place ?? .max)
          print("\(zone.name)/audit/\(number): \(moved) entries moved to \(place)/\(number)")
          if let need { print("note: entries from \(need.place) on stay: \(need.of) lacks them") }
        }
      }
    }

    /// Who lacks most of a log's entries, and from where on; nil where nobody lacks any.
    private func need(
      of number: Int, isNewest: Bool, _ zone: ZoneConfiguration
    ) throws -> (place: Int, of: String)? {
      var needs: [(place: Int, of: String)] = []
      let forward = zone.keys.audit?.forward
      let receivers = (forward?.syslog == nil ? [] : ["syslog"]) + (forward?.jsonLines == nil ? [] : ["json_lines"])
      let places = receivers.isEmpty ? [:] : try forwardedPlaces(dataDirectory: zone.dataDirectory)
      for receiver in receivers {
        let place = places[receiver] ?? (log: 0, next: 0)
        if place.log <= number { needs.append((place.log == number ? place.next : 0, receiver)) }
      }
      // A log that another has followed is copied no further.
      let peers = zone.links.filter { $0.outgoingPolicy.messageTypes.contains("audit.entries") }
      if isNewest, !peers.isEmpty {
        let sent = try mirroredPlaces(
          of: LogKeeper.origin(zone.name, epoch: number), dataDirectory: zone.dataDirectory)
        needs += peers.map { (sent[$0.peer] ?? 0, "\($0.peer)'s copy") }
      }
      return needs.min { $0.place < $1.place }
    }
  }
}
