import YAMLText

/// One year's calendar file (docs/calendars.md).
enum CalendarReader {
  static let holidaysAtMost = 60
  static let workedAtMost = 60
  private static let years = 2_000...2_999

  /// Nil where anything is wrong; it has been noted by then.
  ///
  /// - Parameters:
  ///   - version: of the bytes that the file has.
  ///   - taken: the file that has a year already; nil for none.
  static func year(_ root: YAMLValue, version: String, taken: (Int) -> String?) -> OfficialYear? {
    guard let top = root.mapping(["year", "notice", "off", "worked"]) else { return nil }
    let number = top.required("year").flatMap { value -> Int? in
      guard let number = value.integer(years) else { return nil }
      guard let other = taken(number) else { return number }
      return value.refused("\(other) is the calendar of \(number) already; remove one of the two")
    }
    let notice = top.required("notice")?.line(maxCharacters: 100)
    let off = top.required("off").flatMap { holidays($0, of: number) }
    let worked = top.required("worked").flatMap { days($0, of: number, off: off?.sound ?? []) }
    guard let number, let notice, let off, off.isWhole, let worked else { return nil }
    return OfficialYear(year: number, notice: notice, holidays: off.sound, worked: worked, version: version)
  }

  /// The holidays that are sound, so that other days can be compared with them, and whether these are all.
  private static func holidays(
    _ value: YAMLValue, of year: Int?
  ) -> (sound: [OfficialYear.Holiday], isWhole: Bool)? {
    guard let elements = value.list(atLeast: 1, atMost: holidaysAtMost) else { return nil }
    var sound: [OfficialYear.Holiday] = []
    for element in elements {
      guard let holiday = holiday(element, of: year) else { continue }
      if let other = sound.first(where: { $0.first <= holiday.last && holiday.first <= $0.last }) {
        element.refuse("overlaps \(other.first) to \(other.last); a day belongs to one of the two")
      } else {
        sound.append(holiday)
      }
    }
    return (sound, sound.count == elements.count)
  }

  private static func holiday(_ value: YAMLValue, of year: Int?) -> OfficialYear.Holiday? {
    guard let group = value.mapping(["from", "to", "name"]) else { return nil }
    let first = group.required("from")?.day(of: year)
    let last = group.required("to")?.day(of: year)
    let name = group.required("name")?.line(maxCharacters: 30)
    guard let first, let last, let name else { return nil }
    guard first <= last else {
      return group.required("to")?.refused("\(last) is before \(first), where the days off begin")
    }
    return OfficialYear.Holiday(first: first, last: last, name: name)
  }

  /// Days of weekends that are worked.
  private static func days(_ value: YAMLValue, of year: Int?, off: [OfficialYear.Holiday]) -> Set<Day>? {
    guard let elements = value.list(atMost: workedAtMost) else { return nil }
    var days: Set<Day> = []
    for element in elements {
      guard let day = element.day(of: year) else { continue }
      if off.contains(where: { $0.contains(day) }) {
        element.refuse("\(day) is among the days off too; remove it from one of the two")
      } else if !day.isWeekend {
        element.refuse("\(day) is a \(weekdays[day.weekday - 1]) and worked without being named; remove it")
      } else if !days.insert(day).inserted {
        element.refuse("\(day) is given twice; remove one")
      }
    }
    return days.count == elements.count ? days : nil
  }

  private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
}

extension YAMLValue {
  /// - Parameter year: the one that the day must lie in; nil where that is not known.
  fileprivate func day(of year: Int?) -> Day? {
    guard let day = written("a date that there is, such as \(year ?? 2_026)-02-10", { Day($0) }) else { return nil }
    guard year == nil || day.year == year else {
      return refused("\(day) is not in \(year ?? 0); move it to the calendar of \(day.year)")
    }
    return day
  }

  /// A text on one line.
  fileprivate func line(maxCharacters: Int) -> String? {
    guard let text = text(maxCharacters: maxCharacters) else { return nil }
    guard !text.contains(where: { $0.isNewline || $0 == "\t" }) else { return refused("write it on one line") }
    return text
  }
}
