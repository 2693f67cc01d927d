import Acts
import AgeFormat
public import AuditLog
public import Cryptography
import Flows
import Foundation
public import Links
public import Logging
import PacketFormat
public import Roles
public import Storage
public import Timestamps
public import Zones

/// The handlers' side of letters, in the intranet. Every call says who asks; the table of permissions is asked here, and
/// nobody learns of a letter that they may not read.
public final class DeskLetters: Sendable {
  let database: ZoneDatabase
  let outbox: Outbox
  let blobs: BlobStore
  let link: LinkConfiguration
  let keys: @Sendable () -> [X25519PrivateKey]
  let mailboxes: Set<String>
  let limits: LetterLimits
  let audit: AuditTrail?
  let logger: Logger
  let now: @Sendable () -> UnixMilliseconds

  /// - Parameters:
  ///   - link: the one to the DMZ, where letters come from.
  ///   - keys: the zone's encryption keys, one of which each letter and attachment is sealed for.
  ///   - audit: the zone's audit log; nil where it keeps none.
  ///   - now: milliseconds since 1970.
  public init(
    database: ZoneDatabase, outbox: Outbox, blobs: BlobStore, link: LinkConfiguration,
    keys: @escaping @Sendable () -> [X25519PrivateKey], mailboxes: [Mailbox], limits: LetterLimits,
    audit: AuditTrail? = nil, logger: Logger,
    now: @escaping @Sendable () -> UnixMilliseconds = { currentMilliseconds() }
  ) {
    self.database = database
    self.outbox = outbox
    self.blobs = blobs
    self.link = link
    self.keys = keys
    self.mailboxes = Set(mailboxes.map(\.identifier))
    self.limits = limits
    self.audit = audit
    self.logger = logger
    self.now = now
  }

  var dmz: ZoneName { link.peer }

  /// When the DMZ was last heard of.
  public func contact() async throws(LetterError) -> PeerContact { try await link.contact(now(), database) }

  public func letter(number: String, for official: Official) async throws(LetterError) -> DeskLetter {
    let letter: DeskLetter?
    do {
      letter = try await database.read { db in
        try StoredDeskLetter.find(number: number, official, db).map { try $0.full(db) }
      }
    } catch { throw .unavailable(error) }
    guard let letter else { throw .notFound }
    return letter
  }

  /// 签收. Throws `wrongStage` where somebody was quicker.
  public func signFor(number: String, by official: Official) async throws(LetterError) {
    try await take(.signFor, number, official) { letter, at in
      (SignedForMessage(id: letter.id, at: at).message, nil)
    }
  }

  /// Answers a letter that was signed for. Throws `mayNotPublish` for a public answer that the citizen did not allow.
  public func answer(number: String, text: String, isPublic: Bool, by official: Official) async throws(LetterError) {
    try await take(.answer, number, official) { letter, at in
      if isPublic && !letter.draft.mayPublish { throw LetterError.mayNotPublish }
      let outcome = LetterOutcome(
        stage: .answered, text: text, isPublic: isPublic, at: Date(unixMilliseconds: at))
      return (try letter.outcomeMessage(outcome, at), outcome)
    }
  }

  /// 不予受理: refuses a letter that was signed for, with a reason.
  public func decline(number: String, reason: String, by official: Official) async throws(LetterError) {
    try await take(.decline, number, official) { letter, at in
      let outcome = LetterOutcome(stage: .declined, text: reason, isPublic: false, at: Date(unixMilliseconds: at))
      return (try letter.outcomeMessage(outcome, at), outcome)
    }
  }

  /// One step: the flow is asked, the letter moves, its history grows and its messages leave, all in one transaction.
  private func take(
    _ step: LetterStep, _ number: String, _ official: Official,
    _ compose: @escaping @Sendable (StoredDeskLetter, UnixMilliseconds) throws -> (Message, LetterOutcome?)
  ) async throws(LetterError) {
    let (at, outbox, dmz, audit) = (now(), self.outbox, self.dmz, self.audit)
    do {
      try await database.write { db in
        guard let letter = try StoredDeskLetter.find(number: number, official, db) else { throw LetterError.notFound }
        guard let authority = official.authority(for: step.action, .mailbox(letter.draft.mailbox)) else {
          throw LetterError.notAllowed
        }
        guard let target = letterFlow.target(of: step, from: letter.stage) else {
          throw LetterError.wrongStage(letter.stage)
        }
        let (message, outcome) = try compose(letter, at)
        try letter.move(to: target, outcome, official, inSteadOf: authority, at, db)
        var act = Act(
          "letter.\(target.rawValue)", "letter \(number)", content: outcome.map { Digest.of($0.text.utf8) })
        act.subject = letter.id
        try act.record(by: official, inSteadOf: authority, at: at, audit, db)
        try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: dmz, db)
        if let outcome { try letter.requestNotice(outcome, at, outbox, dmz, db) }
      }
    } catch let error as LetterError {
      throw error
    } catch { throw .unavailable(error) }
  }

  /// The plain bytes of an attachment, opened piece by piece. `index` counts from 0.
  public func attachment(
    number: String, index: Int, for official: Official
  ) async throws(LetterError) -> (LetterAttachment, AsyncThrowingStream<[UInt8], any Error>) {
    let attachments = try await letter(number: number, for: official).draft.attachments
    guard attachments.indices.contains(index) else { throw .notFound }
    let attachment = attachments[index]
    do {
      let opening = AttachmentOpener(file: try blobs.open(attachment.blob), keys: keys())
      return (attachment, AsyncThrowingStream { try await opening.next() })
    } catch { throw .unavailable(error) }
  }
}
