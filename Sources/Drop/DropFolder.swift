public import DurableFiles
import Glibc

/// A folder that carries opaque packets one way: `tmp/` where they are written, `new/` where they lie whole.
///
/// It reads no packet, and nothing from a name.
public struct DropFolder: Sendable {
  public let path: String
  private let files: Files

  public init(path: String, files: Files) {
    self.path = path
    self.files = files
  }

  public var newFolder: String { path + "/new" }
  private var temporaryFolder: String { path + "/tmp" }

  /// A sender's start: makes the two folders where they are missing and removes what a crash left in `tmp/`.
  public func prepareForSending() throws(FileError) {
    try files.createFolder(temporaryFolder, mode: 0o770)
    try files.createFolder(newFolder, mode: 0o770)
    for name in try files.list(temporaryFolder) where name.hasSuffix(".gdp") {
      try files.remove(temporaryFolder + "/" + name)
    }
  }

  /// Publishes a synced packet file under `name` in `new/`, and syncs the folder.
  ///
  /// The file itself is linked where the drop is on the same file system; else it is copied to `tmp/`, synced and
  /// renamed. One that is there already is fine.
  public func put(_ source: String, as name: String) throws(FileError) {
    try putWithoutSync(source, as: name)
    try syncNew()
  }

  /// As `put`, but the caller syncs the folder, once for many.
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

  /// Whether a packet of this name still lies in `new/`.
  public func holds(_ name: String) -> Bool { files.exists(newFolder + "/" + name) }

  /// How many files lie in `new/`, and how large they are together.
  public func usage() throws(FileError) -> (packets: Int, bytes: Int) {
    let names = try files.list(newFolder)
    var bytes = 0
    for name in names { bytes += files.byteCount(newFolder + "/" + name) ?? 0 }
    return (names.count, bytes)
  }

  /// The names that wait in `new/`. Hidden ones are a gatekeeper's unfinished copies.
  public func waiting() throws(FileError) -> [String] {
    try files.list(newFolder).filter { !$0.hasPrefix(".") }
  }

  public func open(_ name: String) throws(FileError) -> ReadableFile {
    try files.openForReading(newFolder + "/" + name)
  }

  /// Removes a packet that was dealt with. If a crash brings it back, it is known by its sequence.
  public func settle(_ name: String) throws(FileError) { try files.remove(newFolder + "/" + name) }

  /// Moves whatever lies at `name` into `folder` under `newName`, with `reason` in a file beside it.
  public func quarantine(_ name: String, into folder: String, as newName: String, reason: String) throws(FileError) {
    let target = folder + "/" + newName
    try files.writeNew(target + ".reason", [Array((reason + "\n").utf8)])
    do {
      try files.renameExclusively(newFolder + "/" + name, to: target)
    } catch let error where error.number == EXDEV {
      try moveAcross(name, to: target)
    }
    try files.syncFolder(folder)
  }

  /// Moves a file that was put away back to where it is looked at.
  public func takeBack(_ path: String, as name: String) throws(FileError) {
    do {
      try files.renameExclusively(path, to: newFolder + "/" + name)
    } catch let error where error.number == EXDEV {
      try copy(path, to: newFolder + "/" + name, name: name)
      try files.remove(path)
    }
    try syncNew()
  }

  /// Only regular files can be carried over to another file system; anything else is removed, its reason kept.
  private func moveAcross(_ name: String, to target: String) throws(FileError) {
    do {
      let reader = try open(name)
      let writer = try files.create(target)
      var offset = 0
      while offset < reader.byteCount {
        let bytes = try reader.read(at: offset, count: 1024 * 1024)
        if bytes.isEmpty { break }
        try writer.append(bytes)
        offset += bytes.count
      }
      try writer.sync()
      try writer.close()
    } catch let error where [EINVAL, ELOOP, ENXIO].contains(error.number) {}
    try settle(name)
  }
}
