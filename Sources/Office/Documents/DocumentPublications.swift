import Acts
public import AuditLog
import Cryptography
import DocumentNotation
import DurableFiles
public import Links
import PacketFormat
import PublishedDocuments
public import Roles
import Runtime
public import Storage
public import Timestamps
public import Zones

/// Sealed documents that leave this office: published on the portal, delivered to other offices, and withdrawn. Every call
/// says who asks.
public final class DocumentPublications: Sendable {
  let database: ZoneDatabase
  let blobs: BlobStore
  let outbox: Outbox
  private let link: LinkConfiguration
  let offices: [LinkConfiguration]
  let audit: AuditTrail?
  let now: @Sendable () -> UnixMilliseconds

  /// - Parameters:
  ///   - link: the one to the DMZ, whose portal shows documents.
  ///   - offices: the links to other offices.
  ///   - audit: the zone's audit log; nil where it keeps none.
  public init(
    database: ZoneDatabase, blobs: BlobStore, outbox: Outbox, link: LinkConfiguration,
    offices: [LinkConfiguration] = [], audit: AuditTrail? = nil,
    now: @escaping @Sendable () -> UnixMilliseconds = { currentMilliseconds() }
  ) {
    self.database = database
    self.blobs = blobs
    self.outbox = outbox
    self.link = link
    self.offices = offices
    self.audit = audit
    self.now = now
  }

  var dmz: ZoneName { link.peer }

  /// What the link's outgoing policy lacks for documents to leave, as names to be added to `zone.yaml`; empty where nothing
  /// does.
  public var missingNames: [String] { Self.missing([PublishedMessage.type, WithdrawnMessage.type], link) }

  static func missing(_ types: [String], _ link: LinkConfiguration) -> [String] {
    let policy = link.outgoingPolicy
    var missing = types.filter { !policy.messageTypes.contains($0) }.map { "policy.outgoing.messages: \($0)" }
    if policy.blobMaxBytes == 0 { missing.append("policy.outgoing.blob_max_bytes") }
    return missing
  }

  /// Where a document was sent, and what this person may do.
  ///
  /// - Throws: `notFound` for a document that they may not read.
  public func dispatch(
    of identifier: String, for official: Official
  ) async throws(DocumentError) -> DocumentDispatch {
    try await read { [self] db in
      guard let document = try StoredDocument.find(identifier, official, db) else { throw DocumentError.notFound }
      let sent = try SentDocument.find(identifier, db)
      let steps = PublicationStep.allCases.filter { step in
        official.authority(for: step.action, document.place) != nil && problem(with: step, document, sent) == nil
      }
      return DocumentDispatch(
        publication: sent.publication?.publication, deliveries: sent.deliveries.map(\.delivery),
        offices: sent.open(offices).map(\.peer.text), decision: Self.decision(on: document), steps: Set(steps))
    }
  }

  /// Sends a sealed document to the portal, where anybody may read it.
  ///
  /// - Parameter decision: what the clerk saw.
  /// - Throws: `refused`, and `policy` where the link does not let it out; nothing is changed then.
  public func publish(
    _ identifier: String, decision: PublicationDecision, by official: Official
  ) async throws(DocumentError) {
    let (at, audit, outbox, dmz) = (now(), self.audit, self.outbox, self.dmz)
    let sizes = try await sizes(identifier, official)
    try await write { [self] db in
      let (document, authority, sent) = try begin(.publish, identifier, decision, official, db)
      let facts = try document.facts(sizes)
      let outgoing = PublishedMessage(facts, at: at).outgoing()
      try db.run("DELETE FROM document_publication WHERE document = ?", identifier)
      try db.run(
        """
        INSERT INTO document_publication
          (document, number, title, issuer, date, ofd, ofd_bytes, pdf, pdf_bytes, published_at, published_by, message,
            state, was_delivered)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'sent', ?)
        """, identifier, facts.number.text, facts.title, facts.issuer, facts.date, facts.ofd.digest.text,
        facts.ofd.bytes,
        facts.pdf?.digest.text, facts.pdf?.bytes, at, shownName(official, inSteadOf: authority), outgoing.message.id,
        sent.publication?.wasDelivered == true ? 1 : 0)
      try outbox.enqueue(outgoing, to: dmz, db)
      try recordDocumentEvent(identifier, "published", detail: "", official, inSteadOf: authority, at, db)
      try OfficeDocuments.act(
        "published", identifier, content: Digest.of(decision.text.utf8), detail: decision.text
      ).record(by: official, inSteadOf: authority, at: at, audit, db)
    }
  }

