import ArgumentParser
import Zones

struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link", abstract: "Shows a zone's links, and carries packets by hand.",
    subcommands: [
      LinkStatus.self, LinkExport.self, LinkImport.self, Replay.self, Rebuild.self, CancelBlob.self, ForgetStreams.self,
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
      abstract: "Sends a portal, and offices, that lost everything again what they had.",
      discussion: """
        Runs in the intranet: all letters and published documents for the portal, all deliveries and withdrawals for other \
        offices. Codes and passwords work again; what a peer has already stays as it is. What a link's policy does not let \
        out is counted and named, and the rest is sent.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String
    @Option(help: "The one peer to rebuild; all of them where it is left out.") var peer: String?

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        guard zone.role == .intranet else {
          throw CommandFailure(.refused, "zone “\(zone.name)” cannot rebuild a peer; run this in the intranet")
        }
        if let peer, !zone.links.contains(where: { $0.peer.text == peer }) {
          throw CommandFailure(.refused, "zone “\(zone.name)” has no link to “\(peer)”")
        }
        print(try await askDaemon("rebuild", peer ?? "", zone))
      }
    }
  }

  struct CancelBlob: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Stops sending a file that is on its way.",
      discussion: """
        Its letter is struck too where it has not left yet, and counts as refused, with the code “cancelled”. Where it has \
        left, the peer refuses it with the same code, unless it has all of the file already.
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

  struct ForgetStreams: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Forgets streams of the peer that a thief of its key opened.",
      discussion: """
        After the thief's certificate was revoked: such a stream may lie so far ahead that the true peer never catches up \
        with it. What still comes of it is quarantined. Messages stay known by their ids, so none acts twice. It is entered in \
        the audit log. “guandu link status” lists the streams.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String
    @Option(help: "The peer; needed where there are several links.") var peer: String?
    @Option(help: "The node in the streams' names, such as a in dmz/a/7/m.") var node = "a"
    @Option(help: "The epoch in the streams' names, such as 7 in dmz/a/7/m.") var epoch: String

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        let link = try chooseLink(zone, peer)
        guard !node.contains(" "), !epoch.contains(" ") else {
          throw CommandFailure(.refused, "--node and --epoch hold no blanks")
        }
        print(try await askDaemon("forget-streams", "\(link.peer) \(node) \(epoch)", zone))
      }
    }
  }
}
