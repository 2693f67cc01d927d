import Foundation
import TransparencyLog

/// Looks at one bundle of entries: their hashes against the tile of leaves, and each one's shape.
struct TileCheck: Sendable {
  struct Result: Sendable {
    /// The roots of the full subtrees that the entries make, the largest first.
    let edge: [TreeHash]
    let root: TreeHash
    /// Of each entry; empty where shapes are not looked at.
    let facts: [EntryScan.Facts]
  }

  let folder: LogFolder
  /// Nil where shapes are not to be looked at.
  let scan: EntryScan?

  /// - Throws: `AuditError`, `NoteError`, `FileError`.
  func look(at tile: Tile) throws -> Result {
    let bundle = try folder.bundle(tile)
    var facts: [EntryScan.Facts] = []
    let leaves = try bundle.bytes.withUnsafeBytes { bytes in
      let ranges = try EntryBundle.ranges(bytes, count: bundle.count).prefix(tile.width)
      if let scan {
        facts.reserveCapacity(ranges.count)
        for range in ranges {
          do throws(AuditError) {
            facts.append(try scan.check(UnsafeRawBufferPointer(rebasing: bytes[range])))
          } catch {
            throw AuditError("entry \(tile.index * Tile.width + facts.count): \(error)")
          }
        }
      }
      return try compare(ranges.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }, tile)
    }
    return Result(edge: leaves.edge, root: leaves.root, facts: facts)
  }

  private func compare(_ entries: [UnsafeRawBufferPointer], _ tile: Tile) throws -> (edge: [TreeHash], root: TreeHash) {
    let (hasher, leaves) = (TreeHasher(), Tile(.hashes(level: 0), tile.index, width: tile.width))
    var (tree, hashes): (CompactTree, [UInt8]) = (CompactTree(), [])
    hashes.reserveCapacity(tile.width * TreeHash.byteCount)
    for entry in entries {
      let leaf = hasher.leaf(entry)
      leaf.append(to: &hashes)
      tree.append(leaf, hasher)
    }
    guard try folder.hashes(leaves) == hashes else {
      throw AuditError("\(leaves.path): not the hashes of the entries in \(tile.path)")
    }
    return (tree.edge, tree.root(hasher))
  }
}
