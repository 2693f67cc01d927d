import Roles
import Storage

/// Ends a transaction that is not to be kept.
struct NothingKept: Error {
  let report: ImportReport
}

/// Puts a table's rows into the database, and gathers what does not do.
struct Importer {
  let kind: OfficeDirectory.ImportKind
  let mailboxes: Set<String>
  let official: Official?

  private enum Outcome { case added, changed, unchanged }

  func run(_ rows: [CSVText.Row], isDryRun: Bool, _ db: Transaction) throws -> ImportReport {
    var report = ImportReport(isDryRun: isDryRun)
    var seen: Set<String> = []
    var pending: [CSVText.Row] = []
    for row in rows {
      if seen.insert(row["id"]).inserted {
        pending.append(row)
      } else {
        report.errors.append(ImportError(line: row.line, problem: .twice, detail: row["id"]))
      }
    }
    // A unit may stand before the one that it belongs to.
    while !pending.isEmpty {
      let ready = kind == .units ? try pending.filter { try isReady($0, db) } : pending
      for row in ready.isEmpty ? pending : ready { try take(row, &report, db) }
      if ready.isEmpty { break }
      let done = Set(ready.map(\.line))
      pending.removeAll { done.contains($0.line) }
    }
    report.errors = Array(report.errors.sorted { $0.line < $1.line }.prefix(ImportError.shownMax))
    return report
  }

  private func isReady(_ row: CSVText.Row, _ db: Transaction) throws -> Bool {
    try row["parent"].isEmpty
      || db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM unit WHERE id = ?)", row["parent"]) == true
  }

  private func take(_ row: CSVText.Row, _ report: inout ImportReport, _ db: Transaction) throws {
    do {
      switch try kind == .units ? takeUnit(row, db) : takePerson(row, db) {
      case .added: report.added += 1
      case .changed: report.changed += 1
      case .unchanged: report.unchanged += 1
      }
    } catch let error as ImportError {
      report.errors.append(error)
    } catch OfficeError.refused(let problem) {
      report.errors.append(ImportError(line: row.line, problem: .office(problem), detail: detail(of: problem, row)))
    }
  }

  private func detail(of problem: OfficeProblem, _ row: CSVText.Row) -> String {
    switch problem {
    case .identifier, .identifierTaken, .oneself: row["id"]
    case .name: row["name"]
    case .noSuchUnit: kind == .units ? row["parent"] : row["unit"]
    case .barredRoles: row["roles"]
    case .fingerprint, .fingerprintTaken: row["fingerprint"]
    default: ""
    }
  }

  private func takeUnit(_ row: CSVText.Row, _ db: Transaction) throws -> Outcome {
    let parent = row["parent"].isEmpty ? nil : row["parent"]
    let known = try db.one("SELECT path, name, english FROM unit WHERE id = ?", row["id"])
    guard let known else {
      try OfficeDirectory.addUnit(row["id"], row["name"], row["english"], parent, db)
      return .added
    }
    let path = try UnitPath(text: known["path"])
    if try known["name"] == row["name"], try known["english"] == row["english"],
      path.identifiers.dropLast().last == parent
    {
      return .unchanged
    }
    try OfficeDirectory.changeUnit(row["id"], row["name"], row["english"], parent, db)
    return .changed
  }

  private func takePerson(_ row: CSVText.Row, _ db: Transaction) throws -> Outcome {
    let person = try person(of: row)
    guard isPersonIdentifier(person.identifier) else { throw OfficeError.refused(.identifier) }
    let known = try OfficeDirectory.person(person.identifier, db)
    let fingerprint = row["fingerprint"]
    if let known, known.name == person.name, known.unit == person.unit, known.roles == person.roles,
      known.mailboxes == person.mailboxes, fingerprint.isEmpty || known.fingerprints.contains(fingerprint)
    {
      return .unchanged
    }
    if person.identifier == official?.person { throw OfficeError.refused(.oneself) }
    try OfficeDirectory.store(person, mailboxes, db)
    if !fingerprint.isEmpty { _ = try OfficeDirectory.addCertificate(fingerprint, to: person.identifier, db) }
    return known == nil ? .added : .changed
  }

  private func person(of row: CSVText.Row) throws -> OfficePerson {
    let roles = try words(row["roles"]).map { word in
      guard let role = Role(rawValue: word) else {
        throw ImportError(line: row.line, problem: .office(.role), detail: word)
      }
      return role
    }
    for word in words(row["mailboxes"]) where !mailboxes.contains(word) {
      throw ImportError(line: row.line, problem: .office(.noSuchMailbox), detail: word)
    }
    return OfficePerson(
      identifier: row["id"], name: row["name"], unit: row["unit"].isEmpty ? nil : row["unit"], roles: Set(roles),
      mailboxes: Set(words(row["mailboxes"])))
  }

  private func words(_ text: String) -> [String] {
    text.split { $0 == " " || $0 == ";" || $0 == "\u{3000}" || $0 == "；" }.map(String.init)
  }
}
