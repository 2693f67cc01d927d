import ContainedChecks
import DurableFiles
import JSON
public import Links
import PacketFormat
import PublishedDocuments
import Storage
import Timestamps
public import Zones

extension ReceivedDocuments {
  /// What another office tells about documents; nothing where the peer is none.
  public func handlers(of peer: ZoneName) -> [String: MessageHandler] {
    guard let link = offices.first(where: { $0.peer == peer }) else { return [:] }
    let arrival = ArrivalCheck(
      policy: link.incomingPolicy, trust: trust, blobs: blobs, process: process, demandsSignedCopy: true,
      refused: refused)
    return [
      DeliveredMessage.type: MessageHandler { [self] message in
        let delivered = try DeliveredMessage(message)
        try arrival.demandSizes(delivered.document)
        return { [self] db in
          try take(delivered, from: peer.text, arrival, upTo: link.incomingPolicy.highestClassification, db)
        }
      },
      WithdrawnMessage.type: MessageHandler { [self] message in
        let withdrawn = try WithdrawnMessage(message)
        return { [self] db in try take(withdrawn, from: peer.text, db) }
      },
    ]
  }

  private func demandUnit(_ db: Transaction) throws {
    guard try path(db) == nil else { return }
    throw MessageRefusal(
      code: "documents-off",
      reason: "zone.yaml names no unit of this office that signs for documents; give it documents.received_by")
  }

