import Foundation
import Letters
import Roles
import Storage
import Synchronization
import Testing
import Timestamps
import ZoneHarness
import Zones

@Suite struct NoticeTests {
  /// A gateway that tests switch off, and a clock that they set.
  private final class Gateway: Sendable {
    struct State {
      var attempt = NoticeRelay.Attempt.sent
      var tries = 0
      var sent: [String] = []
      var now = 0, most = 0
    }
    private let state = Mutex(State())
    var tries: Int { state.withLock { $0.tries } }
    var sent: [String] { state.withLock { $0.sent } }
    var most: Int { state.withLock { $0.most } }

    func answer(_ attempt: NoticeRelay.Attempt) { state.withLock { $0.attempt = attempt } }

    func send(_ phone: String) async -> NoticeRelay.Attempt {
      state.withLock { state in
        state.tries += 1
        state.now += 1
        state.most = max(state.most, state.now)
      }
      await Task.yield()
      return state.withLock { state in
        state.now -= 1
        if state.attempt == .sent { state.sent.append(phone) }
        return state.attempt
      }
    }
  }

  private final class Clock: Sendable {
    private let ahead = Mutex(0)
    func now() -> UnixMilliseconds { currentMilliseconds() + ahead.withLock { $0 } }
    func advance(minutes: Int) { ahead.withLock { $0 += minutes * 60_000 } }
  }

  private struct Office {
    let zones: TestZones
    let gateway = Gateway()
    let clock = Clock()
    let dmz: RunningZone
    let intranet: RunningZone

    init() throws {
      var limits = TestZones.quickLimits
      limits.heartbeatSeconds = 1
      zones = try TestZones(limits: limits)
      dmz = try RunningZone(zones.dmz, sendSMS: { [gateway] phone, _ in await gateway.send(phone) })
      intranet = try RunningZone(zones.intranet, now: { [clock] in clock.now() })
    }

    func answerALetter() async throws -> String {
      let number = try await dmz.citizens.submit(id: UUID(), draft: draft(), credentials: .generate()).number
      try await intranet.eventually("the letter is on the desk") {
        (try? await intranet.desk.letter(number: number, for: intranet.clerk)) != nil
      }
      try await intranet.desk.signFor(number: number, by: intranet.clerk)
      try await intranet.desk.answer(number: number, text: "已修复。", isPublic: false, by: intranet.clerk)
      return number
    }

    /// While the DMZ is not heard nothing is asked for again.
    func remind() async throws {
      try await intranet.eventually("the DMZ is heard") { try await !intranet.desk.contact().isLate }
      try await intranet.reminder.remind()
    }

    func state(_ number: String) async throws -> NoticeState? {
      try await intranet.desk.letter(number: number, for: intranet.clerk).notice
    }

    /// What is kept of number and text.
    func kept() async throws -> String {
      try await intranet.database.read { db in
        try db.one(String.self, "SELECT COALESCE(group_concat(phone || text), '') FROM notice") ?? ""
      }
    }

    func hasHeard(_ tries: Int) async throws {
      try await dmz.eventually("the gateway was asked \(tries) times") { gateway.tries >= tries }
      try await intranet.eventually("what the DMZ said is here") {
        try await dmz.count("SELECT COUNT(*) FROM outbox WHERE type LIKE 'notice.%'") == 0
      }
    }

    func stop() async throws {
      try await dmz.stop()
      try await intranet.stop()
    }
  }

  @Test func `a gateway that is away for an hour loses no notice, and each goes out once`() async throws {
    let office = try Office()
    office.gateway.answer(.failedForNow)
    let number = try await office.answerALetter()
    try await office.hasHeard(1)
    // The DMZ's word may come before or after the look, which then finds nothing due yet.
    try await office.intranet.eventually("it is tried again and again", everyMilliseconds: 300) {
      office.clock.advance(minutes: 11)
      try await office.remind()
      return office.gateway.tries >= 4
    }
    #expect(office.gateway.sent == [])
    #expect(try await office.state(number) == .waiting)
    #expect(try await office.kept().contains("编号 \(number)"))
    office.gateway.answer(.sent)
    try await office.intranet.eventually("it went out") {
      office.clock.advance(minutes: 60)
      try await office.remind()
      return try await office.state(number) == .sent
    }
    #expect(office.gateway.sent == [draft().phone])
    #expect(try await office.kept() == "")
    #expect(try await office.intranet.desk.undeliveredNotices(for: office.intranet.clerk, limit: 10).total == 0)
    try await office.stop()
  }

  @Test func `a number that the gateway refuses is given up at once, and the desk names the letter`() async throws {
    let office = try Office()
    office.gateway.answer(.refused)
    let number = try await office.answerALetter()
    try await office.intranet.eventually("it is given up") { try await office.state(number) == .failed }
    #expect(try await office.kept() == "" && office.gateway.tries == 1)
    let undelivered = try await office.intranet.desk.undeliveredNotices(for: office.intranet.clerk, limit: 10)
    #expect(undelivered.numbers == [number] && undelivered.total == 1)
    var stranger = office.intranet.clerk
    stranger.mailboxes = ["transport"]
    #expect(try await office.intranet.desk.undeliveredNotices(for: stranger, limit: 10).total == 0)
    office.clock.advance(minutes: 15 * 24 * 60)
    #expect(try await office.intranet.desk.undeliveredNotices(for: office.intranet.clerk, limit: 10).total == 0)
    try await office.stop()
  }

  @Test func `what could not be sent for three days is given up`() async throws {
    let office = try Office()
    office.gateway.answer(.failedForNow)
    let number = try await office.answerALetter()
    try await office.hasHeard(1)
    office.clock.advance(minutes: NoticeSchedule.givenUpAfterHours * 60 - 10)
    try await office.remind()
    #expect(try await office.state(number) == .waiting)
    try await office.intranet.eventually("it is given up") {
      office.clock.advance(minutes: 6 * 60)
      try await office.remind()
      return try await office.state(number) == .failed
    }
    #expect(try await office.kept() == "")
    try await office.stop()
  }

  @Test func `hundreds at once reach the gateway a few at a time, and all go out`() async throws {
    let office = try Office()
    let count = 300
    try await office.intranet.database.write { db in
      for index in 0..<count {
        try db.run(
          """
          INSERT INTO notice (id, letter, phone, text, state, attempts, next_request, requested_at)
          VALUES (?, ?, ?, '文本', 'waiting', 1, 0, ?)
          """, "n\(index)", newIdentifier(at: currentMilliseconds()), "138\(10_000_000 + index)", currentMilliseconds())
      }
    }
    try await office.remind()
    try await office.intranet.eventually("all went out") {
      try await office.intranet.count("SELECT COUNT(*) FROM notice WHERE state = 'sent'") == count
    }
    #expect(Set(office.gateway.sent).count == count && office.gateway.tries == count)
    #expect(office.gateway.most <= NoticeRelay.sendersAtOnce)
    try await office.stop()
  }

  @Test func `a notice whose next try was set under a clock far ahead is tried now`() async throws {
    let office = try Office()
    office.gateway.answer(.failedForNow)
    let number = try await office.answerALetter()
    try await office.hasHeard(1)
    try await office.intranet.database.write { db in
      try db.run("UPDATE notice SET next_request = next_request + ?", 20 * 86_400_000)
    }
    office.gateway.answer(.sent)
    try await office.remind()
    try await office.intranet.eventually("it went out") { try await office.state(number) == .sent }
    try await office.stop()
  }
}
