public import AuditLog
import Cryptography
public import Exchange
import Foundation
import GRDB
public import Storage
import Synchronization

/// Counts tries in the DMZ's database, so that a restart forgives none. What is counted by (letter codes, phone numbers,
/// addresses) stands there as HMACs under a key of the day; key and counts go two days later.
public final class GuessBook: Sendable {
  /// Why a try is refused.
  public enum Refusal: Sendable, Equatable {
    /// Too many wrong passwords for this code, whether there is such a letter or not.
    case letter
    case source
    case overall
  }

  /// What was counted beforehand, to be given back where it was no guess.
  public struct Reservation: Sendable {
    fileprivate let entries: [Entry]
  }

  fileprivate struct Entry: Sendable {
    let limit: GuessLimit
    let key: String
  }

  static let tagsMax = 200_000
  private static let daySeconds = 86_400

  private let database: ZoneDatabase
  private let rules: GuessRules
  private let audit: AuditTrail?
  private let now: @Sendable () -> UnixMilliseconds
  private let pruned = Mutex<(at: UnixMilliseconds, isCrowded: Bool)>((0, false))

  /// - Parameters:
  ///   - audit: the zone's audit log, where each limit that is reached is entered once; nil where it keeps none.
  ///   - now: milliseconds since 1970.
  public init(
    database: ZoneDatabase, rules: GuessRules, audit: AuditTrail? = nil,
    now: @escaping @Sendable () -> UnixMilliseconds
  ) {
    self.database = database
    self.rules = rules
    self.audit = audit
    self.now = now
  }

  /// Counts a look at a letter as wrong, before it is known to be: tries that come at the same time are all counted.
  ///
  /// While too many go wrong overall, a source that has not been wrong lately still has one try, so that a flood does not
  /// shut out who looks for a letter of their own.
  ///
  /// - Parameters:
  ///   - code: nil where what was typed is none.
  ///   - source: an IPv4 address or the first 64 bits of an IPv6 one.
  public func reserveLook(
    code: LetterCode?, source: String
  ) async throws(LetterError) -> Result<Reservation, Refused> {
    let bySource = Entry(limit: rules.source, key: source)
    let overall = Entry(limit: rules.overall, key: "")
    let byLetter = code.map { code in
      [rules.letterQuarter, rules.letterDay].map { Entry(limit: $0, key: code.symbols) }
    }
    return try await write { [audit] book in
      guard try book.count(bySource) < bySource.limit.most else {
        try book.tell(bySource, audit)
        return .failure(Refused(.source, bySource))
      }
      for entry in byLetter ?? [] where try book.count(entry) >= entry.limit.most {
        try book.tell(entry, audit)
        return .failure(Refused(.letter, entry))
      }
      if try book.count(overall) >= overall.limit.most {
        try book.tell(overall, audit)
        if try book.count(bySource) > 0 { return .failure(Refused(.overall, overall)) }
      }
      let entries = [bySource, overall] + (byLetter ?? [])
      for entry in entries { try book.add(1, to: entry) }
      return .success(Reservation(entries: entries))
    }
  }

  public struct Refused: Error, Sendable {
    public let refusal: Refusal
    /// How long the lock lasts at most, as pages tell it.
    public let seconds: Int

    fileprivate init(_ refusal: Refusal, _ entry: Entry) { (self.refusal, seconds) = (refusal, entry.limit.seconds) }
  }

  /// The look was right, or was not made.
  public func giveBack(_ reservation: Reservation) async throws(LetterError) {
    try await write { book in for entry in reservation.entries { try book.add(-1, to: entry) } }
  }

  /// Counts a message with a code that is to go to `phone`.
  ///
  /// - Returns: whether it may.
  public func takeCode(phone: String, source: String) async throws(LetterError) -> Bool {
    try await takeAll(codeEntries(phone, source))
  }

  /// The message was not sent after all.
  public func giveBackCode(phone: String, source: String) async throws(LetterError) {
    let entries = codeEntries(phone, source)
    try await write { book in for entry in entries { try book.add(-1, to: entry) } }
  }

  private func codeEntries(_ phone: String, _ source: String) -> [Entry] {
    [
      Entry(limit: rules.codesOfSource, key: source), Entry(limit: rules.codesOfPhone, key: phone),
      Entry(limit: rules.codesOverall, key: ""),
    ]
  }

  /// Lifts the lock on a letter, a few times a day.
  ///
  /// - Returns: whether it was lifted.
  public func unlock(_ code: LetterCode) async throws(LetterError) -> Bool {
    guard try await takeAll([Entry(limit: rules.unlocks, key: code.symbols)]) else { return false }
    let rules = self.rules
    try await write { book in
      for limit in [rules.letterQuarter, rules.letterDay] {
        try book.forget(Entry(limit: limit, key: code.symbols))
      }
    }
    return true
  }

  private func takeAll(_ entries: [Entry]) async throws(LetterError) -> Bool {
    try await write { [audit] book in
      for entry in entries where try book.count(entry) >= entry.limit.most {
        try book.tell(entry, audit)
        return false
      }
      for entry in entries { try book.add(1, to: entry) }
      return true
    }
  }

