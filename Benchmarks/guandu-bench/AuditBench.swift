import AuditLog
import Cryptography
import DurableFiles
import Foundation
import Timestamps
import TransparencyLog
import Zones

/// The audit log: appending durably, checking a whole one, proving one entry of very many.
struct AuditBench {
  private static let proofs = 1_000

  let folder: String
  /// In the large log that is checked.
  let entries: Int
  /// Appended through the database.
  let appended: Int

  func run(_ wanted: Wanted) async throws -> [Figure] {
    let place = "\(folder)/audit-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: place) }
    var figures: [Figure] = []
    if wanted.figure("audit.append") {
      figures += try await AuditAppendBench(folder: place, count: appended).run()
    }
    guard wanted.figure("audit.verify") || wanted.figure("audit.proof") else { return figures }
    let small = try BenchLog(folder: "\(place)/small", entries: max(1, entries / 10))
    let large = try BenchLog(folder: "\(place)/large", entries: entries)
    if wanted.figure("audit.verify") { figures += try verify(small, large) }
    if wanted.figure("audit.proof") { figures += try prove(large) }
    return figures
  }

  private func verify(_ small: BenchLog, _ large: BenchLog) throws -> [Figure] {
    let (first, before) = try small.check(shapes: true)
    let (tree, _) = try large.check(shapes: false)
    let (shapes, after) = try large.check(shapes: true)
    return [
      Figure(
        name: "audit.verify.tree", value: tree, unit: "entries/s of \(large.entries), tree and signatures",
        peer: "wanted", peerValue: 500_000, ratio: tree / 500_000),
      Figure(
        name: "audit.verify.shapes", value: shapes, unit: "entries/s of \(large.entries), each entry's shape too",
        peer: "wanted", peerValue: 100_000, ratio: shapes / 100_000),
      Figure(
        name: "audit.verify.flatness", value: 1e6 / shapes, unit: "µs an entry of \(large.entries)",
        peer: "of \(small.entries); at most 1.2", peerValue: 1e6 / first, ratio: first / shapes),
      Figure(
        name: "audit.verify.memory", value: after, unit: "MiB RssAnon at most, \(large.entries) entries",
        peer: "\(small.entries) entries", peerValue: before, ratio: before / after),
    ]
  }

  private func prove(_ log: BenchLog) throws -> [Figure] {
    let (log, size) = (LogFolder(path: log.folder), log.entries)
    let measure = { (name: String, unit: String, body: (Int) throws -> Void) in
      var times: [Double] = []
      for _ in 0..<Self.proofs { times.append(1_000 * (try seconds { try body(Int.random(in: 1..<size)) })) }
      return Figure(
        name: name, value: median(times), unit: "ms, median of \(Self.proofs), \(unit) of \(size)",
        peer: "99th percentile; wanted below 1", peerValue: percentile(times, 0.99), ratio: 1 / median(times))
    }
    return [
      try measure("audit.proof.inclusion", "entry and its proof") { index in
        _ = try (log.entry(index, size: size), log.proofs(size: size).inclusion(of: index))
      },
      try measure("audit.proof.consistency", "proof from any earlier size") { index in
        _ = try log.proofs(size: size).consistency(from: index)
      },
    ]
  }
}

/// A log of packets that left, written as a daemon's is, but for its database.
struct BenchLog {
  private static let batch = 65_536

  let folder: String
  let entries: Int
  private let log: NoteVerifier

  init(folder: String, entries: Int) throws {
    guard let key = Ed25519PrivateKey(seed: .random(32)),
      let signer = NoteSigner(name: "dmz/audit/1", kind: .ed25519, key: key)
    else { throw CommandFailed(description: "no key") }
    (self.folder, self.entries, log) = (folder, entries, signer.verifier)
    var writer = try LogWriter(folder: LogFolder(path: folder), signer: signer)
    for first in stride(from: 0, to: entries, by: Self.batch) {
      try writer.append((first..<min(first + Self.batch, entries)).map(Self.entry))
    }
  }

  /// A packet with three messages, of about 500 bytes.
  static func entry(_ number: Int) -> [UInt8] {
    let packet = BenchPacket(number)
    let messages = packet.messages.map { #"["\#($0.id)","\#($0.type)","\#($0.subject)"]"# }.joined(separator: ",")
    let head =
      #"{"kind":"packet.sent","zone":"dmz","at":"\#(timestamp(1_795_428_000_000 + number * 10))","peer":"intranet","#
    return Array(
      (head + #""stream":"dmz/1/1/m","sequence":\#(number),"digest":"\#(packet.digest)","part":1,"#
        + #""messages":[\#(messages)],"blobs":[]}"#).utf8)
  }

  /// - Returns: entries a second; the largest RssAnon in MiB.
  func check(shapes: Bool) throws -> (rate: Double, mebibytes: Double) {
    let memory = MemoryWatch()
    let check = LogCheck(folder: LogFolder(path: folder), log: log, zone: shapes ? "dmz" : nil)
    let time = try seconds {
      guard try check.run().checkpoint.size == entries else { throw CommandFailed(description: "entries are missing") }
    }
    return (Double(entries) / time, memory.mebibytes)
  }
}

/// What an entry of a packet names.
struct BenchPacket: Sendable {
  let number: Int
  let digest: String
  let messages: [(id: String, type: String, subject: String)]

  init(_ number: Int) {
    self.number = number
    let digest = Digest.of("packet \(number)".utf8).hex
    self.digest = digest
    messages = (0..<3).map { place in
      let id = "\(String(digest.prefix(24)))-\(number * 3 + place)"
      return (id, ["letter.submitted", "letter.signed-for", "document.delivered"][place], id)
    }
  }
}
