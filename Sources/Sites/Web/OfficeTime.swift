import Glibc

public import struct Foundation.Date

/// Times as pages show them: in China Standard Time (UTC+8, without summer time), `2026-11-23 09:12`.
public func officeTime(_ date: Date) -> String {
  let seconds = date.timeIntervalSince1970 + 8 * 3_600
  guard abs(seconds) < 1e11 else { return "" }
  var time = time_t(seconds)
  var parts = tm()
  gmtime_r(&time, &parts)
  func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return
    "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(two(parts.tm_hour)):\(two(parts.tm_min))"
}
