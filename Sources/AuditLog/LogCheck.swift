import Dispatch
import Foundation
import Synchronization
public import TransparencyLog

/// Checks a whole log: its checkpoint's signature, every entry against the tree, every tile, every entry's shape.
public struct LogCheck: Sendable {
  /// Tiles that are looked at together; memory holds so many bundles.
  private static let tilesAtOnce = 64

  public struct Result: Sendable {
    public let checkpoint: Checkpoint
    /// How far each witness has cosigned the log, by its name.
    public var witnessed: [String: (size: Int, seconds: Int)] = [:]
    /// Entries by kind; empty where shapes were not looked at.
    public var kinds: [AuditEntry.Kind: Int] = [:]
  }

  private let folder: LogFolder
  private let log: NoteVerifier
  private let zone: String?
  private let witnesses: [NoteVerifier]

  /// - Parameters:
  ///   - log: the log's key.
  ///   - witnesses: the keys of those who may have cosigned it.
  ///   - zone: whose entries they are; nil where their shape is not to be looked at.
  public init(folder: LogFolder, log: NoteVerifier, witnesses: [NoteVerifier] = [], zone: String?) {
    self.folder = folder
    self.log = log
    self.witnesses = witnesses
    self.zone = zone
  }

  /// - Parameter progress: told how many entries were looked at, and of how many.
  /// - Throws: `AuditError`, `NoteError` for the first thing that does not hold; `FileError` where something is missing.
  public func run(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> Result {
    guard let note = try folder.checkpoint() else { throw AuditError("\(folder.path): there is no checkpoint") }
    let checkpoint = try Checkpoint.open(note, log: log)
    var result = Result(checkpoint: checkpoint)
    var upper = UpperTiles(folder: folder)
    let fullTiles = checkpoint.size / Tile.width
    for start in stride(from: 0, to: fullTiles, by: Self.tilesAtOnce) {
      let indexes = start..<min(start + Self.tilesAtOnce, fullTiles)
      for tile in try look(at: indexes.map { Tile(.entries, $0) }) {
        try upper.append(tile.root)
        result.kinds.merge(tile.kinds, uniquingKeysWith: +)
      }
      progress(indexes.upperBound * Tile.width, checkpoint.size)
    }
    var last: TileResult?
    if let tile = Tile.partial(.entries, size: checkpoint.size) {
      last = try look(at: [tile])[0]
      result.kinds.merge(last?.kinds ?? [:], uniquingKeysWith: +)
    }
    try upper.finish()
    guard upper.root(with: last?.edge ?? []) == checkpoint.root else {
      throw AuditError("the entries are not those of the checkpoint")
    }
    progress(checkpoint.size, checkpoint.size)
    result.witnessed = try checkWitnessed(checkpoint)
    return result
  }

  /// A cosigned checkpoint must be this log's own earlier head.
  private func checkWitnessed(_ newest: Checkpoint) throws -> [String: (size: Int, seconds: Int)] {
    guard let note = try folder.witnessed() else { return [:] }
    let held = try Checkpoint.open(note, log: log)
    guard held.size <= newest.size else {
      throw AuditError("a witness has cosigned \(held.size) entries, and the log has \(newest.size)")
    }
    do {
      try MerkleProof.verifyConsistency(
        oldSize: held.size, newSize: newest.size, oldRoot: held.root, newRoot: newest.root,
        proof: held.size == newest.size ? [] : try folder.proofs(size: newest.size).consistency(from: held.size))
    } catch let error as ProofError {
      throw AuditError("the log is not the one that was witnessed: \(error)")
    }
    var found: [String: (size: Int, seconds: Int)] = [:]
    for witness in witnesses {
      if let seconds = try note.time(signedBy: witness) { found[witness.name] = (held.size, seconds) }
    }
    return found
  }

  private struct TileResult: Sendable {
    var edge: [TreeHash]
    var root: TreeHash
    var kinds: [AuditEntry.Kind: Int]
  }

  private func look(at tiles: [Tile]) throws -> [TileResult] {
    let results = Mutex([Int: Swift.Result<TileResult, any Error>]())
    DispatchQueue.concurrentPerform(iterations: tiles.count) { index in
      let result = Swift.Result { try look(at: tiles[index]) }
      results.withLock { $0[index] = result }
    }
    let all = results.withLock { $0 }
    return try tiles.indices.compactMap { try all[$0]?.get() }
  }

  private func look(at tile: Tile) throws -> TileResult {
    let hasher = TreeHasher()
    var (tree, hashes, kinds): (CompactTree, [UInt8], [AuditEntry.Kind: Int]) = (CompactTree(), [], [:])
    for (offset, entry) in try folder.entries(tile).enumerated() {
      let leaf = hasher.leaf(entry)
      hashes += leaf.bytes
      tree.append(leaf, hasher)
      guard let zone else { continue }
      do throws(AuditError) { kinds[try AuditEntry.check(entry, zone: zone), default: 0] += 1 } catch {
        throw AuditError("entry \(tile.index * Tile.width + offset): \(error)")
      }
    }
    let leaves = Tile(.hashes(level: 0), tile.index, width: tile.width)
    guard try folder.hashes(leaves) == hashes else {
      throw AuditError("\(leaves.path): not the hashes of the entries in \(tile.path)")
    }
    return TileResult(edge: tree.edge, root: tree.root(hasher), kinds: kinds)
  }
}

/// The tree above the leaves' tiles, compared with the tiles of its levels.
private struct UpperTiles {
  let folder: LogFolder
  private let hasher = TreeHasher()
  private var tree = CompactTree()
  /// By level, from 1: the hashes of the last tile.
  private var tiles: [[UInt8]] = []

  init(folder: LogFolder) { self.folder = folder }

  mutating func append(_ root: TreeHash) throws {
    var full: [(level: Int, index: Int, bytes: [UInt8])] = []
    var tiles = self.tiles
    tree.append(root, hasher) { level, index, hash in
      guard level % 8 == 0 else { return }
      if tiles.count == level / 8 { tiles.append([]) }
      tiles[level / 8] += hash.bytes
      if index % Tile.width == Tile.width - 1 {
        full.append((level / 8 + 1, index / Tile.width, tiles[level / 8]))
        tiles[level / 8] = []
      }
    }
    self.tiles = tiles
    for tile in full { try compare(Tile(.hashes(level: tile.level), tile.index), tile.bytes) }
  }

  func finish() throws {
    for (offset, bytes) in tiles.enumerated() where !bytes.isEmpty {
      let count = Tile.count(level: offset, size: tree.size)
      let width = bytes.count / TreeHash.byteCount
      try compare(Tile(.hashes(level: offset + 1), count / Tile.width, width: width), bytes)
    }
  }

  private func compare(_ tile: Tile, _ bytes: [UInt8]) throws {
    guard try folder.hashes(tile) == bytes else { throw AuditError("\(tile.path): not the hashes of the level below") }
  }

  /// - Parameter edge: of the entries after the last full tile.
  func root(with edge: [TreeHash]) -> TreeHash {
    guard var root = (tree.edge + edge).last else { return hasher.empty }
    for hash in (tree.edge + edge).dropLast().reversed() { root = hasher.node(hash, root) }
    return root
  }
}
