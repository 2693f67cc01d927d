import DurableFiles
public import Links
import PacketFormat
import Storage
import Timestamps

extension PortalDocuments {
  private var arrival: ArrivalCheck {
    ArrivalCheck(policy: policy, trust: trust, blobs: blobs, process: process, demandsSignedCopy: false)
  }

  /// What the intranet tells about documents, by message type.
  public var handlers: [String: MessageHandler] {
    [
      PublishedMessage.type: MessageHandler { [self] message in
        let published = try PublishedMessage(message)
        try arrival.demandSizes(published.document)
        return { [self] db in try take(published, db) }
      },
      WithdrawnMessage.type: MessageHandler { [self] message in
        let withdrawn = try WithdrawnMessage(message)
        return { [self] db in try take(withdrawn, db) }
      },
    ]
  }

  private func take(_ published: PublishedMessage, _ db: Transaction) throws {
    let document = published.document
    if let known = try PublishedDocument.find(id: document.id, db) {
      // Withdrawn is withdrawn, whatever comes later of what was sent before; and a repeat changes nothing.
      if known.withdrawal != nil { return try forget(document.files, db) }
      if known.facts == document { return }
      throw MessageRefusal(code: "duplicate-document", reason: "another document of this identifier is here")
    }
    // Of what is here already it asks nothing: the intranet would hear that the portal does not show what it shows.
    try arrival.demandPolicy(document)
    let isTaken = try db.one(
      Bool.self,
      "SELECT EXISTS (SELECT 1 FROM published_document WHERE number = ? AND withdrawn_at IS NULL)", document.number.text
    )
    guard isTaken != true else {
      throw MessageRefusal(code: "duplicate-number", reason: "another document of this number is in force")
    }
    for file in document.files where try PublishedDocument.find(digest: file.digest.text, db) != nil {
      throw MessageRefusal(code: "duplicate-file", reason: "another document has this file")
    }
    _ = try arrival.check(document)
    try db.run(
      """
      INSERT INTO published_document (id, number, title, issuer, date, published_at, ofd, ofd_bytes, pdf, pdf_bytes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, document.id, document.number.text, document.title, document.issuer, document.date, published.at,
      document.ofd.digest.text, document.ofd.bytes, document.pdf?.digest.text, document.pdf?.bytes)
  }

  private func take(_ withdrawn: WithdrawnMessage, _ db: Transaction) throws {
    let document = try PublishedDocument.find(id: withdrawn.document.id, db)?.facts ?? withdrawn.document
    try db.run(
      """
      INSERT INTO published_document
        (id, number, title, issuer, date, published_at, ofd, ofd_bytes, pdf, pdf_bytes, withdrawn_at, reason)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET withdrawn_at = excluded.withdrawn_at, reason = excluded.reason
      WHERE published_document.withdrawn_at IS NULL
      """, document.id, document.number.text, document.title, document.issuer, document.date, withdrawn.publishedAt,
      document.ofd.digest.text, document.ofd.bytes, document.pdf?.digest.text, document.pdf?.bytes, withdrawn.at,
      withdrawn.reason)
    try forget(document.files, db)
  }

  /// Removes files that no document in force has.
  private func forget(_ files: [DocumentFile], _ db: Transaction) throws {
    for file in files {
      let isShown = try db.one(
        Bool.self,
        """
        SELECT EXISTS (SELECT 1 FROM published_document WHERE withdrawn_at IS NULL AND (ofd = ? OR pdf = ?))
        """, file.digest.text, file.digest.text)
      if isShown != true { db.afterCommit { [blobs] in try? blobs.remove(file.digest.text) } }
    }
  }
}
