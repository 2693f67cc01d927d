/// The last day of a term, and how it came about.
public struct DueDate: Equatable, Sendable {
  /// The day on which the term begins; it is not counted.
  public let start: Day
  public let term: Term
  /// What was added to the term by an extension.
  public let extended: Term?
  /// Working days that were not counted, such as those of waiting for a citizen.
  public let paused: DayCount
  public let due: Day
  /// Where the last of a number of days is off: that day, and the working day that takes its place.
  public let moved: Move?
  /// After start, up to due: days that are off by a notice, weekends among them.
  public let off: [Day]
  /// After start, up to due: days of weekends that are worked.
  public let worked: [Day]
  /// The calendars that it was computed by, in order.
  public let calendars: [Version]

  public struct Move: Hashable, Sendable {
    public let from: Day
    public let to: Day
  }

  /// One year's calendar.
  public struct Version: Hashable, Sendable {
    public let year: Int
    public let notice: String
    /// As `OfficialYear.version`.
    public let version: String

    public init(year: Int, notice: String, version: String) {
      (self.year, self.notice, self.version) = (year, notice, version)
    }
  }

  /// The moment at which the due day is over in Shanghai, milliseconds since 1970: from here on it is overdue.
  public var end: Int { due.endInShanghai }
}

extension WorkCalendar {
  /// The last day of a term.
  ///
  /// The day on which it begins is not counted. First the term runs, then its extension, then as many working days as were
  /// paused. Days of the calendar are added up before a last day that is off moves.
  ///
  /// - Parameters:
  ///   - extended: what an extension adds; nil for none.
  ///   - paused: working days that are not counted.
  /// - Throws: `MissingYear` where the term reaches into a year without a calendar.
  public func due(
    from start: Day, _ term: Term, extended: Term? = nil, paused: DayCount = .zero
  ) throws(MissingYear) -> DueDate {
    var (day, moved) = (start, DueDate.Move?.none)
    for part in [term, extended ?? .workingDays(.zero), .workingDays(paused)] {
      switch part {
      case .workingDays(let count): day = try workingDay(count, after: day)
      case .days(let count):
        let last = Day(unchecked: (moved?.from ?? day).number + count.number)
        day = try workingDay(onOrAfter: last)
        moved = day == last ? nil : DueDate.Move(from: last, to: day)
      }
    }
    let (off, worked) = try exceptions(after: start, through: day)
    return DueDate(
      start: start, term: term, extended: extended, paused: paused, due: day, moved: moved, off: off, worked: worked,
      calendars: try versions(from: min(start.next, day), through: day))
  }

  private func exceptions(after start: Day, through due: Day) throws(MissingYear) -> (off: [Day], worked: [Day]) {
    var (off, worked): ([Day], [Day]) = ([], [])
    var day = start
    while day < due {
      day = day.next
      switch try kind(of: day) {
      case .off: off.append(day)
      case .worked: worked.append(day)
      case .workday, .weekend: break
      }
    }
    return (off, worked)
  }

  private func versions(from first: Day, through last: Day) throws(MissingYear) -> [DueDate.Version] {
    var versions: [DueDate.Version] = []
    for number in first.year...last.year {
      let year = try year(number)
      versions.append(.init(year: number, notice: year.notice, version: year.version))
    }
    return versions
  }
}
