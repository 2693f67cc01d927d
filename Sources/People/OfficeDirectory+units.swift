import Acts
import GRDB
public import Roles

/// The tree of units.
extension OfficeDirectory {
  /// All units, each before those under it.
  public func units(for official: Official) async throws(OfficeError) -> [OfficeUnit] {
    try demand(official, .readOffice, .office)
    return try await read { try Self.units($0) }
  }

  /// The name of a unit, for whoever sees it; nil where there is none.
  public func unitName(_ path: UnitPath) async throws(OfficeError) -> (chinese: String, english: String)? {
    let text = path.text
    return try await read { db in
      try Row.fetchOne(db, sql: "SELECT name, english FROM unit WHERE path = ?", arguments: [text])
        .map { ($0["name"], $0["english"]) }
    }
  }

  public func addUnit(
    _ identifier: String, name: String, english: String, under parent: String?, by official: Official
  ) async throws(OfficeError) {
    try demand(official, .changeUnits, .office)
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      try Self.addUnit(identifier, name, english, parent, db)
      try Act("unit.added", "unit \(identifier)", detail: parent.map { "under \($0)" } ?? "")
        .record(by: official, at: now, audit, db)
    }
  }

  /// Renames a unit, and puts it with all that stands under it at another place of the tree.
  public func changeUnit(
    _ identifier: String, name: String, english: String, under parent: String?, by official: Official
  ) async throws(OfficeError) {
    try demand(official, .changeUnits, .office)
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      try Self.changeUnit(identifier, name, english, parent, db)
      try Act("unit.changed", "unit \(identifier)", detail: parent.map { "under \($0)" } ?? "")
        .record(by: official, at: now, audit, db)
    }
  }

  /// Takes out a unit that nobody and nothing belongs to.
  public func removeUnit(_ identifier: String, by official: Official) async throws(OfficeError) {
    try demand(official, .changeUnits, .office)
    let (now, audit) = (self.now(), self.audit)
    try await write { db in
      let path = try Self.path(of: identifier, db)
      let isUsed = try Bool.fetchOne(
        db,
        sql: """
          SELECT EXISTS (SELECT 1 FROM person WHERE unit = ?) OR EXISTS (SELECT 1 FROM mailbox_unit WHERE unit = ?)
            OR EXISTS (SELECT 1 FROM unit WHERE path LIKE ? || '/%')
          """, arguments: [identifier, identifier, path.text])
      guard isUsed == false else { throw OfficeError.refused(.unitInUse) }
      try db.execute(sql: "DELETE FROM unit WHERE id = ?", arguments: [identifier])
      try Act("unit.removed", "unit \(identifier)").record(by: official, at: now, audit, db)
    }
  }

  static func units(_ db: Database) throws -> [OfficeUnit] {
    try Row.fetchAll(db, sql: "SELECT id, path, name, english FROM unit ORDER BY path").map { row in
      OfficeUnit(
        identifier: row["id"], path: UnitPath(text: row["path"]), name: row["name"], english: row["english"])
    }
  }

  static func addUnit(
    _ identifier: String, _ name: String, _ english: String, _ parent: String?, _ db: Database
  ) throws {
    guard isUnitIdentifier(identifier) else { throw OfficeError.refused(.identifier) }
    try checkNames(name, english)
    let isTaken = try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM unit WHERE id = ?)", arguments: [identifier])
    guard isTaken == false else { throw OfficeError.refused(.identifierTaken) }
    let above = try parent.map { try path(of: $0, problem: .noSuchUnit, db).identifiers } ?? []
    guard above.count < UnitPath.maxLevels else { throw OfficeError.refused(.unitTooDeep) }
    try db.execute(
      sql: "INSERT INTO unit (id, path, name, english) VALUES (?, ?, ?, ?)",
      arguments: [identifier, UnitPath(above + [identifier]).text, name, english])
  }

  static func changeUnit(
    _ identifier: String, _ name: String, _ english: String, _ parent: String?, _ db: Database
  ) throws {
    try checkNames(name, english)
    let old = try path(of: identifier, db)
    let above = try parent.map { try path(of: $0, problem: .noSuchUnit, db) }
    if let above, above.isWithin(old) { throw OfficeError.refused(.unitUnderItself) }
    let new = UnitPath((above?.identifiers ?? []) + [identifier])
    try db.execute(
      sql: "UPDATE unit SET name = ?, english = ? WHERE id = ?", arguments: [name, english, identifier])
    guard new != old else { return }
    let moved = try units(db).filter { $0.path.isWithin(old) }
    let growth = new.identifiers.count - old.identifiers.count
    guard moved.allSatisfy({ $0.level + growth <= UnitPath.maxLevels }) else {
      throw OfficeError.refused(.unitTooDeep)
    }
    for unit in moved {
      let rest = unit.path.identifiers.dropFirst(old.identifiers.count)
      try db.execute(
        sql: "UPDATE unit SET path = ? WHERE id = ?",
        arguments: [UnitPath(new.identifiers + rest).text, unit.identifier])
    }
  }

  static func path(of unit: String, problem: OfficeProblem? = nil, _ db: Database) throws -> UnitPath {
    let text = try String.fetchOne(
      db.cachedStatement(sql: "SELECT path FROM unit WHERE id = ?"), arguments: [unit])
    guard let text else { throw problem.map { OfficeError.refused($0) } ?? .notFound }
    return UnitPath(text: text)
  }

  private static func checkNames(_ name: String, _ english: String) throws(OfficeError) {
    guard isName(name, upTo: 60), english.isEmpty || isName(english, upTo: 120) else { throw .refused(.name) }
  }
}

/// `[a-z][a-z0-9-]{0,31}`.
func isUnitIdentifier(_ text: String) -> Bool {
  (1...32).contains(text.utf8.count) && text.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil
}

/// `[a-z0-9][a-z0-9.-]{0,31}`, and none of the words that the desk's addresses give a meaning.
func isPersonIdentifier(_ text: String) -> Bool {
  (1...32).contains(text.utf8.count) && text.wholeMatch(of: /[a-z0-9][a-z0-9.-]*/) != nil && text != "new"
}

/// One line without control characters.
func isName(_ text: String, upTo limit: Int) -> Bool {
  (1...limit).contains(text.count) && text.unicodeScalars.count <= 4 * limit
    && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
}
