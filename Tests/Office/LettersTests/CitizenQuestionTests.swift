import Cryptography
import Flows
import Foundation
import JSON
import Letters
import Links
import PacketFormat
import Storage
import Testing
import ZoneHarness
import Zones

/// The unit in charge asks the citizen: the promised date waits, and the wait ends by an answer or by itself.
@Suite struct AskingTheCitizen {
  @Test func `makes the promised date wait, and moves it by the working days of the wait`() async throws {
    let office = try await AskedOffice(exchanging: true)
    let dmz = try RunningZone(office.zones.dmz)
    let number = try await office.letter()
    try await office.handed(number)
    // A question has five working days: until Monday the 9th.
    #expect(try await office.read(number).promise?.day == "2026-11-09")
    office.clock.wait(days: 2)
    try await office.ask(number)
    let waiting = try await office.read(number)
    #expect(waiting.isPaused && waiting.branches[0].state.chinese == "待来信人补充")
    #expect(try await office.queue(of: "jie") == [])
    // A week and a day later, past the date, nothing is overdue.
    office.clock.wait(days: 8)
    for person in ["fang", "na"] {
      let official = try await office.official(person)
      #expect(try await office.desk.dueCounts(for: official) == [.today: 0, .overdue: 0], "\(person)")
    }
    #expect(try await office.desk.fireTimers() == 0)
    // Thursday the 12th: six working days after the 4th, on which it was asked.
    try await dmz.send(office.answer(number, question: office.question(number), "3号楼。"))
    try await office.intranet.eventually("the answer is there") { try await !office.read(number).isPaused }
    let answered = try await office.read(number, by: "jie")
    #expect(answered.promise?.day == "2026-11-17" && answered.promise?.chinese.contains("暂停6个工作日不计") == true)
    #expect(answered.branches[0].due == "2026-11-18", "the unit's own date, the 10th, moves along")
    #expect(answered.history.last?.citizen == .answerQuestion && answered.history.last?.act == nil)
    #expect(answered.history.last?.fields.map(\.text) == ["3号楼。"])
    #expect(try await office.queue(of: "jie") == [number])
    try await office.take(.submit, number, by: "jie", branch: 1, [.draftAnswer: ["已修好"]])
    try await dmz.stop()
    try await office.intranet.stop()
  }

  @Test func `ends by itself after ten working days, and the letter goes on`() async throws {
    let office = try await AskedOffice()
    let number = try await office.letter()
    try await office.handed(number)
    try await office.ask(number)
    // Ten working days after Monday the 2nd end with the 16th.
    office.clock.wait(days: 14)
    #expect(try await office.desk.fireTimers() == 0)
    office.clock.wait(days: 1)
    #expect(try await office.desk.fireTimers() == 1)
    #expect(try await office.desk.fireTimers() == 0)
    let letter = try await office.read(number, by: "jie")
    #expect(!letter.isPaused && letter.promise?.day == "2026-11-24" && letter.history.last?.act == nil)
    #expect(try await office.queue(of: "jie") == [number])
    #expect(try await office.count("SELECT COUNT(*) FROM letter_question WHERE closed_at IS NULL") == 0)
    try await office.intranet.stop()
  }

