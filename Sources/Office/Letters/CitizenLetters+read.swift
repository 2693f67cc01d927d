import Cryptography
public import FairQueues
import Foundation
import Storage
import Timestamps

/// Finding and opening letters.
extension CitizenLetters {
  /// Opens a letter. Nil for an unknown code and for a wrong password, in the same time.
  ///
  /// - Parameters:
  ///   - source: who asks, as limits count it; those that name none share one turn.
  ///   - reservation: what was counted for this look; nil for a letter that is open already.
  /// - Throws: `busy` where too many wait; nothing was tried then.
  public func read(
    code: LetterCode, password: String, source: Source = .unnamed, reservation: AttemptLimiter.Reservation? = nil
  ) async throws(LetterError) -> CitizenLetter? {
    switch try await look(code: code, password: password, source: source, reservation: reservation) {
    case .opened(let letter): letter
    case .wrong: nil
    }
  }

  /// What a look at a letter came to.
  public enum Look: Sendable {
    case opened(CitizenLetter)
    /// Whether there is a letter of this code is for `AttemptLimiter.settle` alone; nobody outside is told.
    case wrong(isLetter: Bool)
  }

  /// As `read`, and says of a wrong look whether there is such a letter.
  public func look(
    code: LetterCode, password: String, source: Source = .unnamed, reservation: AttemptLimiter.Reservation? = nil
  ) async throws(LetterError) -> Look {
    try await turns.run(for: source, isLater: reservation?.sourceWasWrong ?? false) { () async throws(LetterError) in
      try await open(code, password)
    }
  }

  private func open(_ code: LetterCode, _ password: String) async throws(LetterError) -> Look {
    switch try await unlock(code, password) {
    case .wrong(let isLetter): return .wrong(isLetter: isLetter)
    case .opened(let id, let key):
      do {
        let letter = try await database.read { try StoredLetter.find(id, $0) }?.open(with: key)
        return letter.map { .opened($0) } ?? .wrong(isLetter: false)
      } catch { throw .unavailable(error) }
    }
  }

  /// What code and password come to.
  enum Unlocking {
    case opened(letter: String, X25519PrivateKey)
    case wrong(isLetter: Bool)
  }

  func unlock(_ code: LetterCode, _ password: String) async throws(LetterError) -> Unlocking {
    let (locks, credentials) = (self.locks, LetterCredentials(code: code, password: password))
    let stretched = try await hashing.run { () throws(LetterError) in try locks.stretch(code) }
    let lock: LetterLock?
    do {
      lock = try await database.read { db in
        let indices = [locks.pepper] + (try restoredPeppers(db))
        return try LetterLock.find(indices: indices.map { LetterLocks.index(of: stretched, $0) }, db)
      }
    } catch { throw .unavailable(error) }
    // An unknown code costs the same as a wrong password: so much, and no statement more, before the key is known.
    let tried = lock ?? .decoy()
    let key = try await hashing.run { () throws(LetterError) in
      try locks.unwrap(tried.wrappedKey, credentials, salt: tried.salt)
    }
    guard let key, let lock else { return .wrong(isLetter: lock != nil) }
    return .opened(letter: lock.letter, key)
  }

  /// Whether `phone` is that of the author of the letter with this code; false where there is no such letter, after the
  /// same work.
  ///
  /// - Parameter source: who asks, as limits count it; those that name none share one turn.
  /// - Throws: `busy` where too many wait; nothing was tried then.
  public func phoneBelongs(
    _ phone: String, to code: LetterCode, source: Source = .unnamed
  ) async throws(LetterError) -> Bool {
    try await turns.run(for: source) { () async throws(LetterError) in try await compare(phone, with: code) }
  }

