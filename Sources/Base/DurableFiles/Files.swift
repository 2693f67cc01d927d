import Glibc

/// The one way to the disk. Every name is used once: files are created exclusively, synced, and only then linked or
/// renamed to where others look; the folder is synced after that.
public struct Files: Sendable {
  let faults: (any FaultPlan)?
  let calls: any SystemCalls

  /// - Parameter faults: nil outside tests.
  public init(faults: (any FaultPlan)? = nil) { self.init(calls: LinuxCalls(), faults: faults) }

  /// - Parameter calls: another file system, such as a simulated one.
  package init(calls: any SystemCalls, faults: (any FaultPlan)? = nil) {
    self.calls = calls
    self.faults = faults
  }

  /// Runs one step between its two fault points.
  func step<T>(_ operation: FileOperation, _ path: String, _ body: () -> T?) throws(FileError) -> T {
    try faults?.before(operation, path: path)
    guard let result = body() else { throw FileError(operation, path, number: errno) }
    try faults?.after(operation, path: path)
    return result
  }

  /// Runs a call that answers 0 or -1.
  func check(_ operation: FileOperation, _ path: String, _ body: () -> Int32) throws(FileError) {
    try step(operation, path) { body() == 0 ? () : nil }
  }

  /// Creates a folder that only its owner enters. One that exists already is fine.
  public func createFolder(_ path: String, mode: UInt32 = 0o700) throws(FileError) {
    try step(.createFolder, path) { calls.makeFolder(path, mode) == 0 || errno == EEXIST ? () : nil }
  }

  /// Takes every right to a folder from all but its owner.
  public func restrictToOwner(_ path: String) throws(FileError) {
    try check(.createFolder, path) { calls.changeMode(path, 0o700) }
  }

  public func syncFolder(_ path: String) throws(FileError) {
    let descriptor = try step(.open, path) { opened(calls.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)) }
    defer { _ = calls.close(descriptor) }
    try check(.syncFolder, path) { calls.sync(descriptor) }
  }

  /// Opens a file that must not exist yet, for writing.
  public func create(_ path: String, mode: UInt32 = 0o600) throws(FileError) -> WritableFile {
    let descriptor = try step(.create, path) { opened(calls.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)) }
    return WritableFile(descriptor: descriptor, path: path, files: self)
  }

  /// Opens a file for writing at any place, creating it where it is missing.
  public func openForUpdate(_ path: String, mode: UInt32 = 0o600) throws(FileError) -> WritableFile {
    let descriptor = try step(.open, path) { opened(calls.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode)) }
    return WritableFile(descriptor: descriptor, path: path, files: self)
  }

  /// Opens a file for writing at its end, creating it where it is missing. Anything but a regular file throws.
  public func openForAppending(_ path: String, mode: UInt32 = 0o600) throws(FileError) -> WritableFile {
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let descriptor = try step(.open, path) { opened(calls.open(path, flags, mode)) }
    guard calls.status(descriptor)?.isRegular == true else {
      _ = calls.close(descriptor)
      throw FileError(.open, path, number: EINVAL)
    }
    return WritableFile(descriptor: descriptor, path: path, files: self)
  }

  /// Writes and syncs a whole new file; after a failure nothing is left at `path`.
  public func writeNew(_ path: String, _ parts: [[UInt8]], mode: UInt32 = 0o600) throws(FileError) {
    try finish(try beginNew(path, parts, mode: mode))
  }

  /// The first half of `writeNew`: the bytes are on their way to the disk, and `finish` waits for them.
  public func beginNew(_ path: String, _ parts: [[UInt8]], mode: UInt32 = 0o600) throws(FileError) -> WritableFile {
    let file = try create(path, mode: mode)
    do {
      for part in parts { try file.append(part) }
      file.startWriteback()
      return file
    } catch {
      file.closeQuietly()
      _ = calls.unlink(path)
      throw error
    }
  }

  /// The second half of `writeNew`.
  public func finish(_ file: WritableFile) throws(FileError) {
    do {
      try file.sync()
      try file.close()
    } catch {
      file.closeQuietly()
      _ = calls.unlink(file.path)
      throw error
    }
  }

  /// A second name for the same file; throws `isExisting` where `target` is taken.
  public func link(_ source: String, to target: String) throws(FileError) {
    try check(.link, target) { calls.link(source, target) }
  }

  public func rename(_ source: String, to target: String) throws(FileError) {
    try check(.rename, target) { calls.rename(source, target) }
  }

  /// Renames, unless `target` exists.
  public func renameExclusively(_ source: String, to target: String) throws(FileError) {
    try check(.rename, target) { calls.renameExclusively(source, target) }
  }

  /// Removes a file. One that is gone already is fine.
  public func remove(_ path: String) throws(FileError) {
    try step(.remove, path) { calls.unlink(path) == 0 || errno == ENOENT ? () : nil }
  }

  /// Removes an empty folder.
  public func removeFolder(_ path: String) throws(FileError) {
    try step(.remove, path) { calls.removeFolder(path) == 0 || errno == ENOENT ? () : nil }
  }

  /// Makes durable what another library has written.
  public func syncFile(_ path: String) throws(FileError) {
    let descriptor = try step(.open, path) { opened(calls.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0)) }
    defer { _ = calls.close(descriptor) }
    try check(.sync, path) { calls.sync(descriptor) }
  }

  public func exists(_ path: String) -> Bool { calls.status(path) != nil }

  /// The size of whatever lies at `path`, in bytes; nil where there is nothing.
  public func byteCount(_ path: String) -> Int? { calls.status(path)?.byteCount }

  /// Tells whether a path still leads to the same file; nil where there is nothing.
  public func inode(_ path: String) -> UInt64? { calls.status(path)?.inode }

  /// What lies at a path; a link is not followed. Nil where there is nothing.
  public func status(_ path: String) -> FileStatus? { calls.status(path) }

  /// The names in a folder, without `.` and `..`, in no order. Bytes that are not UTF-8 come out as U+FFFD.
  ///
  /// - Parameter most: how many at the most.
  public func list(_ path: String, most: Int = .max) throws(FileError) -> [String] {
    try step(.list, path) { calls.list(path, most: most) }
  }

  /// Takes the lock file at `path` for this process; it is released when the lock goes or the process dies.
  ///
  /// Throws with `EWOULDBLOCK` where another process holds it.
  public func lock(_ path: String) throws(FileError) -> FileLock {
    let descriptor = try step(.open, path) {
      opened(calls.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600))
    }
    do {
      try check(.lock, path) { calls.lock(descriptor) }
    } catch {
      _ = calls.close(descriptor)
      throw error
    }
    return FileLock(descriptor: descriptor, calls: calls)
  }
}

/// A held lock.
public final class FileLock: Sendable {
  private let descriptor: Int32
  private let calls: any SystemCalls

  init(descriptor: Int32, calls: any SystemCalls) {
    self.descriptor = descriptor
    self.calls = calls
  }

  /// Closing alone would leave the lock to a child process that another thread is just starting: until it runs its own
  /// program, it holds the same open file.
  deinit {
    _ = calls.unlock(descriptor)
    _ = calls.close(descriptor)
  }
}

func opened(_ descriptor: Int32) -> Int32? { descriptor >= 0 ? descriptor : nil }
