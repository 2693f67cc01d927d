import Foundation
import Letters
import People
import Roles
import Storage
import ZoneHarness
import Zones

/// The desk of a city: very many letters in thirty mailboxes, 121 units, 4,000 officials.
struct DeskBench {
  private static let mailboxes = (1...30).map { "box-\($0)" }
  private static let units = (1...121).map { "unit-\($0)" }
  private static let people = 4_000
  private static let limitMilliseconds = 100.0
  private static let step = 10_000
  private static let tries = 400

  let folder: String
  let letters: Int

  func run() async throws -> [Figure] {
    let zones = try TestZones(limits: LinkLimits(), in: folder)
    var configuration = zones.intranet
    configuration.mailboxes = Self.mailboxes.map { Mailbox(identifier: $0, chineseName: $0, englishName: $0) }
    let zone = try RunningZone(configuration, exchanging: false)
    try await fill(zone)
    try await staff(zone)
    var reader = zone.clerk
    reader.mailboxes = Set(Self.mailboxes)
    let official = reader
    var random = SystemRandomNumberGenerator()
    // As each request does: who it is that asks, by their certificate.
    func anybody() async throws -> Official {
      let person = Int.random(in: 0..<Self.people, using: &random)
      return try await zone.office.official(certificate: Self.fingerprint(person)) ?? official
    }
    var (first, filtered, queue, due, search): ([Double], [Double], [Double], [Double], [Double]) = ([], [], [], [], [])
    for round in 0..<Self.tries {
      // Every tenth is a clerk with all mailboxes, who has the longest folders.
      func somebody() async throws -> Official { round.isMultiple(of: 10) ? official : try await anybody() }
      first.append(
        try await time {
          let official = try await somebody()
          _ = try await zone.desk.folder(.toDo, for: official, limit: 50)
          _ = try await zone.desk.folderCounts(for: official)
        })
      filtered.append(
        try await time {
          let filter = FolderFilter(kind: .suggestion, order: .newest)
          _ = try await zone.desk.folder(.all, for: try await somebody(), limit: 50, filter: filter)
        })
      queue.append(
        try await time {
          let official = try await somebody()
          _ = try await zone.desk.queue(for: official, limit: 50)
          _ = try await zone.desk.queueCount(for: official)
        })
      due.append(
        try await time {
          let official = try await somebody()
          _ = try await zone.desk.due(.overdue, for: official, limit: 50)
          _ = try await zone.desk.dueCounts(for: official)
        })
      let words = CityLetters.words[round % CityLetters.words.count]
      search.append(try await time { _ = try await zone.desk.search(words, for: try await somebody(), limit: 50) })
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
    let flow = try await flow(zone, official)
    try zone.database.close()
    let city = "\(letters) letters in \(mailboxes.count) mailboxes, \(Self.people) officials"
    func wanted(_ name: String, _ all: [Double], _ what: String) -> [Figure] {
      [
        Figure(
          name: name, value: percentile(all, 0.99), unit: "ms, 99th percentile, \(what), \(city)",
          peer: "wanted below", peerValue: Self.limitMilliseconds,
          ratio: Self.limitMilliseconds / percentile(all, 0.99)),
        Figure(
          name: "\(name).median", value: percentile(all, 0.5), unit: "ms, median, the same", peer: "wanted below",
          peerValue: Self.limitMilliseconds, ratio: Self.limitMilliseconds / percentile(all, 0.5)),
      ]
    }
    return wanted("desk.folder", first, "first page and counts")
      + wanted("desk.folder.filtered", filtered, "one kind, newest first")
      + [
        Figure(
          name: "desk.folder.inside", value: inside, unit: "ms, median, a page in the middle", peer: "wanted below",
          peerValue: Self.limitMilliseconds, ratio: Self.limitMilliseconds / inside),
        Figure(
          name: "desk.folder.counts", value: percentile(first, 0.5), unit: "ms, median, first page and counts",
          peer: "ms, one tab counted by its rows", peerValue: counted, ratio: counted / percentile(first, 0.5)),
      ] + wanted("desk.queue", queue, "first page and count of what waits for one person")
      + wanted("desk.due", due, "what is overdue, and the counts")
      + wanted("desk.search", search, "two Chinese characters, newest first") + flow
  }

  private func time(_ body: () async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - start) / .milliseconds(1)
  }

  private func median(_ times: Int, _ body: () async throws -> Void) async throws -> Double {
    var all: [Double] = []
    for _ in 0..<times { all.append(try await time(body)) }
    return percentile(all, 0.5)
  }

