import Links
import PacketFormat
import PublishedDocuments
import Storage
import Timestamps

extension DocumentPublications {
  private static let documentsAtOnce = 50

  /// Sends a portal that lost its disk all documents again that it had, and word of those that were withdrawn. May be called
  /// at any time and again: the portal leaves alone what it has.
  ///
  /// - Returns: how many.
  /// - Throws: `PolicyRefusal` where the link does not let them out, `CancellationError`, and the database's errors. What was
  ///   enqueued until then leaves.
  @discardableResult
  public func rebuildPortal() async throws -> Int {
    var (done, last) = (0, "")
    while true {
      try Task.checkCancellation()
      let start = last
      let (outbox, dmz) = (self.outbox, self.dmz)
      let batch = try await database.write { db in
        let rows = try db.all(
          "SELECT * FROM document_publication WHERE document > ? ORDER BY document LIMIT ?", start, Self.documentsAtOnce
        )
        for row in rows {
          guard let known = try StoredPublication(row: row), let outgoing = known.restoring else { continue }
          try outbox.enqueue(outgoing, to: dmz, db)
          let column = known.isWithdrawn ? "withdrawal_" : ""
          try db.run(
            "UPDATE document_publication SET \(column)message = ?, \(column)state = 'sent' WHERE document = ?",
            outgoing.message.id, known.facts.id)
        }
        return try rows.map { try $0["document"] as String }
      }
      guard let end = batch.last else { return done }
      last = end
      done += batch.count
    }
  }
}

extension StoredPublication {
  /// Nil for what the portal never took; what it refused after it once had it is tried again.
  fileprivate var restoring: OutgoingMessage? {
    if let withdrawal = publication.withdrawal {
      return WithdrawnMessage(
        facts, publishedAt: publishedAt, reason: withdrawal.reason, at: withdrawal.at.unixMilliseconds
      ).outgoing()
    }
    return !isOut ? nil : PublishedMessage(facts, at: publishedAt).outgoing()
  }
}
