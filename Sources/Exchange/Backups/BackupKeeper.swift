public import DurableFiles
public import Foundation
public import Logging
import Runtime
public import ServiceLifecycle
public import Storage
public import Timestamps
public import Zones

/// Makes a zone's backups while it runs, and tells its peers through receipts how far one covers what they have sent.
public final class BackupKeeper: Service {
  private let backups: BackupConfiguration
  private let folder: BackupFolder
  private let database: ZoneDatabase
  private let logger: Logger
  private let tellPeers: @Sendable () -> Void
  private let turn = OneAtATime()
  private let now: @Sendable () -> UnixMilliseconds

  /// - Parameter tellPeers: called when a backup has been checked.
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

  /// A backup at the start, if the newest is older than the interval, and then one every interval.
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

  func millisecondsToNext() -> Int {
    let (now, wait) = (now(), backups.everyHours * 3_600_000)
    // A backup dated in the future was made under a wrong clock, and does not count.
    let times = ((try? folder.names()) ?? []).compactMap(BackupFolder.time(ofName:)).filter { $0 <= now }
    guard let last = times.max() else { return 0 }
    return last + wait - now
  }

  /// Makes one now. Returns its name.
  ///
  /// One at a time: an operator's request waits for the daemon's own backup.
  @discardableResult
  public func backUp() async throws -> String { try await turn.run { try await self.makeOne() } }

  private func makeOne() async throws -> String {
    let pool = BlockingPool.shared
    let (name, covered) = try await pool.run { try self.folder.make(of: self.database, at: self.now()) }
    try await database.write { db in
      for stream in covered {
        try db.run(
          "UPDATE incoming_stream SET secured = ? WHERE peer = ? AND stream = ? AND secured < ?", stream.applied,
          stream.peer, stream.stream, stream.applied)
      }
    }
    tellPeers()
    try await pool.run { try self.folder.prune(to: self.backups.kept) }
    logger.info("backup made and checked", metadata: ["name": "\(name)"])
    return name
  }
}
