import TransparencyLog

extension LogFolder {
  /// Entries from `index` on, at most to the end of their bundle.
  ///
  /// - Parameter maxBytes: at most so many together, but always the first one.
  /// - Throws: `AuditError` if the tree of `size` entries has no such entry; `FileError`.
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
}
