import Foundation
import Letters
import Links
import PacketFormat
import PacketSeal
import Storage
import Synchronization
import Testing
import Timestamps
import ZoneHarness
import Zones

/// A peer that signs well and means ill: nothing that it sends stops a zone, and what is true crosses afterwards.
@Suite struct AHostilePeer {
  private final class Clock: Sendable {
    private let now: Mutex<Int>
    init(at milliseconds: Int = currentMilliseconds()) { now = Mutex(milliseconds) }
    var read: @Sendable () -> UnixMilliseconds { { self.now.withLock { $0 } } }
    func set(_ milliseconds: Int) { now.withLock { $0 = milliseconds } }
  }

  private struct Stage {
    let zones: TestZones
    let forge: PacketForge
    let zone: RunningZone
    let link: ZoneExchange.Link

    func receiveAll() async throws { while try await link.receive() {} }
    func count(_ sql: String) async throws -> Int { try await zone.count(sql) }
    func applied(_ stream: String = "dmz/a/1/m") async throws -> Int {
      try await count("SELECT COALESCE(MAX(applied), 0) FROM incoming_stream WHERE stream = '\(stream)'")
    }
    func run(_ sql: String) async throws { try await zone.database.write { try $0.script(sql) } }
  }

  private func intranet(
    _ change: (inout ZoneConfiguration) -> Void = { _ in },
    now: @escaping @Sendable () -> UnixMilliseconds = { currentMilliseconds() }
  ) async throws -> Stage {
    let zones = try TestZones()
    var configuration = zones.intranet
    change(&configuration)
    let zone = try RunningZone(configuration, exchanging: false, now: now)
    return Stage(zones: zones, forge: PacketForge(zones: zones), zone: zone, link: try await begun(zone))
  }

  private func begun(_ zone: RunningZone) async throws -> ZoneExchange.Link {
    try await zone.exchange.begin()
    let link = try #require(zone.exchange.links.first)
    try await link.prepare()
    return link
  }

  private func receipt(_ stream: StreamName, applied: Int) -> Receipt {
    Receipt(stream: stream, applied: applied, digest: .zero, effective: 0, secured: 0, refused: [])
  }

  private func stream(_ epoch: Int, _ lane: Lane = .messages) throws -> StreamName {
    let zone = try #require(ZoneName("dmz"))
    return StreamName(zone: zone, node: .firstNode, epoch: epoch, lane: lane)
  }

  @Test(arguments: [Int.max, Int.max - 1, StreamName.maxEpoch + 1])
  func `tells of an epoch that no reader takes, and the packet is quarantined`(epoch: Int) async throws {
    let zones = try TestZones()
    let dmz = try RunningZone(zones.dmz, exchanging: false)
    let link = try await begun(dmz)
    let forge = PacketForge(
      zones: zones, signer: "intranet-signing", from: "intranet", to: "dmz", recipient: "dmz-encryption")
    let lie = try forge.packet(stream: "intranet/a/1/m", receipts: [receipt(try stream(epoch), applied: 1)])
    try forge.drop(lie, into: "i2d")
    while try await link.receive() {}
    #expect(try await dmz.count("SELECT MAX(epoch) FROM outgoing_stream") == 1)
    #expect(try forge.quarantineCodes(of: "dmz") == ["manifest"])
    try await dmz.stop()
  }

  @Test func `tells of an epoch that can never have been, and ours stays where it is`() async throws {
    let zones = try TestZones()
    let dmz = try RunningZone(zones.dmz, exchanging: false)
    let link = try await begun(dmz)
    let forge = PacketForge(
      zones: zones, signer: "intranet-signing", from: "intranet", to: "dmz", recipient: "dmz-encryption")
    let lie = try forge.packet(
      stream: "intranet/a/1/m", receipts: [receipt(try stream(StreamName.maxEpoch), applied: 1)])
    try forge.drop(lie, into: "i2d")
    while try await link.receive() {}
    #expect(try await dmz.count("SELECT MAX(epoch) FROM outgoing_stream") == 1)
    // One that may have been is passed, once for each lie, and letters go on in it.
    let second = try forge.packet(
      sequence: 2, previous: lie.digest, stream: "intranet/a/1/m", receipts: [receipt(try stream(900_000), applied: 1)])
    try forge.drop(second, into: "i2d")
    while try await link.receive() {}
    #expect(try await dmz.count("SELECT MIN(epoch) FROM outgoing_stream") == 900_001)
    try await dmz.stop()
  }