  private static func fingerprint(_ person: Int) -> String {
    let digits = String(person, radix: 16)
    return String(repeating: "0", count: 64 - digits.utf8.count) + digits
  }

  /// Units under the city's, each with clerks, handlers and a leader; each mailbox with a clerk of its own.
  private func staff(_ zone: RunningZone) async throws {
    let certificate = String(repeating: "f", count: 64)
    try await zone.office.takeOver([
      Person(name: "根", certificateFingerprint: certificate, roles: [.administrator], mailboxes: [])
    ])
    guard let root = try await zone.office.official(certificate: certificate) else { return }
    try await zone.office.addUnit("city", name: "市政府", english: "", under: nil, by: root)
    for unit in Self.units {
      try await zone.office.addUnit(unit, name: unit, english: "", under: "city", by: root)
    }
    for mailbox in Self.mailboxes { try await zone.office.give(mailbox: mailbox, toUnit: "city", by: root) }
    for person in 0..<Self.people {
      let role: Role = person % 20 == 0 ? .leader : person % 5 == 1 ? .clerk : .handler
      let isCity = person % 40 < 2
      try await zone.office.add(
        OfficePerson(
          identifier: "p\(person)", name: "p\(person)", unit: isCity ? "city" : Self.units[person % Self.units.count],
          roles: [role], mailboxes: isCity && role == .clerk ? [Self.mailboxes[person % Self.mailboxes.count]] : []),
        by: root)
      try await zone.office.addCertificate(Self.fingerprint(person), to: "p\(person)", by: root)
    }
  }

  private func fill(_ zone: RunningZone) async throws {
    for start in stride(from: 0, to: letters, by: Self.step) {
      let range = start..<min(start + Self.step, letters)
      try await zone.database.write { db in
        for index in range {
          let (title, text) = CityLetters.letter(index)
          try db.run(
            """
            INSERT INTO desk_letter
              (id, number, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, zeroblob(32), zeroblob(16), zeroblob(48), ?)
            """,
            "letter-\(index)", "2026-\(String(10_000_000 + index).dropFirst())", 1_764_000_000_000 + index * 1_000,
            Self.mailboxes[index % Self.mailboxes.count], ["complaint", "question", "suggestion"][index % 7 % 3], title,
            try JSONEncoder().encode(draft(text)), CityLetters.key,
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
        INSERT INTO letter_place (letter, viewer, folder, branch, state, sort_at, number)
          SELECT letter, 'unit unit-' || (CAST(SUBSTR(number, 6) AS INTEGER) % 121 + 1), 'tracking', 1, 'unit-handling',
            sort_at, number FROM letter_place WHERE folder = 'tracking';
        INSERT INTO letter_place (letter, viewer, folder, branch, state, sort_at, number)
          SELECT letter, viewer, 'all', branch, state, sort_at, number FROM letter_place WHERE folder <> 'queue';
        """)
    }
    try await zone.desk.indexLetters()
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

/// Letters as citizens write them, each a little different from the others.
private enum CityLetters {
  /// Of common and of rare letters, and of none.
  static let words = ["路灯", "小区", "停水", "噪声", "公交", "学校", "医院", "暖气", "油烟", "飞蛾"]
  static let key = Data(repeating: 9, count: 32)

  private static let topics = [
    "路灯不亮已经三周", "小区电梯经常停运", "停水没有提前通知", "夜间施工噪声扰民", "公交车候车时间太长", "学校门口交通拥堵",
    "医院挂号系统故障", "暖气温度达不到标准", "餐馆油烟直排楼道", "人行道地砖破损", "垃圾清运不及时", "河道水质发黑发臭",
    "共享单车乱停乱放", "物业收费不公开", "下水道井盖缺失", "绿化带被占用停车", "老旧楼房外墙脱落", "快递柜占用消防通道",
  ]
  private static let endings = [
    "请尽快派人核实并答复。", "希望有关部门重视此事。", "多次反映没有结果。", "影响附近居民的正常生活。", "盼复，谢谢。",
  ]

  static func letter(_ index: Int) -> (title: String, text: String) {
    let (first, second) = (topics[index % topics.count], topics[(index / 7 + 3) % topics.count])
    let place = "和平街道第\(index % 977)号院"
    let text =
      "\(place)\(first)，" + String(repeating: "此前已向社区反映，至今没有人来处理。", count: 6) + "另外\(second)。"
      + endings[index % endings.count] + endings[(index / 3) % endings.count]
    return ("\(place)\(first)", text + (index % 1_000 == 0 ? "院内飞蛾成灾。" : ""))
  }
}
