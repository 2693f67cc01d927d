import Cryptography
import JSON
import TransparencyLog

/// A log's entry of an official's act: its number in the record of acts, and the salted digest of its entry there.
public struct LoggedAct: Equatable, Sendable {
  let number: Int
  /// SHA-256 of the act's salt and entry.
  let digest: TreeHash
  /// Its index in the log.
  let index: Int

  /// Nil for an entry of another kind.
  init?(_ members: JSONValue, index: Int) {
    guard let number = members["number"]?.number, let digest = Digest(hex: members["digest"]?.text ?? ""),
      let hash = TreeHash(bytes: digest.bytes)
    else { return nil }
    (self.number, self.digest, self.index) = (number, hash, index)
  }
}
