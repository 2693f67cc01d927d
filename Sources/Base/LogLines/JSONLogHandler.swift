import Foundation
import JSON
public import Logging
import Synchronization
import Timestamps

/// Writes each log line as one JSON object to standard error: `at`, `level`, `message`, then what the event tells.
public struct JSONLogHandler: LogHandler {
  private static let output = Mutex(())

  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level
  private let label: String

  public init(label: String, level: Logger.Level) {
    self.label = label
    logLevel = level
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let merged = metadata.merging(event.metadata ?? [:]) { _, new in new }
    var members: [JSONValue.JSONMember] = [
      .init("at", .string(timestamp(Date().unixMilliseconds))), .init("level", .string(event.level.rawValue)),
      .init("from", .string(label)), .init("message", .string(event.message.description)),
    ]
    members += merged.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value.description)) }
    let line = JSONValue.object(members).encoded() + [UInt8(ascii: "\n")]
    Self.output.withLock { _ in try? FileHandle.standardError.write(contentsOf: Data(line)) }
  }
}
