import Foundation

/// The folder that the demonstration's SMS provider writes to: a file a message.
struct DemonstrationMessages {
  let directory: String
  private static let patienceSeconds = 30.0

  /// The messages that lie there now.
  func names() throws(CommandFailure) -> Set<String> {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
      throw CommandFailure(.refused, "\(directory) cannot be read")
    }
    return Set(names.filter { $0.hasSuffix(".txt") && !$0.hasPrefix(".") })
  }

  /// Waits for a message to `phone` that was not there before, and takes the six digits out of it.
  func code(for phone: String, after seen: Set<String>) async throws -> String {
    let deadline = Date().addingTimeInterval(Self.patienceSeconds)
    while Date() < deadline {
      for name in try names().subtracting(seen).sorted() {
        if let code = Self.code(in: "\(directory)/\(name)", for: phone) { return code }
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw CommandFailure(.temporary, "no message to the number came to \(directory)")
  }

  private static func code(in path: String, for phone: String) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8), let end = text.firstRange(of: "\n\n"),
      text.hasPrefix("to: "), text[..<end.lowerBound].hasSuffix(phone.suffix(11))
    else { return nil }
    let runs = text[end.upperBound...].split { !("0"..."9").contains($0) }
    return runs.first { $0.count == 6 }.map(String.init)
  }
}
