import Foundation
import Letters
import Links
import Storage
import Testing
import ZoneHarness
import Zones

/// What the citizen reads of a letter's course, between two zones.
@Suite struct TheCourseThatACitizenSees {
  private struct Written: Sendable {
    let number: String
    let credentials: LetterCredentials
  }

  private func write(to dmz: RunningZone, at office: AskedOffice) async throws -> Written {
    let credentials = LetterCredentials.generate()
    let confirmation = try await dmz.citizens.submit(id: UUID(), draft: draft("路灯"), credentials: credentials)
    try await office.intranet.eventually("the letter is on the desk") {
      (try? await office.read(confirmation.number)) != nil
    }
    return Written(number: confirmation.number, credentials: credentials)
  }

  private func read(_ letter: Written, in dmz: RunningZone) async throws -> CitizenLetter {
    let found = try await dmz.citizens.read(code: letter.credentials.code, password: letter.credentials.password)
    return try #require(found)
  }

  private func reply(
    _ text: String, to question: String, _ letter: Written, in dmz: RunningZone, id: UUID = UUID()
  ) async throws -> CitizenLetters.ReplyResult {
    try await dmz.citizens.reply(
      id: id, to: question, text: text, code: letter.credentials.code, password: letter.credentials.password)
  }

  @Test func `names units in words, holds the question, and takes the answer back, each once`() async throws {
    let office = try await AskedOffice(exchanging: true)
    let dmz = try RunningZone(office.zones.dmz)
    let letter = try await write(to: dmz, at: office)
    try await office.handed(letter.number)
    try await dmz.eventually("the unit is named") { try await read(letter, in: dmz).course?.lines.count == 2 }
    var lines = try #require(try await read(letter, in: dmz).course?.lines)
    #expect(lines.map(\.chinese) == ["信件已签收", "已转住建局办理"])
    #expect(lines.map(\.english) == ["Your letter was signed for", "Passed to Housing"])
    #expect(lines.map(\.stage) == [.signedFor, nil])
    try await office.ask(letter.number, "请问是哪一栋楼？")
    try await dmz.eventually("it is asked") { try await read(letter, in: dmz).course?.openQuestion != nil }
    let question = try #require(try await read(letter, in: dmz).course?.openQuestion)
    #expect(question.text == "请问是哪一栋楼？")
    let id = UUID()
    for _ in 0..<2 {
      guard case .sent = try await reply("3号楼。", to: question.id, letter, in: dmz, id: id) else {
        Issue.record("it was not sent")
        break
      }
    }
    try await dmz.eventually("the office has it") {
      let letter = try await read(letter, in: dmz)
      return letter.course?.openQuestion == nil && letter.replies.map(\.state) == [.delivered]
    }
    let answered = try await read(letter, in: dmz)
    #expect(answered.course?.questions.map(\.answer) == ["3号楼。"] && answered.replies.map(\.text) == ["3号楼。"])
    lines = try #require(answered.course?.lines)
    #expect(lines.suffix(2).map(\.chinese) == ["承办单位请您补充：请问是哪一栋楼？", "已收到您的补充"])
    let history = try await office.read(letter.number, by: "jie").history
    #expect(history.filter { $0.citizen != nil }.map(\.proof) == ["signed"])
    // Late words are kept, and their author hears that nothing waited for them.
    guard case .sent = try await reply("还有4号楼。", to: question.id, letter, in: dmz) else {
      Issue.record("it was not sent")
      return
    }
    try await dmz.eventually("it is told") {
      try await read(letter, in: dmz).course?.lines.last?.chinese.contains("作为备注") == true
    }
    try await dmz.stop()
    try await office.intranet.stop()
  }

  @Test(arguments: [(10, 60), (8_000, 4)])
  func `is told by its newest lines, as many as a message holds`(characters: Int, lines: Int) async throws {
    let office = try await AskedOffice(exchanging: true)
    let dmz = try RunningZone(office.zones.dmz)
    let letter = try await write(to: dmz, at: office)
    try await office.handed(letter.number)
    let words = String(repeating: "长", count: characters)
    try await office.intranet.database.write { db in
      for position in 10..<80 {
        try db.run(
          """
          INSERT INTO letter_line (letter, position, at, chinese, english)
          SELECT id, ?, ?, ?, ? FROM desk_letter
          """, position, position, words, words)
      }
    }
    try await office.ask(letter.number)
    try await dmz.eventually("it is asked") { try await read(letter, in: dmz).course?.openQuestion != nil }
    let course = try #require(try await read(letter, in: dmz).course)
    #expect(course.lines.count == lines && course.lines.last?.chinese.hasPrefix("承办单位请您补充") == true)
    try await dmz.stop()
    try await office.intranet.stop()
  }

