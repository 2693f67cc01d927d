import Foundation
import JSON
import TransparencyLog

/// Checks one bundle of entries: their hashes against the tile of leaves, and each entry's format.
struct TileCheck: Sendable {
  struct Result: Sendable {
    /// The roots of the full subtrees that the entries make, the largest first.
    var edge: [TreeHash] = []
    var root: TreeHash
    /// Of each entry; empty if formats are not checked.
    var facts: [EntryScan.Facts] = []
    /// The members of entries of the requested kinds, by their index in the bundle.
    var members: [Int: JSONValue] = [:]
    /// Whether the entries were there; else only their hashes were used.
    var isSeen = true
  }

  let folder: LogFolder
  /// Nil if formats are not to be checked.
  let scan: EntryScan?
  /// The kinds whose members are needed.
  let kinds: Set<AuditEntry.Kind>

  /// - Throws: `AuditError`, `NoteError`, `FileError`.
  func look(at tile: Tile) throws -> Result {
    let bundle: (bytes: [UInt8], count: Int)
    do { bundle = try folder.bundle(tile) } catch is ColdBundle { return try takeHashes(of: tile) }
    return try bundle.bytes.withUnsafeBytes { bytes in
      let ranges = try EntryBundle.ranges(bytes, count: bundle.count).prefix(tile.width)
      let entries = ranges.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
      var result = try compare(entries, tile)
      if let scan { try read(entries, with: scan, from: tile.index * Tile.width, into: &result) }
      return result
    }
  }

  private func read(
    _ entries: [UnsafeRawBufferPointer], with scan: EntryScan, from first: Int, into result: inout Result
  ) throws(AuditError) {
    result.facts.reserveCapacity(entries.count)
    for (place, entry) in entries.enumerated() {
      let facts: EntryScan.Facts
      do throws(AuditError) { facts = try scan.check(entry) } catch {
        throw AuditError("entry \(first + place): \(error)")
      }
      result.facts.append(facts)
      if kinds.contains(facts.kind) { result.members[place] = try? JSONValue.parse(Array(entry)) }
    }
  }

  private func compare(_ entries: [UnsafeRawBufferPointer], _ tile: Tile) throws -> Result {
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
    return Result(edge: tree.edge, root: tree.root(hasher))
  }

  /// What a bundle in cold storage adds to the tree.
  private func takeHashes(of tile: Tile) throws -> Result {
    let hasher = TreeHasher()
    let hashes = try folder.hashes(Tile(.hashes(level: 0), tile.index))
    var tree = CompactTree()
    for place in 0..<tile.width { tree.append(hash(hashes, place), hasher) }
    return Result(root: tree.root(hasher), isSeen: false)
  }
}
