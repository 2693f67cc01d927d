import Foundation
import YAMLText

/// Paths, addresses and names in a configuration file.
extension YAMLValue {
  /// What must be found at a path.
  enum Existing {
    case file
    case folder
    case nothing
  }

  /// An absolute path; a relative one is taken from the folder of the file that it stands in.
  func path(_ existing: Existing) -> String? {
    guard let text = text(maxCharacters: 1_024) else { return nil }
    guard !text.contains("\n") else { return refused("a path has one line") }
    let folder = URL(filePath: file).deletingLastPathComponent()
    let path = URL(filePath: text, relativeTo: folder).standardizedFileURL.path
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    switch existing {
    case .nothing: return path
    case .file:
      guard exists, !isFolder.boolValue else { return refused("there is no file \(path)") }
    case .folder:
      guard exists, isFolder.boolValue else { return refused("there is no folder \(path); create it") }
    }
    return path
  }

  func paths(_ existing: Existing, atLeast minimum: Int = 0) -> [String]? {
    guard let elements = list(atLeast: minimum, atMost: 100) else { return nil }
    let paths = elements.compactMap { $0.path(existing) }
    return paths.count == elements.count ? paths : nil
  }

  func zoneName() -> ZoneName? {
    parsed("a zone's name: a lowercase letter, then up to 31 lowercase letters, digits and hyphens") { ZoneName($0) }
  }

  func identifier() -> String? {
    parsed("a lowercase letter, then up to 31 lowercase letters, digits and hyphens") { ZoneName($0)?.text }
  }

  /// As systemd takes them in `LoadCredential=`, and no path.
  func credentialName() -> String? {
    parsed("a credential's name: letters, digits, hyphens, underscores and dots, 100 at most, no dot first") { text in
      let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
      return (1...100).contains(text.utf8.count) && !text.hasPrefix(".") && text.utf8.allSatisfy(allowed.contains)
        ? text : nil
    }
  }

  func port() -> Int? { integer(1...65_535) }

  func listenAddress() -> String? {
    parsed("an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 for all") { text in
      var storage = in6_addr()
      let isAddress = inet_pton(AF_INET, text, &storage) == 1 || inet_pton(AF_INET6, text, &storage) == 1
      return isAddress ? text : nil
    }
  }

  /// A server's name or IP address; an IPv6 one without brackets.
  func hostName() -> String? {
    parsed("a server's name or its IP address, without a port") { text in
      var storage = in6_addr()
      if inet_pton(AF_INET6, text, &storage) == 1 { return text }
      guard let address = WebAddress("https://" + text), address.host == text else { return nil }
      return text
    }
  }

  /// `https://host[:port]` and nothing more.
  func siteURL() -> String? {
    parsed("https://host or https://host:port, with nothing after it") { text in
      guard let url = WebAddress(text), url.isSecure, url.rest.isEmpty else { return nil }
      return text
    }
  }

  func fingerprint() -> String? {
    parsed("the SHA-256 of a certificate, 64 lowercase hex digits") { text in
      let digits = Set("0123456789abcdef".utf8)
      return text.utf8.count == 64 && text.utf8.allSatisfy(digits.contains) ? text : nil
    }
  }

  func messageType() -> String? {
    parsed("a message type such as letter.submitted") { text in
      let allowed = Set("abcdefghijklmnopqrstuvwxyz-".utf8)
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      let isType =
        parts.count == 2 && text.utf8.count <= 64
        && parts.allSatisfy {
          !$0.isEmpty && !$0.hasPrefix("-") && !$0.hasSuffix("-") && $0.utf8.allSatisfy(allowed.contains)
        }
      return isType ? text : nil
    }
  }
}

/// The parts of an `http` or `https` address that the configuration judges.
struct WebAddress {
  let isSecure: Bool
  let host: String
  /// Path, query and fragment, as written.
  let rest: String

  /// Nil where scheme, host or port are none, and for a user name.
  init?(_ text: String) {
    guard let (secure, afterScheme) = Self.scheme(of: text) else { return nil }
    let authority = afterScheme.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard let host = Self.host(of: String(authority)) else { return nil }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    isSecure = secure
    self.host = host
    rest = String(afterScheme.dropFirst(authority.count))
  }

  var isLoopback: Bool { host == "localhost" || host == "[::1]" || host.isLoopbackAddress }

  private static func scheme(of text: String) -> (Bool, Substring)? {
    if text.hasPrefix("https://") { return (true, text.dropFirst(8)) }
    if text.hasPrefix("http://") { return (false, text.dropFirst(7)) }
    return nil
  }

  private static func host(of authority: String) -> String? {
    var host = authority
    let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
    if let colon = authority[afterBracket...].lastIndex(of: ":") {
      guard let port = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(port) else { return nil }
      host = String(authority[..<colon])
    }
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.".utf8)
    if host.hasPrefix("["), host.hasSuffix("]") {
      var storage = in6_addr()
      return inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &storage) == 1 ? host : nil
    }
    return (1...253).contains(host.utf8.count) && host.utf8.allSatisfy(allowed.contains) ? host : nil
  }
}

extension String {
  fileprivate var isLoopbackAddress: Bool {
    var storage = in_addr()
    return hasPrefix("127.") && inet_pton(AF_INET, self, &storage) == 1
  }
}
