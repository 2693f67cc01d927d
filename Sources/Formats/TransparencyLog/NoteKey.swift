public import Cryptography

/// How a key signs notes: the type byte of C2SP's signed-note.
public enum NoteSignatureKind: UInt8, Sendable {
  /// A log's signature, over the text.
  case ed25519 = 1
  /// A witness's cosignature with the time (C2SP tlog-cosignature, v1).
  case cosignature = 4
}

/// A public key that notes are checked with, as `name+keyID+key` (C2SP signed-note, "verifier keys").
public struct NoteVerifier: Hashable, Sendable, CustomStringConvertible {
  public let name: String
  public let kind: NoteSignatureKind
  /// Ed25519, 32 bytes.
  public let publicKey: [UInt8]

  /// Nil for a name that a note cannot hold, or a key that is not 32 bytes.
  public init?(name: String, kind: NoteSignatureKind, publicKey: [UInt8]) {
    guard isNoteName(name), publicKey.count == 32 else { return nil }
    self.name = name
    self.kind = kind
    self.publicKey = publicKey
  }

  /// Nil for anything that is not such a key, or whose key ID is wrong.
  public init?(_ text: String) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let key = Base64.decode(parts[2].utf8), key.count == 33,
      let kind = NoteSignatureKind(rawValue: key[0])
    else { return nil }
    self.init(name: String(parts[0]), kind: kind, publicKey: Array(key.dropFirst()))
    guard encodeHex(keyID) == parts[1] else { return nil }
  }

  /// The first four bytes of SHA-256(name ‖ "\n" ‖ type ‖ key).
  public var keyID: [UInt8] {
    Array(Digest.of(Array(name.utf8) + [newline, kind.rawValue] + publicKey).bytes.prefix(4))
  }

  public var description: String { "\(name)+\(encodeHex(keyID))+\(Base64.encode([kind.rawValue] + publicKey))" }
}

/// A private key that signs notes under a name.
public struct NoteSigner: Sendable {
  public let verifier: NoteVerifier
  private let key: Ed25519PrivateKey

  /// Nil for a name that a note cannot hold.
  public init?(name: String, kind: NoteSignatureKind, key: Ed25519PrivateKey) {
    guard let verifier = NoteVerifier(name: name, kind: kind, publicKey: key.publicKey) else { return nil }
    self.verifier = verifier
    self.key = key
  }

  /// - Parameter seconds: since 1970, for a cosignature; it stands in the signature.
  public func sign(_ text: String, at seconds: Int = 0) -> NoteSignature {
    var bytes: [UInt8]
    switch verifier.kind {
    case .ed25519: bytes = key.sign(Array(text.utf8))
    case .cosignature:
      let time = UInt64(max(0, seconds))
      bytes = withUnsafeBytes(of: time.bigEndian) { [UInt8]($0) } + key.sign(cosignedBytes(text, Int(time)))
    }
    bytes = verifier.keyID + bytes
    return NoteSignature(name: verifier.name, bytes: bytes)
  }
}

/// What a cosignature is over.
func cosignedBytes(_ text: String, _ seconds: Int) -> [UInt8] { Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8) }

/// Not empty, no white space, no plus sign.
func isNoteName(_ name: String) -> Bool {
  !name.isEmpty && name.utf8.count <= 255
    && name.unicodeScalars.allSatisfy {
      $0 != "+" && !$0.properties.isWhitespace && $0.properties.generalCategory != .control
    }
}

let newline = UInt8(ascii: "\n")
