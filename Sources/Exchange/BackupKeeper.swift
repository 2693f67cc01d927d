public import DurableFiles
public import Foundation
import GRDB
public import Logging
public import ServiceLifecycle
public import Storage
public import Zones

/// Makes a zone's backups while it works, and tells its peers through receipts how far one covers what they have sent.
public final class BackupKeeper: Service {
  private let backups: BackupConfiguration
  private let folder: BackupFolder
  private let database: ZoneDatabase
  private let logger: Logger
  private let tellPeers: @Sendable () -> Void
  private let turn = OneAtATime()
  private let now: @Sendable () -> UnixMilliseconds

  /// - Parameter tellPeers: called once a backup was checked.
  public init(
    backups: BackupConfiguration, dataDirectory: String, database: ZoneDatabase, files: Files, logger: Logger,
    tellPeers: @escaping @Sendable () -> Void,
    now: @escaping @Sendable () -> UnixMilliseconds = { Date().unixMilliseconds }
  ) {
    self.backups = backups
    folder = BackupFolder(path: backups.folder, data: dataDirectory, files: files)
    self.database = database
    self.logger = logger
    self.tellPeers = tellPeers
    self.now = now
  }

  /// A backup at the start, where the newest is older than the interval, and one each interval after.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let wait = self.millisecondsToNext()
        if wait > 0 {
          guard (try? await Task.sleep(for: .milliseconds(min(wait, 60_000)))) != nil else { return }
          continue
        }
        do { try await self.backUp() } catch {
          self.logger.critical(
            "no backup could be made; it is tried again in a minute", metadata: ["error": "\(error)"])
          try? await Task.sleep(for: .seconds(60))
        }
      }
    }
  }

  private func millisecondsToNext() -> Int {
    guard let last = (try? folder.names())?.last.flatMap(BackupFolder.time(ofName:)) else { return 0 }
    return last + backups.everyHours * 3_600_000 - now()
  }

  /// Makes one now. Returns its name.
  ///
  /// One at a time: an operator's waits for the daemon's own.
  @discardableResult
  public func backUp() async throws -> String { try await turn.run { try await self.makeOne() } }

  private func makeOne() async throws -> String {
    let (name, covered) = try await inBackground { try self.folder.make(of: self.database, at: self.now()) }
    try await database.write { db in
      for stream in covered {
        try db.executeCached(
          sql: "UPDATE incoming_stream SET secured = MAX(secured, ?) WHERE peer = ? AND stream = ?",
          arguments: [stream.applied, stream.peer, stream.stream])
      }
    }
    tellPeers()
    try folder.prune(to: backups.kept)
    logger.info("backup made and checked", metadata: ["name": "\(name)"])
    return name
  }

  /// Copying takes long and blocks: it gets a thread of its own.
  private func inBackground<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue(label: "exchange.backup").async { continuation.resume(with: Result { try body() }) }
    }
  }
}
