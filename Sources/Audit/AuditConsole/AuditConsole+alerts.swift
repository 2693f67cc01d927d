import Acts
import Cryptography
import Foundation
public import Roles
import Storage

/// Something for an officer to examine.
public struct AuditAlert: Sendable, Equatable {
  public let id: Int64
  public let kind: String
  public let zone: String
  public let peer: String
  public let code: String
  public let firstAt: String
  public let lastAt: String
  public let count: Int
  /// Nil while it is open.
  public let acknowledged: Acknowledgement?

  public struct Acknowledgement: Sendable, Equatable {
    /// Milliseconds since 1970.
    public let at: Int
    public let by: String
    public let remark: String
  }

  init(row: SQLRow) throws {
    (id, kind, zone, peer) = try (row["id"], row["kind"], row["zone"], row["peer"])
    (code, firstAt, lastAt, count) = try (row["code"], row["first_at"], row["last_at"], row["count"])
    acknowledged = try (row["acknowledged_at"] as Int?).map {
      try Acknowledgement(at: $0, by: row["acknowledged_name"] ?? "", remark: row["remark"] ?? "")
    }
  }
}

extension AuditConsole {
  /// Open or acknowledged alerts, the newest first.
  public func alerts(
    open: Bool, limit: Int, offset: Int, for official: Official
  ) async throws(AuditConsoleError) -> (alerts: [AuditAlert], total: Int) {
    try demand(official)
    return try await read { db in
      let condition = "acknowledged_at IS \(open ? "" : "NOT ")NULL"
      let total = try db.one(Int.self, "SELECT COUNT(*) FROM alert WHERE \(condition)") ?? 0
      let rows = try db.all(
        "SELECT * FROM alert WHERE \(condition) ORDER BY last_at DESC, id DESC LIMIT ? OFFSET ?", limit, max(0, offset))
      return try (rows.map(AuditAlert.init(row:)), total)
    }
  }

  /// How many are open.
  public func openAlerts(for official: Official) async throws(AuditConsoleError) -> Int {
    try demand(official)
    return try await read { try $0.one(Int.self, "SELECT COUNT(*) FROM alert WHERE acknowledged_at IS NULL") ?? 0 }
  }

  /// An alert with its entries, the oldest first.
  public func alert(
    _ id: Int64, for official: Official
  ) async throws(AuditConsoleError) -> (alert: AuditAlert, events: [AuditEvent]) {
    try demand(official)
    return try await read { db in
      guard let row = try db.one("SELECT * FROM alert WHERE id = ?", id) else {
        throw AuditConsoleError.notFound
      }
      let events = try db.all(
        """
        SELECT e.* FROM alert_entry a JOIN audit_event e USING (zone, log, position)
        WHERE alert = ? ORDER BY at, zone, log, position
        """, id)
      return try (AuditAlert(row: row), events.map(AuditEvent.init(row:)))
    }
  }

  /// Acknowledges an open alert, with a remark. Later entries make a new one.
  ///
  /// - Throws: `badText` without a remark; `notFound` if it is not open.
  public func acknowledge(
    _ id: Int64, remark: String, by official: Official
  ) async throws(AuditConsoleError) {
    try await acknowledge([id], remark: remark, by: official)
  }

  /// Acknowledges several at once with one remark: all of them, or none. Each is an act.
  ///
  /// - Throws: `badText` without a remark, or for no alert or more than 100; `notFound` if one of them is not open.
  public func acknowledge(
    _ ids: [Int64], remark: String, by official: Official
  ) async throws(AuditConsoleError) {
    try demand(official, .settleAlerts)
    guard (1...Self.alertsAtOnce).contains(ids.count) else { throw .badText }
    let remark = remark.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !remark.isEmpty, remark.count <= Self.remarkMax else { throw .badText }
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      for id in ids {
        let changed = try db.run(
          """
          UPDATE alert SET acknowledged_at = ?, acknowledged_by = ?, acknowledged_name = ?, remark = ?
          WHERE id = ? AND acknowledged_at IS NULL
          """, now, official.person, official.name, remark, id)
        guard changed == 1 else { throw AuditConsoleError.notFound }
        try Act("alert.acknowledged", "alert \(id)", content: Digest.of(remark.utf8), detail: remark)
          .record(by: official, at: now, audit, db)
      }
    }
  }
}

extension AuditConsole {
  /// Records that an officer exported evidence.
  ///
  /// - Parameter object: what it is about: `alert 7`, `letter 2026-000001`.
  public func noteExport(of object: String, by official: Official) async throws(AuditConsoleError) {
    try demand(official, .settleAlerts)
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      try Act("evidence.exported", object).record(by: official, at: now, audit, db)
    }
  }
}

/// A saved search.
public struct SavedSearch: Sendable, Equatable {
  public let id: Int64
  public let name: String
  /// The query string of the page's address.
  public let query: String
}

extension AuditConsole {
  private static let searchesMax = 50

  public func searches(for official: Official) async throws(AuditConsoleError) -> [SavedSearch] {
    try demand(official)
    return try await read { db in
      try db.all("SELECT id, name, query FROM saved_search WHERE person = ? ORDER BY name", official.person).map {
        try SavedSearch(id: $0["id"], name: $0["name"], query: $0["query"])
      }
    }
  }

  /// Saves a search under the officer's own name for it; one with the same name is replaced.
  public func save(_ query: String, as name: String, by official: Official) async throws(AuditConsoleError) {
    try demand(official)
    let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !name.isEmpty, name.count <= Self.searchNameMax, query.utf8.count <= 1_000 else { throw .badText }
    try await write { db in
      let count = try db.one(
        Int.self, "SELECT COUNT(*) FROM saved_search WHERE person = ? AND name <> ?", official.person, name)
      guard count ?? 0 < Self.searchesMax else { throw AuditConsoleError.badText }
      try db.run(
        """
        INSERT INTO saved_search (person, name, query) VALUES (?, ?, ?)
        ON CONFLICT (person, name) DO UPDATE SET query = excluded.query
        """, official.person, name, query)
    }
  }

  public func removeSearch(_ id: Int64, by official: Official) async throws(AuditConsoleError) {
    try demand(official)
    try await write { db in
      try db.run("DELETE FROM saved_search WHERE id = ? AND person = ?", id, official.person)
    }
  }
}
