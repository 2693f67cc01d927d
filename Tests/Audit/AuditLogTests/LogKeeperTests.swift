import Cryptography
import DurableFiles
import Foundation
import Logging
import Storage
import Testing
import Zones

@testable import AuditLog
@testable import TransparencyLog

/// A zone's log in a folder of its own.
private final class Place: Sendable {
  let root: String
  let key: Ed25519PrivateKey
  let zone: ZoneName
  let trail: AuditTrail

  init() throws {
    root = NSTemporaryDirectory() + "guandu-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    key = try #require(Ed25519PrivateKey(seed: .random(32)))
    zone = try #require(ZoneName("dmz"))
    trail = AuditTrail(zone: zone) { "2026-11-23T10:00:00.000Z" }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func database() throws -> ZoneDatabase {
    try ZoneDatabase(path: root + "/zone.sqlite", migrations: auditMigrations)
  }

  func keeper(_ database: ZoneDatabase, files: Files = Files()) -> LogKeeper {
    LogKeeper(
      zone: zone, database: database, files: files, folder: root + "/audit", key: key, trail: trail,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  func record(_ count: Int, _ database: ZoneDatabase) async throws {
    let (trail, zone) = (self.trail, self.zone)
    try await database.write { db in
      for number in 0..<count {
        try trail.epochOpened(number, to: zone, reason: "test", db)
      }
    }
  }

  func verifier(_ epoch: Int = 1) throws -> NoteVerifier {
    try #require(
      NoteVerifier(name: LogKeeper.origin(zone, epoch: epoch), kind: .ed25519, publicKey: key.publicKey))
  }

  func folder(_ epoch: Int = 1) -> LogFolder { LogFolder(path: root + "/audit/\(epoch)") }

  func check(_ epoch: Int = 1) throws -> CheckedLog {
    try LogCheck(folder: folder(epoch), log: try verifier(epoch), zone: "dmz").run()
  }

  /// All files of the first log, by their paths in it.
  func paths(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: file(folder).path).flatMap { name in
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      return try file(path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true
        ? try paths(in: path) : [path]
    }
  }

  func file(_ name: String, _ epoch: Int = 1) -> URL { URL(filePath: root + "/audit/\(epoch)/" + name) }
}

@Suite struct LogsOfAZone {
  @Test(arguments: [1, 2, 255, 256, 257, 700]) func holdWhatWasCommittedAndProveIt(count: Int) async throws {
    let place = try Place()
    let database = try place.database()
    let keeper = place.keeper(database)
    try await keeper.begin()
    try await place.record(count - 1, database)
    try await keeper.integrate()
    let result = try place.check()
    #expect(result.checkpoint.size == count)
    #expect(result.kinds == [.logOpened: 1, .epochOpened: count - 1].filter { $0.value > 0 })
    #expect(try await database.read { try $0.one(Int.self, "SELECT COUNT(*) FROM audit_entry") } == 0)
    let index = count - 1
    let proof = LogProof(
      index: index, hashes: try place.folder().proofs(size: count).inclusion(of: index),
      checkpoint: try #require(try place.folder().checkpoint()))
    let entry = try place.folder().entry(index, size: count)
    #expect(try proof.verify(entry: entry, log: place.verifier()).size == count)
    try database.close()
  }

  @Test func goOnOverRestartsAndStayConsistent() async throws {
    let place = try Place()
    var (oldSize, oldRoot) = (0, TreeHasher().empty)
    for count in [1, 254, 1, 1, 300, 66_000] {
      let database = try place.database()
      let keeper = place.keeper(database)
      try await keeper.begin()
      try await place.record(count, database)
      while try await keeper.integrate() {}
      let checkpoint = try place.check().checkpoint
      if oldSize > 0 {
        try MerkleProof.verifyConsistency(
          oldSize: oldSize, newSize: checkpoint.size, oldRoot: oldRoot, newRoot: checkpoint.root,
          proof: try place.folder().proofs(size: checkpoint.size).consistency(from: oldSize))
      }
      (oldSize, oldRoot) = (checkpoint.size, checkpoint.root)
      try database.close()
    }
    #expect(oldSize == 66_558)
    // Partial tiles are kept until theirs is full.
    let parts = try place.paths(in: "").filter { $0.contains(".p/") }
    #expect(!parts.isEmpty)
    for part in parts {
      let full = part.prefix(upTo: try #require(part.range(of: ".p/")).lowerBound)
      #expect(!FileManager.default.fileExists(atPath: place.file(String(full)).path), "\(part)")
    }
  }

  @Test func haveNoEntryOfAChangeThatWasUndone() async throws {
    struct Undone: Error {}
    let place = try Place()
    let database = try place.database()
    let keeper = place.keeper(database)
    try await keeper.begin()
    await #expect(throws: Undone.self) {
      try await database.write { [place] db in
        try place.trail.zoneStarted(db)
        throw Undone()
      }
    }
    try await place.record(2, database)
    try await keeper.integrate()
    #expect(try place.check().kinds == [.logOpened: 1, .epochOpened: 2])
    try database.close()
  }

  @Test func beginAnewWhereTheDatabaseIsOlderAndNameWhatWasBefore() async throws {
    let place = try Place()
    var database = try place.database()
    try await place.keeper(database).begin()
    try database.backUp(to: place.root + "/copy.sqlite")
    let keeper = place.keeper(database)
    try await keeper.begin()
    try await place.record(20, database)
    try await keeper.integrate()
    try database.close()
    let before = try place.check().checkpoint
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: place.root + "/zone.sqlite" + suffix)
    }
    try FileManager.default.moveItem(atPath: place.root + "/copy.sqlite", toPath: place.root + "/zone.sqlite")
    database = try place.database()
    let again = place.keeper(database)
    try await again.begin()
    try await again.integrate()
    let entry = String(decoding: try place.folder(2).entry(0, size: 1), as: UTF8.self)
    #expect(entry.contains(#""log":"dmz/audit/2","reason":"the database was restored"#))
    #expect(entry.contains(#""before":{"log":"dmz/audit/1","size":21,"root":"\#(before.root)"}"#))
    // What the lost days wrote can still be checked.
    #expect(try place.check(1).checkpoint == before)
    try database.close()
  }

  @Test func beginAnewWhereTheDatabaseIsNewAndTheFolderIsNot() async throws {
    let place = try Place()
    var database = try place.database()
    let keeper = place.keeper(database)
    try await keeper.begin()
    try await keeper.integrate()
    try database.close()
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: place.root + "/zone.sqlite" + suffix)
    }
    database = try place.database()
    let again = place.keeper(database)
    try await again.begin()
    try await again.integrate()
    let entry = String(decoding: try place.folder(2).entry(0, size: 1), as: UTF8.self)
    #expect(entry.contains("the database is new") && entry.contains(#""before":{"log":"dmz/audit/1","size":1"#))
    try database.close()
  }

  @Test(arguments: [
    "DELETE FROM audit_entry WHERE id = 3", "UPDATE audit_entry SET bytes = zeroblob(70000) WHERE id = 3",
  ])
  func beginAnewWhereSomebodyWasAtTheDatabaseAndKeepWhatIsLeft(sql: String) async throws {
    let place = try Place()
    let database = try place.database()
    let keeper = place.keeper(database)
    try await keeper.begin()
    try await keeper.integrate()
    try await place.record(4, database)
    try await database.write { db in try db.run(sql) }
    await keeper.integrateWhenPossible()
    await keeper.integrateWhenPossible()
    let opened = String(decoding: try place.folder(2).entry(0, size: 4), as: UTF8.self)
    #expect(opened.contains("taken out of the database"))
    // Of four rows one is gone; the others stand behind the word on it, none twice.
    #expect(try place.check(2).kinds[.epochOpened] == 3)
    try database.close()
  }

  @Test func takeNoNumberAgainWhoseFolderIsLost() async throws {
    let place = try Place()
    let database = try place.database()
    let keeper = place.keeper(database)
    try await keeper.begin()
    try await place.record(20, database)
    try await keeper.integrate()
    try FileManager.default.removeItem(atPath: place.root + "/audit")
    let again = place.keeper(database)
    try await again.begin()
    try await again.integrate()
    #expect(String(decoding: try place.folder(2).entry(0, size: 1), as: UTF8.self).contains("ends before entries"))
    try database.close()
  }

  @Test func beginAnewWhereTheirFilesWereRolledBackOrLost() async throws {
    let place = try Place()
    let database = try place.database()
    let keeper = place.keeper(database)
    try await keeper.begin()
    try await place.record(20, database)
    try await keeper.integrate()
    try FileManager.default.copyItem(atPath: place.root + "/audit/1", toPath: place.root + "/early")
    try await place.record(20, database)
    try await keeper.integrate()
    try FileManager.default.removeItem(atPath: place.root + "/audit/1")
    try FileManager.default.moveItem(atPath: place.root + "/early", toPath: place.root + "/audit/1")
    let again = place.keeper(database)
    try await again.begin()
    try await again.integrate()
    #expect(String(decoding: try place.folder(2).entry(0, size: 1), as: UTF8.self).contains("ends before entries"))
    try database.close()
  }
}

