public import Cryptography
public import DurableFiles

/// Bytes named by their SHA-256, as files: `spool/` while they are written, `incoming/` while they cross, `blobs/` whole.
public struct BlobStore: Sendable {
  private let folder: String
  private let files: Files

  /// Makes the folders under `folder` and removes what a crash left in `spool/`.
  public init(folder: String, files: Files) throws(FileError) {
    self.folder = folder
    self.files = files
    for name in ["spool", "incoming", "blobs"] { try files.createFolder(folder + "/" + name) }
    for name in try files.list(folder + "/spool") { try files.remove(folder + "/spool/" + name) }
  }

  private func path(_ digest: String) -> String { folder + "/blobs/" + digest }
  private func incomingPath(_ digest: String, _ peer: String) -> String { folder + "/incoming/" + digest + "." + peer }

  /// A new file in the spool.
  public func spool() throws(FileError) -> WritableFile {
    try files.create(folder + "/spool/" + encodeHex(randomBytes(16)))
  }

  /// Moves a synced and closed spool file to where its digest names it, durably.
  public func keep(_ file: WritableFile, as digest: Digest) throws(FileError) {
    try files.rename(file.path, to: path(digest.hex))
    try files.syncFolder(folder + "/blobs")
  }

  public func discard(_ file: WritableFile) { try? files.remove(file.path) }

  public func open(_ digest: String) throws(FileError) -> ReadableFile { try files.openForReading(path(digest)) }

  public func remove(_ digest: String) throws(FileError) { try files.remove(path(digest)) }

  public func holds(_ digest: String) -> Bool { files.exists(path(digest)) }

  /// The digests of all whole blobs.
  public func all() throws(FileError) -> [String] { try files.list(folder + "/blobs") }

  /// A blob that is under way, as far as this peer has sent it: each peer's parts are a file of their own.
  public func openIncoming(_ digest: String, from peer: String) throws(FileError) -> WritableFile {
    try files.openForUpdate(incomingPath(digest, peer))
  }

  public func syncWhole() throws(FileError) { try files.syncFolder(folder + "/blobs") }
  public func syncIncoming() throws(FileError) { try files.syncFolder(folder + "/incoming") }

  /// How much of a blob that is under way lies on the disk.
  public func incomingByteCount(_ digest: String, from peer: String) -> Int {
    files.byteCount(incomingPath(digest, peer)) ?? 0
  }

  /// The digest of the first `count` bytes that have come in; nil where there are fewer.
  public func digestIncoming(
    _ digest: String, from peer: String, count: Int
  ) throws(FileError) -> SHA256Hasher? {
    let reader = try files.openForReading(incomingPath(digest, peer))
    let hasher = SHA256Hasher()
    var offset = 0
    while offset < count {
      let bytes = try reader.read(at: offset, count: min(1024 * 1024, count - offset))
      if bytes.isEmpty { return nil }
      hasher.update(bytes)
      offset += bytes.count
    }
    return hasher
  }

  public func finishIncoming(_ digest: String, from peer: String) throws(FileError) {
    try files.rename(incomingPath(digest, peer), to: path(digest))
    try files.syncFolder(folder + "/blobs")
  }

  public func dropIncoming(_ digest: String, from peer: String) throws(FileError) {
    try files.remove(incomingPath(digest, peer))
  }
}
