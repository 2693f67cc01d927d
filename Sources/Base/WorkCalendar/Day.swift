/// A day of the Gregorian calendar in the years 1 to 9999, without a time of day or a zone.
public struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
  static let first = Day(unchecked: -719_162)
  static let last = Day(unchecked: 2_932_896)

  /// Since 1970-01-01, which is 0.
  public let number: Int

  /// - Returns: nil outside the years 1 to 9999.
  public init?(number: Int) {
    guard (Self.first.number...Self.last.number).contains(number) else { return nil }
    self.number = number
  }

  /// - Returns: nil for a date that there is none of, such as 2027-02-29.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9_999).contains(year), (1...12).contains(month), (1...Self.length(of: month, year)).contains(day) else {
      return nil
    }
    number = Self.number(year, month, day)
  }

  /// - Parameter text: such as `2026-02-10`, and nothing shorter.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2],
      parts.allSatisfy({ $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// For numbers that arithmetic within the years 1 to 9999 has led to; a few days beyond them do no harm.
  init(unchecked number: Int) { self.number = number }

  public static func < (left: Day, right: Day) -> Bool { left.number < right.number }

  /// So many days later, or earlier where `days` is below 0.
  ///
  /// - Returns: nil outside the years 1 to 9999.
  public func adding(_ days: Int) -> Day? {
    let (sum, overflow) = number.addingReportingOverflow(days)
    return overflow ? nil : Day(number: sum)
  }

  var next: Day { Day(unchecked: number + 1) }
  var previous: Day { Day(unchecked: number - 1) }

  /// From 1 for Monday to 7 for Sunday (ISO 8601).
  public var weekday: Int { Self.floor(number + 3, 7).rest + 1 }

  /// Saturday or Sunday.
  public var isWeekend: Bool { weekday >= 6 }

  /// Howard Hinnant's `civil_from_days`, for which a year begins in March.
  public var date: (year: Int, month: Int, day: Int) {
    let shifted = number + 719_468
    let (era, ofEra) = Self.floor(shifted, 146_097)
    let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * ofYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * march + 2) / 5 + 1)
  }

  public var year: Int { date.year }

  /// Such as `2026-02-10`.
  public var description: String {
    let (year, month, day) = date
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  static func length(of month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// `days_from_civil`.
  private static func number(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  /// Division that rounds down, below 0 as well.
  private static func floor(_ number: Int, _ divisor: Int) -> (quotient: Int, rest: Int) {
    let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
  }
}

/// Days in Shanghai, which is eight hours ahead of UTC and has had no summer time since 1991. Moments are milliseconds since
/// 1970-01-01T00:00:00Z.
extension Day {
  private static let millisecondsADay = 86_400_000
  private static let shanghaiAhead = 28_800_000

  /// The day that it is in Shanghai at a moment.
  ///
  /// - Returns: nil outside the years 1 to 9999.
  public init?(inShanghaiAt milliseconds: Int) {
    let (local, overflow) = milliseconds.addingReportingOverflow(Self.shanghaiAhead)
    guard !overflow else { return nil }
    self.init(number: Self.floor(local, Self.millisecondsADay).quotient)
  }

  /// The moment at which the day begins in Shanghai.
  public var startInShanghai: Int { number * Self.millisecondsADay - Self.shanghaiAhead }

  /// The moment at which the day is over in Shanghai: the first that no longer belongs to it.
  public var endInShanghai: Int { startInShanghai + Self.millisecondsADay }
}
