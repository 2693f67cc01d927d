import Foundation
import Letters
import Roles
import Storage
import Testing
import ZoneHarness
import Zones

@Suite struct FolderTests {
  private let zones: TestZones
  private let zone: RunningZone
  private let reader: Official

  init() throws {
    zones = try TestZones()
    zone = try RunningZone(zones.intranet, exchanging: false)
    var reader = zone.clerk
    reader.mailboxes = ["mayor", "transport", "water"]
    self.reader = reader
  }

  /// Letters in turn in each mailbox, three of them in the same millisecond, one in seven of somebody else's.
  private func fill(_ count: Int) async throws {
    let content = try JSONEncoder().encode(draft())
    try await zone.database.write { db in
      for index in 0..<count {
        let mailbox = index % 7 == 0 ? "others" : ["mayor", "transport", "water"][index % 3]
        try db.run(
          """
          INSERT INTO desk_letter
            (id, number, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage)
          VALUES (?, ?, ?, ?, 'complaint', 't', ?, zeroblob(32), x'', x'', x'', ?)
          """, "id-\(index)", "2026-\(String(100_000 + index).dropFirst())", 1_000 + index / 3, mailbox, content,
          index % 5 == 0 ? "signed-for" : "delivered")
      }
    }
    try await zone.desk.rebuildPlaces()
  }

  /// All pages to the end; at each one the way back is looked at, too.
  private func walk(_ folder: DeskFolder) async throws -> [[String]] {
    var (part, pages): (FolderPart, [[String]]) = (.first, [])
    while true {
      let page = try await zone.desk.folder(folder, for: reader, limit: 10, part: part)
      #expect((page.previous == nil) == pages.isEmpty)
      if let previous = page.previous {
        let before = try await zone.desk.folder(folder, for: reader, limit: 10, part: .before(previous))
        #expect(before.letters.map(\.number) == pages.last)
        #expect((before.previous == nil) == (pages.count == 1) && before.next != nil)
      }
      pages.append(page.letters.map(\.number))
      guard let next = page.next else { return pages }
      part = .after(next)
    }
  }

  @Test func `the pages of a folder show every letter once, in order, both ways`() async throws {
    try await fill(211)
    let expected = try await zone.database.read { db in
      try db.all(
        String.self,
        """
        SELECT number FROM desk_letter WHERE stage = 'delivered' AND mailbox <> 'others' ORDER BY accepted_at, number
        """)
    }
    let pages = try await walk(.toDo)
    #expect(pages.flatMap { $0 } == expected && pages.dropLast().allSatisfy { $0.count == 10 })
    let declined = try await zone.desk.folder(.declined, for: reader, limit: 10)
    #expect(declined.letters.isEmpty && declined.next == nil && declined.previous == nil && declined.total == 0)
    try await zone.database.write { db in try db.run("UPDATE desk_letter SET stage = 'answered'") }
    try await zone.desk.rebuildPlaces()
    let newest = try await walk(.concluded)
    let all = try await zone.database.read { db in
      try db.all(
        String.self, "SELECT number FROM desk_letter WHERE mailbox <> 'others' ORDER BY accepted_at DESC, number DESC")
    }
    #expect(newest.flatMap { $0 } == all)
    try await zone.stop()
  }

  @Test func `the counts are those of the rows after each kind of change`() async throws {
    try await fill(60)
    func check() async throws {
      let counts = try await zone.desk.folderCounts(for: reader)
      for (folder, stage) in [
        (DeskFolder.toDo, "delivered"), (.tracking, "signed-for"), (.concluded, "answered"), (.declined, "declined"),
      ] {
        let rows = try await zone.count(
          "SELECT COUNT(*) FROM desk_letter WHERE mailbox <> 'others' AND stage = '\(stage)'")
        #expect(counts[folder] == rows, "\(stage)")
        #expect(try await zone.desk.folder(folder, for: reader, limit: 1).total == rows)
      }
    }
    try await check()
    for sql in [
      "UPDATE desk_letter SET stage = 'answered' WHERE number < '2026-00020'",
      "UPDATE desk_letter SET mailbox = 'others' WHERE number < '2026-00010'",
      "UPDATE desk_letter SET title = 'x', outcome_delivered = 1",
      "DELETE FROM desk_letter WHERE number > '2026-00050'",
      "INSERT INTO desk_letter SELECT * FROM desk_letter WHERE 1 = 1 ON CONFLICT DO NOTHING",
    ] {
      try await zone.database.write { db in try db.run(sql) }
      try await zone.desk.rebuildPlaces()
      try await check()
    }
    struct Stop: Error {}
    _ = try? await zone.database.write { db in
      try db.run("DELETE FROM letter_place")
      throw Stop()
    }
    try await check()
    try await zone.stop()
  }

  @Test func `no page reads the whole table or sorts it`() async throws {
    let plans = try await zone.database.read { db in
      try FolderScan.statements.map { sql in
        let count = sql.filter { $0 == "?" }.count
        return try db.all("EXPLAIN QUERY PLAN " + sql, values: [Int](repeating: 0, count: count)).map {
          try $0["detail"] as String
        }
      }
    }
    #expect(plans.count == 15)
    for plan in plans {
      #expect(plan.allSatisfy { $0.hasPrefix("SEARCH ") && $0.contains(" USING ") }, "\(plan)")
    }
    for plan in plans.dropFirst(2) {
      #expect(plan.joined().contains("INDEX letter_place_by_"), "\(plan)")
    }
    try await zone.stop()
  }

  @Test(arguments: ["", ".", "1.", ".1", "x.1", "1.x", "99999999999999999999.1", "1.2026-1 ", "1.\u{0}"])
  func `what is no place in a folder is none`(text: String) { #expect(FolderPlace(text) == nil) }

  @Test func `a place is read as it was written`() {
    #expect(FolderPlace("1764000000000.2026-000001")?.description == "1764000000000.2026-000001")
  }
}
