/// The place of a private key in a token behind PKCS#11.
public struct TokenKey: Equatable, Sendable {
  /// The token's library, an absolute path.
  public let module: String
  /// RFC 7512: `pkcs11:token=…;object=…;type=private`.
  public let uri: String

  /// - Throws: `malformed` for a path that is not absolute, a URI of another kind, one that contains a PIN, and line
  ///   ends.
  public init(module: String, uri: String) throws(TrustError) {
    guard module.hasPrefix("/"), !module.contains(where: \.isNewline) else {
      throw TrustError(.malformed, "\(module): a PKCS#11 module is named by its absolute path")
    }
    guard uri.hasPrefix("pkcs11:"), !uri.contains(where: \.isNewline), !uri.contains("pin-") else {
      throw TrustError(.malformed, "a token's key is named by a URI pkcs11:…, without its PIN")
    }
    self.module = module
    self.uri = uri
  }

  /// Parses what `text` writes.
  public init(file path: String) throws(TrustError) {
    let lines = String(decoding: try InputFile.read(path), as: UTF8.self).split(separator: "\n")
    guard lines.count == 2, lines[0].hasPrefix("module: "), lines[1].hasPrefix("uri: ") else {
      throw TrustError(.malformed, "\(path): not two lines, module and uri")
    }
    try self.init(module: String(lines[0].dropFirst(8)), uri: String(lines[1].dropFirst(5)))
  }

  public var text: String { "module: \(module)\nuri: \(uri)\n" }
}
