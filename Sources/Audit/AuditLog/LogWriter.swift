import DurableFiles
import Foundation
package import TransparencyLog

/// Appends entries to a log's folder. Only the entries decide what it writes, so an interrupted step is repeated with
/// the same bytes; it counts once the checkpoint that covers it is durable.
package struct LogWriter {
  package let folder: LogFolder
  private let log: NoteVerifier
  /// Nil for a copy of another zone's log.
  private let signer: NoteSigner?
  private(set) var tree: CompactTree
  /// Of the last bundle, if it is not full.
  private var bundle: [UInt8]
  /// By level: the hashes of the last tile, if it is not full.
  private var tiles: [[UInt8]]

  package var size: Int { tree.size }
  var origin: String { log.name }

  /// Continues after the folder's newest checkpoint, or begins a log.
  ///
  /// - Throws: `AuditError`, `NoteError`, `FileError` if the folder is not as its last step left it.
  package init(folder: LogFolder, signer: NoteSigner) throws {
    try self.init(folder: folder, log: signer.verifier, signer: signer)
  }

  /// For a copy of a log: checkpoints come with `seal`.
  package init(folder: LogFolder, log: NoteVerifier) throws { try self.init(folder: folder, log: log, signer: nil) }

  private init(folder: LogFolder, log: NoteVerifier, signer: NoteSigner?) throws {
    self.folder = folder
    self.log = log
    self.signer = signer
    (tree, bundle, tiles) = (CompactTree(), [], [])
    guard let note = try folder.checkpoint() else { return }
    let checkpoint = try Checkpoint.open(note, log: log)
    var (edge, level): ([TreeHash], Int) = ([], 0)
    let hasher = TreeHasher()
    while Tile.count(level: level, size: checkpoint.size) > 0 {
      var (part, bytes): (CompactTree, [UInt8]) = (CompactTree(), [])
      if let tile = Tile.partial(.hashes(level: level), size: checkpoint.size) {
        bytes = try folder.hashes(tile)
        for position in 0..<tile.width { part.append(hash(bytes, position), hasher) }
      }
      tiles.append(bytes)
      edge = part.edge + edge
      level += 1
    }
    if let tile = Tile.partial(.entries, size: checkpoint.size) {
      for entry in try folder.entries(tile) { EntryBundle.append(entry, to: &bundle) }
    }
    guard let tree = CompactTree(size: checkpoint.size, edge: edge), tree.root(hasher) == checkpoint.root else {
      throw AuditError("\(folder.path): the tiles are not those of the checkpoint")
    }
    self.tree = tree
  }

  /// Appends, durably, and signs the new checkpoint.
  @discardableResult package mutating func append(_ entries: [[UInt8]]) throws -> Checkpoint {
    guard let signer else { throw AuditError("the key of \(origin) is not here") }
    try stage(entries)
    let checkpoint = Checkpoint(origin: origin, size: size, root: tree.root(TreeHasher()))
    try write(checkpoint.signed(by: signer))
    return checkpoint
  }

  /// Writes entries that no checkpoint covers yet: readers of the folder do not see them.
  package mutating func stage(_ entries: [[UInt8]]) throws {
    var next = self
    let old = size
    let writes = next.take(entries)
    var step = DurableStep(folder: folder)
    for (path, bytes) in writes { try step.write(path, bytes) }
    try step.finish()
    self = next
    removePartial(of: old)
  }

  /// Makes staged entries count, by a checkpoint that the log's owner has signed.
  ///
  /// - Throws: `AuditError` if it is of other entries, `NoteError` if the log has not signed it.
  package func seal(_ note: SignedNote) throws {
    let checkpoint = try Checkpoint.open(note, log: log)
    guard checkpoint.size == size, checkpoint.root == tree.root(TreeHasher()) else {
      throw AuditError("the entries are not those of the checkpoint")
    }
    try write(note)
  }

  private func write(_ note: SignedNote) throws {
    var step = DurableStep(folder: folder)
    try step.write("checkpoint", Array(note.encoded.utf8))
    try step.finish()
  }

  /// - Returns: the files to write, by path.
  private mutating func take(_ entries: [[UInt8]]) -> [String: [UInt8]] {
    var writes: [String: [UInt8]] = [:]
    let hasher = TreeHasher()
    // Moved out, so that appending copies nothing.
    var tiles = self.tiles
    self.tiles = []
    for entry in entries {
      EntryBundle.append(entry, to: &bundle)
      if (tree.size + 1) % Tile.width == 0 {
        writes[Tile(.entries, tree.size / Tile.width).path] = bundle
        bundle = []
      }
      tree.append(hasher.leaf(entry), hasher) { level, index, hash in
        guard level % 8 == 0 else { return }
        if tiles.count == level / 8 { tiles.append([]) }
        hash.append(to: &tiles[level / 8])
        if index % Tile.width == Tile.width - 1 {
          writes[Tile(.hashes(level: level / 8), index / Tile.width).path] = tiles[level / 8]
          tiles[level / 8] = []
        }
      }
    }
    self.tiles = tiles
    if let tile = Tile.partial(.entries, size: size) { writes[tile.path] = bundle }
    for (level, bytes) in tiles.enumerated() {
      if let tile = Tile.partial(.hashes(level: level), size: size) { writes[tile.path] = bytes }
    }
    return writes
  }

  /// Partial tiles are removed once their tile is full: until then a reader of an older checkpoint may need them. One
  /// that stays does no harm.
  private func removePartial(of old: Int) {
    var kinds: [Tile.Kind] = [.entries]
    kinds += (0..<8).map { .hashes(level: $0) }
    for kind in kinds {
      guard let tile = Tile.partial(kind, size: old),
        folder.files.exists("\(folder.path)/\(Tile(kind, tile.index).path)")
      else { continue }
      let parts = "\(folder.path)/\(Tile(kind, tile.index).path).p"
      for name in (try? folder.files.list(parts)) ?? [] { try? folder.files.remove("\(parts)/\(name)") }
      try? folder.files.removeFolder(parts)
    }
  }
}

/// Files that appear whole, and are durable once `finish` returns.
private struct DurableStep {
  let folder: LogFolder
  private var changed: Set<String> = []

  init(folder: LogFolder) { self.folder = folder }

  mutating func write(_ name: String, _ bytes: [UInt8]) throws {
    let path = "\(folder.path)/\(name)"
    let parent = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    try make(parent)
    let staging = path + ".new"
    try folder.files.remove(staging)
    try folder.files.writeNew(staging, [bytes], mode: 0o640)
    try folder.files.rename(staging, to: path)
    changed.insert(parent)
  }

  private mutating func make(_ path: String) throws {
    guard !folder.files.exists(path) else { return }
    let parent = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    if path != folder.path { try make(parent) }
    try folder.files.createFolder(path, mode: 0o750)
    changed.insert(parent)
  }

  mutating func finish() throws {
    for path in changed.sorted() { try folder.files.syncFolder(path) }
    changed = []
  }
}
