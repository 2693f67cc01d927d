import ArgumentParser
import JSON
import WorkCalendar
import YAMLText
import Zones

struct CalendarCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calendar", abstract: "Checks and shows official work calendars, and computes due dates by them.",
    discussion: "docs/calendars.md describes the files.",
    subcommands: [Check.self, Due.self, Show.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists everything that is wrong with a folder of calendars.",
      discussion: """
        Each problem is a line: file, line, column, key, what is wrong and how to mend it. Exit status 78 where there \
        are any. Otherwise each calendar is a line: year, notice, and the SHA-256 of its file.
        """)

    @Argument(help: "The folder, with a file for each year.") var folder: String

    func run() async throws {
      try await reportingFailures {
        do throws(ConfigurationError) {
          let years = try WorkCalendar(folder: folder).years
          for line in aligned(years.map { ["\($0.year)", printable($0.notice), $0.version] }) { print(line) }
          print("\(folder): the calendars are sound")
        } catch {
          for problem in error.problems { print(problem) }
          throw CommandFailure(.configuration, count(error.problems.count, "problem"))
        }
      }
    }
  }

  struct Due: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The last day of a term, and how it comes about.",
      discussion: """
        The day on which the term begins is not counted. A last day of the calendar that is off moves to the next \
        working day. Exit status 78 where the term reaches into a year without a calendar.
        """)

    @Argument(help: "The day on which the term begins, such as 2026-02-10.", transform: parseDay) var date: Day
    @Option(help: "The term, in working days.", transform: parseCount) var workingDays: DayCount?
    @Option(help: "The term, in days of the calendar.", transform: parseCount) var days: DayCount?
    @Option(help: "What an extension adds, in days of the term's kind.", transform: parseCount) var extended: DayCount?
    @Option(help: "Working days that are not counted.", transform: parseCount) var paused: DayCount?
    @OptionGroup var source: CalendarSource
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
      guard (workingDays == nil) != (days == nil) else {
        throw ValidationError("give either --working-days or --days")
      }
      guard workingDays != .zero, days != .zero else { throw ValidationError("a term has one day at least") }
    }

    func run() async throws {
      try await reportingFailures {
        let due = try source.computing { calendar throws(MissingYear) in
          try calendar.due(
            from: date, term(workingDays ?? days ?? .zero), extended: extended.map(term), paused: paused ?? .zero)
        }
        if json {
          print(String(decoding: due.json.encoded(), as: UTF8.self))
        } else {
          for line in ["\(due.due)", due.chinese, due.english] { print(line) }
        }
      }
    }

    private func term(_ count: DayCount) -> Term { workingDays == nil ? .days(count) : .workingDays(count) }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A year's months, with the days that are off and worked.")

    @Argument(help: "The year.") var year: Int
    @OptionGroup var source: CalendarSource
    @Flag(help: "Print one JSON object, with the kind of each day.") var json = false

    func run() async throws {
      try await reportingFailures {
        let official = try source.computing { calendar throws(MissingYear) in try calendar.year(year) }
        if json {
          print(String(decoding: official.json.encoded(), as: UTF8.self))
        } else {
          for line in CalendarPage(official).lines { print(line) }
        }
      }
    }
  }
}

/// Where a command takes its calendars from.
struct CalendarSource: ParsableArguments {
  @Option(help: "The folder of calendars; zones/calendars unless --config is given.") var calendars: String?
  @Option(help: "Instead: an intranet's zone.yaml, which names the folder.") var config: String?

  func validate() throws {
    guard calendars == nil || config == nil else { throw ValidationError("give either --calendars or --config") }
  }

  /// Throws `CommandFailure` where the calendars cannot be read, or lack a year that `body` needs.
  func computing<T>(_ body: (WorkCalendar) throws(MissingYear) -> T) throws(CommandFailure) -> T {
    let folder = try folder()
    let calendar: WorkCalendar
    do { calendar = try WorkCalendar(folder: folder) } catch {
      throw CommandFailure(.configuration, "\(error)")
    }
    do { return try body(calendar) } catch {
      throw CommandFailure(
        .configuration, "\(error); add \(error.year).yaml to \(folder) (docs/calendars.md), since no date is guessed")
    }
  }

  private func folder() throws(CommandFailure) -> String {
    guard let config else { return calendars ?? "zones/calendars" }
    let zone: ZoneConfiguration
    do { zone = try ZoneConfiguration.load(path: config) } catch {
      throw CommandFailure(.configuration, "\(error)")
    }
    guard let folder = zone.calendars else {
      throw CommandFailure(.configuration, "\(config): calendars: this zone has none; name their folder there")
    }
    return folder
  }
}

private func parseDay(_ text: String) throws -> Day {
  guard let day = Day(text) else { throw ValidationError("give a date that there is, such as 2026-02-10") }
  return day
}

private func parseCount(_ text: String) throws -> DayCount {
  guard let number = Int(text), let count = DayCount(number) else {
    throw ValidationError("give a whole number from 0 to \(DayCount.atMost)")
  }
  return count
}
