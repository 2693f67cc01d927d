import Foundation
import Letters
import Roles
import Storage
import ZoneHarness
import Zones

/// A folder's page at the desk with very many letters behind it.
struct DeskBench {
  private static let mailboxes = (1...12).map { "box-\($0)" }
  private static let limitMilliseconds = 100.0
  private static let step = 10_000

  let folder: String
  let letters: Int

  func run() async throws -> [Figure] {
    let zones = try TestZones(limits: LinkLimits(), in: folder)
    let zone = try RunningZone(zones.intranet, exchanging: false)
    try await fill(zone)
    var reader = zone.clerk
    reader.mailboxes = Set(Self.mailboxes)
    let official = reader
    let first = try await median(50) {
      _ = try await zone.desk.folder(.toDo, for: official, limit: 50)
      _ = try await zone.desk.folderCounts(for: official)
    }
    let middle = try await zone.database.read { db in
      try db.one("SELECT accepted_at, number FROM desk_letter WHERE stage = 'delivered' LIMIT 1 OFFSET ?", letters / 4)
        .flatMap { try FolderPlace("\($0["accepted_at"] as Int).\($0["number"] as String)") }
    }
    let inside = try await median(50) {
      let part = middle.map(FolderPart.after) ?? .first
      _ = try await zone.desk.folder(.toDo, for: official, limit: 50, part: part)
    }
    let mailboxes = Self.mailboxes
    let counted = try await median(3) {
      _ = try await zone.database.read { db in
        try db.one(
          Int.self,
          """
          SELECT COUNT(*) FROM desk_letter
          WHERE stage = 'delivered' AND mailbox IN (\(questionMarks(mailboxes.count)))
          """, values: mailboxes)
      }
    }
    let queue = try await median(50) {
      _ = try await zone.desk.queue(for: official, limit: 50)
      _ = try await zone.desk.queueCount(for: official)
    }
    let due = try await median(50) {
      _ = try await zone.desk.due(.overdue, for: official, limit: 50)
      _ = try await zone.desk.dueCounts(for: official)
    }
    let flow = try await flow(zone, official)
    try zone.database.close()
    let unit = "ms, median, first page and counts, \(letters) letters in \(mailboxes.count) mailboxes"
    return [
      Figure(
        name: "desk.folder", value: first, unit: unit, peer: "wanted below", peerValue: Self.limitMilliseconds,
        ratio: Self.limitMilliseconds / first),
      Figure(
        name: "desk.folder.inside", value: inside, unit: "ms, median, a page in the middle", peer: "wanted below",
        peerValue: Self.limitMilliseconds, ratio: Self.limitMilliseconds / inside),
      Figure(
        name: "desk.folder.counts", value: first, unit: unit, peer: "ms, one tab counted by its rows",
        peerValue: counted, ratio: counted / first),
      Figure(
        name: "desk.queue", value: queue, unit: "ms, median, first page and count of what waits for one person",
        peer: "wanted below", peerValue: Self.limitMilliseconds, ratio: Self.limitMilliseconds / queue),
      Figure(
        name: "desk.due", value: due, unit: "ms, median, what is overdue, and the counts", peer: "wanted below",
        peerValue: Self.limitMilliseconds, ratio: Self.limitMilliseconds / due),
    ] + flow
  }

  private func median(_ times: Int, _ body: () async throws -> Void) async throws -> Double {
    var all: [Double] = []
    for _ in 0..<times {
      let start = ContinuousClock.now
      try await body()
      all.append((ContinuousClock.now - start) / .milliseconds(1))
    }
    return percentile(all, 0.5)
  }

  private func fill(_ zone: RunningZone) async throws {
    let content = try JSONEncoder().encode(draft(String(repeating: "路灯坏了三周，请尽快修理。", count: 20)))
    for start in stride(from: 0, to: letters, by: Self.step) {
      let range = start..<min(start + Self.step, letters)
      try await zone.database.write { db in
        for index in range {
          try db.run(
            """
            INSERT INTO desk_letter
              (id, number, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage)
            VALUES (?, ?, ?, ?, 'complaint', '关于路灯', ?, zeroblob(32), zeroblob(32), zeroblob(16), zeroblob(48), ?)
            """,
            "letter-\(index)", "2026-\(String(10_000_000 + index).dropFirst())", 1_764_000_000_000 + index * 1_000,
            Self.mailboxes[index % Self.mailboxes.count], content,
            ["delivered", "delivered", "signed-for", "answered"][index / Self.mailboxes.count % 4])
        }
      }
    }
    // As the desk keeps them, in one go.
    try await zone.database.write { db in
      try db.script(
        """
        INSERT INTO letter_place (letter, viewer, folder, branch, state, sort_at, number)
          SELECT id, 'mailbox ' || mailbox, CASE stage WHEN 'answered' THEN 'concluded' WHEN 'signed-for' THEN 'tracking'
            ELSE 'to-do' END, 0, CASE stage WHEN 'answered' THEN 'answered' WHEN 'signed-for' THEN 'handling'
            ELSE 'arrived' END, accepted_at, number FROM desk_letter;
        INSERT INTO letter_place (letter, viewer, folder, branch, state, sort_at, number)
          SELECT letter, 'clerk of ' || viewer, 'queue', 0, state, sort_at, number FROM letter_place
          WHERE folder IN ('to-do', 'tracking');
        """)
    }
  }

  /// A look at the limits of so many open letters, of which a few have passed, and a step of one.
  private func flow(_ zone: RunningZone, _ official: Official) async throws -> [Figure] {
    let (open, passed, steps) = (min(100_000, letters / 2), 100, 200)
    try await zone.database.write { db in
      try db.run(
        """
        INSERT INTO letter_timer (letter, branch, entry, since, at)
        SELECT id, 0, 1, 0, CASE WHEN ROW_NUMBER() OVER (ORDER BY id) <= ? THEN 1 ELSE 9000000000000 END
        FROM desk_letter WHERE stage = 'delivered' ORDER BY id LIMIT ?
        """, passed, open)
    }
    let look = try await median(1) { _ = try await zone.desk.fireTimers() }
    let quiet = try await median(20) { _ = try await zone.desk.fireTimers() }
    let numbers = try await zone.database.read { db in
      try db.all(
        String.self, "SELECT number FROM desk_letter WHERE stage = 'delivered' ORDER BY id DESC LIMIT ?", steps)
    }
    var all: [Double] = []
    for number in numbers {
      let start = ContinuousClock.now
      try await zone.desk.signFor(number: number, by: official)
      all.append((ContinuousClock.now - start) / .milliseconds(1))
    }
    let step = percentile(all, 0.5)
    return [
      Figure(
        name: "flow.timers", value: look, unit: "ms, a look over \(open) open letters, \(passed) limits passed",
        peer: "wanted below", peerValue: 1_000, ratio: 1_000 / look),
      Figure(
        name: "flow.timers.quiet", value: quiet, unit: "ms, median, the same with none passed", peer: "wanted below",
        peerValue: 1_000, ratio: 1_000 / quiet),
      Figure(
        name: "flow.step", value: step, unit: "ms, median, one step, committed", peer: "wanted below", peerValue: 2,
        ratio: 2 / step),
    ]
  }
}
