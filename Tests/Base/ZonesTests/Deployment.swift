import Foundation
import Testing

/// A folder laid out as `guandu init` does it, with empty keys: the loader looks whether files are there, not into them.
final class Deployment {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "guandu-\(UUID().uuidString)").path
    for folder in ["dmz", "intranet"] {
      try makeFolder("\(folder)/data")
      try makeFolder("\(folder)/backups")
      try makeFolder("\(folder)/keys")
      for key in ["signing", "encryption", "tls", "audit-log", "audit-witness"] {
        try write("\(folder)/keys/\(key).key", Data())
        try write("\(folder)/keys/\(key).pem", Data())
      }
      for certificate in ["root", "issuing", "root-crl", "issuing-crl", "peer-signing", "peer-encryption"] {
        try write("\(folder)/keys/\(certificate).pem", Data())
      }
    }
    for zone in ["intranet", "dmz"] { try write("\(zone)/keys/seal-trust.pem", Data()) }
    // What a drop on a server needs: two secrets, one of them open to all, and what the server is known by.
    try write("dmz/keys/drop.secret", Data(), mode: 0o600)
    try write("dmz/keys/drop.open", Data(), mode: 0o644)
    try write("dmz/keys/known_hosts", Data())
    for folder in ["drop/dmz-to-intranet", "drop/intranet-to-dmz", "sms", "calendars", "flows"] {
      try makeFolder(folder)
    }
    for name in ["mailboxes.yaml", "decline-reasons.yaml"] {
      try write(name, Data(contentsOf: Self.repository.appending(path: "zones/\(name)")))
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// - Returns: the file's path.
  @discardableResult func write(_ name: String, _ content: Data, mode: Int = 0o644) throws -> String {
    try content.write(to: URL(filePath: "\(path)/\(name)"))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(path)/\(name)")
    return "\(path)/\(name)"
  }

  private func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
  }

  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
}
