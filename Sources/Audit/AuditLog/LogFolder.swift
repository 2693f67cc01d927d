import Cryptography
public import DurableFiles
import Foundation
public import TransparencyLog

/// A log's files, as C2SP's tlog-tiles lays them out: `checkpoint`, `tile/…`.
public struct LogFolder: Sendable {
  public let path: String
  /// Where archived bundles are, in the same layout; nil if they are not available.
  public let cold: String?
  let files: Files

  public init(path: String, cold: String? = nil, files: Files = Files()) {
    self.path = path
    self.cold = cold
    self.files = files
  }

  /// The newest checkpoint; nil if there is none. Its signatures are not checked.
  ///
  /// - Throws: `FileError`, `NoteError`.
  public func checkpoint() throws -> SignedNote? {
    guard files.exists(path + "/checkpoint") else { return nil }
    return try note(path + "/checkpoint")
  }

  /// The newest checkpoint that a witness has cosigned; nil if there is none. This file is not part of tlog-tiles.
  ///
  /// - Throws: `FileError`, `NoteError`.
  public func witnessed() throws -> SignedNote? {
    guard files.exists(path + "/witnessed") else { return nil }
    return try note(path + "/witnessed")
  }

  private func note(_ path: String) throws -> SignedNote {
    let bytes = try read(path, atMost: SignedNote.maxBytes)
    do { return try SignedNote(bytes) } catch { throw NoteError("\(path): \(error.reason)") }
  }

  package func keepWitnessed(_ note: SignedNote) throws {
    var note = note
    if let held = try? witnessed() {
      if held.text == note.text {
        // Only the newest cosignature of each witness is kept.
        let isNewer = { (old: NoteSignature) in
          note.signatures.contains { $0.name == old.name && $0.bytes.prefix(4) == old.bytes.prefix(4) }
        }
        for signature in held.signatures where !isNewer(signature) { note.add(signature) }
      } else if let size = try? Checkpoint(text: held.text).size, size > (try Checkpoint(text: note.text)).size {
        return
      }
    }
    let staging = path + "/witnessed.new"
    try files.remove(staging)
    try files.writeNew(staging, [Array(note.encoded.utf8)], mode: 0o640)
    try files.rename(staging, to: path + "/witnessed")
    try files.syncFolder(path)
  }

  /// A tile's bytes. If a partial one is gone, the full one that replaced it begins with them.
  ///
  /// - Throws: `FileError`; `AuditError` for a tile that is too large, or too small.
  func hashes(_ tile: Tile) throws -> [UInt8] {
    let byteCount = tile.width * TreeHash.byteCount
    let bytes = try tileBytes(tile, atMost: Tile.width * TreeHash.byteCount)
    guard bytes.count >= byteCount, bytes.count % TreeHash.byteCount == 0 else {
      throw AuditError("\(tile.path): \(bytes.count) bytes where \(byteCount) belong")
    }
    return Array(bytes.prefix(byteCount))
  }

  /// A bundle's bytes, and how many entries are in it: more than the tile is wide if a partial one is gone.
  ///
  /// - Throws: `ColdBundle` if it was archived and is not available.
  func bundle(_ tile: Tile) throws -> (bytes: [UInt8], count: Int) {
    let isFull = tile.isFull || !files.exists("\(path)/\(tile.path)")
    let found = isFull ? Tile(.entries, tile.index) : tile
    let limit = Tile.width * (EntryBundle.entryMaxBytes + 2)
    do { return (try read("\(path)/\(found.path)", atMost: limit), found.width) } catch let error as FileError
      where error.isMissing && isFull
    {
      if let cold, files.exists("\(cold)/\(found.path)") {
        return (try read("\(cold)/\(found.path)", atMost: limit), found.width)
      }
      guard cold == nil, (tile.index + 1) * Tile.width <= (try archivedCount()) else { throw error }
      throw ColdBundle(tile: tile)
    }
  }

