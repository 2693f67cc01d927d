import Foundation
import Letters
import Storage
import Testing
import Timestamps
import ZoneHarness
import Zones

@Suite struct ContactTests {
  @Test func `the other zone is late when it never spoke, and once it has been silent for five minutes`() async throws {
    let zones = try TestZones()
    let dmz = try RunningZone(zones.dmz, exchanging: false)
    #expect(try await dmz.citizens.contact() == PeerContact(lastSeen: nil, isLate: true))
    let now = currentMilliseconds()
    for (seconds, isLate) in [(0, false), (240, false), (360, true), (90_000, true)] {
      let seen = now - seconds * 1000
      try await dmz.database.write { db in
        try db.run(
          """
          INSERT INTO peer_state (peer, epoch, stamp, last_seen, clock_difference)
          VALUES ('intranet', 1, 1, ?, 0) ON CONFLICT (peer) DO UPDATE SET last_seen = excluded.last_seen
          """, seen)
      }
      #expect(try await dmz.citizens.contact() == PeerContact(lastSeen: Date(unixMilliseconds: seen), isLate: isLate))
    }
    try await dmz.stop()
  }

  @Test func `a one-way link is never late, since nothing is expected of it`() async throws {
    let zones = try TestZones()
    var configuration = zones.dmz
    configuration.links[0].repeatTimes = 3
    let dmz = try RunningZone(configuration, exchanging: false)
    #expect(try await dmz.citizens.contact() == PeerContact(lastSeen: nil, isLate: false, isOneWay: true))
    try await dmz.stop()
  }
}
