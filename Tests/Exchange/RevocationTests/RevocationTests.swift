import Certificates
import Cryptography
import Foundation
import Letters
import Links
import Logging
import Revocation
import Storage
import Synchronization
import Testing
import Timestamps
import ZoneHarness
import Zones

/// Two zones and their authority, with lists of revocations in files that each zone watches.
private struct Zones {
  let zones: TestZones
  var dmz: ZoneConfiguration
  var intranet: ZoneConfiguration
  var dmzFile: String { zones.root + "/dmz-crl.pem" }
  var intranetFile: String { zones.root + "/intranet-crl.pem" }

  /// - Parameter number: of the list in both files at the start; nil for none.
  init(number: Int?, at date: Date = TestZones.now, age: RevocationListAge = .alert) throws {
    zones = try TestZones()
    (dmz, intranet) = (zones.dmz, zones.intranet)
    if let number {
      for path in [dmzFile, intranetFile] { try write(try list([], number, at: date), to: path) }
    }
    dmz.trust.revocationLists = number == nil ? [] : [dmzFile]
    intranet.trust.revocationLists = number == nil ? [] : [intranetFile]
    dmz.trust.revocationListAge = age
  }

  func list(_ revoked: [Certificate], _ number: Int, at date: Date = TestZones.now) throws -> String {
    CertificateAuthority.pem(
      revocationList: try zones.authority.revocationList(revoking: revoked, number: number, at: date))
  }

  /// The root's list, which the whole chain needs where overdue lists are refused.
  func rootList(_ number: Int, at date: Date = TestZones.now) throws -> String {
    CertificateAuthority.pem(
      revocationList: try zones.rootAuthority.revocationList(revoking: [], number: number, at: date))
  }

  /// Puts a file in the place of another, as an operator should.
  func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
  }

  /// The intranet's keeper at another time, in milliseconds since 1970.
  func keeper(of zone: RunningZone, now: UnixMilliseconds) -> RevocationKeeper {
    RevocationKeeper(
      configuration: intranet, trust: zone.trust, database: zone.database, outbox: Outbox(links: intranet.links),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { now })
  }

  func certificate(_ name: String) throws -> Certificate {
    try Certificate.load(pemFile: "\(zones.root)/keys/\(name).pem")[0]
  }
}

private func submit(_ zone: RunningZone) async throws {
  _ = try await zone.citizens.submit(id: UUID(), draft: draft(), credentials: .generate())
}

private func isRevoked(_ certificate: Certificate, in zone: RunningZone) -> Bool {
  do { try zone.trust.verify(certificate, for: .zoneSigning, at: TestZones.now) } catch {
    return error.code == .revoked
  }
  return false
}

private func number(in zone: RunningZone) -> String? { zone.trust.revocationLists.first?.list.number.description }

@Suite struct ListsOfRevocations {
  @Test func countOnceTheirFileIsReplaced() async throws {
    let zones = try Zones(number: 1)
    let zone = try RunningZone(zones.dmz)
    let peer = try zones.certificate("intranet-signing")
    #expect(!isRevoked(peer, in: zone))
    try zones.write(zones.list([peer], 2), to: zones.dmzFile)
    try await zone.eventually("the revocation counts") { isRevoked(peer, in: zone) }
    try await zone.stop()
  }

  @Test func areNotRolledBackByAnOlderFile() async throws {
    let zones = try Zones(number: 5)
    let zone = try RunningZone(zones.dmz)
    let peer = try zones.certificate("intranet-signing")
    try zones.write(zones.list([peer], 6), to: zones.dmzFile)
    try await zone.eventually("the revocation counts") { isRevoked(peer, in: zone) }
    try zones.write(zones.list([], 5), to: zones.dmzFile)
    await #expect(throws: TrustError.self) { _ = try await zone.revocations.importLists(pem: zones.list([], 5)) }
    // A later list shows that the older file was looked at before.
    try zones.write(zones.list([peer], 7), to: zones.dmzFile)
    try await zone.eventually("list 7 counts") { number(in: zone) == "7" }
    #expect(isRevoked(peer, in: zone))
    try await zone.stop()
  }

  @Test func areNotRolledBackByARestart() async throws {
    let zones = try Zones(number: 1)
    let peer = try zones.certificate("intranet-signing")
    let first = try RunningZone(zones.dmz)
    try await first.eventually("the zone runs") { try await first.count("SELECT COUNT(*) FROM revocation_list") == 1 }
    _ = try await first.revocations.importLists(pem: zones.list([peer], 9))
    try await first.stop()
    let second = try RunningZone(zones.dmz)
    try await second.eventually("list 9 counts") { number(in: second) == "9" }
    #expect(isRevoked(peer, in: second))
    try await second.stop()
  }

