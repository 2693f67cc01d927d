import Foundation

/// The built program, run as an operator runs it.
struct Program {
  struct Outcome {
    let status: Int32
    let output: String
    let complaint: String
  }

  /// The folder that the test's own program lies in holds the others too.
  static let binaries = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func guandu(_ arguments: String..., input: String = "") async throws -> Outcome {
    try await guandu(arguments, input: input)
  }

  static func guandu(_ arguments: [String], input: String) async throws -> Outcome {
    try await run(binaries.appending(path: "guandu"), arguments, input: Data(input.utf8))
  }

  static func daemon(_ name: String, config: String) async throws -> Outcome {
    try await run(binaries.appending(path: name), ["--config", config], input: Data())
  }

  static func tool(_ name: String, _ arguments: String..., input: Data = Data()) async throws -> Outcome {
    try await run(URL(filePath: "/usr/bin/env"), [name] + arguments, input: input)
  }

  static func start(_ arguments: [String], program: String = "guandu") throws -> Process {
    let process = Process()
    process.executableURL = binaries.appending(path: program)
    process.arguments = arguments
    process.currentDirectoryURL = repository
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Input and output go through files, so that neither side ever waits for the other.
  private static func run(_ program: URL, _ arguments: [String], input: Data) async throws -> Outcome {
    let folder = try ScratchFolder()
    let (process, paths) = (Process(), ["in", "out", "err"].map { "\(folder.path)/\($0)" })
    for path in paths { try (path == paths[0] ? input : Data()).write(to: URL(filePath: path)) }
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = repository
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: paths[0]))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: paths[1]))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: paths[2]))
    // Waiting here would hold one of the few threads that all tests share.
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in continuation.resume() }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    return Outcome(
      status: process.terminationStatus, output: try String(contentsOfFile: paths[1], encoding: .utf8),
      complaint: try String(contentsOfFile: paths[2], encoding: .utf8))
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