  /// How many of the first entries are in cold storage, by the folder; the file is not part of tlog-tiles, and not
  /// signed.
  ///
  /// - Throws: `FileError`; `AuditError` if it contains no number.
  public func archivedCount() throws -> Int {
    let file = path + "/archived"
    guard files.exists(file) else { return 0 }
    let text = String(decoding: try read(file, atMost: 64), as: UTF8.self)
    guard let count = Int(text.dropLast()), text == "\(count)\n", count >= 0, count % Tile.width == 0 else {
      throw AuditError("\(file): not a number of entries")
    }
    return count
  }

  /// The entries of a bundle, as many as the tile is wide.
  ///
  /// - Throws: `AuditError` if they are in cold storage and not available.
  func entries(_ tile: Tile) throws -> [[UInt8]] {
    let bundle = try bundleAtHand(tile)
    let ranges = try bundle.bytes.withUnsafeBytes { try EntryBundle.ranges($0, count: bundle.count) }
    return ranges.prefix(tile.width).map { Array(bundle.bytes[$0]) }
  }

  private func bundleAtHand(_ tile: Tile) throws -> (bytes: [UInt8], count: Int) {
    do { return try bundle(tile) } catch let error as ColdBundle { throw AuditError("\(error)") }
  }

  private func tileBytes(_ tile: Tile, atMost limit: Int) throws -> [UInt8] {
    let exact = "\(path)/\(tile.path)"
    guard !tile.isFull, !files.exists(exact) else { return try read(exact, atMost: limit) }
    return try read("\(path)/\(Tile(tile.kind, tile.index).path)", atMost: limit)
  }

  func read(_ path: String, atMost limit: Int) throws -> [UInt8] {
    let file = try files.openForReading(path)
    guard file.byteCount <= limit else { throw AuditError("\(path): larger than \(limit) bytes") }
    return try file.read(at: 0, count: file.byteCount)
  }

  /// Makes proofs in the tree of `size` entries, from its tiles. Use from one task at a time.
  public func proofs(size: Int) -> ProofMaker {
    let tiles = TileReader(folder: self, size: size)
    return ProofMaker(size: size) { level, index in try tiles.subtree(level: level, index: index) }
  }

  /// The root of the tree when it had `size` entries.
  ///
  /// - Parameter newest: its present size.
  func root(size: Int, newest: Int) throws -> TreeHash {
    let (tiles, hasher) = (TileReader(folder: self, size: newest), TreeHasher())
    var (edge, start): ([TreeHash], Int) = ([], 0)
    for level in (0..<Int.bitWidth - 1).reversed() where size >> level & 1 == 1 {
      edge.append(try tiles.subtree(level: level, index: start >> level))
      start += 1 << level
    }
    guard let tree = CompactTree(size: size, edge: edge) else { throw AuditError("no tree has \(size) entries") }
    return tree.root(hasher)
  }

  /// One entry.
  ///
  /// - Throws: `AuditError` if the tree of `size` entries has no such entry, or it is not available; `FileError`.
  public func entry(_ index: Int, size: Int) throws -> [UInt8] {
    guard (0..<max(0, size)).contains(index) else { throw AuditError("entry \(index) is not in a log of \(size)") }
    let tile = index / Tile.width
    let wanted = Tile(.entries, tile, width: min(Tile.width, size - tile * Tile.width))
    let bundle = try bundleAtHand(wanted)
    let ranges = try bundle.bytes.withUnsafeBytes { try EntryBundle.ranges($0, count: bundle.count) }
    return Array(bundle.bytes[ranges[index % Tile.width]])
  }
}

/// A bundle that was archived, and is not available.
struct ColdBundle: Error, CustomStringConvertible {
  let tile: Tile

  var description: String {
    let first = tile.index * Tile.width
    return "entries \(first) to \(first + Tile.width - 1) are in cold storage"
  }
}

func hash(_ bytes: [UInt8], _ position: Int) -> TreeHash {
  let start = position * TreeHash.byteCount
  // The caller has checked the length.
  return TreeHash(bytes: bytes[start..<start + TreeHash.byteCount]) ?? TreeHasher().empty
}
