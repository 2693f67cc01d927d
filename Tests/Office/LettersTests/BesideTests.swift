import Flows
import Foundation
import Letters
import People
import Storage
import Testing
import ZoneHarness

/// Urging, notes, and taking one's last step back.
@Suite struct BesideTests {
  private let office: FlowOffice

  init() async throws { office = try await FlowOffice() }

  // MARK: 催办

  @Test func `an urged unit finds the letter above all others until it moves, once a working day`() async throws {
    let numbers = [try await office.letter("2026-000001"), try await office.letter("2026-000002")]
    for number in numbers { try await office.dispatched(number) }
    #expect(try await office.queue(of: "na") == numbers)
    func urge(_ person: String = "fang", _ unit: String = "housing") async throws {
      try await office.take(.urge, numbers[1], by: person, [.unit: [unit], .note: ["请尽快签收"]])
    }
    try await urge()
    let page = try await office.desk.queue(for: try await office.official("na"), limit: 10).letters
    #expect(page.map(\.number) == numbers.reversed() && page.map(\.isUrged) == [true, false])
    let lists = try await office.desk.due(.overdue, for: try await office.official("na"), limit: 10)
    #expect(lists.letters.isEmpty, "it is urged, not overdue")
    await #expect(throws: LetterError.field(.note, .urgedToday)) { try await urge("ming") }
    await #expect(throws: LetterError.field(.unit, .unknown)) { try await urge("ming", "roads") }
    await #expect(throws: LetterError.notAllowed) { try await urge("na") }
    #expect(try await office.read(numbers[1], by: "na").history.last?.act == .urge)
    // From Friday on, Monday is the next working day.
    office.wait(days: 4)
    try await urge()
    office.wait(days: 1)
    await #expect(throws: LetterError.field(.note, .urgedToday)) { try await urge() }
    office.wait(days: 2)
    try await urge("ming")
    try await office.take(.unitSignFor, numbers[1], by: "na", branch: 1)
    let after = try await office.desk.queue(for: try await office.official("na"), limit: 10).letters
    #expect(after.map(\.isUrged) == [false, false])
    try await office.zone.stop()
  }

