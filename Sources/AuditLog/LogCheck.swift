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

    fileprivate mutating func count(_ facts: [EntryScan.Facts]) {
      for fact in facts { kinds[fact.kind, default: 0] += 1 }
    }
  }

  private let folder: LogFolder
  private let log: NoteVerifier
  private let scan: EntryScan?
  private let witnesses: [NoteVerifier]

  /// - Parameters:
  ///   - log: the log's key.
  ///   - witnesses: the keys of those who may have cosigned it.
  ///   - zone: whose entries they are; nil where their shape is not to be looked at.
  public init(folder: LogFolder, log: NoteVerifier, witnesses: [NoteVerifier] = [], zone: String?) {
    self.folder = folder
    self.log = log
    self.witnesses = witnesses
    scan = zone.map(EntryScan.init)
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
        result.count(tile.facts)
      }
      progress(indexes.upperBound * Tile.width, checkpoint.size)
    }
    var edge: [TreeHash] = []
    if let tile = Tile.partial(.entries, size: checkpoint.size) {
      let last = try TileCheck(folder: folder, scan: scan).look(at: tile)
      result.count(last.facts)
      edge = last.edge
    }
    try upper.finish()
    guard upper.root(with: edge) == checkpoint.root else {
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

  private func look(at tiles: [Tile]) throws -> [TileCheck.Result] {
    let check = TileCheck(folder: folder, scan: scan)
    let results = Mutex([Swift.Result<TileCheck.Result, any Error>?](repeating: nil, count: tiles.count))
    DispatchQueue.concurrentPerform(iterations: tiles.count) { index in
      let result = Swift.Result { try check.look(at: tiles[index]) }
      results.withLock { $0[index] = result }
    }
    return try results.withLock { $0 }.compactMap { try $0?.get() }
  }
}
