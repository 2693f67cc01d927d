import PacketFormat
import Storage
import Timestamps
import Zones

/// The packets of a one-way link, whose peer cannot confirm any: each is dropped a fixed number of times and then
/// counts as sent, not confirmable. It is kept for `retain_days` more, for an operator, and then deleted.
struct OneWayPackets: Sendable {
  /// The value of `sent_packet.confirmed` for a packet that nobody will ever confirm.
  static let notConfirmable = 2

  let peer: ZoneName
  let times: Int

  /// At a start: what may never have reached the drop is dropped once more.
  func prepare(_ db: Transaction) throws {
    try db.run(
      "UPDATE sent_packet SET attempts = -1, next_drop = 0 WHERE peer = ? AND confirmed = 0 AND attempts <= 0",
      peer.text)
  }

  /// What is still in the drop was not carried over yet, so dropping it again would repeat nothing.
  func wait(for entries: [(lane: String, sequence: Int)], until next: UnixMilliseconds, _ db: Transaction) throws {
    for entry in entries {
      try db.run(
        """
        UPDATE sent_packet SET attempts = CASE WHEN attempts > 0 THEN attempts ELSE 0 END, next_drop = ?
        WHERE peer = ? AND lane = ? AND sequence = ?
        """, next, peer.text, entry.lane, entry.sequence)
    }
  }

  /// Returns the packets that were dropped for the last time, a full wait ago.
  ///
  /// - Parameter furthest: no right clock has set a time further ahead than this.
  func finish(_ now: UnixMilliseconds, furthest: UnixMilliseconds, _ db: Transaction) throws -> [(
    lane: String, sequence: Int
  )] {
    try db.all(
      """
      UPDATE sent_packet SET confirmed = ?
      WHERE peer = ? AND confirmed = 0 AND (next_drop <= ? OR next_drop > ?) AND attempts >= ?
      RETURNING lane, sequence
      """, Self.notConfirmable, peer.text, now, now + furthest, times - 1
    ).map { try ($0["lane"], $0["sequence"]) }.sorted { $0 < $1 }
  }
}

/// What no receipt has secured within the link's `retain_days`.
struct OldPackets: Sendable {
  let peer: ZoneName
  let before: UnixMilliseconds

  /// Deletes what is finished: applied and in effect, or sent on a one-way link as often as configured. Returns the
  /// files in `sent/`, and the blobs that were sent whole.
  func forget(_ db: Transaction) throws -> (files: [String], blobs: [String]) {
    var files = try last(of: .messages, db).map { try ReceiptHandler.forgetMessages(peer, through: $0, db) } ?? []
    let parts = try last(of: .blobs, db) ?? 0
    files += try db.all(
      String.self, "DELETE FROM sent_packet WHERE peer = ? AND lane = 'b' AND sequence <= ? RETURNING file", peer.text,
      parts)
    let stated = try OutgoingStream.read(peer, .blobs, db).applied
    // A blob whose parts were confirmed has no packets any more; its row was made before its message was sent.
    let blobs = try db.all(
      String.self,
      """
      DELETE FROM outgoing_blob WHERE peer = ? AND last_sequence <= ? AND NOT EXISTS (
        SELECT 1 FROM outbox WHERE outbox.peer = outgoing_blob.peer)
      RETURNING digest
      """, peer.text, max(parts, stated))
    return (files, blobs)
  }

  /// The last packet of a lane up to which all are old and finished.
  private func last(of lane: Lane, _ db: Transaction) throws -> Int? {
    try db.one(
      Int.self,
      """
      SELECT MAX(sequence) FROM sent_packet AS old
      WHERE peer = ? AND lane = ? AND sent_at < ?
        AND (confirmed = 2 OR sequence <= (SELECT effective FROM outgoing_stream s WHERE s.peer = old.peer AND lane = 'm'))
        AND NOT EXISTS (
          SELECT 1 FROM sent_packet AS open
          WHERE open.peer = old.peer AND open.lane = old.lane AND open.sequence <= old.sequence
            AND (open.confirmed = 0 OR open.sent_at >= ?))
      """, peer.text, lane.rawValue, before, before)
  }
}
