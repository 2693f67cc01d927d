import Cryptography
import Foundation
import Testing
import TransparencyLog

private let vectors = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../../../shared/vectors").standardized

/// A proof as other implementations check it, good or bad.
private struct ProofVector: Decodable, Sendable, CustomTestStringConvertible {
  var leafIdx: UInt64?
  var treeSize: UInt64?
  var root: Data?
  var leafHash: Data?
  var size1: UInt64?
  var size2: UInt64?
  var root1: Data?
  var root2: Data?
  var proof: [Data]?
  var desc: String
  var wantErr: Bool
  var testDescription: String { desc }

  static func all(_ kind: String) -> [ProofVector] {
    let folder = vectors.appending(path: "merkle/\(kind)")
    guard let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else { return [] }
    return files.compactMap { $0 as? URL }.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.compactMap
    {
      try? JSONDecoder().decode(ProofVector.self, from: Data(contentsOf: $0))
    }
  }

  /// Nil where a hash has another length than 32: what cannot be said at all is refused.
  func isGood() -> Bool {
    let hashes = (proof ?? []).compactMap { TreeHash(bytes: $0) }
    guard hashes.count == (proof ?? []).count else { return false }
    do {
      if let leafIdx, let treeSize {
        guard let index = Int(exactly: leafIdx), let size = Int(exactly: treeSize),
          let leaf = leafHash.flatMap({ TreeHash(bytes: $0) }),
          let root = root.flatMap({ TreeHash(bytes: $0) })
        else { return false }
        try MerkleProof.verifyInclusion(index: index, size: size, leaf: leaf, proof: hashes, root: root)
      } else {
        guard let old = size1.flatMap(Int.init(exactly:)), let new = size2.flatMap(Int.init(exactly:)) else {
          return false
        }
        // Roots that are no hashes stand for two that are equal or not.
        let (oldRoot, newRoot) = (Self.hash(root1), Self.hash(root2))
        try MerkleProof.verifyConsistency(oldSize: old, newSize: new, oldRoot: oldRoot, newRoot: newRoot, proof: hashes)
      }
    } catch { return false }
    return true
  }

  private static func hash(_ data: Data?) -> TreeHash {
    TreeHash(bytes: data ?? Data()) ?? TreeHasher().leaf([UInt8](data ?? Data()))
  }
}

@Suite struct ProofsThatOthersMade {
  @Test(
    "196 vectors are beside the project",
    .enabled(if: FileManager.default.fileExists(atPath: vectors.path), "no ../shared/vectors beside the project"))
  func areThere() {
    #expect(ProofVector.all("inclusion").count + ProofVector.all("consistency").count == 196)
  }

  @Test(arguments: ProofVector.all("inclusion"))
  fileprivate func ofInclusionAreGoodOrRefused(_ vector: ProofVector) { #expect(vector.isGood() == !vector.wantErr) }

  @Test(arguments: ProofVector.all("consistency"))
  fileprivate func ofConsistencyAreGoodOrRefused(_ vector: ProofVector) { #expect(vector.isGood() == !vector.wantErr) }
}

@Suite(.enabled(if: FileManager.default.fileExists(atPath: vectors.path), "no ../shared/vectors beside the project"))
struct LogThatAnotherWrote {
  private static let key = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
  private static let entries = "one two three four five six seven eit nain ten ileven twelf threeten fourten fivten"
    .split(separator: " ").map { Array($0.utf8) }
  private let folder = vectors.appending(path: "tlog")

  private func checkpoint(_ name: String) throws -> SignedNote {
    try SignedNote([UInt8](Data(contentsOf: folder.appending(path: name))))
  }

  @Test(arguments: 0...15) func hasOurRootsUnderItsSignatures(size: Int) throws {
    let log = try #require(NoteVerifier(Self.key))
    let checkpoint = try Checkpoint.open(checkpoint("checkpoint.\(size)"), log: log)
    let hasher = TreeHasher()
    var tree = CompactTree()
    for entry in Self.entries.prefix(size) { tree.append(hasher.leaf(entry), hasher) }
    #expect(checkpoint == Checkpoint(origin: log.name, size: size, root: tree.root(hasher)))
  }

  @Test(arguments: 1...15) func hasOurTilesAndBundles(size: Int) throws {
    let hasher = TreeHasher()
    var (tile, bundle): ([UInt8], [UInt8]) = ([], [])
    for entry in Self.entries.prefix(size) {
      tile += hasher.leaf(entry).bytes
      EntryBundle.append(entry, to: &bundle)
    }
    let hashes = try #require(Tile.partial(.hashes(level: 0), size: size))
    let entries = try #require(Tile.partial(.entries, size: size))
    #expect(try [UInt8](Data(contentsOf: folder.appending(path: hashes.path))) == tile)
    #expect(try [UInt8](Data(contentsOf: folder.appending(path: entries.path))) == bundle)
  }

  @Test func isRefusedWithAnyBitOfACheckpointChanged() throws {
    let log = try #require(NoteVerifier(Self.key))
    let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "checkpoint.15")))
    for index in bytes.indices {
      for bit in 0..<8 {
        var bad = bytes
        bad[index] ^= 1 << bit
        #expect(throws: NoteError.self, "bit \(bit) of byte \(index)") {
          _ = try Checkpoint.open(try SignedNote(bad), log: log)
        }
      }
    }
  }
}
