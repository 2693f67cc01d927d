import Storage

/// A letter's entries in the logs of both zones.
enum LetterTrail {
  static let entriesMax = 5_000

  /// - Parameter number: the public one.
  /// - Returns: the letter's identifier, and the entries about it, the oldest first.
  /// - Throws: `EvidenceError` if no letter has this number, or the index does not know it.
  static func places(number: String, _ db: Transaction) throws -> (id: String, places: [EvidencePlace]) {
    guard let id = try db.one(String.self, "SELECT id FROM desk_letter WHERE number = ?", number)
    else { throw EvidenceError("there is no letter of this number") }
    let places = try db.all(
      """
      SELECT DISTINCT e.at, e.zone, e.log, e.position FROM audit_subject JOIN audit_event e USING (zone, log, position)
      WHERE subject IN (?, ?) ORDER BY e.at, e.zone, e.log, e.position LIMIT ?
      """, id, number, entriesMax + 1
    ).map { try EvidencePlace(zone: $0["zone"], log: $0["log"], index: $0["position"]) }
    guard !places.isEmpty else { throw EvidenceError("the index of the audit logs knows nothing of this letter yet") }
    guard places.count <= entriesMax else { throw EvidenceError("more than \(entriesMax) entries tell of this letter") }
    return (id, places)
  }
}

extension EvidenceMaker {
  /// The evidence of a letter, from the zone's own database, beside its daemon.
  ///
  /// - Parameter number: the public one.
  /// - Throws: as `evidence(of:title:subject:_:)`; `EvidenceError` if no such letter is known.
  public func evidence(ofLetter number: String) async throws -> EvidenceBundle {
    let queue = try SQLiteFile(path: dataDirectory + "/zone.sqlite", .readOnly)
    defer { try? queue.close() }
    return try await queue.read { db in
      let (id, places) = try LetterTrail.places(number: number, db)
      return try evidence(of: places, title: .letter(number), subject: id, db)
    }
  }
}
