public import AuditLog
import Cryptography
public import FairQueues
import Foundation
public import Storage
import Synchronization
public import Timestamps

/// Counts tries in the DMZ's database, so that a restart forgives none. What is counted by (letter codes, phone numbers,
/// addresses, visits) stands there as HMACs under a key of the day; key and counts go two days later.
///
/// Where there are more counts than can be kept, those of codes that no letter is known to have are forgotten first, then
/// those of sources, whose looks their wider networks' counts and the overall one hold too. The count of a letter that
/// exists stays for its window.
public final class AttemptLimiter: Sendable {
  /// Why a try is refused.
  public enum Refusal: Sendable, Equatable {
    /// Too many wrong passwords for this code, whether there is such a letter or not.
    case letter
    case source
    case overall
  }

  /// What was counted beforehand, to be given back where it was no guess.
  public struct Reservation: Sendable {
    /// Whether the source has been wrong lately, or asks something else at this moment.
    public let sourceWasWrong: Bool
    fileprivate let entries: [AttemptEntry]
    fileprivate let letterTags: [Tag]
  }

  fileprivate struct Tag: Hashable, Sendable {
    let scope: String
    let tag: Data
  }

  /// What is given back of a message that was not sent.
  public enum GivenBack: Sendable {
    /// It was never tried.
    case everything
    /// The gateway could not be asked or said that it cannot now: the number's owner is not to pay for that, and whoever
    /// asked is.
    case ofTheNumber
  }

  private struct Upkeep {
    var at: UnixMilliseconds = 0
    var writes = 0
    /// Letters that were looked at since, and whether they exist.
    var found: [Tag: Bool] = [:]
  }

  /// Counts that are kept; past them some are forgotten.
  static let tagsMax = 200_000
  /// How often, in milliseconds and in looks, what has ended or is too much is cleared away.
  static let upkeepMilliseconds = 60_000
  static let upkeepWrites = 10_000

  private let database: ZoneDatabase
  private let rules: AttemptRules
  private let audit: AuditTrail?
  private let tagsMax: Int
  private let now: @Sendable () -> UnixMilliseconds
  private let upkeep = Mutex(Upkeep())

  /// - Parameters:
  ///   - audit: the zone's audit log, where each limit that is reached is entered once; nil where it keeps none.
  ///   - now: milliseconds since 1970.
  public convenience init(
    database: ZoneDatabase, rules: AttemptRules, audit: AuditTrail? = nil,
    now: @escaping @Sendable () -> UnixMilliseconds
  ) {
    self.init(database: database, rules: rules, audit: audit, tagsMax: Self.tagsMax, now: now)
  }

  /// - Parameter tagsMax: counts that are kept.
  package init(
    database: ZoneDatabase, rules: AttemptRules, audit: AuditTrail? = nil, tagsMax: Int,
    now: @escaping @Sendable () -> UnixMilliseconds
  ) {
    self.database = database
    self.rules = rules
    self.audit = audit
    self.tagsMax = tagsMax
    self.now = now
  }

  /// Counts a look at a letter as wrong, before it is known to be: tries that come at the same time are all counted.
  ///
  /// While too many go wrong overall, a source that has not been wrong lately still has one try, so that a flood does not
  /// shut out who looks for a letter of their own; before that, one that has been wrong often is stopped first.
  ///
  /// - Parameters:
  ///   - source: who asks.
  ///   - visit: what the browser is known by, where it is; it has a smaller number of its own.
  public func reserveLook(
    code: LetterCode, source: Source, visit: String? = nil
  ) async throws(LetterError) -> Result<Reservation, Refused> {
    let rules = self.rules
    let bySource = rules.wrong(of: source)
    let ofAsker = bySource + (visit.map { [AttemptEntry(limit: rules.visit, key: $0)] } ?? [])
    let overall = AttemptEntry(limit: rules.overall, key: "")
    let byLetter = [rules.letterQuarter, rules.letterDay].map { AttemptEntry(limit: $0, key: code.symbols) }
    return try await write { [audit] book in
      for entry in ofAsker where try book.count(entry) >= entry.limit.most {
        try book.tell(entry, audit)
        return .failure(Refused(.source, entry))
      }
      for entry in byLetter where try book.count(entry) >= entry.limit.most {
        try book.tell(entry, audit)
        return .failure(Refused(.letter, entry))
      }
      let (taken, total) = (try book.count(bySource[bySource.count - 1]), try book.count(overall))
      if total >= overall.limit.most { try book.tell(overall, audit) }
      if taken > 0, !FairShare.allows(taken: taken, total: total, most: overall.limit.most) {
        return .failure(Refused(.overall, overall))
      }
      let entries = ofAsker + [overall] + byLetter
      for entry in entries { try book.add(1, to: entry) }
      return .success(
        Reservation(
          sourceWasWrong: taken > 0, entries: entries,
          letterTags: byLetter.map { Tag(scope: $0.limit.scope, tag: book.tag(of: $0)) }))
    }
  }

