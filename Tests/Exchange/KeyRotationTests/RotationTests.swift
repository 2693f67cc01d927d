import Certificates
import Cryptography
import Foundation
import KeyRotation
import Letters
import Links
import PacketFormat
import PacketSeal
import Revocation
import Synchronization
import Testing
import ZoneHarness
import ZoneKeys
import Zones

/// Two zones whose operators give them new keys.
private struct Zones {
  let zones: TestZones
  var authority: CertificateAuthority { zones.authority }

  init() throws { zones = try TestZones() }

  func ask(_ zone: RunningZone, _ kind: String, _ argument: String = "") async throws -> String {
    guard let handler = zone.rotation.operatorHandlers[kind] else { throw NeverAsked(kind: kind) }
    return try await handler(argument)
  }

  /// What the authority makes of a daemon's answer.
  func certify(_ answer: String, by other: CertificateAuthority? = nil) throws -> String {
    let lines = answer.split(separator: "\n").map(String.init)
    func name(_ key: String) throws -> String {
      try #require(lines.first { $0.hasPrefix(key + " ") }.map { String($0.dropFirst(key.count + 1)) })
    }
    func block(_ label: String) throws -> [UInt8] {
      let (start, end) = (
        lines.firstIndex(of: "-----BEGIN \(label)-----"), lines.firstIndex(of: "-----END \(label)-----")
      )
      return Array(lines[try #require(start)...(try #require(end))].joined(separator: "\n").utf8)
    }
    let authority = other ?? self.authority
    let signing = try authority.certify(
      try CertificateRequest(pem: block("CERTIFICATE REQUEST")).publicKey, .zoneSigning, to: try name("signing"),
      at: TestZones.now)
    let encryption = try authority.certify(
      try PublicKey(pem: block("PUBLIC KEY")), .zoneEncryption, to: try name("encryption"), at: TestZones.now)
    return signing.pem + encryption.pem
  }

  /// A whole rotation with the authority at hand, up to where the new pair signs.
  func rotate(_ zone: RunningZone, overlap: Int = 0) async throws {
    let before = zone.identity.current.name
    _ = try await ask(zone, "rotate-install", try certify(try await ask(zone, "rotate", String(overlap))))
    try await zone.eventually("the new pair signs") { zone.identity.current.name != before }
  }

  func certificate(_ name: String) throws -> Certificate {
    try Certificate.load(pemFile: "\(zones.root)/keys/\(name).pem")[0]
  }

  func quarantined() throws -> [String] {
    try ["dmz", "intranet"].flatMap { zone in
      let folder = zones.root + "/\(zone)/quarantine"
      return try FileManager.default.fileExists(atPath: folder)
        ? FileManager.default.contentsOfDirectory(atPath: folder) : []
    }
  }

  func members(_ zone: RunningZone) throws -> [RotatedKeys.Stage] { try zone.identity.rotated.members().map(\.stage) }
}

private struct NeverAsked: Error { let kind: String }

private func submit(_ zone: RunningZone, _ text: String = "路灯坏了三周，请尽快修理。") async throws {
  _ = try await zone.citizens.submit(id: UUID(), draft: draft(text), credentials: .generate())
}

private func letters(_ zone: RunningZone) async throws -> Int {
  try await zone.count("SELECT COUNT(*) FROM desk_letter")
}

private func code(_ body: () async throws -> Void) async -> TrustError.Code? {
  do { try await body() } catch { return (error as? TrustError)?.code }
  return nil
}

@Suite struct NewPairOfKeys {
  @Test func takesThePlaceOfTheOldOneWhileLettersCross() async throws {
    let zones = try Zones()
    let (dmz, intranet) = (try RunningZone(zones.zones.dmz), try RunningZone(zones.zones.intranet))
    let old = (dmz.identity.current, intranet.identity.current)
    let goesOn = Mutex(true)
    let stream = Task {
      var count = 0
      while goesOn.withLock({ $0 }) {
        try await submit(dmz)
        count += 1
        let crossed = count
        try await dmz.eventually("a letter crosses", withinSeconds: 300) { try await letters(intranet) == crossed }
      }
      return count
    }
    try await dmz.eventually("letters cross", withinSeconds: 300) { try await letters(intranet) > 1 }
    try await zones.rotate(dmz)
    try await zones.rotate(intranet)
    for zone in [dmz, intranet] {
      try await zone.eventually("the old pair is forgotten") { try zones.members(zone) == [.alone] }
    }
    goesOn.withLock { $0 = false }
    let count = try await stream.value
    try await dmz.eventually("all letters have crossed") { try await letters(intranet) == count }
    try await dmz.eventually("all are confirmed") { try await dmz.count("SELECT COUNT(*) FROM outbox") == 0 }
    let knownOfDMZ = intranet.identity.certificates(of: zones.zones.dmz.name)
    #expect(knownOfDMZ.signing == [dmz.identity.current.signingCertificate])
    #expect(knownOfDMZ.encryption == [dmz.identity.current.encryptionCertificate])
    #expect(dmz.identity.current.name != old.0.name && intranet.identity.current.name != old.1.name)
    #expect(try zones.quarantined().isEmpty)
    #expect(try await dmz.count("SELECT COUNT(*) FROM refused_message") == 0)
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func isUsedAtTheOperatorsWordWhereThePeerNeverSaysOneAndCanBeFollowedByAnother() async throws {
    let zones = try Zones()
    var configuration = zones.zones.dmz
    configuration.links[0].repeatTimes = 1
    let dmz = try RunningZone(configuration)
    for _ in 0..<2 {
      let before = dmz.identity.current.name
      _ = try await zones.ask(dmz, "rotate-install", try zones.certify(try await zones.ask(dmz, "rotate", "0")))
      try await dmz.eventually("the pair waits") { try zones.members(dmz).last == .certified }
      #expect(dmz.identity.current.name == before)
      _ = try await zones.ask(dmz, "rotate-switch")
      #expect(dmz.identity.current.name != before)
      try await dmz.eventually("the rotation is over") { try zones.members(dmz).last == .alone }
    }
    try await dmz.stop()
  }

  @Test func isUsedAfterARestartAndOpensWhatWasSealedForTheOldOne() async throws {
    let zones = try Zones()
    var (dmz, intranet) = (try RunningZone(zones.zones.dmz), try RunningZone(zones.zones.intranet))
    try await zones.rotate(intranet)
    try await intranet.eventually("the old pair is forgotten") { try zones.members(intranet) == [.alone] }
    let (old, new) = (try zones.certificate("intranet-signing").fingerprint.hex, intranet.identity.current.name)
    try await intranet.stop()
    try await dmz.stop()
    (dmz, intranet) = (try RunningZone(zones.zones.dmz), try RunningZone(zones.zones.intranet))
    #expect(intranet.identity.current.name == new && new != old)
    #expect(intranet.identity.encryptionKeys.count == 2)
    #expect(dmz.identity.recipients(for: zones.zones.intranet.name).count == 1)
    try await submit(dmz)
    try await dmz.eventually("the letter crosses") { try await letters(intranet) == 1 }
    #expect(try zones.quarantined().isEmpty)
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func isMadeByTheOtherZonesAuthority() async throws {
    let zones = try Zones()
    let (dmz, intranet) = (try RunningZone(zones.zones.dmz), try RunningZone(zones.zones.intranet))
    let before = dmz.identity.current.name
    _ = try await zones.ask(dmz, "rotate", "3600")
    _ = try await zones.ask(dmz, "rotate-ask", "intranet")
    try await intranet.eventually("the request comes") {
      try await !zones.ask(intranet, "rotate-request", "dmz").hasPrefix("failed")
    }
    let pems = try zones.certify(try await zones.ask(intranet, "rotate-request", "dmz"))
    _ = try await zones.ask(intranet, "rotate-issue", "dmz\n" + pems)
    try await dmz.eventually("the new pair signs") { dmz.identity.current.name != before }
    // Within the overlap both are known.
    #expect(intranet.identity.certificates(of: zones.zones.dmz.name).signing.count == 2)
    #expect(try zones.members(dmz) == [.inUse])
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func endsItsOverlapWhereTheClockStoodAheadWhenItBegan() async throws {
    let zones = try Zones()
    let (intranet, first) = (try RunningZone(zones.zones.intranet), try RunningZone(zones.zones.dmz))
    try await zones.rotate(first, overlap: 3_600)
    try await first.stop()
    let member = try #require(try first.identity.rotated.members().first)
    let (note, began) = (URL(filePath: member.folder + "/in-use"), try #require(member.usedSince))
    let text = try String(contentsOf: note, encoding: .utf8)
    try Data(text.replacing("\(began)", with: "\(began + 20 * 86_400_000)").utf8).write(to: note)
    let dmz = try RunningZone(zones.zones.dmz)
    try await dmz.eventually("the new pair signs alone") { try zones.members(dmz) == [.alone] }
    for zone in [dmz, intranet] { try await zone.stop() }
  }

  @Test func goesOnAfterARestartBetweenAnyTwoSteps() async throws {
    let zones = try Zones()
    let intranet = try RunningZone(zones.zones.intranet)
    var dmz = try RunningZone(zones.zones.dmz, exchanging: false)
    func restart() async throws {
      try await dmz.stop()
      dmz = try RunningZone(zones.zones.dmz, exchanging: false)
    }
    let first = try await zones.ask(dmz, "rotate", "0")
    try await restart()
    // The same keys, not others.
    #expect(try await zones.ask(dmz, "rotate", "0") == first)
    _ = try await zones.ask(dmz, "rotate-install", try zones.certify(first))
    try await restart()
    #expect(dmz.identity.current.name == (try zones.certificate("dmz-signing").fingerprint.hex))
    dmz.startExchange()
    try await dmz.eventually("the new pair signs alone") { try zones.members(dmz) == [.alone] }
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func signsNothingBeforeThePeerHasSaidThatItKnowsIt() async throws {
    let zones = try Zones()
    let dmz = try RunningZone(zones.zones.dmz)
    let before = dmz.identity.current.name
    _ = try await zones.ask(dmz, "rotate-install", try zones.certify(try await zones.ask(dmz, "rotate", "0")))
    try await submit(dmz)
    try await dmz.eventually("the letter lies in the drop") {
      try await dmz.count("SELECT COUNT(*) FROM sent_packet WHERE lane = 'm'") >= 2
    }
    #expect(dmz.identity.current.name == before)
    #expect(try await dmz.count("SELECT COUNT(DISTINCT signer) FROM sent_packet") == 1)
    // By the operator's word, as on a one-way link.
    _ = try await zones.ask(dmz, "rotate-switch")
    #expect(dmz.identity.current.name != before)
    try await dmz.stop()
  }

  @Test func isTakenFromNoOtherAuthorityAndUnderNoOtherName() async throws {
    let zones = try Zones()
    let dmz = try RunningZone(zones.zones.dmz, exchanging: false)
    let answer = try await zones.ask(dmz, "rotate", "0")
    let foreign = try CertificateAuthority.makeRoot(commonName: "Foreign", at: TestZones.now)
      .makeIssuing(commonName: "Foreign issuing", at: TestZones.now)
    let pems = try zones.certify(answer, by: foreign)
    #expect(await code { _ = try await zones.ask(dmz, "rotate-install", pems) } == .untrusted)
    let renamed = try zones.certify(
      answer.replacingOccurrences(of: "signing dmz signing", with: "signing other signing"))
    #expect(await code { _ = try await zones.ask(dmz, "rotate-install", renamed) } == .untrusted)
    let other = try zones.authority.issue(.zoneSigning, to: "dmz signing", at: TestZones.now)
    let encryption = try zones.authority.issue(.zoneEncryption, to: "dmz encryption", at: TestZones.now)
    #expect(
      await code { _ = try await zones.ask(dmz, "rotate-install", other.certificate.pem + encryption.certificate.pem) }
        == .keyMismatch)
    #expect(await code { _ = try await zones.ask(dmz, "rotate-install", "nonsense") } == .malformed)
    try await dmz.stop()
  }

  @Test func isRefusedUnlessItBearsThePeersName() async throws {
    let zones = try Zones()
    let intranet = try RunningZone(zones.zones.intranet, exchanging: false)
    let (peer, now) = (zones.zones.dmz.name, TestZones.now)
    func statement(_ signing: String, _ number: Int) throws -> KeyStatement {
      KeyStatement(
        number: number,
        pairs: [
          .init(
            signing: try zones.authority.issue(.zoneSigning, to: signing, at: now).certificate,
            encryption: try zones.authority.issue(.zoneEncryption, to: "dmz encryption", at: now).certificate)
        ])
    }
    let known = intranet.identity.certificates(of: peer)
    let before = known.signing
    #expect(throws: TrustError.self) {
      _ = try intranet.identity.take(statement("police signing", 1), of: peer, at: now)
    }
    #expect(known.signing == before)
    #expect(try intranet.identity.take(statement("dmz signing", 5), of: peer, at: now))
    #expect(known.signing.count == 1 && known.signing != before)
    // A repeat changes nothing, and an older word is refused, since its sender must not sign by it.
    let now5 = known.signing
    #expect(throws: TrustError.self) { _ = try intranet.identity.take(statement("dmz signing", 4), of: peer, at: now) }
    let ahead = Int(now.timeIntervalSince1970 * 1_000) + 90_000_000
    #expect(throws: TrustError.self) {
      _ = try intranet.identity.take(statement("dmz signing", ahead), of: peer, at: now)
    }
    #expect(known.signing == now5)
    try await intranet.stop()
  }

  @Test func isNotBroughtBackByACertificateThatTheOperatorNamesAnew() async throws {
    let all = try Zones()
    var zones = all.zones.intranet
    let intranet = try RunningZone(zones, exchanging: false)
    let now = TestZones.now
    let pair = KeyStatement.Pair(
      signing: try all.authority.issue(.zoneSigning, to: "dmz signing", at: now).certificate,
      encryption: try all.authority.issue(.zoneEncryption, to: "dmz encryption", at: now).certificate)
    _ = try intranet.identity.take(KeyStatement(number: 7, pairs: [pair]), of: all.zones.dmz.name, at: now)
    try await intranet.stop()
    // The peer's machine was stolen, and its successor has a pair of its own.
    let fresh = try all.authority.issue(.zoneSigning, to: "dmz signing", at: now).certificate
    try TestZones.write(fresh, all.zones.root + "/keys/fresh.pem")
    zones.links[0].peerSigningCertificates = [all.zones.root + "/keys/fresh.pem"]
    let again = try RunningZone(zones, exchanging: false)
    #expect(again.identity.certificates(of: all.zones.dmz.name).signing == [fresh, pair.signing])
    try await again.stop()
  }

  @Test func waitsWherePolicyLetsNoWordOfItOut() async throws {
    let zones = try Zones()
    var configuration = zones.zones.dmz
    configuration.links[0].outgoingPolicy.messageTypes.remove("trust.certificates")
    let dmz = try RunningZone(configuration, exchanging: false)
    let pems = try zones.certify(try await zones.ask(dmz, "rotate", "0"))
    await #expect(throws: PolicyRefusal.self) { _ = try await zones.ask(dmz, "rotate-install", pems) }
    #expect(try zones.members(dmz) == [.certified])
    try await dmz.stop()
  }
}

@Suite struct EndedCertificatesOfAPeer {
  @Test func areSealedForNoMoreOnceTheyAreRevoked() async throws {
    let zones = try Zones()
    let dmz = try RunningZone(zones.zones.dmz)
    try await submit(dmz)
    try await dmz.eventually("a letter is sealed") {
      try await dmz.count("SELECT COUNT(*) FROM sent_packet WHERE lane = 'm'") == 1
    }
    let peer = try zones.certificate("intranet-encryption")
    let list = try zones.authority.revocationList(revoking: [peer], number: 9, at: TestZones.now)
    _ = try await dmz.revocations.importLists(pem: CertificateAuthority.pem(revocationList: list))
    try await submit(dmz, "第二封")
    // Enough for a packet, were there a recipient: the control lane is sealed for it too.
    try await dmz.exchange.links[0].sendWordExpectingRefusal()
    #expect(try await dmz.count("SELECT COUNT(*) FROM outbox") == 2)
    try await dmz.eventually("what was sealed for it is to be sealed again") {
      try await dmz.count("SELECT COUNT(*) FROM sent_packet") == 0
    }
    #expect(try await dmz.count("SELECT COUNT(*) FROM outbox") == 2)
    try await dmz.stop()
  }
}

extension ZoneExchange.Link {
  fileprivate func sendWordExpectingRefusal() async throws {
    await #expect(throws: TrustError.self) { try await sendWord() }
    await #expect(throws: TrustError.self) { _ = try await sendMessages() }
  }
}

@Suite struct EncryptedKeysOfAZone {
  private static let passphrase = "correct horse battery staple"

  /// The DMZ's keys, encrypted under a passphrase in a file.
  private func encrypted(_ zones: TestZones, mode: mode_t = 0o600) throws -> ZoneConfiguration {
    var configuration = zones.dmz
    let passphrase = SecretBytes(Array(Self.passphrase.utf8))
    for name in ["signing", "encryption"] {
      let path = "\(zones.root)/keys/dmz-\(name).key"
      let pem = try PrivateKey(pemFile: path).pem(passphrase: passphrase)
      try pem.withUnsafeBytes { try Data($0).write(to: URL(filePath: path)) }
    }
    let file = zones.root + "/keys/passphrase"
    try Data((Self.passphrase + "\n").utf8).write(to: URL(filePath: file))
    chmod(file, mode)
    configuration.keys.passphrase = .file(file)
    return configuration
  }

  @Test func openWithThePassphrasesFileAndSoDoThoseMadeLater() async throws {
    let zones = try Zones()
    let configuration = try encrypted(zones.zones)
    let (dmz, intranet) = (try RunningZone(configuration), try RunningZone(zones.zones.intranet))
    try await zones.rotate(dmz)
    try await submit(dmz)
    try await dmz.eventually("the letter crosses") { try await letters(intranet) == 1 }
    let made = try String(contentsOfFile: zones.zones.root + "/dmz-rotated/own/1/signing.key", encoding: .utf8)
    #expect(made.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
    for zone in [dmz, intranet] { try await zone.stop() }
    #expect(try ZoneKeys(configuration.keys).pairs.count == 2)
  }

  @Test func areRefusedWithoutItWithAnotherAndWhereOthersCanReadIt() throws {
    let zones = try Zones().zones
    var configuration = try encrypted(zones, mode: 0o640)
    func code(_ configuration: ZoneConfiguration) -> TrustError.Code? {
      do { _ = try ZoneKeys(configuration.keys) } catch { return (error as? TrustError)?.code }
      return nil
    }
    #expect(code(configuration) == .keyTooOpen)
    chmod(zones.root + "/keys/passphrase", 0o600)
    #expect(code(configuration) == nil)
    try Data("another\n".utf8).write(to: URL(filePath: zones.root + "/keys/passphrase"))
    #expect(code(configuration) == .wrongPassphrase)
    configuration.keys.passphrase = nil
    #expect(code(configuration) == .wrongPassphrase)
    configuration.keys.passphrase = .credential("guandu-keys")
    #expect(code(configuration) == .unreadable)
  }
}
