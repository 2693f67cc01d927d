import AuditLog
import Certificates
import Cryptography
import DurableFiles
import Foundation
import JSON
import Letters
import Logging
import PacketFormat
import Storage
import Synchronization
import Testing
import Timestamps
import ZoneHarness
import ZoneKeys
import Zones

@testable import AuditWitness
@testable import Links
@testable import TransparencyLog

/// The intranet as the witness of the DMZ's log, which these tests write as they please.
final class Witness: Sendable {
  let zones: TestZones
  let database: ZoneDatabase
  let keeper: WitnessKeeper
  let log: Ed25519PrivateKey
  let certificate: Certificate
  /// The intranet's own.
  let ownLog: LogKeeper
  let trail: AuditTrail

  init(now: @escaping @Sendable () -> UnixMilliseconds = { currentMilliseconds() }) throws {
    zones = try TestZones()
    database = try ZoneDatabase(
      path: zones.intranet.dataDirectory + "/zone.sqlite", migrations: linkMigrations + witnessMigrations)
    var files: [String: (key: String, pem: String)] = [:]
    for (name, profile) in [
      ("intranet audit log", CertificateProfile.auditLog), ("intranet audit witness", .auditWitness),
      ("dmz audit log", .auditLog),
    ] {
      let issued = try zones.authority.issue(profile, to: name, at: TestZones.now)
      let path = zones.root + "/keys/" + name.replacingOccurrences(of: " ", with: "-")
      try TestZones.write(issued.certificate, path + ".pem")
      try TestZones.write(issued.key, path + ".key")
      files[name] = (path + ".key", path + ".pem")
    }
    let (own, cosigning) = (try #require(files["intranet audit log"]), try #require(files["intranet audit witness"]))
    var configuration = zones.intranet
    configuration.keys.audit = AuditKeyFiles(
      logKey: own.key, logCertificate: own.pem, witnessKey: cosigning.key, witnessCertificate: cosigning.pem)
    let keys = try AuditKeys(configuration.keys)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    trail = AuditTrail(zone: configuration.name) { "2026-11-23T10:00:00.000Z" }
    ownLog = LogKeeper(
      zone: configuration.name, database: database, files: .init(), folder: zones.root + "/audit", key: keys.log,
      trail: trail, logger: logger)
    keeper = WitnessKeeper(
      configuration: configuration, keys: keys, trust: try TrustStore(files: configuration.trust), database: database,
      outbox: Outbox(links: configuration.links),
      log: ownLog, trail: trail, logger: logger, now: now)
    let dmz = try #require(files["dmz audit log"])
    certificate = try Certificate.load(pemFile: dmz.pem)[0]
    log = try loadSigningKey(path: dmz.key, matching: certificate)
  }

  /// Shows a log of so many entries.
  func show(
    _ entries: [String], after sizes: [Int] = [], epoch: Int = 1, by key: Ed25519PrivateKey? = nil,
    certificate: Certificate? = nil
  ) async throws {
    let hasher = TreeHasher()
    var tree = CompactTree()
    var levels: [[TreeHash]] = []
    for entry in entries {
      tree.append(hasher.leaf(Array(entry.utf8)), hasher) { level, _, hash in
        if levels.count == level { levels.append([]) }
        levels[level].append(hash)
      }
    }
    let signer = try #require(NoteSigner(name: "dmz/audit/\(epoch)", kind: .ed25519, key: key ?? log))
    let note = Checkpoint(origin: "dmz/audit/\(epoch)", size: entries.count, root: tree.root(hasher)).signed(by: signer)
    let kept = levels
    let maker = ProofMaker(size: entries.count) { level, index in kept[level][index] }
    var proofs: [Int: [TreeHash]] = [:]
    for size in sizes { proofs[size] = try maker.consistency(from: size) }
    try await take(
      CheckpointMessage(note: note, proofs: proofs, certificate: certificate ?? self.certificate).body)
  }

  func take(_ body: JSONValue, _ type: String = CheckpointMessage.type) async throws {
    let handler = try #require(keeper.handlers(of: zones.dmz.name)[type])
    let id = newIdentifier(at: currentMilliseconds())
    let change = try handler.prepare(
      Message(
        id: id, type: type, subject: id, after: [], at: "2026-11-23T10:00:00.000Z", body: body))
    try await database.write { db in try change(db) }
  }

  func alarms() async throws -> [String] {
    try await database.read { try $0.all(String.self, "SELECT kind FROM witness_alarm ORDER BY id") }
  }

  /// The sizes of the checkpoints that were sent along since they are not those that were shown.
  func held() async throws -> [Int?] {
    let messages = try await database.read {
      try $0.all(Data.self, "SELECT bytes FROM outbox WHERE type = 'audit.cosigned' ORDER BY id")
    }
    return try messages.map { message in
      try Message.parse([UInt8](message)).body["held"]?.text.map {
        try Checkpoint(text: SignedNote(Array($0.utf8)).text).size
      }
    }
  }

  /// How many entries the cosignatures say that a copy is here of.
  func mirrored() async throws -> [Int] {
    let messages = try await database.read {
      try $0.all(Data.self, "SELECT bytes FROM outbox WHERE type = 'audit.cosigned' ORDER BY id")
    }
    return try messages.map { try #require(try Message.parse([UInt8]($0)).body["mirrored"]?.number) }
  }

  /// The sizes that were cosigned, in their order.
  func cosigned() async throws -> [Int] {
    let messages = try await database.read {
      try $0.all(Data.self, "SELECT bytes FROM outbox WHERE type = 'audit.cosigned' ORDER BY id")
    }
    return try messages.map { try #require(try Message.parse([UInt8]($0)).body["size"]?.number) }
  }
}

private func log(_ count: Int, from start: String = "entry") -> [String] { (0..<count).map { "\(start) \($0)" } }

@Suite struct AWitness {
  private final class Clock: Sendable {
    // It stands still, however long the test takes.
    private let start = currentMilliseconds()
    private let ahead = Mutex(20 * 86_400_000)
    func now() -> UnixMilliseconds { start + ahead.withLock { $0 } }
    func mend() { ahead.withLock { $0 = 0 } }
  }

  @Test func isShownTheLogWhereTheClockStoodAheadAndIsRightAgain() async throws {
    let clock = Clock()
    let witness = try Witness(now: { clock.now() })
    let link = try #require(witness.zones.intranet.links.first)
    func offers() async throws -> Int {
      try await witness.keeper.offer(to: link)
      return try await witness.database.read {
        try $0.one(Int.self, "SELECT COUNT(*) FROM outbox WHERE type = 'audit.checkpoint'") ?? 0
      }
    }
    func happen() async throws {
      try await witness.database.write { db in try witness.trail.zoneStarted(db) }
      while try await witness.ownLog.integrate() {}
    }
    try await witness.ownLog.begin()
    try await happen()
    #expect(try await offers() == 0, "a new log waits for an interval")
    clock.mend()
    #expect(try await offers() == 1)
    #expect(try await offers() == 1)
    try await happen()
    #expect(try await offers() == 1, "the interval is not over")
    try await witness.database.write { db in
      try db.run("UPDATE checkpoint_offer SET offered_at = offered_at + ?", 20 * 86_400_000)
    }
    #expect(try await offers() == 2)
    try witness.database.close()
  }

  @Test func cosignsALogThatGrows() async throws {
    let witness = try Witness()
    try await witness.show(log(5))
    try await witness.show(log(9), after: [5])
    // A word that was lost: the peer proves from both.
    try await witness.show(log(300), after: [5, 9])
    try await witness.show(log(300), after: [300])
    #expect(try await witness.cosigned() == [5, 9, 300, 300])
    #expect(try await witness.alarms().isEmpty)
    let entries = try await witness.database.read {
      try $0.one(
        Int.self, "SELECT COUNT(*) FROM audit_entry WHERE CAST(bytes AS TEXT) LIKE '{\"kind\":\"peer.checkpoint\"%'")
    }
    #expect(entries == 4)
  }

  @Test func raisesTheAlarmOnAFork() async throws {
    let witness = try Witness()
    try await witness.show(log(9))
    try await witness.show(log(9, from: "another"))
    try await witness.show(log(12, from: "another"), after: [9])
    try await witness.show(log(12, from: "another"), after: [9])
    // What is held is said again; what was shown is not cosigned.
    #expect(try await witness.cosigned() == [9, 9, 9])
    // Each told once while it goes on.
    #expect(try await witness.alarms() == ["fork", "unproven"])
    let notes = try await witness.database.read {
      try $0.one("SELECT held_note, note FROM witness_alarm").map {
        try ($0["held_note"] as String, $0["note"] as String)
      }
    }
    // Both heads, each signed by the log, are the evidence.
    #expect(try Checkpoint(text: SignedNote(Array(#require(notes).0.utf8)).text).size == 9)
    #expect(try #require(notes).0 != #require(notes).1)
  }

  @Test func raisesTheAlarmOnARollBackAndOnAMissingProof() async throws {
    let witness = try Witness()
    try await witness.show(log(9))
    try await witness.show(log(4), after: [2])
    #expect(try await witness.alarms() == ["rolled-back"])
    // It went back, and has grown past what was seen: the held head is named, so that it can be proved from.
    try await witness.show(log(20), after: [4])
    #expect(try await witness.alarms() == ["rolled-back", "unproven"])
    #expect(try await witness.cosigned() == [9, 9, 9])
    #expect(try await witness.held() == [nil, 9, 9])
    try await witness.show(log(20), after: [9])
    #expect(try await witness.cosigned() == [9, 9, 9, 20])
  }

  @Test func saysThatANewLogBegan() async throws {
    let witness = try Witness()
    try await witness.show(log(9))
    try await witness.show(log(1), epoch: 2)
    #expect(try await witness.alarms() == ["new-log"])
    #expect(try await witness.cosigned() == [9, 1])
    // A log between two that are known was never there.
    try await witness.show(log(1), epoch: 4)
    try await witness.show(log(7), epoch: 3)
    #expect(try await witness.alarms() == ["new-log", "new-log", "old-log"])
    // Nor does one go on that was left behind, whatever it proves.
    try await witness.show(log(12), after: [9], epoch: 1)
    #expect(try await witness.alarms().last == "old-log")
    // The newest is named to it, so that it begins another one after that.
    #expect(try await witness.cosigned() == [9, 1, 1, 1, 1])
  }

  @Test func takesNoLogWhoseNumberLeapsSoThatNoneIsLeft() async throws {
    let witness = try Witness()
    try await witness.show(["a"])
    for epoch in [1_000_002, 1 << 40 - 1] {
      await #expect(throws: MessageRefusal.self) { try await witness.show(["b"], epoch: epoch) }
    }
    try await witness.show(["a", "b"], after: [1])
    #expect(try await witness.database.read { try $0.one(Int.self, "SELECT MAX(epoch) FROM witnessed_log") } == 1)
  }

  @Test func believesNoOtherKeyThanTheLogs() async throws {
    let witness = try Witness()
    func code(_ body: () async throws -> Void) async -> String? {
      do { try await body() } catch { return (error as? MessageRefusal)?.code }
      return nil
    }
    let thief = try #require(Ed25519PrivateKey(seed: .random(32)))
    #expect(await code { try await witness.show(log(1), by: thief) } == "schema")
    let signing = try Certificate.load(pemFile: witness.zones.root + "/keys/dmz-signing.pem")[0]
    #expect(await code { try await witness.show(log(1), certificate: signing) } == "untrusted")
    let foreign = try CertificateAuthority.makeRoot(commonName: "Foreign", at: TestZones.now)
      .makeIssuing(commonName: "Foreign issuing", at: TestZones.now)
      .issue(.auditLog, to: "dmz audit log", at: TestZones.now).certificate
    #expect(await code { try await witness.show(log(1), certificate: foreign) } == "untrusted")
    #expect(await code { try await witness.take(.object([])) } == "schema")
    let revoked = try witness.zones.authority.revocationList(
      revoking: [witness.certificate], number: 1, at: TestZones.now)
    _ = try witness.keeper.trust.take(try RevocationList(der: revoked))
    #expect(await code { try await witness.show(log(1)) } == "revoked")
    #expect(try await witness.cosigned().isEmpty)
  }

  @Test func cosignsNothingThatAStolenKeySignsAfterItsRevocation() async throws {
    let witness = try Witness()
    try await witness.show(log(5))
    let revoked = try witness.zones.authority.revocationList(
      revoking: [witness.certificate], number: 1, at: TestZones.now)
    _ = try witness.keeper.trust.take(try RevocationList(der: revoked))
    // What follows from the cosigned head, what rewrites it, and a log of its own.
    for (entries, epoch) in [(log(9), 1), (log(9, from: "another"), 1), (log(1), 2)] {
      let refusal = await #expect(throws: MessageRefusal.self) {
        try await witness.show(entries, after: epoch == 1 ? [5] : [], epoch: epoch)
      }
      #expect(refusal?.code == "revoked")
    }
    #expect(try await witness.cosigned() == [5])
  }
}

@Suite struct ACopyOfAPeersLog {
  private func keep(_ witness: Witness, _ entries: [String], from first: Int = 0) async throws {
    let message = EntriesMessage(log: "dmz/audit/1", first: first, entries: entries.map { Array($0.utf8) })
    try await witness.take(message.body, EntriesMessage.type)
  }

  private func copy(_ witness: Witness) -> LogFolder {
    LogFolder(path: witness.zones.intranet.dataDirectory + "/audit-peer/dmz/1")
  }

  @Test func holdsWhatWasCosignedAndNothingBeyond() async throws {
    let witness = try Witness()
    try await keep(witness, Array(log(300).prefix(200)))
    try await keep(witness, Array(log(400).suffix(200)), from: 200)
    try await witness.show(log(300))
    try await witness.keeper.integrateMirrors()
    let folder = copy(witness)
    #expect(try Checkpoint(text: #require(try folder.checkpoint()).text).size == 300)
    #expect(try folder.entry(299, size: 300) == Array("entry 299".utf8))
    let key = try #require(
      NoteVerifier(name: "dmz/audit/1", kind: .ed25519, publicKey: witness.log.publicKey))
    #expect(try LogCheck(folder: folder, log: key, zone: nil).run().checkpoint.size == 300)
    #expect(try #require(try folder.witnessed()).signatures.count == 2)
    // It goes on where it stood.
    try await witness.show(log(400), after: [300])
    try await witness.keeper.integrateMirrors()
    #expect(try LogCheck(folder: folder, log: key, zone: nil).run().checkpoint.size == 400)
    #expect(try await witness.database.read { try $0.one(Int.self, "SELECT COUNT(*) FROM mirror_entry") } == 0)
  }

  @Test func takesNoEntryTwiceAndNoneThatDoesNotFollow() async throws {
    let witness = try Witness()
    try await keep(witness, log(5))
    try await keep(witness, log(5))
    try await keep(witness, ["entry 9"], from: 9)
    try await witness.show(log(5))
    try await witness.keeper.integrateMirrors()
    #expect(try Checkpoint(text: #require(try copy(witness).checkpoint()).text).size == 5)
    #expect(try await witness.mirrored() == [5])
    try await witness.show(log(10), after: [5])
    // The peer hears how much is here, and sends the rest again.
    #expect(try await witness.mirrored() == [5, 5])
  }

  @Test func refusesEntriesThatAreNotThoseOfTheCheckpoint() async throws {
    let witness = try Witness()
    try await keep(witness, log(9).map { $0 == "entry 4" ? "entry four" : $0 })
    try await witness.show(log(9))
    try await witness.keeper.integrateMirrors()
    #expect(try copy(witness).checkpoint() == nil)
    #expect(try await witness.alarms() == ["entries"])
    // The true ones are taken all the same.
    try await keep(witness, log(12))
    try await witness.show(log(12), after: [9])
    try await witness.keeper.integrateMirrors()
    #expect(try Checkpoint(text: #require(try copy(witness).checkpoint()).text).size == 12)
  }

  @Test func isAskedForAgainWhereItIsLostAndAccusesNobody() async throws {
    let witness = try Witness()
    try await keep(witness, log(9))
    try await witness.show(log(9))
    try await witness.keeper.integrateMirrors()
    // A restore brings the database back, and not the copy.
    try FileManager.default.removeItem(atPath: copy(witness).path)
    try await keep(witness, Array(log(12).suffix(3)), from: 9)
    try await witness.show(log(12), after: [9])
    try await witness.keeper.integrateMirrors()
    try await witness.show(log(12), after: [12])
    #expect(try await witness.alarms().isEmpty)
    #expect(try await witness.mirrored() == [9, 12, 0])
    try await keep(witness, log(12))
    try await witness.show(log(12), after: [12])
    try await witness.keeper.integrateMirrors()
    #expect(try Checkpoint(text: #require(try copy(witness).checkpoint()).text).size == 12)
    // So it is where the copy is damaged.
    let tile = URL(filePath: copy(witness).path + "/tile/0/000.p/12")
    try Data(try Data(contentsOf: tile).reversed()).write(to: tile)
    try await keep(witness, ["entry 12"], from: 12)
    try await witness.show(log(13), after: [12])
    try await witness.keeper.integrateMirrors()
    #expect(try await witness.alarms().isEmpty)
    try await witness.show(log(13), after: [13])
    #expect(try await witness.mirrored().last == 0)
  }

  @Test func isNotOfAnotherZonesLog() async throws {
    let witness = try Witness()
    let message = EntriesMessage(log: "intranet/audit/1", first: 0, entries: [Array("x".utf8)])
    await #expect(throws: MessageRefusal.self) { try await witness.take(message.body, EntriesMessage.type) }
  }
}
