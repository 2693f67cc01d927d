import Certificates
import Cryptography
import DurableFiles
import Foundation
import JSON
import Zones

/// A peer's certificates as this zone knows them: those that `zone.yaml` names, and the peer's own newest statement.
///
/// The statement is in `peers/<zone>.json` beside the zone's own rotated keys: `{"statement": …, "replaced": […]}`.
/// `replaced` lists the certificates of `zone.yaml` that it replaced, so one that the operator names later counts
/// beside it.
struct PeerKeyFiles: Sendable {
  let link: LinkConfiguration
  let folder: String
  let files: Files

  private var path: String { "\(folder)/peers/\(link.peer).json" }

  struct Known: Sendable {
    var signing: [Certificate]
    var encryption: Certificate
    /// Those that the peer replaced itself: it can still open what was sealed for them.
    var former: [Certificate]
    /// The number of the statement in force; 0 for none.
    var number: Int
  }

  /// - Throws: `FileError`, `TrustError`.
  func known() throws -> Known {
    let configured = try link.peerSigningCertificates.map { try Certificate.load(pemFile: $0)[0] }
    let encryption = try Certificate.load(pemFile: link.peerEncryptionCertificate)[0]
    guard let (statement, replaced) = try word() else {
      return Known(signing: configured, encryption: encryption, former: [], number: 0)
    }
    let isReplaced = replaced.contains(encryption.fingerprint.hex)
    let said = statement.pairs.map(\.encryption)
    return Known(
      signing: statement.pairs.map(\.signing) + configured.filter { !replaced.contains($0.fingerprint.hex) },
      encryption: isReplaced ? said[0] : encryption, former: isReplaced ? said.dropFirst() + [encryption] : said,
      number: statement.number)
  }

  private func word() throws -> (KeyStatement, replaced: Set<String>)? {
    guard files.exists(path) else { return nil }
    let file = try files.openForReading(path)
    guard file.byteCount <= 1 << 20, let value = try? JSONValue.parse(file.read(at: 0, count: file.byteCount)),
      let body = value["statement"], let statement = try? KeyStatement(body),
      let replaced = value["replaced"]?.elements?.compactMap(\.text)
    else {
      throw TrustError(.malformed, "\(path): not as it was written; remove it to go back to what zone.yaml names")
    }
    return (statement, Set(replaced))
  }

  /// The peer's certificates once a statement counts.
  func known(saying statement: KeyStatement) throws -> Known {
    let said = statement.pairs.map(\.encryption)
    return Known(
      signing: statement.pairs.map(\.signing), encryption: said[0],
      former: said.dropFirst() + [try Certificate.load(pemFile: link.peerEncryptionCertificate)[0]],
      number: statement.number)
  }

  /// Stores a statement, durably. The certificates of `zone.yaml` that it does not repeat no longer count.
  func remember(_ statement: KeyStatement) throws {
    let configured = try link.peerSigningCertificates.map { try Certificate.load(pemFile: $0)[0] }
    let encryption = try Certificate.load(pemFile: link.peerEncryptionCertificate)[0]
    let replaced = (configured + [encryption]).map { JSONValue.string($0.fingerprint.hex) }
    let note = JSONValue.object(["statement": statement.body, "replaced": .array(replaced)])
    try files.createFolder(folder)
    try files.createFolder(folder + "/peers")
    let staging = "\(folder)/peers/.\(link.peer)-\(UUID().uuidString)"
    try files.writeNew(staging, [note.encoded()])
    try files.rename(staging, to: path)
    try files.syncFolder(folder + "/peers")
  }
}
