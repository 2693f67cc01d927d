import Cryptography
import GRDB
import Roles

/// How people lie in the database.
extension OfficeDirectory {
  static func person(_ identifier: String, _ db: Database) throws -> OfficePerson? {
    guard
      let row = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT name, unit, last_login FROM person WHERE id = ?"), arguments: [identifier])
    else { return nil }
    return OfficePerson(
      identifier: identifier, name: row["name"], unit: row["unit"], roles: try roles(of: identifier, db),
      mailboxes: try mailboxes(of: identifier, db),
      fingerprints: try String.fetchAll(
        db.cachedStatement(sql: "SELECT fingerprint FROM person_certificate WHERE person = ? ORDER BY rowid"),
        arguments: [identifier]),
      lastLogin: (row["last_login"] as Int?).map(date))
  }

  /// Writes everything of a person but certificates. Throws `refused` for what does not do.
  static func store(_ person: OfficePerson, _ known: Set<String>, _ db: Database) throws {
    guard isName(person.name, upTo: 60) else { throw OfficeError.refused(.name) }
    guard Role.barredPair(in: person.roles) == nil else { throw OfficeError.refused(.barredRoles) }
    guard person.mailboxes.isSubset(of: known) else { throw OfficeError.refused(.noSuchMailbox) }
    if let unit = person.unit { _ = try path(of: unit, problem: .noSuchUnit, db) }
    try db.cachedStatement(
      sql: """
        INSERT INTO person (id, name, unit) VALUES (?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, unit = excluded.unit
        """
    ).execute(arguments: [person.identifier, person.name, person.unit])
    try db.cachedStatement(sql: "DELETE FROM person_role WHERE person = ?").execute(arguments: [person.identifier])
    try db.cachedStatement(sql: "DELETE FROM person_mailbox WHERE person = ?").execute(arguments: [person.identifier])
    for role in person.roles {
      try db.cachedStatement(sql: "INSERT INTO person_role (person, role) VALUES (?, ?)")
        .execute(arguments: [person.identifier, role.rawValue])
    }
    for mailbox in person.mailboxes {
      try db.cachedStatement(sql: "INSERT INTO person_mailbox (person, mailbox) VALUES (?, ?)")
        .execute(arguments: [person.identifier, mailbox])
    }
  }

  /// - Returns: the fingerprint as it is stored, 64 lowercase hex digits.
  static func addCertificate(_ fingerprint: String, to person: String, _ db: Database) throws -> String {
    let clean = fingerprint.lowercased().filter { $0 != ":" && !$0.isWhitespace }
    guard Digest(hex: clean) != nil else { throw OfficeError.refused(.fingerprint) }
    let owner = try String.fetchOne(
      db.cachedStatement(sql: "SELECT person FROM person_certificate WHERE fingerprint = ?"), arguments: [clean])
    guard owner == nil || owner == person else { throw OfficeError.refused(.fingerprintTaken) }
    try db.cachedStatement(sql: "INSERT OR IGNORE INTO person_certificate (fingerprint, person) VALUES (?, ?)")
      .execute(arguments: [clean, person])
    return clean
  }
}
