import Cryptography
import Foundation
import Testing

@testable import TransparencyLog

/// A tree whose hashes are all kept, to compare with.
private struct PlainTree {
  let leaves: [TreeHash]
  let hasher = TreeHasher()

  /// As RFC 6962, section 2.1, defines it, and no cleverer.
  func root(_ range: Range<Int>) -> TreeHash {
    if range.isEmpty { return hasher.empty }
    if range.count == 1 { return leaves[range.lowerBound] }
    var split = 1
    while split * 2 < range.count { split *= 2 }
    let middle = range.lowerBound + split
    return hasher.node(root(range.lowerBound..<middle), root(middle..<range.upperBound))
  }

  func maker(_ size: Int) -> ProofMaker {
    ProofMaker(size: size) { level, index in root(index << level..<(index + 1) << level) }
  }
}

private func plainTree(_ count: Int) -> PlainTree {
  let hasher = TreeHasher()
  return PlainTree(leaves: (0..<count).map { hasher.leaf(Array("entry \($0)".utf8)) })
}

private func makeSigner(_ name: String, _ kind: NoteSignatureKind) throws -> NoteSigner {
  let key = try #require(Ed25519PrivateKey(seed: .random(32)))
  return try #require(NoteSigner(name: name, kind: kind, key: key))
}

@Suite struct Trees {
  @Test func growToTheRootsThatTheStandardDefines() {
    let (plain, hasher) = (plainTree(70), TreeHasher())
    var tree = CompactTree()
    for size in 0..<70 {
      #expect(tree.root(hasher) == plain.root(0..<size))
      #expect(CompactTree(size: size, edge: tree.edge)?.root(hasher) == tree.root(hasher))
      tree.append(plain.leaves[size], hasher)
    }
    #expect(CompactTree(size: 3, edge: [plain.leaves[0]]) == nil)
  }

  @Test func proveEachEntryAndEachEarlierTree() throws {
    let plain = plainTree(40)
    for size in 1...40 {
      let root = plain.root(0..<size)
      for index in 0..<size {
        let proof = try plain.maker(size).inclusion(of: index)
        try MerkleProof.verifyInclusion(index: index, size: size, leaf: plain.leaves[index], proof: proof, root: root)
        if size > 1 {
          #expect(throws: ProofError.self) {
            try MerkleProof.verifyInclusion(
              index: (index + 1) % size, size: size, leaf: plain.leaves[index], proof: proof, root: root)
          }
        }
      }
      for old in 1...size {
        let proof = try plain.maker(size).consistency(from: old)
        try MerkleProof.verifyConsistency(
          oldSize: old, newSize: size, oldRoot: plain.root(0..<old), newRoot: root, proof: proof)
        #expect(throws: ProofError.self) {
          try MerkleProof.verifyConsistency(
            oldSize: old, newSize: size, oldRoot: plain.leaves[39], newRoot: root, proof: proof)
        }
      }
      #expect(throws: ProofError.self) { _ = try plain.maker(size).inclusion(of: size) }
      #expect(throws: ProofError.self) { _ = try plain.maker(size).consistency(from: 0) }
    }
  }
}

@Suite struct Notes {
  private func signer(_ name: String = "dmz.example/audit/1") throws -> NoteSigner {
    try makeSigner(name, .ed25519)
  }

  private func witness() throws -> NoteSigner {
    try makeSigner("intranet.example/witness", .cosignature)
  }

  @Test func carryTheLogsSignatureAndAWitnesss() throws {
    let (log, witness) = (try signer(), try witness())
    let checkpoint = Checkpoint(origin: log.verifier.name, size: 0, root: TreeHasher().empty)
    var note = checkpoint.signed(by: log)
    note.add(witness.sign(note.text, at: 1_795_413_616))
    let read = try SignedNote(Array(note.encoded.utf8))
    #expect(read == note)
    #expect(try Checkpoint.open(read, log: log.verifier) == checkpoint)
    #expect(try read.time(signedBy: witness.verifier) == 1_795_413_616)
    #expect(NoteVerifier(witness.verifier.description) == witness.verifier)
  }

