import AgeFormat
import Cryptography
import DurableFiles
import Runtime
import Storage
import Zones

/// Attachments are sealed and opened on these threads.
let attachmentPool = BlockingPool("letters.attachments", width: 4)

/// Seals one attachment for the intranet, piece by piece, into the DMZ's spool; no plain byte touches the disk.
public actor AttachmentSealer {
  private let store: BlobStore
  private let maxBytes: Int
  private let kinds: Set<FileKind>
  private let encryptor: AgeEncryptor
  private let hasher = SHA256Hasher()
  private let file: WritableFile
  private var beginning: [UInt8] = []
  private var plainBytes = 0
  private var sealedBytes = 0
  private var isOpen = true
  private let executor = attachmentPool.executor()

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(
    store: BlobStore, recipients: [X25519PublicKey], maxBytes: Int, kinds: Set<FileKind>
  ) throws(LetterError) {
    self.store = store
    self.maxBytes = maxBytes
    self.kinds = kinds
    do {
      encryptor = try AgeEncryptor(recipients: recipients)
      file = try store.spool()
    } catch { throw .unavailable(error) }
  }

  isolated deinit { if isOpen { store.discard(file) } }

  /// Takes the next bytes. Throws `attachmentTooLarge` past the limit, and `attachmentKind` once enough is here to tell
  /// that the link does not let such files through; then, as after any error, `abandon` is next.
  public func append(_ bytes: [UInt8]) throws(LetterError) {
    guard isOpen else { throw .unavailable(Shortage("an attachment that was given up")) }
    guard bytes.count <= maxBytes - plainBytes else { throw .attachmentTooLarge }
    if beginning.count < MediaType.headBytes {
      beginning += bytes.prefix(MediaType.headBytes - beginning.count)
      if beginning.count == MediaType.headBytes { _ = try checkedKind() }
    }
    var output: [UInt8] = []
    if plainBytes == 0 && sealedBytes == 0 { output = encryptor.head }
    plainBytes += bytes.count
    encryptor.update(bytes, appendingTo: &output)
    try write(output)
  }

  private func checkedKind() throws(LetterError) -> FileKind {
    let kind = MediaType.kind(of: beginning)
    guard kinds.contains(kind) else { throw .attachmentKind }
    return kind
  }

  private func write(_ sealed: [UInt8]) throws(LetterError) {
    guard !sealed.isEmpty else { return }
    hasher.update(sealed)
    sealedBytes += sealed.count
    do { try file.append(sealed) } catch { throw .unavailable(error) }
  }

  /// Syncs the sealed bytes and names them by their digest.
  ///
  /// - Parameter name: a cleaned label.
  /// - Throws: `attachmentKind` as `append` does.
  public func finish(name: String) throws(LetterError) -> LetterAttachment {
    guard isOpen else { throw .unavailable(Shortage("an attachment that was given up")) }
    let kind = try checkedKind()
    var output = sealedBytes == 0 ? encryptor.head : []
    encryptor.finish(appendingTo: &output)
    try write(output)
    let digest = hasher.finish()
    do {
      try file.sync()
      try file.close()
      try store.keep(file, as: digest)
    } catch { throw .unavailable(error) }
    isOpen = false
    return LetterAttachment(
      name: name, mediaType: kind.rawValue, bytes: plainBytes, blob: digest.hex, sealedBytes: sealedBytes)
  }

  /// Removes what was written.
  public func abandon() {
    if isOpen { store.discard(file) }
    isOpen = false
  }
}
