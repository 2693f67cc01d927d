import Flows
import Foundation
import Letters
import People
import Storage
import Testing
import ZoneHarness

/// Reminders before the promised date, urging and supervision after it, and alarms by the days since acceptance.
@Suite struct CallTests {
  private let office: FlowOffice

  init() async throws { office = try await FlowOffice() }

  private func events(_ number: String) async throws -> [LetterHistory] {
    try await office.read(number, by: "fang").history.compactMap(\.event)
      .filter { [.reminded, .urgedByClock, .supervised, .alarmed].contains($0) }
  }

  private func rows(of person: String) async throws -> [DeskLetterSummary] {
    try await office.desk.queue(for: try await office.official(person), limit: 10).letters
  }

  @Test func `holders are reminded before the date and urged after it, and then a leader supervises, each once`()
    async throws
  {
    // Promised by Monday, the 9th.
    let number = try await office.letter()
    try await office.assigned(number)
    #expect(try await office.desk.fireCalls() == 0)
    office.wait(days: 3)
    #expect(try await office.desk.fireCalls() == 1)
    #expect(try await office.desk.fireCalls() == 0)
    #expect(try await events(number) == [.reminded])
    #expect(try await rows(of: "jie").map(\.isReminded) == [true])
    office.wait(days: 5)
    #expect(try await office.desk.fireCalls() == 1)
    #expect(try await events(number) == [.reminded, .urgedByClock])
    #expect(try await rows(of: "jie").map(\.isUrged) == [true])
    #expect(try await rows(of: "ming").isEmpty)
    office.wait(days: 6)
    #expect(try await office.desk.fireCalls() == 1)
    #expect(try await events(number) == [.reminded, .urgedByClock, .supervised])
    #expect(try await rows(of: "ming").map(\.state.chinese) == ["督办"])
    try await office.desk.rebuildPlaces()
    #expect(try await rows(of: "ming").map(\.state.chinese) == ["督办"], "it follows from what is stored")
    // What ends the letter ends that.
    try await office.settled(number)
    #expect(try await rows(of: "ming").isEmpty)
    #expect(try await office.zone.count("SELECT COUNT(*) FROM letter_call WHERE fired_at IS NULL") == 0)
    try await office.zone.stop()
  }

  @Test func `after weeks of standstill nobody is flooded`() async throws {
    let number = try await office.letter()
    try await office.assigned(number)
    office.wait(days: 80)
    var fired: [Int] = []
    repeat { fired.append(try await office.desk.fireCalls()) } while fired.last != 0
    #expect(try await events(number) == [.urgedByClock, .supervised, .alarmed], "and no reminder of what has passed")
    #expect(try await rows(of: "ming").count == 1)
    try await office.zone.stop()
  }

  @Test func `a date that moves takes what has not fired along, and begins anew`() async throws {
    let number = try await office.letter()
    try await office.assigned(number)
    office.wait(days: 3)
    #expect(try await office.desk.fireCalls() == 1)
    try await office.take(.askExtension, number, by: "jie", branch: 1, [.reason: ["等待检测"]])
    try await office.take(.grantExtension, number, by: "ming", branch: 1)
    #expect(try await rows(of: "jie").map(\.isReminded) == [false])
    // Until the 23rd now.
    office.wait(days: 8)
    #expect(try await office.desk.fireCalls() == 0)
    office.wait(days: 6)
    #expect(try await office.desk.fireCalls() == 1)
    #expect(try await events(number) == [.reminded, .reminded])
    try await office.zone.stop()
  }

  @Test func `an alarm comes by the days since acceptance, whatever was promised`() async throws {
    let number = try await office.letter(kind: .suggestion)
    try await office.take(.signFor, number, by: "fang")
    _ = try await office.zone.database.write { db in
      try db.run("UPDATE desk_letter SET promise = NULL, due_at = NULL")
    }
    try await office.desk.rebuildPlaces()
    office.wait(days: 29)
    #expect(try await office.desk.fireCalls() == 0)
    office.wait(days: 1)
    #expect(try await office.desk.fireCalls() == 1)
    #expect(try await rows(of: "ming").map(\.state.chinese) == ["受理已满30日"])
    office.wait(days: 30)
    #expect(try await office.desk.fireCalls() == 1)
    #expect(try await rows(of: "ming").map(\.state.chinese) == ["受理已满60日"])
    try await office.zone.stop()
  }
}
