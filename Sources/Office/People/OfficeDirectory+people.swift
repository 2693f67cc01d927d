import Acts
public import Roles
import Storage

/// People, their roles, mailboxes and certificates.
extension OfficeDirectory {
  /// People by name, some at a time.
  ///
  /// - Parameters:
  ///   - search: a part of the name or of the identifier; empty for everybody.
  ///   - unit: only those of this unit and of units under it.
  public func people(
    matching search: String = "", in unit: String? = nil, limit: Int, offset: Int, for official: Official
  ) async throws(OfficeError) -> (people: [OfficePerson], total: Int) {
    try demand(official, .readOffice, .office)
    return try await read { db in
      let path = try unit.map { try Self.path(of: $0, db).text } ?? ""
      let condition = """
        FROM person LEFT JOIN unit ON unit.id = person.unit
        WHERE (? = '' OR instr(person.name, ?) > 0 OR instr(person.id, ?) > 0)
          AND (? = '' OR unit.path = ? OR unit.path LIKE ? || '/%')
        """
      let scope: [any SQLConvertible] = [search, search, search, path, path, path]
      let total = try db.one(Int.self, "SELECT COUNT(*) \(condition)", values: scope) ?? 0
      let found = try db.all(
        String.self, "SELECT person.id \(condition) ORDER BY person.name, person.id LIMIT ? OFFSET ?",
        values: scope + [limit, offset])
      return (try found.compactMap { try Self.person($0, db) }, total)
    }
  }

  public func person(_ identifier: String, for official: Official) async throws(OfficeError) -> OfficePerson {
    try demand(official, .readOffice, .office)
    let person = try await read { try Self.person(identifier, $0) }
    guard let person else { throw .notFound }
    return person
  }

  /// Adds a person without certificates.
  public func add(_ person: OfficePerson, by official: Official) async throws(OfficeError) {
    try demand(official, .changePeople, .office)
    let (now, mailboxes, audit) = (self.now(), self.mailboxes, self.audit)
    try await write { db in
      guard isPersonIdentifier(person.identifier) else { throw OfficeError.refused(.identifier) }
      guard try Self.person(person.identifier, db) == nil else { throw OfficeError.refused(.identifierTaken) }
      try Self.store(person, mailboxes, db)
      try Act("person.added", "person \(person.identifier)", detail: person.summary).record(
        by: official, at: now, audit, db)
    }
  }

  /// Changes a person's name, unit, roles and mailboxes; certificates stay.
  public func change(_ person: OfficePerson, by official: Official) async throws(OfficeError) {
    let (now, mailboxes, audit) = (self.now(), self.mailboxes, self.audit)
    try await write { db in
      try Self.demandChange(of: person.identifier, official, db)
      try Self.store(person, mailboxes, db)
      try Act("person.changed", "person \(person.identifier)", detail: person.summary).record(
        by: official, at: now, audit, db)
    }
  }

  /// Takes a person out, with certificates, delegations and keys. What they did stays recorded.
  public func remove(_ identifier: String, by official: Official) async throws(OfficeError) {
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      try Self.demandChange(of: identifier, official, db)
      try db.run("DELETE FROM person WHERE id = ?", identifier)
      try SigningKeys.retireAll(of: identifier, at: now, db)
      try Act("person.removed", "person \(identifier)").record(by: official, at: now, audit, db)
    }
  }

  /// Lets a person in with a certificate, known by its SHA-256: 64 hex digits, colons and capitals do no harm.
  public func addCertificate(
    _ fingerprint: String, to identifier: String, by official: Official
  ) async throws(OfficeError) {
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      try Self.demandChange(of: identifier, official, db)
      let clean = try Self.addCertificate(fingerprint, to: identifier, db)
      try Act("certificate.enrolled", "person \(identifier)", detail: clean).record(by: official, at: now, audit, db)
    }
  }

  /// Takes a certificate from a person; what is open with it ends with the next request.
  public func removeCertificate(
    _ fingerprint: String, from identifier: String, by official: Official
  ) async throws(OfficeError) {
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      try Self.demandChange(of: identifier, official, db)
      let changed = try db.run(
        "DELETE FROM person_certificate WHERE fingerprint = ? AND person = ?", fingerprint, identifier)
      guard changed == 1 else { throw OfficeError.notFound }
      try Act("certificate.taken", "person \(identifier)", detail: fingerprint).record(by: official, at: now, audit, db)
    }
  }

  /// Says which mailbox belongs to which unit; nil for none.
  public func give(
    mailbox: String, toUnit unit: String?, by official: Official
  ) async throws(OfficeError) {
    try demand(official, .changeMailboxes, .office)
    let (now, audit) = (self.now(), self.audit)
    guard mailboxes.contains(mailbox) else { throw .notFound }
    try await write { db in
      try db.run("DELETE FROM mailbox_unit WHERE mailbox = ?", mailbox)
      if let unit {
        _ = try Self.path(of: unit, problem: .noSuchUnit, db)
        try db.run("INSERT INTO mailbox_unit (mailbox, unit) VALUES (?, ?)", mailbox, unit)
      }
      try Act("mailbox.given", "mailbox \(mailbox)", detail: unit ?? "").record(by: official, at: now, audit, db)
    }
  }

  /// The unit of each mailbox that belongs to one, and whom it is given to, by mailbox.
  public func mailboxes(
    for official: Official
  ) async throws(OfficeError) -> [String: (unit: String?, people: [String])] {
    try demand(official, .readOffice, .office)
    let known = mailboxes
    return try await read { db in
      var found: [String: (unit: String?, people: [String])] = [:]
      for mailbox in known {
        let unit = try db.one(String.self, "SELECT unit FROM mailbox_unit WHERE mailbox = ?", mailbox)
        let people = try db.all(
          String.self,
          """
          SELECT person.name FROM person_mailbox JOIN person ON person.id = person_mailbox.person
          WHERE mailbox = ? ORDER BY person.name LIMIT 50
          """, mailbox)
        found[mailbox] = (unit, people)
      }
      return found
    }
  }

  /// Throws unless `official` may change this person; nobody may change themself.
  static func demandChange(of identifier: String, _ official: Official, _ db: Transaction) throws {
    guard official.may(.changePeople, .office) else { throw OfficeError.notAllowed }
    guard try person(identifier, db) != nil else { throw OfficeError.notFound }
    guard identifier != official.person else { throw OfficeError.refused(.oneself) }
  }
}

extension OfficePerson {
  /// For the record: what a person may from now on.
  var summary: String {
    let roles = self.roles.map(\.rawValue).sorted().joined(separator: " ")
    return "unit \(unit ?? "-"); roles \(roles); mailboxes \(mailboxes.sorted().joined(separator: " "))"
  }
}
