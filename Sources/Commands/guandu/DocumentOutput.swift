import DurableFiles
import Foundation

/// The files that a document becomes.
///
/// Each appears whole or not at all. New files appear together: where one cannot, none is left. Where files are
/// replaced, those that were replaced before the one that failed stay, as what they held is gone.
struct DocumentOutput {
  struct File {
    let kind: String
    let path: String
    let bytes: [UInt8]
  }

  private let paths: [String]
  private let isReplacing: Bool
  private let files: Files

  init(paths: [String], isReplacing: Bool, files: Files = Files()) {
    (self.paths, self.isReplacing, self.files) = (paths, isReplacing, files)
  }

  /// - Throws: where a file is there that shall not be replaced, or something that is no file.
  func check() throws {
    for path in paths {
      guard let status = files.status(path), !status.isRegular else { continue }
      throw CommandFailure(.cannotWrite, "\(path) is no regular file, and is not replaced")
    }
    for path in paths where !isReplacing && files.exists(path) {
      throw CommandFailure(.cannotWrite, "\(path) is there already; --replace writes over it")
    }
  }

  func write(_ outputs: [File]) throws {
    var (staged, done): ([String], [String]) = ([], [])
    do {
      for output in outputs {
        let new = "\(output.path).new-\(UUID().uuidString.prefix(8))"
        try files.writeNew(new, [output.bytes], mode: 0o644)
        staged.append(new)
      }
      for (new, output) in zip(staged, outputs) {
        if isReplacing {
          try files.rename(new, to: output.path)
        } else {
          try files.renameExclusively(new, to: output.path)
          done.append(output.path)
        }
      }
    } catch {
      for path in staged + done where files.exists(path) { try? files.remove(path) }
      throw CommandFailure(.cannotWrite, "\(error)")
    }
  }
}
