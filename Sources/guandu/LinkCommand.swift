import ArgumentParser
import Zones

struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link", abstract: "Shows a zone's links, and carries packets by hand.",
    subcommands: [
      LinkStatus.self, LinkExport.self, LinkImport.self, Replay.self, Rebuild.self, CancelBlob.self,
    ])

  struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets the daemon drop packets again, for a peer that lost its disk.",
      discussion: """
        A peer that was restored says so itself, and gets again what it lacks; this is for one that cannot. Messages are \
        known by their ids, so none acts twice.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String
    @Option(help: "The peer; needed where there are several links.") var peer: String?
    @Option(help: "m for messages, b for parts of files.") var lane = "m"
    @Option(help: "The first sequence.") var from: Int

    func validate() throws {
      guard from >= 1 else { throw ValidationError("--from: sequences begin with 1") }
      guard ["m", "b"].contains(lane) else { throw ValidationError("--lane: m or b") }
    }

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        let link = try chooseLink(zone, peer)
        print(try await askDaemon("replay", "\(link.peer) \(lane) \(from)", zone))
      }
    }
  }

  struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sends a portal that lost everything what it must know of all letters.",
      discussion: "Runs in the intranet. Codes and passwords work again; what the portal has already stays as it is.")

    @Option(help: "The zone's zone.yaml.") var config: String

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        guard zone.role == .intranet else {
          throw CommandFailure(.refused, "zone “\(zone.name)” cannot rebuild a peer; run this in the intranet")
        }
        print(try await askDaemon("rebuild", "", zone))
      }
    }
  }

  struct CancelBlob: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Stops sending a file that is on its way.",
      discussion: """
        Its letter is struck too where it has not left yet, and counts as refused, with the code “cancelled”. Where it has \
        left, the peer waits for the file in vain, and refuses the letter after retain_days.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String
    @Option(help: "The peer; needed where there are several links.") var peer: String?
    @Argument(help: "The file's SHA-256 as “guandu link status --json” prints it.") var digest: String

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        let link = try chooseLink(zone, peer)
        print(try await askDaemon("cancel-blob", "\(link.peer) \(digest)", zone))
      }
    }
  }
}
