import Foundation
import YAMLText

/// `outgoing_drop`: a path, or a group that names a server.
enum DropReader {
  static func address(_ value: YAMLValue) -> DropAddress? {
    if value.isScalar { return value.path(.folder).map(DropAddress.folder) }
    let names = ["kind", "url", "timeout_seconds"] + Array(secrets.keys)
    guard let group = value.mapping(names.sorted()), let kind = group.required("kind")?.choice(RemoteDrop.Kind.self),
      belong(group, to: kind)
    else { return nil }
    let url = group.required("url")?.dropURL(kind)
    let knownBy = group.required(kind == .sftp ? "known_hosts" : "ca")?.path(.file)
    let timeout = group.optional("timeout_seconds").map { $0.integer(1...600) } ?? 30
    guard let url, let knownBy, let timeout else { return nil }
    let drop = RemoteDrop(kind: kind, url: url, knownBy: knownBy, timeoutSeconds: timeout)
    return withEntry(drop, group).map(DropAddress.remote)
  }

  /// The keys that only some kinds have.
  private static let secrets: [String: Set<RemoteDrop.Kind>] = [
    "known_hosts": [.sftp], "private_key_file": [.sftp], "ca": [.webdav, .httpsPut],
    "client_certificate": [.webdav, .httpsPut], "client_key": [.webdav, .httpsPut],
    "username": Set(RemoteDrop.Kind.allCases), "password_file": Set(RemoteDrop.Kind.allCases),
  ]

  private static func belong(_ group: YAMLMapping, to kind: RemoteDrop.Kind) -> Bool {
    var isSound = true
    for (name, kinds) in secrets where !kinds.contains(kind) {
      guard let foreign = group.optional(name) else { continue }
      foreign.refuse("does not belong to the kind \(kind.rawValue); remove it")
      isSound = false
    }
    return isSound
  }

  /// Adds user name, password, keys.
  private static func withEntry(_ drop: RemoteDrop, _ group: YAMLMapping) -> RemoteDrop? {
    var drop = drop
    func read(_ name: String, _ into: WritableKeyPath<RemoteDrop, String?>, _ parse: (YAMLValue) -> String?) -> Bool {
      guard let value = group.optional(name) else { return true }
      drop[keyPath: into] = parse(value)
      return drop[keyPath: into] != nil
    }
    guard read("username", \.username, { $0.userName() }), read("password_file", \.passwordFile, { $0.secretFile() }),
      read("private_key_file", \.privateKeyFile, { $0.secretFile() }),
      read("client_certificate", \.clientCertificateFile, { $0.path(.file) }),
      read("client_key", \.clientKeyFile, { $0.secretFile() })
    else { return nil }
    return isComplete(drop, group) ? drop : nil
  }

  private static func isComplete(_ drop: RemoteDrop, _ group: YAMLMapping) -> Bool {
    let problem: String? =
      switch drop.kind {
      case .sftp where drop.username == nil: "the key username is missing"
      case .sftp where (drop.passwordFile == nil) == (drop.privateKeyFile == nil):
        "give either private_key_file or password_file"
      case .webdav, .httpsPut:
        if (drop.clientCertificateFile == nil) != (drop.clientKeyFile == nil) {
          "client_certificate and client_key go together; give both or neither"
        } else if (drop.username == nil) != (drop.passwordFile == nil) {
          "username and password_file go together; give both or neither"
        } else if drop.username == nil && drop.clientCertificateFile == nil {
          "there are no credentials; give username and password_file, or client_certificate and client_key"
        } else {
          nil
        }
      default: nil
      }
    if let problem { group.own.refuse(problem) }
    return problem == nil
  }
}

extension YAMLValue {
  /// A file that its owner alone may read.
  func secretFile() -> String? {
    guard let path = path(.file) else { return nil }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 == 0 else {
      return refused("others may read \(path); chmod 600 it")
    }
    return path
  }

  fileprivate func userName() -> String? {
    parsed("a user name of at most 64 letters, digits and . _ @ -") { text in
      let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-".utf8)
      return (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(allowed.contains) ? text : nil
    }
  }

  fileprivate func dropURL(_ kind: RemoteDrop.Kind) -> String? {
    let scheme = kind == .sftp ? "sftp" : "https"
    let expected = "\(scheme)://host/path or \(scheme)://host:port/path; user and password have keys of their own"
    return parsed(expected) { text in
      // The rest of an address obeys the same rules, whatever its scheme.
      guard text.hasPrefix(scheme + "://"), let address = WebAddress("https" + text.dropFirst(scheme.utf8.count)) else {
        return nil
      }
      let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~-/".utf8)
      let path = address.rest
      let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
      guard path.utf8.allSatisfy(allowed.contains), !parts.isEmpty,
        !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." })
      else { return nil }
      return text
    }
  }
}
