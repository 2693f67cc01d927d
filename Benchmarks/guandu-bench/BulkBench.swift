import AgeFormat
import ArgumentParser
import Cryptography
import DurableFiles
import Foundation
import PacketFormat
import Storage
import Synchronization
import ZoneHarness
import Zones

/// One large blob through packets: sealed by one process into the drop, opened by another, both as the daemons do it.
struct BulkBench {
  let folder: String
  let bytes: Int
  let rounds: Int

  static var limits: LinkLimits {
    var limits = LinkLimits()
    limits.blobWindowPackets = 1_000_000
    limits.dropMaxBytes = 1 << 50
    return limits
  }

  func run() throws -> [Figure] {
    let input = folder + "/guandu-bench.blob"
    defer { _ = try? shell("rm -f '\(folder)'/guandu-bench.*") }
    try shell("head -c \(bytes) /dev/urandom > '\(input)' && sync '\(input)'")
    let key = X25519PrivateKey.generate()
    try Data(AgeKeyNotation.identity(key).utf8).write(to: URL(filePath: folder + "/guandu-bench.key"))
    let recipient = AgeKeyNotation.recipient(key.publicKey)
    var (seal, open, ageSeal, ageOpen, rss): ([Double], [Double], [Double], [Double], Double) = ([], [], [], [], 0)
    for _ in 0..<rounds {
      ageSeal.append(try seconds { try age("-e -r \(recipient)", input, "guandu-bench.age") })
      ageOpen.append(
        try seconds { try age("-d -i '\(folder)/guandu-bench.key'", folder + "/guandu-bench.age", "guandu-bench.out") })
      let ours = try cross(input)
      seal.append(ours.seal)
      open.append(ours.open)
      rss = max(rss, ours.rss)
    }
    let size = Double(bytes) / 1_048_576
    return [
      Figure(
        name: "bulk.seal", value: size / median(seal), unit: "MiB/s", peer: "age -e, output synced",
        peerValue: size / median(ageSeal), ratio: median(ageSeal) / median(seal)),
      Figure(
        name: "bulk.open", value: size / median(open), unit: "MiB/s", peer: "age -d, output synced",
        peerValue: size / median(ageOpen), ratio: median(ageOpen) / median(open)),
      Figure(
        name: "bulk.rss", value: rss, unit: "MiB RssAnon, the larger of the two", peer: "limit", peerValue: 100,
        ratio: 100 / rss),
    ]
  }

  private func age(_ options: String, _ input: String, _ output: String) throws {
    let target = "\(folder)/\(output)"
    try shell("rm -f '\(target)'; age \(options) -o '\(target)' '\(input)' && sync '\(target)'")
  }

  private func cross(_ input: String) throws -> (seal: Double, open: Double, rss: Double) {
    let zones = try TestZones(limits: Self.limits, in: folder, blobMaxBytes: 1 << 50)
    // The blob lies in the sender's store beforehand, as an uploaded attachment does.
    let digest = try shell("sha256sum '\(input)'").prefix(64)
    try shell(
      "mkdir -p '\(zones.root)/dmz/blobs' && cp '\(input)' '\(zones.root)/dmz/blobs/\(digest)' && sync '\(zones.root)/dmz/blobs/\(digest)'"
    )
    let program = CommandLine.arguments[0]
    let sent = try role("'\(program)' send-blob --root '\(zones.root)' --digest \(digest) --bytes \(bytes)")
    let received = try role("'\(program)' receive-blob --root '\(zones.root)' --digest \(digest)")
    return (sent.seconds, received.seconds, max(sent.rss, received.rss))
  }

  private func role(_ command: String) throws -> (seconds: Double, rss: Double) {
    let numbers = try shell(command).split(separator: " ").compactMap {
      Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    guard numbers.count == 2 else { throw CommandFailed(description: "`\(command)` printed no figures") }
    return (numbers[0], numbers[1])
  }
}

/// The largest `RssAnon` of this process, in MiB, sampled by a thread of its own.
final class MemoryWatch: Sendable {
  private let peak = Mutex(0.0)

  init() {
    Thread.detachNewThread { [weak self] in
      while let self {
        let sample = anonymousMebibytes(ProcessInfo.processInfo.processIdentifier)
        self.peak.withLock { $0 = max($0, sample) }
        usleep(5_000)
      }
    }
  }

  var mebibytes: Double { peak.withLock { $0 } }

}

struct SendBlob: AsyncParsableCommand {
  static let configuration = CommandConfiguration(shouldDisplay: false)
  @Option var root: String
  @Option var digest: String
  @Option var bytes: Int

  func run() async throws {
    ProcessMemory.keepBuffers()
    let memory = MemoryWatch()
    let configuration = try TestZones.side(.dmz, at: root, limits: BulkBench.limits, blobMaxBytes: 1 << 50)
    let zone = try RunningZone(configuration)
    let start = ContinuousClock.now
    guard let name = HexDigest(digest) else { throw CommandFailed(description: "no digest") }
    try await zone.enqueueBlob(name, bytes: bytes)
    try await zone.eventually("all parts lie in the drop", withinSeconds: 600) {
      guard try await zone.count("SELECT COUNT(*) FROM outgoing_blob WHERE last_sequence IS NOT NULL") == 1 else {
        return false
      }
      let packets = try await zone.count("SELECT COUNT(*) FROM sent_packet WHERE lane = 'b'")
      let names = try FileManager.default.contentsOfDirectory(atPath: root + "/d2i/new")
      return names.filter { $0.contains(".b.") }.count == packets
    }
    print(start.duration(to: .now) / .seconds(1), memory.mebibytes)
    try await zone.stop()
  }
}

struct ReceiveBlob: AsyncParsableCommand {
  static let configuration = CommandConfiguration(shouldDisplay: false)
  @Option var root: String
  @Option var digest: String

  func run() async throws {
    ProcessMemory.keepBuffers()
    let memory = MemoryWatch()
    let configuration = try TestZones.side(.intranet, at: root, limits: BulkBench.limits, blobMaxBytes: 1 << 50)
    let start = ContinuousClock.now
    let zone = try RunningZone(configuration)
    try await zone.eventually("the blob is whole", withinSeconds: 600) {
      try await zone.count("SELECT COUNT(*) FROM incoming_blob WHERE complete = 1") == 1
    }
    print(start.duration(to: .now) / .seconds(1), memory.mebibytes)
    try await zone.stop()
  }
}
