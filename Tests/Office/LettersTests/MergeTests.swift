import Flows
import Foundation
import Letters
import People
import Roles
import Storage
import Testing
import ZoneHarness

/// 并案: letters of one matter that are handled as one.
@Suite struct MergeTests {
  private let office: FlowOffice

  init() async throws { office = try await FlowOffice() }

  private func sorted(_ number: String, _ change: (inout LetterDraft) -> Void = { _ in }) async throws -> String {
    let number = try await office.letter(number, change)
    try await office.take(.signFor, number, by: "fang")
    return number
  }

  private func join(_ number: String, with other: String, by person: String = "fang") async throws {
    try await office.take(.merge, number, by: person, [.otherLetter: [other]])
  }

  @Test func `ends with the other's answer, public only if its own writer allowed that`() async throws {
    let main = try await office.letter("2026-000001")
    let open = try await sorted("2026-000002") { $0.phone = "13900139001" }
    let closed = try await sorted("2026-000003") { ($0.phone, $0.mayPublish) = ("13900139002", false) }
    try await office.assigned(main)
    for number in [open, closed] { try await join(number, with: main) }
    #expect(try await office.folder(.concluded, of: "fang") == [closed, open])
    #expect(try await office.read(main, by: "fang").joined.map(\.number) == [open, closed])
    #expect(try await office.read(open, by: "fang").joinedWith?.number == main)
    #expect(try await office.read(main, by: "jie").joined.isEmpty, "the unit learns nothing of them")
    let sent = try await office.zone.count("SELECT COUNT(*) FROM outbox WHERE type = 'letter.answered'")
    try await office.settled(main)
    #expect(try await office.zone.count("SELECT COUNT(*) FROM outbox WHERE type = 'letter.answered'") == sent + 3)
    #expect(try await office.zone.count("SELECT COUNT(*) FROM notice") == 3)
    #expect(try await office.zone.count("SELECT COUNT(*) FROM notice WHERE phone = '13900139001'") == 1)
    for (number, isPublic) in [(main, true), (open, true), (closed, false)] {
      let letter = try await office.read(number, by: "fang")
      #expect(letter.stage == .answered && letter.outcome?.text == "已修好", "\(number)")
      #expect(letter.outcome?.isPublic == isPublic, "\(number)")
    }
    #expect(try await office.read(open, by: "fang").history.last?.event == .settledAlike)
    #expect(try await office.read(open, by: "fang").state.chinese == "审理完成")
    #expect(try await office.folder(.concluded, of: "fang").sorted() == [main, open, closed])
    // Nothing of it is sent twice.
    await #expect(throws: LetterError.self) {
      try await office.take(.settle, main, by: "fang", [.answer: ["再答"], .visibility: ["private"]])
    }
    try await office.zone.stop()
  }

  @Test func `is declined with the other`() async throws {
    let (main, joined) = (try await sorted("2026-000001"), try await sorted("2026-000002"))
    try await join(joined, with: main)
    try await office.take(
      .proposeDecline, main, by: "fang", [.leader: ["ming"], .declineReason: ["court"], .text: ["请向法院提起诉讼"]])
    try await office.take(.accept, main, by: "ming")
    try await office.take(.settle, main, by: "fang", [.answer: ["请向法院提起诉讼"], .visibility: ["private"]])
    let letter = try await office.read(joined, by: "fang")
    #expect(letter.stage == .declined && letter.outcome?.text == "请向法院提起诉讼")
    #expect(try await office.folder(.declined, of: "fang") == [joined, main])
    try await office.zone.stop()
  }

  @Test(arguments: ["13800138000", "139 0013-9001", "１３９００１３９００１", "A@B.cn"])
  func `gets no words that name another's writer`(word: String) async throws {
    let main = try await office.letter("2026-000001") { $0.mail = "a@b.cn" }
    let joined = try await sorted("2026-000002") { $0.phone = "13900139001" }
    try await office.assigned(main)
    try await join(joined, with: main)
    await #expect(throws: LetterError.field(.answer, .namesWriter)) {
      try await office.settled(main, "已回电\(word)说明")
    }
    #expect(try await office.read(main, by: "fang").outcome == nil)
    try await office.take(.settle, main, by: "fang", [.answer: ["已说明"], .visibility: ["public"]])
    #expect(try await office.read(joined, by: "fang").outcome?.text == "已说明")
    try await office.zone.stop()
  }

  @Test func `goes on by itself where the other is thrown away, and where the joining is undone`() async throws {
    let (main, joined) = (try await sorted("2026-000001"), try await sorted("2026-000002"))
    try await join(joined, with: main)
    try await office.take(.junk, main, by: "fang", [.reason: ["广告"]])
    #expect(try await office.queue(of: "fang").sorted() == [main, joined])
    let letter = try await office.read(joined, by: "fang")
    #expect(letter.state.chinese == "预处理" && letter.joinedWith == nil && letter.history.last?.event == .separated)
    try await office.take(.restore, main, by: "fang")
    try await join(joined, with: main)
    await #expect(throws: LetterError.notAllowed) {
      try await office.take(.unmerge, joined, by: "ming", [.reason: ["并错"]])
    }
    try await office.take(.unmerge, joined, by: "fang", [.reason: ["并错"]])
    #expect(try await office.read(main, by: "fang").joined.isEmpty)
    #expect(try await office.folder(.tracking, of: "fang").sorted() == [main, joined])
    // What was undone ends by itself.
    #expect(try await office.read(joined, by: "fang").offer(.merge) != nil)
    try await office.zone.stop()
  }

  @Test func `is with another letter that is under way: no chain, no circle`() async throws {
    let (first, second) = (try await sorted("2026-000001"), try await sorted("2026-000002"))
    let (third, junk) = (try await sorted("2026-000003"), try await sorted("2026-000004"))
    try await office.take(.junk, junk, by: "fang", [.reason: ["广告"]])
    try await join(second, with: first)
    let before = try await office.state()
    for (number, other, problem) in [
      (third, third, LetterFieldProblem.itself), (third, "2026-999999", .unknown), (third, "", .missing),
      (third, junk, .ended), (third, second, .ended), (first, third, .hasJoined),
    ] {
      await #expect(throws: LetterError.field(.otherLetter, problem), "\(number) with \(other)") {
        try await join(number, with: other)
      }
    }
    await #expect(throws: LetterError.wrongStage(.signedFor)) { try await join(second, with: third) }
    for person in ["ming", "na"] {
      await #expect(throws: LetterError.self) { try await join(third, with: first, by: person) }
    }
    #expect(try await office.state() == before)
    try await office.zone.stop()
  }

  @Test func `of each with the other at once is done once`() async throws {
    let (fang, lan) = (try await office.official("fang"), try await office.official("lan"))
    let desk = office.desk
    for round in 0..<20 {
      let first = try await sorted("2026-1000\(10 + round)")
      let second = try await sorted("2026-2000\(10 + round)")
      func attempt(_ number: String, _ other: String, _ official: Official) async -> Bool {
        let request = LetterStepRequest(.merge, number: number, fields: [.otherLetter: [other]])
        return (try? await desk.take(request, by: official)) != nil
      }
      async let one = attempt(first, second, fang)
      async let other = attempt(second, first, lan)
      let done = await [one, other]
      #expect(done.count { $0 } == 1)
    }
    #expect(
      try await office.zone.count(
        """
        SELECT COUNT(*) FROM desk_letter AS one JOIN desk_letter AS other ON one.merged_into = other.id
        WHERE other.merged_into IS NOT NULL
        """) == 0, "none is joined with one that is joined")
    try await office.zone.stop()
  }

  @Test func `is of at most a hundred with one`() async throws {
    let (main, more) = (try await sorted("2026-000001"), try await sorted("2026-000002"))
    let spare = try await sorted("2026-000003")
    try await join(spare, with: main)
    try await office.zone.database.write { db in
      for index in 0..<98 {
        try db.run(
          """
          INSERT INTO desk_letter
            (id, number, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage,
              merged_into)
          SELECT ?, ?, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage, ?
          FROM desk_letter WHERE number = ?
          """, "j\(index)", "2026-9\(index)", "id-\(main)", spare)
      }
    }
    try await join(more, with: main)
    let last = try await sorted("2026-000004")
    await #expect(throws: LetterError.field(.otherLetter, .tooMany)) { try await join(last, with: main) }
    try await office.zone.stop()
  }

  @Test func `takes the units' parts away, and lets nobody but the mailbox's clerks do it`() async throws {
    let (main, joined) = (try await sorted("2026-000001"), try await office.letter("2026-000002"))
    try await office.assigned(joined)
    try await join(joined, with: main)
    #expect(try await office.queue(of: "jie") == [])
    await #expect(throws: LetterError.notFound) { try await office.read(joined, by: "na") }
    try await office.zone.stop()
  }
}
