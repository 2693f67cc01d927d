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
public import WorkCalendar
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
  let flows: LetterFlows
  public let declineReasons: [DeclineReason]
  let times: LetterTimes
  let limits: LetterLimits
  let audit: AuditTrail?
  let logger: Logger
  let now: @Sendable () -> UnixMilliseconds

  /// - Parameters:
  ///   - link: the one to the DMZ, where letters come from.
  ///   - keys: the zone's encryption keys, one of which each letter and attachment is sealed for.
  ///   - flows: the courses that letters take.
  ///   - declineReasons: the closed list of reasons for declining.
  ///   - calendar: the official working days; nil where the zone has none, and no dates are promised then.
  ///   - audit: the zone's audit log; nil where it keeps none.
  ///   - now: milliseconds since 1970.
  public init(
    database: ZoneDatabase, outbox: Outbox, blobs: BlobStore, link: LinkConfiguration,
    keys: @escaping @Sendable () -> [X25519PrivateKey], mailboxes: [Mailbox], limits: LetterLimits,
    flows: LetterFlows = .direct, declineReasons: [DeclineReason] = [],
    calendar: WorkCalendar? = nil,
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
    self.flows = flows
    self.declineReasons = declineReasons
    times = LetterTimes(calendar: calendar)
    self.audit = audit
    self.logger = logger
    self.now = now
  }

  var dmz: ZoneName { link.peer }

  /// When the DMZ was last heard of.
  public func contact() async throws(LetterError) -> PeerContact { try await link.contact(now(), database) }

  /// 签收. Throws `wrongStage` where somebody was quicker.
  public func signFor(number: String, by official: Official) async throws(LetterError) {
    try await take(LetterStepRequest(.signFor, number: number), by: official)
  }

  /// Answers a letter that was signed for, where its flow is the direct one. Throws `mayNotPublish` for a public answer that
  /// the citizen did not allow.
  public func answer(number: String, text: String, isPublic: Bool, by official: Official) async throws(LetterError) {
    let visibility = isPublic ? "public" : "private"
    try await take(
      LetterStepRequest(.answer, number: number, fields: [.answer: [text], .visibility: [visibility]]), by: official)
  }

  /// 不予受理: refuses a letter that was signed for, with a reason, where its flow is the direct one.
  public func decline(number: String, reason: String, by official: Official) async throws(LetterError) {
    try await take(LetterStepRequest(.decline, number: number, fields: [.reason: [reason]]), by: official)
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
