import CLinux
import Glibc

/// What `Files` asks of the system. Calls answer as Linux's do: −1 or nil with `errno` set where they fail.
///
/// The one other implementation is the simulation's disk, which can lose what was not synced.
package protocol SystemCalls: Sendable {
  func makeFolder(_ path: String, _ mode: UInt32) -> Int32
  func changeMode(_ path: String, _ mode: UInt32) -> Int32
  func open(_ path: String, _ flags: Int32, _ mode: UInt32) -> Int32
  func close(_ descriptor: Int32) -> Int32
  func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int
  /// - Parameter offset: nil for the file's own position.
  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int?) -> Int
  func sync(_ descriptor: Int32) -> Int32
  func syncData(_ descriptor: Int32) -> Int32
  func startWriteback(_ descriptor: Int32, _ offset: Int, _ count: Int)
  func link(_ source: String, _ target: String) -> Int32
  func rename(_ source: String, _ target: String) -> Int32
  func renameExclusively(_ source: String, _ target: String) -> Int32
  func unlink(_ path: String) -> Int32
  func removeFolder(_ path: String) -> Int32
  /// Links are not followed.
  func status(_ path: String) -> FileStatus?
  func status(_ descriptor: Int32) -> FileStatus?
  /// - Parameter most: how many names at the most; which, where there are more, is the file system's choice.
  func list(_ path: String, most: Int) -> [String]?
  func lock(_ descriptor: Int32) -> Int32
  func unlock(_ descriptor: Int32) -> Int32
}

/// What lies at a path.
public struct FileStatus: Equatable, Sendable {
  public var isRegular: Bool
  public var isFolder: Bool
  public var byteCount: Int
  /// What it takes of the disk: less than `byteCount` where the file has holes.
  public var allocatedBytes: Int
  public var inode: UInt64

  package init(
    isRegular: Bool, isFolder: Bool = false, byteCount: Int, allocatedBytes: Int? = nil, inode: UInt64
  ) {
    self.isRegular = isRegular
    self.isFolder = isFolder
    self.byteCount = byteCount
    self.allocatedBytes = allocatedBytes ?? byteCount
    self.inode = inode
  }
}

/// The system itself.
struct LinuxCalls: SystemCalls {
  func makeFolder(_ path: String, _ mode: UInt32) -> Int32 { mkdir(path, mode) }
  func changeMode(_ path: String, _ mode: UInt32) -> Int32 { chmod(path, mode) }
  func open(_ path: String, _ flags: Int32, _ mode: UInt32) -> Int32 { Glibc.open(path, flags, mode) }
  func close(_ descriptor: Int32) -> Int32 { Glibc.close(descriptor) }

  func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
    pread(descriptor, buffer.baseAddress, buffer.count, offset)
  }

  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int?) -> Int {
    guard let offset else { return Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
    return pwrite(descriptor, bytes.baseAddress, bytes.count, offset)
  }

  func sync(_ descriptor: Int32) -> Int32 { fsync(descriptor) }
  func syncData(_ descriptor: Int32) -> Int32 { fdatasync(descriptor) }
  func startWriteback(_ descriptor: Int32, _ offset: Int, _ count: Int) {
    guandu_start_writeback(descriptor, offset, count)
  }
  func link(_ source: String, _ target: String) -> Int32 { Glibc.link(source, target) }
  func rename(_ source: String, _ target: String) -> Int32 { Glibc.rename(source, target) }
  func renameExclusively(_ source: String, _ target: String) -> Int32 { guandu_rename_exclusive(source, target) }
  func unlink(_ path: String) -> Int32 { Glibc.unlink(path) }
  func removeFolder(_ path: String) -> Int32 { rmdir(path) }

  func status(_ path: String) -> FileStatus? {
    var status = stat()
    return lstat(path, &status) == 0 ? FileStatus(status) : nil
  }

  func status(_ descriptor: Int32) -> FileStatus? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? FileStatus(status) : nil
  }

  func list(_ path: String, most: Int) -> [String]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while names.count < most, let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  func lock(_ descriptor: Int32) -> Int32 { guandu_lock_exclusive(descriptor) }
  func unlock(_ descriptor: Int32) -> Int32 { guandu_unlock(descriptor) }
}

extension FileStatus {
  fileprivate init(_ status: stat) {
    self.init(
      isRegular: status.st_mode & S_IFMT == S_IFREG, isFolder: status.st_mode & S_IFMT == S_IFDIR,
      byteCount: Int(status.st_size), allocatedBytes: Int(status.st_blocks) * 512, inode: UInt64(status.st_ino))
  }
}
