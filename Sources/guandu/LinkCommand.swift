import ArgumentParser
import DurableFiles
import Exchange
import Foundation
import Glibc
import PacketFormat
import Zones

struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link", abstract: "Shows a zone's links, and carries packets by hand.",
    subcommands: [Status.self, LinkExport.self, LinkImport.self, Replay.self, Rebuild.self])

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Where each link stands: what waits, what is under way, and the peer's last sign of life.",
      discussion: "It reads the zone's database beside the daemon, which may run or not.")

    @Option(help: "The zone's zone.yaml.") var config: String
    @Flag(help: "Print one JSON object.") var json = false
    @Flag(help: "Print it again each second, until Ctrl-C.") var watch = false
    @Option(help: "With --watch: how many times.") var count: Int?

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        var round = 0
        repeat {
          let now = Date().unixMilliseconds
          let reports = try readReports(zone, now)
          let isScreen = watch && isatty(STDOUT_FILENO) == 1
          if isScreen { print("\u{1B}[H\u{1B}[2J", terminator: "") }
          if json {
            let object = JSONValue.object([
              "zone": .string(zone.name.text), "at": .integer(now), "links": .array(reports.map(\.json)),
            ])
            print(String(decoding: object.encoded(), as: UTF8.self))
          } else {
            print(
              reports.map { LinkText(report: $0, now: now).lines.joined(separator: "\n") }.joined(separator: "\n\n"))
          }
          fflush(nil)
          round += 1
          if watch && round < count ?? .max { try await Task.sleep(for: .seconds(1)) }
        } while watch && round < count ?? .max
      }
    }

    private func readReports(_ zone: ZoneConfiguration, _ now: UnixMilliseconds) throws -> [LinkReport] {
      do { return try LinkReport.read(zone, now: now) } catch {
        throw CommandFailure(.temporary, "\(error); has the daemon of this zone run already?")
      }
    }
  }

  struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets the daemon drop packets again, for a peer that lost its disk.",
      discussion: """
        A peer that was restored says so itself, and gets again what it lacks; this is for one that cannot. Messages are \
        known by their ids, so none acts twice.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String
    @Option(help: "The peer; needed where there are several links.") var peer: String?
    @Option(help: "The first sequence of lane m.") var from: Int

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        let link = try chooseLink(zone, peer)
        try await askDaemon("replay", "\(link.peer.text) \(from)", zone)
      }
    }
  }

  struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sends a portal that lost everything what it must know of all letters.",
      discussion: "Runs in the intranet. Codes and passwords work again; what the portal has already stays as it is.")

    @Option(help: "The zone's zone.yaml.") var config: String

    func run() async throws {
      try await reportingFailures { try await askDaemon("rebuild", "", try loadZone(config)) }
    }
  }
}

func loadZone(_ config: String) throws -> ZoneConfiguration {
  do { return try ZoneConfiguration.load(path: config) } catch { throw CommandFailure(.configuration, "\(error)") }
}

func chooseLink(_ zone: ZoneConfiguration, _ peer: String?) throws -> LinkConfiguration {
  if let peer {
    guard let link = zone.links.first(where: { $0.peer.text == peer }) else {
      throw CommandFailure(.refused, "there is no link to “\(peer)”")
    }
    return link
  }
  guard zone.links.count == 1 else { throw CommandFailure(.refused, "there are several links; name one with --peer") }
  return zone.links[0]
}

/// Prints the daemon's word on a request; a failure ends the command with it.
func askDaemon(_ kind: String, _ argument: String, _ zone: ZoneConfiguration) async throws {
  let outcome: String?
  do { outcome = try await OperatorRequests.ask(kind, argument, dataDirectory: zone.dataDirectory) } catch {
    throw CommandFailure(.temporary, "\(error)")
  }
  guard let outcome else {
    throw CommandFailure(.temporary, "the daemon has not answered; it does this when it runs")
  }
  guard !outcome.hasPrefix("failed") else { throw CommandFailure(.failed, outcome) }
  print(outcome)
}

/// A link's state for people.
struct LinkText {
  let report: LinkReport
  let now: UnixMilliseconds

  var lines: [String] {
    let (out, into) = (report.outgoing, report.incoming)
    var lines = [
      "link to \(report.peer)\(report.isLate ? "   LATE" : "")",
      "  last sign of life   \(report.lastSeen.map { age($0) + " ago" } ?? "never")"
        + (report.lastSeen == nil ? "" : ", its clock \(clock(report.clockDifferenceMilliseconds ?? 0))"),
      "  outgoing  waiting      \(out.waitingMessages) messages, \(size(out.waitingBytes)); "
        + "\(out.waitingBlobs) files, \(size(out.waitingBlobBytes))",
      "            sent         \(out.unconfirmedPackets) packets not confirmed, \(size(out.unconfirmedBytes))",
      "            confirmed    \(out.confirmedPackets) packets kept until the peer has secured them",
      "            oldest       \(out.oldestAt.map { age($0) } ?? "nothing waits")",
      "            last minute  \(out.messagesLastMinute) messages, \(size(out.bytesLastMinute))",
      "            stream       epoch \(out.epoch), next \(out.nextSequence), confirmed \(out.confirmedSequence)",
      "  incoming  in the drop  \(into.filesInDrop) files",
      "            waiting      \(into.waitingMessages) messages for files or for other messages",
      "            refused      \(into.refusalsToTell) refusals the peer has not confirmed",
    ]
    lines += into.streams.map { "            stream       \($0.stream), applied \($0.applied)" }
    if out.notConfirmablePackets > 0 {
      lines.insert("            one-way      \(out.notConfirmablePackets) packets sent, not confirmable", at: 5)
    }
    return lines + ["  quarantine            \(report.quarantinedFiles) files"]
  }

  private func age(_ at: UnixMilliseconds) -> String {
    let seconds = max(0, (now - at) / 1000)
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7_200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3_600) h"
    default: return "\(seconds / 86_400) days"
    }
  }

  private func clock(_ milliseconds: Int) -> String {
    abs(milliseconds) < 1_000
      ? "as ours" : "\(abs(milliseconds) / 1_000) s \(milliseconds > 0 ? "ahead" : "behind, or the way is that long")"
  }
}

/// `12 B`, `3.4 KiB`, …
func size(_ bytes: Int) -> String {
  if bytes < 1024 { return "\(bytes) B" }
  var (value, unit) = (Double(bytes) / 1024, 0)
  let units = ["KiB", "MiB", "GiB", "TiB"]
  while value >= 1024 && unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
  return "\((value * 10).rounded() / 10) \(units[unit])"
}
