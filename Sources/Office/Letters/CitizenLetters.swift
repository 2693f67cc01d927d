import AgeFormat
public import AuditLog
public import Cryptography
public import FairQueues
public import Foundation
public import Links
public import Logging
import PacketFormat
public import Storage
public import Timestamps
public import Zones

/// The citizen's side of letters, in the DMZ: takes them in sealed, and opens them for who has code and password.
public final class CitizenLetters: Sendable {
  let database: ZoneDatabase
  let outbox: Outbox
  private let blobs: BlobStore
  let link: LinkConfiguration
  private let recipients: @Sendable () -> [X25519PublicKey]
  var intranetKeys: [X25519PublicKey] { recipients() }
  private let limits: LetterLimits
  let locks: LetterLocks
  /// Counts tries at codes, passwords and messages.
  public let attempts: AttemptLimiter
  private let room: LinkCapacity
  let hashing = HashingPool(width: 2)
  let turns: LookupQueue
  private let audit: AuditTrail?
  let now: @Sendable () -> UnixMilliseconds

  /// - Parameters:
  ///   - link: the one to the intranet, where letters go to.
  ///   - intranetKeys: what a letter is sealed for at the moment: the intranet's encryption key, and those of escrow holders.
  ///   - disk: how much of it letters must leave free.
  ///   - audit: the zone's audit log; nil where it keeps none.
  ///   - logger: told when letters can be taken no more, and again.
  ///   - now: milliseconds since 1970.
  public convenience init(
    database: ZoneDatabase, outbox: Outbox, blobs: BlobStore, link: LinkConfiguration,
    intranetKeys: @escaping @Sendable () -> [X25519PublicKey], limits: LetterLimits, pepper: SecretBytes,
    attemptRules: AttemptRules = AttemptRules(), disk: DiskLimit = .none, audit: AuditTrail? = nil,
    logger: Logger,
    now: @escaping @Sendable () -> UnixMilliseconds = { currentMilliseconds() }
  ) {
    self.init(
      database: database, outbox: outbox, blobs: blobs, link: link, intranetKeys: intranetKeys, limits: limits,
      pepper: pepper, attemptRules: attemptRules, disk: disk, audit: audit, hash: nil, logger: logger, now: now)
  }

  /// - Parameters:
  ///   - turns: who may calculate when; a test holds it up.
  ///   - hash: Argon2id where nil; a test counts it.
  package init(
    database: ZoneDatabase, outbox: Outbox, blobs: BlobStore, link: LinkConfiguration,
    intranetKeys: @escaping @Sendable () -> [X25519PublicKey], limits: LetterLimits, pepper: SecretBytes,
    attemptRules: AttemptRules = AttemptRules(), disk: DiskLimit = .none, audit: AuditTrail? = nil,
    turns: LookupQueue = LookupQueue(),
    hash: CostlyHash?,
    logger: Logger, now: @escaping @Sendable () -> UnixMilliseconds = { currentMilliseconds() }
  ) {
    self.turns = turns
    self.audit = audit
    self.database = database
    self.outbox = outbox
    self.blobs = blobs
    self.link = link
    recipients = intranetKeys
    self.limits = limits
    locks = hash.map { LetterLocks(pepper: pepper, hash: $0) } ?? LetterLocks(pepper: pepper)
    attempts = AttemptLimiter(database: database, rules: attemptRules, audit: audit, now: now)
    room = LinkCapacity(link: link, disk: disk, database: database, logger: logger)
    self.now = now
  }

  /// A key of this zone's own for another purpose, the same after a restart; whoever has it learns nothing of others.
  public func key(for purpose: String) -> SecretBytes {
    hkdfSHA256(secret: locks.pepper, salt: [], info: "guandu key for \(purpose)")
  }

  /// Removes sealed attachments that no letter took before the last stop, and whatever else neither goes out nor came in. To
  /// be called before the site opens.
  public func removeOrphans() async throws {
    let taken = try await database.read { db in
      try Set(db.all(String.self, "SELECT digest FROM outgoing_blob UNION SELECT digest FROM incoming_blob"))
    }
    for blob in try blobs.all() where !taken.contains(blob) { try blobs.remove(blob) }
  }

  /// Whether a letter would be taken now. Throws `linkIsFull` where it would not, `unavailable` where that is unknown.
  public func demandRoom() async throws(LetterError) { try await room.demand() }

  /// Starts sealing one attachment as it streams in. Throws `linkIsFull` where no letter would be taken.
  public func sealAttachment() async throws(LetterError) -> AttachmentSealer {
    try await room.demand()
    return try AttachmentSealer(
      store: blobs, recipients: intranetKeys, maxBytes: limits.attachmentMaxBytes, kinds: link.outgoingPolicy.fileKinds)
  }

