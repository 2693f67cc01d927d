import Foundation
import Letters
import Storage
import Synchronization
import Testing
import Timestamps
import ZoneHarness
import Zones

@testable import Links

/// A clock that stood 20 days ahead for a while delays nothing once it is right again.
@Suite struct AWrongClock {
  private final class Clock: Sendable {
    static let aheadMilliseconds = 20 * 86_400_000
    private let ahead = Mutex(Clock.aheadMilliseconds)
    func now() -> UnixMilliseconds { currentMilliseconds() + ahead.withLock { $0 } }
    func mend() { ahead.withLock { $0 = 0 } }
  }

  @Test func `does not hold up a packet that was lost meanwhile`() async throws {
    let (zones, clock) = (try TestZones(), Clock())
    let dmz = try RunningZone(zones.dmz, exchanging: false, now: { clock.now() })
    let link = try #require(dmz.exchange.links.first)
    try await dmz.exchange.begin()
    try await link.prepare()
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate())
    #expect(try await link.sendMessages())
    let drop = zones.root + "/d2i/new"
    func packets() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: drop) }
    for packet in try packets() { try FileManager.default.removeItem(atPath: drop + "/" + packet) }
    clock.mend()
    try await link.dropAgain()
    #expect(try packets().count == 1)
    try dmz.database.close()
  }
}
