public import DurableFiles

/// The folder of quarantined files: `<milliseconds>-<random>.gdp`, and beside each a `.reason`. It is bounded: the
/// oldest files are removed, and their reasons stay; much later the oldest reasons are removed too.
public struct Quarantine: Sendable {
  /// Together, as the disk counts them.
  public static let maxBytes = 1_073_741_824
  public static let maxFiles = 10_000
  public static let maxReasons = 100_000
  public static let reasonSuffix = ".reason"
  private static let fileSuffix = ".gdp"

  public let folder: String
  private let files: Files
  private let limits: (bytes: Int, files: Int, reasons: Int)

  public init(folder: String, files: Files) {
    self.init(
      folder: folder, files: files, maxBytes: Self.maxBytes, maxFiles: Self.maxFiles, maxReasons: Self.maxReasons)
  }

  package init(folder: String, files: Files, maxBytes: Int, maxFiles: Int, maxReasons: Int) {
    self.folder = folder
    self.files = files
    limits = (maxBytes, maxFiles, maxReasons)
  }

  /// Writes down why a file was quarantined.
  public func write(_ reason: String, of name: String) throws(FileError) {
    try files.writeNew(folder + "/" + name + Self.reasonSuffix, [Array((reason + "\n").utf8)])
  }

  /// Removes the oldest files until all limits hold again, durably.
  ///
  /// - Returns: the names of the removed files; their reasons say so.
  public func makeRoom() throws(FileError) -> [String] {
    let names = try files.list(folder).sorted()
    let reasons = names.filter { $0.hasSuffix(Self.reasonSuffix) }
    var kept = names.filter { $0.hasSuffix(Self.fileSuffix) }.map { name in
      (name: name, bytes: files.status(folder + "/" + name)?.allocatedBytes ?? 0)
    }[...]
    var (bytes, gone): (Int, [String]) = (kept.reduce(0) { $0 + $1.bytes }, [])
    while bytes > limits.bytes || kept.count > limits.files, let oldest = kept.popFirst() {
      // A folder that is not empty stays, and no longer counts.
      guard (try? removeBulk(oldest.name)) != nil else {
        bytes -= oldest.bytes
        continue
      }
      bytes -= oldest.bytes
      gone.append(oldest.name)
    }
    for reason in reasons.prefix(max(0, reasons.count - limits.reasons)) { try files.remove(folder + "/" + reason) }
    if !gone.isEmpty || reasons.count > limits.reasons { try files.syncFolder(folder) }
    return gone
  }

  private func removeBulk(_ name: String) throws(FileError) {
    let path = folder + "/" + name
    if files.status(path)?.isFolder == true { return try files.removeFolder(path) }
    let note = try files.openForAppending(path + Self.reasonSuffix)
    try note.append(Array("kept: the file was removed to make room\n".utf8))
    try note.sync()
    try note.close()
    try files.remove(path)
  }
}
