import Glibc

public import struct Foundation.Date
public import struct Foundation.TimeInterval

/// Milliseconds since 1970-01-01T00:00:00Z, as the database keeps times.
public typealias UnixMilliseconds = Int

/// The last millisecond of the year 9999: no time that is read is later.
public let lastUnixMilliseconds: UnixMilliseconds = 253_402_300_799_999

extension Date {
  /// Rounded; what lies outside the years 1970 to 9999 becomes the nearest of their moments, and what is no number 1970.
  public var unixMilliseconds: UnixMilliseconds {
    let milliseconds = (timeIntervalSince1970 * 1000).rounded()
    guard milliseconds.isFinite else { return 0 }
    return Int(min(max(milliseconds, 0), Double(lastUnixMilliseconds)))
  }

  public init(unixMilliseconds: UnixMilliseconds) {
    self.init(timeIntervalSince1970: TimeInterval(unixMilliseconds) / 1000)
  }
}

/// The clock that everything but tests goes by.
public func currentMilliseconds() -> UnixMilliseconds { Date().unixMilliseconds }

/// `2026-11-22T13:38:00.123Z` (RFC 3339, UTC).
public func timestamp(_ milliseconds: UnixMilliseconds) -> String {
  var seconds = time_t(milliseconds / 1000)
  var fields = tm()
  gmtime_r(&seconds, &fields)
  func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
  let day = [padded(Int(fields.tm_year) + 1900, 4), padded(Int(fields.tm_mon) + 1, 2), padded(Int(fields.tm_mday), 2)]
  let time = [fields.tm_hour, fields.tm_min, fields.tm_sec].map { padded(Int($0), 2) }
  return day.joined(separator: "-") + "T" + time.joined(separator: ":") + "." + padded(milliseconds % 1000, 3) + "Z"
}

/// `2026-11-22T13:38:00.123Z`: RFC 3339 in UTC, with milliseconds or without.
public func isTimestamp(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  guard bytes.count == 20 || bytes.count == 24, bytes.last == UInt8(ascii: "Z") else { return false }
  let pattern = Array((bytes.count == 20 ? "0000-00-00T00:00:00Z" : "0000-00-00T00:00:00.000Z").utf8)
  return zip(bytes, pattern).allSatisfy { byte, form in
    form == UInt8(ascii: "0") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == form
  }
}

/// Reads `YYYY-MM-DDThh:mm:ssZ`, with three decimals or without: RFC 3339, UTC, the years 1970 to 9999.
///
/// - Returns: milliseconds since 1970; nil for another form, or a day or an hour that no calendar has.
public func parseTimestamp(_ text: String) -> UnixMilliseconds? {
  guard text.utf8.count <= 24, isTimestamp(text) else { return nil }
  let bytes = Array(text.utf8)
  func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } }
  let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
  let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
  guard year >= 1970, (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60 else {
    return nil
  }
  var fields = tm()
  fields.tm_year = Int32(year - 1900)
  fields.tm_mon = Int32(month - 1)
  fields.tm_mday = Int32(day)
  fields.tm_hour = Int32(hour)
  fields.tm_min = Int32(minute)
  fields.tm_sec = Int32(second)
  let seconds = Int(timegm(&fields))
  // `timegm` turns the 31st of a shorter month into the 1st of the next.
  guard Int(fields.tm_mday) == day || second == 60 else { return nil }
  return seconds * 1000 + (bytes.count == 24 ? number(20..<23) : 0)
}
