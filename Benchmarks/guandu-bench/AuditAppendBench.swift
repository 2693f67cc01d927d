import AuditLog
import Cryptography
import DurableFiles
import Foundation
import Logging
import Storage
import Timestamps
import TransparencyLog
import Zones

/// Entries from the transaction of what they describe until a signed checkpoint names them, all synced. Beside it a table of
/// the same bytes, written in the same batches, by the same writers, under the same `synchronous = FULL`.
struct AuditAppendBench {
  private static let writers = 256
  private static let plain = Migration(
    "plain-1", sql: "CREATE TABLE plain (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")

  let folder: String
  let count: Int

  func run() async throws -> [Figure] {
    var figures: [Figure] = []
    for (name, batch, writers, unit) in [
      ("grouped", 1, Self.writers, "entries/s, one a transaction, \(Self.writers) waiting at a time"),
      ("batched", 100, 1, "entries/s, 100 a transaction, one after the other"),
    ] {
      let table = try await control(name, batch, writers)
      let ours = try await measure(name, batch, writers)
      figures.append(
        Figure(
          name: "audit.append.\(name)", value: ours, unit: unit, peer: "SQLite rows of the same bytes and batches",
          peerValue: table, ratio: ours / table))
    }
    return figures
  }

  private func control(_ name: String, _ batch: Int, _ writers: Int) async throws -> Double {
    let database = try ZoneDatabase(path: "\(folder)/\(name)-plain.sqlite", migrations: [Self.plain])
    let start = ContinuousClock.now
    try await write(batch, writers) { numbers in
      let entries = numbers.map { BenchLog.entry($0) }
      try await database.write { db in
        for entry in entries { try db.run("INSERT INTO plain (bytes) VALUES (?)", entry) }
      }
    }
    let time = start.duration(to: .now) / .seconds(1)
    try database.close()
    return Double(count) / time
  }

  private func measure(_ name: String, _ batch: Int, _ writers: Int) async throws -> Double {
    guard let zone = ZoneName("dmz"), let peer = ZoneName("intranet"), let key = Ed25519PrivateKey(seed: .random(32))
    else { throw CommandFailed(description: "no zone") }
    let database = try ZoneDatabase(path: "\(folder)/\(name).sqlite", migrations: auditMigrations)
    let trail = AuditTrail(zone: zone) { timestamp(Date().unixMilliseconds) }
    let keeper = LogKeeper(
      zone: zone, database: database, files: Files(), folder: "\(folder)/\(name)", key: key, trail: trail,
      logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
    try await keeper.begin()
    let start = ContinuousClock.now
    // As the daemon does: once a second, while others write.
    let keeping = Task {
      while !Task.isCancelled {
        while try await keeper.integrate() {}
        try? await Task.sleep(for: .seconds(1))
      }
    }
    try await write(batch, writers) { numbers in
      let packets = numbers.map(BenchPacket.init)
      try await database.write { db in
        for packet in packets {
          let name = AuditTrail.Packet(
            peer: peer, stream: "dmz/1/1/m", sequence: packet.number, digest: packet.digest, signed: nil)
          let messages = packet.messages.map { AuditTrail.MessageName(id: $0.id, type: $0.type, subject: $0.subject) }
          try trail.packetSent(name, messages, blobs: [], db)
        }
      }
    }
    keeping.cancel()
    do { try await keeping.value } catch is CancellationError {}
    while try await keeper.integrate() {}
    let time = start.duration(to: .now) / .seconds(1)
    let size = try LogFolder(path: "\(folder)/\(name)/1").checkpoint().map { try Checkpoint(text: $0.text).size }
    guard size == count + 1 else { throw CommandFailed(description: "\(size ?? 0) entries in the log") }
    try database.close()
    return Double(count) / time
  }

  /// Lets so many writers write all numbers, `batch` at a time.
  private func write(_ batch: Int, _ writers: Int, _ body: @escaping @Sendable (Range<Int>) async throws -> Void)
    async throws
  {
    let count = self.count
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<writers {
        group.addTask {
          for first in stride(from: writer * batch, to: count, by: writers * batch) {
            try await body(first..<min(first + batch, count))
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
