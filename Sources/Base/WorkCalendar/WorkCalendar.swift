/// A year of which there is no calendar. Nothing is guessed: the date stays open, and somebody is told.
public struct MissingYear: Error, Equatable, Sendable, CustomStringConvertible {
  public let year: Int

  public init(year: Int) { self.year = year }

  public var description: String { "there is no calendar of \(year)" }
}

/// A number of days that a term or a pause may have: 0 to 3,660, about ten years.
public struct DayCount: Hashable, Sendable {
  public static let atMost = 3_660
  public static let zero = DayCount(unchecked: 0)

  public let number: Int

  /// - Returns: nil below 0 and above `atMost`.
  public init?(_ number: Int) {
    guard (0...Self.atMost).contains(number) else { return nil }
    self.number = number
  }

  private init(unchecked number: Int) { self.number = number }
}

/// How long something may take.
public enum Term: Hashable, Sendable {
  /// Days of the calendar; a last day that is off moves to the next working day.
  case days(DayCount)
  case workingDays(DayCount)
}

/// Working days by the official calendars of some years.
public struct WorkCalendar: Sendable {
  private let official: [Int: OfficialYear]

  /// - Parameter years: of two of one year the first counts.
  public init(_ years: [OfficialYear]) {
    official = Dictionary(years.map { ($0.year, $0) }) { first, _ in first }
  }

  /// The years that there is a calendar of, in order.
  public var years: [OfficialYear] { official.values.sorted { $0.year < $1.year } }

  /// - Throws: `MissingYear` where there is no calendar of it.
  public func year(_ year: Int) throws(MissingYear) -> OfficialYear {
    guard let official = official[year] else { throw MissingYear(year: year) }
    return official
  }

  public func kind(of day: Day) throws(MissingYear) -> OfficialYear.Kind { try year(day.year).kind(of: day) }

  public func isWorkingDay(_ day: Day) throws(MissingYear) -> Bool {
    switch try kind(of: day) {
    case .workday, .worked: true
    case .weekend, .off: false
    }
  }

  /// The day itself where it is worked, otherwise the first working day after it.
  public func workingDay(onOrAfter day: Day) throws(MissingYear) -> Day {
    var day = day
    // Each step either ends or is in a year with a calendar, and of these there is a last one.
    while try !isWorkingDay(day) { day = day.next }
    return day
  }

  /// The working day that so many working days lead to, `day` not counted: the next one for 1. `day` itself for 0, whether
  /// it is worked or not.
  public func workingDay(_ count: DayCount, after day: Day) throws(MissingYear) -> Day {
    var (day, left) = (day, count.number)
    while left > 0 {
      day = day.next
      if try isWorkingDay(day) { left -= 1 }
    }
    return day
  }

  /// The same backwards: when to remind somebody so many working days before a due day.
  public func workingDay(_ count: DayCount, before day: Day) throws(MissingYear) -> Day {
    var (day, left) = (day, count.number)
    while left > 0 {
      day = day.previous
      if try isWorkingDay(day) { left -= 1 }
    }
    return day
  }

  /// How many working days lie after `start`, up to `end` and with it; below 0, counted the same way from `end` to `start`,
  /// where `end` is the earlier.
  public func workingDays(from start: Day, to end: Day) throws(MissingYear) -> Int {
    guard start <= end else { return -(try workingDays(from: end, to: start)) }
    var (day, count) = (start, 0)
    while day < end {
      day = day.next
      if try isWorkingDay(day) { count += 1 }
    }
    return count
  }
}
