import Flows
import Foundation
import Roles
import Storage
import Timestamps

/// A document as the database keeps it.
struct StoredDocument {
  var id: String
  var state: DocumentState
  var unit: UnitPath
  var unitName: String
  var drafter: String
  var drafterName: String
  var title: String
  var notation: [UInt8]
  var revision: String
  var date: String
  var disclosure: Disclosure
  var classification: String
  var series: String
  var year: Int?
  var number: Int?
  var numberText: String
  var checkAddress: String
  var changedAt: UnixMilliseconds
  var sealedOFD: String?
  var sealedPDF: String?
  /// As it was before its seal; the same as `sealedPDF` where the seal has no key for PDF.
  var typesetPDF: String?
  var pageCount: Int?

  var place: Place { .document(drafter: drafter, unit: unit) }

  /// Nil where there is none, or none that this person may read.
  static func find(_ identifier: String, _ official: Official, _ db: Transaction) throws -> StoredDocument? {
    let row = try db.one(
      """
      SELECT d.*, u.path, u.name AS unit_name FROM office_document d JOIN unit u ON u.id = d.unit WHERE d.id = ?
      """, identifier)
    guard let document = try row.map(StoredDocument.init(row:)), document.isVisible(to: official) else { return nil }
    return document
  }

  /// Sealkeepers read what is to be sealed and what was, whatever the unit.
  static func isForSealkeepers(_ state: DocumentState) -> Bool {
    switch state {
    case .draft, .requested, .discarded: false
    case .granted, .sealed: true
    }
  }

  private func isVisible(to official: Official) -> Bool {
    official.may(.readDocument, place) || (Self.isForSealkeepers(state) && official.may(.applySeal, place))
  }

  init(row: SQLRow) throws {
    (id, state, drafter, drafterName) = try (row["id"], row["state"], row["drafter"], row["drafter_name"])
    unit = try UnitPath((row["path"] as String).split(separator: "/").map(String.init))
    (unitName, title, notation, revision) = try (
      row["unit_name"], row["title"], row["notation"], row["revision"]
    )
    (date, disclosure, classification, series) = try (
      row["date"], row["disclosure"], row["classification"], row["series"]
    )
    (year, number, numberText, changedAt) = try (row["year"], row["number"], row["number_text"], row["changed_at"])
    checkAddress = try row["check_address"]
    (sealedOFD, sealedPDF, pageCount) = try (row["sealed_ofd"], row["sealed_pdf"], row["page_count"])
    typesetPDF = try row["typeset_pdf"]
  }

  var summary: DocumentSummary {
    DocumentSummary(
      identifier: id, state: state, title: title, number: numberText, unitName: unitName, drafterName: drafterName,
      classification: classification, disclosure: disclosure, changedAt: Date(unixMilliseconds: changedAt))
  }

  func full(for official: Official, at now: UnixMilliseconds, _ db: Transaction) throws -> OfficeDocument {
    let events = try db.all(
      "SELECT what, at, name, detail FROM office_document_event WHERE document = ? ORDER BY number", id
    ).map {
      try DocumentEvent(
        what: $0["what"], at: Date(unixMilliseconds: $0["at"]), name: $0["name"], detail: $0["detail"])
    }
    return OfficeDocument(
      summary: summary,
      content: DocumentContent(
        notation: String(decoding: notation, as: UTF8.self), series: series, disclosure: disclosure),
      revision: revision, unit: unit, drafter: drafter, events: events,
      uses: try StoredRequest.uses("document", id, limit: 100, db), steps: try steps(for: official, at: now, db),
      sealedOFD: sealedOFD, sealedPDF: sealedPDF, pageCount: pageCount, paper: paper)
  }

  // MARK: - Steps

  func steps(for official: Official, at now: UnixMilliseconds, _ db: Transaction) throws -> Set<DocumentStep> {
    let (request, writers) = (try StoredRequest.open(id, db), try writers(db))
    return Set(
      DocumentStep.allCases.filter { step in
        guard documentFlow.target(of: step, from: state) != nil,
          let authority = official.authority(for: step.action, place)
        else {
          return false
        }
        return problem(with: step, official, inSteadOf: authority, request, writers) == nil
      })
  }

  /// Who drafted or changed it, and in whose stead.
  func writers(_ db: Transaction) throws -> Set<String> {
    let rows = try db.all(
      """
      SELECT DISTINCT person, principal FROM office_document_event WHERE document = ? AND what IN ('drafted', 'changed')
      """, id)
    return try rows.reduce(into: [drafter]) { try $0.formUnion([$1["person"], $1["principal"]]) }
  }

  /// Three hands: who asks does not grant, and who asked or granted does not apply.
  func problem(
    with step: DocumentStep, _ official: Official, inSteadOf principal: Official, _ request: StoredRequest?,
    _ writers: Set<String>
  ) -> DocumentProblem? {
    let hands: Set = [official.person, principal.person]
    switch step {
    case .grant, .refuse:
      return hands.isDisjoint(with: (request?.askers ?? []).union(writers)) ? nil : .askedThemself
    case .apply:
      let others = (request?.askers ?? []).union(request?.deciders ?? []).union(writers)
      return hands.isDisjoint(with: others) ? nil : .grantedThemself
    case .change, .discard, .request, .takeBack, .giveBack: return nil
    }
  }

  /// Moves the document and writes its history.
  func move(
    to state: DocumentState, _ what: String, detail: String = "", _ official: Official, inSteadOf principal: Official,
    _ at: UnixMilliseconds, _ db: Transaction
  ) throws {
    try db.run("UPDATE office_document SET state = ?, changed_at = ? WHERE id = ?", state, at, id)
    try recordDocumentEvent(id, what, detail: detail, official, inSteadOf: principal, at, db)
  }
}

/// A person's name as histories show it.
func shownName(_ official: Official, inSteadOf principal: Official) -> String {
  principal.person == official.person ? official.name : "\(official.name)（代\(principal.name)）"
}

func recordDocumentEvent(
  _ document: String, _ what: String, detail: String, _ official: Official, inSteadOf principal: Official,
  _ at: UnixMilliseconds, _ db: Transaction
) throws {
  let last = try db.one(Int.self, "SELECT MAX(number) FROM office_document_event WHERE document = ?", document)
  try db.run(
    """
    INSERT INTO office_document_event (document, number, at, what, person, principal, name, detail)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    """, document, (last ?? 0) + 1, at, what, official.person, principal.person,
    shownName(official, inSteadOf: principal), detail)
}
