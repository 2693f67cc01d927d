public import AuditLog
public import Certificates
import Cryptography
public import Foundation
public import Links
public import Logging
public import OperatorRequests
import PacketFormat
import PacketSeal
import Runtime
public import ServiceLifecycle
public import Storage
import Synchronization
public import Timestamps
public import Zones

/// Keeps the zone's revocation lists: accepts newer ones from files, from commands and from the peer, stores them,
/// passes them on to the peers that policy allows, and reports overdue ones.
public final class RevocationKeeper: Service {
  /// How soon a replaced file is noticed: a check reads its date, not its contents.
  private static let lookMilliseconds = 500

  private let database: ZoneDatabase
  private let outbox: Outbox
  private let links: [LinkConfiguration]
  private let files: TrustFiles
  let certificates: ExpiringCertificates
  private let trust: TrustStore
  private let log: RevocationLog
  private let audit: AuditTrail?
  let now: @Sendable () -> UnixMilliseconds
  /// The state of each list file when it was last read.
  private let seen = Mutex<[String: FileMark]>([:])

  /// - Parameters:
  ///   - trust: the zone's own, in which new lists take effect.
  ///   - audit: the zone's audit log; nil if it keeps none.
  ///   - now: milliseconds since 1970.
  public init(
    configuration: ZoneConfiguration, trust: TrustStore, database: ZoneDatabase, outbox: Outbox, logger: Logger,
    audit: AuditTrail? = nil, now: @escaping @Sendable () -> UnixMilliseconds = { Date().unixMilliseconds }
  ) {
    self.database = database
    self.outbox = outbox
    links = configuration.links
    files = configuration.trust
    certificates = ExpiringCertificates(configuration)
    self.trust = trust
    log = RevocationLog(logger: logger)
    self.audit = audit
    self.now = now
  }

  /// The start, before anything is judged: what counted before a restart counts again.
  public func begin() async throws {
    let kept = try await database.read { db in
      try db.all([UInt8].self, "SELECT der FROM revocation_list")
    }
    for der in kept {
      // An authority that is no longer trusted does not count.
      do { try trust.take(try RevocationList(der: der)) } catch {
        guard error.code == .rolledBack else { continue }
      }
    }
    // Perhaps nobody has been told yet what the files hold.
    let held = trust.revocationLists.map(\.list)
    try await keep(held)
  }

