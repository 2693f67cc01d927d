/// The right edge of a growing Merkle tree: enough to append, and to tell the root.
public struct CompactTree: Sendable {
  public private(set) var size: Int
  /// The roots of the full subtrees that the tree is made of, the largest first: one for each bit of `size`.
  public private(set) var edge: [TreeHash]

  public init() {
    size = 0
    edge = []
  }

  /// Goes on from a tree that is known by its edge; nil where edge and size do not fit.
  public init?(size: Int, edge: [TreeHash]) {
    guard size >= 0, edge.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.edge = edge
  }

  /// - Parameter completed: told of each full subtree that the leaf completes, itself included: its level and index there.
  public mutating func append(
    _ leaf: TreeHash, _ hasher: TreeHasher,
    completed: (_ level: Int, _ index: Int, _ hash: TreeHash) -> Void = { _, _, _ in }
  ) {
    var (hash, level, index) = (leaf, 0, size)
    completed(level, index, hash)
    while index & 1 == 1 {
      hash = hasher.node(edge.removeLast(), hash)
      (level, index) = (level + 1, index >> 1)
      completed(level, index, hash)
    }
    edge.append(hash)
    size += 1
  }

  /// The Merkle tree hash (RFC 9162, section 2.1.1).
  public func root(_ hasher: TreeHasher) -> TreeHash {
    guard var root = edge.last else { return hasher.empty }
    for hash in edge.dropLast().reversed() { root = hasher.node(hash, root) }
    return root
  }
}
