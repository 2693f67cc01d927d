import Cryptography

/// One line of signature of a note.
public struct NoteSignature: Equatable, Sendable {
  public let name: String
  /// Key ID (4 bytes), then the signature.
  public let bytes: [UInt8]

  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  public var line: String { "— \(name) \(Base64.encode(bytes))\n" }
}

/// Why a note is not one, or not to be believed.
public struct NoteError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Lowercase, no full stop.
  public let reason: String
  public init(_ reason: String) { self.reason = reason }
  public var description: String { reason }
}

/// A signed text (C2SP signed-note): the text, an empty line, lines of signature. That it parses says nothing about its
/// signatures.
public struct SignedNote: Equatable, Sendable {
  public static let maxBytes = 65_536
  /// C2SP asks for 16 at least.
  public static let maxSignatures = 32

  /// The end of the year 9999: a cosignature of a later time is none.
  private static let lastSecond = 253_402_300_799

  /// With its last newline.
  public let text: String
  public private(set) var signatures: [NoteSignature]

  /// - Parameter text: ends with a newline.
  public init(text: String, signatures: [NoteSignature]) {
    self.text = text
    self.signatures = signatures
  }

  public init(_ bytes: [UInt8]) throws(NoteError) {
    guard bytes.count <= Self.maxBytes else { throw NoteError("a note of more than \(Self.maxBytes) bytes") }
    guard bytes.allSatisfy({ $0 >= 0x20 || $0 == newline }), let whole = String(validating: bytes, as: UTF8.self) else {
      throw NoteError("a note is UTF-8 without control characters")
    }
    let lines = whole.utf8.split(separator: newline, omittingEmptySubsequences: false)
    // The last newline leaves an empty piece behind it; the empty line before that parts text and signatures.
    guard lines.last?.isEmpty == true, let gap = lines.dropLast().lastIndex(where: \.isEmpty), gap > 0 else {
      throw NoteError("a note is a text, an empty line, and signatures")
    }
    text = lines[..<gap].map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
    let tail = lines[(gap + 1)..<(lines.count - 1)]
    guard (1...Self.maxSignatures).contains(tail.count) else {
      throw NoteError("1 to \(Self.maxSignatures) signatures belong to a note, not \(tail.count)")
    }
    var signatures: [NoteSignature] = []
    for line in tail { signatures.append(try Self.signature(String(decoding: line, as: UTF8.self))) }
    self.signatures = signatures
  }

  private static func signature(_ line: String) throws(NoteError) -> NoteSignature {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "—", isNoteName(String(parts[1])), let bytes = Base64.decode(parts[2].utf8),
      bytes.count > 4
    else { throw NoteError("a line of signature is: —, a key's name, base64") }
    return NoteSignature(name: String(parts[1]), bytes: bytes)
  }

  public var encoded: String { text + "\n" + signatures.map(\.line).joined() }

  /// Adds a signature, unless it is there.
  public mutating func add(_ signature: NoteSignature) {
    if !signatures.contains(signature) { signatures.append(signature) }
  }

  /// Whether `verifier` has signed the text. Signatures of others are not looked at.
  ///
  /// - Returns: nil where it has not; for a cosignature its time, in seconds since 1970, else 0.
  /// - Throws: where a signature that bears its name and key ID is wrong.
  public func time(signedBy verifier: NoteVerifier) throws(NoteError) -> Int? {
    var time: Int?
    for signature in signatures
    where signature.name == verifier.name && signature.bytes.prefix(4).elementsEqual(verifier.keyID) {
      guard let good = check(Array(signature.bytes.dropFirst(4)), verifier) else {
        throw NoteError("the signature of \(verifier.name) is wrong")
      }
      time = max(time ?? 0, good)
    }
    return time
  }

  private func check(_ bytes: [UInt8], _ verifier: NoteVerifier) -> Int? {
    switch verifier.kind {
    case .ed25519:
      return verifyEd25519(signature: bytes, message: Array(text.utf8), publicKey: verifier.publicKey) ? 0 : nil
    case .cosignature:
      guard bytes.count == 72 else { return nil }
      let seconds = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard let time = Int(exactly: seconds), time <= Self.lastSecond else { return nil }
      let message = cosignedBytes(text, time)
      return verifyEd25519(signature: Array(bytes.dropFirst(8)), message: message, publicKey: verifier.publicKey)
        ? time : nil
    }
  }
}
