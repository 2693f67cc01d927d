import Drop
public import DurableFiles
import Foundation
public import Logging
public import ServiceLifecycle
public import Storage

/// Executes operators' commands in the running daemon. A command writes a row and waits for its outcome; no port is
/// open for it, and whoever may write to the data folder may make requests.
public final class OperatorRequests: Service {
  /// Gets the request's argument; returns the outcome for the operator, in words, beginning with "failed" if nothing
  /// was done. What it throws is such an outcome too.
  public typealias Handler = @Sendable (String) async throws -> String

  /// How long a request waits if its wake-up is lost, as on a file system that raises no events.
  private static let lookSeconds = 10

  private let database: ZoneDatabase
  private let handlers: [String: Handler]
  private let logger: Logger
  private let files: Files
  /// A command that has written its request creates an empty file here, which wakes the daemon.
  private let folder: String

  /// - Parameter handlers: by kind.
  public init(
    database: ZoneDatabase, dataDirectory: String, files: Files, handlers: [String: Handler], logger: Logger
  ) {
    self.database = database
    self.files = files
    folder = Self.folder(dataDirectory)
    self.handlers = handlers
    self.logger = logger
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      do { try self.files.createFolder(self.folder) } catch {
        self.logger.warning("operators' commands are answered late", metadata: ["error": "\(error)"])
      }
      for await _ in FolderWatch.changes(in: self.folder, pollSeconds: Self.lookSeconds) {
        if Task.isCancelled { return }
        do { try await self.answerAll() } catch {
          self.logger.error("operators' requests cannot be read", metadata: ["error": "\(error)"])
        }
      }
    }
  }

  private struct Request: Sendable {
    let id: Int64
    let kind: String
    let argument: String
  }

  private static func folder(_ dataDirectory: String) -> String { dataDirectory + "/requests" }

  private func answerAll() async throws {
    // Before the table is read: later requests wake it again.
    for name in (try? files.list(folder)) ?? [] { try? files.remove(folder + "/" + name) }
    while let request = try await database.read({ db in
      try db.one(
        "SELECT id, kind, argument FROM operator_request WHERE outcome IS NULL ORDER BY id LIMIT 1"
      ).map { Request(id: try $0["id"], kind: try $0["kind"], argument: try $0["argument"]) }
    }), !Task.isCancelled {
      let outcome = await answer(request)
      logger.notice(
        "an operator's request was done", metadata: ["kind": "\(request.kind)", "outcome": "\(outcome)"])
      try await database.write { db in
        try db.run("UPDATE operator_request SET outcome = ? WHERE id = ?", outcome, request.id)
        try db.run("DELETE FROM operator_request WHERE id < ?", request.id - 1_000)
      }
    }
  }

  private func answer(_ request: Request) async -> String {
    guard let handler = handlers[request.kind] else { return "failed: this zone's daemon cannot do that" }
    do { return try await handler(request.argument) } catch { return "failed: \(error)" }
  }

  /// A command's side: makes a request to the daemon that works on `dataDirectory`, and waits for the outcome.
  ///
  /// - Returns: nil if no daemon has answered in `waitSeconds`; the request stays and is done when one runs.
  public static func ask(
    _ kind: String, _ argument: String, dataDirectory: String, waitSeconds: Int = 30
  ) async throws -> String? {
    let path = dataDirectory + "/zone.sqlite"
    guard Files().exists(path) else { throw FileError(.open, path, number: ENOENT) }
    let queue = try SQLiteFile(path: path, .readWrite)
    defer { try? queue.close() }
    let id = try await queue.write { db in
      try db.one(
        Int64.self, "INSERT INTO operator_request (kind, argument) VALUES (?, ?) RETURNING id", kind, argument)
    }
    // If no daemon of this release has run yet, its next poll sees the request.
    try? Files().writeNew("\(folder(dataDirectory))/\(UUID().uuidString)", [])
    let end = ContinuousClock.now + .seconds(waitSeconds)
    while ContinuousClock.now < end {
      let outcome = try await queue.read { db in
        try db.one(String.self, "SELECT outcome FROM operator_request WHERE id = ?", id)
      }
      if let outcome { return outcome }
      try await Task.sleep(for: .milliseconds(100))
    }
    return nil
  }
}
