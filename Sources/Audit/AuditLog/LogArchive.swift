import Cryptography
public import DurableFiles
import Foundation
import TransparencyLog

/// Moves a log's old entries to another folder, in the same layout. The hashes stay: the tree is provable as before.
///
/// A bundle is copied, synced, added to the list of sums, and read back, before it is removed from the log's folder;
/// the next run continues an interrupted one. A log's writer never reads a full bundle, so it is not disturbed.
public struct LogArchive {
  /// The list of SHA-256 sums, as `sha256sum -c` reads it.
  public static let manifestName = "SHA256SUMS"
  /// How many bundles are moved together; the list of sums is rewritten for each group.
  private static let bundlesAtOnce = 256

  private let log: LogFolder
  private let cold: String
  private let zone: String
  private let files: Files

  /// - Parameters:
  ///   - cold: the folder for this log's entries; created if it is missing.
  ///   - zone: the zone of the log.
  public init(log: LogFolder, to cold: String, zone: String, files: Files = Files()) {
    self.log = log
    self.cold = cold
    self.zone = zone
    self.files = files
  }

  /// Moves all full bundles from the log's beginning whose entries are older than `before`, up to the first that is
  /// not.
  ///
  /// - Parameters:
  ///   - before: milliseconds since 1970.
  ///   - limit: only entries with a lower index are moved; others are still needed here.
  /// - Returns: how many entries were moved.
  /// - Throws: `AuditError` for entries that are not the log's, or a file with other content in the cold folder;
  ///   `NoteError`, `FileError`. What was moved until then stays moved.
  public func run(before: Int, below limit: Int = .max) throws -> Int {
    guard let note = try log.checkpoint() else { return 0 }
    let fullBundles = try min(Checkpoint(text: note.text).size, limit) / Tile.width
    let first = try log.archivedCount() / Tile.width
    var next = first
    var sums = try readSums()
    // What an interrupted run has listed, but not yet removed.
    try remove(bundlesBelow: first)
    while next < fullBundles {
      let old = try oldBundles(from: next, below: min(next + Self.bundlesAtOnce, fullBundles), before: before)
      for bundle in old { sums[bundle.tile.path] = try copy(bundle.tile, bundle.bytes) }
      guard !old.isEmpty else { break }
      try write(sums)
      for bundle in old {
        guard try log.read("\(cold)/\(bundle.tile.path)", atMost: bundle.bytes.count) == bundle.bytes else {
          throw AuditError("\(cold)/\(bundle.tile.path): not what was written")
        }
      }
      next += old.count
      try replace("\(log.path)/archived", with: Array("\(next * Tile.width)\n".utf8))
      try remove(old.map(\.tile))
    }
    return (next - first) * Tile.width
  }

  private typealias Bundle = (tile: Tile, bytes: [UInt8])

  private func oldBundles(from first: Int, below end: Int, before: Int) throws -> [Bundle] {
    let check = TileCheck(folder: log, scan: EntryScan(zone: zone), kinds: [])
    var old: [Bundle] = []
    for index in first..<end {
      let tile = Tile(.entries, index)
      // Only what the tree contains is archived.
      guard try check.look(at: tile).facts.allSatisfy({ $0.at < before }) else { break }
      old.append((tile, try log.bundle(tile).bytes))
    }
    return old
  }

  /// - Returns: its SHA-256 sum, in hex.
  private func copy(_ tile: Tile, _ bytes: [UInt8]) throws -> String {
    let path = "\(cold)/\(tile.path)"
    if files.exists(path) {
      guard try files.byteCount(path) == bytes.count && log.read(path, atMost: bytes.count) == bytes else {
        throw AuditError("\(path) is there already, and is not this log's")
      }
    }
    try make(Self.parent(of: path))
    try replace(path, with: bytes)
    return Digest.of(bytes).hex
  }

  private func replace(_ path: String, with bytes: [UInt8]) throws {
    let staging = path + ".new"
    try files.remove(staging)
    try files.writeNew(staging, [bytes], mode: 0o640)
    try files.rename(staging, to: path)
    try files.syncFolder(Self.parent(of: path))
  }

  private func make(_ path: String) throws {
    guard !files.exists(path) else { return }
    let parent = Self.parent(of: path)
    try make(parent)
    try files.createFolder(path, mode: 0o750)
    try files.syncFolder(parent)
  }

  private func remove(_ tiles: [Tile]) throws {
    for tile in tiles { try files.remove("\(log.path)/\(tile.path)") }
    for folder in Set(tiles.map { Self.parent(of: "\(log.path)/\($0.path)") }) { try files.syncFolder(folder) }
  }

  /// The last run may have been interrupted while it removed its last bundles.
  private func remove(bundlesBelow end: Int) throws {
    let left = (max(0, end - Self.bundlesAtOnce)..<end).map { Tile(.entries, $0) }
      .filter { files.exists("\(log.path)/\($0.path)") }
    for tile in left {
      guard try log.bundle(tile).bytes == log.read("\(cold)/\(tile.path)", atMost: Self.bundleMaxBytes) else {
        throw AuditError("\(cold)/\(tile.path): not what lies in \(log.path)")
      }
    }
    try remove(left)
  }

  private static let bundleMaxBytes = Tile.width * (EntryBundle.entryMaxBytes + 2)
  /// The maximum size of the list of sums: enough for ten million bundles.
  private static let manifestMaxBytes = 1 << 30

  private func readSums() throws -> [String: String] {
    let path = "\(cold)/\(Self.manifestName)"
    guard files.exists(path) else { return [:] }
    var sums: [String: String] = [:]
    let text = String(decoding: try log.read(path, atMost: Self.manifestMaxBytes), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, parts[0].utf8.count == 64, parts[1].hasPrefix(" ") else {
        throw AuditError("\(path): a line that is none of sha256sum's")
      }
      sums[String(parts[1].dropFirst())] = String(parts[0])
    }
    return sums
  }

  private func write(_ sums: [String: String]) throws {
    let text = sums.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)\n" }.joined()
    try replace("\(cold)/\(Self.manifestName)", with: Array(text.utf8))
  }

  private static func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }
}
