import AuditLog
import Cryptography
import DurableFiles
import Foundation
import Runtime
import Storage
import Zones

/// Detects at a start whether the database is the one that the last start left: a token is in it and in a file beside
/// it, and both change with each start. If they differ, the database came back from a backup, or is new, and every link
/// opens a new epoch.
///
/// A copy of the whole folder, made while the daemon ran and then restored, has both and is not detected here; the
/// peer's receipts show it later (`ReceiptHandler`).
///
/// An actor with a thread of its own, because it syncs files.
actor RestoreDetector {
  private let database: ZoneDatabase
  private let files: Files
  private let folder: String
  private let peers: [ZoneName]
  private let log: ExchangeLog
  private let audit: AuditTrail?
  private let executor = ThreadExecutor("restore")

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(
    database: ZoneDatabase, files: Files, folder: String, peers: [ZoneName], log: ExchangeLog, audit: AuditTrail?
  ) {
    self.database = database
    self.files = files
    self.folder = folder
    self.peers = peers
    self.log = log
    self.audit = audit
  }

  private var path: String { folder + "/incarnation" }

  /// Tries `begin` until it works. False if the task was cancelled before.
  func beginWhenPossible() async -> Bool {
    while !Task.isCancelled {
      do {
        try await begin()
        return true
      } catch {
        log.failed("recording this start", error)
        try? await Task.sleep(for: .seconds(1))
      }
    }
    return false
  }

  func begin() async throws {
    let known = try fileToken()
    let token = encodeHex(randomBytes(16))
    let (peers, audit) = (self.peers, self.audit)
    let verdict = try await database.write { db in
      for peer in peers { try OutgoingStream.prepare(peer, db) }
      let verdict = try Self.verdict(file: known, db)
      if let verdict {
        for peer in peers {
          let (epoch, _) = try OutgoingStream.raiseEpoch(peer, above: 0, db)
          try audit?.epochOpened(epoch, to: peer, reason: verdict, db)
        }
      }
      try db.run(
        """
        INSERT INTO incarnation (id, current, previous) VALUES (1, ?, '')
        ON CONFLICT (id) DO UPDATE SET previous = current, current = excluded.current
        """, token)
      return verdict
    }
    if let verdict { log.restoreNoticed(verdict) }
    try write(token)
  }

  /// Why the database is not the last start's; nil where it is.
  private static func verdict(file: String?, _ db: Transaction) throws -> String? {
    guard let row = try db.one("SELECT current, previous FROM incarnation") else {
      return file == nil ? nil : "the database is new, and the folder is not"
    }
    guard let file else { return "the folder is new, and the database is not" }
    // The token before: a crash came between the commit and the file.
    let tokens: [String] = try [row["current"], row["previous"]]
    return tokens.contains(file) ? nil : "the database is older than the folder"
  }

  private func fileToken() throws -> String? {
    do {
      return String(decoding: try files.read(path, maxBytes: 64), as: UTF8.self)
    } catch let error where error.isMissing {
      return nil
    }
  }

  private func write(_ token: String) throws {
    let temporary = path + ".new"
    try files.remove(temporary)
    try files.writeNew(temporary, [Array(token.utf8)])
    try files.rename(temporary, to: path)
    try files.syncFolder(folder)
  }
}
