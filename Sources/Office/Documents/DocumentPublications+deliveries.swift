import Acts
import Cryptography
import DurableFiles
public import Links
import PacketFormat
import PublishedDocuments
public import Roles
import Storage
import Timestamps
public import Zones

/// Documents that go to other offices.
extension DocumentPublications {
  private static let documentsAtOnce = 50

  /// What the links to these offices lack for documents to leave; empty where nothing does.
  public func missingNames(toward peers: [String]) -> [String] {
    offices.filter { peers.contains($0.peer.text) }.flatMap { link in
      Self.missing([DeliveredMessage.type, WithdrawnMessage.type], link).map { "\(link.peer): \($0)" }
    }
  }

  /// The same of all of them.
  public var missingNamesOfOffices: [String] { missingNames(toward: offices.map(\.peer.text)) }

  /// Sends a sealed document to other offices, which check it and sign for it.
  ///
  /// - Parameters:
  ///   - peers: the offices' zones; one at least, each of `DocumentDispatch.offices`.
  ///   - decision: what the clerk saw.
  /// - Throws: `refused`, and `policy` where a link does not let it out; nothing is sent then, to nobody.
  public func deliver(
    _ identifier: String, to peers: [String], decision: PublicationDecision, by official: Official
  ) async throws(DocumentError) {
    let (at, audit, outbox) = (now(), self.audit, self.outbox)
    guard !peers.isEmpty else { throw .refused(.noOffice) }
    let sizes = try await sizes(identifier, official)
    try await write { [self] db in
      let (document, authority, sent) = try begin(.deliver, identifier, decision, official, db)
      let links = sent.open(offices).filter { peers.contains($0.peer.text) }
      guard links.count == Set(peers).count else { throw DocumentError.refused(.nowhereToDeliver) }
      let facts = try document.facts(
        document.signedPDF == nil ? sizes.filter { $0.key != document.sealedPDF } : sizes)
      // What could not be called back is not sent.
      if let missing = missingNames(toward: peers).first { throw DocumentError.policy(rule: missing) }
      for link in links {
        let outgoing = DeliveredMessage(facts, classification: document.classification, at: at)
          .outgoing(document.level)
        try db.run(
          """
          INSERT INTO document_delivery
            (document, peer, delivered_at, delivered_by, ofd_bytes, pdf_bytes, message, state)
          VALUES (?, ?, ?, ?, ?, ?, ?, 'sent')
          ON CONFLICT (document, peer) DO UPDATE SET delivered_at = excluded.delivered_at,
            delivered_by = excluded.delivered_by, message = excluded.message, state = 'sent', refusal = NULL
          """, identifier, link.peer.text, at, shownName(official, inSteadOf: authority), facts.ofd.bytes,
          facts.pdf?.bytes, outgoing.message.id)
        try outbox.enqueue(outgoing, to: link.peer, db)
      }
      let names = links.map(\.peer.text).sorted().joined(separator: " ")
      try recordDocumentEvent(identifier, "delivered", detail: names, official, inSteadOf: authority, at, db)
      try OfficeDocuments.act(
        "delivered", identifier, content: Digest.of(decision.text.utf8), detail: "\(decision.text) to \(names)"
      ).record(by: official, inSteadOf: authority, at: at, audit, db)
    }
  }

  func withdraw(
    _ document: StoredDocument, _ delivery: StoredDelivery, reason: String, name: String,
    _ at: UnixMilliseconds, _ db: Transaction
  ) throws {
    let peer = delivery.delivery.peer
    // A withdrawal that one office does not hear of is none (decision 0052).
    guard let link = offices.first(where: { $0.peer.text == peer }) else {
      throw DocumentError.policy(rule: "no link to “\(peer)”")
    }
    let outgoing = WithdrawnMessage(
      try document.facts(delivery.sizes(document)), publishedAt: delivery.deliveredAt, reason: reason, at: at
    ).outgoing(document.level)
    try db.run(
      """
      UPDATE document_delivery SET withdrawn_at = ?, withdrawn_by = ?, reason = ?, withdrawal_message = ?,
        withdrawal_state = 'sent', withdrawal_refusal = NULL WHERE document = ? AND peer = ?
      """, at, name, reason, outgoing.message.id, document.id, peer)
    try outbox.enqueue(outgoing, to: link.peer, db)
  }

  /// What another office says of documents that were delivered to it; nothing where the peer is none.
  public func handlers(of peer: ZoneName) -> [String: MessageHandler] {
    guard offices.contains(where: { $0.peer == peer }) else { return [:] }
    return [
      SignedForMessage.type: MessageHandler { [self] message in
        let signed = try SignedForMessage(message)
        return { [self] db in try take(signed, from: peer, db) }
      }
    ]
  }

  private func take(_ signed: SignedForMessage, from peer: ZoneName, _ db: Transaction) throws {
    func delivery() throws -> SQLRow? {
      try db.one(
        """
        SELECT l.signed_for_at, d.sealed_ofd FROM document_delivery l JOIN office_document d ON d.id = l.document
        WHERE l.document = ? AND l.peer = ?
        """, signed.document, peer.text)
    }
    if try delivery() == nil { try learnDelivery(signed, from: peer, db) }
    guard let row = try delivery(), try row["sealed_ofd"] as String? == signed.ofd.text else {
      throw MessageRefusal(code: "unknown-document", reason: "no such document was delivered to this office")
    }
    // After a loss of its data an office may sign again: the first time counts.
    guard try row["signed_for_at"] as Int? == nil else { return }
    let at = now()
    try db.run(
      """
      UPDATE document_delivery SET signed_for_at = ?, signed_for_by = ?, signed_for_unit = ?, receipt_at = ?
      WHERE document = ? AND peer = ?
      """, signed.at, signed.name, signed.unit, at, signed.document, peer.text)
    let last = try db.one(
      Int.self, "SELECT MAX(number) FROM office_document_event WHERE document = ?", signed.document)
    try db.run(
      """
      INSERT INTO office_document_event (document, number, at, what, person, principal, name, detail)
      VALUES (?, ?, ?, 'signed-for', '', '', ?, ?)
      """, signed.document, (last ?? 0) + 1, at, "\(signed.unit) \(signed.name)", peer.text)
  }

