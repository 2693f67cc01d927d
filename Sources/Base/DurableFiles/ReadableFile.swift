import Glibc

/// A regular file open for reading. Use from one task at a time.
public final class ReadableFile {
  public let path: String
  public let byteCount: Int
  public let inode: UInt64
  private let descriptor: Int32
  private let files: Files

  fileprivate init(descriptor: Int32, path: String, byteCount: Int, inode: UInt64, files: Files) {
    self.descriptor = descriptor
    self.path = path
    self.byteCount = byteCount
    self.inode = inode
    self.files = files
  }

  deinit { _ = files.calls.close(descriptor) }

  /// Up to `count` bytes from `offset`; fewer only at the file's end.
  public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, initialized in
      while initialized < count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized..<count])
        let got = files.calls.read(descriptor, rest, at: offset + initialized)
        if got < 0 && errno == EINTR { continue }
        failed = got < 0
        guard got > 0 else { break }
        initialized += got
      }
    }
    return try files.step(.read, path) { failed ? nil : bytes }
  }
}

extension Files {
  /// Opens a regular file. Anything else (a link, a FIFO, a folder, a device) throws `ELOOP` or `EINVAL`, and is never
  /// waited for.
  public func openForReading(_ path: String) throws(FileError) -> ReadableFile {
    let descriptor = try step(.open, path) {
      opened(calls.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0))
    }
    guard let status = calls.status(descriptor), status.isRegular else {
      _ = calls.close(descriptor)
      throw FileError(.open, path, number: EINVAL)
    }
    return ReadableFile(
      descriptor: descriptor, path: path, byteCount: status.byteCount, inode: status.inode, files: self)
  }

  /// A whole file of at most `maxBytes`; a larger one throws `EFBIG`.
  public func read(_ path: String, maxBytes: Int) throws(FileError) -> [UInt8] {
    let file = try openForReading(path)
    guard file.byteCount <= maxBytes else { throw FileError(.read, path, number: EFBIG) }
    return try file.read(at: 0, count: file.byteCount)
  }
}
