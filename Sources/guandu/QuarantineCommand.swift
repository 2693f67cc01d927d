import ArgumentParser
import Cryptography
import DurableFiles
import Exchange
import Foundation
import Glibc
import PacketFormat
import Zones

struct QuarantineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Shows what was put away, and settles it.",
    subcommands: [List.self, Show.self, Release.self, Discard.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One line a file: name, time, code, size, reason.")

    @Option(help: "The zone's zone.yaml.") var config: String

    func run() async throws {
      try await reportingFailures {
        let folder = QuarantineFolder(zone: try loadZone(config))
        for name in try folder.names() {
          let reason = folder.reason(name)
          print(
            "\(name)  \(reason["at"] ?? "-")  \(reason["code"] ?? "-")  \(size(folder.byteCount(name)))  "
              + (reason["reason"] ?? "no reason file"))
        }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Why a file was put away, and what its head says.")

    @Option(help: "The zone's zone.yaml.") var config: String
    @Argument(help: "Its name in the list.") var name: String

    func run() async throws {
      try await reportingFailures {
        let folder = QuarantineFolder(zone: try loadZone(config))
        try folder.require(name)
        for (key, value) in folder.reason(name).sorted(by: { $0.key < $1.key }) { print("\(key): \(value)") }
        print("bytes: \(folder.byteCount(name))")
        guard let head = folder.head(name) else { return print("its head is not a packet's") }
        print("manifest, not believed: \(String(decoding: head.manifest.encodedLine(), as: UTF8.self))")
      }
    }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets the daemon judge a file anew.",
      discussion: """
        A packet that is sound now goes back into the drop. One of another history of the peer (codes fork and closed) \
        brings in those of its messages that are not here yet. It is recorded in quarantine/log.jsonl.
        """)

    @Option(help: "The zone's zone.yaml.") var config: String
    @Argument(help: "Its name in the list.") var name: String

    func run() async throws {
      try await reportingFailures {
        let zone = try loadZone(config)
        let folder = QuarantineFolder(zone: zone)
        try folder.require(name)
        try folder.record("release", name)
        try await askDaemon("release", name, zone)
      }
    }
  }

  struct Discard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Removes a file for good. It is recorded in quarantine/log.jsonl.")

    @Option(help: "The zone's zone.yaml.") var config: String
    @Argument(help: "Its name in the list.") var name: String

    func run() async throws {
      try await reportingFailures {
        let folder = QuarantineFolder(zone: try loadZone(config))
        try folder.require(name)
        try folder.record("discard", name)
        try folder.remove(name)
        print("\(name) is removed")
      }
    }
  }
}

/// A zone's `data/quarantine`.
struct QuarantineFolder {
  private static let reasonMaxBytes = 64 * 1024

  private let files = Files()
  private let path: String

  init(zone: ZoneConfiguration) { path = zone.dataDirectory + "/quarantine" }

  func names() throws -> [String] {
    do { return try files.list(path).filter { $0.hasSuffix(".gdp") }.sorted() } catch {
      throw CommandFailure(.temporary, "\(error); has the daemon of this zone run already?")
    }
  }

  func require(_ name: String) throws {
    guard try names().contains(name) else { throw CommandFailure(.refused, "there is no “\(name)” in the quarantine") }
  }

  func byteCount(_ name: String) -> Int { files.byteCount(path + "/" + name) ?? 0 }

  /// The reason file's lines, by key.
  func reason(_ name: String) -> [String: String] {
    guard let bytes = try? files.read(path + "/" + name + ".reason", maxBytes: Self.reasonMaxBytes) else { return [:] }
    var lines: [String: String] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      if parts.count == 2 { lines[parts[0]] = parts[1] }
    }
    return lines
  }

  func head(_ name: String) -> PacketHead? {
    guard let file = try? files.openForReading(path + "/" + name),
      let bytes = try? file.read(at: 0, count: min(file.byteCount, PacketHead.maxBytes))
    else { return nil }
    return (try? PacketHead.parse(bytes)) ?? nil
  }

  func remove(_ name: String) throws {
    do {
      try files.remove(path + "/" + name)
      try files.remove(path + "/" + name + ".reason")
      try files.syncFolder(path)
    } catch { throw CommandFailure(.cannotWrite, "\(error)") }
  }

  /// Writes down who settles what, durably, before it is done.
  func record(_ act: String, _ name: String) throws {
    let line = JSONValue.object([
      "at": .string(timestamp(Date().unixMilliseconds)), "by": .string(userName()), "act": .string(act),
      "file": .string(name), "code": .string(reason(name)["code"] ?? "-"), "bytes": .integer(byteCount(name)),
      "sha256": .string(digest(name)),
    ]).encoded()
    do {
      let journal = path + "/log.jsonl"
      let end = files.byteCount(journal) ?? 0
      let file = try files.openForUpdate(journal)
      try file.write((line + [UInt8(ascii: "\n")])[...], at: end)
      try file.sync()
      try file.close()
      try files.syncFolder(path)
    } catch { throw CommandFailure(.cannotWrite, "\(error)") }
  }

  private func digest(_ name: String) -> String {
    guard let file = try? files.openForReading(path + "/" + name) else { return "-" }
    let hasher = SHA256Hasher()
    var offset = 0
    while offset < file.byteCount, let piece = try? file.read(at: offset, count: 1024 * 1024), !piece.isEmpty {
      hasher.update(piece)
      offset += piece.count
    }
    return hasher.finish().hex
  }

  /// The account that runs the command; behind sudo the one that asked.
  private func userName() -> String {
    let account = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(getuid())"
    guard let asked = ProcessInfo.processInfo.environment["SUDO_USER"] else { return account }
    return "\(account), for \(asked)"
  }
}
