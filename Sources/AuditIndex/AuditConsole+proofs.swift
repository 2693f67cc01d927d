import AuditLog
import Cryptography
import Foundation
import GRDB
import PacketFormat
public import Roles
import TransparencyLog
import Trust
import Zones

/// An entry that was read from its log's files, with what they prove.
public struct ProvedEntry: Sendable {
  public let place: EntryPlace
  public let bytes: [UInt8]
  /// To be kept: checks without the log.
  public let proof: String
  /// The log's, as signed-note writes it.
  public let key: String
  /// Who has cosigned the checkpoint, and when (seconds since 1970); nil where nobody has yet.
  public let witnessed: (name: String, seconds: Int)?
}

/// Whether an entry's place could be proved.
public enum EntryStanding: Sendable {
  case proved(ProvedEntry)
  /// Its files say something else than their checkpoint, or are not there: for the reader, lowercase.
  case unproved(String)
}

extension AuditConsole {
  private static let trailMax = 500

  /// Reads an entry from its log and proves its place there, under a checkpoint that a witness has cosigned where one covers
  /// it.
  public func entry(_ place: EntryPlace, for official: Official) async throws(AuditConsoleError) -> EntryStanding {
    try demand(official)
    guard let zone = ZoneName(place.zone), place.log > 0, place.position >= 0 else { throw .notFound }
    let log = folders.log(zone, place.log)
    let verifiers = try await verifiers(of: log)
    do { return .proved(try prove(place, log, verifiers)) } catch { return .unproved("\(error)") }
  }

  /// All that the logs of both zones tell of a letter, the oldest first.
  ///
  /// - Parameter number: the public one.
  public func trail(
    number: String, for official: Official
  ) async throws(AuditConsoleError) -> [(event: AuditEvent, standing: EntryStanding)] {
    try demand(official)
    let events = try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT DISTINCT e.* FROM audit_subject s JOIN audit_event e USING (zone, log, position)
          WHERE subject = ? OR subject IN (
            SELECT other.subject FROM audit_subject known
            JOIN audit_subject other USING (zone, log, position) JOIN audit_event USING (zone, log, position)
            WHERE known.subject = ? AND kind IN ('letter.accepted', 'act.recorded')
          )
          ORDER BY at, zone, log, position LIMIT ?
          """, arguments: [number, number, Self.trailMax]
      ).map(AuditEvent.init(row:))
    }
    guard !events.isEmpty else { throw .notFound }
    var trail: [(AuditEvent, EntryStanding)] = []
    for event in events { trail.append((event, try await entry(event.place, for: official))) }
    return trail
  }

  struct Verifiers: Sendable {
    let logs: [NoteVerifier]
    let witnesses: [NoteVerifier]
  }

  /// The keys that a log, and the word on it, may be signed with: this zone's own, and those that peers have shown with good
  /// certificates.
  func verifiers(of log: KnownLog) async throws(AuditConsoleError) -> Verifiers {
    let (origin, own) = (log.origin, log.zone == folders.zone)
    let certificates = try await read { db in
      try Row.fetchAll(db, sql: "SELECT name, der FROM audit_certificate").map {
        (name: $0["name"] as String, der: [UInt8]($0["der"] as Data))
      }
    }
    func peers(_ suffix: String) -> [(zone: String, key: [UInt8])] {
      certificates.filter { $0.name.hasSuffix(suffix) }.compactMap { name, der in
        guard let key = (try? Certificate(der: der))?.ed25519PublicKey else { return nil }
        return (String(name.dropLast(suffix.count)), key)
      }
    }
    let logs = own ? [keys.log] : peers(" audit log").filter { $0.zone == log.zone.text }.map(\.key)
    let witnesses = own ? peers(" audit witness") : [(folders.zone.text, keys.witness)]
    return Verifiers(
      logs: logs.compactMap { NoteVerifier(name: origin, kind: .ed25519, publicKey: $0) },
      witnesses: witnesses.compactMap {
        NoteVerifier(name: "\($0.0)/audit/witness", kind: .cosignature, publicKey: $0.1)
      })
  }

  private func prove(_ place: EntryPlace, _ log: KnownLog, _ verifiers: Verifiers) throws -> ProvedEntry {
    let folder = LogFolder(path: log.folder)
    if let note = try folder.witnessed(), let size = try? Checkpoint(text: note.text).size, place.position < size,
      let word = try verifiers.witnesses.lazy.compactMap({ witness in
        try note.time(signedBy: witness).map { (witness.name, $0) }
      }).first
    {
      return try prove(place, folder, note, verifiers, word)
    }
    guard let note = try folder.checkpoint() else { throw AuditError("the log's files are not here") }
    return try prove(place, folder, note, verifiers, nil)
  }

  private func prove(
    _ place: EntryPlace, _ folder: LogFolder, _ note: SignedNote, _ verifiers: Verifiers,
    _ word: (name: String, seconds: Int)?
  ) throws -> ProvedEntry {
    let size = try Checkpoint(text: note.text).size
    let bytes = try folder.entry(place.position, size: size)
    let proof = LogProof(
      index: place.position, hashes: try folder.proofs(size: size).inclusion(of: place.position), checkpoint: note)
    guard let key = try verifiers.logs.first(where: { try note.time(signedBy: $0) != nil }) else {
      throw AuditError("the checkpoint is not signed by a key of this log")
    }
    _ = try proof.verify(entry: bytes, log: key)
    return ProvedEntry(place: place, bytes: bytes, proof: proof.text, key: key.description, witnessed: word)
  }
}
