import Flows
import Foundation
import Letters
import People
import Storage
import Testing
import ZoneHarness

/// 延期: more time for whoever works on a letter.
@Suite struct ExtensionTests {
  private let office: FlowOffice

  init() async throws { office = try await FlowOffice() }

  private func ask(_ number: String, by person: String = "jie") async throws {
    try await office.take(.askExtension, number, by: person, branch: 1, [.reason: ["等待检测结果"]])
  }

  @Test func `granted, moves the promised date by ten working days, and says how it came about`() async throws {
    let number = try await office.letter()
    try await office.assigned(number)
    #expect(try await office.read(number, by: "fang").promise?.day == "2026-11-09")
    try await ask(number)
    #expect(try await office.queue(of: "ming") == [number])
    #expect(try await office.queue(of: "yan") == [number])
    #expect(try await office.queue(of: "jie") == [number], "no state has changed")
    let asked = try await office.read(number, by: "ming")
    #expect(asked.requests.map(\.state) == [.open] && asked.requests.first?.newPromise?.day == "2026-11-23")
    #expect(asked.promise?.day == "2026-11-09")
    try await office.take(.grantExtension, number, by: "ming", branch: 1, [.opinion: ["同意"]])
    let letter = try await office.read(number, by: "jie")
    #expect(letter.promise?.day == "2026-11-23" && letter.promise?.chinese.contains("延长10个工作日") == true)
    #expect(letter.requests.map(\.state) == [.granted])
    #expect(try await office.queue(of: "yan") == [])
    #expect(try await office.zone.count("SELECT due_at FROM desk_letter") == letter.promise?.end)
    let history = try await office.read(number, by: "fang").history.suffix(2)
    #expect(history.map(\.act) == [.askExtension, .grantExtension] && history.allSatisfy { $0.unit == "housing" })
    #expect(try await office.zone.count("SELECT COUNT(*) FROM act WHERE CAST(entry AS TEXT) LIKE '%-extension%'") == 2)
    // Once is all.
    #expect(letter.offer(.askExtension, branch: 1) == nil)
    await #expect(throws: LetterError.wrongStage(.signedFor)) { try await ask(number) }
    try await office.zone.stop()
  }

