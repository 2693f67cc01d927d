public import Roles
public import Storage

/// Who and what the office has, for rooms that decide within a transaction of their own. Nobody's rights are asked here.
public enum OfficeLookup {
  /// Somebody who can be chosen.
  public struct Person: Sendable, Hashable {
    public let identifier: String
    public let name: String
  }

  /// All units, each before those under it.
  public static func units(_ db: Transaction) throws -> [OfficeUnit] { try OfficeDirectory.units(db) }

  public static func unit(_ identifier: String, _ db: Transaction) throws -> OfficeUnit? {
    try db.one("SELECT id, path, name, english FROM unit WHERE id = ?", identifier).map { row in
      try OfficeUnit(
        identifier: row["id"], path: UnitPath(text: row["path"]), name: row["name"], english: row["english"])
    }
  }

  /// The unit that a mailbox belongs to; nil where it belongs to none.
  public static func unit(ofMailbox mailbox: String, _ db: Transaction) throws -> UnitPath? {
    try db.one(
      String.self, "SELECT path FROM mailbox_unit JOIN unit ON unit.id = mailbox_unit.unit WHERE mailbox = ?", mailbox
    ).map(UnitPath.init(text:))
  }

  public static func name(of person: String, _ db: Transaction) throws -> String? {
    try db.one(String.self, "SELECT name FROM person WHERE id = ?", person)
  }

  /// Unit and roles of a person, as one text that changes with them; empty for nobody.
  public static func standing(of person: String, _ db: Transaction) throws -> String {
    guard let row = try db.one("SELECT unit FROM person WHERE id = ?", person) else { return "" }
    let roles = try db.all(String.self, "SELECT role FROM person_role WHERE person = ? ORDER BY role", person)
    return try ([row["unit"] as String? ?? "-"] + roles).joined(separator: " ")
  }

  /// The people of a unit with a role, by name; at most 1,000.
  public static func people(_ role: Role, ofUnit unit: String, _ db: Transaction) throws -> [Person] {
    try people(
      """
      SELECT person.id, person.name FROM person_role JOIN person ON person.id = person_role.person
      WHERE person_role.role = ? AND person.unit = ? ORDER BY person.name, person.id LIMIT 1000
      """, [role.rawValue, unit], db)
  }

  /// The leaders whom a unit stands under, its own first; at most 1,000.
  public static func leaders(above unit: UnitPath, _ db: Transaction) throws -> [Person] {
    var found: [Person] = []
    for identifier in unit.identifiers.reversed() { found += try people(.leader, ofUnit: identifier, db) }
    return Array(found.prefix(1_000))
  }

  /// The clerks to whom a mailbox is given; at most 1,000.
  public static func clerks(ofMailbox mailbox: String, _ db: Transaction) throws -> [Person] {
    try people(
      """
      SELECT person.id, person.name FROM person_mailbox JOIN person ON person.id = person_mailbox.person
      JOIN person_role ON person_role.person = person.id AND person_role.role = ?
      WHERE person_mailbox.mailbox = ? ORDER BY person.name, person.id LIMIT 1000
      """, [Role.clerk.rawValue, mailbox], db)
  }

  private static func people(_ sql: String, _ values: [any SQLConvertible], _ db: Transaction) throws -> [Person] {
    try db.all(sql, values: values).map { try Person(identifier: $0["id"], name: $0["name"]) }
  }
}
