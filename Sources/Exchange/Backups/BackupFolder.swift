import Cryptography
public import DurableFiles
import Foundation
import Storage
import Timestamps

/// A folder of a zone's backups: `<time>/` with the database and the secrets beside it, and `blobs/`, which all of them
/// share.
///
/// A backup's folder gets its name last: everything in it is synced and checked before that.
public struct BackupFolder: Sendable {
  /// Files of the data folder, beside the database, that a restored zone needs.
  private static let companions = ["pepper"]
  /// A backup's list of blobs that were missing when it was made, one a line; the file exists only if there are any.
  private static let missingName = "missing-blobs"
  private static let pieceBytes = 1024 * 1024
  private static let listMaxBytes = 256 << 20

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

  /// When a backup of this name was made; nil if it is not such a name.
  static func time(ofName name: String) -> UnixMilliseconds? {
    guard let dash = name.firstIndex(of: "T") else { return nil }
    return parseTimestamp(String(name[..<dash]) + String(name[dash...].map { $0 == "-" ? ":" : $0 }))
  }

  /// Makes and checks a backup while the zone runs.
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
    let missing = try digests.filter { try !keepBlob($0) }
    try files.syncFolder(blobs)
    if !missing.isEmpty {
      try files.writeNew(begun + "/" + Self.missingName, [Array(missing.joined(separator: "\n").utf8)])
    }
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

  /// Opens a copy as a restored zone would, and reads it whole. It is marked as a copy, so a start from it is detected.
  private func check(_ copy: String) throws -> (covered: [CoveredStream], blobs: [String]) {
    let queue = try SQLiteFile(path: copy, .readWrite)
    defer { try? queue.close() }
    guard try queue.isWhole() else { throw BackupProblem.damaged(copy) }
    return try queue.write { db in
      try db.run("UPDATE incarnation SET current = 'backup', previous = 'backup'")
      let streams = try db.all("SELECT peer, stream, applied FROM incoming_stream")
      let digests = try Self.digests(db)
      return try (
        streams.map { try CoveredStream(peer: $0["peer"], stream: $0["stream"], applied: $0["applied"]) }, digests
      )
    }
  }

  /// Copies a blob and checks it during the copy; one that is here already was checked then.
  ///
  /// - Returns: false if the blob is missing: its receiver has secured it meanwhile, or it is lost.
  private func keepBlob(_ digest: String) throws -> Bool {
    let target = blobs + "/" + digest
    if files.exists(target) { return true }
    guard files.exists(data + "/blobs/" + digest) else { return false }
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
    return true
  }

  /// Removes all but the newest `kept` backups, and the blobs that only those referred to.
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
    let queue = try SQLiteFile(path: database(name), .readOnly)
    defer { try? queue.close() }
    return try queue.read { try Self.digests($0) }
  }

  /// Of the blobs that a database refers to: what crossed or is to cross, and sealed documents.
  private static func digests(_ db: Transaction) throws -> [String] {
    let crossing = try db.all(
      String.self, "SELECT digest FROM incoming_blob WHERE complete <> 0 UNION SELECT digest FROM outgoing_blob")
    guard try db.hasTable("office_document") else { return crossing }
    let sealed = try db.all(
      String.self,
      """
      SELECT typeset_ofd FROM office_document WHERE typeset_ofd IS NOT NULL
      UNION SELECT typeset_pdf FROM office_document WHERE typeset_pdf IS NOT NULL
      UNION SELECT sealed_ofd FROM office_document WHERE sealed_ofd IS NOT NULL
      UNION SELECT sealed_pdf FROM office_document WHERE sealed_pdf IS NOT NULL
      """)
    return Array(Set(crossing + sealed))
  }

  /// Restores a backup in place of the zone's data. The daemon must not run: the caller holds its lock.
  ///
  /// The next start opens new epochs, and the peers send again what this backup does not cover. Earlier packets in
  /// `sent/` are no longer needed, and the next start removes them. Throws `BackupProblem` if the backup is not whole;
  /// nothing is changed then.
  ///
  /// - Parameter withoutMissing: continues without the blobs that are in neither place.
  public func restore(_ name: String, withoutMissing: Bool = false) throws {
    guard try names().contains(name) else { throw BackupProblem.unknown(name) }
    let missing = try blobs(of: name).filter { !files.exists(data + "/blobs/" + $0) }
    let lost = missing.filter { !files.exists(blobs + "/" + $0) }
    // Blobs that were already missing when it was made do not matter now.
    let knownLost = try self.knownLost(name)
    guard withoutMissing || knownLost.isSuperset(of: lost) else {
      throw BackupProblem.blobsAreMissing(lost.filter { !knownLost.contains($0) }.sorted())
    }
    for digest in missing where !lost.contains(digest) { try copy(blobs + "/" + digest, to: data + "/blobs/" + digest) }
    try files.syncFolder(data + "/blobs")
    for companion in Self.companions where files.exists(path + "/" + name + "/" + companion) {
      try copy(path + "/" + name + "/" + companion, to: data + "/" + companion)
    }
    try copy(database(name), to: data + "/zone.sqlite.restored")
    for suffix in ["-wal", "-shm"] { try files.remove(data + "/zone.sqlite" + suffix) }
    try files.rename(data + "/zone.sqlite.restored", to: data + "/zone.sqlite")
    try files.syncFolder(data)
  }

  private func knownLost(_ name: String) throws -> Set<String> {
    let list = "\(path)/\(name)/\(Self.missingName)"
    guard files.exists(list) else { return [] }
    let text = String(decoding: try files.read(list, maxBytes: Self.listMaxBytes), as: UTF8.self)
    return Set(text.split(separator: "\n").map(String.init))
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

/// Why a backup was not made or not restored.
public enum BackupProblem: Error, Equatable, CustomStringConvertible {
  case damaged(String)
  case blobIsDamaged(String)
  case blobsAreMissing([String])
  case unknown(String)

  public var description: String {
    switch self {
    case .damaged(let path): "the copy \(path) does not pass SQLite's integrity check"
    case .blobIsDamaged(let digest): "the blob \(digest) on this zone's disk has other bytes than its name says"
    case .blobsAreMissing(let digests):
      "blobs that the backup needs are neither in it nor in the data folder: \(digests.prefix(5).joined(separator: ", "))"
        + (digests.count > 5 ? " and \(digests.count - 5) more" : "")
    case .unknown(let name): "there is no backup “\(name)”"
    }
  }
}
