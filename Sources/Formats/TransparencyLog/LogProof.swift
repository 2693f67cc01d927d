import Cryptography

/// A proof that an entry stands in a log, to be checked without the log (C2SP tlog-proof).
public struct LogProof: Equatable, Sendable {
  private static let header = "c2sp.org/tlog-proof@v1"

  public let index: Int
  /// From the leaf's sibling up.
  public let hashes: [TreeHash]
  /// The checkpoint that it leads to, with its signatures.
  public let checkpoint: SignedNote

  public init(index: Int, hashes: [TreeHash], checkpoint: SignedNote) {
    self.index = index
    self.hashes = hashes
    self.checkpoint = checkpoint
  }

  public var text: String {
    "\(Self.header)\nindex \(index)\n" + hashes.map { $0.base64 + "\n" }.joined() + "\n" + checkpoint.encoded
  }

  /// - Throws: `NoteError`.
  public init(_ bytes: [UInt8]) throws(NoteError) {
    guard bytes.count <= SignedNote.maxBytes, let text = String(validating: bytes, as: UTF8.self),
      let gap = text.utf8.firstRange(of: "\n\n".utf8)
    else { throw NoteError("not a proof of C2SP's tlog-proof") }
    var lines = text.utf8[..<gap.lowerBound].split(separator: newline, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }[...]
    guard lines.popFirst() == Self.header else { throw NoteError("a proof begins with \(Self.header)") }
    if lines.first?.hasPrefix("extra ") == true { lines.removeFirst() }
    guard let line = lines.popFirst(), line.hasPrefix("index "), let index = Int(line.dropFirst(6)), index >= 0,
      String(index) == line.dropFirst(6)
    else { throw NoteError("a proof names the entry's index") }
    guard lines.count <= MerkleProof.maxHashes else { throw NoteError("a proof of \(lines.count) hashes") }
    var hashes: [TreeHash] = []
    for line in lines {
      guard let bytes = Base64.decode(line.utf8), let hash = TreeHash(bytes: bytes) else {
        throw NoteError("a proof's hash is 32 bytes in base64")
      }
      hashes.append(hash)
    }
    self.index = index
    self.hashes = hashes
    checkpoint = try SignedNote(Array(text.utf8[gap.upperBound...]))
  }

  /// Checks that the log has signed a tree with this entry.
  ///
  /// - Returns: the checkpoint.
  /// - Throws: `NoteError`, `ProofError`.
  public func verify(entry: [UInt8], log: NoteVerifier) throws -> Checkpoint {
    let hasher = TreeHasher()
    let checkpoint = try Checkpoint.open(self.checkpoint, log: log)
    try MerkleProof.verifyInclusion(
      index: index, size: checkpoint.size, leaf: hasher.leaf(entry), proof: hashes, root: checkpoint.root, hasher)
    return checkpoint
  }
}
