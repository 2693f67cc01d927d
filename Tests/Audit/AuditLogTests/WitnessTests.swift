import Cryptography
import Foundation
import Testing
import TransparencyLog

@testable import AuditLog

@Suite struct WhoseWordCounts {
  private let written: WrittenLog
  private let now = Date(timeIntervalSince1970: Double(WrittenLog.day) / 1_000 + 3_600)

  init() throws {
    written = try WrittenLog()
    try written.append([written.entry(.zoneStarted, at: 0)])
  }

  private func signer(_ name: String) throws -> NoteSigner {
    let key = try #require(Ed25519PrivateKey(seed: .random(32)))
    return try #require(NoteSigner(name: name, kind: .cosignature, key: key))
  }

  private func cosign(_ signers: [NoteSigner], secondsFromNow: Int = -60) throws {
    var note = try #require(try written.folder.checkpoint())
    for signer in signers {
      note.add(signer.sign(note.text, at: Int(now.timeIntervalSince1970) + secondsFromNow))
    }
    try written.folder.keepWitnessed(note)
  }

  private func check(_ witnesses: [NoteSigner]) throws -> CheckedLog {
    try LogCheck(
      folder: written.folder, log: written.verifier, witnesses: witnesses.map(\.verifier), zone: "dmz",
      now: { [now] in now }
    ).run()
  }

  @Test func isNotWitnessedByItsOwnZoneAlone() throws {
    let own = try signer("dmz/audit/witness")
    try cosign([own])
    let result = try check([own])
    #expect(result.witnessed.isEmpty && result.ownWitnesses == ["dmz/audit/witness"])
    #expect(result.unknownWitnesses == [] && result.faults == [])
  }

  @Test func `of two witnesses the other zone's counts`() throws {
    let (own, other) = (try signer("dmz/audit/witness"), try signer("intranet/audit/witness"))
    try cosign([own, other])
    let result = try check([own, other])
    #expect(Array(result.witnessed.keys) == ["intranet/audit/witness"] && result.ownWitnesses == [own.verifier.name])
  }

  @Test func `the log's own key under another zone's name is no witness`() throws {
    let note = try #require(try written.folder.checkpoint())
    let key = try #require(Ed25519PrivateKey(seed: .random(32)))
    let name = "intranet/audit/witness"
    let log = try #require(NoteVerifier(name: "dmz/audit/1", kind: .ed25519, publicKey: key.publicKey))
    let twin = try #require(NoteSigner(name: name, kind: .cosignature, key: key))
    var cosigned = note
    cosigned.add(twin.sign(note.text, at: Int(now.timeIntervalSince1970)))
    let words = try Witnesses([twin.verifier], of: log, now: { [now] in now }).words(on: cosigned)
    #expect(words.map(\.worth) == [.own])
  }

  @Test(arguments: [(Witnesses.aheadSeconds, false), (Witnesses.aheadSeconds + 1, true), (20 * 86_400, true)])
  func isAFaultWhereACosignatureIsDatedAheadOfNow(ahead: Int, isFault: Bool) throws {
    let other = try signer("intranet/audit/witness")
    try cosign([other], secondsFromNow: ahead)
    let result = try check([other])
    #expect(result.faults.isEmpty != isFault && result.witnessed.isEmpty == isFault)
    #expect(result.faults.allSatisfy { $0.contains("intranet/audit/witness is dated ahead of now") })
  }
}
