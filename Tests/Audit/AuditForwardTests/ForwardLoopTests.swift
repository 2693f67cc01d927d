import Cryptography
import DurableFiles
import Foundation
import Logging
import Storage
import Synchronization
import Testing
import Zones

@testable import AuditForward
@testable import AuditLog

/// A zone that writes logs.
private final class Zone: Sendable {
  let root: String
  let name: ZoneName
  let database: ZoneDatabase
  private let key: Ed25519PrivateKey
  private let trail: AuditTrail
  let clock = Mutex(0)

  init() throws {
    root = NSTemporaryDirectory() + "guandu-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    key = try #require(Ed25519PrivateKey(seed: .random(32)))
    name = try #require(ZoneName("dmz"))
    trail = AuditTrail(zone: name) { "2026-11-23T10:00:00.000Z" }
    database = try ZoneDatabase(path: root + "/zone.sqlite", migrations: auditMigrations + forwardMigrations)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// Enters so many entries.
  func record(_ count: Int) async throws {
    let keeper = LogKeeper(
      zone: name, database: database, files: Files(), folder: root + "/audit", key: key, trail: trail, logger: silent)
    try await keeper.begin()
    let (trail, name) = (self.trail, self.name)
    try await database.write { db in
      for number in 0..<count { try trail.epochOpened(number, to: name, reason: "test", db) }
    }
    while try await keeper.integrate() {}
  }

  /// The next `record` begins a new log.
  func loseTheLog() async throws { try await database.write { try $0.run("DELETE FROM audit_log") } }

  /// As an archiver leaves the folder.
  func archive(bundles: Int) throws {
    for bundle in 0..<bundles {
      try FileManager.default.removeItem(atPath: root + "/audit/1/tile/entries/00\(bundle)")
    }
    try Data("\(bundles * 256)\n".utf8).write(to: URL(filePath: root + "/audit/1/archived"))
  }

  func loop(_ receiver: any EntryReceiver) -> ForwardLoop {
    ForwardLoop(
      receiver, reader: ForwardReader(zone: name, folder: root + "/audit", files: Files()), database: database,
      logger: silent
    ) { [self] in clock.withLock { $0 } }
  }

  func wait(_ milliseconds: Int) { clock.withLock { $0 += milliseconds } }

  private var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// A receiver that may be away, and may lose what it has not kept.
private actor Receiver: EntryReceiver {
  nonisolated let name = "test"
  nonisolated let address = "test"
  nonisolated let settleMilliseconds = 5_000
  var (isAway, isBroken) = (false, false)
  private(set) var taken: [ForwardedEntry] = []

  func take(_ entries: [ForwardedEntry]) throws {
    if isAway { throw ForwardError("away") }
    taken += entries
  }
  func hasBroken() -> Bool {
    defer { isBroken = false }
    return isBroken
  }
  func close() {}
  func set(away: Bool) { isAway = away }
  func breakLosing(_ count: Int) {
    isBroken = true
    taken.removeLast(count)
  }
  /// Log and index, in the order of their coming.
  var places: [String] { taken.map { "\($0.log) \($0.index)" } }
}

@Suite struct AnEntryIsForwarded {
  @Test func inItsOrderOverBundlesAndLogs() async throws {
    let zone = try Zone()
    try await zone.record(300)
    let receiver = Receiver()
    let loop = zone.loop(receiver)
    #expect(await loop.forward())
    try await zone.loseTheLog()
    try await zone.record(2)
    #expect(await loop.forward())
    #expect(
      await receiver.places == (0...300).map { "dmz/audit/1 \($0)" } + (0...2).map { "dmz/audit/2 \($0)" })
    #expect(await receiver.taken.first?.kind == "log.opened")
  }

  @Test func afterAnOutage() async throws {
    let zone = try Zone()
    let receiver = Receiver()
    await receiver.set(away: true)
    let loop = zone.loop(receiver)
    try await zone.record(3)
    #expect(await !loop.forward())
    try await zone.record(3)
    await receiver.set(away: false)
    #expect(await loop.forward())
    #expect(await receiver.places == (0..<7).map { "dmz/audit/1 \($0)" })
  }

  @Test func againWhereTheConnectionEndedBeforeItSettled() async throws {
    let zone = try Zone()
    let receiver = Receiver()
    let loop = zone.loop(receiver)
    try await zone.record(3)
    #expect(await loop.forward())
    zone.wait(4_000)
    await receiver.breakLosing(2)
    #expect(await !loop.forward())
    #expect(await loop.forward())
    #expect(Set(await receiver.places) == Set((0..<4).map { "dmz/audit/1 \($0)" }))
  }

  @Test func onceWhereItHasSettledWhateverIsRestarted() async throws {
    let zone = try Zone()
    let receiver = Receiver()
    var loop = zone.loop(receiver)
    try await zone.record(3)
    #expect(await loop.forward())
    zone.wait(5_000)
    #expect(await loop.forward())
    loop = zone.loop(receiver)
    try await zone.record(1)
    #expect(await loop.forward())
    #expect(await receiver.places == (0..<5).map { "dmz/audit/1 \($0)" })
  }

  @Test func againWhereTheZoneWasKilledBeforeItSettled() async throws {
    let zone = try Zone()
    let receiver = Receiver()
    try await zone.record(1)
    #expect(await zone.loop(receiver).forward())
    #expect(await zone.loop(receiver).forward())
    #expect(await receiver.places == ["dmz/audit/1 0", "dmz/audit/1 1", "dmz/audit/1 0", "dmz/audit/1 1"])
  }

  @Test func fromTheLogThatFollowsOneWhoseFilesAreGone() async throws {
    let zone = try Zone()
    try await zone.record(3)
    let receiver = Receiver()
    let loop = zone.loop(receiver)
    #expect(await loop.forward())
    try await zone.loseTheLog()
    try await zone.record(1)
    try FileManager.default.removeItem(atPath: zone.root + "/audit/1")
    #expect(await loop.forward())
    #expect(await receiver.places.suffix(2) == ["dmz/audit/2 0", "dmz/audit/2 1"])
  }
}

@Suite struct EntriesInColdStorage {
  @Test func arePassedOver() async throws {
    let zone = try Zone()
    try await zone.record(600)
    let receiver = Receiver()
    try zone.archive(bundles: 2)
    #expect(await zone.loop(receiver).forward())
    #expect(await receiver.places == (512...600).map { "dmz/audit/1 \($0)" })
  }

