/// One thing that is wrong in a configuration file.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
  public let file: String
  /// Both from 1; the column counts characters.
  public let line: Int
  public let column: Int
  /// Such as `links[0].limits.poll_seconds`; empty for the file as a whole.
  public let key: String
  /// What is wrong and how to mend it, lowercase, no full stop.
  public let reason: String

  public init(file: String, line: Int, column: Int, key: String, reason: String) {
    self.file = file
    self.line = line
    self.column = column
    self.key = key
    self.reason = reason
  }

  public var description: String { "\(file):\(line):\(column): " + (key.isEmpty ? reason : "\(key): \(reason)") }
}

/// Everything that is wrong with a configuration, in the order of the file.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  public let problems: [ConfigurationProblem]

  public init(problems: [ConfigurationProblem]) { self.problems = problems }

  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Where problems are gathered while files are read, so that the operator sees them all at once.
package final class ProblemCollector {
  package private(set) var problems: [ConfigurationProblem] = []

  package init() {}

  package func add(_ problem: ConfigurationProblem) { problems.append(problem) }

  /// - Throws: all that was gathered, if anything was.
  package func throwIfAny() throws(ConfigurationError) {
    guard !problems.isEmpty else { return }
    let files = Dictionary(zip(problems.map(\.file), 0...)) { first, _ in first }
    let inOrder = problems.sorted {
      (files[$0.file] ?? 0, $0.line, $0.column) < (files[$1.file] ?? 0, $1.line, $1.column)
    }
    throw ConfigurationError(problems: inOrder)
  }
}
