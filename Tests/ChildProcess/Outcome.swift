public import Foundation

extension ChildProcess {
  /// What a program said, and how it ended.
  public struct Outcome: Sendable {
    public let status: Int32
    public let bytes: Data
    public let complaint: String

    public var output: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// Runs a program to its end. Input and output go through files, so that neither side ever waits for the other.
  public static func run(
    _ program: String, _ arguments: [String], folder: String? = nil, input: Data = Data()
  ) throws -> Outcome {
    let files = try OutcomeFiles(input: input)
    return try files.outcome(try files.start(program, arguments, folder).waitUntilExit())
  }

  /// The same, without holding one of the few threads that all tests share.
  public static func run(
    _ program: String, _ arguments: [String], folder: String? = nil, input: Data = Data()
  ) async throws -> Outcome {
    let files = try OutcomeFiles(input: input)
    return try files.outcome(await files.start(program, arguments, folder).exit())
  }
}

private final class OutcomeFiles {
  private let folder = NSTemporaryDirectory() + "/guandu-\(UUID().uuidString)"

  init(input: Data) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["in", "out", "err"] {
      try (name == "in" ? input : Data()).write(to: URL(filePath: "\(folder)/\(name)"))
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func start(_ program: String, _ arguments: [String], _ place: String?) throws -> ChildProcess {
    try ChildProcess(
      program, arguments, folder: place, input: "\(folder)/in", output: "\(folder)/out", errors: "\(folder)/err")
  }

  func outcome(_ status: Int32) throws -> ChildProcess.Outcome {
    ChildProcess.Outcome(
      status: status, bytes: try Data(contentsOf: URL(filePath: "\(folder)/out")),
      complaint: String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/err")), as: UTF8.self))
  }
}
