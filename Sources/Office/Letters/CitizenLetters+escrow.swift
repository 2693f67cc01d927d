import AgeFormat
import Cryptography
import Foundation
import Links
import PacketFormat
import Storage
import Timestamps
import Zones

/// What would be lost with this portal's disk and is in no letter: the pepper. The intranet keeps a copy.
extension CitizenLetters {
  /// Sends the pepper to the intranet, sealed for its key, where this database has not done so. To be called at a start.
  ///
  /// - Throws: `PolicyRefusal` where the link does not let it cross; a lost portal could not be rebuilt then.
  public func sendPepperEscrow() async throws {
    var pepper = locks.pepper.copy()
    defer { wipe(&pepper) }
    let digest = Digest.of(pepper).hex
    let at = now()
    let message = PepperEscrowMessage(
      id: newIdentifier(at: at), sealed: try AgeEncryptor.encrypt(pepper, to: intranetKeys)
    ).message(at: at)
    let (outbox, intranet) = (self.outbox, link.peer)
    try await database.write { db in
      let changed = try db.run(
        "INSERT INTO keepsake (id, digest) VALUES (?, ?) ON CONFLICT DO NOTHING", message.subject, digest)
      guard changed == 1 else { return }
      try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: intranet, db)
    }
  }
}

/// A refused copy is sent again at the next start.
func settlePepperEscrow(_ message: SentMessage, _ fate: MessageFate, _ db: Transaction) throws {
  guard case .refused = fate else { return }
  try db.run("DELETE FROM keepsake WHERE id = ?", message.subject)
}

func restoredPeppers(_ db: Transaction) throws -> [SecretBytes] {
  try db.all(Data.self, "SELECT pepper FROM restored_pepper").map { SecretBytes($0) }
}
