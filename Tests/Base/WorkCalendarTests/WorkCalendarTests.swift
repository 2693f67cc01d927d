import Testing
import WorkCalendar

@Suite struct AWorkCalendar {
  private let calendar: WorkCalendar

  init() throws { calendar = try Shipped.calendar() }

  @Test func `has the years of its folder, each with the digest of its file`() {
    #expect(calendar.years.map(\.year) == [2024, 2025, 2026])
    #expect(calendar.years.map(\.notice) == ["国办发明电〔2023〕7号", "国办发明电〔2024〕12号", "国办发明电〔2025〕7号"])
    #expect(Set(calendar.years.map(\.version)).count == 3)
    #expect(calendar.years.allSatisfy { $0.version.utf8.count == 64 })
    #expect(calendar.years.map(\.days.count) == [366, 365, 365])
  }

  @Test(arguments: [
    ("2026-02-13", OfficialYear.Kind.workday), ("2026-02-14", .worked), ("2026-02-15", .off), ("2026-02-23", .off),
    ("2026-02-24", .workday), ("2026-03-01", .weekend), ("2024-02-29", .workday),
  ]) func `knows what a day is`(text: String, kind: OfficialYear.Kind) throws {
    #expect(try calendar.kind(of: day(text)) == kind)
    #expect(try calendar.isWorkingDay(day(text)) == [.workday, .worked].contains(kind))
  }

  @Test func `counts working days both ways`() throws {
    let (start, end) = (try day("2026-02-10"), try day("2026-03-09"))
    #expect(try calendar.workingDays(from: start, to: end) == 15)
    #expect(try calendar.workingDays(from: end, to: start) == -15)
    #expect(try calendar.workingDays(from: start, to: start) == 0)
    #expect(try calendar.workingDays(from: day("2026-02-14"), to: day("2026-02-23")) == 0)
    #expect(try calendar.workingDays(from: day("2026-02-13"), to: day("2026-02-14")) == 1)
  }

  @Test func `finds the working day that a number of them leads to, forwards and backwards`() throws {
    #expect(try calendar.workingDay(count(1), after: day("2026-02-14")) == day("2026-02-24"))
    #expect(try calendar.workingDay(count(1), before: day("2026-02-24")) == day("2026-02-14"))
    #expect(try calendar.workingDay(count(3), before: day("2026-03-09")) == day("2026-03-04"))
    #expect(try calendar.workingDay(count(0), after: day("2026-02-15")) == day("2026-02-15"))
    #expect(try calendar.workingDay(onOrAfter: day("2026-02-15")) == day("2026-02-24"))
    #expect(try calendar.workingDay(onOrAfter: day("2026-02-14")) == day("2026-02-14"))
    for first in try calendar.year(2025).days {
      let later = try calendar.workingDay(count(7), after: first)
      #expect(try calendar.workingDays(from: first, to: later) == 7)
      if try calendar.isWorkingDay(first) {
        #expect(try calendar.workingDay(count(7), before: later) == first)
      }
    }
  }

  @Test func `guesses nothing about a year that it lacks`() throws {
    let (end, beginning) = (try day("2026-12-31"), try day("2024-01-01"))
    func misses(_ year: Int, _ body: () throws -> Void) {
      #expect(throws: MissingYear(year: year)) { try body() }
    }
    misses(2027) { _ = try calendar.workingDay(count(1), after: end) }
    misses(2023) { _ = try calendar.workingDay(count(1), before: beginning) }
    misses(2027) { _ = try calendar.workingDays(from: end, to: day("9999-12-31")) }
    misses(2027) { _ = try calendar.kind(of: day("2027-01-01")) }
    misses(2027) { _ = try calendar.year(2027) }
    misses(10_000) { _ = try WorkCalendar([allOff(9_999)]).workingDay(onOrAfter: day("9999-12-31")) }
    misses(0) { _ = try WorkCalendar([allOff(1)]).workingDay(count(1), before: day("0001-01-01")) }
  }

  @Test func `comes to an end where every day is off`() throws {
    let years = WorkCalendar((2_000...2_009).map { allOff($0) })
    let most = try count(DayCount.atMost)
    #expect(throws: MissingYear(year: 2_010)) { try years.due(from: day("2000-01-01"), .workingDays(most)) }
    #expect(throws: MissingYear(year: 2_010)) { try years.due(from: day("2000-01-01"), .days(count(1))) }
    #expect(throws: MissingYear(year: 1_999)) { try years.workingDay(most, before: day("2009-12-31")) }
    #expect(try years.workingDays(from: day("2000-01-01"), to: day("2009-12-31")) == 0)
  }

  @Test func `counts by the first of two calendars of a year`() throws {
    let both = WorkCalendar([allOff(2026), try calendar.year(2026)])
    #expect(try both.kind(of: day("2026-03-09")) == .off)
  }

  private func allOff(_ year: Int) -> OfficialYear {
    let bare = OfficialYear(year: year, notice: "", holidays: [], worked: [])
    let days = bare.days
    guard let first = days.first, let last = days.last else { return bare }
    return OfficialYear(
      year: year, notice: "", holidays: [.init(first: first, last: last, name: "")], worked: [])
  }

  @Test(arguments: [-1, DayCount.atMost + 1, .min, .max]) func `takes no term beyond ten years`(number: Int) {
    #expect(DayCount(number) == nil)
  }

  @Test func `takes terms up to ten years`() { #expect(DayCount(DayCount.atMost)?.number == 3_660) }
}
