/// How the date came about, on one line.
extension DueDate {
  /// Such as `15 working days from 10 Feb 2026 = 9 Mar; 15–23 Feb off; 14 and 28 Feb worked`.
  public var english: String {
    var dates = EnglishDates()
    var length = term.english
    if let extended, extended.count != .zero { length += " + \(extended.english) of extension" }
    if paused != .zero { length += " + \(Term.workingDays(paused).english) of pauses" }
    var clauses = ["\(length) from \(dates.one(start)) = \(dates.one(due))"]
    if let moved { clauses.append("\(dates.one(moved.from)), the last day, is off: moved to \(dates.one(moved.to))") }
    if !off.isEmpty { clauses.append(dates.list(DayRun.runs(of: off)) + " off") }
    if !worked.isEmpty { clauses.append(dates.list(DayRun.runs(of: worked)) + " worked") }
    return clauses.joined(separator: "; ")
  }

  /// Such as `自2026年2月10日起15个工作日，至3月9日；2月15日至23日休假，2月14日、28日上班`.
  public var chinese: String {
    var dates = ChineseDates()
    var text = "自\(dates.one(start))起\(term.chinese)"
    if let extended, extended.count != .zero { text += "，延长\(extended.chinese)" }
    if paused != .zero { text += "，暂停\(Term.workingDays(paused).chinese)不计" }
    text += "，至\(dates.one(due))"
    if let moved { text += "；期满日\(dates.one(moved.from))休息，顺延至\(dates.one(moved.to))" }
    var clauses: [String] = []
    if !off.isEmpty { clauses.append(dates.list(DayRun.runs(of: off)) + "休假") }
    if !worked.isEmpty { clauses.append(dates.list(DayRun.runs(of: worked)) + "上班") }
    return text + (clauses.isEmpty ? "" : "；" + clauses.joined(separator: "，"))
  }
}

extension Term {
  fileprivate var count: DayCount {
    switch self {
    case .days(let count), .workingDays(let count): count
    }
  }

  fileprivate var english: String {
    let plural = count.number == 1 ? "" : "s"
    return switch self {
    case .days: "\(count.number) day\(plural)"
    case .workingDays: "\(count.number) working day\(plural)"
    }
  }

  fileprivate var chinese: String {
    switch self {
    case .days: "\(count.number)日"
    case .workingDays: "\(count.number)个工作日"
    }
  }
}

/// Days of one year that follow each other.
private struct DayRun {
  var first: Day
  var last: Day

  /// - Parameter days: in order.
  static func runs(of days: [Day]) -> [DayRun] {
    var runs: [DayRun] = []
    for day in days {
      if let open = runs.last, open.last.next == day, open.last.year == day.year {
        runs[runs.count - 1].last = day
      } else {
        runs.append(DayRun(first: day, last: day))
      }
    }
    return runs
  }
}

/// Writes dates, with the year where it is another than the last.
private struct EnglishDates {
  private var year: Int?

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func month(_ day: Day) -> String { months[day.date.month - 1] }

  mutating func one(_ day: Day) -> String { "\(day.date.day) \(Self.month(day))" + yearSuffix(day) }

  /// Days of one month are named together: `14 and 28 Feb, 9 May`.
  mutating func list(_ runs: [DayRun]) -> String {
    var groups: [String] = []
    var rest = runs[...]
    while let run = rest.first {
      let together = rest.prefix { Self.isWithinMonth($0, of: run.first) }
      if together.isEmpty {
        groups.append("\(run.first.date.day) \(Self.month(run.first))–" + one(run.last))
        rest = rest.dropFirst()
      } else {
        groups.append(
          Self.joined(together.map(Self.numbers)) + " \(Self.month(run.first))" + yearSuffix(run.first))
        rest = rest.dropFirst(together.count)
      }
    }
    return groups.joined(separator: ", ")
  }

  private mutating func yearSuffix(_ day: Day) -> String {
    defer { year = day.year }
    return year == day.year ? "" : " \(day.year)"
  }

  private static func isWithinMonth(_ run: DayRun, of day: Day) -> Bool {
    let (year, month, _) = day.date
    return [run.first.date, run.last.date].allSatisfy { ($0.year, $0.month) == (year, month) }
  }

  private static func numbers(_ run: DayRun) -> String {
    run.first == run.last ? "\(run.first.date.day)" : "\(run.first.date.day)–\(run.last.date.day)"
  }

  private static func joined(_ parts: [String]) -> String {
    guard let last = parts.last, parts.count > 1 else { return parts.joined() }
    return parts.dropLast().joined(separator: ", ") + " and " + last
  }
}

/// Writes dates, with year and month where they are others than the last within a clause.
private struct ChineseDates {
  private var year: Int?

  mutating func one(_ day: Day) -> String { list([DayRun(first: day, last: day)]) }

  mutating func list(_ runs: [DayRun]) -> String {
    var month: Int?
    func text(_ day: Day) -> String {
      let date = day.date
      var text = ""
      if date.year != year { (text, year, month) = ("\(date.year)年", date.year, nil) }
      if date.month != month { (text, month) = (text + "\(date.month)月", date.month) }
      return text + "\(date.day)日"
    }
    return runs.map { $0.first == $0.last ? text($0.first) : text($0.first) + "至" + text($0.last) }
      .joined(separator: "、")
  }
}
