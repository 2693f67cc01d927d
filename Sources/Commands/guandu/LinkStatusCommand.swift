import ArgumentParser
import Foundation
import Glibc
import JSON
import Links
import Timestamps
import Zones

struct LinkStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Where each link stands: what waits, what is under way, and the peer's last sign of life.",
    discussion: "It reads the zone's database beside the daemon, which may run or not.")

  /// With --watch, a look is compared with one so many looks before.
  private static let looksKept = 10

  @Option(help: "The zone's zone.yaml.") var config: String
  @Flag(help: "Print one JSON object a look.") var json = false
  @Flag(help: "Look again each second, until Ctrl-C; rates are then those of the last ten seconds.") var watch = false
  @Option(help: "With --watch: how many looks.") var count: Int?

  func validate() throws {
    if let count, !watch || count < 1 { throw ValidationError("--count: 1 or more, and with --watch") }
  }

  func run() async throws { try await reportingFailures { try await watch(try loadZone(config)) } }

  private func watch(_ zone: ZoneConfiguration) async throws {
    let isScreen = watch && !json && isatty(STDOUT_FILENO) == 1
    var looks = [try look(zone)]
    show(zone, looks[0], isScreen)
    for _ in 1..<(watch ? count ?? .max : 1) {
      try await Task.sleep(for: .seconds(1))
      let next = try look(zone).compared(with: looks[0])
      looks = looks.suffix(Self.looksKept - 1) + [next]
      if !isScreen && !json { print() }
      show(zone, next, isScreen)
    }
  }

  private struct Look {
    var reports: [LinkReport]
    let at: UnixMilliseconds

    func compared(with earlier: Look) -> Look {
      var look = self
      for index in reports.indices { look.reports[index].compare(with: earlier.reports[index]) }
      return look
    }
  }

  private func look(_ zone: ZoneConfiguration) throws -> Look {
    let now = Date().unixMilliseconds
    do { return Look(reports: try LinkReport.read(zone, now: now), at: now) } catch {
      throw CommandFailure(.temporary, "\(error); has the daemon of this zone been started yet?")
    }
  }

  private func show(_ zone: ZoneConfiguration, _ look: Look, _ isScreen: Bool) {
    if isScreen { print("\u{1B}[H\u{1B}[2J", terminator: "") }
    if json {
      let object = JSONValue.object([
        "zone": .string(zone.name.text), "at": .integer(look.at), "links": .array(look.reports.map(\.json)),
      ])
      print(String(decoding: object.encoded(), as: UTF8.self))
    } else {
      print("zone \(zone.name) at \(timestamp(look.at))")
      for report in look.reports {
        print()
        for line in LinkText(report: report, now: look.at).lines { print(line) }
      }
    }
    fflush(nil)
  }
}
