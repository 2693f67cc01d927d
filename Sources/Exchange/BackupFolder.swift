import Cryptography
public import DurableFiles
import Foundation
import GRDB
import PacketFormat
import Storage

/// A folder of a zone's backups: `<time>/` with the database and the secrets that lie beside it, and `blobs/`, which all of
/// them share.
///
/// A backup is whole once its folder has its name: everything in it is synced and checked before that.
public struct BackupFolder: Sendable {
  /// Files of the data folder, beside the database, that a restored zone needs.
  private static let companions = ["pepper"]
  private static let pieceBytes = 1024 * 1024

  public let path: String
  private let data: String
  private let files: Files

  /// - Parameter data: the zone's own folder.
  public init(path: String, data: String, files: Files) {
    self.path = path
    self.data = data
    self.files = files
  }

  private var blobs: String { path + "/blobs" }
  private func database(_ name: String) -> String { path + "/" + name + "/zone.sqlite" }

  /// The backups' names, oldest first: times in UTC, `2026-11-23T02-15-00.123Z`.
  public func names() throws(FileError) -> [String] {
    guard files.exists(path) else { return [] }
    return try files.list(path).filter { $0.hasSuffix("Z") && !$0.hasPrefix(".") }.sorted()
  }

  /// When a backup of this name was made; nil for what is no such name.
  static func time(ofName name: String) -> UnixMilliseconds? {
    guard let dash = name.firstIndex(of: "T") else { return nil }
    return parseTimestamp(String(name[..<dash]) + String(name[dash...].map { $0 == "-" ? ":" : $0 }))
  }

  /// Makes and checks a backup while the zone works.
  ///
  /// - Returns: how far it covers each of the peers' streams.
  func make(of zone: ZoneDatabase, at now: UnixMilliseconds) throws -> (name: String, covered: [CoveredStream]) {
    try files.createFolder(path)
    try files.createFolder(blobs)
    let name = String(timestamp(now).map { $0 == ":" ? "-" : $0 })
    let begun = path + "/.begun"
    try removeBegun(begun)
    try files.createFolder(begun)
    try zone.backUp(to: begun + "/zone.sqlite")
    let (covered, digests) = try check(begun + "/zone.sqlite")
    for digest in digests { try keepBlob(digest) }
    try files.syncFolder(blobs)
    for companion in Self.companions where files.exists(data + "/" + companion) {
      try files.writeNew(begun + "/" + companion, [try files.read(data + "/" + companion, maxBytes: Self.pieceBytes)])
    }
    try files.syncFile(begun + "/zone.sqlite")
    try files.syncFolder(begun)
    try files.rename(begun, to: path + "/" + name)
    try files.syncFolder(path)
    return (name, covered)
  }

  private func removeBegun(_ folder: String) throws {
    guard let names = try? files.list(folder) else { return }
    for name in names { try files.remove(folder + "/" + name) }
    try files.removeFolder(folder)
  }

  /// Opens a copy as a restored zone would, and reads it whole. It is marked as a copy, so that a start from it is noticed.
  private func check(_ copy: String) throws -> (covered: [CoveredStream], blobs: [String]) {
    let queue = try DatabaseQueue(path: copy)
    defer { try? queue.close() }
    return try queue.write { db in
      guard try String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok" else { throw BackupProblem.damaged(copy) }
      try db.execute(sql: "UPDATE incarnation SET current = 'backup', previous = 'backup'")
      let streams = try Row.fetchAll(db, sql: "SELECT peer, stream, applied FROM incoming_stream")
      let digests = try String.fetchAll(
        db, sql: "SELECT digest FROM incoming_blob WHERE complete UNION SELECT digest FROM outgoing_blob")
      return (
        streams.map { CoveredStream(peer: $0["peer"], stream: $0["stream"], applied: $0["applied"]) }, digests
      )
    }
  }

