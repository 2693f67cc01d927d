import Acts
public import AuditLog
public import ContainedChecks
import Cryptography
import DocumentSeals
public import Documents
import DurableFiles
public import Links
public import Logging
import PacketFormat
import PublishedDocuments
public import Roles
import Runtime
public import Storage
public import Timestamps
public import Zones

/// Documents that other offices deliver: checked before anybody opens them, signed for, and withdrawn by their senders. Every
/// call says who asks.
public final class ReceivedDocuments: Sendable {
  /// Of a count.
  public static let countMost = 10_000
  /// Of withdrawals of documents that a peer has not delivered; more are refused (`withdrawals-full`).
  static let undeliveredMost = 10_000
  private static let pool = BlockingPool("documents.receipts", width: 1)

  let database: ZoneDatabase
  let blobs: BlobStore
  private let outbox: Outbox
  let offices: [LinkConfiguration]
  /// The unit whose people sign for documents; nil where none are taken in.
  let unit: String?
  let trust: SealTrustFiles?
  let process: CheckProcess
  let refused = RefusedFiles()
  private let audit: AuditTrail?
  private let logger: Logger
  let now: @Sendable () -> UnixMilliseconds

  /// - Parameters:
  ///   - offices: the links to other offices.
  ///   - unit: whose people sign for documents; nil where none are taken in.
  ///   - trust: whom seals are believed from; nil where nobody is.
  ///   - process: what checks a file.
  ///   - audit: the zone's audit log; nil where it keeps none.
  ///   - now: milliseconds since 1970.
  public init(
    database: ZoneDatabase, blobs: BlobStore, outbox: Outbox, offices: [LinkConfiguration], unit: String?,
    trust: SealTrustFiles?, process: CheckProcess = CheckProcess(), audit: AuditTrail? = nil,
    logger: Logger,
    now: @escaping @Sendable () -> UnixMilliseconds = { currentMilliseconds() }
  ) {
    self.database = database
    self.blobs = blobs
    self.outbox = outbox
    self.offices = offices
    self.unit = unit
    self.trust = trust
    self.process = process
    self.audit = audit
    self.logger = logger
    self.now = now
  }

  /// Of one state, the newest first, without what the checks found; and how many there are, `countMost` at most.
  ///
  /// - Throws: `notAllowed`.
  public func documents(
    _ state: ReceivedDocument.State, limit: Int, offset: Int, for official: Official
  ) async throws(DocumentError) -> (documents: [ReceivedDocument], counts: [ReceivedDocument.State: Int]) {
    try await read { [self] db in
      guard try authority(.readReceivedDocument, official, db) != nil else { throw DocumentError.notAllowed }
      let found = try db.all(
        """
        SELECT peer, id, number, title, issuer, date, classification, ofd, ofd_bytes, pdf, pdf_bytes, arrived_at, state,
          '' AS report, signed_for_at, signed_for_by, withdrawn_at, withdrawal_came_at, reason,
          withdrawn_by, receipt_state, receipt_refusal
        FROM received_document WHERE state = ? ORDER BY arrived_at DESC, peer DESC, id DESC LIMIT ? OFFSET ?
        """, state, min(max(1, limit), 100), max(0, offset)
      ).compactMap { try ReceivedDocument(row: $0) }
      var counts: [ReceivedDocument.State: Int] = [:]
      for state in ReceivedDocument.State.allCases {
        counts[state] = try db.one(
          Int.self, "SELECT COUNT(*) FROM (SELECT 1 AS one FROM received_document WHERE state = ? LIMIT ?) AS some",
          state, Self.countMost)
      }
      return (found, counts)
    }
  }

