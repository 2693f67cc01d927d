import DurableFiles
import Foundation
import GRDB
public import Logging
public import ServiceLifecycle
public import Storage

/// Does what operators' commands ask of the running daemon. A command writes a row and waits for its outcome; no port is
/// open for it, and who may write to the data folder may ask.
public final class OperatorRequests: Service {
  /// Gets the request's argument; returns the outcome for the operator, in words, which begin with "failed" where nothing
  /// was done. What it throws is such an outcome too.
  public typealias Handler = @Sendable (String) async throws -> String

  private static let pollMilliseconds = 250

  private let database: ZoneDatabase
  private let handlers: [String: Handler]
  private let logger: Logger

  /// - Parameter handlers: by kind.
  public init(database: ZoneDatabase, handlers: [String: Handler], logger: Logger) {
    self.database = database
    self.handlers = handlers
    self.logger = logger
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: .milliseconds(Self.pollMilliseconds))) != nil {
        do { try await self.answerAll() } catch {
          self.logger.error("operators' requests cannot be read", metadata: ["error": "\(error)"])
        }
      }
    }
  }

  private struct Request: FetchableRecord, Decodable, Sendable {
    let id: Int64
    let kind: String
    let argument: String
  }

  private func answerAll() async throws {
    let open = try await database.read { db in
      try Request.cachedAll(
        db, sql: "SELECT id, kind, argument FROM operator_request WHERE outcome IS NULL ORDER BY id LIMIT 16")
    }
    for request in open {
      let outcome = await answer(request)
      logger.notice(
        "an operator's request was done", metadata: ["kind": "\(request.kind)", "outcome": "\(outcome)"])
      try await database.write { db in
        try db.executeCached(
          sql: "UPDATE operator_request SET outcome = ? WHERE id = ?", arguments: [outcome, request.id])
        try db.executeCached(sql: "DELETE FROM operator_request WHERE id < ?", arguments: [request.id - 1_000])
      }
    }
  }

  private func answer(_ request: Request) async -> String {
    guard let handler = handlers[request.kind] else { return "failed: this zone's daemon cannot do that" }
    do { return try await handler(request.argument) } catch { return "failed: \(error)" }
  }

  /// A command's side: asks the daemon that works on `dataDirectory`, and waits for its word.
  ///
  /// - Returns: nil where no daemon has answered in `waitSeconds`; the request stays and is done when one runs.
  public static func ask(
    _ kind: String, _ argument: String, dataDirectory: String, waitSeconds: Int = 30
  ) async throws -> String? {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    let path = dataDirectory + "/zone.sqlite"
    guard Files().exists(path) else { throw FileError(.open, path, number: ENOENT) }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? queue.close() }
    let id = try await queue.write { db in
      try db.execute(
        sql: "INSERT INTO operator_request (kind, argument) VALUES (?, ?)", arguments: [kind, argument])
      return db.lastInsertedRowID
    }
    let end = ContinuousClock.now + .seconds(waitSeconds)
    while ContinuousClock.now < end {
      let outcome = try await queue.read { db in
        try String.fetchOne(db, sql: "SELECT outcome FROM operator_request WHERE id = ?", arguments: [id])
      }
      if let outcome { return outcome }
      try await Task.sleep(for: .milliseconds(200))
    }
    return nil
  }
}
