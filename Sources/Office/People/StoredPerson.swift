import Cryptography
import Roles
import Storage

/// How people lie in the database.
extension OfficeDirectory {
  static func person(_ identifier: String, _ db: Transaction) throws -> OfficePerson? {
    guard
      let row = try db.one("SELECT name, unit, last_login FROM person WHERE id = ?", identifier)
    else { return nil }
    return try OfficePerson(
      identifier: identifier, name: row["name"], unit: row["unit"], roles: try roles(of: identifier, db),
      mailboxes: try mailboxes(of: identifier, db),
      fingerprints: try db.all(
        String.self, "SELECT fingerprint FROM person_certificate WHERE person = ? ORDER BY fingerprint", identifier),
      lastLogin: (row["last_login"] as Int?).map(date))
  }

  /// Writes everything of a person but certificates. Throws `refused` for what does not do.
  static func store(_ person: OfficePerson, _ known: Set<String>, _ db: Transaction) throws {
    guard isName(person.name, upTo: 60) else { throw OfficeError.refused(.name) }
    guard Role.barredPair(in: person.roles) == nil else { throw OfficeError.refused(.barredRoles) }
    guard person.mailboxes.isSubset(of: known) else { throw OfficeError.refused(.noSuchMailbox) }
    if let unit = person.unit { _ = try path(of: unit, problem: .noSuchUnit, db) }
    try db.run(
      """
      INSERT INTO person (id, name, unit) VALUES (?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, unit = excluded.unit
      """, person.identifier, person.name, person.unit)
    try db.run("DELETE FROM person_role WHERE person = ?", person.identifier)
    try db.run("DELETE FROM person_mailbox WHERE person = ?", person.identifier)
    for role in person.roles {
      try db.run("INSERT INTO person_role (person, role) VALUES (?, ?)", person.identifier, role.rawValue)
    }
    for mailbox in person.mailboxes {
      try db.run("INSERT INTO person_mailbox (person, mailbox) VALUES (?, ?)", person.identifier, mailbox)
    }
  }

  /// - Returns: the fingerprint as it is stored, 64 lowercase hex digits.
  static func addCertificate(_ fingerprint: String, to person: String, _ db: Transaction) throws -> String {
    let clean = fingerprint.lowercased().filter { $0 != ":" && !$0.isWhitespace }
    guard Digest(hex: clean) != nil else { throw OfficeError.refused(.fingerprint) }
    let owner = try db.one(String.self, "SELECT person FROM person_certificate WHERE fingerprint = ?", clean)
    guard owner == nil || owner == person else { throw OfficeError.refused(.fingerprintTaken) }
    try db.run(
      "INSERT INTO person_certificate (fingerprint, person) VALUES (?, ?) ON CONFLICT DO NOTHING", clean, person)
    return clean
  }
}
