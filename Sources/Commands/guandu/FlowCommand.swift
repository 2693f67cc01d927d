import ArgumentParser
import Flows
import Letters
import YAMLText

struct FlowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow", abstract: "Examines and draws the flows that letters take.",
    subcommands: [Check.self, Draw.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists everything that is wrong with flows.",
      discussion: """
        Each finding is a line: file, line, column, what is wrong, and the check's number (docs/flows.md). A note points \
        something out and forbids nothing. Exit status 78 where there is more than notes.
        """)

    @Argument(help: "The flows' files.") var files: [String]

    func run() async throws {
      try await reportingFailures {
        var count = 0
        for file in files {
          do throws(ConfigurationError) {
            let (flow, findings) = try FlowFile.check(file)
            for finding in findings { print("\(file):\(finding.mark.line):\(finding.mark.column): \(finding.line)") }
            let faults = findings.filter { !$0.isNote }.count
            count += faults
            if faults == 0 {
              let branches = flow.branches.map(\.states.count).reduce(0, +)
              print(
                "\(file): the flow \(flow.id), version \(flow.version), is sound: \(flow.states.count) states, "
                  + "\(branches) of branches")
            }
          } catch {
            for problem in error.problems { print("\(problem) [F01]") }
            count += error.problems.count
          }
        }
        if count > 0 { throw CommandFailure(.configuration, count == 1 ? "1 problem" : "\(count) problems") }
      }
    }
  }

  struct Draw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draws a flow as a diagram in Mermaid's language.",
      discussion: "Most editors and code hosts show it; `mmdc` makes a picture of it.")

    enum Titles: String, ExpressibleByArgument, CaseIterable { case zh, en }

    @Argument(help: "The flow's file.") var file: String
    @Option(help: "The language of the states' titles: zh or en.") var language = Titles.zh

    func run() async throws {
      try await reportingFailures {
        do throws(ConfigurationError) {
          let (flow, _) = try FlowFile.check(file)
          print(flow.mermaid(chinese: language == .zh), terminator: "")
        } catch {
          for problem in error.problems { print("\(problem) [F01]") }
          throw CommandFailure(
            .configuration, error.problems.count == 1 ? "1 problem" : "\(error.problems.count) problems")
        }
      }
    }
  }
}
