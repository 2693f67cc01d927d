import Foundation
import Letters
import Links
import Storage
import Synchronization
import Testing
import ZoneHarness
import Zones

@Suite struct RebuildTests {
  private struct Written: Sendable {
    let number: String
    let credentials: LetterCredentials
  }

  private func write(_ text: String, to dmz: RunningZone) async throws -> Written {
    let credentials = LetterCredentials.generate()
    let confirmation = try await dmz.citizens.submit(id: UUID(), draft: draft(text), credentials: credentials)
    return Written(number: confirmation.number, credentials: credentials)
  }

  private func read(_ letter: Written, in dmz: RunningZone) async throws -> CitizenLetter? {
    try await dmz.citizens.read(code: letter.credentials.code, password: letter.credentials.password)
  }

  private func arrives(_ letter: Written, at intranet: RunningZone) async throws {
    try await intranet.eventually("\(letter.number) is on the desk") {
      (try? await intranet.desk.letter(number: letter.number, for: intranet.clerk)) != nil
    }
  }

  /// Everything that the DMZ has, its pepper included.
  private func wipe(_ zones: TestZones) throws {
    let folder = zones.root + "/dmz"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try FileManager.default.removeItem(atPath: folder + "/" + name)
    }
  }

  @Test func `a DMZ that lost everything is rebuilt, and its citizens' codes open their letters again`() async throws {
    let zones = try TestZones()
    let intranet = try RunningZone(zones.intranet)
    var dmz = try RunningZone(zones.dmz)
    try await dmz.citizens.sendPepperEscrow()
    let waiting = try await write("还没有签收", to: dmz)
    let answered = try await write("私下答复", to: dmz)
    let published = try await write("公开答复", to: dmz)
    for letter in [waiting, answered, published] { try await arrives(letter, at: intranet) }
    for (letter, isPublic) in [(answered, false), (published, true)] {
      try await intranet.desk.signFor(number: letter.number, by: intranet.clerk)
      try await intranet.desk.answer(number: letter.number, text: "已修复。", isPublic: isPublic, by: intranet.clerk)
    }
    let before = dmz
    for letter in [answered, published] {
      try await before.eventually("it is answered") { try await read(letter, in: before)?.stage == .answered }
    }
    try await intranet.eventually("the pepper is kept") {
      try await intranet.count("SELECT COUNT(*) FROM portal_keepsake") == 1
    }
    let events = try await read(answered, in: before)?.events
    try await dmz.stop()
    try wipe(zones)

    dmz = try RunningZone(zones.dmz)
    let after = dmz
    #expect(try await read(answered, in: after) == nil)
    try await after.citizens.sendPepperEscrow()
    let total = try await intranet.desk.rebuildPortal()
    #expect(total == 3)
    for letter in [answered, published] {
      try await after.eventually("it is back, with its answer") { try await read(letter, in: after)?.outcome != nil }
    }
    let restored = try #require(try await read(answered, in: after))
    #expect(restored.draft == draft("私下答复") && restored.outcome?.text == "已修复。" && restored.stage == .answered)
    #expect(restored.number == answered.number && Set(restored.events.map(\.stage)) == Set(events?.map(\.stage) ?? []))
    #expect(try await read(waiting, in: after)?.stage == .delivered)
    #expect(try await after.citizens.published(number: published.number)?.answer == "已修复。")
    #expect(try await after.citizens.published(number: answered.number) == nil)
    let phone = draft("").phone
    #expect(try await after.citizens.phoneBelongs(phone, to: answered.credentials.code), "a lock can be lifted by SMS")
    #expect(try await !after.citizens.phoneBelongs("13900000000", to: answered.credentials.code))
    let wrong = LetterCredentials(code: answered.credentials.code, password: "000000x")
    #expect(try await after.citizens.read(code: wrong.code, password: wrong.password) == nil)
    try await intranet.eventually("the desk knows that the answers are there again") {
      try await intranet.count("SELECT COUNT(*) FROM desk_letter WHERE outcome_delivered = 1") == 2
    }

    let fresh = try await write("重建之后", to: after)
    #expect(![waiting, answered, published].map(\.number).contains(fresh.number))
    try await arrives(fresh, at: intranet)
    try await intranet.desk.signFor(number: waiting.number, by: intranet.clerk)
    try await after.eventually("a letter that was restored goes on") {
      try await read(waiting, in: after)?.stage == .signedFor
    }
    try await after.stop()
    try await intranet.stop()
  }

  @Test func `a rebuild that was not needed, or comes twice, changes nothing`() async throws {
    let zones = try TestZones()
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    try await dmz.citizens.sendPepperEscrow()
    try await dmz.citizens.sendPepperEscrow()
    let letter = try await write("一封信", to: dmz)
    try await arrives(letter, at: intranet)
    try await intranet.desk.signFor(number: letter.number, by: intranet.clerk)
    try await intranet.desk.decline(number: letter.number, reason: "不属于受理范围。", by: intranet.clerk)
    try await dmz.eventually("it is declined") { try await read(letter, in: dmz)?.stage == .declined }
    let sql = "SELECT group_concat(quote(id) || number || stage || quote(sealed_letter)) FROM citizen_letter"
    let before = try await dmz.database.read { try $0.one(String.self, sql) }
    let events = try await read(letter, in: dmz)?.events
    for _ in 0..<2 { try await intranet.desk.rebuildPortal() }
    try await intranet.eventually("both have crossed") {
      try await intranet.count("SELECT COUNT(*) FROM outbox") == 0
    }
    #expect(try await dmz.database.read { try $0.one(String.self, sql) } == before)
    #expect(try await read(letter, in: dmz)?.events == events)
    #expect(try await dmz.count("SELECT COUNT(*) FROM restored_pepper") == 0)
    #expect(try await intranet.count("SELECT COUNT(*) FROM portal_keepsake") == 1)
    #expect(try await intranet.desk.letter(number: letter.number, for: intranet.clerk).outcomeDelivered)
    let next = try await write("下一封", to: dmz)
    #expect(next.number.hasSuffix("000002"))
    try await dmz.stop()
    try await intranet.stop()
  }

  @Test func `letters that a new DMZ took before it was told the numbers hide none that is restored`() async throws {
    let zones = try TestZones()
    let intranet = try RunningZone(zones.intranet)
    var dmz = try RunningZone(zones.dmz)
    try await dmz.citizens.sendPepperEscrow()
    let old = try await write("从前的信", to: dmz)
    try await arrives(old, at: intranet)
    try await intranet.eventually("the pepper is kept") {
      try await intranet.count("SELECT COUNT(*) FROM portal_keepsake") == 1
    }
    try await dmz.stop()
    try wipe(zones)

    dmz = try RunningZone(zones.dmz, exchanging: false)
    let after = dmz
    let early = try await write("太早的信", to: after)
    #expect(early.number == old.number)
    try await after.citizens.sendPepperEscrow()
    after.startExchange()
    try await after.eventually("the early letter is shown as refused") {
      try await read(early, in: after)?.stage == .refused
    }
    try await after.eventually("the numbers have come by themselves") {
      try await after.count("SELECT last FROM letter_number") > 1_000
    }
    let next = try await write("编号已知之后的信", to: after)
    try await arrives(next, at: intranet)
    try await intranet.desk.rebuildPortal()
    try await after.eventually("the old letter is back") { try await read(old, in: after)?.stage == .delivered }
    #expect(try await read(old, in: after)?.draft == draft("从前的信"))
    #expect(try await read(early, in: after)?.draft == draft("太早的信"))
    #expect(try await read(next, in: after)?.draft == draft("编号已知之后的信"))
    try await after.stop()
    try await intranet.stop()
  }

  @Test func `progress is told, and a link that does not let letters out says so`() async throws {
    let zones = try TestZones()
    let (dmz, intranet) = (try RunningZone(zones.dmz), try RunningZone(zones.intranet))
    for number in 1...3 { try await arrives(write("第\(number)封", to: dmz), at: intranet) }
    // As a broken portal might have numbered its letters.
    try await intranet.database.write { db in
      for (last, number) in [("1", "x"), ("2", "9999-99999999999999999999")] {
        try db.run("UPDATE desk_letter SET number = ? WHERE number LIKE ?", number, "%-00000" + last)
      }
    }
    let told = Told()
    try await intranet.desk.rebuildPortal { done, total in told.add(done, total) }
    #expect(told.all == [[0, 3], [3, 3]])
    try await intranet.eventually("all has crossed") { try await intranet.count("SELECT COUNT(*) FROM outbox") == 0 }
    #expect(try await dmz.count("SELECT COUNT(*) FROM refused_message") == 0)
    #expect(try await dmz.count("SELECT last FROM letter_number") == 3)
    try await dmz.stop()
    try await intranet.stop()

    var narrow = zones.intranet
    narrow.links[0].outgoingPolicy.messageTypes.remove("letter.restored")
    let closed = try RunningZone(narrow, exchanging: false)
    let before = try await closed.count("SELECT COUNT(*) FROM outbox WHERE type = 'letter.restored'")
    await #expect(throws: PolicyRefusal.self) { try await closed.desk.rebuildPortal() }
    #expect(try await closed.count("SELECT COUNT(*) FROM outbox WHERE type = 'letter.restored'") == before)
    try await closed.stop()
  }

  private final class Told: Sendable {
    private let calls = Mutex<[[Int]]>([])
    var all: [[Int]] { calls.withLock { $0 } }
    func add(_ done: Int, _ total: Int) { calls.withLock { $0.append([done, total]) } }
  }
}