  @Test func byAStrangerAreRefusedAndLeaveNothing() async throws {
    let (zones, stranger) = (try Zones(number: nil), try Zones(number: nil))
    let zone = try RunningZone(zones.dmz)
    for text in [try stranger.list([], 2), "junk", ""] {
      await #expect(throws: TrustError.self) { _ = try await zone.revocations.importLists(pem: text) }
    }
    #expect(try await zone.count("SELECT COUNT(*) FROM revocation_list") == 0)
    #expect(zone.trust.revocationLists.isEmpty)
    try await zone.stop()
  }

  @Test func crossTheLinkAndCountThere() async throws {
    let zones = try Zones(number: nil)
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    let clerk = try zones.zones.authority.issue(.zoneSigning, to: "old dmz", at: TestZones.now).certificate
    _ = try await intranet.revocations.importLists(pem: zones.list([clerk], 3))
    try await dmz.eventually("the DMZ has the list") { isRevoked(clerk, in: dmz) }
    #expect(try await dmz.count("SELECT COUNT(*) FROM revocation_list") == 1)
    // The DMZ hands nothing back.
    #expect(try await dmz.count("SELECT COUNT(*) FROM outbox") == 0)
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func endAZoneWhilePacketsWaitForTheirTurn() async throws {
    let zones = try Zones(number: 1)
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    try await submit(dmz)
    try await intranet.eventually("the first letter is there") {
      try await intranet.count("SELECT COUNT(*) FROM desk_letter") == 1
    }
    _ = try await intranet.revocations.importLists(pem: zones.list([zones.certificate("dmz-signing")], 2))
    try await submit(dmz)
    try await intranet.eventually("the second one is quarantined") {
      try FileManager.default.contentsOfDirectory(atPath: zones.intranet.dataDirectory + "/quarantine")
        .contains { $0.hasSuffix(".gdp") }
    }
    #expect(try await intranet.count("SELECT COUNT(*) FROM desk_letter") == 1)
    try await dmz.stop()
    try await intranet.stop()
  }
}

@Suite struct PacketsAheadOfTheirTurn {
  @Test func areJudgedAgainByALaterList() async throws {
    let zones = try Zones(number: 1)
    let intranet = try RunningZone(zones.intranet, exchanging: false)
    let forge = PacketForge(zones: zones.zones)
    let first = try forge.packet(messages: [PacketForge.harmless(1)])
    let second = try forge.packet(sequence: 2, previous: first.digest, messages: [PacketForge.harmless(2)])
    try forge.drop(second)
    try await intranet.exchange.begin()
    // It is good, and waits for the one before it.
    _ = try await intranet.exchange.links[0].receive()
    #expect(try forge.quarantineCodes().isEmpty)
    _ = try await intranet.revocations.importLists(pem: zones.list([zones.certificate("dmz-signing")], 2))
    _ = try await intranet.exchange.links[0].receive()
    #expect(try forge.quarantineCodes() == ["certificate"])
    try await intranet.stop()
  }
}

@Suite struct OverdueLists {
  static let old = TestZones.now.addingTimeInterval(-90 * 86_400)

  @Test func refuseEverythingWhereConfiguredButThePacketThatBringsTheNext() async throws {
    let zones = try Zones(number: 1, at: Self.old, age: .refuse)
    try zones.write(zones.list([], 1, at: Self.old) + zones.rootList(1), to: zones.dmzFile)
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    let peer = try zones.certificate("intranet-signing")
    #expect(throws: TrustError.self) { try dmz.trust.verify(peer, for: .zoneSigning, at: TestZones.now) }
    // What the intranet has to say (its receipt) is refused for now.
    try await submit(dmz)
    try await dmz.eventually("the intranet's packets are quarantined") {
      try FileManager.default.contentsOfDirectory(atPath: zones.dmz.dataDirectory + "/quarantine")
        .contains { $0.hasSuffix(".gdp") }
    }
    #expect(try await dmz.count("SELECT COUNT(*) FROM incoming_stream") == 0)
    _ = try await intranet.revocations.importLists(pem: zones.list([], 2))
    try await dmz.eventually("the next list counts") { number(in: dmz) == "1" || number(in: dmz) == "2" }
    try await dmz.eventually("packets are taken again") {
      try await dmz.count("SELECT COUNT(*) FROM incoming_stream WHERE lane = 'm' AND applied > 0") == 1
    }
    try dmz.trust.verify(peer, for: .zoneSigning, at: TestZones.now)
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func thatBringARevocationOfTheirOwnSignerEndIt() async throws {
    let zones = try Zones(number: 1, at: Self.old, age: .refuse)
    try zones.write(zones.list([], 1, at: Self.old) + zones.rootList(1), to: zones.dmzFile)
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    let peer = try zones.certificate("intranet-signing")
    _ = try await intranet.revocations.importLists(pem: zones.list([peer], 2))
    try await dmz.eventually("the revocation counts") { isRevoked(peer, in: dmz) }
    #expect(try await dmz.count("SELECT COUNT(*) FROM incoming_stream WHERE lane = 'm'") == 0)
    try await dmz.stop()
    try await intranet.stop()
  }
}

/// Keeps the lines of a log.
private final class Lines: Sendable {
  let all = Mutex<[String]>([])

