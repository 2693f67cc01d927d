import Acts
public import Foundation
public import Roles
import Storage

/// Who acts for whom while they are away.
extension OfficeDirectory {
  private static let longestDays = 366

  /// A person's delegations, given and taken, that have not ended.
  public func delegations(
    of person: String, for official: Official
  ) async throws(OfficeError) -> [Delegation] {
    let now = self.now()
    return try await read { db in
      try demand(official, .delegate, try Self.place(person, db))
      return try db.all(
        """
        SELECT delegation.*, p.name AS personName, d.name AS delegateName FROM delegation
        JOIN person p ON p.id = delegation.person JOIN person d ON d.id = delegation.delegate
        WHERE (delegation.person = ? OR delegate = ?) AND until_at > ? ORDER BY from_at, delegation.id
        """, person, person, now
      ).map { row in
        try Delegation(
          identifier: row["id"], person: row["person"], personName: row["personName"], delegate: row["delegate"],
          delegateName: row["delegateName"], from: date(row["from_at"]), until: date(row["until_at"]))
      }
    }
  }

  /// Lets `delegate` do with letters what `person` may, from one moment until another, at most 366 days.
  ///
  /// What they stand in for others for themselves is not passed on. A security officer neither gives nor takes, and an
  /// administrator takes none, or they would read letters.
  public func delegate(
    from person: String, to delegate: String, from start: Date, until end: Date, by official: Official
  ) async throws(OfficeError) {
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      try demand(official, .delegate, try Self.place(person, db))
      guard try Self.person(delegate, db) != nil, delegate != person else {
        throw OfficeError.refused(.noSuchPerson)
      }
      try Self.checkRoles(person, delegate, db)
      guard start < end, end.timeIntervalSince(start) <= TimeInterval(Self.longestDays * 86_400), end > date(now) else {
        throw OfficeError.refused(.delegationTime)
      }
      try db.run(
        "INSERT INTO delegation (id, person, delegate, from_at, until_at) VALUES (?, ?, ?, ?, ?)",
        UUID().uuidString.lowercased(), person, delegate, Int(start.timeIntervalSince1970 * 1_000),
        Int(end.timeIntervalSince1970 * 1_000))
      try Act("delegation.given", "person \(person)", detail: "to \(delegate)").record(by: official, at: now, audit, db)
    }
  }

  /// Ends one of a person's own delegations.
  public func endDelegation(
    _ identifier: String, of person: String, by official: Official
  ) async throws(OfficeError) {
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      try demand(official, .delegate, try Self.place(person, db))
      let changed = try db.run("DELETE FROM delegation WHERE id = ? AND person = ?", identifier, person)
      guard changed == 1 else { throw OfficeError.notFound }
      try Act("delegation.ended", "person \(person)").record(by: official, at: now, audit, db)
    }
  }

  /// Whom letters can be passed on to: people's identifiers and names.
  public func possibleDelegates(
    of person: String, for official: Official
  ) async throws(OfficeError) -> [(identifier: String, name: String)] {
    try await read { db in
      try demand(official, .delegate, try Self.place(person, db))
      return try db.all(
        """
        SELECT id, name FROM person WHERE id <> ? AND id IN (SELECT person FROM person_role WHERE role IN (?, ?, ?))
          AND id NOT IN (SELECT person FROM person_role WHERE role IN (?, ?)) ORDER BY name, id LIMIT 10000
        """, values: [person] + [Role.clerk, .leader, .handler, .administrator, .securityOfficer].map(\.rawValue)
      ).map { try ($0["id"], $0["name"]) }
    }
  }

  private static func checkRoles(_ person: String, _ delegate: String, _ db: Transaction) throws {
    let (given, taken) = (try roles(of: person, db), try roles(of: delegate, db))
    let passedOn = given.filter { Permissions.passesOn($0) }
    guard !passedOn.isEmpty, !taken.isEmpty, Role.barredPair(in: passedOn.union(taken)) == nil else {
      throw OfficeError.refused(.delegateRole)
    }
  }

  static func place(_ person: String, _ db: Transaction) throws -> Place {
    guard let found = try self.person(person, db) else { throw OfficeError.notFound }
    return .person(person, unit: try found.unit.map { try path(of: $0, db) })
  }
}
