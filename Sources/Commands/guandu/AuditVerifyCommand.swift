import ArgumentParser
import AuditLog
import DurableFiles
import Foundation
import Timestamps
import TransparencyLog

extension AuditCommand {
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks a whole log: signatures, every entry, every tile, the order of times.",
      discussion: """
        DIR is a log's folder, such as data/audit/1, or the folder of all of a zone's logs, or a copy of either: nothing \
        else is needed but the keys that guandu audit keys prints.
        """)

    @Argument(help: "The log's folder, or the folder with all logs of a zone.") var folder: String
    @Option(help: "A file with the keys, one a line: the log's, and those of its witnesses.") var keys: String
    @Option(help: "The other zone's log, or its folder of logs: what each says of the other is compared.")
    var against: String?
    @Option(help: "Where archived entries lie; for a folder of logs, the folder with one of each log.")
    var cold: String?
    @Option(help: "Report a fault if the newest cosignature is older than this many hours.") var witnessedWithin:
      Double?
    @Option(
      help:
        "Report a fault if entries that a witness has not cosigned are older than its cosignature by this many minutes."
    )
    var carriedWithin: Int?

    func validate() throws {
      guard (witnessedWithin ?? 1) > 0, (1...5_256_000).contains(carriedWithin ?? 1) else {
        throw ValidationError("--witnessed-within and --carried-within are above 0")
      }
    }

    func run() async throws {
      try await reportingAudit {
        let keys = try KeyList(path: keys)
        var (faults, unseen) = (0, 0)
        let others = try against.map { try logFolders(in: $0, cold: nil) } ?? []
        let folders = try logFolders(in: folder, cold: cold)
        let peer = try others.first.map { try keys.zone(of: keys.log(of: $0)) }
        let zone = try keys.zone(of: keys.log(of: folders[0]))
        guard peer != zone else { throw AuditError("--against \(against ?? ""): that is a log of \(zone) too") }
        let logs = try folders.map { try check($0, keys, peer: peer, &faults) }
        unseen = logs.map(\.result.unseen).reduce(0, +)
        if let hours = witnessedWithin { Self.requireNews(of: logs.last?.result, hours, &faults) }
        if !others.isEmpty {
          let theirs = try others.map { try check($0, keys, peer: zone, &faults) }
          try Self.compare(logs, theirs, &faults)
        }
        guard faults == 0 else {
          throw faultsTold(faults)
        }
        var but: [String] = []
        if unseen > 0 {
          but.append(
            "the contents of \(unseen) archived entries, which were not looked at: give their folder with --cold")
        }
        if logs.contains(where: \.result.witnessed.isEmpty) { but.append("a witness's word: nobody's was checked") }
        print(but.isEmpty ? "verified" : "verified, but for \(but.joined(separator: "; and for "))")
      }
    }

    private struct Checked {
      let folder: LogFolder
      let result: CheckedLog
    }

    private func check(_ folder: LogFolder, _ keys: KeyList, peer: String?, _ faults: inout Int) throws -> Checked {
      let log = try keys.log(of: folder)
      var check = LogCheck(folder: folder, log: log, witnesses: keys.witnesses, zone: keys.zone(of: log))
      check.carriedWithinMinutes = carriedWithin
      check.peer = peer
      let result = try runShowingProgress(check)
      show(result)
      faults += result.faults.count
      return Checked(folder: folder, result: result)
    }

    private static func requireNews(of newest: CheckedLog?, _ hours: Double, _ faults: inout Int) {
      let last = newest?.witnessed.values.map(\.seconds).max()
      if let last, Date().timeIntervalSince1970 - Double(last) <= hours * 3_600 { return }
      let text = last.map { "the newest cosignature is of \(timestamp($0 * 1_000))" } ?? "there is no cosignature"
      print("FAULT: \(text), and one of the last \(hours) hours is asked for")
      faults += 1
    }

    private static func compare(_ ours: [Checked], _ theirs: [Checked], _ faults: inout Int) throws {
      let comparison = try LogComparison(
        ours: ours.map { .init(folder: $0.folder, result: $0.result) },
        theirs: theirs.map { .init(folder: $0.folder, result: $0.result) })
      print("\(comparison.matched) packets stand in both zones' logs")
      tell(comparison.notes, comparison.faults)
      faults += comparison.faults.count
    }
  }
}