  /// Forgets a sealed attachment that no letter took.
  public func discard(_ attachment: LetterAttachment) async {
    let isTaken = try? await database.read { db in
      try db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM outgoing_blob WHERE digest = ?)", attachment.blob)
    }
    // Without the database's word it stays until the next start looks again.
    if isTaken == false { try? blobs.remove(attachment.blob) }
  }

  /// Seals and commits a letter, with its outgoing message, in one transaction.
  ///
  /// - Parameters:
  ///   - id: made once for each draft; a second call with the same id changes nothing and answers alike.
  ///   - source: who asks, as limits count it; those that name none share one turn.
  /// - Throws: `linkIsFull` where there is no room, `busy` where too many wait; nothing is changed then, and the same id
  ///   can be tried again.
  public func submit(
    id: UUID, draft: LetterDraft, credentials: LetterCredentials, source: Source = .unnamed
  ) async throws(LetterError) -> LetterConfirmation {
    do { try await room.demand() } catch {
      // The first call may have taken the last room.
      if let known = try await confirmation(of: id) { return known }
      throw error
    }
    return try await submit(prepare(draft, credentials: credentials, id: id, source: source))
  }

  private func confirmation(of submission: UUID) async throws(LetterError) -> LetterConfirmation? {
    do {
      return try await database.read { try LetterConfirmation.find(submission: submission.uuidString, $0) }
    } catch { throw .unavailable(error) }
  }

  /// Seals a letter: the costly half of `submit`, which changes nothing yet.
  public func prepare(
    _ draft: LetterDraft, credentials: LetterCredentials, id: UUID = UUID(), source: Source = .unnamed
  ) async throws(LetterError) -> SealedSubmission {
    let letter = try await turns.run(for: source) { () async throws(LetterError) in
      try await seal(draft, credentials)
    }
    return SealedSubmission(id: id, letter: letter, attachments: draft.attachments)
  }

  /// Commits a sealed letter: the durable half of `submit`.
  public func submit(_ sealed: SealedSubmission) async throws(LetterError) -> LetterConfirmation {
    try await commit(sealed.letter, submission: sealed.id.uuidString, sealed.attachments)
  }

  /// A letter as it is stored and sent, before it has a number.
  struct SealedLetter: Sendable {
    var id: String
    var acceptedAt: UnixMilliseconds
    var codeIndex: [UInt8]
    var phoneTag: [UInt8]
    var salt: [UInt8]
    var wrappedKey: [UInt8]
    var letterKey: X25519PublicKey
    var citizenKey: [UInt8]
    var forCitizen: [UInt8]
    var forIntranet: [UInt8]
  }

  func seal(_ draft: LetterDraft, _ credentials: LetterCredentials) async throws(LetterError) -> SealedLetter {
    let (locks, intranetKeys, now) = (self.locks, self.intranetKeys, self.now())
    return try await hashing.run { () throws(LetterError) in
      let key = X25519PrivateKey.generate()
      let salt = randomBytes(LetterLocks.saltBytes)
      let stretched = try locks.stretch(credentials.code)
      let wrapped = try locks.wrap(key, credentials, salt: salt)
      do {
        return SealedLetter(
          id: newIdentifier(at: now), acceptedAt: now, codeIndex: LetterLocks.index(of: stretched, locks.pepper),
          phoneTag: LetterLocks.phoneTag(stretched, draft.phone), salt: salt, wrappedKey: wrapped,
          letterKey: key.publicKey, citizenKey: CitizenKey(of: key).publicKey,
          forCitizen: try sealJSON(draft, for: [key.publicKey]),
          forIntranet: try sealJSON(draft, for: intranetKeys))
      } catch { throw .unavailable(error) }
    }
  }

  func commit(
    _ letter: SealedLetter, submission: String, _ attachments: [LetterAttachment]
  ) async throws(LetterError) -> LetterConfirmation {
    let (outbox, intranet, audit) = (self.outbox, link.peer, self.audit)
    let bytes = letter.forIntranet.count + attachments.reduce(0) { $0 + $1.sealedBytes }
    do {
      let confirmation = try await database.write { db in
        if let known = try LetterConfirmation.find(submission: submission, db) { return known }
        let number = try nextLetterNumber(
          at: letter.acceptedAt, epoch: try outbox.epoch(to: intranet, db), db)
        try letter.insert(submission: submission, number: number, db)
        try audit?.letterAccepted(letter.id, number: number, db)
        let blobs = attachments.compactMap { attachment in
          HexDigest(attachment.blob).map { ($0, attachment.sealedBytes) }
        }
        let message = letter.message(number: number, blobs: blobs.map(\.0))
        try outbox.enqueue(
          OutgoingMessage(message, classification: .internal, blobs: blobs), to: intranet, db)
        return LetterConfirmation(number: number, acceptedAt: Date(unixMilliseconds: letter.acceptedAt))
      }
      room.add(bytes: bytes)
      return confirmation
    } catch { throw .unavailable(error) }
  }

  /// When the intranet was last heard of.
  public func contact() async throws(LetterError) -> PeerContact { try await link.contact(now(), database) }

  /// Where a page of published letters begins, without counting what lies before it.
  public enum PublishedPlace: Sendable {
    case newest
    /// The next older ones after a letter.
    case olderThan(PublishedLetter.Place)
    /// The next newer ones before a letter.
    case newerThan(PublishedLetter.Place)
  }

  /// Published letters, newest first; the cost is that of what is returned, wherever the page lies.
  public func published(
    limit: Int, _ place: PublishedPlace = .newest
  ) async throws(LetterError) -> [PublishedLetter] {
    let (condition, order, key): (String, String, PublishedLetter.Place?) =
      switch place {
      case .newest: ("", "DESC", nil)
      case .olderThan(let key): ("WHERE (answered_at, number) < (?, ?)", "DESC", key)
      case .newerThan(let key): ("WHERE (answered_at, number) > (?, ?)", "ASC", key)
      }
    do {
      let letters = try await database.read { db in
        let most = max(0, limit)
        let values: [any SQLConvertible] = key.map { [$0.answeredAt, $0.number, most] } ?? [most]
        return try db.all(
          """
          SELECT content, answered_at, number FROM published_letter \(condition)
          ORDER BY answered_at \(order), number \(order) LIMIT ?
          """, values: values
        ).map { row in
          var letter = try decodeJSON(PublishedLetter.self, row["content"] as Data)
          letter.place = try PublishedLetter.Place(answeredAt: row["answered_at"], number: row["number"])
          return letter
        }
      }
      if case .newerThan = place { return letters.reversed() }
      return letters
    } catch { throw .unavailable(error) }
  }

  public func published(number: String) async throws(LetterError) -> PublishedLetter? {
    do {
      return try await database.read { db in
        try db.one(Data.self, "SELECT content FROM published_letter WHERE number = ?", number)
          .map { try decodeJSON(PublishedLetter.self, $0) }
      }
    } catch { throw .unavailable(error) }
  }
}