  @Test func areRefusedUnderAnothersSignatureOrAWrongTime() throws {
    let (log, witness) = (try signer(), try witness())
    let text = Checkpoint(origin: log.verifier.name, size: 0, root: TreeHasher().empty).text
    let other = SignedNote(text: text, signatures: [try signer("other.example/log").sign(text)])
    #expect(throws: NoteError("the checkpoint is not signed by dmz.example/audit/1")) {
      _ = try Checkpoint.open(other, log: log.verifier)
    }
    var late = witness.sign(text, at: 5).bytes
    late[11] = 6
    let note = SignedNote(text: text, signatures: [NoteSignature(name: witness.verifier.name, bytes: late)])
    #expect(throws: NoteError("the signature of intranet.example/witness is wrong")) {
      _ = try note.time(signedBy: witness.verifier)
    }
    let far = witness.sign(text, at: 253_402_300_800)
    #expect(throws: NoteError.self) {
      _ = try SignedNote(text: text, signatures: [far]).time(signedBy: witness.verifier)
    }
    // A log's key is no witness's, though the bytes be the same.
    #expect(
      NoteVerifier(name: "a", kind: .ed25519, publicKey: witness.verifier.publicKey)?.keyID != witness.verifier.keyID)
  }

  @Test(arguments: [
    "", "\n", "a\n", "a\n\n", "\n— a AAAAAAA=\n", "a\n\n— a AAAAAAA=", "a\n\n- a AAAAAAA=\n", "a\n\n— a+b AAAAAAA=\n",
    "a\n\n— a AAAA\n", "a\n\n— a AAAAAAA\n", "a\n\n—  AAAAAAA=\n", "a\u{1}\n\n— a AAAAAAA=\n", "a\n\n— a AAAAAAA=\n\n",
    "a\r\n\r\n— a AAAAAAA=\r\n", "a\n\n" + String(repeating: "— a AAAAAAA=\n", count: 33),
  ])
  func areRefusedWhereTheyAreNone(_ text: String) {
    #expect(throws: NoteError.self) { _ = try SignedNote(Array(text.utf8)) }
  }

  @Test(arguments: [
    "a\n1\n", "a\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    "a\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    "a\n1\nAAAA\n", "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    "a\n99999999999999999999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nb\n", "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  ])
  func areNoCheckpointWhereTheirLinesAreNot(_ text: String) {
    #expect(throws: NoteError.self) { _ = try Checkpoint(text: text) }
  }

  @Test(arguments: [
    "", "a", "a+b", "a+00000000+AAAA", "+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx",
    "example.com/log/testdata+33d7b497+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx",
    "example.com/log/testdata+33d7b496+AuHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx",
  ])
  func areCheckedByNoKeyThatIsNone(_ text: String) { #expect(NoteVerifier(text) == nil) }
}

@Suite struct Tiles {
  @Test(arguments: [
    (Tile(.hashes(level: 0), 0), "tile/0/000"), (Tile(.hashes(level: 1), 1_234_067), "tile/1/x001/x234/067"),
    (Tile(.entries, 999, width: 12), "tile/entries/999.p/12"), (Tile(.entries, 1_000), "tile/entries/x001/000"),
  ])
  func lieWhereTheStandardSays(tile: Tile, path: String) { #expect(tile.path == path) }

  @Test func ofSeventyThousandEntriesAreThoseOfTheStandardsExample() {
    let partial = (0...3).map { Tile.partial(.hashes(level: $0), size: 70_000) }
    #expect(partial.map { $0?.index } == [273, 1, 0, nil])
    #expect(partial.map { $0?.width } == [112, 17, 1, nil])
    #expect(Tile.partial(.hashes(level: 0), size: 256) == nil)
    #expect(Tile.partial(.hashes(level: 1), size: 256)?.width == 1)
    #expect(Tile.count(level: 63, size: .max) == 0)
  }

  @Test func ofEntriesAreRefusedWhereTheyAreCutOrTooFew() throws {
    var bundle: [UInt8] = []
    EntryBundle.append(Array("one".utf8), to: &bundle)
    EntryBundle.append([], to: &bundle)
    func ranges(_ bytes: [UInt8], _ count: Int) throws -> [Range<Int>] {
      try bytes.withUnsafeBytes { try EntryBundle.ranges($0, count: count) }
    }
    #expect(try ranges(bundle, 2) == [2..<5, 7..<7])
    #expect(throws: NoteError.self) { _ = try ranges(bundle, 3) }
    for cut in [1, 3, 6] { #expect(throws: NoteError.self) { _ = try ranges(Array(bundle.prefix(cut)), 2) } }
  }
}

@Suite struct ProofFiles {
  @Test func areCheckedWithoutTheLog() throws {
    let signer = try makeSigner("a.example/log", .ed25519)
    let plain = plainTree(13)
    let note = Checkpoint(origin: "a.example/log", size: 13, root: plain.root(0..<13)).signed(by: signer)
    let proof = LogProof(index: 9, hashes: try plain.maker(13).inclusion(of: 9), checkpoint: note)
    let read = try LogProof(Array(proof.text.utf8))
    #expect(read == proof)
    #expect(try read.verify(entry: Array("entry 9".utf8), log: signer.verifier).size == 13)
    #expect(throws: ProofError.self) { _ = try read.verify(entry: Array("entry 8".utf8), log: signer.verifier) }
    #expect(throws: NoteError.self) {
      _ = try LogProof(Array(proof.text.replacingOccurrences(of: "index 9", with: "index 09").utf8))
    }
    #expect(throws: NoteError.self) { _ = try LogProof(Array(proof.text.dropFirst().utf8)) }
  }
}
