public import TransparencyLog

extension LogFolder {
  /// Entries from `index` on, to the end of their bundle at the most.
  ///
  /// - Parameter maxBytes: no more than so many together, but for the first one.
  /// - Throws: `AuditError` where the tree of `size` entries has no such one; `FileError`.
  public func some(from index: Int, size: Int, maxBytes: Int) throws -> [[UInt8]] {
    guard (0..<max(0, size)).contains(index) else { throw AuditError("entry \(index) is not in a log of \(size)") }
    let bundle = index / Tile.width
    let all = try entries(Tile(.entries, bundle, width: min(Tile.width, size - bundle * Tile.width)))
    var (taken, bytes): ([[UInt8]], Int) = ([], 0)
    for entry in all.dropFirst(index % Tile.width) {
      if !taken.isEmpty, bytes + entry.count > maxBytes { break }
      taken.append(entry)
      bytes += entry.count
    }
    return taken
  }

  /// The root of the tree's first `size` entries.
  ///
  /// - Parameter whole: how many entries the tree has.
  /// - Throws: `AuditError` where it has fewer; `FileError`.
  public func head(at size: Int, of whole: Int) throws -> TreeHash {
    guard (0...whole).contains(size) else { throw AuditError("a log of \(whole) has no head at \(size)") }
    var (edge, next): ([TreeHash], Int) = ([], 0)
    for level in stride(from: Int.bitWidth - 2, through: 0, by: -1) where size & 1 << level != 0 {
      edge.append(try subtree(level: level, index: next >> level, size: whole))
      next += 1 << level
    }
    guard let tree = CompactTree(size: size, edge: edge) else { throw AuditError("the tiles do not lead to a head") }
    return tree.root(TreeHasher())
  }
}
