import Foundation
import Testing

/// What fuzzing kept holds each target's properties. A finding ends the process, with the property and the file in the log;
/// `make fuzz` looks for new ones.
@Suite struct FuzzCorpus {
  private static let targets: [(name: String, run: @Sendable ([UInt8]) -> Void)] = [
    ("age-file", fuzzAgeFile), ("age-header", fuzzAgeHeader), ("archive", fuzzArchive),
    ("document", fuzzDocument), ("head", fuzzHead), ("json", fuzzJSON), ("message", fuzzMessage), ("pdf", fuzzPDF),
    ("seal", fuzzSeal), ("zip", fuzzZIP),
  ]
  private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "corpus")

  @Test(arguments: targets.indices) func `holds each property`(index: Int) throws {
    let (name, run) = Self.targets[index]
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.corpus.appending(path: name), includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    for file in files {
      let bytes = try [UInt8](Data(contentsOf: file))
      Replay.$file.withValue("\(name)/\(file.lastPathComponent)") { run(bytes) }
    }
  }

  @Test func `is replayed by the target of each folder`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path())
    #expect(Set(folders) == Set(Self.targets.map(\.name)))
  }
}
