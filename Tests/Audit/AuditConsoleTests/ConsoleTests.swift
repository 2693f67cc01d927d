import Acts
import AuditWitness
import Cryptography
import DurableFiles
import Foundation
import Links
import Logging
import Roles
import Storage
import Testing
import Zones

@testable import AuditConsole
@testable import AuditLog

/// A zone with a log, its index, and an officer who looks at it.
final class Office: Sendable {
  let root: String
  let key: Ed25519PrivateKey
  let zone: ZoneName
  let peer: ZoneName
  let trail: AuditTrail
  let database: ZoneDatabase
  let keeper: LogKeeper
  let index: AuditIndexKeeper
  let console: AuditConsole
  let checker: LogChecker

  static let migrations = linkMigrations + actMigrations + witnessMigrations + auditIndexMigrations
  static let officer = Official(
    person: "officer", name: "安全员", certificateFingerprint: "", roles: [.securityOfficer])
  static let clerk = Official(person: "clerk", name: "收发", certificateFingerprint: "", roles: [.clerk])

  init() async throws {
    root = NSTemporaryDirectory() + "guandu-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    key = try #require(Ed25519PrivateKey(seed: .random(32)))
    zone = try #require(ZoneName("intranet"))
    peer = try #require(ZoneName("dmz"))
    trail = AuditTrail(zone: zone) { "2026-11-23T10:00:00.000Z" }
    database = try ZoneDatabase(
      path: root + "/zone.sqlite",
      migrations: Self.migrations)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    keeper = LogKeeper(
      zone: zone, database: database, files: Files(), folder: root + "/audit", key: key, trail: trail, logger: logger)
    let folders = LogFolders(zone: zone, dataDirectory: root)
    index = AuditIndexKeeper(folders: folders, database: database, logger: logger)
    console = AuditConsole(
      folders: folders, database: database, keys: .init(log: key.publicKey, witness: key.publicKey),
      judge: { _ in .unknown },
      audit: trail)
    checker = LogChecker(console: console, logger: logger)
    try await keeper.begin()
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// Writes entries, and lets the index see them.
  func happen(_ body: @escaping @Sendable (AuditTrail, Transaction) throws -> Void) async throws {
    let trail = self.trail
    try await database.write { db in try body(trail, db) }
    while try await keeper.integrate() {}
    try await index.index()
  }

  func alerts(open: Bool = true) async throws -> [AuditAlert] {
    try await console.alerts(open: open, limit: 100, offset: 0, for: Self.officer).alerts
  }
}

@Suite struct AnOfficersConsole {
  @Test func callsWhatBelongsTogetherOneAlertUntilItIsAcknowledged() async throws {
    let office = try await Office()
    let peer = office.peer
    for file in ["one", "two"] {
      try await office.happen { try $0.fileQuarantined(file, from: peer, code: "signature", $1) }
    }
    try await office.happen { try $0.fileQuarantined("three", from: peer, code: "certificate", $1) }
    var alerts = try await office.alerts()
    #expect(alerts.map(\.code).sorted() == ["certificate", "signature"])
    let alert = try #require(alerts.first { $0.code == "signature" })
    #expect(alert.count == 2 && alert.kind == "file.quarantined" && alert.peer == "dmz")
    #expect(try await office.console.alert(alert.id, for: Office.officer).events.map(\.place.position) == [1, 2])
    try await office.console.acknowledge(alert.id, remark: "  已查明 ", by: Office.officer)
    alerts = try await office.alerts()
    #expect(alerts.map(\.code) == ["certificate"])
    let settled = try #require(try await office.alerts(open: false).first?.acknowledged)
    #expect(settled.remark == "已查明" && settled.by == "安全员")
    // What comes after it is a new one.
    try await office.happen { try $0.fileQuarantined("four", from: peer, code: "signature", $1) }
    #expect(try await office.alerts().map(\.count) == [1, 1])
    await #expect(throws: AuditConsoleError.notFound) {
      try await office.console.acknowledge(alert.id, remark: "again", by: Office.officer)
    }
  }