  @Test func `a unit's leader urges its handler`() async throws {
    let number = try await office.letter()
    try await office.assigned(number)
    for person in ["na", "jie", "hua"] {
      await #expect(throws: LetterError.notAllowed, "\(person)") {
        try await office.take(.urge, number, by: person, branch: 1, [.note: ["请尽快"]])
      }
    }
    try await office.take(.urge, number, by: "wei", branch: 1, [.note: ["请尽快"]])
    #expect(
      try await office.desk.queue(for: try await office.official("jie"), limit: 10).letters.map(\.isUrged) == [true])
    try await office.desk.rebuildPlaces()
    #expect(
      try await office.desk.queue(for: try await office.official("jie"), limit: 10).letters.map(\.isUrged) == [true])
    try await office.zone.stop()
  }

  // MARK: 批注

  @Test func `a note is read by the mailbox's people and the writer's own unit`() async throws {
    let number = try await office.letter()
    try await office.dispatched(number, to: ["housing", "roads"])
    let places = try await office.zone.count("SELECT COUNT(*) FROM letter_place")
    try await office.take(.note, number, by: "fang", [.note: ["来电催过"]])
    try await office.take(.note, number, by: "na", [.note: ["已联系物业"]])
    func notes(_ person: String) async throws -> [String] {
      try await office.read(number, by: person).history.filter { $0.act == .note }.flatMap(\.fields).map(\.text)
    }
    #expect(try await notes("ming") == ["来电催过", "已联系物业"])
    #expect(try await notes("wei") == ["已联系物业"])
    #expect(try await notes("lei") == [])
    #expect(try await office.zone.count("SELECT COUNT(*) FROM letter_place") == places)
    await #expect(throws: LetterError.notFound) {
      try await office.take(.note, number, by: "li", [.note: ["看看"]])
    }
    await #expect(throws: LetterError.field(.note, .missing)) { try await office.take(.note, number, by: "fang") }
    // Who reads the part of the unit below reads what was done there, and not what its people note for each other.
    try await office.take(.unitSignFor, number, by: "na", branch: 1)
    try await office.take(.passDown, number, by: "na", branch: 1, [.childUnit: ["repairs"]])
    try await office.take(.note, number, by: "li", [.note: ["缺材料"]])
    #expect(try await notes("li") == ["缺材料"])
    #expect(try await notes("wei") == ["已联系物业"])
    #expect(try await notes("ming") == ["来电催过", "已联系物业", "缺材料"])
    try await office.zone.stop()
  }

  @Test func `a letter has at most 200 notes`() async throws {
    let number = try await office.letter()
    for index in 0..<200 { try await office.take(.note, number, by: "fang", [.note: ["\(index)"]]) }
    await #expect(throws: LetterError.field(.note, .tooMany)) {
      try await office.take(.note, number, by: "fang", [.note: ["再记"]])
    }
    try await office.zone.stop()
  }

  // MARK: 取回

  @Test func `a step is taken back as long as nobody who has the letter now has opened it`() async throws {
    let number = try await office.letter()
    try await office.take(.signFor, number, by: "fang")
    await #expect(throws: LetterError.wrongStage(.signedFor), "the citizen has been told") {
      try await office.take(.takeBack, number, by: "fang")
    }
    office.wait(days: 1)
    let limit = try await office.zone.count("SELECT at FROM letter_timer")
    try await office.take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    // Whoever has it not, and the one who gave it away, may look.
    for person in ["fang", "lan", "yan"] { _ = try await office.read(number, by: person) }
    await #expect(throws: LetterError.notAllowed) { try await office.take(.takeBack, number, by: "lan") }
    #expect(try await office.queue(of: "ming") == [number])
    try await office.take(.takeBack, number, by: "fang")
    #expect(try await office.queue(of: "ming") == [])
    #expect(try await office.queue(of: "fang") == [number])
    #expect(try await office.zone.count("SELECT at FROM letter_timer") == limit, "its limit goes on")
    let letter = try await office.read(number, by: "lan")
    #expect(letter.state.chinese == "预处理" && letter.history.suffix(2).map(\.act) == [.present, .takeBack])
    await #expect(throws: LetterError.wrongStage(.signedFor), "once") {
      try await office.take(.takeBack, number, by: "fang")
    }
    // A page from before knows that it is old.
    await #expect(throws: LetterError.wrongStage(.signedFor)) {
      try await office.take(.junk, number, by: "lan", entry: 2, [.reason: ["广告"]])
    }
    try await office.take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    _ = try await office.read(number, by: "ming")
    await #expect(throws: LetterError.wrongStage(.signedFor), "he has seen it") {
      try await office.take(.takeBack, number, by: "fang")
    }
    try await office.zone.stop()
  }

  @Test func `a handler takes a result back before the unit's leader has seen it, and nothing of it stays`()
    async throws
  {
    let number = try await office.letter()
    try await office.assigned(number)
    let places = try await office.zone.database.read { db in
      try db.all(String.self, "SELECT viewer || folder || state FROM letter_place ORDER BY viewer, folder, branch")
    }
    try await office.take(.submit, number, by: "jie", branch: 1, [.draftAnswer: ["已修好"]])
    await #expect(throws: LetterError.notAllowed) { try await office.take(.takeBack, number, by: "na", branch: 1) }
    try await office.take(.takeBack, number, by: "jie", branch: 1)
    #expect(
      try await office.zone.database.read { db in
        try db.all(String.self, "SELECT viewer || folder || state FROM letter_place ORDER BY viewer, folder, branch")
      } == places)
    #expect(try await office.read(number, by: "fang").branches.first?.draftAnswer == nil)
    try await office.take(.submit, number, by: "jie", branch: 1, [.draftAnswer: ["已修好。"]])
    // What somebody does beside makes it final, and so does whoever reads it in their stead.
    try await office.zone.office.delegate(
      from: "wei", to: "ming", from: Date(timeIntervalSinceNow: -60), until: Date(timeIntervalSinceNow: 3_600),
      by: try await office.root)
    _ = try await office.read(number, by: "ming")
    await #expect(throws: LetterError.wrongStage(.signedFor)) {
      try await office.take(.takeBack, number, by: "jie", branch: 1)
    }
    try await office.zone.stop()
  }

  @Test func `what the citizen is told of is not taken back`() async throws {
    let number = try await office.letter()
    try await office.dispatched(number)
    #expect(try await office.read(number, by: "fang").offer(.takeBack) == nil)
    await #expect(throws: LetterError.wrongStage(.signedFor)) {
      try await office.take(.takeBack, number, by: "fang")
    }
    try await office.zone.stop()
  }
}