  public struct Refused: Error, Sendable {
    public let refusal: Refusal
    /// How long the lock lasts at most, as pages tell it.
    public let seconds: Int

    fileprivate init(_ refusal: Refusal, _ entry: AttemptEntry) {
      (self.refusal, seconds) = (refusal, entry.limit.seconds)
    }
  }

  /// The look was right, or was not made.
  public func giveBack(_ reservation: Reservation) async throws(LetterError) {
    try await write { book in for entry in reservation.entries { try book.add(-1, to: entry) } }
  }

  /// Notes whether the letter that was looked at exists: if so, its count is never forgotten before its window ends. The
  /// same work either way, and nothing that waits for a disk.
  public func settle(_ reservation: Reservation, isLetter: Bool) {
    upkeep.withLock { upkeep in
      for tag in reservation.letterTags { upkeep.found[tag] = isLetter }
    }
  }

  /// Counts a message with a code that is to go to `phone`.
  ///
  /// - Parameters:
  ///   - source: who asks; one may have a part of a number's messages alone.
  ///   - visit: what the browser is known by, where it is.
  /// - Returns: whether it may.
  public func takeCode(phone: String, source: Source, visit: String? = nil) async throws(LetterError) -> Bool {
    let overall = AttemptEntry(limit: rules.codesOverall, key: "")
    let bySource = rules.codes(of: source)
    let entries =
      bySource + numberEntries(phone, source) + (visit.map { [AttemptEntry(limit: rules.codesOfVisit, key: $0)] } ?? [])
    return try await write { [audit] book in
      for entry in entries where try book.count(entry) >= entry.limit.most {
        try book.tell(entry, audit)
        return false
      }
      let (taken, total) = (try book.count(bySource[bySource.count - 1]), try book.count(overall))
      guard FairShare.allows(taken: taken, total: total, most: overall.limit.most) else {
        if total >= overall.limit.most { try book.tell(overall, audit) }
        return false
      }
      for entry in entries + [overall] { try book.add(1, to: entry) }
      return true
    }
  }

  /// The message was not sent after all.
  public func giveBackCode(
    phone: String, source: Source, visit: String? = nil, _ what: GivenBack = .everything
  ) async throws(LetterError) {
    var entries = numberEntries(phone, source)
    if what == .everything {
      entries += rules.codes(of: source) + [AttemptEntry(limit: rules.codesOverall, key: "")]
      entries += visit.map { [AttemptEntry(limit: rules.codesOfVisit, key: $0)] } ?? []
    }
    let all = entries
    try await write { book in for entry in all { try book.add(-1, to: entry) } }
  }

  private func numberEntries(_ phone: String, _ source: Source) -> [AttemptEntry] {
    [rules.codesOfPhone, rules.codesOfPhoneDaily].map { AttemptEntry(limit: $0, key: phone) }
      + [rules.codesOfPair, rules.codesOfPairDaily].map {
        AttemptEntry(limit: $0, key: "\(phone) \(source.widest.key)")
      }
  }

  /// Lifts the lock on a letter, a few times a day; in one transaction with what it counts.
  ///
  /// - Returns: whether it was lifted.
  public func unlock(_ code: LetterCode) async throws(LetterError) -> Bool {
    let rules = self.rules
    return try await write { [audit] book in
      let unlocks = AttemptEntry(limit: rules.unlocks, key: code.symbols)
      guard try book.count(unlocks) < unlocks.limit.most else {
        try book.tell(unlocks, audit)
        return false
      }
      try book.add(1, to: unlocks)
      for limit in [rules.letterQuarter, rules.letterDay] {
        try book.forget(AttemptEntry(limit: limit, key: code.symbols))
      }
      return true
    }
  }

  private func write<T: Sendable>(
    _ body: @escaping @Sendable (OpenBook) throws -> T
  ) async throws(LetterError) -> T {
    let (now, most) = (self.now(), tagsMax)
    let found = upkeep.withLock { upkeep -> [Tag]? in
      upkeep.writes += 1
      let isDue =
        now - upkeep.at >= Self.upkeepMilliseconds || now < upkeep.at || upkeep.writes >= Self.upkeepWrites
      guard isDue else { return nil }
      (upkeep.at, upkeep.writes) = (now, 0)
      defer { upkeep.found = [:] }
      return upkeep.found.filter(\.value).map(\.key)
    }
    do {
      return try await database.write { db in
        if let found {
          for tag in found { try OpenBook.pin(tag.scope, tag.tag, db) }
          try OpenBook.prune(now, most: most, db)
        }
        return try body(try OpenBook(now: now, db))
      }
    } catch { throw .unavailable(error) }
  }
}