  /// Checks the files periodically until the service group shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      let (reminding, dates) = (Interval(.seconds(3_600)), Interval(.seconds(86_400)))
      repeat {
        if reminding.takeIfDue() { self.remind() }
        if dates.takeIfDue() {
          for ending in self.certificates.ending(at: Date(unixMilliseconds: self.now())) { self.log.ends(ending) }
        }
        for file in self.changedFiles() { await self.read(file.path, isFirst: file.isFirst) }
      } while (try? await Task.sleep(for: .milliseconds(Self.lookMilliseconds))) != nil
    }
  }

  /// Accepts lists, durably, and tells the peers.
  ///
  /// - Parameter text: PEM, one list or several.
  /// - Returns: a message for the operator.
  /// - Throws: `TrustError`; nothing is accepted then.
  public func importLists(pem text: String) async throws -> String {
    let lists = try RevocationList.parse(pem: Array(text.utf8))
    do {
      for list in lists { _ = try trust.isNews(list) }
    } catch {
      log.refused(error, from: "command")
      throw error
    }
    try await take(lists, from: "command", again: true)
    return lists.map { "list \($0.number) of \($0.issuerName) counts" }.joined(separator: "; ")
  }

  /// The handlers of the peers' messages.
  public var handlers: [String: MessageHandler] {
    [
      RevocationListMessage.type: MessageHandler { [self] message in
        let list: RevocationList
        do {
          list = try RevocationListMessage.list(in: message)
          _ = try trust.isNews(list)
        } catch let error as TrustError {
          log.refused(error, from: "peer")
          throw MessageRefusal(code: error.code.rawValue, reason: error.reason)
        }
        return { [self] db in
          try save(list, db)
          db.afterCommit { [self] in letCount(list, from: "peer") }
        }
      }
    ]
  }

  /// What operators may request: `import-crl` (argument: PEM).
  public var operatorHandlers: [String: OperatorRequests.Handler] {
    ["import-crl": { [self] text in try await importLists(pem: text) }]
  }

  private func read(_ path: String, isFirst: Bool) async {
    do { try await take(try RevocationList.load(pemFile: path), from: path, again: false) } catch {
      // A file from the last start may well be older than what has come over the link since.
      if isFirst, (error as? TrustError)?.code == .rolledBack { return }
      log.refused(error, from: path)
    }
  }

  /// - Parameter again: also tells the peers of a list that counted already.
  private func take(_ lists: [RevocationList], from source: String, again: Bool) async throws {
    var news: [RevocationList] = []
    for list in lists {
      let isNews = try trust.isNews(list)
      if isNews || again { news.append(list) }
    }
    guard !news.isEmpty else { return }
    try await keep(news, again: again)
    for list in news { letCount(list, from: source) }
  }

  /// Stores lists, and puts new ones into the outbox, in one transaction.
  private func keep(_ lists: [RevocationList], again: Bool = false) async throws {
    try await database.write { [self] db in
      for list in lists where try save(list, db) || again { try tellPeers(list, db) }
    }
  }

  /// - Returns: false if it was stored already.
  @discardableResult private func save(_ list: RevocationList, _ db: Transaction) throws -> Bool {
    guard let authority = trust.authorities.first(where: { list.isSigned(by: $0) }) else { return false }
    let key = authority.fingerprint.hex
    if let der = try db.one([UInt8].self, "SELECT der FROM revocation_list WHERE authority = ?", key),
      let held = try? RevocationList(der: der), held.number >= list.number
    {
      return false
    }
    try db.run(
      """
      INSERT INTO revocation_list (authority, der, taken_at) VALUES (?, ?, ?)
      ON CONFLICT (authority) DO UPDATE SET der = excluded.der, taken_at = excluded.taken_at
      """, key, list.der, now())
    try audit?.trustList(authority: authority.commonName, number: "\(list.number)", db)
    return true
  }

  private func tellPeers(_ list: RevocationList, _ db: Transaction) throws {
    let at = now()
    for link in links where link.outgoingPolicy.messageTypes.contains(RevocationListMessage.type) {
      let id = newIdentifier(at: at)
      let message = Message(
        id: id, type: RevocationListMessage.type, subject: id, after: [], at: timestamp(at),
        body: RevocationListMessage.body(list))
      try outbox.enqueue(OutgoingMessage(message, classification: .public), to: link.peer, db)
    }
  }

  private func letCount(_ list: RevocationList, from source: String) {
    do {
      if try trust.take(list) { log.taken(list, from: source) }
    } catch { log.refused(error, from: source) }
  }

  private func changedFiles() -> [(path: String, isFirst: Bool)] {
    files.revocationLists.compactMap { path in
      // A file that is missing for a moment, while it is being replaced, changes nothing.
      guard let mark = FileMark(path) else { return nil }
      let before = seen.withLock { $0.updateValue(mark, forKey: path) }
      return before == mark ? nil : (path, before == nil)
    }
  }

  private func remind() {
    let date = Date(unixMilliseconds: now())
    for (authority, list) in authoritiesWithLists() {
      guard let list else {
        log.missing(authority, refuses: refusesWithoutLists)
        continue
      }
      if list.nextUpdate < date { log.overdue(list, refuses: refusesWithoutLists) }
    }
  }

  /// Whether everything under an authority is refused if it has no current list.
  var refusesWithoutLists: Bool { files.revocationListAge == .refuse }

  /// Every authority, with its list in force.
  func authoritiesWithLists() -> [(authority: Certificate, list: RevocationList?)] {
    let lists = Dictionary(uniqueKeysWithValues: trust.revocationLists.map { ($0.authority, $0.list) })
    return trust.authorities.map { ($0, lists[$0]) }
  }
}

/// What changes when a file is written or replaced.
private struct FileMark: Equatable {
  let inode: UInt64
  let bytes: Int
  let seconds: Int
  let nanoseconds: Int

  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    inode = UInt64(status.st_ino)
    bytes = Int(status.st_size)
    seconds = Int(status.st_mtim.tv_sec)
    nanoseconds = Int(status.st_mtim.tv_nsec)
  }
}