  /// Withdraws a document wherever it was sent: the portal and the other offices say so from then on, and the portal gives
  /// its files out no more.
  ///
  /// - Parameter reason: for the public; a line of 1 to 500 characters (Unicode scalars) that are all shown.
  public func withdraw(
    _ identifier: String, reason: String, decision: PublicationDecision, by official: Official
  ) async throws(DocumentError) {
    try checkReason(reason)
    let line = Self.line(of: reason)
    guard Self.isReason(reason) else { throw .refused(.reason) }
    let (at, audit) = (now(), self.audit)
    try await write { [self] db in
      let (document, authority, sent) = try begin(.withdraw, identifier, decision, official, db)
      let name = shownName(official, inSteadOf: authority)
      if let known = sent.publication, known.isOut, known.lacksWithdrawal {
        try withdraw(known, reason: line, name: name, at, db)
      }
      for delivery in sent.deliveries where delivery.isOut && delivery.lacksWithdrawal {
        try withdraw(document, delivery, reason: line, name: name, at, db)
      }
      try recordDocumentEvent(identifier, "withdrawn", detail: line, official, inSteadOf: authority, at, db)
      try OfficeDocuments.act(
        "withdrawn", identifier, content: Digest.of(reason.utf8), detail: "\(decision.text) reason \(line)"
      ).record(by: official, inSteadOf: authority, at: at, audit, db)
    }
  }

  /// Whether the portal takes this as the reason of a withdrawal.
  public static func isReason(_ reason: String) -> Bool {
    isPlainLine(line(of: reason), maxCharacters: DocumentFacts.reasonMaxCharacters)
  }

  private static func line(of reason: String) -> String {
    String(reason.split(whereSeparator: \.isWhitespace).joined(separator: " "))
  }

  /// What the portal made of it, by its receipt alone.
  public var fate: FateHandler {
    { message, fate, db in
      let (state, code): (String, String?) =
        switch fate {
        case .applied: ("delivered", nil)
        case .refused(let code): ("refused", code)
        }
      switch message.type {
      case PublishedMessage.type:
        try db.run(
          "UPDATE document_publication SET state = ?, refusal = ? WHERE document = ? AND message = ?", state, code,
          message.subject, message.id)
        if fate == .applied {
          try db.run("UPDATE document_publication SET was_delivered = 1 WHERE document = ?", message.subject)
        }
      case DeliveredMessage.type:
        try db.run(
          """
          UPDATE document_delivery SET state = ?, refusal = ?, was_delivered = CASE WHEN ? = 1 THEN 1 ELSE was_delivered END
          WHERE document = ? AND message = ?
          """, state, code, fate == .applied ? 1 : 0, message.subject, message.id)
      case WithdrawnMessage.type:
        for table in ["document_publication", "document_delivery"] {
          try db.run(
            """
            UPDATE \(table) SET withdrawal_state = ?, withdrawal_refusal = ?
            WHERE document = ? AND withdrawal_message = ?
            """, state, code, message.subject, message.id)
        }
      default: break
      }
    }
  }

  /// Whether this office has sealed this file, and has withdrawn it from anybody.
  ///
  /// - Parameter ofd: the SHA-256 of the sealed original, hex.
  package static func isWithdrawn(file ofd: String, _ db: Transaction) throws -> Bool {
    try db.one(
      Bool.self,
      """
      SELECT EXISTS (SELECT 1 FROM office_document d WHERE d.sealed_ofd = ? AND (
        EXISTS (SELECT 1 FROM document_delivery l WHERE l.document = d.id AND l.withdrawn_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM document_publication p WHERE p.document = d.id AND p.withdrawn_at IS NOT NULL)))
      """, ofd) == true
  }

  // MARK: - Steps

  private func withdraw(
    _ known: StoredPublication, reason: String, name: String, _ at: UnixMilliseconds, _ db: Transaction
  ) throws {
    let outgoing = WithdrawnMessage(known.facts, publishedAt: known.publishedAt, reason: reason, at: at).outgoing()
    try db.run(
      """
      UPDATE document_publication SET withdrawn_at = ?, withdrawn_by = ?, reason = ?, withdrawal_message = ?,
        withdrawal_state = 'sent', withdrawal_refusal = NULL WHERE document = ?
      """, at, name, reason, outgoing.message.id, known.facts.id)
    try outbox.enqueue(outgoing, to: dmz, db)
  }

