import Cryptography
import Foundation
import JSON
import Letters
import PacketFormat
import Testing
import ZoneHarness
import Zones

@Suite struct RefusalTests {
  @Test("a letter that the intranet refuses is never shown as delivered, whichever packet brings the word")
  func refusedLetter() async throws {
    let zones = try TestZones()
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    var stray = draft()
    stray.mailbox = "nobody"
    let refused = LetterCredentials.generate()
    let taken = LetterCredentials.generate()
    _ = try await dmz.citizens.submit(id: UUID(), draft: stray, credentials: refused)
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: taken)
    try await dmz.eventually("the other letter is delivered") {
      try await dmz.citizens.read(code: taken.code, password: taken.password)?.stage == .delivered
    }
    try await dmz.eventually("nothing is left to confirm") {
      try await dmz.count("SELECT COUNT(*) FROM sent_packet") == 0
    }
    let letter = try #require(try await dmz.citizens.read(code: refused.code, password: refused.password))
    #expect(letter.stage == .refused && letter.refusal == .mailbox)
    #expect(letter.events.map(\.stage) == [.sent, .refused])
    try await intranet.eventually("the refusal was verifiably seen") {
      try await intranet.count("SELECT COUNT(*) FROM refusal") == 0
    }
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test("a control packet that cannot be opened is let go, and no storm of answers follows")
  func controlPacket() async throws {
    let zones = try TestZones()
    let intranet = try RunningZone(zones.intranet)
    let forge = PacketForge(zones: zones, recipient: "dmz-encryption")
    try forge.drop(try forge.packet(stream: "dmz/a/1/c"))
    try await intranet.eventually("it is let go") {
      try await intranet.count("SELECT COUNT(*) FROM incoming_stream WHERE stream = 'dmz/a/1/c'") == 1
    }
    let good = PacketForge(zones: zones)
    try good.drop(try good.packet(messages: [PacketForge.harmless()]))
    try await intranet.eventually("what follows is applied") {
      try await intranet.count("SELECT COUNT(*) FROM incoming_stream") == 2
    }
    #expect(try await intranet.count("SELECT COUNT(*) FROM refusal") == 0)
    #expect(try await intranet.count("SELECT COUNT(*) FROM sent_packet") == 0)
    try await intranet.stop()
  }

  @Test("more refusals than a manifest holds hold the receipt back instead of getting lost")
  func manyRefusals() async throws {
    let zones = try TestZones()
    let (forge, intranet) = (PacketForge(zones: zones), try RunningZone(zones.intranet))
    var previous = HexDigest.zero
    for number in 1...600 {
      let packet = try forge.packet(
        sequence: number, previous: previous, messages: [PacketForge.harmless(number)], classification: .secret)
      previous = packet.digest
      try forge.drop(packet)
    }
    try await intranet.eventually("all are used up") {
      try await intranet.count("SELECT COALESCE(MAX(applied), 0) FROM incoming_stream") == 600
    }
    var told: Set<Int> = []
    var carriers: [PacketHead] = []
    for round in 1...9 where told.count < 600 {
      let before = told.count
      try await intranet.eventually("round \(round) of refusals is in the drop") {
        carriers = try self.carriers(in: zones.root + "/i2d/new/")
        told.formUnion(carriers.flatMap(\.manifest.receipts).flatMap(\.refused).map(\.sequence))
        let sent = try await intranet.count("SELECT MAX(sequence) FROM sent_packet")
        let untold = try await intranet.count("SELECT COUNT(*) FROM refusal WHERE carrier IS NULL")
        return told.count > before && carriers.count == sent && untold == 600 - told.count
      }
      for receipt in carriers.flatMap(\.manifest.receipts) where receipt.applied > 0 {
        // Whatever a packet calls applied has had its refusal told, there or before.
        #expect(told.isSuperset(of: 1...receipt.applied))
      }
      let last = try #require(carriers.max { $0.manifest.sequence < $1.manifest.sequence })
      let receipt = Receipt(
        stream: last.manifest.stream, applied: last.manifest.sequence,
        digest: HexDigest(Digest.of(last.manifestLine).hex)!, effective: 0, secured: 0, refused: [])
      try forge.drop(try forge.packet(sequence: round, stream: "dmz/a/1/c", receipts: [receipt]))
    }
    #expect(told == Set(1...600))
    try await intranet.stop()
  }

  private func carriers(in folder: String) throws -> [PacketHead] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains(".m.") }.compactMap { name in
      try FileManager.default.contents(atPath: folder + name).flatMap { try PacketHead.parse(Array($0)) }
    }
  }

  @Test("a refused notice leaves no number on the disk, even one that claims to wait for something")
  func refusedNotice() async throws {
    let zones = try TestZones()
    let dmz = try RunningZone(zones.dmz)
    let forge = PacketForge(
      zones: zones, signer: "intranet-signing", from: "intranet", to: "dmz", recipient: "dmz-encryption")
    let id = "019ab3c4-7d2e-7c31-9f55-100000000001"
    let message = Message(
      id: id, type: "notice.requested", subject: id, after: ["019ab3c4-7d2e-7c31-9f55-100000000002"],
      at: "2026-11-22T13:38:00.123Z",
      body: .object(["notice": .string("n"), "phone": .string("13899990000"), "text": .string("秘密")]))
    try forge.drop(
      try forge.packet(stream: "intranet/a/1/m", messages: [(message.type, message.encoded())]), into: "i2d")
    try await dmz.eventually("it is refused") { try await dmz.count("SELECT COUNT(*) FROM refusal") == 1 }
    #expect(try await dmz.count("SELECT COUNT(*) FROM waiting_message") == 0)
    try await dmz.stop()
    for name in try FileManager.default.subpathsOfDirectory(atPath: zones.root + "/dmz") {
      guard let bytes = FileManager.default.contents(atPath: zones.root + "/dmz/" + name) else { continue }
      #expect(bytes.firstRange(of: Data("13899990000".utf8)) == nil, "\(name)")
    }
  }
}
