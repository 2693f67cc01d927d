import DurableFiles
import Foundation
import Testing

@testable import guandu

@Suite struct DocumentOutputs {
  private let scratch: ScratchFolder
  private var folder: String { scratch.path }

  init() throws { scratch = try ScratchFolder() }

  private func content(_ name: String) -> String? { try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }

  /// Writes new ones of both, of which the OFD comes second and cannot be renamed.
  private func fail(isReplacing: Bool) throws {
    let (pdf, ofd) = ("\(folder)/out.pdf", "\(folder)/out.ofd")
    let output = DocumentOutput(
      paths: [pdf, ofd], isReplacing: isReplacing, files: Files(faults: NoRename(target: ofd)))
    try output.check()
    #expect(throws: CommandFailure.self) {
      try output.write([
        DocumentOutput.File(kind: "pdf", path: pdf, bytes: Array("new".utf8)),
        DocumentOutput.File(kind: "ofd", path: ofd, bytes: Array("new".utf8)),
      ])
    }
  }

  @Test func `leave none of two new files where one fails`() throws {
    try fail(isReplacing: false)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
  }

  @Test func `are each the old or the new one where they are replaced`() throws {
    for name in ["out.pdf", "out.ofd"] { try Data("old".utf8).write(to: URL(filePath: "\(folder)/\(name)")) }
    try fail(isReplacing: true)
    #expect(content("out.pdf") == "new")
    #expect(content("out.ofd") == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
  }
}

private struct NoRename: FaultPlan {
  let target: String

  func before(_ operation: FileOperation, path: String) throws(FileError) {
    if operation == .rename, path == target { throw FileError(operation, path, number: ENOSPC) }
  }

  func after(_ operation: FileOperation, path: String) throws(FileError) {}
}
