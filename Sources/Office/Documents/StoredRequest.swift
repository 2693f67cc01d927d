import Foundation
import Storage
import Timestamps

/// A request for a seal, as the database keeps it.
struct StoredRequest {
  var id: String
  var seal: String
  var state: SealUse.State
  var revision: String
  /// Who asked, and in whose stead.
  var askers: Set<String>
  /// Who granted, and in whose stead.
  var deciders: Set<String>

  /// The document's that was asked or granted and not applied.
  static func open(_ document: String, _ db: Transaction) throws -> StoredRequest? {
    try db.one(
      "SELECT * FROM seal_request WHERE document = ? AND state IN ('asked', 'granted')", document
    ).map(StoredRequest.init(row:))
  }

  private init(row: SQLRow) throws {
    (id, seal, revision) = try (row["id"], row["seal"], row["revision"])
    state = try SealUse.State(rawValue: row["state"]) ?? .asked
    askers = try [row["asked_by"], row["asked_for"]]
    let deciders: [String?] = try [row["decided_by"], row["decided_for"]]
    self.deciders = Set(deciders.compactMap(\.self))
  }

  /// The newest first.
  ///
  /// - Parameter column: `document` or `seal`.
  static func uses(_ column: String, _ identifier: String, limit: Int, _ db: Transaction) throws -> [SealUse] {
    try db.all(
      """
      SELECT r.*, d.title, d.number_text, s.name AS seal_name, s.width_millimetres, s.height_millimetres FROM seal_request r
      JOIN office_document d ON d.id = r.document JOIN seal s ON s.id = r.seal
      WHERE r.\(column) = ? ORDER BY r.asked_at DESC, r.id DESC LIMIT ?
      """, values: [identifier, limit], isKept: true
    ).map(SealUse.init(row:))
  }
}

extension SealUse {
  fileprivate init(row: SQLRow) throws {
    func hand(_ name: String, _ at: String) throws -> Hand? {
      guard let name: String = try row[name], let at: Int = try row[at] else { return nil }
      return Hand(name: name, at: Date(unixMilliseconds: at))
    }
    let asked = try Hand(name: row["asked_name"], at: Date(unixMilliseconds: row["asked_at"]))
    try self.init(
      identifier: row["id"], document: row["document"], documentTitle: row["title"],
      documentNumber: row["number_text"], seal: row["seal"], sealName: row["seal_name"],
      state: State(rawValue: row["state"]) ?? .asked, reason: row["reason"], asked: asked,
      decided: hand("decided_name", "decided_at"), ended: hand("ended_name", "ended_at"),
      endedReason: row["ended_reason"],
      applied: hand("applied_name", "applied_at"), digestBefore: row["digest_before"] ?? "",
      digestAfter: row["digest_after"] ?? "", page: row["page"] ?? 0, leftMicrometres: row["left_micrometres"] ?? 0,
      topMicrometres: row["top_micrometres"] ?? 0,
      sealMillimetres: max(row["width_millimetres"], row["height_millimetres"]))
  }
}
