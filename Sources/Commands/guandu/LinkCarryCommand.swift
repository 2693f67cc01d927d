import ArgumentParser
import DurableFiles
import Foundation
import Links
import PacketFormat
import Zones

struct LinkExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Copies outgoing packets to a removable disk.",
    discussion: """
      Each packet lies whole and durable in DIR before it leaves the drop; the disk may be pulled out at any moment, and \
      the command run again.
      """)

  @Option(help: "The zone's zone.yaml.") var config: String
  @Option(help: "The peer; needed where there are several links.") var peer: String?
  @Flag(help: "All packets that the peer has not confirmed, from the zone's own copies; they stay there.")
  var unconfirmed = false
  @Flag(help: "Leave the packets in the drop too.") var keep = false
  @Argument(help: "A folder on the disk.") var folder: String

  func run() async throws {
    try await reportingFailures {
      let zone = try loadZone(config)
      let link = try chooseLink(zone, peer)
      let files = Files()
      let target = "\(folder)/\(zone.name)-to-\(link.peer)"
      let (source, names): (String, [String])
      do {
        guard files.exists(folder) else { throw FileError(.open, folder, number: ENOENT) }
        (source, names) = try packets(zone, link, files)
        try files.createFolder(target)
        try files.syncFolder(folder)
      } catch { throw CommandFailure(.cannotWrite, "\(error)") }
      let tally = try Carrier(source: source, target: target, keeps: keep || unconfirmed).carry(names)
      print(
        "\(count(tally.packets, "packet")), \(size(tally.bytes)), lie in \(target); \(tally.wereThere) were there before"
      )
    }
  }

  private func packets(
    _ zone: ZoneConfiguration, _ link: LinkConfiguration, _ files: Files
  ) throws -> (String, [String]) {
    if unconfirmed {
      let names = try LinkReport.unconfirmedFiles(zone, to: link.peer)
      return (zone.dataDirectory + "/sent/" + link.peer.text, names)
    }
    guard case .folder(let drop) = link.outgoingDrop else {
      throw CommandFailure(.refused, "this link's drop is on a server; use --unconfirmed")
    }
    return (drop + "/new", try Carrier.names(in: drop + "/new", files))
  }
}

struct LinkImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Copies packets from a removable disk to where this zone looks for them.",
    discussion: """
      Each packet lies whole and durable in the drop before it leaves the disk; the disk may be pulled out at any moment, \
      and the command run again. Files that are no packets are named and left.
      """)

  @Option(help: "The zone's zone.yaml.") var config: String
  @Option(help: "The peer; needed where there are several links.") var peer: String?
  @Flag(help: "Leave the packets on the disk too.") var keep = false
  @Argument(help: "The folder that “guandu link export” was given.") var folder: String

  func run() async throws {
    try await reportingFailures {
      let zone = try loadZone(config)
      try refuseForeignAccount(zone)
      let link = try chooseLink(zone, peer)
      let files = Files()
      let (source, target) = ("\(folder)/\(link.peer)-to-\(zone.name)", link.incomingDrop + "/new")
      let names: [String]
      do {
        names = try Carrier.names(in: source, files)
        guard files.exists(target) else { throw FileError(.open, target, number: ENOENT) }
      } catch { throw CommandFailure(.refused, "\(error)") }
      let foreign = names.compactMap { name in
        problem(source + "/" + name, link, zone, files).map { (name: name, problem: $0) }
      }
      for (name, problem) in foreign { complain("\(source)/\(printable(name)): \(problem); it is left there") }
      let packets = names.filter { name in !foreign.contains { $0.name == name } }
      let tally = try Carrier(source: source, target: target, keeps: keep).carry(packets)
      print(
        "\(count(tally.packets, "packet")), \(size(tally.bytes)), are in the drop; \(tally.wereThere) were there before"
      )
      guard foreign.isEmpty else { throw CommandFailure(.refused, "\(count(foreign.count, "file")) left") }
    }
  }

  /// What keeps a file from being a packet of this link, by its form alone; the daemon judges it.
  private func problem(
    _ path: String, _ link: LinkConfiguration, _ zone: ZoneConfiguration, _ files: Files
  ) -> String? {
    do {
      let file = try files.openForReading(path)
      let bytes = try file.read(at: 0, count: min(file.byteCount, PacketHead.maxBytes))
      guard let head = try PacketHead.parse(bytes), head.packetBytes == file.byteCount else { return "no whole packet" }
      let (from, to) = (head.manifest.from, head.manifest.to)
      return from == link.peer && to == zone.name ? nil : "a packet from “\(from)” to “\(to)”"
    } catch is FormatError {
      return "no packet"
    } catch { return "no readable file" }
  }
}
