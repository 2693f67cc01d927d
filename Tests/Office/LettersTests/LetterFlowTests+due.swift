import Foundation
import Letters
import People
import Roles
import Storage
import Testing
import Timestamps
import ZoneHarness

/// Limits, what is due, and desks whose people have moved.
extension LetterFlowTests {
  @Test func `a limit fires once, after a week's outage too, and whoever is to urge finds the letter`() async throws {
    let number = try await letter()
    #expect(try await desk.fireTimers() == 0)
    #expect(try await queue(of: "ming") == [])
    clock.wait(days: 7)
    #expect(try await desk.fireTimers() == 1)
    #expect(try await desk.fireTimers() == 0)
    #expect(try await queue(of: "ming") == [number], "the leader urges")
    #expect(try await queue(of: "fang") == [number])
    let history = try await desk.letter(number: number, for: try await official("fang")).history
    #expect(history.map(\.act) == [nil])
    // The step that was waited for takes the limit away, and the next one begins.
    try await take(.signFor, number, by: "fang")
    #expect(try await queue(of: "ming") == [])
    #expect(try await folder(.tracking, of: "fang") == [number])
    clock.wait(days: 4)
    #expect(try await desk.fireTimers() == 1)
    #expect(try await folder(.untreated, of: "fang") == [number])
    #expect(try await folder(.tracking, of: "fang") == [])
    try await zone.stop()
  }

  @Test func `what is due today and overdue is counted and listed, the first before the others`() async throws {
    // Questions are promised in five working days: on Monday the 9th.
    let numbers = [try await letter("2026-000002"), try await letter("2026-000001")]
    try await desk.beginTimers()
    let fang = try await official("fang")
    for number in numbers { try await take(.signFor, number, by: "fang") }
    func due(_ span: LetterDueSpan) async throws -> [String] {
      try await desk.due(span, for: fang, limit: 10).letters.map(\.number)
    }
    #expect(try await desk.dueCounts(for: fang) == [.today: 0, .overdue: 0])
    try await zone.database.write { db in
      // As the arrival over the link has it; these were put into the database.
      try db.run("UPDATE letter_place SET sort_at = ? WHERE folder = 'tracking'", 1_794_240_000_000)
    }
    clock.wait(days: 7)
    #expect(try await due(.today) == ["2026-000001", "2026-000002"])
    #expect(try await due(.overdue) == [])
    clock.wait(days: 1)
    #expect(try await due(.today) == [])
    #expect(try await due(.overdue) == ["2026-000001", "2026-000002"])
    #expect(try await desk.dueCounts(for: fang) == [.today: 0, .overdue: 2])
    await #expect(throws: LetterError.notAllowed) { try await desk.due(.overdue, for: Self.root, limit: 10) }
    try await zone.stop()
  }

  @Test func `a thousand limits of one day all fire, each once`() async throws {
    for index in 0..<1_100 {
      _ = try await zone.database.write { db in
        try db.run(
          "INSERT INTO letter_timer (letter, branch, entry, since, at) VALUES (?, 0, 1, 0, ?)", "gone-\(index)", index)
      }
    }
    var fired: [Int] = []
    repeat { fired.append(try await desk.fireTimers()) } while fired.last != 0
    #expect(fired == [500, 500, 100, 0])
    try await zone.stop()
  }

  @Test func `whoever was named and moves away loses the letter to the role, however often it failed before`()
    async throws
  {
    let number = try await letter()
    try await take(.signFor, number, by: "fang")
    try await take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    try await desk.followPeople()
    #expect(try await queue(of: "yan") == [])
    try await zone.office.change(
      OfficePerson(identifier: "ming", name: "ming", unit: "roads", roles: [.leader], mailboxes: []),
      by: try #require(try await zone.office.official(certificate: Self.root.certificateFingerprint)))
    // The move of the letter fails: the next round does it.
    try await zone.database.write { db in
      try db.run("CREATE TRIGGER broken BEFORE INSERT ON letter_place BEGIN SELECT RAISE(ABORT, 'no'); END")
    }
    await #expect(throws: (any Error).self) { try await desk.followPeople() }
    try await zone.database.write { db in try db.run("DROP TRIGGER broken") }
    try await desk.followPeople()
    #expect(try await queue(of: "yan") == [number])
    try await zone.stop()
  }

  @Test func `a letter that cannot be read stops no other`() async throws {
    let (broken, whole) = (try await letter("2026-000001"), try await letter("2026-000002"))
    for number in [broken, whole] {
      try await take(.signFor, number, by: "fang")
      try await take(.present, number, by: "fang", [.leader: ["ming"], .proposal: ["拟办"]])
    }
    try await zone.database.write { db in
      try db.run("UPDATE desk_letter SET item = x'7b' WHERE number = ?", broken)
    }
    try await desk.beginTimers()
    try await desk.followPeople()
    clock.wait(days: 3)
    #expect(try await desk.fireTimers() == 2)
    #expect(try await desk.fireTimers() == 0)
    #expect(try await desk.rebuildPlaces() == 2)
    let history = try await desk.letter(number: whole, for: try await official("fang")).history
    #expect(history.map(\.act) == [.signFor, .present, nil])
    try await zone.stop()
  }

  @Test func `a letter's page shows the newest lines of a long history`() async throws {
    let number = try await letter()
    try await zone.database.write { db in
      for position in 1...600 {
        try db.run(
          """
          INSERT INTO letter_act (letter, position, at, act, branch, unit, state_before, state_after, person, handler,
            proof, fields) VALUES (?, ?, ?, 'sign-for', 0, '', '', '', 'p', ?, 'tls', x'7b7d')
          """, "id-\(number)", position, position, "\(position)")
      }
    }
    let history = try await desk.letter(number: number, for: try await official("fang")).history
    #expect(history.map(\.handler) == (101...600).map { "\($0)" })
    try await zone.stop()
  }
}
