import Testing
import WorkCalendar

@Suite struct ADueDate {
  private let calendar: WorkCalendar

  init() throws { calendar = try Shipped.calendar() }

  private func due(
    _ start: String, days: Int? = nil, workingDays: Int? = nil, extended: Term? = nil, paused: Int = 0
  ) throws -> DueDate {
    let term: Term = try workingDays.map { .workingDays(try count($0)) } ?? .days(try count(days ?? 0))
    return try calendar.due(from: day(start), term, extended: extended, paused: count(paused))
  }

  @Test func `explains itself in both languages`() throws {
    let date = try due("2026-02-10", workingDays: 15)
    #expect(date.due.description == "2026-03-09")
    #expect(date.english == "15 working days from 10 Feb 2026 = 9 Mar; 15–23 Feb off; 14 and 28 Feb worked")
    #expect(date.chinese == "自2026年2月10日起15个工作日，至3月9日；2月15日至23日休假，2月14日、28日上班")
    #expect(date.off.count == 9 && date.worked.map(\.description) == ["2026-02-14", "2026-02-28"])
    #expect(date.moved == nil)
    // The first moment of 10 March in Shanghai.
    #expect(date.end == 1_773_072_000_000)
  }

  @Test func `names the calendars that it was computed by`() throws {
    let date = try due("2025-12-31", workingDays: 1)
    #expect(date.due.description == "2026-01-04")
    #expect(date.calendars == [.init(year: 2026, notice: "国办发明电〔2025〕7号", version: try calendar.year(2026).version)])
    #expect(date.english == "1 working day from 31 Dec 2025 = 4 Jan 2026; 1–3 Jan off; 4 Jan worked")
    #expect(date.chinese == "自2025年12月31日起1个工作日，至2026年1月4日；1月1日至3日休假，1月4日上班")
    #expect(try due("2025-12-30", workingDays: 2).calendars.map(\.year) == [2025, 2026])
  }

  @Test func `does not count the day on which it begins`() throws {
    #expect(try due("2026-03-09", workingDays: 1).due.description == "2026-03-10")
    #expect(try due("2026-03-09", days: 1).due.description == "2026-03-10")
    // It makes no difference whether that day is worked.
    for start in ["2026-02-14", "2026-02-15", "2026-02-23"] {
      #expect(try due(start, workingDays: 5).due.description == "2026-02-28", "\(start)")
    }
  }

  @Test func `moves from a last day that is off to the next working day`() throws {
    let date = try due("2026-02-08", days: 15)
    #expect(date.due.description == "2026-02-24" && date.moved?.from.description == "2026-02-23")
    #expect(
      date.english
        == "15 days from 8 Feb 2026 = 24 Feb; 23 Feb, the last day, is off: moved to 24 Feb; 15–23 Feb off; 14 Feb worked"
    )
    #expect(date.chinese == "自2026年2月8日起15日，至2月24日；期满日2月23日休息，顺延至2月24日；2月15日至23日休假，2月14日上班")
    #expect(try due("2026-03-01", days: 15).moved == nil)
    // A weekend that is worked is not off.
    #expect(try due("2026-02-13", days: 15).due.description == "2026-02-28")
  }

  @Test func `grows by what was paused, in working days`() throws {
    let date = try due("2026-02-10", workingDays: 15, paused: 3)
    #expect(date.due.description == "2026-03-12")
    #expect(date.english.hasPrefix("15 working days + 3 working days of pauses from 10 Feb 2026 = 12 Mar; "))
    #expect(date.chinese.hasPrefix("自2026年2月10日起15个工作日，暂停3个工作日不计，至3月12日；"))
    // 15 days end on 23 February, move to the 24th, and three working days follow.
    let moved = try due("2026-02-08", days: 15, paused: 3)
    #expect(moved.due.description == "2026-02-27" && moved.moved?.to.description == "2026-02-24")
  }

  @Test func `grows by an extension, which is added up before a last day moves`() throws {
    let working = try due("2026-02-10", workingDays: 15, extended: .workingDays(count(5)))
    #expect(working.due.description == "2026-03-16")
    #expect(working.english.hasPrefix("15 working days + 5 working days of extension from 10 Feb 2026 = 16 Mar; "))
    #expect(working.chinese.hasPrefix("自2026年2月10日起15个工作日，延长5个工作日，至3月16日；"))
    // 15 days end on 23 February, off; ten more end on 5 March, and not ten after the 24th.
    let days = try due("2026-02-08", days: 15, extended: .days(count(10)))
    #expect(days.due.description == "2026-03-05" && days.moved == nil)
    let mixed = try due("2026-02-08", days: 15, extended: .workingDays(count(1)), paused: 1)
    #expect(mixed.due.description == "2026-02-26")
    #expect(try due("2026-02-10", workingDays: 15, extended: .days(count(0))).english.contains("extension") == false)
  }

  @Test func `names months and years where they change`() throws {
    let date = try due("2024-12-25", days: 140)
    #expect(date.due.description == "2025-05-14")
    #expect(
      date.english
        == "140 days from 25 Dec 2024 = 14 May 2025; 1 Jan, 28 Jan–4 Feb, 4–6 Apr, 1–5 May off; "
        + "26 Jan, 8 Feb, 27 Apr worked")
    #expect(
      date.chinese
        == "自2024年12月25日起140日，至2025年5月14日；1月1日、28日至2月4日、4月4日至6日、5月1日至5日休假，"
        + "1月26日、2月8日、4月27日上班")
    let long = try due("2024-09-01", days: 130)
    #expect(long.english.contains("; 15–17 Sep 2024, 1–7 Oct, 1 Jan 2025 off; "), "\(long.english)")
    #expect(long.chinese.contains("；2024年9月15日至17日、10月1日至7日、2025年1月1日休假，"), "\(long.chinese)")
  }

  @Test func `is a working day, and a longer term never ends earlier`() throws {
    for start in try calendar.year(2025).days {
      var last = start
      for number in [1, 5, 15, 30, 60, 90] {
        let date = try due("\(start)", workingDays: number)
        #expect(try calendar.isWorkingDay(date.due) && date.due > last)
        #expect(try calendar.workingDays(from: start, to: date.due) == number)
        let days = try due("\(start)", days: number)
        #expect(try calendar.isWorkingDay(days.due) && days.due <= date.due)
        last = date.due
      }
    }
  }

  @Test func `is none where the term reaches into a year without a calendar`() {
    #expect(throws: MissingYear(year: 2_027)) { try due("2026-12-20", workingDays: 15) }
    #expect(throws: MissingYear(year: 2_027)) { try due("2026-12-20", days: 12) }
    #expect(throws: MissingYear(year: 2_023)) { try due("2023-12-29", workingDays: 5) }
  }
}
