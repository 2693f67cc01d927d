import Cryptography
public import FairQueues
public import Foundation
import JSON
import Links
import PacketFormat
import Storage
import Timestamps
import Zones

/// The citizen's answers to the office's questions.
extension CitizenLetters {
  /// What became of an answer.
  public enum ReplyResult: Sendable {
    case sent
    /// Code and password open no letter.
    case wrong
    /// The letter has no such question.
    case unknownQuestion
    /// No more are taken for this letter.
    case tooMany
    /// Empty, or longer than answers may be.
    case unfit
  }

  /// Seals and commits an answer, with its outgoing message, in one transaction.
  ///
  /// - Parameters:
  ///   - id: made once for each form; a second call with the same id changes nothing and answers alike.
  ///   - question: the question's identifier.
  ///   - text: 1 to `LetterQuestion.textMaxCharacters` characters.
  ///   - source: who asks, as limits count it; those that name none share one turn.
  /// - Throws: `linkIsFull` where there is no room, `busy` where too many wait, `unavailable` where the link does not let it
  ///   out; nothing is changed then, and the same id can be tried again.
  public func reply(
    id: UUID, to question: String, text: String, code: LetterCode, password: String, source: Source = .unnamed
  ) async throws(LetterError) -> ReplyResult {
    guard !text.isEmpty, LetterQuestion.fits(text) else { return .unfit }
    try await demandRoom()
    let opened = try await turns.run(for: source) { () async throws(LetterError) in
      try await openForReply(code, password)
    }
    guard let (letter, course, key) = opened else { return .wrong }
    guard course?.questions.contains(where: { $0.id == question }) ?? false else { return .unknownQuestion }
    let (now, outbox, intranet) = (self.now(), self.outbox, link.peer)
    do {
      let name = id.uuidString.lowercased()
      let signature = CitizenKey(of: key).sign(
        SignedAnswer(letter: letter, reply: name, question: question, text: text))
      let content = SupplementedMessage.Content(
        letter: letter, question: question, text: text, signature: Base64.encode(signature))
      let message = try SupplementedMessage(
        letter: letter, id: name, question: question, at: now, sealed: sealJSON(content, for: intranetKeys))
      let sealedText = try sealJSON([text], for: [key.publicKey])
      return try await database.write { db in
        try message.insert(sealedText: sealedText, outbox, to: intranet, db)
      }
    } catch { throw .unavailable(error) }
  }

  /// Whether the link lets answers to questions out.
  public var takesReplies: Bool { link.outgoingPolicy.messageTypes.contains(SupplementedMessage.type) }

  private func openForReply(
    _ code: LetterCode, _ password: String
  ) async throws(LetterError) -> (String, LetterCourse?, X25519PrivateKey)? {
    guard case .opened(let letter, let key) = try await unlock(code, password) else { return nil }
    do {
      let sealed = try await database.read { db in
        try db.one(Data.self, "SELECT sealed_course FROM citizen_letter WHERE id = ?", letter)
      }
      return (letter, sealed.flatMap { try? openJSON(LetterCourse.self, Array($0), with: [key]) }, key)
    } catch { throw .unavailable(error) }
  }

  /// Takes in what the intranet tells of letters' courses.
  var courseHandlers: [String: MessageHandler] {
    [
      ProgressMessage.type: MessageHandler { message in
        let progress = try ProgressMessage(message)
        return { db in
          guard try currentStage(of: progress.id, db) != nil else {
            throw MessageRefusal(code: "unknown-letter", reason: "no letter \(progress.id) here")
          }
          // An older one that comes late is passed over.
          try db.run(
            "UPDATE citizen_letter SET sealed_course = ?, course_at = ? WHERE id = ? AND course_at <= ?",
            Data(progress.sealed), progress.at, progress.id, progress.at)
        }
      }
    ]
  }
}

/// Notes what became of an answer, by the intranet's receipt alone.
func settleReply(_ message: SentMessage, _ fate: MessageFate, _ db: Transaction) throws {
  let state: CitizenReply.State =
    switch fate {
    case .applied: .delivered
    case .refused: .refused
    }
  try db.run("UPDATE citizen_reply SET state = ? WHERE message = ?", state.rawValue, message.id)
}

extension SupplementedMessage {
  fileprivate func insert(
    sealedText: [UInt8], _ outbox: Outbox, to intranet: ZoneName, _ db: Transaction
  ) throws -> CitizenLetters.ReplyResult {
    let known = try db.one(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM citizen_reply WHERE letter = ? AND id = ?)", letter, id)
    if known == true { return .sent }
    let count = try db.one(Int.self, "SELECT COUNT(*) FROM citizen_reply WHERE letter = ?", letter) ?? 0
    guard count < LetterQuestion.repliesMax else { return .tooMany }
    let message = self.message
    try db.run(
      """
      INSERT INTO citizen_reply (letter, id, question, at, sealed_text, state, message) VALUES (?, ?, ?, ?, ?, ?, ?)
      """, letter, id, question, at, Data(sealedText), CitizenReply.State.sent.rawValue, message.id)
    try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: intranet, db)
    return .sent
  }
}
