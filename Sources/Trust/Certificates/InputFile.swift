import Glibc

/// Reads the small files of keys and certificates.
enum InputFile {
  static let maxBytes = 1024 * 1024

  /// The whole file, at most 1 MiB; a symbolic link is followed, anything but a regular file is refused.
  ///
  /// - Parameters:
  ///   - secret: refuses a file with a wider mode than `mode`.
  ///   - mode: by default only the owner may read, write or run it.
  static func read(
    _ path: String, secret: Bool = false, allowed mode: UInt32 = 0o600
  ) throws(TrustError) -> [UInt8] {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw TrustError(.unreadable, "\(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw TrustError(.unreadable, "\(path): not a regular file")
    }
    if secret, status.st_mode & 0o777 & ~mode != 0 {
      throw TrustError(.keyTooOpen, "\(path): others may read this secret; run chmod 600 on it")
    }
    guard status.st_size <= maxBytes else { throw TrustError(.unreadable, "\(path): larger than \(maxBytes) bytes") }
    return try readAll(descriptor, path)
  }

  private static func readAll(_ descriptor: Int32, _ path: String) throws(TrustError) -> [UInt8] {
    var content = [UInt8](repeating: 0, count: maxBytes + 1)
    var filled = 0
    while filled < content.count {
      let count = content.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + filled, $0.count - filled) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw TrustError(.unreadable, "\(path): \(String(cString: strerror(errno)))") }
      if count == 0 { break }
      filled += count
    }
    guard filled <= maxBytes else { throw TrustError(.unreadable, "\(path): larger than \(maxBytes) bytes") }
    content.removeSubrange(filled...)
    return content
  }
}
