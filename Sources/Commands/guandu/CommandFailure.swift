import ArgumentParser
import Glibc

/// Why a command stops: a text for the operator and the exit status that goes with it (sysexits.h).
struct CommandFailure: Error {
  enum Status: Int32 {
    case failed = 1
    /// The input was understood and refused.
    case refused = 65
    case cannotWrite = 73
    /// The same may work later.
    case temporary = 75
    case configuration = 78
  }

  let status: Status
  let reason: String

  init(_ status: Status, _ reason: String) {
    self.status = status
    self.reason = reason
  }
}

/// Writes a line on standard error.
func complain(_ text: String) { writeOnStandardError("guandu: \(text)\n") }

func writeOnStandardError(_ text: String) {
  var bytes = Array(text.utf8)
  while !bytes.isEmpty {
    let count = write(STDERR_FILENO, bytes, bytes.count)
    guard count > 0 else { return }
    bytes.removeFirst(count)
  }
}

/// Runs a command's body and turns its failure into the text and the exit status that the operator gets.
func reportingFailures(_ body: () async throws -> Void) async throws {
  do {
    try await body()
  } catch let failure as CommandFailure {
    complain(failure.reason)
    throw ExitCode(failure.status.rawValue)
  }
}