/// The counts, within one transaction.
private struct OpenBook {
  private static let dayMilliseconds = 86_400_000

  private let now: UnixMilliseconds
  private let db: Transaction
  // They lie in the database as they are: locked memory would hide nothing, and costs more than the counting.
  private let today: [UInt8]
  private let yesterday: [UInt8]?

  init(now: UnixMilliseconds, _ db: Transaction) throws {
    (self.now, self.db) = (now, db)
    let day = now / Self.dayMilliseconds
    func key(_ day: Int) throws -> [UInt8]? {
      try db.one(Data.self, "SELECT key FROM guess_key WHERE day = ?", day)
        .map { Array($0) }
    }
    yesterday = try key(day - 1)
    if let known = try key(day) {
      today = known
      return
    }
    let fresh = randomBytes(32)
    try db.run("INSERT INTO guess_key (day, key) VALUES (?, ?)", day, Data(fresh))
    today = fresh
  }

  /// Clears away what has ended, and what is too much: unknown codes first, then sources, the oldest first.
  static func prune(_ now: UnixMilliseconds, most: Int, _ db: Transaction) throws {
    try db.run("DELETE FROM guess_count WHERE ends_at <= ?", now)
    try db.run("DELETE FROM guess_key WHERE day < ?", now / dayMilliseconds - 1)
    let count = try db.one(Int.self, "SELECT COUNT(*) FROM guess_count") ?? 0
    guard count > most else { return }
    // Somewhat more, so that it is not done again at once.
    try db.run(
      """
      DELETE FROM guess_count WHERE (scope, tag) IN (
        SELECT scope, tag FROM guess_count WHERE forgettable > 0 ORDER BY forgettable, ends_at LIMIT ?)
      """, count - most + most / 10)
  }

  static func pin(_ scope: String, _ tag: Data, _ db: Transaction) throws {
    try db.run("UPDATE guess_count SET forgettable = 0 WHERE scope = ? AND tag = ?", scope, tag)
  }

  /// How many were counted in the window that is open, under today's key and yesterday's.
  func count(_ entry: AttemptEntry) throws -> Int {
    var total = 0
    for key in [today, yesterday].compactMap(\.self) {
      let counted = try db.one(
        Int.self, "SELECT count FROM guess_count WHERE scope = ? AND tag = ? AND ends_at > ?", entry.limit.scope,
        tag(of: entry, under: key), now)
      total += counted ?? 0
    }
    return total
  }

  func add(_ change: Int, to entry: AttemptEntry) throws {
    let end = now + entry.limit.seconds * 1_000
    try db.run(
      """
      INSERT INTO guess_count (scope, tag, ends_at, count, forgettable) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (scope, tag) DO UPDATE SET
        count = CASE
          WHEN guess_count.ends_at <= ? THEN excluded.count
          WHEN guess_count.count + ? > 0 THEN guess_count.count + ?
          ELSE 0 END,
        forgettable = CASE WHEN guess_count.ends_at > ? THEN guess_count.forgettable ELSE excluded.forgettable END,
        told = CASE WHEN guess_count.ends_at > ? THEN guess_count.told ELSE 0 END,
        ends_at = CASE WHEN guess_count.ends_at > ? THEN guess_count.ends_at ELSE excluded.ends_at END
      """, entry.limit.scope, tag(of: entry), end, max(0, change), entry.limit.keeping.rawValue, now, change, change,
      now, now, now)
  }

  /// Enters a limit that is reached in the audit log, once in its window.
  func tell(_ entry: AttemptEntry, _ audit: AuditTrail?) throws {
    guard let audit else { return }
    var wasTold = true
    for key in [today, yesterday].compactMap(\.self) {
      let changed = try db.run(
        "UPDATE guess_count SET told = 1 WHERE scope = ? AND tag = ? AND ends_at > ? AND told = 0", entry.limit.scope,
        tag(of: entry, under: key), now)
      if changed > 0 { wasTold = false }
    }
    guard !wasTold else { return }
    try audit.guessStopped(limit: entry.limit.scope, tag: encodeHex(Array(tag(of: entry))), db)
  }

  func forget(_ entry: AttemptEntry) throws {
    for key in [today, yesterday].compactMap(\.self) {
      try db.run("DELETE FROM guess_count WHERE scope = ? AND tag = ?", entry.limit.scope, tag(of: entry, under: key))
    }
  }

  func tag(of entry: AttemptEntry) -> Data { tag(of: entry, under: today) }

  private func tag(of entry: AttemptEntry, under key: [UInt8]) -> Data {
    Data(hmacSHA256(openKey: key, Array("\(entry.limit.scope) \(entry.key)".utf8)).prefix(16))
  }
}
