import Foundation
import JSON
import Testing
import TransparencyLog

@testable import AuditLog

@Suite struct TimesOfALog {
  private func jump(_ log: WrittenLog, at seconds: Double, before: Double, milliseconds: Int) -> [UInt8] {
    log.entry(
      .clockJumped, at: seconds,
      ["before": .string(WrittenLog.time(before)), "milliseconds": .integer(milliseconds)])
  }

  @Test func mayGoBackByAFewSecondsOnly() throws {
    let log = try WrittenLog()
    try log.append([0, 100, 91, 300].map { log.entry(.zoneStarted, at: $0) })
    #expect(try log.check().faults.isEmpty)
  }

  @Test func areAFaultWhereTheyRunBackwards() throws {
    let log = try WrittenLog()
    try log.append([0, 1_000, 400, 401, 1_001, 1_002, 30].map { log.entry(.zoneStarted, at: $0) })
    let faults = try log.check().faults
    #expect(faults.count == 2)
    #expect(faults[0].hasPrefix("entries 2 to 3 bear an earlier time"))
    #expect(faults[0].contains("from \(WrittenLog.time(400)), after \(WrittenLog.time(1_000))"))
    #expect(faults[1].hasPrefix("entry 6 bears an earlier time"))
  }

  @Test func areFoundOverTheBoundsOfTiles() throws {
    let log = try WrittenLog()
    let late = (0..<20_000).map { log.entry(.zoneStarted, at: $0 == 19_000 ? 5 : Double($0)) }
    try log.append(late)
    #expect(try log.check().faults.map { $0.prefix(11) } == ["entry 19000"])
  }

  @Test func mayGoBackWhereTheClockWasMovedAndTheLogSaysSo() throws {
    let log = try WrittenLog()
    let moved = jump(log, at: 402, before: 1_002, milliseconds: -600_000)
    try log.append([1_000, 401].map { log.entry(.zoneStarted, at: $0) } + [moved] + [log.entry(.zoneStarted, at: 403)])
    let result = try log.check()
    #expect(result.faults.isEmpty)
    #expect(result.notes == ["entry 2: the clock was moved by -600000 ms, to \(WrittenLog.time(402))"])
  }

  @Test(arguments: [
    // Another time than it says; from another time than was; long after.
    (402.0, 1_002.0, -60_000), (402.0, 500.0, -98_000), (900.0, 1_500.0, -600_000),
    (402.0, 1_002.0, Int.min),
  ])
  func areAFaultWhereTheWordOnTheClockDoesNotFit(at: Double, before: Double, milliseconds: Int) throws {
    let log = try WrittenLog()
    try log.append(
      [1_000, 401].map { log.entry(.zoneStarted, at: $0) }
        + [jump(log, at: at, before: before, milliseconds: milliseconds)])
    #expect(try log.check().faults.count == 1)
  }

  @Test func ofWhatWaitedForANewLogAreOlderThanItsFirstEntry() throws {
    let log = try WrittenLog()
    let opened = log.entry(
      .logOpened, at: 5_000, ["log": .string("dmz/audit/1"), "reason": .string("test"), "before": .null])
    try log.append([opened] + [100, 200, 5_001].map { log.entry(.zoneStarted, at: $0) })
    #expect(try log.check().faults.isEmpty)
  }

  @Test func areComparedWithTheWitnesss() throws {
    let log = try WrittenLog()
    try log.append([0, 1, 2].map { log.entry(.zoneStarted, at: $0) })
    try log.cosign(at: 600)
    try log.append([60, 61, 700].map { log.entry(.zoneStarted, at: $0) })
    let result = try log.check()
    #expect(result.faults.isEmpty)
    #expect(result.notes.count == 1 && result.notes[0].hasPrefix("2 entries from 3 on were not cosigned"))
    #expect(try log.check(carriedWithinMinutes: 60).faults.isEmpty)
    let strict = try log.check(carriedWithinMinutes: 5)
    #expect(strict.faults.count == 1 && strict.faults[0].hasPrefix("2 entries from 3 on were not cosigned"))
  }

  @Test func thatAreAheadOfTheWitnesssAreTold() throws {
    let log = try WrittenLog()
    try log.append([0, 9_000].map { log.entry(.zoneStarted, at: $0) })
    try log.cosign(at: 600)
    let notes = try log.check().notes
    #expect(notes.count == 1 && notes[0].hasPrefix("1 entries from 1 on were cosigned"))
  }
}
