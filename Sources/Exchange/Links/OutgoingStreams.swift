import Foundation
import PacketFormat
import Storage
import Timestamps
import Zones

/// A lane's position, with the receipts that its next packet carries.
struct StreamPosition: Sendable {
  var epoch: Int
  /// The next sequence in the database; lane c may skip some.
  var expected: Int
  var sequence: Int
  var previous: HexDigest
  var receipts: ReceiptList
  /// See `Manifest.stamp`.
  var stamp: UnixMilliseconds

  static func read(
    _ told: ToldStreams, _ lane: Lane, stamp: UnixMilliseconds, _ db: Transaction
  ) throws -> StreamPosition {
    let stream = try OutgoingStream.read(told.peer, lane, db)
    return StreamPosition(
      epoch: stream.epoch, expected: stream.nextSequence,
      sequence: lane == .control ? max(stamp, stream.nextSequence) : stream.nextSequence,
      previous: lane == .control ? .zero : HexDigest(stream.previous) ?? .zero,
      receipts: try ReceiptList.current(told, db), stamp: stamp)
  }
}

/// A lane's row: its own position, and the peer's receipts for it.
struct OutgoingStream: Sendable {
  var epoch: Int
  var nextSequence: Int
  var previous: String
  /// Lane m: the last outbox row that is in a packet.
  var packed: Int64
  /// The peer's newest receipt.
  var applied: Int
  /// Up to here the sites have been told the messages' fate.
  var effective: Int

  /// Creates the rows of a link that has none yet.
  static func prepare(_ peer: ZoneName, _ db: Transaction) throws {
    for lane in Lane.allCases {
      try db.run(
        """
        INSERT INTO outgoing_stream (peer, lane, epoch, next_sequence, previous, packed, applied, effective)
        VALUES (?, ?, 1, 1, ?, 0, 0, 0) ON CONFLICT (peer, lane) DO NOTHING
        """, peer.text, lane.rawValue, HexDigest.zero.text)
    }
  }

  static func read(_ peer: ZoneName, _ lane: Lane, _ db: Transaction) throws -> OutgoingStream {
    let row = try db.one(
      """
      SELECT epoch, next_sequence, previous, packed, applied, effective
      FROM outgoing_stream WHERE peer = ? AND lane = ?
      """, peer.text, lane.rawValue)
    return try row.map {
      OutgoingStream(
        epoch: try $0["epoch"], nextSequence: try $0["next_sequence"], previous: try $0["previous"],
        packed: try $0["packed"], applied: try $0["applied"], effective: try $0["effective"])
    }
      ?? OutgoingStream(
        epoch: 1, nextSequence: 1, previous: HexDigest.zero.text, packed: 0, applied: 0, effective: 0)
  }

  /// Moves a lane past `sequence`.
  ///
  /// Throws `StreamMoved` if the stream has moved since the packet was made: a restore was detected meanwhile.
  static func advance(
    _ peer: ZoneName, _ stream: StreamName, from expected: Int, past sequence: Int, digest: HexDigest,
    packed: Int64?, _ db: Transaction
  ) throws {
    let changed = try db.run(
      """
      UPDATE outgoing_stream SET next_sequence = ?, previous = ?, packed = COALESCE(?, packed)
      WHERE peer = ? AND lane = ? AND epoch = ? AND next_sequence = ?
      """, sequence + 1, digest.text, packed, peer.text, stream.lane.rawValue, stream.epoch, expected)
    guard changed == 1 else { throw StreamMoved() }
  }

  /// Opens a new epoch on a link: old numbers are never used again, and everything that the peer has not secured is
  /// sent again, in its old order. The peer knows messages by their ids, so none takes effect twice.
  ///
  /// - Parameter control: where lane c continues; nil for its present position. Its numbers are times, and the newest
  ///   replaces the others.
  /// - Returns: the epoch, and the files in `sent/` that are no longer needed.
  /// - Throws: `EpochsUsedUp` at `StreamName.maxEpoch`.
  static func raiseEpoch(
    _ peer: ZoneName, above known: Int, control: UnixMilliseconds? = nil, _ db: Transaction
  ) throws -> (epoch: Int, files: [String]) {
    let newest = try max(read(peer, .messages, db).epoch, known)
    guard newest < StreamName.maxEpoch else { throw EpochsUsedUp() }
    let epoch = newest + 1
    let files = try db.all(String.self, "DELETE FROM sent_packet WHERE peer = ? RETURNING file", peer.text)
    try db.run(
      """
      UPDATE outgoing_stream SET epoch = ?, previous = ?, packed = 0, applied = 0, effective = 0,
        next_sequence = CASE lane WHEN 'c' THEN COALESCE(?, next_sequence) ELSE 1 END
      WHERE peer = ?
      """, epoch, HexDigest.zero.text, control, peer.text)
    try db.run("UPDATE outgoing_blob SET next_offset = 0, last_sequence = NULL WHERE peer = ?", peer.text)
    try db.run("UPDATE refusal SET carrier = NULL WHERE peer = ?", peer.text)
    return (epoch, files)
  }
}

/// A packet was made for a stream that has a new epoch by now. It is made again.
struct StreamMoved: Error {}

/// A stream's epoch is at `StreamName.maxEpoch`. Only a manipulated database can cause this.
struct EpochsUsedUp: Error, CustomStringConvertible {
  var description: String { "no epoch is left above \(StreamName.maxEpoch); forget the stream with guandu link" }
}

/// Gives stamps that only rise. Two senders cannot take their stamps in one order and read their receipts in the other.
actor StampClock {
  private let now: @Sendable () -> UnixMilliseconds
  private var last = 0
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(now: @escaping @Sendable () -> UnixMilliseconds) { self.now = now }

  /// Stamps are above `stamp` from now on.
  func follow(_ stamp: Int) { last = max(last, stamp) }

  /// How far the next stamp is ahead of the clock, in milliseconds: above 0 if the clock was set back.
  var ahead: Int { last - now() }

  /// Begins at the clock again: for a new epoch, whose stamps need not be above those of the last.
  func restart() { last = now() }

  /// Runs `body` with a new stamp; no other runs meanwhile.
  func withStamp<T: Sendable>(_ body: @Sendable (UnixMilliseconds) async throws -> T) async rethrows -> T {
    if isTaken { await withCheckedContinuation { waiting.append($0) } }
    isTaken = true
    defer {
      if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
    last = max(last + 1, now())
    return try await body(last)
  }
}
