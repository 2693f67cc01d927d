import Cryptography
import DurableFiles
import Foundation
import Testing
import TransparencyLog

@testable import AuditLog

@Suite struct ArchivedEntries {
  private let log: WrittenLog
  private let cold = NSTemporaryDirectory() + "guandu-\(UUID().uuidString)"

  /// A log of 1,000 entries, one a second.
  init() throws {
    log = try WrittenLog()
    let log = log
    try log.append((0..<1_000).map { log.entry(.zoneStarted, at: Double($0)) })
  }

  @discardableResult private func archive(beforeSecond second: Int, files: Files = Files()) throws -> Int {
    let archive = LogArchive(
      log: LogFolder(path: log.root, files: files), to: cold, zone: "dmz", files: files)
    return try archive.run(before: WrittenLog.day + second * 1_000)
  }

  private func hasBundle(_ index: Int, in folder: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(Tile(.entries, index).path)")
  }

  private func removeCold() { try? FileManager.default.removeItem(atPath: cold) }

  @Test func areWholeBundlesOfOldOnesAlone() throws {
    defer { removeCold() }
    // Entry 600 is not older than the second 600, and so the third bundle stays.
    #expect(try archive(beforeSecond: 600) == 512)
    #expect((0..<3).map { hasBundle($0, in: log.root) } == [false, false, true])
    #expect((0..<3).map { hasBundle($0, in: cold) } == [true, true, false])
    #expect(try archive(beforeSecond: 600) == 0)
    // The last bundle is not full, and stays however old it is.
    #expect(try archive(beforeSecond: 1_000_000) == 256)
  }

  @Test func areSaidNotToHaveBeenSeen() throws {
    defer { removeCold() }
    try archive(beforeSecond: 600)
    let result = try log.check()
    #expect(result.unseen == 512 && result.kinds == [.zoneStarted: 488] && result.checkpoint.size == 1_000)
    #expect(result.faults.isEmpty)
    #expect(throws: AuditError("entries 256 to 511 are in cold storage")) { _ = try log.folder.entry(300, size: 1_000) }
  }

  @Test func areCheckedAndProvedFromTheirFolder() throws {
    defer { removeCold() }
    let checkpoint = try log.check().checkpoint
    try archive(beforeSecond: 600)
    let result = try log.check(cold: cold)
    #expect(result.unseen == 0 && result.kinds == [.zoneStarted: 1_000])
    let folder = LogFolder(path: log.root, cold: cold)
    try MerkleProof.verifyInclusion(
      index: 300, size: 1_000, leaf: TreeHasher().leaf(folder.entry(300, size: 1_000)),
      proof: folder.proofs(size: 1_000).inclusion(of: 300), root: checkpoint.root)
  }

  @Test func areNamedWithTheirSums() throws {
    defer { removeCold() }
    try archive(beforeSecond: 300)
    try archive(beforeSecond: 600)
    let lines = try String(contentsOfFile: cold + "/SHA256SUMS", encoding: .utf8).split(separator: "\n")
    let sums = try ["000", "001"].map { name in
      "\(Digest.of(try Data(contentsOf: URL(filePath: "\(cold)/tile/entries/\(name)"))).hex)  tile/entries/\(name)"
    }
    #expect(lines.map(String.init) == sums)
  }

  @Test func disturbNoLogThatGrows() throws {
    defer { removeCold() }
    try archive(beforeSecond: 1_000_000)
    try log.append((1_000..<2_000).map { log.entry(.zoneStarted, at: Double($0)) })
    #expect(try archive(beforeSecond: 1_000_000) == 1_792 - 768)
    let again = try log.check(cold: cold)
    #expect(again.kinds == [.zoneStarted: 2_000] && again.unseen == 0)
  }

  @Test func areFoundWhereTheyWereChangedOrAreGone() throws {
    defer { removeCold() }
    try archive(beforeSecond: 600)
    let file = URL(filePath: cold + "/tile/entries/001")
    var bytes = [UInt8](try Data(contentsOf: file))
    bytes[20] ^= 1
    try Data(bytes).write(to: file)
    #expect(throws: AuditError("tile/0/001: not the hashes of the entries in tile/entries/001")) {
      _ = try log.check(cold: cold)
    }
    try FileManager.default.removeItem(at: file)
    #expect(throws: FileError.self) { _ = try log.check(cold: cold) }
  }

  @Test func hideNoneThatWasTakenAway() throws {
    defer { removeCold() }
    try archive(beforeSecond: 300)
    try FileManager.default.removeItem(atPath: log.root + "/tile/entries/001")
    #expect(throws: FileError.self) { _ = try log.check() }
  }

  @Test func areNotTakenFromALogThatWasChanged() throws {
    defer { removeCold() }
    let file = URL(filePath: log.root + "/tile/entries/001")
    var bytes = [UInt8](try Data(contentsOf: file))
    bytes[40] ^= 1
    try Data(bytes).write(to: file)
    #expect(throws: AuditError.self) { try archive(beforeSecond: 600) }
    #expect(hasBundle(0, in: log.root) && hasBundle(1, in: log.root))
  }

  @Test func takeThePlaceOfNoOthers() throws {
    defer { removeCold() }
    try archive(beforeSecond: 300)
    let other = try WrittenLog()
    try other.append((0..<300).map { other.entry(.zoneStarted, at: Double($0) + 0.5) })
    #expect(throws: AuditError("\(cold)/tile/entries/000 is there already, and is not this log's")) {
      try LogArchive(log: other.folder, to: cold, zone: "dmz").run(before: WrittenLog.day + 900_000)
    }
  }

  @Test(arguments: 1...60, [false, true]) func areNeverLostWhereAStepFails(step: Int, isDone: Bool) throws {
    defer { removeCold() }
    let fault = OneFault(step: step, isDone: isDone)
    let isCutOff = (try? archive(beforeSecond: 600, files: Files(faults: fault))) == nil
    #expect(isCutOff || step > 20)
    // At any moment each entry lies in one of the two places.
    #expect(try log.check(cold: cold).kinds == [.zoneStarted: 1_000])
    try archive(beforeSecond: 600)
    #expect((0..<3).map { hasBundle($0, in: log.root) } == [false, false, true])
    #expect(try log.check(cold: cold).kinds == [.zoneStarted: 1_000])
  }
}
