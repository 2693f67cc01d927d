import Certificates
import Cryptography
import DurableFiles
import Foundation
import JSON
import Links
import PacketFormat
import Storage
import Testing
import ZoneHarness
import Zones

/// A zone with two peers that send the same file: what one of them does is nothing to the other.
@Suite struct TwoPeersOfOneFile {
  private static let content = [UInt8]("a document that two offices send".utf8)
  private static let half = 10

  private let zones: TestZones
  private let zone: RunningZone
  private let honest: Sender
  private let hostile: Sender

  /// One peer, as it writes its packets.
  private struct Sender {
    let forge: PacketForge
    let link: ZoneExchange.Link
    let drop: String

    func send(_ stream: String, _ sequence: Int, after previous: HexDigest = .zero, _ message: Message) throws
      -> HexDigest
    {
      let packet = try forge.packet(
        sequence: sequence, previous: previous, stream: stream, messages: [(message.type, message.encoded())])
      try forge.drop(packet, into: drop)
      return packet.digest
    }

    func send(
      _ stream: String, _ sequence: Int, after previous: HexDigest = .zero, _ part: Manifest.BlobPart, _ bytes: [UInt8]
    ) throws -> HexDigest {
      let packet = try forge.packet(
        sequence: sequence, previous: previous, stream: stream, blobs: [(part, bytes)])
      try forge.drop(packet, into: drop)
      return packet.digest
    }

    func receive() async throws { while try await link.receive() {} }
  }

  init() async throws {
    zones = try TestZones()
    let root = zones.root
    for folder in ["c2i", "i2c"].flatMap({ [$0 + "/new", $0 + "/tmp"] }) {
      try FileManager.default.createDirectory(atPath: root + "/" + folder, withIntermediateDirectories: true)
    }
    for (purpose, name) in [(CertificateProfile.zoneSigning, "signing"), (.zoneEncryption, "encryption")] {
      let issued = try zones.authority.issue(purpose, to: "county \(name)", at: TestZones.now)
      try TestZones.write(issued.certificate, root + "/keys/county-\(name).pem")
      try TestZones.write(issued.key, root + "/keys/county-\(name).key")
    }
    var configuration = zones.intranet
    var link = configuration.links[0]
    link.peer = try #require(ZoneName("county"))
    link.peerRole = .intranet
    (link.outgoingDrop, link.incomingDrop) = (.folder(root + "/i2c"), root + "/c2i")
    link.peerSigningCertificates = [root + "/keys/county-signing.pem"]
    link.peerEncryptionCertificate = root + "/keys/county-encryption.pem"
    configuration.links.append(link)
    zone = try RunningZone(configuration, exchanging: false)
    try await zone.exchange.begin()
    for link in zone.exchange.links { try await link.prepare() }
    honest = Sender(forge: PacketForge(zones: zones), link: zone.exchange.links[0], drop: "d2i")
    hostile = Sender(
      forge: PacketForge(zones: zones, signer: "county-signing", from: "county"), link: zone.exchange.links[1],
      drop: "c2i")
  }

  private var digest: HexDigest { get throws { try #require(HexDigest(Digest.of(Self.content).hex)) } }

  private func part(_ offset: Int, _ bytes: Int) throws -> Manifest.BlobPart {
    Manifest.BlobPart(sha256: try digest, offset: offset, bytes: bytes, total: Self.content.count)
  }

  /// A message that waits for the file.
  private func waiting(_ number: Int) throws -> Message {
    let id = PacketForge.identifier(number)
    return Message(
      id: id, type: "notice.sent", subject: id, after: [], at: "2026-11-22T13:38:00.123Z",
      body: .object(["notice": .string("none"), "blobs": .array([.string(try digest.text)])]))
  }

  private func cancellation(_ number: Int) throws -> Message {
    let id = PacketForge.identifier(number)
    return Message(
      id: id, type: "blob.cancelled", subject: id, after: [], at: "2026-11-22T13:38:00.123Z",
      body: .object(["cancelled": .array([.string(try digest.text)])]))
  }

  private func refused() async throws -> [String] {
    try await zone.database.read { try $0.all(String.self, "SELECT hex(id) || ' ' || code FROM refused_message") }
  }

  private static func refusal(_ number: Int, _ code: String) -> String {
    PacketForge.identifier(number).replacing("-", with: "").uppercased() + " " + code
  }

  @Test func `one cancels it, and the other's comes in with what waits for it`() async throws {
    let rest = Self.content.count - Self.half
    let first = try honest.send("dmz/a/1/b", 1, part(0, Self.half), Array(Self.content.prefix(Self.half)))
    let message = try honest.send("dmz/a/1/m", 1, waiting(1))
    try await honest.receive()
    // Cancelled before any of it came from this peer, and after its own message; and again when it repeats the digest.
    let begun = try hostile.send("county/a/1/m", 1, waiting(2))
    let cancelled = try hostile.send("county/a/1/m", 2, after: begun, cancellation(3))
    _ = try hostile.send("county/a/1/m", 3, after: cancelled, waiting(4))
    try await hostile.receive()
    #expect(try await refused().sorted() == [Self.refusal(2, "cancelled"), Self.refusal(4, "cancelled")])
    _ = try honest.send("dmz/a/1/m", 2, after: message, waiting(5))
    _ = try honest.send(
      "dmz/a/1/b", 2, after: first, part(Self.half, rest), Array(Self.content.suffix(rest)))
    try await honest.receive()
    #expect(zone.blobs.holds(try digest.text))
    #expect(try await zone.count("SELECT COUNT(*) FROM waiting_message") == 0)
    #expect(try await refused().count == 2)
    try await zone.stop()
  }

  @Test func `one sends other bytes under its name, and the other's parts are put together all the same`() async throws
  {
    let rest = Self.content.count - Self.half
    let first = try honest.send("dmz/a/1/b", 1, part(0, Self.half), Array(Self.content.prefix(Self.half)))
    try await honest.receive()
    _ = try hostile.send("county/a/1/b", 1, part(0, rest), Array(repeating: 0x78, count: rest))
    try await hostile.receive()
    _ = try honest.send("dmz/a/1/m", 1, waiting(1))
    _ = try honest.send(
      "dmz/a/1/b", 2, after: first, part(Self.half, rest), Array(Self.content.suffix(rest)))
    try await honest.receive()
    #expect(zone.blobs.holds(try digest.text))
    #expect(try await zone.count("SELECT COUNT(*) FROM waiting_message") == 0)
    #expect(try await zone.count("SELECT COUNT(*) FROM refusal") == 0)
    let file = try zone.blobs.open(try digest.text)
    #expect(try file.read(at: 0, count: file.byteCount) == Self.content)
    try await zone.stop()
  }
}
