import Certificates
import Cryptography
import Foundation
import Letters
import PacketFormat
import PacketSeal
import Storage
import Testing
import ZoneHarness
import Zones

@Suite struct BadPacketTests {
  /// What the intranet holds of the DMZ's messages: applied position and quarantined files.
  private func position(_ zone: RunningZone, _ stream: String = "dmz/a/1/m") async throws -> Int {
    try await zone.count("SELECT COALESCE(MAX(applied), 0) FROM incoming_stream WHERE stream = '\(stream)'")
  }

  @Test("a damaged file goes to quarantine and uses up no sequence; the true one still fits")
  func damaged() async throws {
    let zones = try TestZones()
    let forge = PacketForge(zones: zones)
    let packet = try forge.packet(messages: [PacketForge.harmless()])
    let intranet = try RunningZone(zones.intranet)
    let lines = packet.head.split(separator: 10, omittingEmptySubsequences: false).map(\.count)
    let inManifest = lines[0] + 1 + lines[1] / 2
    let inSignature = lines[0] + lines[1] + 2 + 10
    let inCertificate = inSignature + lines[2] + 40
    let cases: [(Int, Set<String>)] = [
      (3, ["magic"]), (inManifest, ["manifest", "signature", "size", "addressee", "suite"]),
      (inSignature, ["signature"]), (inCertificate, ["certificate", "peer", "signature"]),
      (packet.head.count + 5, ["payload"]), (packet.bytes.count - 1, ["payload"]),
    ]
    for (index, (offset, codes)) in cases.enumerated() {
      var bytes = packet.bytes
      bytes[offset] ^= 1
      try forge.drop(bytes, as: "damaged-\(index).gdp")
      try await intranet.eventually("case \(index) is quarantined") { try forge.quarantineCodes().count == index + 1 }
      let code = try #require(try forge.quarantineCodes().last)
      #expect(codes.contains(code), "byte \(offset): \(code)")
      #expect(try await position(intranet) == 0)
    }
    try forge.drop(packet.bytes + [0], as: "longer.gdp")
    try await intranet.eventually("a longer file is quarantined") { try forge.quarantineCodes().last == "size" }
    try forge.drop(packet)
    try await intranet.eventually("the true one is applied") { try await position(intranet) == 1 }
    #expect(try await intranet.count("SELECT COUNT(*) FROM refusal") == 0)
    try await intranet.stop()
  }

