import Foundation
import Letters
import People
import Roles
import Storage
import Testing
import ZoneHarness

/// Where a question, an extension, a joining and a taking back meet.
@Suite struct StepsThatMeet {
  @Test func `what came before an answer, or ended a wait, is not taken back`() async throws {
    let office = try await AskedOffice(exchanging: true)
    let dmz = try RunningZone(office.zones.dmz)
    let number = try await office.letter()
    try await office.handed(number, units: ["housing", "roads"])
    try await office.ask(number)
    // The assisting unit signs for its part; then the answer comes.
    try await office.take(.unitSignFor, number, by: "lei", branch: 2)
    try await dmz.send(office.answer(number, question: office.question(number), "3号楼。"))
    try await office.intranet.eventually("the answer is there") { try await !office.read(number).isPaused }
    await #expect(throws: LetterError.wrongStage(.signedFor)) {
      try await office.take(.takeBack, number, by: "lei", branch: 2)
    }
    #expect(try await office.queue(of: "jie") == [number])
    // A recall ends the second wait, and stands.
    try await office.ask(number, "几单元？")
    try await office.take(.recallUnit, number, by: "fang", [.unit: ["housing"], .reason: ["改派"]])
    #expect(try await !office.read(number).isPaused)
    await #expect(throws: (any Error).self) { try await office.take(.takeBack, number, by: "fang") }
    try await dmz.stop()
    try await office.intranet.stop()
  }

  @Test func `nobody grants what they asked for, not in a leader's stead either; the citizen is told the new date`()
    async throws
  {
    let office = try await AskedOffice()
    let number = try await office.letter()
    try await office.handed(number)
    let root = try #require(
      try await office.intranet.office.official(certificate: AskedOffice.root.certificateFingerprint))
    try await office.intranet.office.change(
      OfficePerson(identifier: "jie", name: "jie", unit: "housing", roles: [.handler, .leader], mailboxes: []), by: root
    )
    try await office.intranet.office.give(mailbox: "mayor", toUnit: "housing", by: root)
    try await office.take(.askExtension, number, by: "jie", branch: 1, [.reason: ["等待检测"]])
    await #expect(throws: LetterError.notAllowed) {
      try await office.take(.grantExtension, number, by: "jie", branch: 1, [.opinion: ["同意"]])
    }
    try await office.take(.grantExtension, number, by: "wei", branch: 1, [.opinion: ["同意"]])
    let lines = try await office.intranet.database.read { db in
      try db.all(String.self, "SELECT chinese FROM letter_line ORDER BY position")
    }
    #expect(lines.last?.contains("2026-11-23") == true, "\(lines)")
    try await office.intranet.stop()
  }

  @Test func `a joined letter keeps its other one from being put back where nobody sorts it`() async throws {
    let office = try await AskedOffice()
    let (main, joined) = (try await office.letter("2026-000001"), try await office.letter("2026-000002"))
    for number in [main, joined] { try await office.take(.signFor, number, by: "fang") }
    try await office.take(.junk, main, by: "fang", [.reason: ["广告"]])
    try await office.take(.restore, main, by: "fang")
    try await office.take(.merge, joined, by: "fang", [.otherLetter: [main]])
    await #expect(throws: (any Error).self) { try await office.take(.takeBack, main, by: "fang") }
    // It waits for the other one, and nothing of its own is late.
    office.clock.wait(days: 60)
    let official = try await office.official("fang")
    let shown = try await office.desk.folder(.all, for: official, limit: 10).letters.first { $0.number == joined }
    #expect(shown?.due == nil)
    try await office.intranet.stop()
  }

  @Test func `the unit complained of does not find what it had a part in`() async throws {
    let office = try await AskedOffice()
    let number = try await office.letter()
    try await office.handed(number)
    try await office.take(.submit, number, by: "jie", branch: 1, [.draftAnswer: ["已修好"]])
    try await office.take(.passUp, number, by: "wei", branch: 1)
    let unit = try await office.official("na")
    try await office.desk.indexLetters()
    #expect(try await office.desk.search(number, for: unit, limit: 10)?.letters.count == 1)
    try await office.take(.sendBack, number, by: "ming", [.reason: ["系投诉该局"]])
    try await office.take(
      .dispatch, number, by: "fang",
      [.units: ["roads"], .leadUnit: ["roads"], .unitDue: ["2026-11-10"], .complaintAbout: ["housing"]])
    #expect(try await office.desk.search(number, for: unit, limit: 10)?.letters.count == 0)
    #expect(try await office.desk.folder(.all, for: unit, limit: 10).letters.count == 0)
    try await office.intranet.stop()
  }
}
