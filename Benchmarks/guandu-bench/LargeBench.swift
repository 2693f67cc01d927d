import ArgumentParser
import Cryptography
import DurableFiles
import Foundation
import Letters
import PacketFormat
import Storage
import Timestamps
import ZoneHarness
import Zones

/// One very large blob between two processes, with letters beside it: its first half is left alone, then one of the two is
/// killed at each further tenth.
struct LargeBench {
  let folder: String
  let bytes: Int

  private struct Outcome {
    var seconds = 0.0
    var kills = 0
    var memory: [String: Double] = ["dmz": 0, "intranet": 0]
    /// In milliseconds, of letters that came while nothing was killed.
    var delays: [Double] = []
  }

  func run() async throws -> [Figure] {
    let alone = try await cross(bytes: 0)
    let beside = try await cross(bytes: bytes)
    let size = Double(bytes) / 1_048_576
    let memory = beside.memory.values.max() ?? 0
    return [
      Figure(
        name: "large.rate", value: size / beside.seconds, unit: "MiB/s, \(Int(size)) MiB, \(beside.kills) kills",
        peer: "kills of either process", peerValue: Double(beside.kills), ratio: 1),
      Figure(
        name: "large.rss", value: memory, unit: "MiB RssAnon, the larger of the two", peer: "limit", peerValue: 128,
        ratio: 128 / memory),
      Figure(
        name: "large.letter", value: median(beside.delays),
        unit: "ms, median of \(beside.delays.count) letters beside it",
        peer: "the same without it", peerValue: median(alone.delays),
        ratio: median(alone.delays) / median(beside.delays)),
      Figure(
        name: "large.letter.p99", value: percentile(beside.delays, 0.99), unit: "ms, 99th percentile",
        peer: "the same without it", peerValue: percentile(alone.delays, 0.99),
        ratio: percentile(alone.delays, 0.99) / percentile(beside.delays, 0.99)),
    ]
  }

  private func cross(bytes: Int) async throws -> Outcome {
    let zones = try TestZones(limits: LinkLimits(), in: folder, blobMaxBytes: 1 << 50)
    let digest = try bytes > 0 ? store(bytes, zones) : ""
    var (dmz, intranet) = (try start("dmz", zones, digest), try start("intranet", zones, ""))
    defer {
      for process in [dmz, intranet] { stop(process) }
    }
    let database = try await desk(zones)
    var (outcome, seen) = (Outcome(), 0)
    let start = ContinuousClock.now
    while true {
      try await Task.sleep(for: .milliseconds(2))
      let look = try await database.read { [seen] db in try Look(above: seen, db) }
      let now = currentMilliseconds()
      if outcome.kills == 0 { outcome.delays += look.accepted.map { Double(now - $0) } }
      seen += look.accepted.count
      outcome.memory["dmz"] = max(outcome.memory["dmz"] ?? 0, anonymousMebibytes(dmz.processIdentifier))
      outcome.memory["intranet"] = max(outcome.memory["intranet"] ?? 0, anonymousMebibytes(intranet.processIdentifier))
      if bytes == 0 ? seen >= 100 : look.isWhole { break }
      guard bytes > 0, look.received > bytes / 10 * (5 + outcome.kills) else { continue }
      outcome.kills += 1
      if outcome.kills.isMultiple(of: 2) {
        stop(dmz)
        dmz = try self.start("dmz", zones, digest)
      } else {
        stop(intranet)
        intranet = try self.start("intranet", zones, "")
      }
    }
    outcome.seconds = start.duration(to: .now) / .seconds(1)
    try database.close()
    return outcome
  }

  private struct Look {
    let accepted: [UnixMilliseconds]
    let received: Int
    let isWhole: Bool

    init(above seen: Int, _ db: Transaction) throws {
      accepted = try db.all(
        Int.self, "SELECT accepted_at FROM desk_letter ORDER BY accepted_at LIMIT -1 OFFSET ?", seen)
      received =
        try db.one(
          Int.self,
          "SELECT MAX(received) FROM (SELECT received FROM incoming_blob UNION ALL SELECT received FROM begun_blob) AS parts"
        ) ?? 0
      isWhole = try db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM incoming_blob WHERE complete = 1)") ?? false
    }
  }

  /// Puts random bytes into the sender's store, as an upload does. Returns their digest.
  private func store(_ bytes: Int, _ zones: TestZones) throws -> String {
    let blobs = zones.root + "/dmz/blobs"
    let digest = try shell(
      "mkdir -p '\(blobs)'; head -c \(bytes) /dev/urandom | tee '\(blobs)/new' | sha256sum; sync '\(blobs)/new'"
    ).prefix(64)
    try shell("mv '\(blobs)/new' '\(blobs)/\(digest)'; sync '\(blobs)'")
    return "\(digest):\(bytes)"
  }

  private func start(_ role: String, _ zones: TestZones, _ blob: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
    process.arguments = ["side", "--root", zones.root, "--role", role, "--blob", blob]
    try process.run()
    return process
  }

  private func stop(_ process: Process) {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// The intranet's database beside its daemon, once that has made it.
  private func desk(_ zones: TestZones) async throws -> SQLiteFile {
    let path = zones.root + "/intranet/zone.sqlite"
    for _ in 0..<1000 {
      if let queue = try? SQLiteFile(path: path, .readOnly),
        (try? await queue.read { try $0.one(Int.self, "SELECT COUNT(*) FROM desk_letter") }) != nil
      {
        return queue
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw CommandFailed(description: "the receiving process did not start")
  }
}

/// `RssAnon` of a process in MiB; 0 where it has ended.
func anonymousMebibytes(_ process: Int32) -> Double {
  let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
  return (Double(line.split(whereSeparator: { !$0.isNumber }).first ?? "") ?? 0) / 1024
}

/// One zone until it is killed. The DMZ sends `blob`, unless it is under way already, and a letter every 100 ms.
struct Side: AsyncParsableCommand {
  static let configuration = CommandConfiguration(shouldDisplay: false)
  @Option var root: String
  @Option var role: String
  @Option var blob: String

  func run() async throws {
    ProcessMemory.keepBuffers()
    guard let role = ZoneRole(rawValue: role) else { throw CommandFailed(description: "no role") }
    let zone = try RunningZone(
      try TestZones.side(role, at: root, limits: LinkLimits(), blobMaxBytes: 1 << 50), exchanging: false)
    // The letters are sealed beforehand: Argon2id needs more memory than the exchange.
    let load = role == .dmz ? try await LetterLoad(zone) : nil
    zone.startExchange()
    guard let load else { return try await Task.sleep(for: .seconds(86_400)) }
    let parts = blob.split(separator: ":")
    if parts.count == 2, let digest = HexDigest(String(parts[0])), let bytes = Int(parts[1]),
      try await zone.count("SELECT COUNT(*) FROM outgoing_blob") == 0
    {
      try await zone.enqueueBlob(digest, bytes: bytes)
    }
    for number in 0... {
      _ = try await zone.citizens.submit(load.letter(number))
      try await Task.sleep(for: .milliseconds(100))
    }
  }
}
