import Acts
import Cryptography
import DurableFiles
import Foundation
import Logging
import Roles
import Storage
import Testing
import TransparencyLog

@testable import AuditConsole
@testable import AuditLog

/// Officials' acts in the database, and what the log says of them.
@Suite struct TheRecordOfActs {
  private func act(_ object: String, in office: Office) async throws {
    try await office.happen { trail, db in
      try Act("letter.signed-for", object).record(by: Office.clerk, at: 1_000, trail, db)
    }
  }

  private func office(acts: Int) async throws -> Office {
    let office = try await Office()
    for number in 1...acts { try await act("letter \(number)", in: office) }
    return office
  }

  private func result(_ office: Office) async throws -> LogCheckResult {
    await office.checker.check()
    return try #require(
      try await office.console.checks(limit: 10, for: Office.officer).first(where: \.isOfRecord))
  }

  @Test func holdsWhereItSaysWhatTheLogSays() async throws {
    let office = try await office(acts: 5)
    let result = try await result(office)
    #expect(result.fault == nil && result.size == 5)
    #expect(try await office.alerts().isEmpty)
  }

  @Test(arguments: [
    (
      "UPDATE act SET entry = CAST(REPLACE(CAST(entry AS TEXT), 'letter 2', 'letter 9') AS BLOB)",
      "changed 2 2 intranet/audit/1"
    ),
    ("UPDATE act SET salt = x'00000000000000000000000000000000' WHERE number = 3", "changed 3 3 intranet/audit/1"),
    ("UPDATE act SET salt = NULL WHERE number = 3", "changed 3 3 intranet/audit/1"),
    ("DELETE FROM act WHERE number = 4", "gone 4 4 intranet/audit/1"),
    ("DELETE FROM act WHERE number = 1", "gone 1 1 intranet/audit/1"),
    (
      "INSERT INTO act SELECT 6, entry, digest, salt FROM act WHERE number = 5", "unlogged 6"
    ),
    (
      "INSERT INTO act SELECT 6, entry, digest, NULL FROM act WHERE number = 5", "unlogged 6"
    ),
    (
      "UPDATE act SET number = CASE number WHEN 1 THEN -2 WHEN 2 THEN 1 ELSE number END; UPDATE act SET number = 2 WHERE number = -2",
      "changed 1 1 intranet/audit/1"
    ),
  ])
  func isFoundWhereTheDatabaseWasChanged(sql: String, fault: String) async throws {
    let office = try await office(acts: 5)
    try await office.database.write { try $0.script(sql) }
    let found = try #require(try await result(office).fault)
    #expect(found == fault)
    #expect(try await office.alerts().map(\.kind) == ["record.differs"])
    // Once it was acknowledged, the next day's check does not tell it again.
    try await office.console.acknowledge(
      try await office.alerts().map(\.id), remark: "已报告", by: Office.officer)
    #expect(try await result(office).fault == found)
    #expect(try await office.alerts().isEmpty)
  }

  @Test func mayBeAheadOfTheLogByWhatWaitsForIt() async throws {
    let office = try await office(acts: 2)
    try await office.database.write { db in
      try Act("letter.signed-for", "letter 3").record(by: Office.clerk, at: 1_000, office.trail, db)
    }
    #expect(try await result(office).fault == nil)
    // Not so where its entry was taken away.
    try await office.database.write { try $0.run("DELETE FROM audit_entry") }
    #expect(try await result(office).fault == "unlogged 3")
  }

  @Test func mayGrowWhileItIsCompared() async throws {
    let office = try await office(acts: 2)
    let digests = try await office.database.read { try ActDigests($0) }
    try await act("letter 3", in: office)
    let log = try office.check(1)
    try await act("letter 4", in: office)
    var comparison = RecordComparison(logs: [log], isComplete: true)
    for (_, act) in try await office.database.read({ try digests.next(after: 0, $0) }) { comparison.take(act) }
    comparison.finish()
    #expect(comparison.faults.isEmpty && comparison.matched == 3)
  }

  @Test func mayBeOlderThanTheLog() async throws {
    let office = try await Office()
    try await office.database.write { db in
      try Act("letter.signed-for", "letter 1").record(by: Office.clerk, at: 1_000, nil, db)
      try db.run("UPDATE act SET salt = NULL")
    }
    try await act("letter 2", in: office)
    let result = try await result(office)
    #expect(result.fault == nil && result.size == 1)
  }

  @Test func maySkipWhatARestoreHasUndone() async throws {
    let office = try await office(acts: 3)
    let copy = office.root + "/copy.sqlite"
    try office.database.backUp(to: copy)
    for number in 4...6 { try await act("letter \(number)", in: office) }
    let restored = try ZoneDatabase(path: copy, migrations: Office.migrations)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let keeper = LogKeeper(
      zone: office.zone, database: restored, files: Files(), folder: office.root + "/audit", key: office.key,
      trail: office.trail, logger: logger)
    try await keeper.begin()
    try await restored.write { db in
      try Act("letter.signed-for", "letter 7").record(by: Office.clerk, at: 2_000, office.trail, db)
    }
    while try await keeper.integrate() {}
    let logs = try [office.check(1), office.check(2)]
    var comparison = RecordComparison(logs: logs, isComplete: true)
    let (digests, acts) = try await restored.read { db in
      let digests = try ActDigests(db)
      return (digests, try digests.next(after: 0, db))
    }
    for (_, act) in acts { comparison.take(act) }
    #expect(try await restored.read { try digests.next(after: 4, $0) }.isEmpty)
    comparison.finish()
    #expect(comparison.faults.isEmpty && comparison.matched == 4)
    #expect(
      comparison.notes == [
        "acts 4 to 6 of intranet/audit/1 are not in the record: it was put back when intranet/audit/2 began"
      ])
    // An act from before the restore is no less missed than otherwise.
    var again = RecordComparison(logs: logs, isComplete: true)
    for (number, act) in acts where number != 2 { again.take(act) }
    again.finish()
    #expect(again.faults == ["act 2 is gone from the record; entry 2 of intranet/audit/1 has it"])
  }
}

extension Office {
  /// A log with its acts.
  fileprivate func check(_ number: Int) throws -> CheckedLog {
    var check = LogCheck(
      folder: LogFolder(path: "\(root)/audit/\(number)"),
      log: try #require(
        .init(name: "intranet/audit/\(number)", kind: .ed25519, publicKey: key.publicKey)), zone: "intranet")
    check.collectsActs = true
    return try check.run()
  }
}