  @Test func `refused, leaves the date, and cannot be asked for again`() async throws {
    let number = try await office.letter()
    try await office.assigned(number)
    try await ask(number)
    await #expect(throws: LetterError.field(.reason, .missing)) {
      try await office.take(.refuseExtension, number, by: "yan", branch: 1)
    }
    try await office.take(.refuseExtension, number, by: "yan", branch: 1, [.reason: ["抓紧办理"]])
    let letter = try await office.read(number, by: "jie")
    #expect(letter.requests.map(\.state) == [.refused] && letter.promise?.day == "2026-11-09")
    #expect(letter.history.contains { $0.act == .refuseExtension }, "the unit reads why")
    await #expect(throws: LetterError.wrongStage(.signedFor)) { try await ask(number) }
    // Two leaders at once: the second learns of it.
    await #expect(throws: LetterError.wrongStage(.signedFor)) {
      try await office.take(.grantExtension, number, by: "ming", branch: 1)
    }
    try await office.zone.stop()
  }

  @Test
  func
    `is asked for by whoever works on it in the unit in charge, before the date, and decided by the mailbox's leaders`()
    async throws
  {
    let number = try await office.letter()
    try await office.dispatched(number, to: ["housing", "roads"])
    // Nobody works on it yet.
    await #expect(throws: LetterError.wrongStage(.signedFor)) { try await ask(number) }
    try await office.take(.unitSignFor, number, by: "na", branch: 1)
    try await office.take(.assign, number, by: "na", branch: 1, [.handler: ["jie"]])
    let before = try await office.state()
    for person in ["hua", "na", "wei", "fang", "ming"] {
      await #expect(throws: LetterError.notAllowed, "\(person)") { try await ask(number, by: person) }
    }
    await #expect(throws: LetterError.self) { try await ask(number, by: "lei") }
    await #expect(throws: LetterError.wrongStage(.signedFor)) {
      try await office.take(.askExtension, number, by: "jie", branch: 2, [.reason: ["等待"]])
    }
    #expect(try await office.state() == before)
    office.wait(days: 8)
    await #expect(throws: LetterError.wrongStage(.signedFor), "the date has passed") { try await ask(number) }
    try await office.zone.stop()
    let other = try await FlowOffice()
    let second = try await other.letter()
    try await other.assigned(second)
    try await other.take(.askExtension, second, by: "jie", branch: 1, [.reason: ["等待"]])
    for person in ["fang", "wei", "jie"] {
      await #expect(throws: LetterError.notAllowed, "\(person)") {
        try await other.take(.grantExtension, second, by: person, branch: 1)
      }
    }
    try await other.zone.stop()
  }

  @Test func `lapses when the letter leaves whoever asked, and can be asked for again`() async throws {
    let number = try await office.letter()
    try await office.assigned(number)
    try await ask(number)
    try await office.take(.handBack, number, by: "jie", branch: 1, [.reason: ["出差"]])
    #expect(try await office.read(number, by: "fang").requests.map(\.state) == [.closed])
    #expect(try await office.read(number, by: "fang").history.last?.event == .requestClosed)
    #expect(try await office.queue(of: "ming") == [])
    await #expect(throws: LetterError.wrongStage(.signedFor)) {
      try await office.take(.grantExtension, number, by: "ming", branch: 1)
    }
    try await office.take(.assign, number, by: "na", branch: 1, [.handler: ["hua"]])
    try await ask(number, by: "hua")
    #expect(try await office.read(number, by: "fang").requests.map(\.state) == [.closed, .open])
    // What ends the unit's part ends the request.
    try await office.take(.recallUnit, number, by: "fang", [.unit: ["housing"], .reason: ["改派"]])
    #expect(try await office.read(number, by: "fang").requests.map(\.state) == [.closed, .closed])
    try await office.zone.stop()
  }

  @Test func `has a limit of its own, which fires once, after a week's outage too`() async throws {
    let number = try await office.letter(kind: .suggestion)
    try await office.assigned(number)
    try await ask(number)
    #expect(try await office.desk.fireRequests() == 0)
    #expect(try await office.queue(of: "fang") == [])
    office.wait(days: 7)
    #expect(try await office.desk.fireRequests() == 1)
    #expect(try await office.desk.fireRequests() == 0)
    #expect(try await office.queue(of: "fang") == [number], "the clerk urges")
    #expect(try await office.queue(of: "ming") == [number])
    #expect(try await office.read(number, by: "fang").history.filter { $0.event == .requestLate }.count == 1)
    try await office.desk.rebuildPlaces()
    #expect(try await office.queue(of: "fang") == [number], "it follows from what is stored")
    try await office.take(.grantExtension, number, by: "ming", branch: 1)
    #expect(try await office.queue(of: "fang") == [])
    try await office.zone.stop()
  }

  @Test func `into a year without calendar leaves the date open, and guesses none`() async throws {
    office.wait(days: 49)
    let number = try await office.letter()
    // Monday, 21 December: by the 28th; ten working days more reach into a year that has no calendar yet.
    try await office.take(.signFor, number, by: "fang")
    try await office.take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    try await office.take(.instruct, number, by: "ming", [.instruction: ["请办理"]])
    try await office.take(
      .dispatch, number, by: "fang",
      [.units: ["housing"], .leadUnit: ["housing"], .unitDue: ["2026-12-28"], .complaintAbout: ["none"]])
    try await office.take(.unitSignFor, number, by: "na", branch: 1)
    try await office.take(.assign, number, by: "na", branch: 1, [.handler: ["jie"]])
    #expect(try await office.read(number, by: "fang").promise?.day == "2026-12-28")
    try await ask(number)
    #expect(try await office.read(number, by: "ming").requests.first?.newPromise == nil)
    try await office.take(.grantExtension, number, by: "ming", branch: 1)
    #expect(try await office.read(number, by: "fang").promise == nil)
    // The next start that finds no calendar either leaves it so.
    try await office.desk.beginTimers()
    try await office.desk.beginRequests()
    try await office.zone.stop()
  }

  @Test func `is kept when a date is worked out anew`() async throws {
    let number = try await office.letter()
    try await office.assigned(number)
    try await ask(number)
    try await office.take(.grantExtension, number, by: "ming", branch: 1)
    // As if no calendar had said when it was granted, and one were found at the next start.
    _ = try await office.zone.database.write { db in
      try db.run("UPDATE desk_letter SET promise = NULL, due_at = NULL")
    }
    try await office.desk.beginTimers()
    try await office.desk.beginRequests()
    #expect(try await office.read(number, by: "fang").promise?.day == "2026-11-23")
    try await office.zone.stop()
  }
}
