import Certificates
import Foundation
import JSON
import KeyRotation
import Letters
import PacketFormat
import PacketSeal
import Storage
import Testing
import Timestamps
import ZoneHarness
import ZoneKeys
import Zones

/// A peer's word on its certificates counts once it is committed, and not before.
@Suite struct CommittedKeys {
  private let zones: TestZones
  private let forge: PacketForge
  private let statement: KeyStatement

  init() throws {
    zones = try TestZones()
    forge = PacketForge(zones: zones)
    let pair = KeyStatement.Pair(
      signing: try zones.authority.issue(.zoneSigning, to: "dmz signing", at: TestZones.now).certificate,
      encryption: try zones.authority.issue(.zoneEncryption, to: "dmz encryption", at: TestZones.now).certificate)
    statement = KeyStatement(number: Int(TestZones.now.timeIntervalSince1970 * 1_000), pairs: [pair])
  }

  private var message: (type: String, bytes: [UInt8]) {
    let id = newIdentifier(at: currentMilliseconds())
    let message = Message(
      id: id, type: KeyStatement.type, subject: id, after: [], at: timestamp(currentMilliseconds()),
      body: statement.body)
    return (message.type, message.encoded())
  }

  private var file: String { "\(zones.intranet.keys.rotatedFolder)/peers/dmz.json" }

  private func signing(_ zone: RunningZone) -> Set<Certificate> {
    zone.identity.certificates(of: zones.dmz.name).signing
  }

  private func applied(_ zone: RunningZone) async throws -> Int {
    try await zone.count("SELECT COALESCE(MAX(applied), 0) FROM incoming_stream WHERE stream = 'dmz/a/1/m'")
  }

  @Test func `a packet that is refused for a malformed neighbour has changed nothing`() async throws {
    let intranet = try RunningZone(zones.intranet)
    let before = signing(intranet)
    let first = try forge.packet(messages: [message, ("notice.sent", Array("{}".utf8))])
    try forge.drop(first)
    try await intranet.eventually("it is refused") { try await applied(intranet) == 1 }
    #expect(signing(intranet) == before && !FileManager.default.fileExists(atPath: file))
    // The key that the peer still signs with is known.
    let second = try forge.packet(sequence: 2, previous: first.digest, messages: [PacketForge.harmless()])
    try forge.drop(second)
    try await intranet.eventually("the next is applied") { try await applied(intranet) == 2 }
    let third = try forge.packet(sequence: 3, previous: second.digest, messages: [message])
    try forge.drop(third)
    try await intranet.eventually("alone it counts, and stands in its file") {
      signing(intranet) == [statement.pairs[0].signing] && FileManager.default.fileExists(atPath: file)
    }
    try await intranet.stop()
  }

  @Test func `what was committed before a crash is filed at the next start`() async throws {
    var intranet = try RunningZone(zones.intranet, exchanging: false)
    let (body, number) = (Data(statement.body.encoded()), statement.number)
    try await intranet.database.write { db in
      try db.run("INSERT INTO peer_statement VALUES ('dmz', ?, ?)", number, body)
    }
    try intranet.database.close()
    #expect(!FileManager.default.fileExists(atPath: file))
    intranet = try RunningZone(zones.intranet, exchanging: false)
    try await intranet.rotation.begin()
    #expect(signing(intranet) == [statement.pairs[0].signing] && FileManager.default.fileExists(atPath: file))
    #expect(try await intranet.count("SELECT COUNT(*) FROM peer_statement") == 0)
    try intranet.database.close()
    // Without the row, by the file alone.
    let again = try RunningZone(zones.intranet, exchanging: false)
    #expect(signing(again) == [statement.pairs[0].signing])
    try again.database.close()
  }
}