@Suite struct TamperedLogs {
  /// A log of 600 entries.
  private func place() async throws -> Place {
    let place = try Place()
    let database = try place.database()
    let keeper = place.keeper(database)
    try await keeper.begin()
    try await place.record(599, database)
    try await keeper.integrate()
    try database.close()
    #expect(try place.check().checkpoint.size == 600)
    return place
  }

  private func reason(_ place: Place) -> String? {
    do { _ = try place.check() } catch { return "\(error)" }
    return nil
  }

  private func change(_ url: URL, _ body: (inout [UInt8]) throws -> Void) throws {
    var bytes = [UInt8](try Data(contentsOf: url))
    try body(&bytes)
    try Data(bytes).write(to: url)
  }

  @Test(arguments: ["tile/entries/001", "tile/entries/002.p/88"])
  func areFoundByAChangedEntry(file: String) async throws {
    let place = try await place()
    try change(place.file(file)) { bytes in
      let digit = try #require(bytes.lastIndex(of: UInt8(ascii: "t")))
      bytes[digit] = UInt8(ascii: "T")
    }
    #expect(reason(place)?.contains("not the hashes of the entries in \(file)") == true)
  }

  @Test func areFoundByAnEntryAndItsHashChanged() async throws {
    let place = try await place()
    var leaf: TreeHash?
    try change(place.file("tile/entries/001")) { bytes in
      let digit = try #require(bytes.lastIndex(of: UInt8(ascii: "t")))
      bytes[digit] = UInt8(ascii: "T")
      let last = try #require(bytes.withUnsafeBytes { try? EntryBundle.ranges($0, count: 256) }?.last)
      leaf = TreeHasher().leaf(bytes[last])
    }
    try change(place.file("tile/0/001")) { $0.replaceSubrange(255 * 32..<256 * 32, with: try #require(leaf).bytes) }
    #expect(reason(place)?.contains("tile/1/000.p/2: not the hashes of the level below") == true)
  }

  @Test func areFoundByTilesThatChangedPlaces() async throws {
    let place = try await place()
    let (one, two) = (place.file("tile/entries/000"), place.file("tile/entries/001"))
    let (first, second) = (try Data(contentsOf: one), try Data(contentsOf: two))
    try second.write(to: one)
    try first.write(to: two)
    #expect(reason(place)?.contains("not the hashes of the entries") == true)
  }

  @Test(arguments: ["tile/entries/000", "tile/0/001", "tile/1/000.p/2", "checkpoint"])
  func areFoundByAFileThatIsGone(file: String) async throws {
    let place = try await place()
    try FileManager.default.removeItem(at: place.file(file))
    #expect(reason(place) != nil)
  }

  @Test func areFoundByACheckpointOfAnotherKey() async throws {
    let place = try await place()
    let other = try #require(Ed25519PrivateKey(seed: .random(32)))
    let forger = try #require(NoteSigner(name: "dmz/audit/1", kind: .ed25519, key: other))
    let forged = try Checkpoint(text: try #require(try place.folder().checkpoint()).text).signed(by: forger)
    try Data(forged.encoded.utf8).write(to: place.file("checkpoint"))
    #expect(reason(place) == "the checkpoint is not signed by dmz/audit/1")
  }

  @Test func areFoundByAnEntryThatIsNoneOfOurs() async throws {
    let place = try Place()
    let database = try place.database()
    let keeper = place.keeper(database)
    try await keeper.begin()
    try await database.write { db in
      try db.run("INSERT INTO audit_entry (bytes) VALUES (?)", Array(#"{"kind":"made.up"}"#.utf8))
    }
    try await keeper.integrate()
    #expect(reason(place)?.contains("entry 1: an entry of no known kind") == true)
    try database.close()
  }
}

@Suite struct StepsOfALogThatFail {
  @Test(arguments: 1...40, [false, true]) func leaveALogThatGoesOn(step: Int, isDone: Bool) async throws {
    let place = try Place()
    var database = try place.database()
    let first = place.keeper(database)
    try await first.begin()
    try await place.record(250, database)
    try await first.integrate()
    try await place.record(20, database)
    try database.close()
    database = try place.database()
    let broken = place.keeper(database, files: Files(faults: OneFault(step: step, isDone: isDone)))
    do {
      try await broken.begin()
      try await broken.integrate()
    } catch {}
    try database.close()
    // What is there is a whole log, and the next start makes it complete.
    _ = try place.check()
    database = try place.database()
    let whole = place.keeper(database)
    try await whole.begin()
    while try await whole.integrate() {}
    #expect(try place.check().checkpoint.size == 271)
    #expect(!FileManager.default.fileExists(atPath: place.root + "/audit/2"))
    try database.close()
  }
}
