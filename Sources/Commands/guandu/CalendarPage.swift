import JSON
import WorkCalendar

/// A year as a wall calendar has it, 88 columns wide.
struct CalendarPage {
  private let official: OfficialYear

  init(_ official: OfficialYear) { self.official = official }

  /// Three months side by side, then the holidays by name.
  var lines: [String] {
    let months = (1...12).map(month)
    let marks = OfficialYear.Kind.allCases.filter { $0 != .workday }.map { "\(Self.mark($0)) \($0.rawValue)" }
    let count = official.days.count { [.workday, .worked].contains(official.kind(of: $0)) }
    var lines = ["\(official.year)  \(printable(official.notice))  \(count) working days"]
    lines.append(marks.joined(separator: "  "))
    for first in stride(from: 0, to: months.count, by: 3) {
      lines.append("")
      for row in 0..<Self.rows {
        let cells = months[first..<first + 3].map { Self.padded($0[row], 7 * Self.cell) }
        lines.append(Self.trimmed(cells.joined(separator: "  ")))
      }
    }
    lines.append("")
    return lines + aligned(official.holidays.map { ["\($0.first)", "\($0.last)", printable($0.name)] })
  }

  /// Columns of a day.
  private static let cell = 4
  /// A month's heading, the days of the week, and six weeks.
  private static let rows = 8

  private func month(_ month: Int) -> [String] {
    let days = official.days.filter { $0.date.month == month }
    var weeks: [[String]] = [Array(repeating: "", count: (days.first?.weekday ?? 1) - 1)]
    for day in days {
      if weeks[weeks.count - 1].count == 7 { weeks.append([]) }
      let number = day.date.day
      weeks[weeks.count - 1].append((number < 10 ? " " : "") + "\(number)" + Self.mark(official.kind(of: day)))
    }
    let head = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    let rows = ([head] + weeks).map { $0.map { Self.padded($0, Self.cell) }.joined() }
    let title = "\(official.year)-" + (month < 10 ? "0" : "") + "\(month)"
    return [title] + rows + Array(repeating: "", count: Self.rows - 1 - rows.count)
  }

  private static func mark(_ kind: OfficialYear.Kind) -> String {
    switch kind {
    case .workday: " "
    case .weekend: "."
    case .off: "*"
    case .worked: "+"
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func trimmed(_ text: String) -> String {
    String(text.reversed().drop { $0 == " " }.reversed())
  }
}

extension OfficialYear {
  /// Each day with its kind, and a day off with the holiday's name.
  var json: JSONValue {
    let days = days.map { day -> JSONValue in
      let kind = kind(of: day)
      var members: [JSONValue.JSONMember] = [.init("day", .string("\(day)")), .init("kind", .string(kind.rawValue))]
      if kind == .off, let holiday = holiday(of: day) { members.append(.init("name", .string(holiday.name))) }
      return .object(members)
    }
    return .object([
      "year": .integer(year), "notice": .string(notice), "version": .string(version), "days": .array(days),
    ])
  }
}

extension DueDate {
  var json: JSONValue {
    func list(_ days: [Day]) -> JSONValue { .array(days.map { .string("\($0)") }) }
    return .object([
      "start": .string("\(start)"), "due": .string("\(due)"), "end_milliseconds": .integer(end),
      "moved_from": moved.map { .string("\($0.from)") } ?? .null, "off": list(off), "worked": list(worked),
      "calendars": .array(
        calendars.map {
          .object(["year": .integer($0.year), "notice": .string($0.notice), "version": .string($0.version)])
        }),
      "zh": .string(chinese), "en": .string(english),
    ])
  }
}