  func begin(
    _ step: PublicationStep, _ identifier: String, _ decision: PublicationDecision, _ official: Official,
    _ db: Transaction
  ) throws -> (StoredDocument, Official, SentDocument) {
    guard let document = try StoredDocument.find(identifier, official, db) else { throw DocumentError.notFound }
    guard let authority = official.authority(for: step.action, document.place) else { throw DocumentError.notAllowed }
    guard document.state == .sealed else { throw DocumentError.wrongState(document.state) }
    let sent = try SentDocument.find(identifier, db)
    if let problem = problem(with: step, document, sent) { throw DocumentError.refused(problem) }
    guard Self.decision(on: document) == decision else { throw DocumentError.refused(.changedMeanwhile) }
    return (document, authority, sent)
  }

  private func problem(
    with step: PublicationStep, _ document: StoredDocument, _ sent: SentDocument
  ) -> DocumentProblem? {
    guard document.state == .sealed else { return .notPublished }
    guard document.sealedOFD != nil else { return .otherKind }
    switch step {
    case .publish:
      // What bears a classification leaves this zone by no such way, whatever else is said of it.
      guard document.classification.isEmpty else { return .classifiedIsNotOpen }
      guard document.disclosure == .open else { return .notOpen }
      guard !sent.isWithdrawn else { return .alreadyWithdrawn }
      return sent.publication == nil || sent.publication?.isRefused == true ? nil : .alreadyPublished
    case .deliver:
      guard !sent.isWithdrawn else { return .alreadyWithdrawn }
      return sent.open(offices).isEmpty ? .nowhereToDeliver : nil
    case .withdraw:
      guard sent.isOut else { return .notPublished }
      return sent.isWithdrawn && !sent.isWithdrawalRefused ? .alreadyWithdrawn : nil
    }
  }

  private static func decision(on document: StoredDocument) -> PublicationDecision? {
    document.sealedOFD.map {
      PublicationDecision(number: document.numberText, ofd: $0, pdf: document.sealedPDF ?? "")
    }
  }

  /// Of the sealed files, which are never changed.
  func sizes(_ identifier: String, _ official: Official) async throws(DocumentError) -> [String: Int] {
    let found = try await read { try StoredDocument.find(identifier, official, $0) }
    guard let document = found else { throw .notFound }
    let digests = [document.sealedOFD, document.sealedPDF].compactMap { $0 }
    let blobs = self.blobs
    do {
      return try await BlockingPool.shared.run {
        var sizes: [String: Int] = [:]
        for digest in digests { sizes[digest] = try blobs.open(digest).byteCount }
        return sizes
      }
    } catch { throw .unavailable(error) }
  }

  // MARK: - The database

  func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws(DocumentError) -> T {
    do { return try await database.read(body) } catch let error as DocumentError { throw error } catch {
      throw .unavailable(error)
    }
  }

  func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws(DocumentError) -> T {
    do { return try await database.write(body) } catch let error as DocumentError {
      throw error
    } catch let error as PolicyRefusal {
      throw .policy(rule: error.rule)
    } catch { throw .unavailable(error) }
  }
}

extension PublicationStep {
  public var action: Action {
    switch self {
    case .publish: .publishDocument
    case .deliver: .deliverDocument
    case .withdraw: .withdrawDocument
    }
  }
}

extension StoredDocument {
  /// What other zones learn of it.
  ///
  /// - Throws: `refused` where they would not take it as it is.
  func facts(_ sizes: [String: Int]) throws -> DocumentFacts {
    func file(_ digest: String?) -> DocumentFile? {
      guard let name = digest.flatMap(HexDigest.init), let bytes = sizes[name.text] else { return nil }
      return DocumentFile(digest: name, bytes: bytes)
    }
    guard let number = DocumentNumber(numberText), let ofd = file(sealedOFD),
      let document = try? OfficialDocument(draft: notation, number: { _ in numberText })
    else { throw DocumentError.refused(.notPublishable) }
    guard isPlainLine(title, maxCharacters: DocumentFacts.titleMaxCharacters),
      isPlainLine(document.issuer.text, maxCharacters: DocumentFacts.issuerMaxCharacters)
    else { throw DocumentError.refused(.notPublishable) }
    return DocumentFacts(
      id: id, number: number, title: title, issuer: document.issuer.text, date: date, ofd: ofd, pdf: file(sealedPDF))
  }
}
