import Acts
import Cryptography
import PublishedDocuments
public import Roles
import Storage
import Timestamps
import Zones

extension OfficeDocuments {
  /// 用印申请: asks for a seal on a draft.
  ///
  /// - Parameters:
  ///   - decision: what the asker saw: the draft's revision, and the seal.
  ///   - reason: 1 to 500 characters.
  public func request(
    _ identifier: String, seal: String, reason: String, decision: DocumentDecision, by official: Official
  ) async throws(DocumentError) {
    try checkReason(reason)
    let series = self.series
    try await take(.request, identifier, official) { document, authority, at, db in
      try Self.demand(decision, of: document, seal, nil)
      if document.paper == nil { try Self.demandSealable(document, series, at: at) }
      let wanted = try StoredSeal.demandUsable(seal, at: at, db)
      if let paper = document.paper {
        guard wanted.pdfCertificate != nil else { throw DocumentError.refused(.sealSignsNoPDF) }
        guard paper.holds(wanted) else { throw DocumentError.refused(.sealOffPage) }
      }
      try db.run(
        """
        INSERT INTO seal_request
          (id, document, seal, state, reason, revision, asked_by, asked_for, asked_name, asked_at)
        VALUES (?, ?, ?, 'asked', ?, ?, ?, ?, ?, ?)
        """, newIdentifier(at: at), identifier, seal, reason, document.revision, official.person, authority.person,
        shownName(official, inSteadOf: authority), at)
      try document.move(
        to: .requested, "requested", detail: "\(wanted.name)：\(reason)", official, inSteadOf: authority, at, db)
      return Self.act(decision, "seal-requested", identifier)
    }
  }

  private static func demandSealable(
    _ document: StoredDocument, _ series: [DocumentSeries], at: UnixMilliseconds
  ) throws(DocumentError) {
    guard let own = series.first(where: { $0.identifier == document.series }) else { throw .refused(.noSuchSeries) }
    guard try ReadDraft(document.content, own).isSealed else { throw .refused(.notToBeSealed) }
    guard document.date.hasPrefix("\(officeYear(at))-") else { throw .refused(.otherYear) }
  }

  /// Grants a request: in the same transaction the document gets its number, the next of its series and year. A paper gets
  /// none.
  public func grant(
    _ identifier: String, decision: DocumentDecision, by official: Official
  ) async throws(DocumentError) {
    let (series, portalURL) = (self.series, self.portalURL)
    try await take(.grant, identifier, official) { document, authority, at, db in
      guard let request = try StoredRequest.open(identifier, db) else {
        throw DocumentError.wrongState(document.state)
      }
      try Self.demand(decision, of: document, request.seal, request)
      guard request.revision == document.revision else { throw DocumentError.refused(.changedMeanwhile) }
      _ = try StoredSeal.demandUsable(request.seal, at: at, db)
      var text = ""
      if document.paper == nil {
        guard let own = series.first(where: { $0.identifier == document.series }) else {
          throw DocumentError.refused(.noSuchSeries)
        }
        guard document.date.hasPrefix("\(officeYear(at))-") else { throw DocumentError.refused(.otherYear) }
        text = try own.give(to: identifier, year: officeYear(at), at: at, db)
        try db.run(
          "UPDATE office_document SET check_address = ? WHERE id = ?", document.checkAddress(at: portalURL) ?? "",
          identifier)
      }
      try request.grant(official, inSteadOf: authority, at, db)
      try document.move(to: .granted, "granted", detail: text, official, inSteadOf: authority, at, db)
      return Self.act(decision, "seal-granted", identifier)
    }
  }

  /// Refuses a request: the document is a draft again. A number that was given is void.
  public func refuse(
    _ identifier: String, reason: String, decision: DocumentDecision, by official: Official
  ) async throws(DocumentError) {
    try checkReason(reason)
    try await end(.refuse, .refused, identifier, reason, decision, official)
  }

  /// Gives a granted request back unsealed, as its keeper: as `takeBack`.
  public func giveBack(
    _ identifier: String, reason: String, decision: DocumentDecision, by official: Official
  ) async throws(DocumentError) {
    try checkReason(reason)
    try await end(.giveBack, .givenBack, identifier, reason, decision, official)
  }

  /// Takes a request back: the document is a draft again. The number of a granted one is void from then on, and is not
  /// given a second time.
  public func takeBack(
    _ identifier: String, reason: String, decision: DocumentDecision, by official: Official
  ) async throws(DocumentError) {
    try checkReason(reason)
    try await end(.takeBack, .takenBack, identifier, reason, decision, official)
  }