  @Test("half a file is waited for, then quarantined")
  func half() async throws {
    let zones = try TestZones()
    let forge = PacketForge(zones: zones)
    let packet = try forge.packet(messages: [PacketForge.harmless()])
    let intranet = try RunningZone(zones.intranet)
    let growing = URL(filePath: zones.root + "/d2i/new/growing.gdp")
    try Data(packet.bytes[..<700]).write(to: growing)
    try forge.drop(Array(packet.bytes[..<(packet.bytes.count - 1)]), as: "short.gdp")
    try forge.drop([], as: "empty.gdp")
    let handle = try FileHandle(forWritingTo: growing)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(packet.bytes[700...]))
    try handle.close()
    try await intranet.eventually("the grown file is applied") { try await position(intranet) == 1 }
    try await intranet.eventually("the others are quarantined") {
      try forge.quarantineCodes() == ["incomplete", "incomplete"]
    }
    try await intranet.stop()
  }

  @Test("packets out of order, twice, and renamed are applied once, in order")
  func disorder() async throws {
    let zones = try TestZones()
    let forge = PacketForge(zones: zones)
    var packets: [SealedPacket] = []
    for number in 1...5 {
      packets.append(
        try forge.packet(
          sequence: number, previous: packets.last?.digest ?? .zero, messages: [PacketForge.harmless(number)]))
    }
    let intranet = try RunningZone(zones.intranet)
    for packet in packets.dropFirst().reversed() { try forge.drop(packet) }
    try forge.drop(packets[3], as: "renamed.gdp")
    try await intranet.eventually("all but the first wait") {
      try await intranet.count("SELECT 1") == 1
        && FileManager.default.contentsOfDirectory(
          atPath: zones.root + "/d2i/new"
        ).count == 5
    }
    #expect(try await position(intranet) == 0)
    try forge.drop(packets[0])
    try await intranet.eventually("all are applied") { try await position(intranet) == 5 }
    try forge.drop(packets[2], as: "late.gdp")
    try await intranet.eventually("the drop is empty") {
      try FileManager.default.contentsOfDirectory(atPath: zones.root + "/d2i/new").isEmpty
    }
    #expect(try await intranet.count("SELECT COUNT(*) FROM applied_message") == 5)
    #expect(try forge.quarantineCodes().isEmpty)
    try await intranet.stop()
  }

  @Test("a trusted signer that is not this link's peer, another zone's packet, and a handler's signature are refused")
  func wrongSigners() async throws {
    let zones = try TestZones()
    let other = try zones.authority.issue(.zoneSigning, to: "other signing", at: TestZones.now)
    try TestZones.write(other.certificate, zones.root + "/keys/other.pem")
    try TestZones.write(other.key, zones.root + "/keys/other.key")
    let foreign = try CertificateAuthority.makeRoot(commonName: "Foreign", at: TestZones.now)
      .makeIssuing(commonName: "Foreign issuing", at: TestZones.now)
      .issue(.zoneSigning, to: "dmz signing", at: TestZones.now)
    try TestZones.write(foreign.certificate, zones.root + "/keys/foreign.pem")
    try TestZones.write(foreign.key, zones.root + "/keys/foreign.key")
    let intranet = try RunningZone(zones.intranet)
    let forge = PacketForge(zones: zones)
    let forgeries = [
      PacketForge(zones: zones, signer: "other"), PacketForge(zones: zones, signer: "foreign"),
      PacketForge(zones: zones, to: "elsewhere"), PacketForge(zones: zones, from: "elsewhere"),
    ]
    for (index, forgery) in forgeries.enumerated() {
      let packet = try forgery.packet(stream: forgery.from + "/a/1/m", messages: [PacketForge.harmless()])
      try forge.drop(packet, as: "case-\(index).gdp")
      try await intranet.eventually("case \(index)") { try forge.quarantineCodes().count == index + 1 }
    }
    let expected = ["peer", "certificate", "addressee", "addressee"]
    #expect(try forge.quarantineCodes() == expected)
    #expect(try await intranet.count("SELECT COUNT(*) FROM incoming_stream") == 0)
    try await intranet.stop()
  }

  @Test("another history under the same number is a fork, and is quarantined")
  func fork() async throws {
    let zones = try TestZones()
    let forge = PacketForge(zones: zones)
    let intranet = try RunningZone(zones.intranet)
    let first = try forge.packet(messages: [PacketForge.harmless(1)])
    try forge.drop(first)
    try await intranet.eventually("the first is applied") { try await position(intranet) == 1 }
    try forge.drop(try forge.packet(messages: [PacketForge.harmless(2)]), as: "twin.gdp")
    try await intranet.eventually("the twin is quarantined") { try forge.quarantineCodes() == ["fork"] }
    try forge.drop(try forge.packet(sequence: 2, messages: [PacketForge.harmless(3)]), as: "second.gdp")
    try await intranet.eventually("a packet with another past is quarantined") {
      try forge.quarantineCodes() == ["fork", "fork"]
    }
    try forge.drop(try forge.packet(sequence: 2, previous: first.digest, messages: [PacketForge.harmless(4)]))
    try await intranet.eventually("the true second is applied") { try await position(intranet) == 2 }
    try await intranet.stop()
  }

  @Test("what policy forbids is refused with a signed receipt, uses up its sequence, and names its code")
  func policy() async throws {
    let zones = try TestZones()
    let forge = PacketForge(zones: zones)
    let intranet = try RunningZone(zones.intranet)
    let lame = Array(#"{"id":"019ab3c4-7d2e-7c31-9f55-0a1b2c3d4e5f","type":"notice.sent"}"#.utf8)
    let first = try forge.packet(messages: [
      PacketForge.harmless(1, type: "letter.stolen"), PacketForge.harmless(2), ("notice.sent", lame),
    ])
    let second = try forge.packet(
      sequence: 2, previous: first.digest, messages: [PacketForge.harmless()], classification: .secret)
    let third = try forge.packet(sequence: 3, previous: second.digest, messages: [("notice.sent", Array("{}".utf8))])
    let fourth = try forge.packet(sequence: 4, previous: third.digest, messages: [PacketForge.harmless(4)])
    for packet in [first, second, third, fourth] { try forge.drop(packet) }
    try await intranet.eventually("all four are used up") { try await position(intranet) == 4 }
    // Two messages of the first are refused alone, by their ids; their neighbour and the fourth are applied.
    #expect(try await intranet.count("SELECT COUNT(*) FROM refusal WHERE message_id IS NOT NULL") == 2)
    #expect(try await intranet.count("SELECT COUNT(*) FROM refused_message") == 2)
    #expect(try await intranet.count("SELECT COUNT(*) FROM applied_message") == 4)
    try await intranet.eventually("a packet back carries the refusals") {
      try await intranet.count("SELECT COUNT(*) FROM refusal WHERE carrier IS NULL") == 0
    }
    let outgoing = zones.root + "/i2d/new/"
    try await intranet.eventually("it lies in the drop") {
      try FileManager.default.contentsOfDirectory(atPath: outgoing).contains { $0.contains(".m.") }
    }
    let back = try #require(
      try FileManager.default.contentsOfDirectory(atPath: outgoing).first { $0.contains(".m.") })
    let bytes = Array(try Data(contentsOf: URL(filePath: zones.root + "/i2d/new/" + back)))
    let receipts = try #require(try PacketHead.parse(bytes)).manifest.receipts
    #expect(receipts.first?.refused.map(\.code) == ["policy-type", "schema", "policy-classification", "message"])
    try await intranet.stop()
  }

  @Test("links, FIFOs, folders and junk in the drop hold nothing up")
  func junk() async throws {
    let zones = try TestZones()
    let forge = PacketForge(zones: zones)
    let folder = zones.root + "/d2i/new/"
    try Data("secret".utf8).write(to: URL(filePath: zones.root + "/outside"))
    try FileManager.default.createSymbolicLink(
      atPath: folder + "link.gdp", withDestinationPath: zones.root + "/outside")
    try FileManager.default.createSymbolicLink(atPath: folder + "dangling.gdp", withDestinationPath: "nowhere")
    try FileManager.default.createDirectory(atPath: folder + "folder.gdp", withIntermediateDirectories: false)
    #expect(mkfifo(folder + "fifo.gdp", 0o600) == 0)
    for index in 0..<1000 { try Data("junk \(index)".utf8).write(to: URL(filePath: folder + "junk-\(index)")) }
    try forge.drop(try forge.packet(messages: [PacketForge.harmless()]))
    let intranet = try RunningZone(zones.intranet)
    try await intranet.eventually("the packet among them is applied") { try await position(intranet) == 1 }
    try await intranet.eventually("all junk is quarantined") {
      try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty
    }
    #expect(try forge.quarantineCodes().count == 1004)
    #expect(try String(contentsOfFile: zones.root + "/outside", encoding: .utf8) == "secret")
    try await intranet.stop()
  }

  @Test("a blob whose bytes are not those of its name is refused and leaves nothing behind")
  func falseBlob() async throws {
    let zones = try TestZones()
    let forge = PacketForge(zones: zones)
    let intranet = try RunningZone(zones.intranet)
    let part = Manifest.BlobPart(sha256: .zero, offset: 0, bytes: 3, total: 3)
    let gap = Manifest.BlobPart(sha256: .zero, offset: 2, bytes: 1, total: 3)
    let first = try forge.packet(stream: "dmz/a/1/b", blobs: [(part, [1, 2, 3])])
    let second = try forge.packet(sequence: 2, previous: first.digest, stream: "dmz/a/1/b", blobs: [(gap, [3])])
    try forge.drop(first)
    try forge.drop(second)
    try await intranet.eventually("both are used up") { try await position(intranet, "dmz/a/1/b") == 2 }
    #expect(try await intranet.count("SELECT COUNT(*) FROM refusal WHERE code = 'archive'") == 2)
    #expect(try intranet.blobs.all().isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: zones.root + "/intranet/incoming").isEmpty)
    try await intranet.stop()
  }
}