  /// One document, whether this person may sign for it now, and who else says that it is withdrawn.
  public func document(
    _ peer: String, _ id: String, for official: Official
  ) async throws(DocumentError) -> (document: ReceivedDocument, canSign: Bool, elsewhere: WithdrawnElsewhere) {
    try await read { [self] db in
      guard try authority(.readReceivedDocument, official, db) != nil,
        let document = try ReceivedDocument.find(peer, id, db)
      else { throw DocumentError.notFound }
      let maySign = try authority(.signForDocument, official, db) != nil
      let elsewhere = try WithdrawnElsewhere.find(document, db)
      return (document, maySign && document.state == .arrived && !elsewhere.here, elsewhere)
    }
  }

  /// Signs for a document (签收): its files can be opened from then on, and the sender learns who has it.
  ///
  /// The original is checked once more: a seal may have been revoked since it came.
  ///
  /// - Parameter decision: what this person saw.
  /// - Throws: `refused`, and `policy` where the link does not let the receipt out; nothing is changed then.
  public func signFor(
    _ peer: String, _ id: String, decision: ReceiptDecision, by official: Official
  ) async throws(DocumentError) {
    let (found, canSign, elsewhere) = try await document(peer, id, for: official)
    // Before the check, which takes its time and is done for one after the other.
    switch found.state {
    case .arrived: break
    case .signedFor: throw .refused(.alreadySignedFor)
    case .withdrawn: throw .refused(.alreadyWithdrawn)
    }
    guard !elsewhere.here else { throw .refused(.alreadyWithdrawn) }
    guard canSign else { throw .notAllowed }
    guard found.decision == decision else { throw .refused(.changedMeanwhile) }
    try await checkAgain(found)
    let (at, audit) = (now(), self.audit)
    try await write { [self] db in
      guard let document = try ReceivedDocument.find(peer, id, db) else { throw DocumentError.notFound }
      guard let authority = try authority(.signForDocument, official, db) else { throw DocumentError.notAllowed }
      switch document.state {
      case .arrived: break
      case .signedFor: throw DocumentError.refused(.alreadySignedFor)
      case .withdrawn: throw DocumentError.refused(.alreadyWithdrawn)
      }
      guard try !DocumentPublications.isWithdrawn(file: document.facts.ofd.digest.text, db) else {
        throw DocumentError.refused(.alreadyWithdrawn)
      }
      guard document.decision == decision else { throw DocumentError.refused(.changedMeanwhile) }
      guard let link = offices.first(where: { $0.peer.text == peer }) else {
        throw DocumentError.policy(rule: "no link to “\(peer)”")
      }
      let name = Self.shownName(official, inSteadOf: authority)
      try db.run(
        """
        UPDATE received_document SET state = 'signed-for', signed_for_at = ?, signed_for_by = ?
        WHERE peer = ? AND id = ?
        """, at, name, peer, id)
      try enqueueReceipt(of: document, name: name, at: at, to: link, db)
      var act = Act(
        "document.signed-for", "document \(id)", content: Digest.of(decision.text.utf8), detail: decision.text)
      act.subject = id
      try act.record(by: official, inSteadOf: authority, at: at, audit, db)
    }
  }

  /// A file of a document that was signed for.
  ///
  /// - Throws: `notFound`; `wrongState` is never thrown, since before the receipt nobody learns of the files.
  public func file(
    _ kind: DocumentFileKind, of peer: String, _ id: String, for official: Official
  ) async throws(DocumentError) -> (bytes: [UInt8], number: String) {
    let document = try await document(peer, id, for: official).document
    guard document.signedFor != nil, let file = kind == .ofd ? document.facts.ofd : document.facts.pdf else {
      throw .notFound
    }
    return (try await bytes(of: file), document.facts.number.text)
  }

  // MARK: - Parts

  func enqueueReceipt(
    of document: ReceivedDocument, name: String, at: UnixMilliseconds, to link: LinkConfiguration, _ db: Transaction
  ) throws {
    let unitName = try db.one(String.self, "SELECT name FROM unit WHERE id = ?", unit ?? "") ?? "-"
    let outgoing = SignedForMessage(
      document: document.facts.id, ofd: document.facts.ofd.digest, name: name, unit: unitName, at: at
    ).outgoing(Self.level(document.classification))
    try outbox.enqueue(outgoing, to: link.peer, db)
    try db.run(
      """
      UPDATE received_document SET receipt_message = ?, receipt_state = 'sent', receipt_refusal = NULL
      WHERE peer = ? AND id = ?
      """, outgoing.message.id, document.peer, document.facts.id)
  }

