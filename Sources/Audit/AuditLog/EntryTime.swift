/// An entry's time in milliseconds since 1970; nil for text of another form than `isTimestamp` accepts. The number of
/// days of a month is not checked.
func entryTime<Text: RandomAccessCollection<UInt8>>(_ text: Text) -> Int? {
  let pattern = text.count == 20 ? wholeSeconds : milliseconds
  guard text.count == pattern.count else { return nil }
  for (byte, form) in zip(text, pattern) {
    guard form == UInt8(ascii: "0") ? byte &- 0x30 <= 9 : byte == form else { return nil }
  }
  func number(_ place: Int, _ digits: Int = 2) -> Int {
    text.dropFirst(place).prefix(digits).reduce(0) { $0 * 10 + Int($1 &- 0x30) }
  }
  let days = daysSince1970(year: number(0, 4), month: number(5), day: number(8))
  let seconds = ((days * 24 + number(11)) * 60 + number(14)) * 60 + number(17)
  return seconds * 1_000 + (text.count == 20 ? 0 : number(20, 3))
}

private let wholeSeconds = Array("0000-00-00T00:00:00Z".utf8)
private let milliseconds = Array("0000-00-00T00:00:00.000Z".utf8)

/// In the Gregorian calendar, from the days of 400 years with March first, so that a leap day ends its year.
private func daysSince1970(year: Int, month: Int, day: Int) -> Int {
  let shifted = (month + 9) % 12
  let year = month <= 2 ? year - 1 : year
  let leapDays = year / 4 - year / 100 + year / 400
  return year * 365 + leapDays + (shifted * 153 + 2) / 5 + day - 1 - 719_468
}
