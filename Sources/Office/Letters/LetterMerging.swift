import Acts
import Cryptography
import Flows
import Foundation
import Links
import People
import Roles
import Storage
import Timestamps
import Zones

/// 并案: letters of one matter that are handled as one. The others wait, joined with it, and end as it does.
enum LetterMerging {
  /// The most letters that are joined with one.
  static let joinedMax = 100

  /// The identifiers of those that are joined with a letter and have no outcome yet.
  static func waiting(for letter: String, _ db: Transaction) throws -> [String] {
    try db.all(
      String.self, "SELECT id FROM desk_letter WHERE merged_into = ? AND settled_at IS NULL ORDER BY number", letter)
  }

  /// Whether a text has the phone or the mail of one of several writers, all of whom would read it.
  static func names(_ text: String, _ drafts: [LetterDraft]) -> Bool {
    let digits = String(text.compactMap { $0.wholeNumberValue.map(String.init) }.joined())
    let small = text.lowercased()
    return drafts.contains { draft in
      !draft.phone.isEmpty && digits.contains(draft.phone)
        || draft.mail.map { !$0.isEmpty && small.contains($0.lowercased()) } ?? false
    }
  }
}

extension LetterStepTaking {
  /// The letter that one is to be joined with: another one that is under way and that the official may read.
  ///
  /// - Throws: `field` where it is none of these, or where letters are joined with the first: no chains.
  func otherLetter(
    _ number: String, for letter: StoredDeskLetter, _ official: Official, _ db: Transaction
  ) throws -> StoredDeskLetter {
    guard number != letter.number else { throw LetterError.field(.otherLetter, .itself) }
    guard let other = try StoredDeskLetter.find(number: number, official, db),
      official.may(.readLetter, .mailbox(other.mailbox))
    else { throw LetterError.field(.otherLetter, .unknown) }
    guard let state = try other.flow(flows).state(other.item.state), !state.isEnd, other.mergedInto == nil,
      state.folder != DeskFolder.recycleBin.rawValue
    else { throw LetterError.field(.otherLetter, .ended) }
    guard try LetterMerging.waiting(for: letter.id, db).isEmpty else {
      throw LetterError.field(.otherLetter, .hasJoined)
    }
    guard try LetterMerging.waiting(for: other.id, db).count < LetterMerging.joinedMax else {
      throw LetterError.field(.otherLetter, .tooMany)
    }
    return other
  }

  /// Refuses words that would tell one writer's phone or mail to another.
  func checkWords(_ request: LetterStepRequest, _ letter: StoredDeskLetter, _ db: Transaction) throws {
    let field: LetterField = request.act == .decline ? .reason : .answer
    guard [.answer, .decline, .settle].contains(request.act), let text = request.fields[field]?.first else { return }
    let others = try LetterMerging.waiting(for: letter.id, db).compactMap { try DeskLetters.stored($0, db)?.draft }
    guard !others.isEmpty, LetterMerging.names(text, others + [letter.draft]) else { return }
    throw LetterError.field(field, .namesWriter)
  }

  /// Writes down at both letters that one was joined with the other.
  func noteJoining(_ letter: StoredDeskLetter, _ other: StoredDeskLetter, _ doing: Doing, _ db: Transaction) throws {
    try LetterLastStep.forget(other.id, db)
    try addHistory(
      other, act: LetterHistory.joined.rawValue, branch: nil, other.item, now(), person: doing.official.person,
      name: doing.name, proof: nil, fields: [LetterField.otherLetter.rawValue: [letter.number]], db)
  }

  /// What an end of a letter means for those that are joined with it: they end alike, or are to be sorted anew where it was
  /// thrown away.
  ///
  /// - Returns: whether there were any.
  func endJoined(
    with letter: StoredDeskLetter, _ flow: FlowDefinition, _ outcome: LetterOutcome?, _ doing: Doing?,
    _ db: Transaction
  ) throws -> Bool {
    let folder = flow.state(letter.item.state)?.folder
    let isEnd = flow.state(letter.item.state)?.isEnd ?? false
    let isThrownAway = folder == DeskFolder.recycleBin.rawValue || folder == "stub"
    guard isEnd || isThrownAway else { return false }
    let waiting = try LetterMerging.waiting(for: letter.id, db)
    for id in waiting {
      guard var joined = try DeskLetters.stored(id, db) else { continue }
      let own = try joined.flow(flows)
      if let outcome, let doing, !isThrownAway {
        try settle(&joined, own, as: outcome, with: letter, doing, db)
      } else {
        let before = joined.item
        try separate(&joined, own, db)
        try joined.save(own, times, db)
        try addHistory(
          joined, act: LetterHistory.separated.rawValue, branch: nil, before, now(), person: "", name: "", proof: nil,
          fields: [:], db)
      }
    }
    return !waiting.isEmpty
  }

  /// Back to where it can be sorted, with nothing that it is joined with.
  func separate(_ letter: inout StoredDeskLetter, _ flow: FlowDefinition, _ db: Transaction) throws {
    letter.item = flow.separated(letter.item)
    letter.mergedInto = nil
    letter.changedAt = now()
  }

  /// Ends a joined letter as the other ended: with the same words, public only if its own writer allowed that.
  private func settle(
    _ letter: inout StoredDeskLetter, _ flow: FlowDefinition, as outcome: LetterOutcome, with other: StoredDeskLetter,
    _ doing: Doing, _ db: Transaction
  ) throws {
    let (before, at) = (letter.item, now())
    let isDeclined = outcome.stage == .declined
    let folder: DeskFolder = isDeclined ? .declined : .concluded
    letter.item = flow.concluded(letter.item, as: isDeclined ? "declined" : "answered", in: folder.rawValue)
    let own = LetterOutcome(
      stage: outcome.stage, text: outcome.text, isPublic: outcome.isPublic && letter.draft.mayPublish,
      at: Date(unixMilliseconds: at))
    (letter.stage, letter.outcome, letter.settledAt, letter.changedAt) = (own.stage, own, at, at)
    try recordDeskEvent(letter.id, own.stage, at, (doing.name, doing.official.certificateFingerprint), db)
    try letter.save(flow, times, db)
    try addHistory(
      letter, act: LetterHistory.settledAlike.rawValue, branch: nil, before, at, person: doing.official.person,
      name: doing.name, proof: nil, fields: [LetterField.otherLetter.rawValue: [other.number]], db)
    var act = Act(
      "letter.settled-alike", "letter \(letter.number)", content: Digest.of(own.text.utf8),
      detail: "letter \(other.number), outcome \(own.stage.rawValue)")
    act.subject = letter.id
    // What was signed is the act on the other letter.
    var official = doing.official
    official.signed = nil
    try act.record(by: official, inSteadOf: doing.authority, at: at, audit, db)
    let message = try letter.outcomeMessage(own, at)
    try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: dmz, db)
    try letter.requestNotice(NoticeText.outcome(own.stage, number: letter.number), at, outbox, dmz, db)
  }
}
