import Cryptography
import DurableFiles
import Foundation
import Logging
import Runtime
import Storage
import Testing
import ZoneHarness
import Zones

@testable import AuditLog

@Suite struct ALogsThread {
  @Test func `is its own, and a commit wakes it`() async throws {
    let root = NSTemporaryDirectory() + "guandu-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: root) }
    let database = try ZoneDatabase(path: root + "/zone.sqlite", migrations: auditMigrations)
    let (threads, zone) = (FileThreads(), try #require(ZoneName("dmz")))
    let trail = AuditTrail(zone: zone) { "2026-11-23T10:00:00.000Z" }
    let grown = WakeSignals()
    let heard = grown.add()
    let keeper = LogKeeper(
      zone: zone, database: database, files: Files(faults: threads), folder: root + "/audit",
      key: try #require(Ed25519PrivateKey(seed: .random(32))), trail: trail,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, grown: grown)
    try await keeper.begin()
    let run = Task { try await keeper.run() }
    // The log's first entry.
    for await _ in heard.rings { break }
    try await database.write { db in try trail.zoneStarted(db) }
    for await _ in heard.rings { break }
    #expect(try await keeper.newest()?.newsSize == 2)
    run.cancel()
    try await run.value
    #expect(threads.take() == ["audit.log"])
    try database.close()
  }
}