  @Test func `is for the unit in charge, twice, and only its first two waits move the date`() async throws {
    let office = try await AskedOffice()
    let number = try await office.letter()
    try await office.handed(number, units: ["housing", "roads"])
    try await office.take(.unitSignFor, number, by: "lei", branch: 2)
    try await office.take(.assign, number, by: "lei", branch: 2, [.handler: ["lei"]])
    #expect(try await office.read(number, by: "lei").offer(.askCitizen, branch: 2) == nil)
    await #expect(throws: LetterError.notAllowed) {
      try await office.take(.askCitizen, number, by: "na", branch: 1, [.question: ["?"]])
    }
    for _ in 0..<2 {
      try await office.ask(number)
      office.clock.wait(days: 20)
      while try await office.desk.fireTimers() > 0 {}
    }
    #expect(try await office.read(number, by: "jie").offer(.askCitizen, branch: 1) == nil)
    await #expect(throws: LetterError.wrongStage(.signedFor)) { try await office.ask(number) }
    let date = try await office.read(number).promise?.day
    // Handed out anew, it can be asked again, and the date waits no more.
    try await office.take(.submit, number, by: "jie", branch: 1, [.draftAnswer: ["?"]])
    try await office.take(.recallUnit, number, by: "fang", [.unit: ["housing"], .reason: ["重新分发"]])
    try await office.take(
      .dispatch, number, by: "fang",
      [.units: ["housing"], .leadUnit: ["housing"], .unitDue: ["2026-12-20"], .complaintAbout: ["none"]])
    try await office.take(.unitSignFor, number, by: "na", branch: 3)
    try await office.take(.assign, number, by: "na", branch: 3, [.handler: ["jie"]])
    try await office.take(.askCitizen, number, by: "jie", branch: 3, [.question: ["再问一次"]])
    #expect(try await !office.read(number).isPaused)
    office.clock.wait(days: 20)
    while try await office.desk.fireTimers() > 0 {}
    #expect(try await office.read(number).promise?.day == date)
    try await office.intranet.stop()
  }

  @Test func `ends when the unit loses the letter, and the date waits no more`() async throws {
    let office = try await AskedOffice()
    let number = try await office.letter()
    try await office.handed(number)
    try await office.ask(number)
    office.clock.wait(days: 1)
    try await office.take(.recallUnit, number, by: "fang", [.unit: ["housing"], .reason: ["重新分发"]])
    let letter = try await office.read(number)
    #expect(!letter.isPaused && letter.promise?.day == "2026-11-10")
    #expect(try await office.count("SELECT COUNT(*) FROM letter_question WHERE closed_at IS NULL") == 0)
    try await office.intranet.stop()
  }

  @Test(arguments: [("", LetterFieldProblem.missing), (String(repeating: "长", count: 2_001), .tooLong)])
  func `says what it asks, in at most 2,000 characters`(text: String, problem: LetterFieldProblem) async throws {
    let office = try await AskedOffice()
    let number = try await office.letter()
    try await office.handed(number)
    await #expect(throws: LetterError.field(.question, problem)) { try await office.ask(number, text) }
    #expect(try await office.count("SELECT COUNT(*) FROM letter_question") == 0)
    try await office.intranet.stop()
  }

  @Test func `is refused where the link lets no questions out; other steps go on untold`() async throws {
    let office = try await AskedOffice { $0.links[0].outgoingPolicy.messageTypes.remove("letter.progress") }
    let number = try await office.letter()
    try await office.handed(number)
    #expect(try await office.count("SELECT COUNT(*) FROM outbox WHERE type = 'letter.progress'") == 0)
    #expect(try await office.count("SELECT COUNT(*) FROM outbox WHERE type = 'letter.signed-for'") == 1)
    await #expect(throws: LetterError.field(.question, .cannotCross)) { try await office.ask(number) }
    let letter = try await office.read(number, by: "jie")
    #expect(!letter.isPaused && letter.branches[0].state.chinese == "承办" && letter.history.last?.act == .assign)
    try await office.intranet.stop()
  }
}

