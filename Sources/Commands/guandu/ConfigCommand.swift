import ArgumentParser
import Letters
import WorkCalendar
import YAMLText
import Zones

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Examines a zone's configuration.", subcommands: [Check.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists everything that is wrong with a configuration.",
      discussion: """
        Each problem is a line: file, line, column, key, what is wrong and how to mend it. Exit status 78 where there \
        are any.
        """)

    @Argument(help: "The zone's zone.yaml.") var file: String

    func run() async throws {
      try await reportingFailures {
        do throws(ConfigurationError) {
          let zone = try ZoneConfiguration.load(path: file)
          var trust = TrustCheck(zone)
          trust.run()
          let problems =
            trust.problems + Self.problems(ofCalendars: zone.calendars)
            + Self.problems(ofLetters: zone)
          guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
          print("\(file): the configuration of zone \(zone.name) is sound")
        } catch {
          for problem in error.problems { print(problem) }
          throw CommandFailure(
            .configuration, error.problems.count == 1 ? "1 problem" : "\(error.problems.count) problems")
        }
      }
    }

    private static func problems(ofLetters zone: ZoneConfiguration) -> [ConfigurationProblem] {
      do throws(ConfigurationError) {
        _ = try LetterRules.load(zone)
        return []
      } catch { return error.problems }
    }

    private static func problems(ofCalendars folder: String?) -> [ConfigurationProblem] {
      guard let folder else { return [] }
      do throws(ConfigurationError) {
        _ = try WorkCalendar(folder: folder)
        return []
      } catch { return error.problems }
    }
  }
}
