import Zones

/// The four lines before a packet's payload, taken apart but not believed.
public struct PacketHead: Equatable, Sendable {
  public static let magic = Array("guandu-packet/v1\n".utf8)
  /// A signature line may hold any suite's; a certificate line any that a CA issues.
  static let maxSignatureLineBytes = 8 * 1024
  static let maxCertificateLineBytes = 32 * 1024
  /// No head is longer.
  public static let maxBytes = magic.count + Manifest.maxBytes + maxSignatureLineBytes + maxCertificateLineBytes

  public var manifest: Manifest
  /// The second line with its newline: what `prev` and receipts digest.
  public var manifestLine: [UInt8]
  /// Base64, undecoded.
  public var signatureLine: [UInt8]
  public var certificateLine: [UInt8]
  /// The head's length: the payload starts here.
  public var byteCount: Int

  /// The bytes that the signature covers: magic and manifest, both newlines included.
  public var signedBytes: [UInt8] { Self.magic + manifestLine }

  /// The whole file's length, by the manifest's word.
  public var packetBytes: Int { byteCount + manifest.payload.bytes }

  /// Reads the head at the start of `bytes`.
  ///
  /// - Returns: nil where `bytes` may be the beginning of a head that is still being copied.
  public static func parse(_ bytes: [UInt8]) throws(FormatError) -> PacketHead? {
    let magicPart = bytes.prefix(magic.count)
    guard magicPart.elementsEqual(magic.prefix(magicPart.count)) else {
      throw FormatError(.magic, "does not begin with “guandu-packet/v1”")
    }
    guard magicPart.count == magic.count else { return nil }
    var position = magic.count
    guard let manifestLine = try line(bytes, &position, Manifest.maxBytes, "manifest"),
      let signatureLine = try line(bytes, &position, maxSignatureLineBytes, "signature"),
      let certificateLine = try line(bytes, &position, maxCertificateLineBytes, "certificate")
    else { return nil }
    return PacketHead(
      manifest: try Manifest.parse(line: Array(manifestLine)), manifestLine: manifestLine + [UInt8(ascii: "\n")],
      signatureLine: Array(signatureLine), certificateLine: Array(certificateLine), byteCount: position)
  }

  /// The next line without its newline; nil where the bytes end first.
  private static func line(
    _ bytes: [UInt8], _ position: inout Int, _ maxBytes: Int, _ name: String
  ) throws(FormatError) -> ArraySlice<UInt8>? {
    let window = bytes[position..<min(bytes.count, position + maxBytes)]
    guard let newline = window.firstIndex(of: UInt8(ascii: "\n")) else {
      if window.count == maxBytes { throw FormatError(.head, "the \(name) line is longer than \(maxBytes) bytes") }
      return nil
    }
    defer { position = newline + 1 }
    return bytes[position..<newline]
  }

  /// Puts a head together.
  public static func encode(manifestLine: [UInt8], signature: String, certificate: String) -> [UInt8] {
    magic + manifestLine + signature.utf8 + [UInt8(ascii: "\n")] + certificate.utf8 + [UInt8(ascii: "\n")]
  }
}