  /// Copies a blob and checks it on the way; one that is here already was checked then. A blob that has gone meanwhile was
  /// secured by its receiver.
  private func keepBlob(_ digest: String) throws {
    let target = blobs + "/" + digest
    if files.exists(target) { return }
    guard files.exists(data + "/blobs/" + digest) else { return }
    let source = try files.openForReading(data + "/blobs/" + digest)
    let temporary = target + ".part"
    try files.remove(temporary)
    let writer = try files.create(temporary)
    let hasher = SHA256Hasher()
    var offset = 0
    while offset < source.byteCount {
      let piece = try source.read(at: offset, count: Self.pieceBytes)
      if piece.isEmpty { break }
      hasher.update(piece)
      try writer.append(piece)
      offset += piece.count
    }
    try writer.sync()
    try writer.close()
    guard hasher.finish().hex == digest else { throw BackupProblem.blobIsDamaged(digest) }
    try files.rename(temporary, to: target)
  }

  /// Removes all but the newest `kept` backups, and the blobs that only those held.
  func prune(to kept: Int) throws {
    let all = try names()
    let old = all.dropLast(kept)
    guard !old.isEmpty else { return }
    for name in old {
      for file in try files.list(path + "/" + name) { try files.remove(path + "/" + name + "/" + file) }
      try files.removeFolder(path + "/" + name)
    }
    var needed: Set<String> = []
    for name in all.suffix(kept) { needed.formUnion(try blobs(of: name)) }
    for digest in try files.list(blobs) where !needed.contains(digest) { try files.remove(blobs + "/" + digest) }
  }

  private func blobs(of name: String) throws -> [String] {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: database(name), configuration: configuration)
    defer { try? queue.close() }
    return try queue.read { db in
      try String.fetchAll(
        db, sql: "SELECT digest FROM incoming_blob WHERE complete UNION SELECT digest FROM outgoing_blob")
    }
  }

  /// Puts a backup back in place of the zone's data. The daemon must not run: the caller holds its lock.
  ///
  /// The next start opens new epochs, and the peers send again what this backup does not cover. Packets of before, in
  /// `sent/`, are of no more use and go at the next start. Throws `BackupProblem` where the backup is not whole; nothing
  /// is changed then.
  public func restore(_ name: String) throws {
    guard try names().contains(name) else { throw BackupProblem.unknown(name) }
    for digest in try blobs(of: name) where !files.exists(data + "/blobs/" + digest) {
      if !files.exists(blobs + "/" + digest) { continue }
      try copy(blobs + "/" + digest, to: data + "/blobs/" + digest)
    }
    try files.syncFolder(data + "/blobs")
    for companion in Self.companions where files.exists(path + "/" + name + "/" + companion) {
      try copy(path + "/" + name + "/" + companion, to: data + "/" + companion)
    }
    try copy(database(name), to: data + "/zone.sqlite.restored")
    for suffix in ["-wal", "-shm"] { try files.remove(data + "/zone.sqlite" + suffix) }
    try files.rename(data + "/zone.sqlite.restored", to: data + "/zone.sqlite")
    try files.syncFolder(data)
  }

  private func copy(_ source: String, to target: String) throws(FileError) {
    let reader = try files.openForReading(source)
    let temporary = target + ".part"
    try files.remove(temporary)
    let writer = try files.create(temporary)
    var offset = 0
    while offset < reader.byteCount {
      let piece = try reader.read(at: offset, count: Self.pieceBytes)
      guard !piece.isEmpty else { throw FileError(.read, source, number: 5) }
      try writer.append(piece)
      offset += piece.count
    }
    try writer.sync()
    try writer.close()
    try files.rename(temporary, to: target)
  }
}

/// How far a backup covers one of a peer's streams.
struct CoveredStream: Sendable {
  let peer: String
  let stream: String
  let applied: Int
}

/// Why a backup was not made or not put back.
public enum BackupProblem: Error, Equatable, CustomStringConvertible {
  case damaged(String)
  case blobIsDamaged(String)
  case unknown(String)

  public var description: String {
    switch self {
    case .damaged(let path): "the copy \(path) does not pass SQLite's integrity check"
    case .blobIsDamaged(let digest): "the blob \(digest) on this zone's disk has other bytes than its name says"
    case .unknown(let name): "there is no backup “\(name)”"
    }
  }
}
