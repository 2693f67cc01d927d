import Foundation
import Testing
import WorkCalendar

@Suite struct ADay {
  @Test func `agrees with another implementation for four hundred years and at both ends`() throws {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    // From 1900-01-01; a whole cycle of leap years has 146,097 days.
    for number in -25_567..<(-25_567 + 146_097) {
      let day = try #require(Day(number: number))
      let date = day.date
      #expect(Day(year: date.year, month: date.month, day: date.day) == day)
      guard number % 97 == 0 else { continue }
      let other = calendar.dateComponents(
        [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: TimeInterval(number) * 86_400))
      #expect(other.year == date.year && other.month == date.month && other.day == date.day, "\(day)")
      // Theirs begins with 1 for Sunday.
      #expect((other.weekday ?? 0) == day.weekday % 7 + 1, "\(day)")
    }
    for text in ["0001-01-01", "9999-12-31", "1969-12-31", "2000-02-29"] { #expect(Day(text)?.description == text) }
    #expect(Day("1970-01-01")?.number == 0)
  }

  @Test func `ends with the years 1 and 9999`() throws {
    let (first, last) = (try #require(Day("0001-01-01")), try #require(Day("9999-12-31")))
    #expect(Day(number: first.number) == first && Day(number: last.number) == last)
    #expect(first.adding(-1) == nil && last.adding(1) == nil && first.adding(1)?.description == "0001-01-02")
    for number in [first.number - 1, last.number + 1, .min, .max] { #expect(Day(number: number) == nil) }
    #expect(last.adding(.max) == nil && first.adding(.min) == nil)
  }

  @Test(arguments: [
    "2027-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31", "2026-2-10", "26-02-10", "2026-02-1O",
    "2026-02-10 ", "-026-02-10", "+026-02-10", "2026/02/10", "0000-01-01", "", "--", "２０２６-02-10",
  ]) func `is not read from anything else`(text: String) { #expect(Day(text) == nil) }

  @Test(arguments: [("2026-02-10", 2), ("2026-02-14", 6), ("2026-02-15", 7), ("1969-12-28", 7), ("0001-01-01", 1)])
  func `knows its day of the week`(text: String, weekday: Int) throws {
    let day = try #require(Day(text))
    #expect(day.weekday == weekday && day.isWeekend == (weekday >= 6))
  }

  @Test func `begins in Shanghai eight hours before it does in Greenwich`() throws {
    let day = try #require(Day("2026-03-09"))
    #expect(day.endInShanghai == day.startInShanghai + 86_400_000)
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = try #require(TimeZone(identifier: "Asia/Shanghai"))
    for text in ["2026-03-09", "1970-01-01", "1992-07-01", "2100-02-28"] {
      let day = try #require(Day(text))
      let date = day.date
      let start = try #require(calendar.date(from: DateComponents(year: date.year, month: date.month, day: date.day)))
      #expect(day.startInShanghai == Int(start.timeIntervalSince1970 * 1_000), "\(day)")
      #expect(Day(inShanghaiAt: day.startInShanghai) == day)
      #expect(Day(inShanghaiAt: day.startInShanghai - 1) == day.adding(-1))
      #expect(Day(inShanghaiAt: day.endInShanghai - 1) == day)
      #expect(Day(inShanghaiAt: day.endInShanghai) == day.adding(1))
    }
    #expect(Day(inShanghaiAt: 0)?.description == "1970-01-01")
    #expect(Day(inShanghaiAt: -28_800_001)?.description == "1969-12-31")
  }

  @Test(arguments: [Int.min, .max, .max - 28_800_000, 253_402_300_800_000])
  func `is none at a moment that no year has`(milliseconds: Int) { #expect(Day(inShanghaiAt: milliseconds) == nil) }
}