  /// What the senders make of receipts, by their own.
  public var fate: FateHandler {
    { message, fate, db in
      guard message.type == SignedForMessage.type else { return }
      let (state, code): (String, String?) =
        switch fate {
        case .applied: ("delivered", nil)
        case .refused(let code): ("refused", code)
        }
      try db.run(
        "UPDATE received_document SET receipt_state = ?, receipt_refusal = ? WHERE receipt_message = ?", state, code,
        message.id)
    }
  }

  /// Whether this person may see documents of other offices now.
  public func isOpen(to official: Official) async throws(DocumentError) -> Bool {
    try await read { [self] db in try authority(.readReceivedDocument, official, db) != nil }
  }

  /// By whose right this person may do it; nil where they may not, or where documents come to nobody.
  private func authority(_ action: Action, _ official: Official, _ db: Transaction) throws -> Official? {
    guard let path = try path(db) else { return nil }
    return official.authority(for: action, .document(drafter: "", unit: path))
  }

  /// Of the unit whose people sign; nil where there is none.
  func path(_ db: Transaction) throws -> UnitPath? {
    guard let unit else { return nil }
    return try db.one(String.self, "SELECT path FROM unit WHERE id = ?", unit).map {
      UnitPath($0.split(separator: "/").map(String.init))
    }
  }

  /// Each of its files, as on arrival.
  private func checkAgain(_ document: ReceivedDocument) async throws(DocumentError) {
    for file in document.facts.files { try await checkAgain(file) }
  }

  private func checkAgain(_ file: DocumentFile) async throws(DocumentError) {
    let bytes = try await bytes(of: file)
    let (trust, process) = (self.trust, self.process)
    let report = await Self.pool.run { () throws(Never) -> Result<CheckReport, CheckFailure> in
      do throws(CheckFailure) { return .success(try process.check(bytes, trust: try trust.checkTrust())) } catch {
        return .failure(error)
      }
    }
    switch report {
    case .failure(let failure):
      logger.warning("a document could not be checked", metadata: ["code": "\(failure)"])
      throw .refused(.notChecked)
    case .success(let report): guard report.verdict == .genuine else { throw .refused(.notGenuine) }
    }
  }

  private func bytes(of file: DocumentFile) async throws(DocumentError) -> [UInt8] {
    let blobs = self.blobs
    do {
      let bytes = try await BlockingPool.shared.run {
        let reader = try blobs.open(file.digest.text)
        return try reader.read(at: 0, count: min(reader.byteCount, file.bytes))
      }
      guard Digest.of(bytes).hex == file.digest.text else { throw DamagedFile() }
      return bytes
    } catch { throw .unavailable(error) }
  }

  private struct DamagedFile: CodedFault { var faultCode: String { "received-file-damaged" } }

  private static func shownName(_ official: Official, inSteadOf principal: Official) -> String {
    principal.person == official.person ? official.name : "\(official.name)（代\(principal.name)）"
  }

  static func level(_ classification: String) -> Classification { classification.isEmpty ? .internal : .confidential }

  private func read<T: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws -> T
  ) async throws(DocumentError) -> T {
    do { return try await database.read(body) } catch let error as DocumentError { throw error } catch {
      throw .unavailable(error)
    }
  }

  private func write(_ body: @escaping @Sendable (Transaction) throws -> Void) async throws(DocumentError) {
    do { try await database.write(body) } catch let error as DocumentError { throw error } catch let error
      as PolicyRefusal
    {
      throw .policy(rule: error.rule)
    } catch { throw .unavailable(error) }
  }
}
