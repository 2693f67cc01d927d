public import Cryptography

/// Reads an age v1 file (C2SP `age`) with X25519 identities, piece by piece. Use from one task at a time.
///
/// Plaintext comes out chunk by chunk, each authenticated; the whole is good only once `finish` has returned.
public final class AgeDecryptor {
  private static let pieceBytes = 8 * AgeStream.sealedChunkBytes

  private let identities: [X25519PrivateKey]
  private var stream: AgeStream?
  private var pending: [UInt8] = []

  public init(identities: [X25519PrivateKey]) { self.identities = identities }

  /// Takes the file's next bytes and appends the plaintext of all whole chunks to `output`.
  public func update(_ bytes: UnsafeRawBufferPointer, appendingTo output: inout [UInt8]) throws(AgeError) {
    pending.append(contentsOf: bytes)
    if stream == nil {
      guard try openHeader() else { return }
    }
    // A chunk is opened as a middle one only when something follows it.
    var start = 0
    while pending.count - start > AgeStream.sealedChunkBytes {
      try openChunk(start..<start + AgeStream.sealedChunkBytes, last: false, &output)
      start += AgeStream.sealedChunkBytes
    }
    pending.removeFirst(start)
  }

  public func update(_ bytes: [UInt8], appendingTo output: inout [UInt8]) throws(AgeError) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(AgeError) in try update(buffer, appendingTo: &output) }
    }
    try result.get()
  }

  /// Opens the last chunk, and so learns that nothing is missing.
  public func finish(appendingTo output: inout [UInt8]) throws(AgeError) {
    guard stream != nil else { throw .header("the file ends within its header or the nonce after it") }
    let wasFirst = stream?.isFirst ?? true
    let before = output.count
    try openChunk(0..<pending.count, last: true, &output)
    if output.count == before && !wasFirst { throw .payload("an empty last chunk") }
  }

  private func openChunk(_ range: Range<Int>, last: Bool, _ output: inout [UInt8]) throws(AgeError) {
    let opened = pending.withUnsafeBytes {
      stream?.open(UnsafeRawBufferPointer(rebasing: $0[range]), last: last, appendingTo: &output)
    }
    guard opened == true else { throw .payload(last ? "the last chunk is cut or changed" : "a chunk is changed") }
  }

  /// Whether header and nonce were complete; they are then cut from `pending`.
  private func openHeader() throws(AgeError) -> Bool {
    guard let (header, count) = try AgeHeader.parse(pending) else { return false }
    let fileKey = try unwrap(header)
    let expected = hmacSHA256(key: hkdfSHA256(secret: fileKey, salt: [], info: "header"), header.authenticated)
    guard constantTimeEqual(expected, header.mac) else { throw .headerMAC }
    guard pending.count >= count + AgeStream.nonceBytes else { return false }
    let nonce = Array(pending[count..<count + AgeStream.nonceBytes])
    stream = AgeStream(fileKey: fileKey, nonce: nonce, encrypting: false)
    pending.removeFirst(count + AgeStream.nonceBytes)
    return true
  }

  /// Stanzas of other types are ignored, as the format asks, but `scrypt`, which may stand only alone.
  private func unwrap(_ header: AgeHeader) throws(AgeError) -> SecretBytes {
    if header.stanzas.count > 1, header.stanzas.contains(where: { $0.type == "scrypt" }) {
      throw .header("an scrypt stanza beside another")
    }
    for stanza in header.stanzas where stanza.type == X25519Stanza.type {
      for identity in identities {
        if let fileKey = try X25519Stanza.unwrap(stanza, with: identity) { return fileKey }
      }
    }
    throw .noMatch
  }

  /// The plaintext of a whole age file.
  public static func decrypt(_ file: [UInt8], with identities: [X25519PrivateKey]) throws(AgeError) -> [UInt8] {
    let decryptor = AgeDecryptor(identities: identities)
    var output: [UInt8] = []
    output.reserveCapacity(file.count)
    // In pieces of a few chunks, so that what is held back stays small however large the file is.
    let result = file.withUnsafeBytes { bytes in
      Result { () throws(AgeError) in
        for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
          let piece = bytes[start..<min(start + pieceBytes, bytes.count)]
          try decryptor.update(UnsafeRawBufferPointer(rebasing: piece), appendingTo: &output)
        }
      }
    }
    try result.get()
    try decryptor.finish(appendingTo: &output)
    return output
  }
}
