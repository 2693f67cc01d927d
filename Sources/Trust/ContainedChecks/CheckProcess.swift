import JSON

/// Why a check says nothing about a document. It may be sound, and it may be hostile: it never counts as checked.
public enum CheckFailure: Error, Equatable, Sendable {
  /// The process could not be started: a fault of this zone's machine, not the document's.
  case notStarted
  /// It ended without an answer: it crashed, or was ended by its limits.
  case ended
  /// It did not answer in time.
  case tooLong
  case tooLarge
  /// What it answered is no report.
  case notUnderstood
}

/// Checks a document in a process of its own: this program, started again with the file in memory, no environment, no other
/// descriptor, no network, no file system, and limits on time, memory and output.
public struct CheckProcess: Sendable {
  private let program: String
  private let arguments: [String]
  private let wallSeconds: Int

  /// - Parameters:
  ///   - program: one that has the subcommand `check-document`; by default the running one.
  public init(program: String = "/proc/self/exe") {
    self.init(program: program, arguments: [ContainedCheck.subcommand], wallSeconds: CheckLimits.wallSeconds)
  }

  package init(program: String, arguments: [String], wallSeconds: Int) {
    (self.program, self.arguments, self.wallSeconds) = (program, arguments, wallSeconds)
  }

  /// Blocks until the check has ended, `CheckLimits.wallSeconds` at most.
  public func check(_ document: [UInt8], trust: CheckTrust) throws(CheckFailure) -> CheckReport {
    guard document.count <= CheckLimits.documentMaxBytes else { throw .tooLarge }
    let answer = try ContainedProcess(program: program, arguments: arguments).answer(
      to: CheckRequest(trust: trust, document: document).encoded(), atMost: CheckLimits.answerMaxBytes,
      wallSeconds: wallSeconds)
    guard let json = try? JSONValue.parse(answer), let report = CheckReport(json: json) else {
      throw .notUnderstood
    }
    return report
  }
}