  private func write<T: Sendable>(
    _ body: @escaping @Sendable (OpenBook) throws -> T
  ) async throws(LetterError) -> T {
    let now = self.now()
    let mustPrune = pruned.withLock { pruned in
      guard now - pruned.at >= 60_000 || now < pruned.at else { return false }
      pruned.at = now
      return true
    }
    let isCrowded = pruned.withLock { $0.isCrowded }
    do {
      let (result, tags) = try await database.write { db in
        let tags = mustPrune ? try OpenBook.prune(now, db) : nil
        return (try body(try OpenBook(now: now, isCrowded: isCrowded, db)), tags)
      }
      if let tags { pruned.withLock { $0.isCrowded = tags >= Self.tagsMax } }
      return result
    } catch { throw .unavailable }
  }
}

/// The counts, within one transaction.
private struct OpenBook {
  private static let dayMilliseconds = 86_400_000

  private let now: UnixMilliseconds
  private let isCrowded: Bool
  private let db: Database
  // They lie in the database as they are: locked memory would hide nothing, and costs more than the counting.
  private let today: [UInt8]
  private let yesterday: [UInt8]?

  init(now: UnixMilliseconds, isCrowded: Bool, _ db: Database) throws {
    (self.now, self.isCrowded, self.db) = (now, isCrowded, db)
    let day = now / Self.dayMilliseconds
    func key(_ day: Int) throws -> [UInt8]? {
      try Data.fetchOne(db.cachedStatement(sql: "SELECT key FROM guess_key WHERE day = ?"), arguments: [day])
        .map { Array($0) }
    }
    yesterday = try key(day - 1)
    if let known = try key(day) {
      today = known
      return
    }
    let fresh = randomBytes(32)
    try db.execute(sql: "INSERT INTO guess_key (day, key) VALUES (?, ?)", arguments: [day, Data(fresh)])
    today = fresh
  }

  /// - Returns: how many tags there are afterwards.
  static func prune(_ now: UnixMilliseconds, _ db: Database) throws -> Int {
    try db.execute(sql: "DELETE FROM guess_count WHERE ends_at <= ?", arguments: [now])
    try db.execute(sql: "DELETE FROM guess_key WHERE day < ?", arguments: [now / dayMilliseconds - 1])
    return try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM guess_count") ?? 0
  }

  /// How many were counted in the window that is open, under today's key and yesterday's.
  func count(_ entry: GuessBook.Entry) throws -> Int {
    var total = 0
    for key in [today, yesterday].compactMap(\.self) {
      let counted = try Int.fetchOne(
        db.cachedStatement(sql: "SELECT count FROM guess_count WHERE scope = ? AND tag = ? AND ends_at > ?"),
        arguments: [entry.limit.scope, try slot(entry, key), now])
      total += counted ?? 0
    }
    return total
  }

  func add(_ change: Int, to entry: GuessBook.Entry) throws {
    let end = now + entry.limit.seconds * 1_000
    try db.cachedStatement(
      sql: """
        INSERT INTO guess_count (scope, tag, ends_at, count) VALUES (?, ?, ?, max(0, ?))
        ON CONFLICT (scope, tag) DO UPDATE SET
          count = CASE WHEN ends_at > ? THEN max(0, count + ?) ELSE max(0, ?) END,
          told = CASE WHEN ends_at > ? THEN told ELSE 0 END,
          ends_at = CASE WHEN ends_at > ? THEN ends_at ELSE excluded.ends_at END
        """
    ).execute(arguments: [entry.limit.scope, try slot(entry, today), end, change, now, change, change, now, now])
  }

  /// Enters a limit that is reached in the audit log, once in its window.
  func tell(_ entry: GuessBook.Entry, _ audit: AuditTrail?) throws {
    guard let audit else { return }
    var wasTold = true
    for key in [today, yesterday].compactMap(\.self) {
      try db.cachedStatement(
        sql: "UPDATE guess_count SET told = 1 WHERE scope = ? AND tag = ? AND ends_at > ? AND told = 0"
      ).execute(arguments: [entry.limit.scope, try slot(entry, key), now])
      if db.changesCount > 0 { wasTold = false }
    }
    guard !wasTold else { return }
    try audit.guessStopped(limit: entry.limit.scope, tag: encodeHex(Array(try slot(entry, today))), db)
  }

  func forget(_ entry: GuessBook.Entry) throws {
    for key in [today, yesterday].compactMap(\.self) {
      try db.cachedStatement(sql: "DELETE FROM guess_count WHERE scope = ? AND tag = ?")
        .execute(arguments: [entry.limit.scope, try slot(entry, key)])
    }
  }

  /// Where there are too many to tell apart, those that are new share 256 counts a scope.
  private func slot(_ entry: GuessBook.Entry, _ key: [UInt8]) throws -> Data {
    let tag = Data(hmacSHA256(openKey: key, Array("\(entry.limit.scope) \(entry.key)".utf8)).prefix(16))
    guard isCrowded else { return tag }
    let isKnown = try Bool.fetchOne(
      db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM guess_count WHERE scope = ? AND tag = ?)"),
      arguments: [entry.limit.scope, tag])
    return isKnown == true ? tag : tag.prefix(1)
  }
}
