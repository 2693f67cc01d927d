public import Storage
public import Zones

/// What waits for a peer and is not confirmed by it, whether in a packet or not. On a one-way link it waits until it
/// has been dropped for the last time.
public struct OutboxBacklog: Equatable, Sendable {
  public var messages: Int
  /// Of the messages and of their blobs.
  public var bytes: Int

  public init(messages: Int, bytes: Int) {
    self.messages = messages
    self.bytes = bytes
  }

  /// Reads every waiting message, so do not call it with each request.
  public static func read(peer: ZoneName, _ db: Transaction) throws -> OutboxBacklog {
    let outbox = try db.one(
      """
      SELECT COUNT(*) AS messages, COALESCE(SUM(LENGTH(bytes)), 0) AS bytes FROM outbox
      WHERE peer = ? AND id > COALESCE(
        (SELECT MAX(last_row) FROM sent_packet WHERE peer = ? AND lane = 'm' AND confirmed <> 0), 0)
      """, peer.text, peer.text)
    let blobs = try db.one(
      Int.self,
      """
      SELECT SUM(total) FROM outgoing_blob WHERE peer = ? AND (last_sequence IS NULL
        OR last_sequence > COALESCE((SELECT applied FROM outgoing_stream WHERE peer = ? AND lane = 'b'), 0)
          AND last_sequence > COALESCE(
            (SELECT MAX(sequence) FROM sent_packet WHERE peer = ? AND lane = 'b' AND confirmed <> 0), 0))
      """, peer.text, peer.text, peer.text)
    return try OutboxBacklog(messages: outbox?["messages"] ?? 0, bytes: (outbox?["bytes"] ?? 0) + (blobs ?? 0))
  }
}
