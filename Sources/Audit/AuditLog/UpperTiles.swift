import TransparencyLog

/// The tree above the tiles of leaves, compared with the tiles of its levels.
struct UpperTiles {
  let folder: LogFolder
  private let hasher = TreeHasher()
  private var tree = CompactTree()
  /// By level, from 1: the hashes of the last tile.
  private var tiles: [[UInt8]] = []

  init(folder: LogFolder) { self.folder = folder }

  mutating func append(_ root: TreeHash) throws {
    var full: [(level: Int, index: Int, bytes: [UInt8])] = []
    // Moved out, so that appending copies nothing.
    var tiles = self.tiles
    self.tiles = []
    defer { self.tiles = tiles }
    tree.append(root, hasher) { level, index, hash in
      guard level % 8 == 0 else { return }
      if tiles.count == level / 8 { tiles.append([]) }
      hash.append(to: &tiles[level / 8])
      if index % Tile.width == Tile.width - 1 {
        full.append((level / 8 + 1, index / Tile.width, tiles[level / 8]))
        tiles[level / 8] = []
      }
    }
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