  @Test func leavesTheAcknowledgementInTheRecordAndInTheLog() async throws {
    let office = try await Office()
    let peer = office.peer
    try await office.happen { try $0.linkSilent(peer, seen: "2026-11-23T09:00:00.000Z", $1) }
    let alert = try #require(try await office.alerts().first)
    await #expect(throws: AuditConsoleError.badText) {
      try await office.console.acknowledge(alert.id, remark: " \n", by: Office.officer)
    }
    await #expect(throws: AuditConsoleError.badText) {
      try await office.console.acknowledge(alert.id, remark: String(repeating: "长", count: 501), by: Office.officer)
    }
    try await office.console.acknowledge(alert.id, remark: "线路检修", by: Office.officer)
    try await office.happen { _, _ in }
    var filter = AuditFilter()
    filter.code = "alert.acknowledged"
    #expect(try await office.console.events(filter, limit: 9, offset: 0, for: Office.officer).events.count == 1)
  }

  @Test func tellsOfAZoneThatWasKilledAndNotOfOneThatWasStopped() async throws {
    let office = try await Office()
    try await office.happen { try $0.zoneStarted($1) }
    try await office.happen { try $0.zoneStopped($1) }
    try await office.happen { try $0.zoneStarted($1) }
    #expect(try await office.alerts().isEmpty)
    try await office.happen { try $0.zoneStarted($1) }
    #expect(try await office.alerts().map(\.kind) == ["zone.killed"])
  }

  @Test func readsEachEntryOnceWhateverIsLost() async throws {
    let office = try await Office()
    let peer = office.peer
    for number in 0..<300 {
      try await office.happen { try $0.messageRefused("m\(number)", from: peer, code: "schema", $1) }
    }
    #expect(try await office.alerts().map(\.count) == [300])
    // A restored database has forgotten how far the index had come.
    try await office.database.write { db in
      try db.run("UPDATE audit_indexed SET next = 40")
    }
    try await office.index.index()
    #expect(try await office.alerts().map(\.count) == [300])
    let hours = try await office.console.hours(AuditFilter(), for: Office.officer)
    #expect(hours.first { $0.kind == "message.refused" }?.count == 300)
  }

  @Test func provesWhatStandsInTheLogAndNothingElse() async throws {
    let office = try await Office()
    try await office.happen { trail, db in
      try trail.letterAccepted("letter-1", number: "2026-000001", db)
      try trail.letterAccepted("letter-2", number: "2026-000002", db)
    }
    let trail = try await office.console.trail(number: "2026-000001", for: Office.officer).events
    #expect(trail.map(\.event.place.position) == [1])
    guard case .proved(let entry) = try #require(trail.first).standing else {
      Issue.record("it is not proved")
      return
    }
    #expect(String(decoding: entry.bytes, as: UTF8.self).contains("letter-1"))
    #expect(entry.witnessed == nil)
    await #expect(throws: AuditConsoleError.notFound) {
      _ = try await office.console.trail(number: "2026-000003", for: Office.officer)
    }
    // Somebody changes the entry where it lies.
    let file = URL(filePath: office.root + "/audit/1/tile/entries/000.p/3")
    let bytes = try Data(contentsOf: file)
    let changed = Data(String(decoding: bytes, as: UTF8.self).replacing("letter-1", with: "letter-9").utf8)
    try changed.write(to: file)
    guard case .unproved = try await office.console.entry(entry.place, for: Office.officer) else {
      Issue.record("a changed entry was proved")
      return
    }
    await office.checker.check()
    #expect(try await office.console.checks(limit: 9, for: Office.officer).first?.fault != nil)
    #expect(try await office.alerts().map(\.kind) == ["check.failed"])
  }

  @Test func saysSoWhereTheTablesSayAnotherThingThanTheLog() async throws {
    let office = try await Office()
    try await office.happen { try $0.letterAccepted("letter-1", number: "2026-000001", $1) }
    try await office.happen { try $0.letterAccepted("letter-2", number: "2026-000002", $1) }
    func standings() async throws -> [Bool] {
      try await office.console.trail(number: "2026-000001", for: Office.officer).events.map {
        if case .proved = $0.standing { true } else { false }
      }
    }
    #expect(try await standings() == [true])
    // Another letter's entry is slipped in.
    try await office.database.write { db in
      try db.run("INSERT INTO audit_subject VALUES ('letter-1', 'intranet', 1, 0)")
    }
    #expect(try await standings().sorted { $0 && !$1 } == [true, false])
    try await office.database.write { db in
      try db.run("DELETE FROM audit_subject WHERE position = 0")
      try db.run("UPDATE audit_event SET at = '2026-01-01T00:00:00.000Z' WHERE position = 1")
    }
    #expect(try await standings() == [false])
  }

  @Test func isNotStoppedByWhatAnotherZoneWrites() async throws {
    let office = try await Office()
    let peer = office.peer
    for _ in 0..<4 {
      try await office.happen { try $0.loginRefused("untrusted", certificate: "", count: Int.max, $1) }
    }
    for number in 0..<150 {
      try await office.happen { try $0.messageRefused("m", from: peer, code: "code \(number)", $1) }
    }
    try await office.happen { trail, db in
      try db.run("INSERT INTO audit_entry (bytes) VALUES (x'00')")
      try db.run(
        "INSERT INTO audit_entry (bytes) VALUES (?)",
        Data(
          """
          {"kind":"clock.jumped","zone":"intranet","at":"2026-11-23T10:00:00.000Z",\
          "before":"2026-11-23T10:00:00.000Z","milliseconds":-9223372036854775808}
          """.utf8))
    }
    let alerts = try await office.console.alerts(open: true, limit: 1_000, offset: 0, for: Office.officer).alerts
    #expect(alerts.contains { $0.kind == "unknown.entry" })
    #expect(alerts.filter { $0.kind == "message.refused" }.count == 101)
    #expect(try await !office.console.hours(AuditFilter(), for: Office.officer).isEmpty)
    await office.checker.check()
    #expect(try await office.console.checks(limit: 1, for: Office.officer).first?.fault != nil)
  }

  @Test func acknowledgesSeveralOrNone() async throws {
    let office = try await Office()
    let peer = office.peer
    for code in ["a", "b", "c"] { try await office.happen { try $0.messageRefused("m", from: peer, code: code, $1) } }
    let ids = try await office.alerts().map(\.id)
    await #expect(throws: AuditConsoleError.notFound) {
      try await office.console.acknowledge(ids + [99], remark: "x", by: Office.officer)
    }
    await #expect(throws: AuditConsoleError.badText) {
      try await office.console.acknowledge([], remark: "x", by: Office.officer)
    }
    #expect(try await office.console.openAlerts(for: Office.officer) == 3)
    try await office.console.acknowledge(ids, remark: "演练", by: Office.officer)
    #expect(try await office.console.openAlerts(for: Office.officer) == 0)
  }

  @Test func isForOfficersAlone() async throws {
    let office = try await Office()
    let (console, clerk) = (office.console, Office.clerk)
    await #expect(throws: AuditConsoleError.notAllowed) { _ = try await console.hours(AuditFilter(), for: clerk) }
    await #expect(throws: AuditConsoleError.notAllowed) {
      _ = try await console.events(AuditFilter(), limit: 1, offset: 0, for: clerk)
    }
    await #expect(throws: AuditConsoleError.notAllowed) { _ = try await console.trail(number: "1", for: clerk) }
    await #expect(throws: AuditConsoleError.notAllowed) {
      _ = try await console.entry(EntryPlace(zone: "intranet", log: 1, position: 0), for: clerk)
    }
    await #expect(throws: AuditConsoleError.notAllowed) {
      _ = try await console.alerts(open: true, limit: 1, offset: 0, for: clerk)
    }
    await #expect(throws: AuditConsoleError.notAllowed) { try await console.acknowledge(1, remark: "x", by: clerk) }
    await #expect(throws: AuditConsoleError.notAllowed) { try await console.save("", as: "x", by: clerk) }
    await #expect(throws: AuditConsoleError.notAllowed) { _ = try await console.checks(limit: 1, for: clerk) }
    #expect(throws: AuditConsoleError.notAllowed) { try office.checker.checkNow(by: clerk) }
  }
}
