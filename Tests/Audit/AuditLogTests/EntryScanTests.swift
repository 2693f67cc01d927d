import Cryptography
import Foundation
import Storage
import Testing
import Zones

@testable import AuditLog

@Suite struct TheQuickCheckOfEntries {
  /// One entry of each kind that the trail writes.
  private func entries() async throws -> [[UInt8]] {
    let path = NSTemporaryDirectory() + "guandu-\(UUID().uuidString).sqlite"
    defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
    let database = try ZoneDatabase(path: path, migrations: auditMigrations)
    let zone = try #require(ZoneName("dmz"))
    let trail = AuditTrail(zone: zone) { "2026-11-23T10:00:00.000Z" }
    let rows = try await database.write { db in
      let packet = AuditTrail.Packet(peer: zone, stream: "dmz/1/1/m", sequence: 7, digest: "00ff", signed: nil)
      let messages = ["a", "b"].map { AuditTrail.MessageName(id: $0, type: "letter.submitted", subject: $0) }
      try trail.packetSent(packet, messages, blobs: ["01", "02"], db)
      try trail.packetApplied(packet, [], blobs: [], db)
      try trail.packetRefused(packet, code: "policy", db)
      try trail.messageRefused("a", from: zone, code: "schema", db)
      try trail.fileQuarantined("f", from: zone, code: "signature", digest: SHA256Hasher().finish(), bytes: 7, db)
      try trail.fileQuarantined("g", from: zone, code: "size", db)
      try trail.epochOpened(-2, to: zone, reason: "restored", db)
      try trail.peerCheckpoint(of: zone, log: "intranet/audit/1", size: 5, root: "AA==", db)
      try trail.peerLogAlarm("fork", of: zone, db)
      try trail.zoneStarted(db)
      return try db.all(Data.self, "SELECT bytes FROM audit_entry ORDER BY id").map { [UInt8]($0) }
    }
    try database.close()
    return rows
  }

  private func quickly(_ entry: [UInt8]) -> AuditEntry.Kind? {
    let scan = EntryScan(zone: "dmz")
    return entry.withUnsafeBytes { scan.quickly($0) }?.kind
  }

  @Test func readsWhatTheTrailWrites() async throws {
    for entry in try await entries() {
      let kind = try AuditEntry.check(entry, zone: "dmz")
      #expect(quickly(entry) == kind, "\(kind)")
    }
  }

  @Test func takesNothingThatTheSlowOneRefuses() async throws {
    var generator = SystemRandomNumberGenerator()
    let bytes = Array(#"{}[]",:\-019.eu T"#.utf8) + [0, 0x1F, 0x7F, 0x80, 0xE4, 0xFF]
    var (taken, refused) = (0, 0)
    let good = try await entries()
    for _ in 0..<40_000 {
      var entry = try #require(good.randomElement(using: &generator))
      for _ in 0..<Int.random(in: 1...2) {
        let place = Int.random(in: 0..<entry.count)
        let end = min(entry.count, place + Int.random(in: 0...6))
        switch Int.random(in: 0..<4) {
        case 0: entry[place] = try #require(bytes.randomElement(using: &generator))
        case 1: entry.insert(try #require(bytes.randomElement(using: &generator)), at: place)
        case 2: entry.removeSubrange(place..<end)
        default: entry.insert(contentsOf: Array(entry[place..<end]), at: place)
        }
      }
      let slow = try? AuditEntry.check(entry, zone: "dmz")
      if let quick = quickly(entry) {
        #expect(quick == slow, "\(String(decoding: entry, as: UTF8.self))")
        taken += 1
      } else if slow == nil {
        refused += 1
      }
    }
    // Both happen, or nothing was compared.
    #expect(taken > 500 && refused > 500)
  }

  @Test(arguments: [
    #","peer":"a""#, #","peer":"a","alarm":"b","alarm":"c""#, #","peer":"a","alarm":1"#, #","peer":"a","other":"b""#,
    #","peer":"a","alarm":"\u0001""#, #","peer":"a","alarm":"b","more":"c""#, #","peer":"a","alarm":"b"},"#,
  ])
  func leavesWhatDoesNotFitToTheSlowOne(members: String) {
    let entry = #"{"kind":"peer.log-alarm","zone":"dmz","at":"2026-11-23T10:00:00.000Z"\#(members)}"#
    #expect(quickly(Array(entry.utf8)) == nil)
  }

  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("2000-02-29T12:00:00Z", 951_825_600_000),
    ("2000-03-01T00:00:00Z", 951_868_800_000), ("2026-11-23T10:00:00.123Z", 1_795_428_000_123),
    ("1969-12-31T23:59:59Z", -1_000), ("2100-03-01T00:00:00Z", 4_107_542_400_000),
  ])
  func knowsTheTime(text: String, milliseconds: Int) { #expect(entryTime(Array(text.utf8)) == milliseconds) }
}
