import Dispatch
public import Foundation
import Synchronization
public import TransparencyLog

/// Checks a whole log: its checkpoint's signature, every entry against the tree, every tile, every entry's format and
/// time.
public struct LogCheck: Sendable {
  /// How many tiles are checked together; memory holds so many bundles.
  private static let tilesAtOnce = 64

  private let folder: LogFolder
  private let log: NoteVerifier
  private let scan: EntryScan?
  private let witnesses: Witnesses
  /// How long a checkpoint takes to its witness at most: entries that are older than its cosignature by more than this,
  /// and not covered by it, are a fault. Nil if unknown.
  public var carriedWithinMinutes: Int?
  /// The other zone, if its log is to be compared with this one. This takes about 250 bytes of memory a packet.
  public var peer: String?
  /// Whether officials' acts are kept for comparison with their record: 64 bytes each.
  public var collectsActs = false

  /// - Parameters:
  ///   - log: the log's key.
  ///   - witnesses: the keys of possible witnesses; the log's own zone is not one.
  ///   - zone: the zone of the entries; nil if their format is not to be checked.
  ///   - now: no cosignature may be later than this.
  public init(
    folder: LogFolder, log: NoteVerifier, witnesses: [NoteVerifier] = [], zone: String?,
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.folder = folder
    self.log = log
    self.witnesses = Witnesses(witnesses, of: log, now: now)
    scan = zone.map(EntryScan.init)
  }

  /// - Parameter progress: called with how many entries were checked, and of how many; what it throws ends the check.
  /// - Throws: `AuditError`, `NoteError` for the first check that fails; `FileError` if something is missing.
  public func run(progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }) throws -> CheckedLog {
    guard let note = try folder.checkpoint() else { throw AuditError("\(folder.path): there is no checkpoint") }
    let checkpoint = try Checkpoint.open(note, log: log)
    let held = try openWitnessed()
    let words = try held.map { try witnesses.words(on: $0.note) } ?? []
    var result = CheckedLog(
      checkpoint: checkpoint, words: words, size: held?.checkpoint.size ?? 0,
      signers: held?.note.signatures.map(\.name).filter { $0 != log.name } ?? [], peer: peer,
      collectsActs: collectsActs)
    result.times = held.flatMap { times(of: $0.checkpoint, result.witnessed) }
    guard try root(of: checkpoint.size, into: &result, progress) == checkpoint.root else {
      throw AuditError("the entries are not those of the checkpoint")
    }
    try progress(checkpoint.size, checkpoint.size)
    if let held { try requireExtension(of: held.checkpoint, by: checkpoint) }
    result.finish()
    return result
  }

  /// Checks all entries and tiles.
  ///
  /// - Returns: the root that they lead to.
  private func root(
    of size: Int, into result: inout CheckedLog, _ progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> TreeHash {
    var upper = UpperTiles(folder: folder)
    let fullTiles = size / Tile.width
    for start in stride(from: 0, to: fullTiles, by: Self.tilesAtOnce) {
      let indexes = start..<min(start + Self.tilesAtOnce, fullTiles)
      for tile in try look(at: indexes.map { Tile(.entries, $0) }) {
        try upper.append(tile.root)
        result.take(tile)
      }
      try progress(indexes.upperBound * Tile.width, size)
    }
    let last = try Tile.partial(.entries, size: size).map { try tileCheck.look(at: $0) }
    if let last { result.take(last) }
    try upper.finish()
    return upper.root(with: last?.edge ?? [])
  }

  private func times(of held: Checkpoint, _ witnessed: [String: (size: Int, seconds: Int)]) -> WitnessTimes? {
    witnessed.values.map(\.seconds).min().map {
      WitnessTimes(size: held.size, seconds: $0, carriedMilliseconds: carriedWithinMinutes.map { $0 * 60_000 })
    }
  }

  private func openWitnessed() throws -> (note: SignedNote, checkpoint: Checkpoint)? {
    guard let note = try folder.witnessed() else { return nil }
    return (note, try Checkpoint.open(note, log: log))
  }

  /// A cosigned checkpoint must be an earlier state of this log.
  private func requireExtension(of held: Checkpoint, by newest: Checkpoint) throws {
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
  }

  private var tileCheck: TileCheck {
    var kinds: Set<AuditEntry.Kind> = [.clockJumped]
    if peer != nil { kinds.formUnion([.packetSent, .packetApplied, .packetRefused, .peerCheckpoint]) }
    if collectsActs { kinds.insert(.actRecorded) }
    return TileCheck(folder: folder, scan: scan, kinds: kinds)
  }

  private func look(at tiles: [Tile]) throws -> [TileCheck.Result] {
    let check = tileCheck
    let results = Mutex([Swift.Result<TileCheck.Result, any Error>?](repeating: nil, count: tiles.count))
    DispatchQueue.concurrentPerform(iterations: tiles.count) { index in
      let result = Swift.Result { try check.look(at: tiles[index]) }
      results.withLock { $0[index] = result }
    }
    return try results.withLock { $0 }.compactMap { try $0?.get() }
  }
}
