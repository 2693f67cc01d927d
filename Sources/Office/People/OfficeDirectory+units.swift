import Acts
public import Roles
import Storage

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
      try db.one("SELECT name, english FROM unit WHERE path = ?", text)
        .map { try ($0["name"], $0["english"]) }
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
      let isUsed = try db.one(
        Bool.self,
        """
        SELECT EXISTS (SELECT 1 FROM person WHERE unit = ?) OR EXISTS (SELECT 1 FROM mailbox_unit WHERE unit = ?)
          OR EXISTS (SELECT 1 FROM unit WHERE path LIKE ? || '/%')
        """, identifier, identifier, path.text)
      guard isUsed == false else { throw OfficeError.refused(.unitInUse) }
      do { try db.run("DELETE FROM unit WHERE id = ?", identifier) } catch let error as StorageError
        where error.isForeignKeyViolation
      {
        // It has documents.
        throw OfficeError.refused(.unitInUse)
      }
      try Act("unit.removed", "unit \(identifier)").record(by: official, at: now, audit, db)
    }
  }

  static func units(_ db: Transaction) throws -> [OfficeUnit] {
    try db.all("SELECT id, path, name, english FROM unit ORDER BY path").map { row in
      try OfficeUnit(
        identifier: row["id"], path: UnitPath(text: row["path"]), name: row["name"], english: row["english"])
    }
  }

  static func addUnit(
    _ identifier: String, _ name: String, _ english: String, _ parent: String?, _ db: Transaction
  ) throws {
    guard isUnitIdentifier(identifier) else { throw OfficeError.refused(.identifier) }
    try checkNames(name, english)
    let isTaken = try db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM unit WHERE id = ?)", identifier)
    guard isTaken == false else { throw OfficeError.refused(.identifierTaken) }
    let above = try parent.map { try path(of: $0, problem: .noSuchUnit, db).identifiers } ?? []
    guard above.count < UnitPath.maxLevels else { throw OfficeError.refused(.unitTooDeep) }
    try db.run(
      "INSERT INTO unit (id, path, name, english) VALUES (?, ?, ?, ?)", identifier, UnitPath(above + [identifier]).text,
      name, english)
  }

  static func changeUnit(
    _ identifier: String, _ name: String, _ english: String, _ parent: String?, _ db: Transaction
  ) throws {
    try checkNames(name, english)
    let old = try path(of: identifier, db)
    let above = try parent.map { try path(of: $0, problem: .noSuchUnit, db) }
    if let above, above.isWithin(old) { throw OfficeError.refused(.unitUnderItself) }
    let new = UnitPath((above?.identifiers ?? []) + [identifier])
    try db.run("UPDATE unit SET name = ?, english = ? WHERE id = ?", name, english, identifier)
    guard new != old else { return }
    let moved = try units(db).filter { $0.path.isWithin(old) }
    let growth = new.identifiers.count - old.identifiers.count
    guard moved.allSatisfy({ $0.level + growth <= UnitPath.maxLevels }) else {
      throw OfficeError.refused(.unitTooDeep)
    }
    for unit in moved {
      let rest = unit.path.identifiers.dropFirst(old.identifiers.count)
      try db.run("UPDATE unit SET path = ? WHERE id = ?", UnitPath(new.identifiers + rest).text, unit.identifier)
    }
  }

  static func path(of unit: String, problem: OfficeProblem? = nil, _ db: Transaction) throws -> UnitPath {
    let text = try db.one(String.self, "SELECT path FROM unit WHERE id = ?", unit)
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
