public import AgeFormat
public import Certificates
public import Cryptography
public import PacketFormat
public import Zones

/// The only suite of v1: X25519 recipients, ChaCha20-Poly1305 payload (age v1), Ed25519 signature.
public let packetSuite = "x25519-chacha20poly1305-ed25519"

/// What a packet states about itself, apart from its contents.
public struct PacketOutline: Sendable {
  /// UUID v7.
  public var id: String
  public var stream: StreamName
  public var sequence: Int
  public var previous: HexDigest
  /// RFC 3339, UTC.
  public var created: String
  public var classification: Classification
  public var receipts: [Receipt]

  public init(
    id: String, stream: StreamName, sequence: Int, previous: HexDigest, created: String,
    classification: Classification, receipts: [Receipt]
  ) {
    self.id = id
    self.stream = stream
    self.sequence = sequence
    self.previous = previous
    self.created = created
    self.classification = classification
    self.receipts = receipts
  }
}

/// A finished packet: the file is `head` followed by `payload`.
public struct SealedPacket: Sendable {
  public let manifest: Manifest
  public let head: [UInt8]
  public let payload: [UInt8]
  /// SHA-256 of the manifest line with its newline: the next packet's `prev`.
  public let manifestDigest: Digest
  /// The name in the drop: stream, sequence, and the first 8 hex digits of the head's SHA-256, so that a packet signed
  /// again does not collide with itself.
  public let fileName: String
  /// SHA-256 of the certificate that it is signed under.
  public let signer: Digest
  public let proof: SignatureProof

  public var byteCount: Int { head.count + payload.count }
}

/// Encrypts and signs packets for one peer.
public struct PacketSealer: Sendable {
  private let from: ZoneName
  private let to: ZoneName
  private let key: Ed25519PrivateKey
  private let certificate: Certificate
  private let recipients: [X25519PublicKey]
  private let recipientDigests: [HexDigest]

  /// - Parameter recipients: the encryption certificates of the peer and of each escrow holder, X25519. Throws `header`
  ///   if one has another kind of key.
  public init(
    from: ZoneName, to: ZoneName, signingKey: Ed25519PrivateKey, signingCertificate: Certificate,
    recipients: [Certificate]
  ) throws(AgeError) {
    self.from = from
    self.to = to
    key = signingKey
    certificate = signingCertificate
    var keys: [X25519PublicKey] = []
    for recipient in recipients {
      guard let key = recipient.x25519PublicKey else {
        throw .header("the certificate of “\(recipient.commonName)” holds no X25519 key")
      }
      keys.append(key)
    }
    self.recipients = keys
    recipientDigests = recipients.compactMap { HexDigest($0.fingerprint.hex) }
  }

  /// Builds a packet.
  ///
  /// - Parameters:
  ///   - messages: each message's type and bytes.
  ///   - blobs: parts with their bytes, `part.bytes` long.
  public func seal(
    _ outline: PacketOutline, messages: [(type: String, bytes: [UInt8])],
    blobs: [(part: Manifest.BlobPart, bytes: [UInt8])]
  ) throws(AgeError) -> SealedPacket {
    let payload = try encrypt(outline, messages: messages.map(\.bytes), blobs: blobs)
    let manifest = Manifest(
      suite: packetSuite, id: outline.id, from: from, to: to, stream: outline.stream, sequence: outline.sequence,
      previous: outline.previous, created: outline.created, classification: outline.classification,
      messages: Dictionary(messages.map { ($0.type, 1) }, uniquingKeysWith: +), blobs: blobs.map(\.part),
      receipts: outline.receipts, recipients: recipientDigests,
      payload: .init(bytes: payload.count, sha256: HexDigest(Digest.of(payload).hex) ?? .zero))
    let line = manifest.encodedLine()
    let signature = key.sign(PacketHead.magic + line + [newline])
    let head = PacketHead.encode(
      manifestLine: line + [newline], signature: Base64.encode(signature),
      certificate: Base64.encode(certificate.der))
    return SealedPacket(
      manifest: manifest, head: head, payload: payload, manifestDigest: Digest.of(line + [newline]),
      fileName: Self.fileName(outline, head), signer: certificate.fingerprint,
      proof: SignatureProof(manifestLine: line + [newline], signature: signature, certificate: certificate.der))
  }

  private func encrypt(
    _ outline: PacketOutline, messages: [[UInt8]], blobs: [(part: Manifest.BlobPart, bytes: [UInt8])]
  ) throws(AgeError) -> [UInt8] {
    let encryptor = try AgeEncryptor(recipients: recipients)
    let content = messages.reduce(0) { $0 + $1.count + 1024 } + blobs.reduce(0) { $0 + $1.bytes.count + 1024 }
    var output: [UInt8] = []
    output.reserveCapacity(encryptor.head.count + content + content / 2048 + 8192)
    output += encryptor.head
    func add(_ name: String, _ bytes: [UInt8]) {
      encryptor.update(Archive.header(name: name, byteCount: bytes.count), appendingTo: &output)
      encryptor.update(bytes, appendingTo: &output)
      encryptor.update(Archive.padding(byteCount: bytes.count), appendingTo: &output)
    }
    let binding = PacketContents.binding(
      id: outline.id, from: from.text, to: to.text, stream: outline.stream, sequence: outline.sequence)
    add("packet.json", binding)
    for (index, message) in messages.enumerated() { add(PacketContents.messageName(index + 1), message) }
    for blob in blobs { add(PacketContents.blobName(blob.part), blob.bytes) }
    encryptor.update(Archive.end, appendingTo: &output)
    encryptor.finish(appendingTo: &output)
    return output
  }

  private static func fileName(_ outline: PacketOutline, _ head: [UInt8]) -> String {
    let number = String(outline.sequence)
    let padded = String(repeating: "0", count: max(0, 12 - number.utf8.count)) + number
    return "\(outline.stream.dotted).\(padded).\(Digest.of(head).hex.prefix(8)).gdp"
  }
}

let newline = UInt8(ascii: "\n")
