import Acts
import Cryptography
import Roles
import Storage
public import Zones

/// What `zone.yaml` says of people.
extension OfficeDirectory {
  /// Takes over the people of `zone.yaml` at the zone's first start. Later the database counts alone, but for
  /// administrators: whoever the file names as one is let in again at each start, so that an office never locks itself
  /// out. To be called before the desk opens.
  ///
  /// - Returns: the identifiers of those who were added or let in again.
  @discardableResult
  public func takeOver(_ people: [Person]) async throws(OfficeError) -> [String] {
    let (now, mailboxes, audit) = (self.now(), self.mailboxes, self.audit)
    return try await write { db in
      let isFirst = try db.one(Int.self, "SELECT COUNT(*) FROM people_origin") == 0
      var taken: [String] = []
      for person in people where isFirst || person.roles.contains(.administrator) {
        if let identifier = try Self.takeOver(person, mailboxes, db) {
          try Act("person.taken-over", "person \(identifier)", detail: "from zone.yaml").record(
            by: nil, at: now, audit, db)
          taken.append(identifier)
        }
      }
      if isFirst { try db.run("INSERT INTO people_origin (taken_over_at) VALUES (?)", now) }
      return taken
    }
  }

  /// Nil where the database has it all already.
  private static func takeOver(_ person: Person, _ mailboxes: Set<String>, _ db: Transaction) throws -> String? {
    let owner = try db.one(
      String.self, "SELECT person FROM person_certificate WHERE fingerprint = ?", person.certificateFingerprint)
    let identifier = owner ?? "zone-\(person.certificateFingerprint.prefix(12))"
    if let known = try self.person(identifier, db) {
      if owner != nil, person.roles.isSubset(of: known.roles) { return nil }
      try store(person.stored(identifier, unit: known.unit), mailboxes, db)
    } else {
      try store(person.stored(identifier, unit: nil), mailboxes, db)
    }
    _ = try addCertificate(person.certificateFingerprint, to: identifier, db)
    return identifier
  }
}

extension Person {
  fileprivate func stored(_ identifier: String, unit: String?) -> OfficePerson {
    OfficePerson(identifier: identifier, name: name, unit: unit, roles: roles, mailboxes: Set(mailboxes))
  }
}
