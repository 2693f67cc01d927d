import ContainedChecks
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
    let arrival = ArrivalCheck(policy: link.incomingPolicy, trust: trust, blobs: blobs, process: process)
    return [
      DeliveredMessage.type: MessageHandler { [self] message in
        let delivered = try DeliveredMessage(message)
        try arrival.demandSizes(delivered.document)
        return { [self] db in try take(delivered, from: peer.text, arrival, db) }
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
    _ delivered: DeliveredMessage, from peer: String, _ arrival: ArrivalCheck, _ db: Transaction
  ) throws {
    let document = delivered.document
    if let known = try ReceivedDocument.find(peer, document.id, db) {
      // Withdrawn is withdrawn, whatever comes later of what was sent before; and a repeat changes nothing.
      if known.withdrawal != nil || known.facts == document { return }
      throw MessageRefusal(code: "duplicate-document", reason: "another document of this identifier is here")
    }
    try demandUnit(db)
    try arrival.demandPolicy(document)
    let report = try arrival.check(document)
    try insert(
      document, delivered.classification, from: peer, sentAt: delivered.at, state: .arrived,
      report: String(decoding: report.json.encoded(), as: UTF8.self), db)
  }

  private func take(_ withdrawn: WithdrawnMessage, from peer: String, _ db: Transaction) throws {
    try demandUnit(db)
    let document = withdrawn.document
    if try ReceivedDocument.find(peer, document.id, db) == nil {
      try insert(document, "", from: peer, sentAt: withdrawn.publishedAt, state: .withdrawn, report: "", db)
    }
    try db.run(
      """
      UPDATE received_document SET state = 'withdrawn', withdrawn_at = ?, reason = ?
      WHERE peer = ? AND id = ? AND withdrawn_at IS NULL
      """, withdrawn.at, withdrawn.reason, peer, document.id)
  }

  private func insert(
    _ document: DocumentFacts, _ classification: String, from peer: String, sentAt: UnixMilliseconds,
    state: ReceivedDocument.State, report: String, _ db: Transaction
  ) throws {
    try db.run(
      """
      INSERT INTO received_document (peer, id, number, title, issuer, date, classification, ofd, ofd_bytes, pdf, pdf_bytes,
        sent_at, arrived_at, state, report)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, peer, document.id, document.number.text, document.title, document.issuer, document.date, classification,
      document.ofd.digest.text, document.ofd.bytes, document.pdf?.digest.text, document.pdf?.bytes, sentAt, now(),
      state,
      report)
  }
}
