import TransparencyLog

/// Reads a log's tiles of hashes, each of them once. Use from one task at a time.
final class TileReader {
  private let folder: LogFolder
  private let size: Int
  private let hasher = TreeHasher()
  private var tiles: [Tile: [UInt8]] = [:]

  /// - Parameter size: of the tree.
  init(folder: LogFolder, size: Int) { (self.folder, self.size) = (folder, size) }

  /// The hash of a full subtree of 2^level entries.
  ///
  /// - Throws: `AuditError` if the tree has none, or a tile is damaged; `FileError`.
  func subtree(level: Int, index: Int) throws -> TreeHash {
    let (tileLevel, above) = (level / 8, level % 8)
    let first = index << above
    let count = Tile.count(level: tileLevel, size: size)
    guard first + (1 << above) <= count else { throw AuditError("the tree has no such subtree") }
    let (tileIndex, offset) = (first / Tile.width, first % Tile.width)
    let width = min(Tile.width, count - tileIndex * Tile.width)
    let bytes = try bytes(Tile(.hashes(level: tileLevel), tileIndex, width: width))
    var tree = CompactTree()
    for position in offset..<offset + (1 << above) { tree.append(hash(bytes, position), hasher) }
    return tree.root(hasher)
  }

  private func bytes(_ tile: Tile) throws -> [UInt8] {
    if let bytes = tiles[tile] { return bytes }
    let bytes = try folder.hashes(tile)
    tiles[tile] = bytes
    return bytes
  }
}