/// What a portal says of answers, lying or late.
@Suite struct AnswersFromThePortal {
  @Test func `count once, and those that nothing waits for become notes`() async throws {
    let office = try await AskedOffice(exchanging: true)
    let dmz = try RunningZone(office.zones.dmz)
    let number = try await office.letter()
    try await office.handed(number)
    try await office.ask(number)
    let (question, id) = (try await office.question(number), UUID().uuidString)
    for text in ["3号楼。", "3号楼。"] { try await dmz.send(office.answer(number, question: question, text, id: id)) }
    try await dmz.send(office.answer(number, question: question, "还有4号楼。"))
    try await office.intranet.eventually("the third has come") {
      try await office.count("SELECT COUNT(*) FROM letter_reply") == 2
    }
    let history = try await office.read(number, by: "jie").history.compactMap { entry in
      entry.citizen.map { ($0, entry.fields.map(\.text)) }
    }
    #expect(history.map(\.0) == [.answerQuestion, .note] && history.map(\.1) == [["3号楼。"], ["还有4号楼。"]])
    // Settled, it stays so.
    try await office.take(.submit, number, by: "jie", branch: 1, [.draftAnswer: ["已修好"]])
    try await office.take(.passUp, number, by: "wei", branch: 1)
    try await office.take(.accept, number, by: "ming")
    try await office.take(.settle, number, by: "fang", [.answer: ["已修好"], .visibility: ["private"]])
    try await dmz.send(office.answer(number, question: question, "谢谢。"))
    try await office.intranet.eventually("the fourth has come") {
      try await office.count("SELECT COUNT(*) FROM letter_reply") == 3
    }
    let settled = try await office.read(number)
    #expect(settled.stage == .answered && settled.history.last?.citizen == .note)
    // Each time the citizen is told: the asking, the answer, the two notes, and the steps between.
    #expect(try await office.count("SELECT COUNT(*) FROM letter_line WHERE chinese LIKE '%备注%'") == 2)
    try await dmz.stop()
    try await office.intranet.stop()
  }

  @Test func `are refused with a reason, and leave nothing, where they are none`() async throws {
    let office = try await AskedOffice(exchanging: true)
    let dmz = try RunningZone(office.zones.dmz)
    let (number, other) = (try await office.letter(), try await office.letter("2026-000002"))
    try await office.handed(number)
    try await office.ask(number)
    let question = try await office.question(number)
    func sealed(_ bytes: Int) -> JSONValue {
      .object([
        "reply": .string("r"), "question": .string(question),
        "text": .string(Base64.encode([UInt8](repeating: 1, count: bytes))),
      ])
    }
    let letter = AskedOffice.identifier(number)
    let bad: [(OutgoingMessage, String)] = [
      (try office.answer(number, question: "no-such", "?"), "unknown-question"),
      (try office.answer(other, question: question, "?"), "unknown-question"),
      (try office.answer("2026-000009", question: question, "?"), "unknown-letter"),
      (try office.answer(number, question: question, "?", inside: "another"), "schema"),
      (try office.answer(number, question: question, ""), "schema"),
      (try office.answer(number, question: question, String(repeating: "长", count: 2_001)), "schema"),
      (try office.answer(number, question: question, "e" + String(repeating: "\u{301}", count: 20_000)), "schema"),
      (office.message(letter, sealed(10)), "letter"), (office.message(letter, sealed(64 * 1_024 + 4)), "schema"),
      (office.message(letter, .object([])), "schema"),
    ]
    for (message, _) in bad { try await dmz.send(message) }
    try await office.intranet.eventually("all are judged") {
      try await office.count("SELECT COUNT(*) FROM refused_message") == bad.count
    }
    let codes = try await office.intranet.database.read { try $0.all(String.self, "SELECT code FROM refused_message") }
    #expect(codes.sorted() == bad.map(\.1).sorted())
    #expect(try await office.read(number).isPaused)
    #expect(try await office.count("SELECT COUNT(*) FROM letter_reply") == 0)
    try await dmz.stop()
    try await office.intranet.stop()
  }

  @Test func `are twenty for a letter`() async throws {
    let office = try await AskedOffice(exchanging: true)
    let dmz = try RunningZone(office.zones.dmz)
    let number = try await office.letter()
    try await office.handed(number)
    try await office.ask(number)
    let question = try await office.question(number)
    for index in 0..<21 { try await dmz.send(office.answer(number, question: question, "第\(index)次")) }
    try await office.intranet.eventually("the last is refused") {
      try await office.count("SELECT COUNT(*) FROM refused_message WHERE code = 'too-many'") == 1
    }
    #expect(try await office.count("SELECT COUNT(*) FROM letter_reply") == 20)
    try await dmz.stop()
    try await office.intranet.stop()
  }
}
