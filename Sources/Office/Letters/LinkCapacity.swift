import Glibc
import Links
import Logging
import Storage
import Synchronization
import Zones

/// How much of a disk must stay free for letters to be taken.
public struct DiskLimit: Sendable {
  /// A folder on the disk.
  public var folder: String
  /// 0 for no limit.
  public var minFreeBytes: Int

  public init(folder: String, minFreeBytes: Int) {
    self.folder = folder
    self.minFreeBytes = minFreeBytes
  }

  public static let none = DiskLimit(folder: "/", minFreeBytes: 0)

  /// What the daemon may still write; nil where the system does not say.
  fileprivate func freeBytes() -> Int? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return Int(clamping: status.f_bavail).multipliedClamping(by: Int(clamping: status.f_frsize))
  }
}

/// Knows whether the link and the disk have room for another letter.
///
/// Looked at now and then; in between, what was committed meanwhile is added up. Once full, it counts as full until a tenth
/// is free again, so that it does not change its mind with each letter.
final class LinkCapacity: Sendable {
  private struct State {
    var backlog = OutboxBacklog(messages: 0, bytes: 0)
    var freeBytes: Int?
    var isFull = false
    /// Nil before the first look.
    var nextLook: ContinuousClock.Instant?
    var isLooking = false
  }

  private let link: LinkConfiguration
  private let disk: DiskLimit
  private let database: ZoneDatabase
  private let logger: Logger
  private let state = Mutex(State())

  init(link: LinkConfiguration, disk: DiskLimit, database: ZoneDatabase, logger: Logger) {
    self.link = link
    self.disk = disk
    self.database = database
    self.logger = logger
  }

  /// - Throws: `linkIsFull` where there is no room; `unavailable` where the database does not answer.
  func demand() async throws(LetterError) {
    let mustLook = state.withLock { state in
      guard let next = state.nextLook else { return true }
      guard next <= .now, !state.isLooking else { return false }
      state.isLooking = true
      return true
    }
    if mustLook { try await look() }
    if state.withLock({ $0.isFull }) { throw .linkIsFull }
  }

  /// Adds a letter that was committed since the last look.
  func add(bytes: Int) {
    change {
      $0.backlog.messages += 1
      $0.backlog.bytes += bytes
    }
  }

  private func look() async throws(LetterError) {
    let peer = link.peer
    defer { state.withLock { $0.isLooking = false } }
    let (backlog, took): (OutboxBacklog, Duration)
    do {
      (backlog, took) = try await database.read { db in
        let started = ContinuousClock.now
        return (try OutboxBacklog.read(peer: peer, db), ContinuousClock.now - started)
      }
    } catch { throw .unavailable(error) }
    let free = disk.minFreeBytes > 0 ? disk.freeBytes() : nil
    change {
      $0.backlog = backlog
      $0.freeBytes = free
      // A long queue takes long to look at.
      $0.nextLook = .now + min(max(.seconds(1), took * 10), .seconds(10))
    }
  }

  private func change(_ body: (inout State) -> Void) {
    let (before, after) = state.withLock { state in
      let before = state.isFull
      body(&state)
      state.isFull = isFull(state)
      return (before, state)
    }
    if before != after.isFull { report(after) }
  }

  private func isFull(_ state: State) -> Bool {
    let limits = link.limits
    func limit(_ most: Int) -> Int { state.isFull ? max(1, most - most / 10) : most }
    if state.backlog.messages >= limit(limits.outboxMaxMessages) { return true }
    if state.backlog.bytes >= limit(limits.outboxMaxBytes) { return true }
    guard let free = state.freeBytes else { return false }
    return free < disk.minFreeBytes + (state.isFull ? disk.minFreeBytes / 10 : 0)
  }

  private func report(_ state: State) {
    let metadata: Logger.Metadata = [
      "peer": "\(link.peer)", "messages": "\(state.backlog.messages)", "bytes": "\(state.backlog.bytes)",
      "free": "\(state.freeBytes.map(String.init) ?? "-")",
    ]
    if state.isFull {
      logger.critical("no letters are taken: too much waits for the peer, or the disk is full", metadata: metadata)
    } else {
      logger.notice("letters are taken again", metadata: metadata)
    }
  }
}

extension Int {
  fileprivate func multipliedClamping(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