  @Test func `opens an epoch far above its last, which is quarantined, and the true one goes on`() async throws {
    let stage = try await intranet()
    let first = try stage.forge.packet(messages: [PacketForge.harmless(1)])
    try stage.forge.drop(first)
    try await stage.receiveAll()
    for epoch in [1_000_002, StreamName.maxEpoch] {
      try stage.forge.drop(try stage.forge.packet(stream: "dmz/a/\(epoch)/m", messages: [PacketForge.harmless(9)]))
      try stage.forge.drop(try stage.forge.packet(sequence: 5, stream: "dmz/a/\(epoch)/c"))
    }
    try await stage.receiveAll()
    #expect(try stage.forge.quarantineCodes() == ["epoch", "epoch", "epoch", "epoch"])
    try stage.forge.drop(
      try stage.forge.packet(sequence: 2, previous: first.digest, messages: [PacketForge.harmless(2)]))
    try await stage.receiveAll()
    #expect(try await stage.applied() == 2)
    #expect(try await stage.count("SELECT COUNT(*) FROM incoming_stream") == 1)
    try await stage.zone.stop()
  }

  @Test func `opens an epoch far above its last, and an operator who releases the packet takes the epoch`() async throws
  {
    let stage = try await intranet()
    try stage.forge.drop(try stage.forge.packet(messages: [PacketForge.harmless(1)]))
    try await stage.receiveAll()
    try stage.forge.drop(try stage.forge.packet(stream: "dmz/a/5000000/m", messages: [PacketForge.harmless(2)]))
    try await stage.receiveAll()
    #expect(try stage.forge.quarantineCodes() == ["epoch"])
    let names = try FileManager.default.contentsOfDirectory(atPath: stage.zones.root + "/intranet/quarantine")
    let release = try #require(stage.zone.exchange.operatorHandlers["release"])
    #expect(try await release(try #require(names.first { $0.hasSuffix(".gdp") })).contains("back in the drop"))
    try await stage.receiveAll()
    #expect(try await stage.applied("dmz/a/5000000/m") == 1)
    try await stage.zone.stop()
  }

  @Test func `opens a thousand epochs, and the positions of the newest alone are kept`() async throws {
    let stage = try await intranet()
    for epoch in 1...200 {
      try stage.forge.drop(try stage.forge.packet(stream: "dmz/a/\(epoch)/m", messages: [PacketForge.harmless(epoch)]))
      if epoch % 20 == 0 { try await stage.receiveAll() }
    }
    #expect(try await stage.count("SELECT COUNT(*) FROM incoming_stream") == 64)
    // What comes late of an epoch that is forgotten is quarantined, where an operator finds it, and applied by nobody twice.
    try stage.forge.drop(
      try stage.forge.packet(stream: "dmz/a/3/m", messages: [PacketForge.harmless(3)]), as: "late.gdp")
    try await stage.receiveAll()
    #expect(try stage.forge.quarantineCodes() == ["closed"])
    #expect(try await stage.count("SELECT COUNT(*) FROM applied_message") == 200)
    try await stage.zone.stop()
  }