  private func take(
    _ delivered: DeliveredMessage, from peer: String, _ arrival: ArrivalCheck, upTo highest: Classification,
    _ db: Transaction
  ) throws {
    let document = delivered.document
    if let known = try ReceivedDocument.find(peer, document.id, db) {
      // Withdrawn is withdrawn, whatever comes later of what was sent before; and a repeat changes nothing.
      if known.withdrawal != nil { return try takeLate(delivered, of: known, arrival, upTo: highest, db) }
      if known.facts == document { return try sendReceiptAgain(known, db) }
      throw MessageRefusal(code: "duplicate-document", reason: "another document of this identifier is here")
    }
    try demandUnit(db)
    // A file is checked once: thousands of messages about one that is slow to check would keep this zone busy.
    let isKnown = try db.one(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM received_document WHERE peer = ? AND ofd = ?)", peer,
      document.ofd.digest.text)
    guard isKnown != true else {
      throw MessageRefusal(code: "duplicate-file", reason: "another document of this office has this file")
    }
    let report = try examine(delivered, arrival, upTo: highest)
    try insert(
      document, delivered.classification, from: peer, sentAt: delivered.at, state: .arrived, report: report, db)
    // The office whose document it is may have withdrawn it before another one passed it on.
    try SpreadWithdrawal(ofd: document.ofd.digest).run(db)
  }

  /// - Returns: what was found in the original, which holds.
  private func examine(
    _ delivered: DeliveredMessage, _ arrival: ArrivalCheck, upTo highest: Classification
  ) throws -> CheckReport {
    guard Self.level(delivered.classification) <= highest else {
      throw MessageRefusal(
        code: "policy-classification",
        reason: "it bears “\(delivered.classification)”, which this link is not approved for")
    }
    let document = delivered.document
    try arrival.demandPolicy(document)
    let report = try arrival.check(document)
    // The seal stands over one number; a message that states another speaks of another document.
    guard report.numbers.contains(where: { DocumentNumber(typed: $0) == document.number }) else {
      throw MessageRefusal(
        code: "check-number", reason: "the file's first page does not bear the number that is stated")
    }
    return report
  }

  /// A delivery that its withdrawal has overtaken. Once its file is seen to be genuine, the withdrawal is one of a delivered
  /// document; nobody is told of one that is not, since it is withdrawn either way.
  private func takeLate(
    _ delivered: DeliveredMessage, of known: ReceivedDocument, _ arrival: ArrivalCheck, upTo highest: Classification,
    _ db: Transaction
  ) throws {
    let ofd = delivered.document.ofd.digest
    guard known.report == nil, known.facts == delivered.document, try !isChecked(ofd.text, from: known.peer, db) else {
      return
    }
    do {
      let report = try examine(delivered, arrival, upTo: highest)
      // Who delivered a file first is asked later: what counts is when the file was here.
      try db.run(
        """
        UPDATE received_document SET classification = ?, arrived_at = ?, report = ?, seals = ? WHERE peer = ? AND id = ?
        """, delivered.classification, now(), report.stored.text, report.stored.seals, known.peer, known.facts.id)
      try SpreadWithdrawal(ofd: ofd).run(db)
    } catch is MessageRefusal {
    } catch is FileError {
      // Nor does a file that the disk has lost hold up what is withdrawn.
    }
  }

  private func isChecked(_ ofd: String, from peer: String, _ db: Transaction) throws -> Bool {
    try db.one(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM received_document WHERE peer = ? AND ofd = ? AND report <> '')", peer,
      ofd) == true
  }

  /// A sender that was restored asks for what it has forgotten.
  private func sendReceiptAgain(_ known: ReceivedDocument, _ db: Transaction) throws {
    guard let signedFor = known.signedFor, let link = offices.first(where: { $0.peer.text == known.peer }) else {
      return
    }
    // Where the link no longer lets it out, the delivery is taken all the same: a peer must not stop its own stream.
    do {
      try enqueueReceipt(of: known, name: signedFor.name, at: signedFor.at.unixMilliseconds, to: link, db)
    } catch is PolicyRefusal {}
  }

  private func take(_ withdrawn: WithdrawnMessage, from peer: String, _ db: Transaction) throws {
    let known = try ReceivedDocument.find(peer, withdrawn.document.id, db)
    let document = known?.facts ?? withdrawn.document
    if known == nil {
      try demandUnit(db)
      try demandRoom(for: peer, db)
      try insert(document, "", from: peer, sentAt: withdrawn.publishedAt, state: .withdrawn, report: nil, db)
    }
    try db.run(
      """
      UPDATE received_document SET state = 'withdrawn', withdrawn_at = ?, withdrawal_came_at = ?, reason = ?
      WHERE peer = ? AND id = ? AND withdrawn_at IS NULL
      """, withdrawn.at, now(), withdrawn.reason, peer, document.id)
    try SpreadWithdrawal(ofd: document.ofd.digest).run(db)
  }

  /// A withdrawal may come before what it withdraws, but a peer that withdraws what it never delivered fills no disk.
  private func demandRoom(for peer: String, _ db: Transaction) throws {
    let count = try db.one(
      Int.self, "SELECT COUNT(*) FROM received_document WHERE peer = ? AND report = '' AND state = 'withdrawn'", peer)
    guard count ?? 0 < Self.undeliveredMost else {
      throw MessageRefusal(
        code: "withdrawals-full",
        reason: "\(Self.undeliveredMost) withdrawals of documents that this office never delivered are here already")
    }
  }

  private func insert(
    _ document: DocumentFacts, _ classification: String, from peer: String, sentAt: UnixMilliseconds,
    state: ReceivedDocument.State, report: CheckReport?, _ db: Transaction
  ) throws {
    let (text, seals) = report?.stored ?? ("", "")
    try db.run(
      """
      INSERT INTO received_document (peer, id, number, title, issuer, date, classification, ofd, ofd_bytes, pdf, pdf_bytes,
        sent_at, arrived_at, state, report, seals)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, peer, document.id, document.number.text, document.title, document.issuer, document.date, classification,
      document.ofd.digest.text, document.ofd.bytes, document.pdf?.digest.text, document.pdf?.bytes, sentAt, now(),
      state, text, seals)
  }
}

extension CheckReport {
  /// As it is kept, and the names of the seals in it, one a line.
  fileprivate var stored: (text: String, seals: String) {
    (
      String(decoding: json.encoded(), as: UTF8.self), Set(signatures.map(\.name)).sorted().joined(separator: "\n")
    )
  }
}
