import Acts
import Cryptography
import DocumentNotation
import Flows
public import Roles
import Storage
import Timestamps
import Zones

/// A draft that can be read.
struct ReadDraft: Sendable {
  let content: DocumentContent
  let bytes: [UInt8]
  let title: String
  let date: String
  let classification: String
  let isSealed: Bool

  init(_ content: DocumentContent, _ series: DocumentSeries) throws(DocumentError) {
    self.content = content
    bytes = Array(content.notation.utf8)
    let document: OfficialDocument
    do throws(NotationError) {
      document = try OfficialDocument(draft: bytes) { series.placeholder(year: $0) }
    } catch { throw .notation(error) }
    title = document.title.map(\.text).joined()
    date = document.date.iso
    classification = document.classification?.text ?? ""
    isSealed = document.isSealed
    guard document.checkAddress == nil else { throw .refused(.checkAddress) }
    guard classification.isEmpty || content.disclosure != .open else { throw .refused(.classifiedIsNotOpen) }
  }
}

extension OfficeDocuments {
  /// The unit of what this person drafts, and by whose right they do.
  static func drafting(_ official: Official) throws(DocumentError) -> (unit: String, authority: Official) {
    guard official.may(.draftDocument) else { throw .notAllowed }
    guard let unit = official.unit, let identifier = unit.identifiers.last else { throw .refused(.noUnit) }
    guard let authority = official.authority(for: .draftDocument, .document(drafter: official.person, unit: unit))
    else { throw .notAllowed }
    return (identifier, authority)
  }

  /// Keeps a new draft, of the drafter's unit.
  ///
  /// - Returns: its identifier.
  public func draft(_ content: DocumentContent, by official: Official) async throws(DocumentError) -> String {
    let (unit, authority) = try Self.drafting(official)
    let draft = try ReadDraft(content, try series(content.series))
    let (at, audit) = (now(), self.audit)
    let id = newIdentifier(at: at)
    try await write { db in
      try db.run(
        """
        INSERT INTO office_document
          (id, state, unit, drafter, drafter_name, title, notation, revision, date, disclosure, classification,
            series, created_at, changed_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, id, DocumentState.draft, unit, official.person, official.name, draft.title, draft.bytes,
        content.revision, draft.date, draft.content.disclosure, draft.classification, draft.content.series, at, at)
      try recordDocumentEvent(id, "drafted", detail: "", official, inSteadOf: authority, at, db)
      try Self.act("drafted", id, content: Digest.of(draft.bytes), detail: content.revision).record(
        by: official, inSteadOf: authority, at: at, audit, db)
    }
    return id
  }

  /// Changes a draft.
  ///
  /// - Parameter revision: of the draft that the writer had before them; another is not written over.
  public func change(
    _ identifier: String, to content: DocumentContent, revision: String, by official: Official
  ) async throws(DocumentError) {
    let draft = try ReadDraft(content, try series(content.series))
    try await take(.change, identifier, official) { document, authority, at, db in
      guard document.paper == nil else { throw DocumentError.refused(.otherKind) }
      guard document.revision == revision else { throw DocumentError.refused(.changedMeanwhile) }
      try db.run(
        """
        UPDATE office_document SET title = ?, notation = ?, revision = ?, date = ?, disclosure = ?,
          classification = ?, series = ? WHERE id = ?
        """, draft.title, draft.bytes, content.revision, draft.date, draft.content.disclosure, draft.classification,
        draft.content.series, identifier)
      try document.move(to: .draft, "changed", official, inSteadOf: authority, at, db)
      return Self.act("changed", identifier, content: Digest.of(draft.bytes), detail: content.revision)
    }
  }

  /// Gives a draft up. It stays, with its history.
  public func discard(_ identifier: String, by official: Official) async throws(DocumentError) {
    try await take(.discard, identifier, official) { document, authority, at, db in
      try document.move(to: .discarded, "discarded", official, inSteadOf: authority, at, db)
      return Self.act("discarded", identifier)
    }
  }

  static func act(_ what: String, _ document: String, content: Digest? = nil, detail: String = "") -> Act {
    var act = Act("document.\(what)", "document \(document)", content: content, detail: detail)
    act.subject = document
    return act
  }

  /// One step: who and whether, then what changes, then the record, all in one transaction.
  func take(
    _ step: DocumentStep, _ identifier: String, _ official: Official,
    _ change: @escaping @Sendable (StoredDocument, Official, UnixMilliseconds, Transaction) throws -> Act
  ) async throws(DocumentError) {
    let (at, audit) = (now(), self.audit)
    try await write { db in
      guard let document = try StoredDocument.find(identifier, official, db) else { throw DocumentError.notFound }
      guard let authority = official.authority(for: step.action, document.place) else { throw DocumentError.notAllowed }
      guard documentFlow.target(of: step, from: document.state) != nil else {
        throw DocumentError.wrongState(document.state)
      }
      let request = try StoredRequest.open(identifier, db)
      if let problem = document.problem(
        with: step, official, inSteadOf: authority, request, try document.writers(db))
      {
        throw DocumentError.refused(problem)
      }
      let act = try change(document, authority, at, db)
      try act.record(by: official, inSteadOf: authority, at: at, audit, db)
    }
  }
}
