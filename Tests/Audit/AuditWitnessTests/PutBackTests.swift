import Certificates
import Cryptography
import Links
import Storage
import Synchronization
import Testing
import Timestamps
import ZoneHarness
import ZoneKeys
import Zones

@testable import AuditLog
@testable import AuditWitness
@testable import TransparencyLog

/// The intranet was put back to an earlier day, and has shown a checkpoint of the very size that its witness, the DMZ, holds
/// of the days that are lost.
@Suite struct AZoneThatWasPutBack {
  /// The intranet has shown its log; returns what it has shown.
  private func shown(by witness: Witness) async throws -> Checkpoint {
    let link = try #require(witness.zones.intranet.links.first)
    try await witness.ownLog.begin()
    try await witness.database.write { db in try witness.trail.zoneStarted(db) }
    while try await witness.ownLog.integrate() {}
    try await witness.keeper.offer(to: link)
    return try Checkpoint(text: #require(try await witness.ownLog.newest()).note.text)
  }

  /// The DMZ's word that it holds a checkpoint of that root, signed with the intranet's log key or another.
  private func tell(
    _ witness: Witness, held root: TreeHash, size: Int, by key: Ed25519PrivateKey? = nil
  ) async throws {
    let issued = try witness.zones.authority.issue(.auditWitness, to: "dmz audit witness", at: TestZones.now)
    let path = witness.zones.root + "/keys/dmz-witness"
    try TestZones.write(issued.certificate, path + ".pem")
    try TestZones.write(issued.key, path + ".key")
    let cosigning: Ed25519PrivateKey = try loadSigningKey(path: path + ".key", matching: issued.certificate)
    let origin = "intranet/audit/1"
    let signer = try #require(NoteSigner(name: origin, kind: .ed25519, key: key ?? witness.keeper.keys.log))
    let note = Checkpoint(origin: origin, size: size, root: root).signed(by: signer)
    let cosigner = try #require(NoteSigner(name: "dmz/audit/witness", kind: .cosignature, key: cosigning))
    let word = CosignatureMessage(
      origin: origin, size: size, signature: cosigner.sign(note.text, at: witness.keeper.now() / 1_000),
      certificate: issued.certificate, mirrored: size, held: note)
    try await witness.take(word.body, CosignatureMessage.type)
    await witness.ownLog.integrateWhenPossible()
  }

  private func epoch(_ witness: Witness) async throws -> Int? {
    try await witness.database.read { db in try db.one(Int.self, "SELECT epoch FROM audit_log") }
  }

  private func witness() throws -> Witness {
    let ahead = Ahead()
    let witness = try Witness(now: { ahead.now() })
    ahead.advance()
    return witness
  }

  @Test func `begins a new log where the witness holds another checkpoint of that size`() async throws {
    let witness = try witness()
    let checkpoint = try await shown(by: witness)
    try await tell(witness, held: TreeHasher().leaf(Array("lost".utf8)), size: checkpoint.size)
    #expect(try await epoch(witness) == 2)
    let first = try #require(try await witness.ownLog.newest())
    #expect(try Checkpoint(text: first.note.text).origin == "intranet/audit/2")
    #expect(String(decoding: try first.folder.entry(0, size: first.newsSize), as: UTF8.self).contains("put back"))
  }

  @Test func `goes on with its log where the witness holds that very checkpoint`() async throws {
    let witness = try witness()
    let checkpoint = try await shown(by: witness)
    try await tell(witness, held: checkpoint.root, size: checkpoint.size)
    #expect(try await epoch(witness) == 1)
  }

  @Test func `goes on with its log where its own key has not signed what the witness holds`() async throws {
    let witness = try witness()
    let checkpoint = try await shown(by: witness)
    let refusal = await #expect(throws: MessageRefusal.self) {
      try await tell(
        witness, held: TreeHasher().leaf(Array("made up".utf8)), size: checkpoint.size,
        by: Ed25519PrivateKey(seed: .random(32)))
    }
    #expect(refusal?.code == "unknown-checkpoint")
    #expect(try await epoch(witness) == 1)
  }
}

/// A clock that stands still, until it is a day later.
private final class Ahead: Sendable {
  private let start = currentMilliseconds()
  private let isLater = Mutex(false)
  func now() -> UnixMilliseconds { start + (isLater.withLock { $0 } ? 86_400_000 : 0) }
  func advance() { isLater.withLock { $0 = true } }
}