  @Test func `sends under nodes that the link does not name, and earns no receipt until it does`() async throws {
    let stage = try await intranet()
    let packet = try stage.forge.packet(stream: "dmz/b/1000/m", messages: [PacketForge.harmless(1)])
    let next = try stage.forge.packet(stream: "dmz/b/1001/m", messages: [PacketForge.harmless(2)])
    try stage.forge.drop(packet)
    try stage.forge.drop(next)
    try await stage.receiveAll()
    #expect(try stage.forge.quarantineCodes() == ["node", "node"])
    #expect(try await stage.count("SELECT COUNT(*) FROM incoming_stream") == 0)
    try stage.forge.drop(try stage.forge.packet(messages: [PacketForge.harmless(3)]))
    try await stage.receiveAll()
    #expect(try await stage.applied() == 1)
    try await stage.link.sendWord()
    #expect(try toldStreams(stage) == ["dmz/a/1/m"])
    try await stage.zone.stop()

    var named = stage.zones.intranet
    named.links[0].peerNodes.append(try #require(ZoneName("b")))
    let zone = try RunningZone(named, exchanging: false)
    let link = try await begun(zone)
    try stage.forge.drop(packet)
    while try await link.receive() {}
    #expect(try await zone.count("SELECT applied FROM incoming_stream WHERE stream = 'dmz/b/1000/m'") == 1)
    try await zone.stop()
  }

  /// The streams in the newest word of the intranet.
  private func toldStreams(_ stage: Stage) throws -> [String] {
    let folder = stage.zones.root + "/i2d/new/"
    let heads = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { name in
      try PacketHead.parse(Array(try Data(contentsOf: URL(filePath: folder + name))))
    }
    let newest = try #require(heads.max { $0.manifest.stamp < $1.manifest.stamp })
    return newest.manifest.receipts.map(\.stream.description)
  }

  @Test func `parks a long chain of messages, and its end releases them a bounded number at a time`() async throws {
    let stage = try await intranet()
    let length = 1_500
    // Each waits for the next; the last, which waits for nothing, comes in the last packet.
    let chain = (0..<length).map { PacketForge.harmless($0, after: $0 + 1 < length ? [$0 + 1] : []) }
    var last: SealedPacket?
    for part in 0..<10 {
      let packet = try stage.forge.packet(
        sequence: part + 1, previous: last?.digest ?? .zero, messages: Array(chain[part * 150..<(part + 1) * 150]))
      try stage.forge.drop(packet)
      last = packet
      if part == 8 {
        try await stage.receiveAll()
        #expect(try await stage.count("SELECT COUNT(*) FROM waiting_message") == 1_350)
      }
    }
    #expect(try await stage.link.receive())
    #expect(try await stage.count("SELECT COUNT(*) FROM waiting_message") > 0)
    try await stage.receiveAll()
    #expect(try await stage.count("SELECT COUNT(*) FROM waiting_message") == 0)
    #expect(try await stage.count("SELECT COUNT(*) FROM waiting_for") == 0)
    #expect(try await stage.count("SELECT COUNT(*) FROM refused_message") == 0)
    try await stage.zone.stop()
  }

  @Test func `parks more than may wait, and the rest is refused by name`() async throws {
    let stage = try await intranet()
    try await stage.run(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
      INSERT INTO waiting_message (id, peer, stream, sequence, previous, since, bytes)
      SELECT 'w' || i, 'dmz', 'dmz/a/1/m', 1, '', \(currentMilliseconds()), x'00' FROM n
      """)
    let packet = try stage.forge.packet(
      messages: [PacketForge.harmless(1, after: [8]), PacketForge.harmless(2, after: [9]), PacketForge.harmless(3)])
    try stage.forge.drop(packet)
    try await stage.receiveAll()
    #expect(try await stage.count("SELECT COUNT(*) FROM waiting_message") == 100_000)
    #expect(try await stage.count("SELECT COUNT(*) FROM refused_message WHERE code = 'waiting-full'") == 1)
    #expect(try await stage.applied() == 1)
    try await stage.zone.stop()
  }

  @Test
  func
    `parks what never comes: it is given up once it has waited too long in thirty looks, and not by a clock that jumps`()
    async throws
  {
    let start = currentMilliseconds()
    let clock = Clock(at: start)
    let stage = try await intranet(now: clock.read)
    try stage.forge.drop(try stage.forge.packet(messages: [PacketForge.harmless(1, after: [9])]))
    try await stage.receiveAll()
    let late = start + 8 * 86_400_000
    for look in 0..<5 {
      clock.set(late + look * 61_000)
      _ = try await stage.link.receive()
    }
    clock.set(start + 61_000)
    _ = try await stage.link.receive()
    for look in 0..<29 {
      clock.set(late + look * 61_000)
      _ = try await stage.link.receive()
    }
    #expect(try await stage.count("SELECT COUNT(*) FROM waiting_message") == 1)
    clock.set(late + 30 * 61_000)
    _ = try await stage.link.receive()
    #expect(try await stage.count("SELECT COUNT(*) FROM waiting_message") == 0)
    #expect(try await stage.count("SELECT COUNT(*) FROM refused_message WHERE code = 'never-complete'") == 1)
    try await stage.zone.stop()
  }

  @Test func `begins a thousand files and ends none, and those begun first give way`() async throws {
    let stage = try await intranet()
    try await stage.run(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO begun_blob (peer, digest, total, received, since)
      SELECT p.column1, printf('%064d', i), 10, 5, i FROM n, (VALUES ('dmz'), ('county')) AS p
      """)
    let part = Manifest.BlobPart(
      sha256: try #require(HexDigest(String(repeating: "a", count: 64))), offset: 0, bytes: 3, total: 9)
    try stage.forge.drop(try stage.forge.packet(stream: "dmz/a/1/b", blobs: [(part, [1, 2, 3])]))
    try await stage.receiveAll()
    #expect(try await stage.applied("dmz/a/1/b") == 1)
    #expect(try await stage.count("SELECT COUNT(*) FROM begun_blob WHERE peer = 'dmz'") == 1_000)
    #expect(try await stage.count("SELECT MIN(since) FROM begun_blob WHERE peer = 'dmz'") == 2)
    // Those of another peer are left alone.
    #expect(try await stage.count("SELECT COUNT(*) FROM begun_blob WHERE peer = 'county'") == 1_000)
    try await stage.zone.stop()
  }

  @Test func `dates a packet ahead by eight thousand years, and its true word still counts after it`() async throws {
    let zones = try TestZones()
    let dmz = try RunningZone(zones.dmz, exchanging: false)
    let link = try await begun(dmz)
    let forge = PacketForge(
      zones: zones, signer: "intranet-signing", from: "intranet", to: "dmz", recipient: "dmz-encryption")
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate())
    while try await link.sendMessages() {}
    let sent = try await dmz.database.read { db in
      try #require(try db.one(String.self, "SELECT digest FROM sent_packet WHERE lane = 'm'"))
    }
    let digest = try #require(HexDigest(sent))
    let late = 281_000_000_000_000
    try forge.drop(try forge.packet(sequence: late, stream: "intranet/a/1/c", stamp: late), into: "i2d")
    // A number of lane c that lies ahead, under a stamp that does not, in a later epoch.
    try forge.drop(try forge.packet(sequence: StreamName.maxEpoch, stream: "intranet/a/7/c"), into: "i2d")
    while try await link.receive() {}
    #expect(try await dmz.count("SELECT COALESCE(MAX(stamp + epoch), 0) FROM peer_state") == 0)
    #expect(try await dmz.count("SELECT COUNT(*) FROM incoming_stream") == 0)
    let word = Receipt(stream: try stream(1), applied: 1, digest: digest, effective: 1, secured: 0, refused: [])
    try forge.drop(
      try forge.packet(sequence: currentMilliseconds(), stream: "intranet/a/1/c", receipts: [word]), into: "i2d")
    while try await link.receive() {}
    #expect(try await dmz.count("SELECT COUNT(*) FROM citizen_letter WHERE stage = 'delivered'") == 1)
    try await dmz.stop()
  }

  @Test(arguments: [0, 40 * 86_400_000])
  func `meets a zone whose clock was ahead and is put right: it opens an epoch whose stamps begin at the clock`(
    at right: Int
  ) async throws {
    let zones = try TestZones()
    let clock = Clock(at: currentMilliseconds())
    let dmz = try RunningZone(zones.dmz, exchanging: false, now: clock.read)
    let link = try await begun(dmz)
    try await link.sendWord()
    #expect(try await dmz.count("SELECT MAX(epoch) FROM outgoing_stream") == 1)
    clock.set(right)
    // The sealer judges its own certificate by the clock, so 1970 is tried on the numbers alone.
    _ = try? await link.sendWord()
    #expect(try await dmz.count("SELECT MIN(epoch) FROM outgoing_stream") == 2)
    #expect(try await dmz.count("SELECT next_sequence FROM outgoing_stream WHERE lane = 'c'") <= right + 1)
    try await dmz.stop()
  }

  @Test func `counts one type in the manifest and delivers another, beside a message that cannot be read`() async throws
  {
    let stage = try await intranet()
    let id = PacketForge.identifier(7)
    let broken = Array(
      "{\"id\":\"\(id)\",\"type\":\"notice.sent\",\"subject\":1,\"after\":[],\"at\":\"\",\"body\":{}}".utf8)
    let smuggled = PacketForge.harmless(8, type: "notice.failed").bytes
    try stage.forge.drop(
      try stage.forge.packet(messages: [("notice.sent", broken), ("notice.sent", smuggled)]))
    try await stage.receiveAll()
    #expect(try await stage.count("SELECT COUNT(*) FROM applied_message") == 0)
    #expect(try await stage.count("SELECT COUNT(*) FROM refusal WHERE code = 'archive'") == 1)
    try await stage.zone.stop()
  }

  @Test(arguments: ["9223372036854775807", "700000"])
  func `left streams that the true peer never catches up with, and an operator has them forgotten`(epoch: String)
    async throws
  {
    let stage = try await intranet()
    try await stage.run(
      """
      INSERT INTO incoming_stream (peer, stream, lane, epoch, applied, digest, secured)
      VALUES ('dmz', 'dmz/a/\(epoch)/c', 'c', \(epoch), 5, '\(HexDigest.zero)', 0);
      INSERT INTO peer_state (peer, epoch, stamp, last_seen, clock_difference)
      VALUES ('dmz', \(epoch), 281000000000000, 1, 0);
      """)
    let forget = try #require(stage.zone.exchange.operatorHandlers["forget-streams"])
    #expect(try await forget("dmz a 3").hasPrefix("failed: none of dmz's streams is of node a and epoch 3"))
    #expect(try await forget("dmz a 3; DROP").hasPrefix("failed"))
    let done = try await forget("dmz a \(epoch)")
    #expect(done.contains("are forgotten"), "\(done)")
    #expect(try await stage.count("SELECT COUNT(*) FROM incoming_stream") == 0)
    #expect(try await stage.count("SELECT epoch + stamp FROM peer_state") == 0)
    #expect(
      try await stage.count(
        "SELECT COUNT(*) FROM audit_entry WHERE INSTR(bytes, CAST('streams.forgotten' AS BLOB)) > 0") == 1)
    // The true peer's word is the newest again, and its letters cross.
    try stage.forge.drop(try stage.forge.packet(messages: [PacketForge.harmless(1)]))
    if let lane = StreamName("dmz/a/\(epoch)/c") {
      try stage.forge.drop(try stage.forge.packet(sequence: 9, stream: lane.description), as: "closed.gdp")
    }
    try await stage.receiveAll()
    #expect(try await stage.applied() == 1)
    #expect(try await stage.count("SELECT epoch FROM peer_state") == 1)
    #expect(try stage.forge.quarantineCodes() == (StreamName("dmz/a/\(epoch)/c") == nil ? [] : ["closed"]))
    try await stage.zone.stop()
  }
}
