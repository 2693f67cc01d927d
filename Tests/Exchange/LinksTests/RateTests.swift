import Foundation
import Letters
import Links
import Synchronization
import Testing
import Timestamps
import ZoneHarness
import Zones

@Suite struct RateTests {
  private final class Clock: Sendable {
    private let now = Mutex(currentMilliseconds())
    var read: @Sendable () -> UnixMilliseconds { { self.now.withLock { $0 } } }
    func pass(seconds: Int) { now.withLock { $0 += seconds * 1000 } }
  }

  /// A DMZ with so many letters in its outbox, and its link to send them with.
  private func dmz(
    _ configuration: ZoneConfiguration, letters: Int, _ clock: Clock
  ) async throws -> (RunningZone, ZoneExchange.Link) {
    let zone = try RunningZone(configuration, exchanging: false, now: clock.read)
    let letter = try await zone.citizens.prepare(draft(), credentials: .generate())
    for _ in 0..<letters { _ = try await zone.citizens.submit(letter.again()) }
    return (zone, try await begun(zone))
  }

  private func begun(_ zone: RunningZone) async throws -> ZoneExchange.Link {
    try await zone.exchange.begin()
    let link = try #require(zone.exchange.links.first)
    try await link.prepare()
    return link
  }

  /// Sends until nothing more leaves. Returns how many packets left.
  private func send(_ link: ZoneExchange.Link) async throws -> Int {
    var packets = 0
    while try await link.sendMessages() { packets += 1 }
    return packets
  }

  @Test func `what is above the rate stays in the outbox until its time comes`() async throws {
    let zones = try TestZones()
    var configuration = zones.dmz
    configuration.links[0].outgoingPolicy.messagesPerMinute = 3
    let clock = Clock()
    let (dmz, link) = try await dmz(configuration, letters: 8, clock)
    let intranet = try RunningZone(zones.intranet, exchanging: false, now: clock.read)
    let desk = try await begun(intranet)
    func arrived() async throws -> Int {
      while try await desk.receive() {}
      return try await intranet.count("SELECT COUNT(*) FROM desk_letter")
    }
    #expect(try await send(link) == 1)
    #expect(try await arrived() == 3)
    clock.pass(seconds: 19)
    #expect(try await send(link) == 0)
    clock.pass(seconds: 1)
    #expect(try await send(link) == 1)
    #expect(try await arrived() == 4)
    // An idle hour earns a minute's worth and no more.
    clock.pass(seconds: 3600)
    #expect(try await send(link) == 1)
    #expect(try await arrived() == 7)
    #expect(try await dmz.count("SELECT COUNT(*) FROM citizen_letter WHERE stage = 'refused'") == 0)
    clock.pass(seconds: -7200)
    #expect(try await send(link) == 0)
    clock.pass(seconds: 20)
    #expect(try await send(link) == 1)
    #expect(try await arrived() == 8)
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func `a peer above the rate is let in packet by packet, and loses nothing`() async throws {
    let zones = try TestZones()
    let clock = Clock()
    var fromDMZ = zones.dmz
    fromDMZ.links[0].outgoingPolicy.messagesPerMinute = 60_000
    let (dmz, link) = try await dmz(fromDMZ, letters: 0, clock)
    var configuration = zones.intranet
    configuration.links[0].incomingPolicy.messagesPerMinute = 2
    let intranet = try RunningZone(configuration, exchanging: false, now: clock.read)
    let desk = try await begun(intranet)
    let letter = try await dmz.citizens.prepare(draft(), credentials: .generate())
    // The last packet holds more than a minute's worth.
    for count in [1, 1, 1, 5] {
      for _ in 0..<count { _ = try await dmz.citizens.submit(letter.again()) }
      #expect(try await send(link) == 1)
    }
    func arrived() async throws -> Int {
      while try await desk.receive() {}
      return try await intranet.count("SELECT COUNT(*) FROM desk_letter")
    }
    func waiting() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: zones.root + "/d2i/new").count { $0.contains(".m.") }
    }
    #expect(try await arrived() == 2)
    #expect(try waiting() == 2)
    clock.pass(seconds: 30)
    #expect(try await arrived() == 3)
    clock.pass(seconds: 59)
    #expect(try await arrived() == 3)
    clock.pass(seconds: 1)
    #expect(try await arrived() == 8)
    #expect(try waiting() == 0)
    try await dmz.stop()
    try await intranet.stop()
  }
}
