public import DurableFiles
import Glibc

/// A folder that carries opaque packets one way: `tmp/` for those being written, `new/` for whole ones.
///
/// It reads no packet, and takes no meaning from a name.
public struct DropFolder: Sendable {
  /// How many names of `new/` are read.
  public static let waitingMax = 100_000
  /// More than any link's `drop_max_packets`.
  private static let usageMax = 1_000_001

  public let path: String
  private let files: Files

  public init(path: String, files: Files) {
    self.path = path
    self.files = files
  }

  public var newFolder: String { path + "/new" }
  private var temporaryFolder: String { path + "/tmp" }

  /// A sender's start: creates the two folders if they are missing and removes what a crash left in `tmp/`.
  public func prepareForSending() throws(FileError) {
    try files.createFolder(temporaryFolder, mode: 0o770)
    try files.createFolder(newFolder, mode: 0o770)
    for name in try files.list(temporaryFolder) where name.hasSuffix(".gdp") {
      try files.remove(temporaryFolder + "/" + name)
    }
  }

  /// Publishes a synced packet file under `name` in `new/`, and syncs the folder.
  ///
  /// The file itself is linked if the drop is on the same file system; else it is copied to `tmp/`, synced and renamed.
  /// A file that exists already is not an error.
  public func put(_ source: String, as name: String) throws(FileError) {
    try putWithoutSync(source, as: name)
    try syncNew()
  }

  /// As `put`, but the caller syncs the folder, once for many files.
  public func putWithoutSync(_ source: String, as name: String) throws(FileError) {
    let target = newFolder + "/" + name
    do {
      try files.link(source, to: target)
    } catch let error where error.isExisting {
      return
    } catch let error where [EXDEV, EPERM, EMLINK, EOPNOTSUPP].contains(error.number) {
      try copy(source, to: target, name: name)
    }
  }

  public func syncNew() throws(FileError) { try files.syncFolder(newFolder) }

  private func copy(_ source: String, to target: String, name: String) throws(FileError) {
    let temporary = temporaryFolder + "/" + name
    try files.remove(temporary)
    let reader = try files.openForReading(source)
    let writer = try files.create(temporary, mode: 0o440)
    var offset = 0
    while offset < reader.byteCount {
      let bytes = try reader.read(at: offset, count: 1024 * 1024)
      guard !bytes.isEmpty else { throw FileError(.read, source, number: EIO) }
      try writer.append(bytes)
      offset += bytes.count
    }
    try writer.sync()
    try writer.close()
    try files.rename(temporary, to: target)
  }

  /// Whether a packet of this name is still in `new/`.
  public func holds(_ name: String) -> Bool { files.exists(newFolder + "/" + name) }

  /// How many regular files are in `new/`, and their total size; other things are not packets.
  public func usage() throws(FileError) -> (packets: Int, bytes: Int) {
    let names = try files.list(newFolder, most: Self.usageMax)
    var (packets, bytes) = (0, 0)
    for name in names {
      guard let status = files.status(newFolder + "/" + name), status.isRegular else { continue }
      (packets, bytes) = (packets + 1, bytes + status.byteCount)
    }
    return (packets, bytes)
  }

  /// The names that wait in `new/`. Hidden ones are a gatekeeper's unfinished copies.
  ///
  /// At most `waitingMax`; with more, the file system chooses.
  public func waiting() throws(FileError) -> [String] {
    try files.list(newFolder, most: Self.waitingMax).filter { !$0.hasPrefix(".") }
  }

  /// The status of `name` in `new/`; nil if it does not exist.
  public func status(_ name: String) -> FileStatus? { files.status(newFolder + "/" + name) }

  public func open(_ name: String) throws(FileError) -> ReadableFile {
    try files.openForReading(newFolder + "/" + name)
  }

  /// Removes a packet that was dealt with. If a crash brings it back, its sequence shows that.
  public func settle(_ name: String) throws(FileError) { try files.remove(newFolder + "/" + name) }

  /// What was kept of a quarantined file.
  public enum Quarantined: Equatable, Sendable {
    /// All of it.
    case whole
    /// So many of its first bytes; the rest is gone.
    case head(bytes: Int)
    /// Nothing: a link or a FIFO on another file system.
    case nothing
    /// It is still in place, untouched: a folder on another file system.
    case left
    /// It is gone; somebody removed it.
    case absent
  }

  /// Moves whatever `name` is into `folder` as `newName`. The caller syncs `folder`, once for many files.
  ///
  /// If `folder` is on another file system, a regular file is copied up to `wholeMaxBytes`; of a larger one only the
  /// first `headBytes` are kept. A folder cannot be moved there and stays.
  public func moveToQuarantine(
    _ name: String, into folder: String, as newName: String, wholeMaxBytes: Int, headBytes: Int
  ) throws(FileError) -> Quarantined {
    let (source, target) = (newFolder + "/" + name, folder + "/" + newName)
    do {
      try files.renameExclusively(source, to: target)
      return .whole
    } catch let error where error.isMissing {
      return .absent
    } catch let error where error.number == EXDEV {}
    guard let status = files.status(source) else { return .absent }
    if status.isFolder { return .left }
    guard status.isRegular else {
      try settle(name)
      return .nothing
    }
    let isWhole = status.byteCount <= wholeMaxBytes
    try copyAcross(name, to: target, most: isWhole ? wholeMaxBytes : headBytes)
    try settle(name)
    return isWhole ? .whole : .head(bytes: headBytes)
  }

  /// Moves a quarantined file back into `new/`.
  public func takeBack(_ path: String, as name: String) throws(FileError) {
    do {
      try files.renameExclusively(path, to: newFolder + "/" + name)
    } catch let error where error.number == EXDEV {
      try copy(path, to: newFolder + "/" + name, name: name)
      try files.remove(path)
    }
    try syncNew()
  }

  private func copyAcross(_ name: String, to target: String, most: Int) throws(FileError) {
    let reader = try open(name)
    let writer = try files.create(target)
    let count = min(reader.byteCount, most)
    var offset = 0
    while offset < count {
      let bytes = try reader.read(at: offset, count: min(1 << 20, count - offset))
      if bytes.isEmpty { break }
      try writer.append(bytes)
      offset += bytes.count
    }
    try writer.sync()
    try writer.close()
  }
}
