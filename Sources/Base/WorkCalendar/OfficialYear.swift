/// One year as the State Council's general office announced it: which days are off, and which weekend days are worked in
/// exchange (调休).
public struct OfficialYear: Sendable, Equatable {
  /// Days off in a row, weekends among them.
  public struct Holiday: Sendable, Equatable {
    public let first: Day
    /// Not before `first`.
    public let last: Day
    /// As the notice has it, such as `春节`.
    public let name: String

    public init(first: Day, last: Day, name: String) {
      (self.first, self.last, self.name) = (first, last, name)
    }

    public func contains(_ day: Day) -> Bool { first <= day && day <= last }
  }

  /// What a day is.
  public enum Kind: String, Sendable, CaseIterable {
    case workday
    case weekend
    /// Off by the notice, whatever day of the week it is.
    case off
    /// A day of a weekend that is worked by the notice.
    case worked
  }

  public let year: Int
  /// Such as `国办发明电〔2025〕7号`.
  public let notice: String
  public let holidays: [Holiday]
  /// Days of weekends that are worked.
  public let worked: Set<Day>
  /// Of the file that it was read from, so that a date can name what it was computed by: SHA-256, 64 hex digits. Empty for
  /// a year that comes from no file.
  public let version: String

  public init(year: Int, notice: String, holidays: [Holiday], worked: Set<Day>, version: String = "") {
    (self.year, self.notice, self.holidays, self.worked, self.version) = (year, notice, holidays, worked, version)
  }

  public func kind(of day: Day) -> Kind {
    if worked.contains(day) { return .worked }
    if holiday(of: day) != nil { return .off }
    return day.isWeekend ? .weekend : .workday
  }

  /// The holiday that a day belongs to; nil for any other day.
  public func holiday(of day: Day) -> Holiday? { holidays.first { $0.contains(day) } }

  /// From 1 January to 31 December; none for a year outside 1 to 9999.
  public var days: [Day] {
    guard let first = Day(year: year, month: 1, day: 1), let last = Day(year: year, month: 12, day: 31) else {
      return []
    }
    return (first.number...last.number).map { Day(unchecked: $0) }
  }
}
