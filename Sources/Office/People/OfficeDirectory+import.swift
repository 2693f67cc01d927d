import Acts
public import Roles
import Storage

/// Whole offices at once, from tables.
extension OfficeDirectory {
  /// What a table can hold.
  public enum ImportKind: String, CaseIterable, Sendable {
    /// `id,parent,name,english`
    case units
    /// `id,name,unit,roles,mailboxes,fingerprint`; roles and mailboxes with spaces or semicolons between.
    case people

    public var columns: [String] {
      switch self {
      case .units: ["id", "parent", "name", "english"]
      case .people: ["id", "name", "unit", "roles", "mailboxes", "fingerprint"]
      }
    }

    var required: [String] { ["id", "name"] }
  }

  /// Adds and changes what a table holds, all of it or nothing. Whoever is not in it stays as they are; certificates are
  /// added, never taken.
  ///
  /// - Parameters:
  ///   - bytes: CSV as RFC 4180 has it, UTF-8, at most 10 MiB and 10,000 rows; the first line names the columns.
  ///   - isDryRun: all is checked as in earnest, and nothing is kept.
  ///   - official: nil for the zone's operator at the command line.
  public func importTable(
    _ kind: ImportKind, _ bytes: [UInt8], isDryRun: Bool, by official: Official?
  ) async throws(OfficeError) -> ImportReport {
    if let official {
      try demand(official, .changePeople, .office)
      try demand(official, .changeUnits, .office)
    }
    let table = CSVText(bytes, columns: kind.columns, required: kind.required)
    var failed = ImportReport(isDryRun: isDryRun)
    failed.errors = table.errors
    guard table.errors.isEmpty else { return failed }
    let (now, mailboxes, audit) = (self.now(), self.mailboxes, self.audit)
    do {
      return try await database.write { db in
        let importer = Importer(kind: kind, mailboxes: mailboxes, official: official)
        let report = try importer.run(table.rows, isDryRun: isDryRun, db)
        guard report.errors.isEmpty, !isDryRun else { throw NothingKept(report: report) }
        let detail = "\(report.added) added, \(report.changed) changed"
        try Act("\(kind.rawValue).imported", kind.rawValue, detail: detail).record(by: official, at: now, audit, db)
        return report
      }
    } catch let nothing as NothingKept {
      return nothing.report
    } catch { throw error as? OfficeError ?? .unavailable(error) }
  }
}
