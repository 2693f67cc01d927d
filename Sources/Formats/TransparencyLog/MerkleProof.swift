/// Why a proof proves nothing.
public struct ProofError: Error, Equatable, Sendable, CustomStringConvertible {
  /// For the reader of a report: lowercase, no full stop.
  public let reason: String
  public init(_ reason: String) { self.reason = reason }
  public var description: String { reason }
}

/// Checks of proofs, by RFC 9162, sections 2.1.3.2 and 2.1.4.2.
public enum MerkleProof {
  /// A tree of 2⁶² entries has no deeper path.
  public static let maxHashes = 62

  /// Checks that the entry with this leaf hash stands at `index` in the tree of `size` entries with this root.
  ///
  /// - Throws: `ProofError` where it does not, or the proof has another length.
  public static func verifyInclusion(
    index: Int, size: Int, leaf: TreeHash, proof: [TreeHash], root: TreeHash, _ hasher: TreeHasher = TreeHasher()
  ) throws(ProofError) {
    guard index >= 0, index < size else { throw ProofError("entry \(index) is not in a tree of \(size)") }
    var (node, last, hash) = (index, size - 1, leaf)
    for sibling in proof {
      guard last != 0 else { throw ProofError("the proof is too long") }
      if node & 1 == 1 || node == last {
        hash = hasher.node(sibling, hash)
        while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
      } else {
        hash = hasher.node(hash, sibling)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    guard last == 0 else { throw ProofError("the proof is too short") }
    guard hash == root else { throw ProofError("the proof leads to another root") }
  }

  /// Checks that the tree of `newSize` entries begins with the tree of `oldSize`.
  ///
  /// - Throws: `ProofError` where it does not, or the proof has another length. From an empty tree there is nothing to prove, and a proof from it is refused.
  public static func verifyConsistency(
    oldSize: Int, newSize: Int, oldRoot: TreeHash, newRoot: TreeHash, proof: [TreeHash],
    _ hasher: TreeHasher = TreeHasher()
  ) throws(ProofError) {
    guard oldSize >= 0, oldSize <= newSize else { throw ProofError("a tree of \(newSize) is before one of \(oldSize)") }
    guard oldSize > 0 else { throw ProofError("nothing follows from an empty tree") }
    if oldSize == newSize {
      guard proof.isEmpty else { throw ProofError("the proof is too long") }
      guard oldRoot == newRoot else { throw ProofError("two roots for a tree of \(oldSize)") }
      return
    }
    guard !proof.isEmpty else { throw ProofError("the proof is too short") }
    // Where the old tree is one full subtree, the proof leaves its root out.
    let path = oldSize & (oldSize - 1) == 0 ? [oldRoot] + proof : proof
    var (node, last) = (oldSize - 1, newSize - 1)
    while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
    var (old, new) = (path[0], path[0])
    for hash in path.dropFirst() {
      guard last != 0 else { throw ProofError("the proof is too long") }
      if node & 1 == 1 || node == last {
        old = hasher.node(hash, old)
        new = hasher.node(hash, new)
        while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
      } else {
        new = hasher.node(new, hash)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    guard last == 0 else { throw ProofError("the proof is too short") }
    guard old == oldRoot else { throw ProofError("the proof does not lead to the old root") }
    guard new == newRoot else { throw ProofError("the proof does not lead to the new root") }
  }
}

/// Makes proofs from the hashes of full subtrees (RFC 9162, sections 2.1.3.1 and 2.1.4.1).
public struct ProofMaker {
  /// The hash of the full subtree of 2^level entries that is the index-th of its level.
  public typealias Subtree = (_ level: Int, _ index: Int) throws -> TreeHash

  private let size: Int
  private let subtree: Subtree
  private let hasher = TreeHasher()

  /// - Parameter size: of the tree, which has all subtrees that are asked for.
  public init(size: Int, subtree: @escaping Subtree) {
    self.size = size
    self.subtree = subtree
  }

  /// - Throws: `ProofError` where the entry is not in the tree; what `subtree` throws.
  public func inclusion(of index: Int) throws -> [TreeHash] {
    guard (0..<max(size, 0)).contains(index) else { throw ProofError("entry \(index) is not in a tree of \(size)") }
    var (proof, range): ([TreeHash], Range<Int>) = ([], 0..<size)
    while range.count > 1 {
      let middle = range.lowerBound + Self.split(range.count)
      if index < middle {
        proof.append(try root(of: middle..<range.upperBound))
        range = range.lowerBound..<middle
      } else {
        proof.append(try root(of: range.lowerBound..<middle))
        range = middle..<range.upperBound
      }
    }
    return proof.reversed()
  }

  /// - Throws: `ProofError` where there is no such earlier tree; what `subtree` throws.
  public func consistency(from oldSize: Int) throws -> [TreeHash] {
    guard oldSize > 0, oldSize <= size else { throw ProofError("a tree of \(size) has none of \(oldSize) before it") }
    var (proof, range, isWhole): ([TreeHash], Range<Int>, Bool) = ([], 0..<size, true)
    while oldSize != range.upperBound {
      let middle = range.lowerBound + Self.split(range.count)
      if oldSize <= middle {
        proof.append(try root(of: middle..<range.upperBound))
        range = range.lowerBound..<middle
      } else {
        proof.append(try root(of: range.lowerBound..<middle))
        (range, isWhole) = (middle..<range.upperBound, false)
      }
    }
    if !isWhole { proof.append(try root(of: range)) }
    return proof.reversed()
  }

  /// The Merkle tree hash of the entries in `range`, which begins at a multiple of a power of two that is not below its count.
  private func root(of range: Range<Int>) throws -> TreeHash {
    let (count, start) = (range.count, range.lowerBound)
    if count & (count - 1) == 0 {
      let level = count.trailingZeroBitCount
      return try subtree(level, start >> level)
    }
    let middle = start + Self.split(count)
    return hasher.node(try root(of: start..<middle), try root(of: middle..<range.upperBound))
  }

  /// The largest power of two below `count`, which is above 1.
  private static func split(_ count: Int) -> Int { 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount) }
}
