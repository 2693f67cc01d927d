/// A second of UTC from 1970 to 9999, as GeneralizedTime writes it: `20261128093000Z`.
public struct SealTime: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Since the beginning of 1970.
  public let seconds: Int
  private static let last = 253_402_300_799

  /// Outside the years 1970 to 9999 the nearest second within.
  public init(seconds: Int) { self.seconds = min(max(seconds, 0), Self.last) }

  /// Nil for anything but 14 digits and a `Z` that name a time.
  public init?(generalized text: [UInt8]) {
    guard text.count == 15, text[14] == UInt8(ascii: "Z"), text[..<14].allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    func number(_ range: Range<Int>) -> Int { text[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } }
    let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
    let (hour, minute, second) = (number(8..<10), number(10..<12), number(12..<14))
    guard year >= 1970, (1...12).contains(month), hour < 24, minute < 60, second < 60 else { return nil }
    let days = Self.days(year, month, day)
    guard day >= 1, Self.date(days) == (year, month, day) else { return nil }
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
  }

  public static func < (left: SealTime, right: SealTime) -> Bool { left.seconds < right.seconds }

  public var generalized: String { digits.joined() + "Z" }

  /// RFC 3339: `2026-11-28T09:30:00Z`.
  public var description: String {
    let part = digits
    return "\(part[0])-\(part[1])-\(part[2])T\(part[3]):\(part[4]):\(part[5])Z"
  }

  /// Year, month, day, hour, minute, second.
  private var digits: [String] {
    let (year, month, day) = Self.date(seconds / 86_400)
    let rest = seconds % 86_400
    return [(year, 4), (month, 2), (day, 2), (rest / 3_600, 2), (rest / 60 % 60, 2), (rest % 60, 2)].map {
      let text = String($0.0)
      return String(repeating: "0", count: max(0, $0.1 - text.utf8.count)) + text
    }
  }

  /// Days from 1 January 1970 to a day of the Gregorian calendar, counted in years that begin in March.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let (shifted, marches) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    let (era, yearOfEra) = (shifted / 400, shifted % 400)
    let dayOfYear = (153 * marches + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func date(_ days: Int) -> (Int, Int, Int) {
    let shifted = days + 719_468
    let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marches = (5 * dayOfYear + 2) / 153
    let month = marches < 10 ? marches + 3 : marches - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marches + 2) / 5 + 1)
  }
}