  /// A delivery that the restore of a backup has undone: the office that signed for it sends its receipt again, and so the
  /// document can be withdrawn there. Nothing is learned in a zone that was never restored, nor of a document that the link
  /// would not let out: what cannot go there cannot be withdrawn there, and would keep it from being withdrawn anywhere.
  private func learnDelivery(_ signed: SignedForMessage, from peer: ZoneName, _ db: Transaction) throws {
    let wasRestored = try db.one(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM outgoing_stream WHERE peer = ? AND epoch > 1)", peer.text)
    guard wasRestored == true, let link = offices.first(where: { $0.peer == peer }),
      Self.missing([DeliveredMessage.type, WithdrawnMessage.type], link).isEmpty,
      let row = try db.one(
        """
        SELECT d.*, u.path, u.name AS unit_name FROM office_document d JOIN unit u ON u.id = d.unit
        WHERE d.id = ? AND d.state = 'sealed' AND d.sealed_ofd = ?
        """, signed.document, signed.ofd.text)
    else { return }
    let document = try StoredDocument(row: row)
    guard document.level <= link.outgoingPolicy.highestClassification,
      let ofd = try? blobs.open(signed.ofd.text).byteCount
    else { return }
    let pdf = document.signedPDF.flatMap { try? blobs.open($0).byteCount }
    try db.run(
      """
      INSERT INTO document_delivery
        (document, peer, delivered_at, delivered_by, ofd_bytes, pdf_bytes, message, state, was_delivered)
      VALUES (?, ?, ?, '', ?, ?, '', 'delivered', 1)
      """, document.id, peer.text, now(), ofd, pdf)
  }

  /// Sends offices that lost their disk all documents again that they had, and word of those that were withdrawn. May be
  /// called at any time and again: an office leaves alone what it has. What a link does not let out stops nothing else.
  ///
  /// - Parameter peer: the zone of one office; nil for all of them.
  /// - Throws: `CancellationError`, and the database's errors. What was enqueued until then leaves.
  @discardableResult
  public func rebuildOffices(_ peer: String? = nil) async throws -> DeliveryRebuild {
    var (done, last) = (DeliveryRebuild(), ("", ""))
    while true {
      try Task.checkCancellation()
      let start = last
      let batch = try await database.write { [self] db in
        let rows = try db.all(
          """
          SELECT * FROM document_delivery WHERE (document, peer) > (?, ?) AND (? IS NULL OR peer = ?)
          ORDER BY document, peer LIMIT ?
          """, start.0, start.1, peer, peer, Self.documentsAtOnce)
        return try rows.map { row in
          let known = try StoredDelivery(row: row)
          return (document: known.document, peer: known.delivery.peer, outcome: try tryAgain(known, db))
        }
      }
      guard let end = batch.last else { return done }
      last = (end.document, end.peer)
      for row in batch { done.add(row.outcome, peer: row.peer) }
    }
  }

  private func tryAgain(_ known: StoredDelivery, _ db: Transaction) throws -> DeliveryRebuild.Outcome {
    let rule: String
    do { return try sendAgain(known, db) ? .sent : .notDue } catch let refusal as PolicyRefusal {
      rule = refusal.rule
    } catch DocumentError.refused(let problem) {
      rule = problem.rawValue
    }
    let number = try db.one(String.self, "SELECT number_text FROM office_document WHERE id = ?", known.document)
    return .refused(rule: rule, number: number ?? known.document)
  }

  private func sendAgain(_ known: StoredDelivery, _ db: Transaction) throws -> Bool {
    let peer = known.delivery.peer
    guard known.isOut, let link = offices.first(where: { $0.peer.text == peer }),
      let row = try db.one(
        """
        SELECT d.*, u.path, u.name AS unit_name FROM office_document d JOIN unit u ON u.id = d.unit WHERE d.id = ?
        """, known.document)
    else { return false }
    let document = try StoredDocument(row: row)
    // Of a document that is void elsewhere nothing more is delivered.
    guard try known.delivery.withdrawal != nil || !SentDocument.find(known.document, db).isWithdrawn else {
      return false
    }
    let facts = try document.facts(known.sizes(document))
    let outgoing =
      known.delivery.withdrawal.map { withdrawal in
        WithdrawnMessage(
          facts, publishedAt: known.deliveredAt, reason: withdrawal.reason, at: withdrawal.at.unixMilliseconds
        ).outgoing(document.level)
      }
      ?? DeliveredMessage(facts, classification: document.classification, at: known.deliveredAt)
      .outgoing(document.level)
    let column = known.delivery.withdrawal == nil ? "" : "withdrawal_"
    try outbox.enqueue(outgoing, to: link.peer, db)
    try db.run(
      "UPDATE document_delivery SET \(column)message = ?, \(column)state = 'sent' WHERE document = ? AND peer = ?",
      outgoing.message.id, known.document, peer)
    return true
  }
}

extension StoredDocument {
  /// The copy, where it bears a signature of its own: another office takes no other.
  var signedPDF: String? { sealedPDF == typesetPDF ? nil : sealedPDF }

  /// What links weigh. What is neither open nor classified is for offices.
  var level: Classification {
    if classification.isEmpty { return disclosure == .open ? .public : .internal }
    return classification.hasPrefix("秘密") ? .confidential : .topSecret
  }
}
