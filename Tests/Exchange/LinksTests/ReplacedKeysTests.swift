import Certificates
import Foundation
import Letters
import Links
import Testing
import ZoneHarness
import Zones

/// Packets that are on their way while the keys that they hang on are replaced by hand.
@Suite struct ReplacedKeysTests {
  private let zones: TestZones
  private let credentials = LetterCredentials.generate()

  init() throws { zones = try TestZones() }

  private func begun(_ configuration: ZoneConfiguration) async throws -> (RunningZone, ZoneExchange.Link) {
    let zone = try RunningZone(configuration, exchanging: false)
    try await zone.exchange.begin()
    let link = try #require(zone.exchange.links.first)
    try await link.prepare()
    return (zone, link)
  }

  private func receiveAll(_ link: ZoneExchange.Link) async throws { while try await link.receive() {} }

  /// A letter that was answered, with the answer's packet in the drop; no zone runs afterwards.
  private func answeredLetter() async throws {
    let (dmz, out) = try await begun(zones.dmz)
    let (intranet, into) = try await begun(zones.intranet)
    let number = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: credentials).number
    while try await out.sendMessages() {}
    try await receiveAll(into)
    try await into.sendWord()
    try await receiveAll(out)
    try await intranet.desk.signFor(number: number, by: intranet.clerk)
    try await intranet.desk.answer(number: number, text: "已修复。", isPublic: false, by: intranet.clerk)
    while try await into.sendMessages() {}
    #expect(try await intranet.count("SELECT COUNT(*) FROM sent_packet WHERE lane = 'm' AND confirmed = 0") > 0)
    try await dmz.stop()
    try await intranet.stop()
  }

  /// What an operator does after a theft: the old certificates are revoked, new ones lie under their names.
  private func replaceKeys(of zone: String, revoking: Bool) throws -> [String] {
    let keys = zones.root + "/keys"
    let old = try ["signing", "encryption"].map { try Certificate.load(pemFile: "\(keys)/\(zone)-\($0).pem")[0] }
    for (purpose, name) in [(CertificateProfile.zoneSigning, "signing"), (.zoneEncryption, "encryption")] {
      let issued = try zones.authority.issue(purpose, to: "\(zone) \(name)", at: TestZones.now)
      try TestZones.write(issued.certificate, "\(keys)/\(zone)-\(name).pem")
      try TestZones.write(issued.key, "\(keys)/\(zone)-\(name).key")
    }
    guard revoking else { return [] }
    let list = try zones.authority.revocationList(revoking: old, number: 1, at: TestZones.now)
    try Data(CertificateAuthority.pem(revocationList: list).utf8).write(to: URL(filePath: keys + "/issuing.crl"))
    return [keys + "/issuing.crl"]
  }

  private func configurations(lists: [String]) -> (dmz: ZoneConfiguration, intranet: ZoneConfiguration) {
    var (dmz, intranet) = (zones.dmz, zones.intranet)
    dmz.trust.revocationLists = lists
    intranet.trust.revocationLists = lists
    return (dmz, intranet)
  }

  @Test(arguments: ["dmz", "intranet"], [true, false])
  func `are sealed and signed again, and what they carry takes effect once`(replaced: String, isRevoked: Bool)
    async throws
  {
    try await answeredLetter()
    let (ofDMZ, ofIntranet) = configurations(lists: try replaceKeys(of: replaced, revoking: isRevoked))
    let (dmz, out) = try await begun(ofDMZ)
    let (intranet, into) = try await begun(ofIntranet)
    while try await into.sendMessages() {}
    // Once for what the old keys made, and once more, since the peer's own word comes in between.
    for _ in 0..<2 {
      try await receiveAll(out)
      try await out.sendWord()
      try await receiveAll(into)
      while try await into.sendMessages() {}
    }
    let letter = try #require(try await dmz.citizens.read(code: credentials.code, password: credentials.password))
    #expect(letter.stage == .answered && letter.outcome?.text == "已修复。")
    #expect(letter.events.map(\.stage) == [.sent, .delivered, .signedFor, .answered])
    #expect(try await intranet.count("SELECT COUNT(*) FROM desk_letter WHERE outcome_delivered = 1") == 1)
    #expect(try await intranet.count("SELECT COUNT(*) FROM desk_letter WHERE outcome_refused IS NOT NULL") == 0)
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func `stay as they are where no certificate was replaced`() async throws {
    try await answeredLetter()
    let (dmz, out) = try await begun(zones.dmz)
    let (intranet, into) = try await begun(zones.intranet)
    try await into.dropAgain()
    try await receiveAll(out)
    #expect(try await intranet.count("SELECT MAX(epoch) FROM outgoing_stream") == 1)
    #expect(try await dmz.citizens.read(code: credentials.code, password: credentials.password)?.stage == .answered)
    try await dmz.stop()
    try await intranet.stop()
  }
}
