import ArgumentParser
import PacketFormat
import Zones

struct QuarantineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Shows what was quarantined, and settles it.",
    subcommands: [List.self, Show.self, Release.self, Discard.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "One line a file, the oldest first: name, time, code, size, the name it came under, reason.")

    @Option(help: "The zone's zone.yaml.") var config: String
    @Option(help: "Those quarantined with this code alone.") var code: String?

    func run() async throws {
      try await reportingFailures {
        let folder = QuarantineFolder(zone: try loadZone(config))
        let rows = try folder.names(code: code).map { name in
          let note = folder.note(name)
          return [
            name, note.at, note.code, folder.byteCount(name).map(size) ?? "gone", note.originalName, note.reason,
          ].map(printable)
        }
        for line in aligned(rows) { print(line) }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Why a file was quarantined, and what its head says.")

    @Option(help: "The zone's zone.yaml.") var config: String
    @Argument(help: "Its name in the list.") var name: String

    func run() async throws {
      try await reportingFailures {
        let folder = QuarantineFolder(zone: try loadZone(config))
        try folder.require(name)
        let note = folder.note(name)
        var rows = [
          ["file", name], ["came as", note.originalName], ["at", note.at], ["code", note.code],
          ["reason", note.reason],
          ["bytes", folder.byteCount(name).map(String.init) ?? "gone"], ["sha256", folder.digest(name)],
        ]
        if let manifest = folder.head(name)?.manifest {
          rows.append(["head", "not verified"])
          rows += manifest.description.split(separator: "\n").map { ["", String($0)] }
        } else {
          rows.append(["head", "none that can be read"])
        }
        for line in aligned(rows) { print(printable(line)) }
      }
    }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets the daemon judge files anew.",
      discussion: """
        A packet that is sound now goes back into the drop. One of another history of the peer (codes fork and closed) \
        brings in those of its messages that are not here yet. Any other stays. It is recorded in quarantine/log.jsonl.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String
    @OptionGroup var selection: QuarantineSelection

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        try refuseForeignAccount(zone)
        let folder = QuarantineFolder(zone: zone)
        try await release(try selection.names(in: folder), folder, zone)
      }
    }

    private func release(_ names: [String], _ folder: QuarantineFolder, _ zone: ZoneConfiguration) async throws {
      var stayed = 0
      for name in names {
        let entry = folder.entry("release", name)
        try folder.record(entry)
        do {
          let outcome = try await askDaemon("release", name, zone)
          try folder.record(entry.with(outcome: outcome))
          print("\(name): \(outcome)")
        } catch let failure as CommandFailure where failure.status == .failed {
          try folder.record(entry.with(outcome: failure.reason))
          complain("\(name): \(failure.reason)")
          stayed += 1
        }
      }
      if stayed > 0 { throw CommandFailure(.failed, "\(count(stayed, "file")) not released") }
    }
  }

  struct Discard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Removes files for good. It is recorded in quarantine/log.jsonl.")

    @Option(help: "The zone's zone.yaml.") var config: String
    @OptionGroup var selection: QuarantineSelection

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        try refuseForeignAccount(zone)
        let folder = QuarantineFolder(zone: zone)
        for name in try selection.names(in: folder) {
          try folder.record(folder.entry("discard", name))
          try folder.remove(name)
          print("\(name): removed")
        }
      }
    }
  }
}

/// Which files a command is for.
struct QuarantineSelection: ParsableArguments {
  @Argument(help: "Their names in the list.") var names: [String] = []
  @Flag(help: "All that “guandu quarantine list” prints.") var all = false
  @Option(help: "With --all: those quarantined with this code alone.") var code: String?

  func validate() throws {
    guard names.isEmpty == all else { throw ValidationError("give names, or --all") }
    guard code == nil || all else { throw ValidationError("--code goes with --all") }
  }

  func names(in folder: QuarantineFolder) throws -> [String] {
    if all { return try folder.names(code: code) }
    for name in names { try folder.require(name) }
    return names
  }
}
