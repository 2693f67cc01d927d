import Cryptography

/// A recipient stanza: a type, its arguments and a body (C2SP age, "Recipient stanza").
struct AgeStanza: Equatable, Sendable {
  var type: String
  var arguments: [String]
  var body: [UInt8]
}

/// The textual head of an age file (C2SP age, "Header").
struct AgeHeader: Equatable, Sendable {
  static let versionLine = "age-encryption.org/v1"
  /// Ours: a longer header is refused. The format sets no limit.
  static let maxBytes = 64 * 1024

  var stanzas: [AgeStanza]
  var mac: [UInt8]
  /// From the version line to the `---`, both included: what the MAC covers.
  var authenticated: [UInt8]

  /// Parses a header at the start of `bytes`.
  ///
  /// - Returns: the header and its length with the closing newline; nil where `bytes` end before the header does.
  static func parse(_ bytes: [UInt8]) throws(AgeError) -> (header: AgeHeader, count: Int)? {
    var lines = HeaderLines(bytes: bytes)
    guard let version = try lines.next() else { return nil }
    guard version.elementsEqual(versionLine.utf8) else { throw .header("unknown version line") }
    var stanzas: [AgeStanza] = []
    while true {
      guard let line = try lines.next() else { return nil }
      if line.starts(with: Array("---".utf8)) {
        return (try finish(line, stanzas, authenticatedEnd: line.startIndex + 3, bytes), lines.position)
      }
      guard let stanza = try parseStanza(opening: line, &lines) else { return nil }
      stanzas.append(stanza)
    }
  }

  private static func finish(
    _ line: ArraySlice<UInt8>, _ stanzas: [AgeStanza], authenticatedEnd: Int, _ bytes: [UInt8]
  ) throws(AgeError) -> AgeHeader {
    guard line.starts(with: Array("--- ".utf8)), let mac = Base64.decode(line.dropFirst(4), padded: false),
      mac.count == 32
    else { throw .header("malformed MAC line") }
    guard !stanzas.isEmpty else { throw .header("no recipient stanza") }
    return AgeHeader(stanzas: stanzas, mac: mac, authenticated: Array(bytes[..<authenticatedEnd]))
  }

  private static func parseStanza(
    opening line: ArraySlice<UInt8>, _ lines: inout HeaderLines
  ) throws(AgeError) -> AgeStanza? {
    guard line.starts(with: Array("-> ".utf8)) else { throw .header("a line that opens no stanza") }
    let words = line.dropFirst(3).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x21...0x7E).contains($0) } }) else {
      throw .header("a stanza's argument is empty or not printable ASCII")
    }
    var body: [UInt8] = []
    while true {
      guard let line = try lines.next() else { return nil }
      guard line.count <= 64 else { throw .header("a stanza's body line is longer than 64 characters") }
      guard let part = Base64.decode(line, padded: false) else { throw .header("a stanza's body is not base64") }
      body += part
      if line.count < 64 { break }
    }
    let texts = words.map { String(decoding: $0, as: UTF8.self) }
    return AgeStanza(type: texts[0], arguments: Array(texts.dropFirst()), body: body)
  }

  static func encodeStanza(_ stanza: AgeStanza) -> String {
    var text = "-> " + ([stanza.type] + stanza.arguments).joined(separator: " ") + "\n"
    var rest = Base64.encode(stanza.body, padded: false)[...]
    while rest.utf8.count >= 64 {
      text += rest.prefix(64) + "\n"
      rest = rest.dropFirst(64)
    }
    return text + rest + "\n"
  }
}

/// The header's lines, each ended by one LF.
private struct HeaderLines {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Nil where the bytes end before the line does.
  mutating func next() throws(AgeError) -> ArraySlice<UInt8>? {
    let end = min(bytes.count, AgeHeader.maxBytes)
    guard let newline = bytes[position..<end].firstIndex(of: UInt8(ascii: "\n")) else {
      if bytes.count >= AgeHeader.maxBytes { throw .header("longer than \(AgeHeader.maxBytes) bytes") }
      return nil
    }
    let line = bytes[position..<newline]
    position = newline + 1
    return line
  }
}
