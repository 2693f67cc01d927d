public import Cryptography

/// A passphrase that lies in a file: its first line, without the line's end.
public enum Passphrase {
  /// - Parameter path: a file of mode 0600 or narrower with 1 to 1,024 bytes in its first line.
  /// - Throws: `unreadable`, `keyTooOpen`, `malformed`.
  public static func read(file path: String) throws(TrustError) -> SecretBytes {
    var content = try InputFile.read(path, secret: true)
    defer { wipe(&content) }
    var line = Array(content.prefix { $0 != UInt8(ascii: "\n") })
    defer { wipe(&line) }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    guard (1...1_024).contains(line.count), !line.contains(0) else {
      throw TrustError(.malformed, "\(path): a passphrase is a first line of 1 to 1,024 bytes")
    }
    return SecretBytes(line)
  }
}
