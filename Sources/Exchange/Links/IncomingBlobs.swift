import Cryptography
import Dispatch
import DurableFiles
import Foundation
import PacketFormat
import PacketSeal
import Storage
import Synchronization
import Timestamps
import Zones

/// Blobs of one peer that cross in parts: each is written in place as it comes, and complete only when its digest is right.
///
/// Its memory is a copy of the database's state, dropped whenever a transaction fails.
struct IncomingBlobs {
  private struct Progress {
    var total: Int
    var received: Int
    var isComplete: Bool
    /// Over the first `received` bytes; nil after a restart.
    var hasher: SHA256Hasher?
  }

  /// How many incomplete blobs of one peer may exist, and how many bytes of them (or four of the largest that the policy allows, if
  /// that is more).
  static let begunMax = 1_000
  static let begunMaxBytes = 4_294_967_296
  /// Less does not justify a second thread.
  private static let smallBytes = 256 * 1024

  private let store: BlobStore
  private let peer: ZoneName
  private var progress: [String: Progress] = [:]
  private var open: [String: WritableFile] = [:]
  /// Those of them that were written to but not yet synced.
  private(set) var unsynced: Set<String> = []
  /// With more open files than these, they are closed between commits.
  private static let openMax = 16

  init(store: BlobStore, peer: ZoneName) { (self.store, self.peer) = (store, peer) }

  /// Forgets what was not committed.
  mutating func reset() {
    progress = [:]
    open = [:]
    unsynced = []
  }

  /// The digests among `parts` that it does not know yet.
  func unknown(_ parts: [Manifest.BlobPart]) -> [String] {
    parts.map(\.sha256.text).filter { progress[$0] == nil }
  }

  /// Loads what the database knows.
  mutating func learn(_ rows: [IncomingBlobRow]) {
    for row in rows {
      progress[row.digest] = Progress(
        total: row.total, received: row.received, isComplete: row.isComplete, hasher: nil)
    }
  }

  /// Writes one part. Parts come in order within their stream; one that is here already is skipped.
  ///
  /// Throws `archive` if the part does not fit the blob.
  mutating func write(_ part: Manifest.BlobPart, _ bytes: ArraySlice<UInt8>) throws {
    let digest = part.sha256.text
    var state = progress[digest] ?? Progress(total: part.total, received: 0, isComplete: false, hasher: SHA256Hasher())
    guard state.total == part.total else { throw PacketRejection(.archive, "a blob changed its size") }
    if !state.isComplete && store.holds(digest) {
      // A rename that was reported as failed may have put it there, and nothing has made that durable yet.
      try store.syncWhole()
      state.isComplete = true
      // Or another peer has brought it meanwhile: what came of it from this one is not needed.
      if open[digest] != nil || state.received > 0 { try discard(digest) }
    }
    if !state.isComplete && (part.offset + part.bytes > state.received || part.total == 0) {
      // After a restore the file may hold less than the database knows.
      if open[digest] == nil && state.received > store.incomingByteCount(digest, from: peer.text) { state.received = 0 }
      guard part.offset <= state.received else { throw PacketRejection(.archive, "a part of a blob is missing") }
      let file = try open[digest] ?? store.openIncoming(digest, from: peer.text)
      open[digest] = file
      unsynced.insert(digest)
      if state.received == 0 { state.hasher = SHA256Hasher() }
      // If the blob started again with parts of other sizes, some bytes are here already.
      let news = bytes.dropFirst(state.received - part.offset)
      try write(news, to: file, at: state.received, hashing: state.hasher)
      state.received = part.offset + part.bytes
    }
    progress[digest] = state
  }

  /// Writes and hashes at the same time, on two cores.
  private func write(
    _ bytes: ArraySlice<UInt8>, to file: WritableFile, at offset: Int, hashing hasher: SHA256Hasher?
  ) throws(FileError) {
    if bytes.count < Self.smallBytes {
      bytes.withUnsafeBytes { hasher?.update($0) }
      return try file.write(bytes, at: offset)
    }
    nonisolated(unsafe) let (file, hasher) = (file, hasher)
    let outcome = Mutex<Result<Void, FileError>>(.success(()))
    DispatchQueue.concurrentPerform(iterations: 2) { half in
      if half == 0 {
        let result = Result { () throws(FileError) in try file.write(bytes, at: offset) }
        outcome.withLock { $0 = result }
      } else {
        bytes.withUnsafeBytes { hasher?.update($0) }
      }
    }
    try outcome.withLock { $0 }.get()
  }

  /// Makes what was written durable, names included; called before the transaction that relies on it.
  mutating func sync() throws {
    if unsynced.isEmpty { return }
    try store.syncIncoming()
    for digest in unsynced.sorted() { try open[digest]?.sync() }
    unsynced = []
    if open.count > Self.openMax { open = [:] }
  }