  @Test func `takes no answer that the citizen has not signed, whoever has the portal's keys`() async throws {
    let office = try await AskedOffice(exchanging: true)
    let dmz = try RunningZone(office.zones.dmz)
    let letter = try await write(to: dmz, at: office)
    try await office.handed(letter.number)
    try await office.ask(letter.number)
    try await dmz.eventually("it is asked") { try await read(letter, in: dmz).course?.openQuestion != nil }
    let question = try #require(try await read(letter, in: dmz).course?.openQuestion?.id)
    let id = try #require(
      try await dmz.database.read { try $0.one(String.self, "SELECT id FROM citizen_letter") })
    let other = String(decoding: try JSONEncoder().encode(Data(repeating: 7, count: 64)), as: UTF8.self)
    for signature in [nil, "", other.trimmingCharacters(in: ["\""])] as [String?] {
      try await dmz.send(office.answer("", question: question, "假的。", letter: id, signature: signature))
    }
    try await office.intranet.eventually("all are refused") {
      try await office.count("SELECT COUNT(*) FROM refused_message WHERE code = 'unsigned'") == 3
    }
    #expect(try await office.read(letter.number).isPaused)
    // The citizen's own counts, and cannot be put under another text or question.
    guard case .sent = try await reply("3号楼。", to: question, letter, in: dmz) else {
      Issue.record("it was not sent")
      return
    }
    try await office.intranet.eventually("the answer is there") { try await !office.read(letter.number).isPaused }
    try await dmz.stop()
    try await office.intranet.stop()
  }

  @Test func `opens for code and password alone, and takes answers to its own questions alone`() async throws {
    let office = try await AskedOffice(exchanging: true)
    let dmz = try RunningZone(office.zones.dmz)
    let (letter, other) = (try await write(to: dmz, at: office), try await write(to: dmz, at: office))
    try await office.handed(letter.number)
    try await office.ask(letter.number, "请问是哪一栋楼？")
    try await dmz.eventually("it is asked") { try await read(letter, in: dmz).course?.openQuestion != nil }
    let question = try #require(try await read(letter, in: dmz).course?.openQuestion?.id)
    guard case .unknownQuestion = try await reply("?", to: question, other, in: dmz),
      case .wrong = try await dmz.citizens.reply(
        id: UUID(), to: question, text: "?", code: letter.credentials.code, password: "000000x")
    else {
      Issue.record("an answer was taken that is none")
      return
    }
    // Nothing of it lies on the portal's disk as it is read.
    guard case .sent = try await reply("只有本人知道的三号楼", to: question, letter, in: dmz) else { return }
    try await dmz.stop()
    for name in ["zone.sqlite", "zone.sqlite-wal"] {
      guard let bytes = FileManager.default.contents(atPath: office.zones.root + "/dmz/" + name) else { continue }
      for words in ["请问是哪一栋楼", "只有本人知道的三号楼", "住建局"] {
        #expect(bytes.range(of: Data(words.utf8)) == nil, "\(name) holds \(words)")
      }
    }
    try await office.intranet.stop()
  }

  @Test func `is said to be unseen at the desk where the portal does not take it`() async throws {
    let office = try await AskedOffice(exchanging: true)
    var narrow = office.zones.dmz
    narrow.links[0].incomingPolicy.messageTypes.remove("letter.progress")
    let dmz = try RunningZone(narrow)
    let letter = try await write(to: dmz, at: office)
    try await office.handed(letter.number)
    try await office.ask(letter.number)
    try await office.intranet.eventually("the desk knows") { try await office.read(letter.number).isCourseRefused }
    #expect(try await read(letter, in: dmz).course == nil)
    try await dmz.stop()
    // Mended, the rebuild brings it.
    let mended = try RunningZone(office.zones.dmz)
    try await office.desk.rebuildPortal()
    try await mended.eventually("it is there") { try await read(letter, in: mended).course?.openQuestion != nil }
    try await office.intranet.eventually("the desk knows") { try await !office.read(letter.number).isCourseRefused }
    try await mended.stop()
    try await office.intranet.stop()
  }

  @Test func `comes back with a portal that is rebuilt, its question still open`() async throws {
    let office = try await AskedOffice(exchanging: true)
    var dmz = try RunningZone(office.zones.dmz)
    try await dmz.citizens.sendPepperEscrow()
    let letter = try await write(to: dmz, at: office)
    try await office.handed(letter.number)
    try await office.ask(letter.number)
    let before = dmz
    try await before.eventually("it is asked") { try await read(letter, in: before).course?.openQuestion != nil }
    let course = try await read(letter, in: before).course
    try await office.intranet.eventually("the pepper is kept") {
      try await office.count("SELECT COUNT(*) FROM portal_keepsake") == 1
    }
    try await dmz.stop()
    let folder = office.zones.root + "/dmz"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try FileManager.default.removeItem(atPath: folder + "/" + name)
    }

    dmz = try RunningZone(office.zones.dmz)
    let after = dmz
    try await after.citizens.sendPepperEscrow()
    try await office.desk.rebuildPortal()
    try await after.eventually("it is back") {
      try await after.citizens.read(code: letter.credentials.code, password: letter.credentials.password)?.course
        == course
    }
    let question = try #require(try await read(letter, in: after).course?.openQuestion?.id)
    guard case .sent = try await reply("3号楼。", to: question, letter, in: after) else {
      Issue.record("it was not sent")
      return
    }
    try await office.intranet.eventually("the answer is there") { try await !office.read(letter.number).isPaused }
    try await after.stop()
    try await office.intranet.stop()
  }
}
