import Acts
import Cryptography
import Flows
import Foundation
import JSON
import Links
import PacketFormat
import Storage
import Timestamps

/// What citizens answer to the office's questions.
extension DeskLetters {
  var replyHandlers: [String: MessageHandler] {
    let (keys, step) = (self.keys, LetterStepTaking(self))
    return [
      SupplementedMessage.type: MessageHandler { message in
        let reply = try ArrivingReply(SupplementedMessage(message), keys())
        return { db in try step.take(reply, db) }
      }
    ]
  }
}

/// A citizen's answer that came over the link, opened and checked.
struct ArrivingReply: Sendable {
  let letter: String
  let id: String
  let question: String
  let text: String
  let signature: [UInt8]?

  /// Whether the letter's citizen has signed it; true for a letter that has no key for that.
  func isSigned(by citizenKey: [UInt8]?) -> Bool {
    guard let citizenKey else { return true }
    let answer = SignedAnswer(letter: letter, reply: id, question: question, text: text)
    return signature.map { answer.isSigned($0, by: citizenKey) } ?? false
  }

  /// The DMZ may have been broken into: what it says is checked again.
  init(_ message: SupplementedMessage, _ keys: [X25519PrivateKey]) throws {
    let content: SupplementedMessage.Content
    do { content = try openJSON(SupplementedMessage.Content.self, message.sealed, with: keys) } catch {
      throw MessageRefusal(code: "letter", reason: "the answer cannot be opened")
    }
    guard content.letter == message.letter, content.question == message.question else {
      throw MessageRefusal(code: "schema", reason: "the answer is one to another question")
    }
    guard !content.text.isEmpty, LetterQuestion.fits(content.text) else {
      throw MessageRefusal(code: "schema", reason: "the answer is empty, or longer than answers may be")
    }
    (letter, id, question, text) = (message.letter, message.id, message.question, content.text)
    signature = content.signature.flatMap { Base64.decode($0) }
  }
}

extension LetterStepTaking {
  /// Takes a citizen's answer in, once: as the step that the question waits for, else as a note in the letter's history. The
  /// citizen is told which.
  ///
  /// - Throws: `MessageRefusal` for a letter or question that there is none of, and beyond `LetterQuestion.repliesMax`.
  func take(_ reply: ArrivingReply, _ db: Transaction) throws {
    guard let row = try db.one("SELECT * FROM desk_letter WHERE id = ?", reply.letter) else {
      throw MessageRefusal(code: "unknown-letter", reason: "no letter \(reply.letter) here")
    }
    // One damaged letter holds up no message behind its answer.
    guard var letter = (try? StoredDeskLetter(row: row)) ?? nil,
      let flow = flows.version(letter.item.version, of: letter.item.flow)
    else { throw MessageRefusal(code: "unknown-letter", reason: "letter \(reply.letter) cannot be read here") }
    guard
      let asked = try db.one(
        "SELECT branch, closed_at FROM letter_question WHERE id = ? AND letter = ?", reply.question, letter.id)
    else { throw MessageRefusal(code: "unknown-question", reason: "nothing of the kind was asked") }
    let citizenKey: [UInt8]? = try row["citizen_key"]
    guard reply.isSigned(by: citizenKey) else {
      throw MessageRefusal(code: "unsigned", reason: "the answer is not signed with the key of the letter's citizen")
    }
    let isKnown = try db.one(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM letter_reply WHERE letter = ? AND id = ?)", letter.id, reply.id)
    if isKnown == true { return }
    let kept = try db.one(Int.self, "SELECT COUNT(*) FROM letter_reply WHERE letter = ?", letter.id) ?? 0
    guard kept < LetterQuestion.repliesMax else {
      throw MessageRefusal(code: "too-many", reason: "\(kept) answers to this letter's questions are kept already")
    }
    try db.run(
      "INSERT INTO letter_reply (letter, id, at, question, signature) VALUES (?, ?, ?, ?, ?)", letter.id, reply.id,
      now(), reply.question, citizenKey == nil ? nil : reply.signature.map { Data($0) })
    let branch: Int = try asked["branch"]
    let number = branch == 0 ? nil : branch
    letter.changedAt = now()
    if try asked["closed_at"] as Int? == nil, let change = answer(reply, number, letter, flow) {
      try apply(change, reply, number, &letter, flow, isSigned: citizenKey != nil, db)
    } else {
      try note(reply, number, letter, isSigned: citizenKey != nil, db)
    }
  }

  /// Nil where the flow waits for no answer there any more.
  private func answer(
    _ reply: ArrivingReply, _ branch: Int?, _ letter: StoredDeskLetter, _ flow: FlowDefinition
  ) -> FlowTransition? {
    let offer = flow.offers(of: letter.item).first {
      $0.branch == branch && $0.step.by == .citizen && $0.step.act == CitizenAct.answerQuestion.rawValue
    }
    return offer.flatMap { offer in
      try? flow.take(
        offer.step.id, branch: branch, by: nil, fields: [LetterField.text.rawValue: [reply.text]], on: letter.item)
    }
  }

  private func apply(
    _ change: FlowTransition, _ reply: ArrivingReply, _ branch: Int?, _ letter: inout StoredDeskLetter,
    _ flow: FlowDefinition, isSigned: Bool, _ db: Transaction
  ) throws {
    let before = letter.item
    letter.item = change.item
    if change.hasEnded { letter.settledAt = now() }
    try db.run(
      "UPDATE letter_question SET answer = ?, answered_at = ?, closed_at = ? WHERE id = ?", reply.text, now(), now(),
      reply.question)
    var telling = try follow(change, from: before, [.text: [reply.text]], stage: nil, &letter, flow, db)
    telling.hasClosed = true
    try closeRequests(letter, flow, db)
    try letter.save(flow, times, db)
    _ = try endJoined(with: letter, flow, nil, nil, db)
    // What came before the answer is not taken back: the citizen has seen it.
    try LetterLastStep.forget(letter.id, db)
    try addReply(.answerQuestion, reply, branch, before, letter, isSigned, db)
    try tell(telling, letter, db)
  }

  private func note(
    _ reply: ArrivingReply, _ branch: Int?, _ letter: StoredDeskLetter, isSigned: Bool, _ db: Transaction
  ) throws {
    try addReply(.note, reply, branch, letter.item, letter, isSigned, db)
    try LetterCourse.add(LetterCourse.noted, now(), nil, to: letter.id, db)
    try tell(LetterTelling(hasLines: true), letter, db)
  }

  private func addReply(
    _ deed: CitizenDeed, _ reply: ArrivingReply, _ branch: Int?, _ before: FlowItem, _ letter: StoredDeskLetter,
    _ isSigned: Bool, _ db: Transaction
  ) throws {
    try addHistory(
      letter, act: deed.rawValue, branch: branch, before, now(), person: "", name: "", proof: isSigned ? .signed : nil,
      fields: [LetterField.text.rawValue: [reply.text]], db)
  }
}

extension LetterCourse {
  /// What a citizen is told of an answer that nothing waited for any more.
  static let noted = FlowWords(
    chinese: "您的补充已收到。该问题已不再等待答复，补充内容作为备注附在来信中。",
    english: "Your words have arrived. The office no longer waits for them; they are kept with your letter as a note.")
}
