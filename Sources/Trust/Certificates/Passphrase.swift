public import Cryptography
import Foundation
public import Zones

/// A passphrase in a file: its first line, without the line end.
public enum Passphrase {
  /// - Parameter path: a file of mode 0600 or narrower with 1 to 1,024 bytes in its first line.
  /// - Throws: `unreadable`, `keyTooOpen`, `malformed`.
  public static func read(file path: String) throws(TrustError) -> SecretBytes {
    try firstLine(of: path, allowed: 0o600)
  }

  /// As `read(file:)`. A credential may also have mode 0440: systemd gives the service access by an access list, whose
  /// mask shows as the group's rights.
  ///
  /// - Throws: `unreadable` if this process was given no credential.
  public static func read(_ source: PassphraseSource) throws(TrustError) -> SecretBytes {
    switch source {
    case .file(let path): return try read(file: path)
    case .credential(let name):
      guard let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"], folder.hasPrefix("/") else {
        throw TrustError(
          .unreadable,
          "keys.passphrase_credential: CREDENTIALS_DIRECTORY is not set; LoadCredential=\(name):FILE in the unit sets it"
        )
      }
      return try firstLine(of: "\(folder)/\(name)", allowed: 0o640)
    }
  }

  private static func firstLine(of path: String, allowed mode: UInt32) throws(TrustError) -> SecretBytes {
    var content = try InputFile.read(path, secret: true, allowed: mode)
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