  var logger: Logger {
    var logger = Logger(label: "test") { _ in Handler(lines: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let metadata = event.metadata ?? [:]
      lines.all.withLock {
        $0.append("\(event.level) \(event.message) \(metadata["key"] ?? "") \(metadata["days"] ?? "")")
      }
    }
  }
}

@Suite struct CertificatesThatEndSoon {
  @Test(arguments: [
    (61, nil), (60, "notice"), (31, "notice"), (30, "warning"), (8, "warning"), (7, "error"), (0, "error"),
  ])
  func areNamedLouderTheNearerTheirEnd(days: Int, level: String?) async throws {
    let zones = try Zones(number: nil)
    let lines = Lines()
    let zone = try RunningZone(zones.dmz, exchanging: false)
    let end = try zones.certificate("dmz-signing").notAfter
    let now = end.addingTimeInterval(-TimeInterval(days) * 86_400 - 3_600).unixMilliseconds
    let keeper = RevocationKeeper(
      configuration: zones.dmz, trust: zone.trust, database: zone.database, outbox: Outbox(links: zones.dmz.links),
      logger: lines.logger, now: { now })
    let task = Task { try await keeper.run() }
    // The reminder of the lists that are missing comes first, the dates after it, in the same look.
    try await zone.eventually("the keeper has looked") {
      level == nil ? !lines.all.withLock(\.isEmpty) : lines.all.withLock { $0.contains { $0.contains("ends soon") } }
    }
    task.cancel()
    try? await task.value
    let said = lines.all.withLock { $0.filter { $0.contains("keys.signing_certificate") } }
    #expect(said == (level.map { ["\($0) a certificate ends soon keys.signing_certificate \(days)"] } ?? []))
    try await zone.stop()
  }

  @Test(arguments: [(61, false), (60, true), (-1, true)])
  func areAmongTheZonesConcerns(days: Int, isNamed: Bool) async throws {
    let zones = try Zones(number: nil)
    let zone = try RunningZone(zones.intranet, exchanging: false)
    let certificate = try zones.certificate("intranet-signing")
    let now = certificate.notAfter.addingTimeInterval(-TimeInterval(days) * 86_400 - 3_600).unixMilliseconds
    let concerns = zones.keeper(of: zone, now: now).concerns()
    let expected = TrustConcern.certificateEnds(
      key: "keys.signing_certificate", name: certificate.commonName, days: days, at: certificate.notAfter)
    #expect(concerns.contains(expected) == isNamed)
    try await zone.stop()
  }
}

@Suite struct ListsThatNeedAHand {
  @Test(arguments: [RevocationListAge.alert, .refuse])
  func areNamedWhileTheyAreMissingOrOverdue(age: RevocationListAge) async throws {
    var zones = try Zones(number: nil)
    zones.intranet.trust.revocationListAge = age
    let zone = try RunningZone(zones.intranet, exchanging: false)
    let refuses = age == .refuse
    let (root, issuing) = (zones.zones.rootAuthority.certificate, zones.zones.authority.certificate)
    #expect(
      zones.keeper(of: zone, now: TestZones.now.unixMilliseconds).concerns() == [
        .listMissing(authority: root.commonName, refuses: refuses),
        .listMissing(authority: issuing.commonName, refuses: refuses),
      ])
    _ = try await zone.revocations.importLists(pem: zones.list([], 1))
    let list = try #require(zone.trust.revocationLists.first?.list)
    let late = list.nextUpdate.addingTimeInterval(60)
    #expect(
      zones.keeper(of: zone, now: late.unixMilliseconds).concerns().filter(\.isOfAList) == [
        .listMissing(authority: root.commonName, refuses: refuses),
        .listOverdue(authority: issuing.commonName, since: list.nextUpdate, refuses: refuses),
      ])
    try await zone.stop()
  }
}

extension TrustConcern {
  fileprivate var isOfAList: Bool { if case .certificateEnds = self { false } else { true } }
}
