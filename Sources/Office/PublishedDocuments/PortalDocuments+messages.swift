import ContainedChecks
import DocumentSeals
import DurableFiles
public import Links
import PacketFormat
import Storage
import Timestamps
import Zones

extension PortalDocuments {
  /// What the intranet tells about documents, by message type.
  public var handlers: [String: MessageHandler] {
    [
      PublishedMessage.type: MessageHandler { [self] message in
        let published = try PublishedMessage(message)
        return { [self] db in try take(published, db) }
      },
      WithdrawnMessage.type: MessageHandler { [self] message in
        let withdrawn = try WithdrawnMessage(message)
        return { [self] db in try take(withdrawn, db) }
      },
    ]
  }

  /// By what the message says, before any file is read.
  private func demandPolicy(_ document: DocumentFacts) throws(MessageRefusal) {
    guard trust != nil else {
      throw MessageRefusal(
        code: "documents-off", reason: "zone.yaml names nobody to believe seals from; give it documents.seal_trust")
    }
    for (file, kind) in [(document.ofd, FileKind.ofd)] + (document.pdf.map { [($0, .pdf)] } ?? []) {
      guard policy.fileKinds.contains(kind) else {
        throw MessageRefusal(code: "policy-file-kind", reason: "a file of kind “\(kind.rawValue)”")
      }
      let most = min(policy.blobMaxBytes, CheckLimits.documentMaxBytes)
      guard file.bytes <= most else {
        throw MessageRefusal(code: "policy-blob-size", reason: "a file of \(file.bytes) bytes, at most \(most)")
      }
    }
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
    try demandPolicy(document)
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
    try checkFiles(document)
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

  /// That the original is what it claims, by its seals, and that nothing is wrong with the copy. In the transaction, since
  /// the files may be here only now; a check that does not end in time counts as one that fails (decision 0049).
  private func checkFiles(_ document: DocumentFacts) throws {
    let original = try report(on: try bytes(of: document.ofd), "the original")
    guard original.verdict == .genuine, original.kind == .ofd else { throw Self.refusal(original, "the original") }
    guard let pdf = document.pdf else { return }
    let copy = try report(on: try bytes(of: pdf), "the copy")
    guard copy.kind == .pdf else { throw MessageRefusal(code: "policy-file-kind", reason: "the copy is no PDF") }
    // A copy may bear no signature.
    guard copy.verdict != .refused else { throw Self.refusal(copy, "the copy") }
  }

  private func report(on bytes: [UInt8], _ what: String) throws(MessageRefusal) -> CheckReport {
    do throws(CheckFailure) {
      let trust = try loadTrust()
      return try process.check(bytes, trust: trust)
    } catch {
      throw MessageRefusal(
        code: error == .notStarted ? "check-unavailable" : "check-failed", reason: "the check of \(what): \(error)")
    }
  }

  /// Named by its first step that does not hold.
  private static func refusal(_ report: CheckReport, _ what: String) -> MessageRefusal {
    let steps = report.steps + report.signatures.flatMap(\.steps)
    let step = steps.first { $0.outcome == .fails } ?? steps.first { $0.outcome == .unknown }
    return MessageRefusal(
      code: "check-" + (step?.code.rawValue ?? "kind"),
      reason: "\(what): \(step?.english ?? "no OFD"): \(step?.detail ?? "")")
  }

  /// - Throws: `schema` where it has another size than the message says; `FileError` where the disk failed.
  private func bytes(of file: DocumentFile) throws -> [UInt8] {
    let reader = try blobs.open(file.digest.text)
    guard reader.byteCount == file.bytes else {
      throw MessageRefusal(code: "schema", reason: "a file has \(reader.byteCount) bytes, not \(file.bytes)")
    }
    return try reader.read(at: 0, count: file.bytes)
  }
}
