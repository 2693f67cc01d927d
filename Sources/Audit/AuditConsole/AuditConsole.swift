import Acts
public import AuditLog
public import Certificates
import Foundation
public import Roles
public import Runtime
public import Storage
import TransparencyLog
import Zones

/// Why something was not shown or done.
public enum AuditConsoleError: Error, Sendable {
  case notAllowed
  case notFound
  /// A remark, or a search's name, is missing or too long.
  case badText
  /// A disk or the database failed, as the cause says; trying again may help.
  case unavailable(any Error)
}

extension AuditConsoleError: CodedFault, Equatable {
  public var faultCode: String {
    switch self {
    case .notAllowed: "not-allowed"
    case .notFound: "not-found"
    case .badText: "bad-text"
    case .unavailable(let cause): Runtime.faultCode(cause)
    }
  }

  public static func == (left: AuditConsoleError, right: AuditConsoleError) -> Bool {
    left.faultCode == right.faultCode
  }
}

/// What security officers see of the logs and can do. Every call says who asks.
///
/// Lists come from the index, which whoever has the database can change. Proofs come from the logs' files, and name
/// their checkpoint.
public final class AuditConsole: Sendable {
  /// Maximum characters of a remark.
  public static let remarkMax = 500
  public static let searchNameMax = 60
  public static let alertsAtOnce = 100

  let folders: LogFolders
  let database: ZoneDatabase
  let keys: Keys
  let judge: @Sendable (Certificate) -> SignerStanding
  let audit: AuditTrail
  let now: @Sendable () -> Int

  /// This zone's own keys.
  public struct Keys: Sendable {
    let log: [UInt8]
    let witness: [UInt8]

    /// - Parameters:
    ///   - log: the public key of the zone's logs, Ed25519.
    ///   - witness: the one that it cosigns its peers' logs with.
    public init(log: [UInt8], witness: [UInt8]) {
      self.log = log
      self.witness = witness
    }
  }

  /// - Parameters:
  ///   - judge: judges the certificate of a log or a witness. The database has the certificates, but is not trusted.
  ///   - now: milliseconds since 1970.
  public init(
    folders: LogFolders, database: ZoneDatabase, keys: Keys,
    judge: @escaping @Sendable (Certificate) -> SignerStanding, audit: AuditTrail,
    now: @escaping @Sendable () -> Int = { auditClock() }
  ) {
    self.folders = folders
    self.database = database
    self.keys = keys
    self.judge = judge
    self.audit = audit
    self.now = now
  }

  func demand(_ official: Official, _ action: Action = .readAudit) throws(AuditConsoleError) {
    guard official.may(action, .office) else { throw .notAllowed }
  }

  func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws(AuditConsoleError) -> T {
    do { return try await database.read(body) } catch { throw error as? AuditConsoleError ?? .unavailable(error) }
  }

  @discardableResult
  func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws(AuditConsoleError) -> T {
    do { return try await database.write(body) } catch { throw error as? AuditConsoleError ?? .unavailable(error) }
  }
}

/// How far the certificate of a log or a witness is trusted.
public enum SignerStanding: Sendable {
  case good
  /// It was revoked or has expired: what a witness cosigned while it was valid still counts.
  case ended
  /// None of this zone's authorities has issued it for this purpose.
  case unknown
}

/// A search for entries. Empty fields match everything.
public struct AuditFilter: Sendable, Equatable {
  /// RFC 3339 in UTC, or a prefix of it, such as `2026-11-23`.
  public var from = ""
  /// Likewise; the whole day, hour, … is included.
  public var to = ""
  public var zone = ""
  public var peer = ""
  public var kind = ""
  public var code = ""

  public init() {}

  var condition: (sql: String, arguments: [any SQLConvertible]) {
    var (parts, arguments): ([String], [any SQLConvertible]) = (["1 = 1"], [])
    for (column, value) in [("zone", zone), ("peer", peer), ("kind", kind), ("code", code)] where !value.isEmpty {
      parts.append("\(column) = ?")
      arguments += [value]
    }
    if !from.isEmpty {
      parts.append("at >= ?")
      arguments += [from]
    }
    if !to.isEmpty {
      // After every time with this prefix.
      parts.append("at < ?")
      arguments += [to + "\u{7F}"]
    }
    return (parts.joined(separator: " AND "), arguments)
  }
}

/// An entry as the index has it.
public struct AuditEvent: Sendable, Equatable {
  public let place: EntryPlace
  public let at: String
  public let kind: String
  public let peer: String
  public let code: String
  public let amount: Int

  init(row: SQLRow) throws {
    place = try EntryPlace(zone: row["zone"], log: row["log"], position: row["position"])
    (at, kind, peer, code, amount) = try (row["at"], row["kind"], row["peer"], row["code"], row["amount"])
  }

  init(_ place: EntryPlace, _ entry: IndexedEntry) {
    self.place = place
    (at, kind, peer, code, amount) = (entry.at, entry.kind, entry.peer, entry.code, entry.amount)
  }
}

/// An entry's place.
public struct EntryPlace: Hashable, Sendable {
  public let zone: String
  public let log: Int
  public let position: Int

  public init(zone: String, log: Int, position: Int) {
    self.zone = zone
    self.log = log
    self.position = position
  }
}

/// What happened in one hour.
public struct AuditHour: Sendable, Equatable {
  /// `2026-11-23T07`.
  public let hour: String
  public let zone: String
  public let peer: String
  public let kind: String
  public let code: String
  /// Packets, or tries.
  public let count: Int
  /// Messages in them.
  public let messages: Int
}

extension AuditConsole {
  private static let hoursMax = 1_000

  /// What crossed and what did not, by hour, link, kind and outcome, the newest first.
  public func hours(_ filter: AuditFilter, for official: Official) async throws(AuditConsoleError) -> [AuditHour] {
    try demand(official)
    let (sql, arguments) = filter.condition
    return try await read { db in
      try db.all(
        """
        SELECT substr(at, 1, 13) AS hour, zone, peer, kind, code, COUNT(*) AS count, SUM(amount) AS messages
        FROM audit_event WHERE \(sql) GROUP BY 1, 2, 3, 4, 5 ORDER BY 1 DESC, 2, 3, 4, 5 LIMIT ?
        """, values: arguments + [Self.hoursMax]
      ).map {
        try AuditHour(
          hour: $0["hour"], zone: $0["zone"], peer: $0["peer"], kind: $0["kind"], code: $0["code"], count: $0["count"],
          messages: $0["messages"])
      }
    }
  }

  /// Entries, the newest first.
  public func events(
    _ filter: AuditFilter, limit: Int, offset: Int, for official: Official
  ) async throws(AuditConsoleError) -> (events: [AuditEvent], hasMore: Bool) {
    try demand(official)
    let (sql, arguments) = filter.condition
    let found = try await read { db in
      try db.all(
        """
        SELECT * FROM audit_event WHERE \(sql) ORDER BY at DESC, zone, log DESC, position DESC LIMIT ? OFFSET ?
        """, values: arguments + [limit + 1, max(0, offset)]
      ).map(AuditEvent.init(row:))
    }
    return (Array(found.prefix(limit)), found.count > limit)
  }

  /// The zones and peers that have entries, for a form's choices.
  public func zones(for official: Official) async throws(AuditConsoleError) -> [String] {
    try demand(official)
    return try await read { try $0.all(String.self, "SELECT DISTINCT zone FROM audit_indexed ORDER BY 1") }
  }
}

/// The clock in production: milliseconds since 1970.
public func auditClock() -> Int { Int((Date().timeIntervalSince1970 * 1_000).rounded()) }
