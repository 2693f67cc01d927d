import AgeFormat
import Cryptography
import DurableFiles
import Runtime

/// Decrypts a sealed attachment piece by piece, as fast as its reader takes it.
actor AttachmentOpener {
  private static let pieceBytes = 256 * 1024

  private let file: ReadableFile
  private let decryptor: AgeDecryptor
  private var offset = 0
  private var isFinished = false
  private let executor = attachmentPool.executor()

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(file: sending ReadableFile, keys: [X25519PrivateKey]) {
    self.file = file
    decryptor = AgeDecryptor(identities: keys)
  }

  /// The next plain bytes; nil at the end. Throws where the file is cut or changed.
  func next() throws -> [UInt8]? {
    var output: [UInt8] = []
    while output.isEmpty && !isFinished {
      let bytes = try file.read(at: offset, count: Self.pieceBytes)
      offset += bytes.count
      if bytes.isEmpty {
        isFinished = true
        try decryptor.finish(appendingTo: &output)
      } else {
        try decryptor.update(bytes, appendingTo: &output)
      }
    }
    return output.isEmpty ? nil : output
  }
}
