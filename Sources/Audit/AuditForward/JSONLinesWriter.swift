import DurableFiles
import JSON
import Runtime

/// A file that grows by a line for each entry. The operator may rename it at any time: the next entries go into a new
/// one.
actor JSONLinesWriter: EntryReceiver {
  nonisolated let name = "json_lines"
  nonisolated let settleMilliseconds = 0
  nonisolated let address: String

  private static let newline = UInt8(ascii: "\n")

  private let path: String
  private let files: Files
  private var file: WritableFile?
  private let executor = ThreadExecutor("audit.forward.lines")

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(path: String, files: Files) {
    self.path = path
    address = path
    self.files = files
  }

  func take(_ entries: [ForwardedEntry]) throws {
    do {
      let file = try opened()
      try file.append(entries.flatMap(Self.line))
      try file.sync()
    } catch {
      // How much of it was written shows when it is opened again.
      file = nil
      throw error
    }
  }

  /// What was synced stays.
  func hasBroken() -> Bool { false }

  func close() { file = nil }

  static func line(_ entry: ForwardedEntry) -> [UInt8] {
    let head = "{\"log\":" + text(entry.log) + ",\"index\":\(entry.index),\"entry\":"
    return Array(head.utf8) + entry.json + Array("}\n".utf8)
  }

  private static func text(_ value: String) -> String {
    String(decoding: JSONValue.string(value).encoded(), as: UTF8.self)
  }

  private func opened() throws(FileError) -> WritableFile {
    if let file, let inode = file.inode, files.inode(path) == inode { return file }
    let isNew = !files.exists(path)
    let fresh = try files.openForAppending(path, mode: 0o640)
    if isNew {
      try files.syncFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    } else {
      try endLine(fresh)
    }
    file = fresh
    return fresh
  }

  /// A line that a crash has cut off ends there; its entry follows again, whole.
  private func endLine(_ file: WritableFile) throws(FileError) {
    let readable = try files.openForReading(path)
    guard readable.byteCount > 0 else { return }
    if try readable.read(at: readable.byteCount - 1, count: 1) != [Self.newline] { try file.append([Self.newline]) }
  }
}
