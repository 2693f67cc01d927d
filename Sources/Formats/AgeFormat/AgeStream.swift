import Cryptography

/// The STREAM construction of the payload (C2SP age, "Payload"): chunks of 64 KiB, each sealed under a counter and a
/// flag that marks the last.
struct AgeStream {
  static let chunkBytes = 64 * 1024
  static let sealedChunkBytes = chunkBytes + ChaCha20Poly1305.tagBytes
  static let nonceBytes = 16

  /// Room is appended by copying zeroes, which is a `memcpy`; appending a repeated element goes byte by byte.
  private static let zeroes = [UInt8](repeating: 0, count: sealedChunkBytes + 1)

  private let cipher: ChaCha20Poly1305
  private var counter: UInt64 = 0

  init(fileKey: SecretBytes, nonce: [UInt8], encrypting: Bool) {
    cipher = ChaCha20Poly1305(
      key: hkdfSHA256(secret: fileKey, salt: nonce, info: "payload"), encrypting: encrypting)
  }

  var isFirst: Bool { counter == 0 }

  private mutating func nextNonce(last: Bool) -> [UInt8] {
    var nonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceBytes)
    withUnsafeBytes(of: counter.bigEndian) { nonce.replaceSubrange(3..<11, with: $0) }
    nonce[11] = last ? 1 : 0
    counter += 1
    return nonce
  }

  mutating func seal(_ chunk: UnsafeRawBufferPointer, last: Bool, appendingTo output: inout [UInt8]) {
    let start = output.count
    output.append(contentsOf: Self.zeroes[..<(chunk.count + ChaCha20Poly1305.tagBytes)])
    let nonce = nextNonce(last: last)
    output.withUnsafeMutableBytes { cipher.seal(chunk, nonce: nonce, into: $0.baseAddress.unsafelyUnwrapped + start) }
  }

  /// Appends the chunk's plaintext, or answers false and appends nothing.
  mutating func open(_ chunk: UnsafeRawBufferPointer, last: Bool, appendingTo output: inout [UInt8]) -> Bool {
    guard chunk.count >= ChaCha20Poly1305.tagBytes else { return false }
    let start = output.count
    // One byte more, so that an empty chunk has an address to stand at.
    output.append(contentsOf: Self.zeroes[..<(chunk.count - ChaCha20Poly1305.tagBytes + 1)])
    let nonce = nextNonce(last: last)
    let opened = output.withUnsafeMutableBytes {
      cipher.open(chunk, nonce: nonce, into: $0.baseAddress.unsafelyUnwrapped + start)
    }
    output.removeLast(opened ? 1 : output.count - start)
    return opened
  }
}
