import Cryptography
public import DurableFiles
import Foundation
public import TransparencyLog

/// A log's files, as C2SP's tlog-tiles lays them out: `checkpoint`, `tile/…`.
public struct LogFolder: Sendable {
  public let path: String
  let files: Files

  public init(path: String, files: Files = Files()) {
    self.path = path
    self.files = files
  }

  /// The newest checkpoint; nil where there is none. Its signatures are not looked at.
  ///
  /// - Throws: `FileError`, `NoteError`.
  public func checkpoint() throws -> SignedNote? {
    guard files.exists(path + "/checkpoint") else { return nil }
    return try SignedNote(try read(path + "/checkpoint", atMost: SignedNote.maxBytes))
  }

  /// The newest checkpoint that a witness has cosigned; nil where there is none. It is a file of ours, beside those of
  /// tlog-tiles.
  ///
  /// - Throws: `FileError`, `NoteError`.
  public func witnessed() throws -> SignedNote? {
    guard files.exists(path + "/witnessed") else { return nil }
    return try SignedNote(try read(path + "/witnessed", atMost: SignedNote.maxBytes))
  }

  package func keepWitnessed(_ note: SignedNote) throws {
    var note = note
    if let held = try? witnessed() {
      if held.text == note.text {
        // Of each witness the newest word is enough.
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

  /// A tile's bytes. Where a partial one is gone, the full one that took its place begins with them.
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

  func bundle(_ tile: Tile) throws -> [UInt8] {
    try tileBytes(tile, atMost: Tile.width * (EntryBundle.entryMaxBytes + 2))
  }

  /// The entries of a bundle, as many as the tile is wide.
  func entries(_ tile: Tile) throws -> [[UInt8]] {
    let bytes = try bundle(tile)
    let isWhole = !tile.isFull && !files.exists("\(path)/\(tile.path)")
    let ranges = try bytes.withUnsafeBytes { try EntryBundle.ranges($0, count: isWhole ? Tile.width : tile.width) }
    return ranges.prefix(tile.width).map { Array(bytes[$0]) }
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

  /// The hash of a full subtree in a tree of `size` entries, from the tiles.
  public func subtree(level: Int, index: Int, size: Int) throws -> TreeHash {
    let (tileLevel, above) = (level / 8, level % 8)
    let first = index << above
    let count = Tile.count(level: tileLevel, size: size)
    guard first + (1 << above) <= count else { throw AuditError("the tree has no such subtree") }
    let (tileIndex, offset) = (first / Tile.width, first % Tile.width)
    let tile = Tile(.hashes(level: tileLevel), tileIndex, width: min(Tile.width, count - tileIndex * Tile.width))
    let bytes = try hashes(tile)
    let hasher = TreeHasher()
    var tree = CompactTree()
    for position in offset..<offset + (1 << above) { tree.append(hash(bytes, position), hasher) }
    return tree.root(hasher)
  }

  /// Makes proofs in the tree of `size` entries.
  public func proofs(size: Int) -> ProofMaker {
    ProofMaker(size: size) { level, index in try subtree(level: level, index: index, size: size) }
  }

  /// One entry.
  ///
  /// - Throws: `AuditError` where the tree of `size` entries has no such one; `FileError`.
  public func entry(_ index: Int, size: Int) throws -> [UInt8] {
    guard (0..<max(0, size)).contains(index) else { throw AuditError("entry \(index) is not in a log of \(size)") }
    let tile = index / Tile.width
    return try entries(Tile(.entries, tile, width: min(Tile.width, size - tile * Tile.width)))[index % Tile.width]
  }
}

func hash(_ bytes: [UInt8], _ position: Int) -> TreeHash {
  let start = position * TreeHash.byteCount
  // The caller has checked the length.
  return TreeHash(bytes: bytes[start..<start + TreeHash.byteCount]) ?? TreeHasher().empty
}