  /// Moves the complete blobs among `parts` to their place, durably.
  ///
  /// Throws `archive` for a blob whose digest is not its name; it is deleted.
  mutating func finish(_ parts: [Manifest.BlobPart]) throws {
    for digest in Set(parts.map(\.sha256.text)).sorted() {
      guard var state = progress[digest], let file = open[digest], state.received == state.total else { continue }
      try file.sync()
      let hasher = try state.hasher ?? store.digestIncoming(digest, from: peer.text, count: state.total)
      try file.close()
      open[digest] = nil
      unsynced.remove(digest)
      guard hasher?.finish().hex == digest else {
        try store.dropIncoming(digest, from: peer.text)
        progress[digest] = nil
        throw PacketRejection(.archive, "a blob's bytes are not those of its name")
      }
      try store.finishIncoming(digest, from: peer.text)
      state.isComplete = true
      state.hasher = nil
      progress[digest] = state
    }
  }

  /// The rows to write for `parts`, and which of the blobs are complete.
  func rows(for parts: [Manifest.BlobPart]) -> [IncomingBlobRow] {
    parts.compactMap { part in
      progress[part.sha256.text].map {
        IncomingBlobRow(
          digest: part.sha256.text, total: $0.total, received: $0.received, isComplete: $0.isComplete)
      }
    }
  }

  /// Forgets the parts of a refused packet: their blobs start again.
  mutating func forget(_ parts: [Manifest.BlobPart]) {
    for digest in parts.map(\.sha256.text) where progress[digest]?.isComplete != true {
      progress[digest] = nil
      open[digest] = nil
      unsynced.remove(digest)
    }
  }

  /// Removes the parts of a blob of which no more comes.
  mutating func drop(_ digest: String) throws(FileError) {
    progress[digest] = nil
    try discard(digest)
  }

  private mutating func discard(_ digest: String) throws(FileError) {
    open[digest] = nil
    unsynced.remove(digest)
    try store.dropIncoming(digest, from: peer.text)
  }

  /// Forgets what is complete.
  mutating func forgetComplete() { progress = progress.filter { !$0.value.isComplete } }
}

struct IncomingBlobRow: Sendable {
  let digest: String
  let total: Int
  let received: Int
  let isComplete: Bool

  /// What is known of a blob: that it is here, or how far this peer has come with it.
  static func read(_ digest: String, from peer: ZoneName, _ db: Transaction) throws -> IncomingBlobRow? {
    if let row = try db.one("SELECT total, received FROM incoming_blob WHERE digest = ?", digest) {
      return IncomingBlobRow(
        digest: digest, total: try row["total"], received: try row["received"], isComplete: true)
    }
    return try db.one(
      "SELECT total, received FROM begun_blob WHERE peer = ? AND digest = ? AND refused IS NULL", peer.text, digest
    ).map {
      IncomingBlobRow(digest: digest, total: try $0["total"], received: try $0["received"], isComplete: false)
    }
  }

  /// Whether a blob is here as a whole, whoever brought it.
  static func isComplete(_ digest: String, _ db: Transaction) throws -> Bool {
    try db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM incoming_blob WHERE digest = ?)", digest) == true
  }

  /// Why a blob of this peer may not come in; nil where it may, or is here already.
  static func refusal(_ digest: String, from peer: ZoneName, _ db: Transaction) throws -> String? {
    if try isComplete(digest, db) { return nil }
    return try db.one(
      String.self, "SELECT refused FROM begun_blob WHERE peer = ? AND digest = ? AND refused IS NOT NULL", peer.text,
      digest)
  }

  /// The digests of the peer's incomplete blobs, oldest first, that must be dropped to make room for `new` more.
  static func tooMany(
    of peer: ZoneName, beside new: Int, most: Int, mostBytes: Int, keeping needed: Set<String>, _ db: Transaction
  ) throws -> [String] {
    let rows = try db.all(
      "SELECT digest, received FROM begun_blob WHERE peer = ? AND refused IS NULL ORDER BY since", peer.text)
    var (count, bytes): (Int, Int) = try (rows.count + new, rows.reduce(0) { try $0 + ($1["received"] as Int) })
    var gone: [String] = []
    for row in rows where count > most || bytes > mostBytes {
      let digest: String = try row["digest"]
      if needed.contains(digest) { continue }
      gone.append(digest)
      (count, bytes) = try (count - 1, bytes - row["received"])
    }
    return gone
  }

  /// - Parameter now: milliseconds since 1970; stored if the blob is new.
  func save(from peer: ZoneName, at now: UnixMilliseconds, _ db: Transaction) throws {
    if isComplete {
      try db.run("DELETE FROM begun_blob WHERE peer = ? AND digest = ?", peer.text, digest)
      try db.run(
        """
        INSERT INTO incoming_blob (digest, total, received, complete, since) VALUES (?, ?, ?, 1, ?)
        ON CONFLICT (digest) DO NOTHING
        """, digest, total, total, now)
    } else {
      try db.run(
        """
        INSERT INTO begun_blob (peer, digest, total, received, since) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (peer, digest) DO UPDATE SET total = excluded.total, received = excluded.received, refused = NULL
        """, peer.text, digest, total, received, now)
    }
  }
}
