import Certificates
import Foundation
import Letters
import Links
import Synchronization
import Testing
import Timestamps
import ZoneHarness
import Zones

/// What time and the authority do to a link's certificates and clocks.
@Suite struct SignerTests {
  private static let year = 365 * 86_400_000

  private final class Clock: Sendable {
    private let offset: Mutex<Int>
    init(aheadBy milliseconds: Int = 0) { offset = Mutex(milliseconds) }
    var read: @Sendable () -> UnixMilliseconds { { currentMilliseconds() + self.offset.withLock { $0 } } }
    func set(aheadBy milliseconds: Int) { offset.withLock { $0 = milliseconds } }
  }

  private func begun(_ zone: RunningZone) async throws -> ZoneExchange.Link {
    try await zone.exchange.begin()
    let link = try #require(zone.exchange.links.first)
    try await link.prepare()
    return link
  }

  private func receiveAll(_ link: ZoneExchange.Link) async throws { while try await link.receive() {} }

  @Test func `a packet whose signer's certificate has expired earns no receipt, and the true one still fits`()
    async throws
  {
    let zones = try TestZones()
    // The signer's certificate is good for three years.
    let clock = Clock(aheadBy: 4 * Self.year)
    let intranet = try RunningZone(zones.intranet, exchanging: false, now: clock.read)
    let link = try await begun(intranet)
    let forge = PacketForge(zones: zones)
    let packet = try forge.packet(messages: [PacketForge.harmless()])
    try forge.drop(packet)
    try await receiveAll(link)
    #expect(try forge.quarantineCodes() == ["certificate"])
    #expect(try await intranet.count("SELECT COUNT(*) FROM incoming_stream") == 0)
    #expect(try await intranet.count("SELECT COUNT(*) FROM refusal") == 0)
    clock.set(aheadBy: 0)
    try forge.drop(packet)
    try await receiveAll(link)
    #expect(try await intranet.count("SELECT applied FROM incoming_stream") == 1)
    try await intranet.stop()
  }

  @Test func `a packet signed under a revoked certificate is quarantined, and uses up no sequence`() async throws {
    let zones = try TestZones()
    let signer = try Certificate.load(pemFile: zones.root + "/keys/dmz-signing.pem")[0]
    let list = try zones.authority.revocationList(revoking: [signer], number: 1, at: TestZones.now)
    let path = zones.root + "/keys/issuing.crl"
    try Data(CertificateAuthority.pem(revocationList: list).utf8).write(to: URL(filePath: path))
    var configuration = zones.intranet
    configuration.trust.revocationLists = [path]
    let intranet = try RunningZone(configuration, exchanging: false)
    let link = try await begun(intranet)
    let forge = PacketForge(zones: zones)
    try forge.drop(try forge.packet(messages: [PacketForge.harmless()]))
    try await receiveAll(link)
    #expect(try forge.quarantineCodes() == ["certificate"])
    #expect(try await intranet.count("SELECT COUNT(*) FROM incoming_stream") == 0)
    try await intranet.stop()
  }

  @Test(arguments: [ZoneRole.dmz, .intranet])
  func `a zone whose clock is a year ahead is taken at its word, and told of`(ahead: ZoneRole) async throws {
    let zones = try TestZones()
    let clock = Clock(aheadBy: Self.year)
    let right = Clock()
    let dmz = try RunningZone(zones.dmz, exchanging: false, now: (ahead == .dmz ? clock : right).read)
    let intranet = try RunningZone(zones.intranet, exchanging: false, now: (ahead == .dmz ? right : clock).read)
    let (out, into) = (try await begun(dmz), try await begun(intranet))
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate())
    while try await out.sendMessages() {}
    try await receiveAll(into)
    try await into.sendWord()
    try await receiveAll(out)
    #expect(try await intranet.count("SELECT COUNT(*) FROM desk_letter") == 1)
    #expect(try await dmz.count("SELECT COUNT(*) FROM citizen_letter WHERE stage = 'delivered'") == 1)
    let seenBy = ahead == .dmz ? intranet : dmz
    let difference = try await seenBy.count("SELECT clock_difference FROM peer_state")
    #expect((Self.year - 60_000...Self.year).contains(difference))
    // Its clock is put right: its words are older now than those before, and letters cross all the same.
    clock.set(aheadBy: 0)
    _ = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate())
    while try await out.sendMessages() {}
    try await receiveAll(into)
    try await into.sendWord()
    try await receiveAll(out)
    #expect(try await intranet.count("SELECT COUNT(*) FROM desk_letter") == 2)
    #expect(try await dmz.count("SELECT COUNT(*) FROM citizen_letter WHERE stage = 'delivered'") == 2)
    try await dmz.stop()
    try await intranet.stop()
  }
}
