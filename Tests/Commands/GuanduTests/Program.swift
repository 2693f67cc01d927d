import ChildProcess
import Foundation

/// The built program, run as an operator runs it.
struct Program {
  typealias Outcome = ChildProcess.Outcome

  /// The folder that the test's own program lies in holds the others too.
  static let binaries = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func guandu(_ arguments: String..., input: String = "") async throws -> Outcome {
    try await guandu(arguments, input: input)
  }

  static func guandu(_ arguments: [String], input: String) async throws -> Outcome {
    try await run(binaries.appending(path: "guandu").path, arguments, input: Data(input.utf8))
  }

  static func daemon(_ name: String, config: String) async throws -> Outcome {
    try await run(binaries.appending(path: name).path, ["--config", config], input: Data())
  }

  static func tool(_ name: String, _ arguments: String..., input: Data = Data()) async throws -> Outcome {
    try await run(name, arguments, input: input)
  }

  static func start(_ arguments: [String], program: String = "guandu") throws -> ChildProcess {
    try ChildProcess(binaries.appending(path: program).path, arguments, folder: repository.path)
  }

  private static func run(_ program: String, _ arguments: [String], input: Data) async throws -> Outcome {
    try await ChildProcess.run(program, arguments, folder: repository.path, input: input)
  }
}

/// A folder that goes with the test.
final class ScratchFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "guandu-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The paths of everything below, with what the files hold.
  func contents() throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      found[name] = FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data()
    }
    return found
  }
}