  private func compare(_ phone: String, with code: LetterCode) async throws(LetterError) -> Bool {
    let locks = self.locks
    let stretched = try await hashing.run { () throws(LetterError) in try locks.stretch(code) }
    do {
      let tag = try await database.read { db in
        let indices = ([locks.pepper] + (try restoredPeppers(db))).map { Data(LetterLocks.index(of: stretched, $0)) }
        return try db.one(
          Data.self,
          "SELECT phone_tag FROM citizen_letter WHERE code_index IN (\(questionMarks(indices.count)))", values: indices)
      }
      return constantTimeEqual(LetterLocks.phoneTag(stretched, phone), Array(tag ?? Data()))
    } catch { throw .unavailable(error) }
  }
}

/// What a letter's code finds, and its password opens.
private struct LetterLock: Sendable {
  let letter: String
  let salt: [UInt8]
  let wrappedKey: [UInt8]

  static func find(indices: [[UInt8]], _ db: Transaction) throws -> LetterLock? {
    try db.one(
      """
      SELECT id, salt, wrapped_key FROM citizen_letter
      WHERE code_index IN (\(questionMarks(indices.count)))
      """, values: indices.map { Data($0) }
    ).map {
      try LetterLock(letter: $0["id"], salt: $0["salt"] as [UInt8], wrappedKey: $0["wrapped_key"] as [UInt8])
    }
  }

  /// One that no password opens.
  static func decoy() -> LetterLock {
    LetterLock(
      letter: "", salt: randomBytes(LetterLocks.saltBytes), wrappedKey: randomBytes(LetterLocks.wrappedBytes))
  }
}

/// A letter as the DMZ keeps it.
private struct StoredLetter: Sendable {
  var number: String
  var acceptedAt: UnixMilliseconds
  var sealedLetter: [UInt8]
  var sealedOutcome: [UInt8]?
  var stage: LetterStage
  var refusal: String?
  var events: [LetterEvent]
  var sealedCourse: [UInt8]?
  var replies: [SealedReply]

  struct SealedReply: Sendable {
    let question: String
    let at: UnixMilliseconds
    let text: [UInt8]
    let state: CitizenReply.State
  }

  static func find(_ letter: String, _ db: Transaction) throws -> StoredLetter? {
    guard let row = try db.one("SELECT * FROM citizen_letter WHERE id = ?", letter) else { return nil }
    let events = try db.all(
      "SELECT stage, at FROM citizen_letter_event WHERE letter = ? ORDER BY \(LetterStage.eventOrder)", letter)
    func bytes(_ column: String) throws -> [UInt8] { try row[column] ?? [] }
    return try StoredLetter(
      number: row["number"], acceptedAt: row["accepted_at"], sealedLetter: bytes("sealed_letter"),
      sealedOutcome: row["sealed_outcome"],
      stage: LetterStage(rawValue: row["stage"]) ?? .sent, refusal: row["refusal"],
      events: events.compactMap { event in
        try LetterStage(rawValue: event["stage"]).map {
          try LetterEvent(stage: $0, at: Date(unixMilliseconds: event["at"]))
        }
      },
      sealedCourse: row["sealed_course"],
      replies: db.all("SELECT question, at, sealed_text, state FROM citizen_reply WHERE letter = ? ORDER BY at", letter)
        .map { reply in
          try SealedReply(
            question: reply["question"], at: reply["at"], text: reply["sealed_text"],
            state: CitizenReply.State(rawValue: reply["state"]) ?? .sent)
        })
  }

  func open(with key: X25519PrivateKey) throws -> CitizenLetter {
    CitizenLetter(
      number: number, draft: try openJSON(LetterDraft.self, sealedLetter, with: [key]),
      acceptedAt: Date(unixMilliseconds: acceptedAt), stage: stage, events: events,
      outcome: try sealedOutcome.map { try openJSON(LetterOutcome.self, $0, with: [key]) },
      refusal: stage == .refused ? LetterRefusal(code: refusal ?? "") : nil,
      // A course that cannot be read keeps nobody from the letter.
      course: sealedCourse.flatMap { try? openJSON(LetterCourse.self, $0, with: [key]) },
      replies: try replies.map { reply in
        CitizenReply(
          question: reply.question, text: try openJSON([String].self, reply.text, with: [key]).first ?? "",
          at: Date(unixMilliseconds: reply.at), state: reply.state)
      })
  }
}
