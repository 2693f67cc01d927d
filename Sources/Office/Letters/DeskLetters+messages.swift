import Cryptography
import Flows
import Foundation
public import Links
import PacketFormat
import Storage
import Timestamps
import Zones

extension DeskLetters {
  /// What the DMZ tells, by message type.
  public var handlers: [String: MessageHandler] {
    let (keys, mailboxes, limits, flows, times) = (self.keys, self.mailboxes, self.limits, self.flows, self.times)
    let attachments = AttachmentGuard(blobs: blobs, keys: keys, policy: link.incomingPolicy)
    return [
      SubmittedMessage.type: MessageHandler { message in
        let arrival = try ArrivingLetter(SubmittedMessage(message), keys(), mailboxes, limits)
        try attachments.checkSizes(arrival.draft.attachments)
        return { db in
          var letter = arrival
          letter.draft.attachments = try attachments.checkKinds(arrival.draft.attachments)
          try letter.insert(flows.flow(of: letter.draft.mailbox), times, db)
        }
      },
      PepperEscrowMessage.type: pepperEscrowHandler,
    ].merging(noticeHandlers) { first, _ in first }.merging(replyHandlers) { first, _ in first }
  }

  /// Marks an outcome as delivered or as refused, by the DMZ's receipt alone.
  public var fate: FateHandler {
    { message, fate, db in
      if message.type == ProgressMessage.type {
        let code: String? = if case .refused(let code) = fate { code } else { nil }
        try db.run("UPDATE desk_letter SET course_refused = ? WHERE id = ?", code, message.subject)
      }
      guard [OutcomeMessage.answered, OutcomeMessage.declined].contains(message.type) else { return }
      switch fate {
      case .applied:
        try db.run("UPDATE desk_letter SET outcome_delivered = 1, outcome_refused = NULL WHERE id = ?", message.subject)
      case .refused(let code):
        try db.run(
          "UPDATE desk_letter SET outcome_refused = ? WHERE id = ? AND outcome_delivered = 0", code, message.subject)
      }
    }
  }
}

/// A letter that came over the link, opened and checked.
private struct ArrivingLetter: Sendable {
  let submitted: SubmittedMessage
  var draft: LetterDraft
  /// The draft as it is stored, where no attachment must be looked at first: made outside the transaction.
  private let content: Data?

  init(
    _ submitted: SubmittedMessage, _ keys: [X25519PrivateKey], _ mailboxes: Set<String>, _ limits: LetterLimits
  ) throws {
    self.submitted = submitted
    do { draft = try openJSON(LetterDraft.self, submitted.sealedDraft, with: keys) } catch {
      throw MessageRefusal(code: "letter", reason: "the letter cannot be opened")
    }
    content = draft.attachments.isEmpty ? try encodeJSON(draft) : nil
    try check(mailboxes, limits)
  }

  /// The DMZ may have been broken into: what it says is checked again.
  private func check(_ mailboxes: Set<String>, _ limits: LetterLimits) throws {
    guard mailboxes.contains(draft.mailbox) else {
      throw MessageRefusal(code: "unknown-mailbox", reason: "no such mailbox")
    }
    guard Self.fits(draft.title, limits.titleMaxCharacters, bytesEach: 40),
      Self.fits(draft.text, limits.textMaxCharacters, bytesEach: 12)
    else { throw MessageRefusal(code: "schema", reason: "title or text is longer than this zone's letters may be") }
    // It stands in addresses, logs and notices.
    let number = submitted.number
    guard !number.isEmpty, number.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }) else {
      throw MessageRefusal(code: "schema", reason: "“number” is no number of a letter")
    }
    guard draft.phone.utf8.count == 11, draft.phone.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw MessageRefusal(code: "schema", reason: "“phone” is not 11 digits")
    }
    let blobs = submitted.blobs.map(\.text)
    guard draft.attachments.count <= limits.attachmentsMax, draft.attachments.map(\.blob) == blobs,
      draft.attachments.allSatisfy({ !$0.name.isEmpty && $0.name.utf8.count <= 255 && $0.mediaType.utf8.count <= 255 })
    else { throw MessageRefusal(code: "schema", reason: "the attachments are not those of the message") }
  }

  /// As the portal's form has it: characters as people count them, none of them endless.
  private static func fits(_ text: String, _ maxCharacters: Int, bytesEach: Int) -> Bool {
    text.utf8.count <= maxCharacters * bytesEach && text.count <= maxCharacters
  }

  /// - Parameter flow: the one that letters of its mailbox take now.
  func insert(_ flow: FlowDefinition, _ times: LetterTimes, _ db: Transaction) throws {
    let item = flow.begin(fields: draft.flowFields)
    let promise = times.promise(flow, draft.kind, acceptedAt: submitted.acceptedAt)
    let (id, locks) = (submitted.id, submitted.locks)
    let changed = try db.run(
      """
      INSERT INTO desk_letter
        (id, number, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage,
          phone_tag, item, flow, flow_version, due_at, promise, citizen_key)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """, id, submitted.number, submitted.acceptedAt, draft.mailbox, draft.kind.rawValue, draft.title,
      try content ?? encodeJSON(draft),
      submitted.letterKey.bytes, locks.codeIndex, locks.salt, locks.wrappedKey, LetterStage.delivered.rawValue,
      locks.phoneTag, try encodeJSON(item), flow.id, flow.version, promise?.end,
      try promise.map { try encodeJSON($0) }, submitted.citizenKey.map { Data($0) })
    guard changed == 1 else {
      throw MessageRefusal(code: "duplicate-letter", reason: "a letter of this id or number is here already")
    }
    try recordDeskEvent(id, .sent, submitted.acceptedAt, nil, db)
    let now = currentMilliseconds()
    try recordDeskEvent(id, .delivered, now, nil, db)
    guard let row = try db.one("SELECT * FROM desk_letter WHERE id = ?", id),
      var letter = try StoredDeskLetter(row: row)
    else { return }
    // The limit for signing runs from arrival.
    letter.changedAt = now
    try letter.savePlaces(flow, times, db)
    try LetterIndex.add(letter, db)
  }
}