  private func end(
    _ step: DocumentStep, _ state: SealUse.State, _ identifier: String, _ reason: String, _ decision: DocumentDecision,
    _ official: Official
  ) async throws(DocumentError) {
    try await take(step, identifier, official) { document, authority, at, db in
      guard let request = try StoredRequest.open(identifier, db) else {
        throw DocumentError.wrongState(document.state)
      }
      try Self.demand(decision, of: document, request.seal, request)
      try request.end(state, reason: reason, official, inSteadOf: authority, at, db)
      if document.number != nil {
        try db.run(
          """
          UPDATE document_number SET void_at = ?, void_reason = ? WHERE series = ? AND year = ? AND number = ?
          """, at, reason, document.series, document.year, document.number)
        try db.run(
          "UPDATE office_document SET year = NULL, number = NULL, number_text = '', check_address = '' WHERE id = ?",
          identifier)
      }
      let detail = document.numberText.isEmpty ? reason : "\(document.numberText) 作废：\(reason)"
      try document.move(to: .draft, state.rawValue, detail: detail, official, inSteadOf: authority, at, db)
      return Self.act(
        "seal-\(state.rawValue)", identifier, content: Digest.of(reason.utf8),
        detail: document.numberText.isEmpty ? decision.text : "\(decision.text) void \(document.numberText)")
    }
  }

  /// What was decided is in the record of acts as what was shown and, where the person has a key, signed.
  static func act(_ decision: DocumentDecision, _ what: String, _ document: String) -> Act {
    act(what, document, content: Digest.of(decision.text.utf8), detail: decision.text)
  }

  /// Nobody decides on what they have not seen.
  static func demand(
    _ decision: DocumentDecision, of document: StoredDocument, _ seal: String, _ request: StoredRequest?
  ) throws(DocumentError) {
    let shown = DocumentDecision(document.content, seal: seal, request: request?.id, number: document.numberText)
    guard decision == shown else { throw .refused(.changedMeanwhile) }
  }
}

extension StoredDocument {
  /// Where its QR code will lead, or does; nil for a paper without one. What the public is not to read bears none.
  func checkAddress(at portalURL: String?) -> String? {
    // A later change of the configuration changes no paper.
    if !numberText.isEmpty { return checkAddress.isEmpty ? nil : checkAddress }
    guard let portalURL, disclosure == .open, classification.isEmpty else { return nil }
    return portalURL + DocumentFacts.checkPath(id: id)
  }

  var content: DocumentContent {
    DocumentContent(notation: String(decoding: notation, as: UTF8.self), series: series, disclosure: disclosure)
  }
}

extension StoredRequest {
  func grant(
    _ official: Official, inSteadOf principal: Official, _ at: UnixMilliseconds, _ db: Transaction
  ) throws {
    try db.run(
      """
      UPDATE seal_request SET state = ?, decided_by = ?, decided_for = ?, decided_name = ?, decided_at = ? WHERE id = ?
      """, SealUse.State.granted.rawValue, official.person, principal.person,
      shownName(official, inSteadOf: principal), at, id)
  }

  /// Refused, taken back or given back: who had granted it stays.
  func end(
    _ state: SealUse.State, reason: String, _ official: Official, inSteadOf principal: Official,
    _ at: UnixMilliseconds, _ db: Transaction
  ) throws {
    try db.run(
      """
      UPDATE seal_request SET state = ?, ended_by = ?, ended_for = ?, ended_name = ?, ended_at = ?, ended_reason = ?
      WHERE id = ?
      """, state.rawValue, official.person, principal.person, shownName(official, inSteadOf: principal), at, reason, id)
  }
}

extension DocumentSeries {
  /// Gives a document the next number of this series and year. One database writes one transaction after the other, so
  /// that no two get the same; one that is undone gives none.
  ///
  /// - Returns: such as `安政发〔2026〕12号`.
  func give(to document: String, year: Int, at: UnixMilliseconds, _ db: Transaction) throws -> String {
    let last = try db.one(
      Int.self, "SELECT last FROM document_series_year WHERE series = ? AND year = ?", identifier, year)
    let number = (last ?? 0) + 1
    try db.run(
      """
      INSERT INTO document_series_year (series, year, last) VALUES (?, ?, ?)
      ON CONFLICT (series, year) DO UPDATE SET last = excluded.last
      """, identifier, year, number)
    try db.run(
      "INSERT INTO document_number (series, year, number, document, given_at) VALUES (?, ?, ?, ?, ?)", identifier, year,
      number, document, at)
    let text = text(year: year, number: number)
    try db.run(
      "UPDATE office_document SET year = ?, number = ?, number_text = ? WHERE id = ?", year, number, text, document)
    return text
  }
}
