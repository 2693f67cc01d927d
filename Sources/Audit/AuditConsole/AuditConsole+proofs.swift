import AuditLog
import Certificates
import Cryptography
import Foundation
public import Roles
import Storage
import TransparencyLog
import Zones

/// An entry read from its log's files, with its proof.
public struct ProvedEntry: Sendable {
  public let place: EntryPlace
  public let bytes: [UInt8]
  /// For keeping: it can be checked without the log.
  public let proof: String
  /// The log's, as signed-note writes it.
  public let key: String
  /// Who has cosigned the checkpoint, and when (seconds since 1970); nil if nobody has yet.
  public let witnessed: (name: String, seconds: Int)?
}

/// Whether an entry's place could be proved.
public enum EntryStanding: Sendable {
  case proved(ProvedEntry)
  case unproved(Unproved)
}

/// Why an entry's place is not proved.
public enum Unproved: Equatable, Sendable {
  /// The log's folder says that the entry was moved to cold storage.
  case archived
  /// The tables that lists are made from differ from the log.
  case tablesDiffer(kind: String, at: String)
  /// The log's files are missing, do not fit their checkpoint, or are not signed by a known key: in English.
  case broken(String)
}

extension AuditConsole {
  private static let trailMax = 500

  /// Reads an entry from its log and proves its place there, under a cosigned checkpoint if one covers it.
  public func entry(_ place: EntryPlace, for official: Official) async throws(AuditConsoleError) -> EntryStanding {
    try demand(official)
    let log = try log(of: place)
    return standing(place, log, try await verifiers(of: log))
  }

  private func log(of place: EntryPlace) throws(AuditConsoleError) -> KnownLog {
    guard let zone = ZoneName(place.zone), place.log > 0, place.position >= 0 else { throw .notFound }
    return folders.log(zone, place.log)
  }

  private func standing(_ place: EntryPlace, _ log: KnownLog, _ verifiers: Verifiers) -> EntryStanding {
    do { return .proved(try prove(place, log, verifiers)) } catch {
      let archived = (try? LogFolder(path: log.folder).archivedCount()) ?? 0
      return .unproved(place.position < archived ? .archived : .broken("\(error)"))
    }
  }

  /// Everything about a letter in the logs of both zones, the oldest first.
  ///
  /// - Parameter number: the public one.
  /// - Returns: `letter`: its identifier.
  /// - Throws: `notFound` if the logs know nothing of it.
  public func trail(
    number: String, for official: Official
  ) async throws(AuditConsoleError) -> (letter: String?, events: [(event: AuditEvent, standing: EntryStanding)]) {
    try demand(official)
    let (names, events) = try await read { db in try Self.indexed(number, db) }
    guard !events.isEmpty else { throw .notFound }
    var trail: [(event: AuditEvent, standing: EntryStanding)] = []
    // Certificates are read and judged once a log, not once a line.
    var known: [String: Verifiers] = [:]
    for event in events {
      let log = try log(of: event.place)
      let verifiers = if let found = known[log.origin] { found } else { try await verifiers(of: log) }
      known[log.origin] = verifiers
      trail.append(Self.line(event, standing(event.place, log, verifiers), names))
    }
    return (names.first { $0 != number }, trail.sorted { $0.event.at < $1.event.at })
  }

  /// The index's entries of a letter: so many of each zone, so that one zone cannot crowd out the other.
  private static func indexed(_ number: String, _ db: Transaction) throws -> (names: Set<String>, events: [AuditEvent])
  {
    let names = try db.all(
      String.self,
      """
      SELECT DISTINCT other.subject FROM audit_subject known
      JOIN audit_event e USING (zone, log, position)
      JOIN audit_subject other ON
        (other.zone, other.log, other.position) = (known.zone, known.log, known.position)
      WHERE known.subject = ? AND kind IN ('letter.accepted', 'act.recorded') LIMIT 10
      """, number)
    var events: [AuditEvent] = []
    for zone in try db.all(String.self, "SELECT DISTINCT zone FROM audit_indexed") {
      events += try db.all(
        """
        SELECT DISTINCT e.* FROM audit_subject s JOIN audit_event e USING (zone, log, position)
        WHERE subject IN (\(questionMarks(names.count))) AND s.zone = ? ORDER BY log, position LIMIT ?
        """, values: Array(names) as [any SQLConvertible] + [zone, trailMax]
      ).map(AuditEvent.init(row:))
    }
    return (Set(names), events)
  }

  /// A line shows what the log says. If the index differs, somebody has changed it.
  private static func line(
    _ event: AuditEvent, _ standing: EntryStanding, _ names: Set<String>
  ) -> (event: AuditEvent, standing: EntryStanding) {
    guard case .proved(let proved) = standing else { return (event, standing) }
    let entry = IndexedEntry(proved.bytes, zone: event.place.zone)
    let told = AuditEvent(event.place, entry)
    guard told == event, !names.isDisjoint(with: entry.subjects) else {
      return (told, .unproved(.tablesDiffer(kind: event.kind, at: event.at)))
    }
    return (told, standing)
  }

  struct Verifiers: Sendable {
    let logs: [NoteVerifier]
    /// Keys whose certificates were revoked or have expired: their signatures count only with a witness's cosignature.
    let endedLogs: [NoteVerifier]
    let witnesses: [NoteVerifier]
  }

  /// The keys that may sign a log and cosign it: this zone's own, and those that peers have shown with valid
  /// certificates.
  func verifiers(of log: KnownLog) async throws(AuditConsoleError) -> Verifiers {
    let (origin, own) = (log.origin, log.zone == folders.zone)
    let certificates = try await read { db in
      try db.all("SELECT name, der FROM audit_certificate").map {
        try (name: $0["name"] as String, der: $0["der"] as [UInt8])
      }
    }
    func known(_ suffix: String) -> [(zone: String, key: [UInt8], standing: SignerStanding)] {
      certificates.filter { $0.name.hasSuffix(suffix) }.compactMap { name, der in
        guard let certificate = try? Certificate(der: der), certificate.commonName == name,
          let key = certificate.ed25519PublicKey
        else { return nil }
        let standing = judge(certificate)
        if case .unknown = standing { return nil }
        return (String(name.dropLast(suffix.count)), key, standing)
      }
    }
    func verifier(_ key: [UInt8]) -> NoteVerifier? { NoteVerifier(name: origin, kind: .ed25519, publicKey: key) }
    func isGood(_ standing: SignerStanding) -> Bool { if case .good = standing { true } else { false } }
    let signers = known(" audit log").filter { $0.zone == log.zone.text }
    let witnesses =
      own
      ? known(" audit witness").filter { isGood($0.standing) && $0.zone != log.zone.text }.map { ($0.zone, $0.key) }
      : [(folders.zone.text, keys.witness)]
    return Verifiers(
      logs: ((own ? [keys.log] : []) + signers.filter { isGood($0.standing) }.map(\.key)).compactMap(verifier),
      endedLogs: signers.filter { !isGood($0.standing) }.compactMap { verifier($0.key) },
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
    let keys = verifiers.logs + (word == nil ? [] : verifiers.endedLogs)
    guard let key = try keys.first(where: { try note.time(signedBy: $0) != nil }) else {
      throw AuditError("the checkpoint is not signed by a key of this log that counts")
    }
    _ = try proof.verify(entry: bytes, log: key)
    return ProvedEntry(place: place, bytes: bytes, proof: proof.text, key: key.description, witnessed: word)
  }
}