  @Test func areNotTakenForGoneWhereTheyAreStillThere() async throws {
    let zone = try Zone()
    try await zone.record(600)
    let receiver = Receiver()
    // The number alone proves nothing.
    try Data("512\n".utf8).write(to: URL(filePath: zone.root + "/audit/1/archived"))
    #expect(await zone.loop(receiver).forward())
    #expect(await receiver.places.count == 601)
  }

  @Test func areWaitedForWhereNothingSaysWhereTheyWent() async throws {
    let zone = try Zone()
    try await zone.record(600)
    let receiver = Receiver()
    try FileManager.default.removeItem(atPath: zone.root + "/audit/1/tile/entries/000")
    #expect(await !zone.loop(receiver).forward())
    #expect(await receiver.places.isEmpty)
  }
}

@Suite struct AFileOfLines {
  private func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  @Test func getsALineAnEntryOnce() async throws {
    let zone = try Zone()
    let path = zone.root + "/audit.jsonl"
    for count in [2, 1] {
      try await zone.record(count)
      #expect(await zone.loop(JSONLinesWriter(path: path, files: Files())).forward())
    }
    let found = try lines(path).map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(found.map { $0["index"] as? Int } == [0, 1, 2, 3])
    #expect(found.allSatisfy { $0["log"] as? String == "dmz/audit/1" })
    #expect(found.map { ($0["entry"] as? [String: Any])?["kind"] as? String }.last == "epoch.opened")
    // The entry's bytes are those of the log.
    #expect(
      try lines(path)[1].hasSuffix(
        #""entry":{"kind":"epoch.opened","zone":"dmz","at":"2026-11-23T10:00:00.000Z","peer":"dmz","epoch":0,"reason":"test"}}"#
      ))
  }

  @Test func mayBeRenamedAtAnyTime() async throws {
    let zone = try Zone()
    let path = zone.root + "/audit.jsonl"
    let loop = zone.loop(JSONLinesWriter(path: path, files: Files()))
    try await zone.record(1)
    #expect(await loop.forward())
    try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
    try await zone.record(1)
    #expect(await loop.forward())
    #expect(try lines(path + ".1").count == 2)
    #expect(try lines(path).count == 1)
  }

  @Test func endsALineThatACrashHasCutOff() async throws {
    let zone = try Zone()
    let path = zone.root + "/audit.jsonl"
    try Data("{\"log\":\"dm".utf8).write(to: URL(filePath: path))
    try await zone.record(1)
    #expect(await zone.loop(JSONLinesWriter(path: path, files: Files())).forward())
    #expect(try lines(path).count == 3)
    #expect(try lines(path)[0] == "{\"log\":\"dm")
  }

  @Test(arguments: [FileOperation.write, .sync]) func isWholeAfterADiskThatFailed(operation: FileOperation) async throws
  {
    let zone = try Zone()
    let path = zone.root + "/audit.jsonl"
    let faults = OneFault(operation)
    let loop = zone.loop(JSONLinesWriter(path: path, files: Files(faults: faults)))
    try await zone.record(3)
    #expect(await !loop.forward())
    #expect(await loop.forward())
    #expect(Set(try lines(path)).count == 4)
  }

  @Test func isNoLinkAndNoPipe() async throws {
    let zone = try Zone()
    try await zone.record(1)
    let path = zone.root + "/audit.jsonl"
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: zone.root + "/elsewhere")
    #expect(await !zone.loop(JSONLinesWriter(path: path, files: Files())).forward())
    try FileManager.default.removeItem(atPath: path)
    #expect(mkfifo(path, 0o600) == 0)
    #expect(await !zone.loop(JSONLinesWriter(path: path, files: Files())).forward())
    #expect(!FileManager.default.fileExists(atPath: zone.root + "/elsewhere"))
  }
}

/// Fails the first such step before it is done.
private final class OneFault: FaultPlan {
  private let operation: FileOperation
  private let isSpent = Mutex(false)

  init(_ operation: FileOperation) { self.operation = operation }

  func before(_ operation: FileOperation, path: String) throws(FileError) {
    guard operation == self.operation else { return }
    let fails = isSpent.withLock { spent in
      defer { spent = true }
      return !spent
    }
    if fails { throw FileError(operation, path, number: ENOSPC) }
  }
  func after(_ operation: FileOperation, path: String) {}
}
