import Cryptography
import DurableFiles
import Foundation
import Logging
import Storage
import Synchronization
import Testing
import Timestamps
import ZoneHarness
import Zones

@testable import Backups

/// A clock that stood 20 days ahead for a while delays nothing once it is right again.
@Suite struct AWrongClock {
  private final class Clock: Sendable {
    static let aheadMilliseconds = 20 * 86_400_000
    private let ahead = Mutex(Clock.aheadMilliseconds)
    func now() -> UnixMilliseconds { currentMilliseconds() + ahead.withLock { $0 } }
    func mend() { ahead.withLock { $0 = 0 } }
  }

  @Test func `does not stop backups`() async throws {
    let (zones, clock) = (try TestZones(), Clock())
    let zone = try RunningZone(zones.intranet, exchanging: false)
    let keeper = BackupKeeper(
      backups: BackupConfiguration(folder: zones.root + "/backups", everyHours: 24, kept: 3),
      dataDirectory: zones.intranet.dataDirectory, database: zone.database, files: Files(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, tellPeers: {}, now: { clock.now() })
    #expect(keeper.millisecondsToNext() <= 0)
    try await keeper.backUp()
    #expect(keeper.millisecondsToNext() > 86_000_000)
    clock.mend()
    #expect(keeper.millisecondsToNext() <= 0)
    try await keeper.backUp()
    let wait = keeper.millisecondsToNext()
    #expect((86_000_000...86_400_000).contains(wait))
    try zone.database.close()
  }
}

@Suite struct ABackup {
  @Test func `is made on threads of its own`() async throws {
    let threads = FileThreads()
    let keeper = BackupKeeper(
      backups: BackupConfiguration(folder: zones.root + "/backups", everyHours: 24, kept: 1),
      dataDirectory: zones.intranet.dataDirectory, database: zone.database, files: Files(faults: threads),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, tellPeers: {})
    try await keeper.backUp()
    try await keeper.backUp()
    #expect(threads.take().allSatisfy { $0.hasPrefix("blocking.") })
    try zone.database.close()
  }

  private let zones: TestZones
  private let zone: RunningZone
  private var folder: BackupFolder {
    BackupFolder(path: zones.root + "/backups", data: zones.intranet.dataDirectory, files: Files())
  }

  init() throws {
    zones = try TestZones()
    zone = try RunningZone(zones.intranet, exchanging: false)
  }

  private func haveBlob(_ bytes: [UInt8]) async throws -> String {
    let digest = try keep(bytes)
    try await zone.database.write { db in
      try db.run(
        "INSERT INTO incoming_blob (digest, total, received, complete) VALUES (?, ?, ?, 1)", digest, bytes.count,
        bytes.count)
    }
    return digest
  }

  private func keep(_ bytes: [UInt8]) throws -> String {
    let file = try zone.blobs.spool()
    try file.append(bytes)
    try file.sync()
    try file.close()
    let digest = Digest.of(bytes)
    try zone.blobs.keep(file, as: digest)
    return digest.hex
  }

  @Test func `holds sealed documents`() async throws {
    let (ofd, pdf) = (try keep([7, 8, 9]), try keep([10, 11]))
    try await zone.database.write { db in
      try db.run("INSERT INTO unit (id, path, name, english) VALUES ('city', 'city', '市', '')")
      try db.run(
        """
        INSERT INTO office_document
          (id, state, unit, drafter, drafter_name, title, notation, revision, date, disclosure, classification,
            series, sealed_ofd, sealed_pdf, created_at, changed_at)
        VALUES ('d', 'sealed', 'city', '', '', '', ?, '', '', 'not', '', '', ?, ?, 0, 0)
        """, [UInt8](), ofd, pdf)
    }
    let name = try folder.make(of: zone.database, at: currentMilliseconds()).name
    try zone.database.close()
    let data = zones.intranet.dataDirectory
    for blob in [ofd, pdf] { try FileManager.default.removeItem(atPath: data + "/blobs/" + blob) }
    try folder.restore(name)
    #expect(zone.blobs.holds(ofd) && zone.blobs.holds(pdf))
  }

  @Test func `that has lost a blob is not put back, and nothing is changed by the try`() async throws {
    let blob = try await haveBlob([1, 2, 3])
    let name = try folder.make(of: zone.database, at: currentMilliseconds()).name
    try zone.database.close()
    let data = zones.intranet.dataDirectory
    try FileManager.default.removeItem(atPath: data + "/blobs/" + blob)
    try FileManager.default.removeItem(atPath: zones.root + "/backups/blobs/" + blob)
    let before = try FileManager.default.attributesOfItem(atPath: data + "/zone.sqlite")[.systemFileNumber] as? Int
    #expect(throws: BackupProblem.blobsAreMissing([blob])) { try folder.restore(name) }
    let after = try FileManager.default.attributesOfItem(atPath: data + "/zone.sqlite")[.systemFileNumber] as? Int
    #expect(before != nil && before == after)
  }

  @Test func `that was made without a blob, which was lost before, is put back without it`() async throws {
    let blob = try await haveBlob([4, 5, 6])
    try FileManager.default.removeItem(atPath: zones.intranet.dataDirectory + "/blobs/" + blob)
    let name = try folder.make(of: zone.database, at: currentMilliseconds()).name
    try zone.database.close()
    try folder.restore(name)
  }
}
