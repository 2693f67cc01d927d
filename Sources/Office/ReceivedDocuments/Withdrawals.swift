import Documents
import PacketFormat
import PublishedDocuments
import Storage

/// What is known of a document's withdrawal beside its sender's own word. Of these only the first stops anybody from signing
/// for it: the others are what an office says without showing that it may.
public struct WithdrawnElsewhere: Sendable, Equatable {
  /// This office has sealed the file itself, and has withdrawn it.
  public let here: Bool
  /// The zones of other offices that say that they have withdrawn the same file.
  public let sameFile: [String]
  /// Those that say that they have withdrawn another file with this number.
  public let sameNumber: [String]

  public var isEmpty: Bool { !here && sameFile.isEmpty && sameNumber.isEmpty }

  static func find(_ document: ReceivedDocument, _ db: Transaction) throws -> WithdrawnElsewhere {
    let ofd = document.facts.ofd.digest.text
    let rows = try db.all(
      """
      SELECT peer, MAX(CASE WHEN ofd = ? THEN 1 ELSE 0 END) AS is_same FROM received_document
      WHERE (ofd = ? OR number = ?) AND peer <> ? AND withdrawn_at IS NOT NULL AND withdrawn_by IS NULL
      GROUP BY peer ORDER BY peer
      """, ofd, ofd, document.facts.number.text, document.peer)
    let said = try rows.map { (peer: try $0["peer"] as String, isSame: try $0["is_same"] as Int == 1) }
    return WithdrawnElsewhere(
      here: try DocumentPublications.isWithdrawn(file: ofd, db),
      // Who counts as having withdrawn it stands in the document's own row.
      sameFile: said.filter { $0.isSame && $0.peer != document.withdrawal?.by }.map(\.peer),
      sameNumber: said.filter { !$0.isSame }.map(\.peer))
  }
}

/// Withdraws a file from whomever it came, once the office whose document it is has withdrawn it.
///
/// That office is the one that delivered the file here before all others, under seals that nobody else had delivered anything
/// under before. Who passes on another's document, or speaks of a file that it never delivered, withdraws nothing but its own
/// delivery.
struct SpreadWithdrawal {
  let ofd: HexDigest

  func run(_ db: Transaction) throws {
    let rows = try db.all(
      """
      SELECT peer, seals, arrived_at, withdrawn_at, withdrawal_came_at, reason FROM received_document
      WHERE ofd = ? AND seals <> '' AND withdrawn_at IS NOT NULL AND withdrawn_by IS NULL
      """, ofd.text)
    for row in rows {
      let peer: String = try row["peer"]
      guard try isFirst(peer, at: try row["arrived_at"], db), try bringsSealFirst(peer, try row["seals"], db) else {
        continue
      }
      try db.run(
        """
        UPDATE received_document SET state = 'withdrawn', withdrawn_at = ?, withdrawal_came_at = ?, reason = ?,
          withdrawn_by = ?
        WHERE ofd = ? AND withdrawn_at IS NULL
        """, try row["withdrawn_at"] as Int, try row["withdrawal_came_at"] as Int?, try row["reason"] as String?, peer,
        ofd.text)
      return
    }
  }

  /// Whether nobody else delivered the file before, or at the same moment.
  private func isFirst(_ peer: String, at arrived: Int, _ db: Transaction) throws -> Bool {
    try db.one(
      Bool.self,
      """
      SELECT EXISTS (SELECT 1 FROM received_document WHERE ofd = ? AND peer <> ? AND seals <> '' AND arrived_at <= ?)
      """, ofd.text, peer, arrived) != true
  }

  private func bringsSealFirst(_ peer: String, _ seals: String, _ db: Transaction) throws -> Bool {
    try db.one(
      Bool.self,
      """
      SELECT EXISTS (SELECT 1 FROM received_document WHERE seals <> '' AND seals = ? AND peer <> ? AND arrived_at <= (
        SELECT MIN(arrived_at) FROM received_document WHERE seals <> '' AND seals = ? AND peer = ?))
      """, seals, peer, seals, peer) != true
  }
}
