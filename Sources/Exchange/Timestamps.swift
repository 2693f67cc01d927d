import Cryptography
import Glibc

public import struct Foundation.Date
public import struct Foundation.TimeInterval

/// Milliseconds since 1970-01-01T00:00:00Z, as the database keeps times.
public typealias UnixMilliseconds = Int

extension Date {
  public var unixMilliseconds: UnixMilliseconds { Int((timeIntervalSince1970 * 1000).rounded()) }

  public init(unixMilliseconds: UnixMilliseconds) {
    self.init(timeIntervalSince1970: TimeInterval(unixMilliseconds) / 1000)
  }
}

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

/// Reads what `timestamp` writes; nil for another form.
public func parseTimestamp(_ text: String) -> UnixMilliseconds? {
  let digits = text.utf8.split { !(0x30...0x39).contains($0) }.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
  guard text.hasSuffix("Z"), digits.count == 6 || digits.count == 7, digits[0] >= 1970, digits[0] < 10_000 else {
    return nil
  }
  var fields = tm()
  fields.tm_year = Int32(digits[0] - 1900)
  fields.tm_mon = Int32(digits[1] - 1)
  fields.tm_mday = Int32(digits[2])
  fields.tm_hour = Int32(digits[3])
  fields.tm_min = Int32(digits[4])
  fields.tm_sec = Int32(digits[5])
  return Int(timegm(&fields)) * 1000 + (digits.count == 7 ? digits[6] : 0)
}

/// A new UUID of version 7 (RFC 9562, section 5.7), in lower case.
public func newIdentifier(at milliseconds: UnixMilliseconds) -> String {
  var bytes = randomBytes(16)
  for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> (8 * (5 - index))) }
  bytes[6] = bytes[6] & 0x0F | 0x70
  bytes[8] = bytes[8] & 0x3F | 0x80
  var text = ""
  for (index, byte) in bytes.enumerated() {
    if [4, 6, 8, 10].contains(index) { text += "-" }
    text += encodeHex([byte])
  }
  return text
}