/// A letter that nobody in the DMZ can read any more, ready to be committed.
public struct SealedSubmission: Sendable {
  let id: UUID
  let letter: CitizenLetters.SealedLetter
  let attachments: [LetterAttachment]
}

extension LetterConfirmation {
  static func find(submission: String, _ db: Transaction) throws -> LetterConfirmation? {
    try db.one("SELECT number, accepted_at FROM citizen_letter WHERE submission = ?", submission).map {
      try LetterConfirmation(number: $0["number"], acceptedAt: Date(unixMilliseconds: $0["accepted_at"]))
    }
  }
}

/// `2026-000123`: one series a year (in UTC+8, the year of those who read it), without gaps. A database that came back
/// from a backup has forgotten the numbers that it gave after that: from its second epoch on, the epoch stands in the
/// number, `2026-2-000123`, so that none is given twice.
private func nextLetterNumber(at milliseconds: UnixMilliseconds, epoch: Int, _ db: Transaction) throws -> String {
  let year = letterYear(milliseconds)
  let last = try db.one(
    Int.self,
    """
    INSERT INTO letter_number (year, last) VALUES (?, 1)
    ON CONFLICT (year) DO UPDATE SET last = letter_number.last + 1 RETURNING last
    """, year)
  let digits = String(last ?? 1)
  return "\(year)-" + (epoch > 1 ? "\(epoch)-" : "") + String(repeating: "0", count: max(0, 6 - digits.utf8.count))
    + digits
}

/// The year whose series a letter belongs to.
func letterYear(_ milliseconds: UnixMilliseconds) -> Int {
  Int(timestamp(milliseconds + 8 * 3_600_000).prefix(4)) ?? 1970
}

extension CitizenLetters.SealedLetter {
  func insert(submission: String, number: String, _ db: Transaction) throws {
    try db.run(
      """
      INSERT INTO citizen_letter
        (id, submission, number, accepted_at, code_index, salt, wrapped_key, sealed_letter, stage,
          phone_tag)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, id, submission, number, acceptedAt, codeIndex, salt, wrappedKey, forCitizen, LetterStage.sent.rawValue,
      phoneTag)
    try recordCitizenEvent(id, .sent, acceptedAt, db)
  }

  func message(number: String, blobs: [HexDigest]) -> Message {
    SubmittedMessage(
      id: id, number: number, acceptedAt: acceptedAt, sealedDraft: forIntranet, letterKey: letterKey,
      citizenKey: citizenKey,
      locks: LetterLockBytes(codeIndex: codeIndex, salt: salt, wrappedKey: wrappedKey, phoneTag: phoneTag), blobs: blobs
    ).message
  }
}

func recordCitizenEvent(_ letter: String, _ stage: LetterStage, _ at: UnixMilliseconds, _ db: Transaction) throws {
  try db.run(
    "INSERT INTO citizen_letter_event (letter, stage, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", letter,
    stage.rawValue, at)
}
