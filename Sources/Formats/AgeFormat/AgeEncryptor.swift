public import Cryptography

/// Writes an age v1 file (C2SP `age`) for X25519 recipients, piece by piece. Use from one task at a time.
public final class AgeEncryptor {
  /// The header and the payload's nonce: the file's first bytes.
  public let head: [UInt8]
  private var stream: AgeStream
  private var pending: [UInt8] = []

  /// - Parameter recipients: one or more. Throws `header` for none, or for a key of low order.
  public init(recipients: [X25519PublicKey]) throws(AgeError) {
    let fileKey = SecretBytes.random(16, passing: true)
    var header = AgeHeader.versionLine + "\n"
    guard !recipients.isEmpty else { throw .header("no recipient") }
    for recipient in recipients {
      guard let stanza = X25519Stanza.wrap(fileKey: fileKey, for: recipient) else {
        throw .header("a recipient's key of low order")
      }
      header += AgeHeader.encodeStanza(stanza)
    }
    header += "---"
    let mac = hmacSHA256(key: hkdfSHA256(secret: fileKey, salt: [], info: "header"), Array(header.utf8))
    header += " " + Base64.encode(mac, padded: false) + "\n"
    let nonce = randomBytes(AgeStream.nonceBytes)
    head = Array(header.utf8) + nonce
    stream = AgeStream(fileKey: fileKey, nonce: nonce, encrypting: true)
    pending.reserveCapacity(AgeStream.chunkBytes)
  }

  /// Seals what fills whole chunks and keeps the rest; the ciphertext is appended to `output`.
  public func update(_ plaintext: UnsafeRawBufferPointer, appendingTo output: inout [UInt8]) {
    var rest = plaintext[...]
    while !rest.isEmpty {
      // A full chunk is held back until more comes, since the last one is marked as such.
      if pending.count == AgeStream.chunkBytes {
        pending.withUnsafeBytes { stream.seal($0, last: false, appendingTo: &output) }
        pending.removeAll(keepingCapacity: true)
      }
      if pending.isEmpty && rest.count > AgeStream.chunkBytes {
        let chunk = rest.prefix(AgeStream.chunkBytes)
        stream.seal(UnsafeRawBufferPointer(rebasing: chunk), last: false, appendingTo: &output)
        rest = rest.dropFirst(AgeStream.chunkBytes)
        continue
      }
      let taken = rest.prefix(AgeStream.chunkBytes - pending.count)
      pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: taken))
      rest = rest.dropFirst(taken.count)
    }
  }

  public func update(_ plaintext: [UInt8], appendingTo output: inout [UInt8]) {
    plaintext.withUnsafeBytes { update($0, appendingTo: &output) }
  }

  /// Seals the last chunk. Nothing may follow.
  public func finish(appendingTo output: inout [UInt8]) {
    pending.withUnsafeBytes { stream.seal($0, last: true, appendingTo: &output) }
    wipe(&pending)
  }

  /// A whole age file for `plaintext`.
  public static func encrypt(_ plaintext: [UInt8], to recipients: [X25519PublicKey]) throws(AgeError) -> [UInt8] {
    let encryptor = try AgeEncryptor(recipients: recipients)
    var output = encryptor.head
    let chunks = plaintext.count / AgeStream.chunkBytes + 1
    output.reserveCapacity(output.count + plaintext.count + chunks * ChaCha20Poly1305.tagBytes)
    encryptor.update(plaintext, appendingTo: &output)
    encryptor.finish(appendingTo: &output)
    return output
  }
}
