import Glibc

/// A file open for writing. Use from one task at a time; it is closed at the latest when the last reference goes.
public final class WritableFile {
  public let path: String
  private var descriptor: Int32
  private let files: Files

  init(descriptor: Int32, path: String, files: Files) {
    self.descriptor = descriptor
    self.path = path
    self.files = files
  }

  deinit { closeQuietly() }

  /// Nil once it is closed.
  public var inode: UInt64? { descriptor < 0 ? nil : files.calls.status(descriptor)?.inode }

  public func append(_ bytes: [UInt8]) throws(FileError) {
    try writeAll(bytes) { descriptor, buffer, _ in files.calls.write(descriptor, buffer, at: nil) }
  }

  /// Writes at a place, and lets the system begin to carry the bytes to the disk; `sync` waits for them.
  public func write(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(FileError) {
    try writeAll(bytes) { descriptor, buffer, done in
      files.calls.write(descriptor, buffer, at: offset + done)
    }
    files.calls.startWriteback(descriptor, offset, bytes.count)
  }

  /// Lets the system begin to carry what was written to the disk.
  func startWriteback() { files.calls.startWriteback(descriptor, 0, 0) }

  private func writeAll(
    _ bytes: some ContiguousBytesCollection, _ call: (Int32, UnsafeRawBufferPointer, Int) -> Int
  ) throws(FileError) {
    try files.step(.write, path) {
      bytes.withUnsafeBytes { buffer -> Void? in
        var done = 0
        while done < buffer.count {
          let count = call(descriptor, UnsafeRawBufferPointer(rebasing: buffer[done...]), done)
          if count < 0 && errno == EINTR { continue }
          guard count > 0 else { return nil }
          done += count
        }
        return ()
      }
    }
  }

  /// `fdatasync(2)`: the bytes, and as much of the inode as reading them back needs.
  public func sync() throws(FileError) { try files.check(.sync, path) { files.calls.syncData(descriptor) } }

  public func close() throws(FileError) {
    let closing = descriptor
    descriptor = -1
    try files.check(.close, path) { files.calls.close(closing) }
  }

  func closeQuietly() {
    if descriptor >= 0 { _ = files.calls.close(descriptor) }
    descriptor = -1
  }
}

/// An array or a slice of one: bytes that lie together.
protocol ContiguousBytesCollection {
  func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
}

extension [UInt8]: ContiguousBytesCollection {}
extension ArraySlice<UInt8>: ContiguousBytesCollection {}
