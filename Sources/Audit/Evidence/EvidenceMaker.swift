import AuditLog
import Certificates
import JSON
public import Storage
import TransparencyLog
public import Zones

/// Gathers evidence in a zone, from its own log and the copies of its peers'.
public struct EvidenceMaker: Sendable {
  private let zone: ZoneName
  let dataDirectory: String
  private let authorities: Authorities
  private let own: [Certificate]
  /// By zone: a folder of archived entries for each of its logs.
  private let cold: [String: String]

  struct Authorities: Sendable {
    let roots: [Certificate]
    let intermediates: [Certificate]
  }

  /// Reads the zone's public certificates, but no private key.
  ///
  /// - Parameter cold: where archived entries are, by zone: a folder for each log, by its number.
  /// - Throws: `EvidenceError` if the zone keeps no audit log; `TrustError` if a file cannot be read.
  public init(_ configuration: ZoneConfiguration, cold: [String: String] = [:]) throws {
    guard let keys = configuration.keys.audit else { throw EvidenceError("the zone keeps no audit log") }
    self.cold = cold
    zone = configuration.name
    dataDirectory = configuration.dataDirectory
    let trust = configuration.trust
    authorities = Authorities(
      roots: try Certificate.load(pemFile: trust.root),
      intermediates: try trust.intermediates.flatMap { try Certificate.load(pemFile: $0) })
    own = try Certificate.load(pemFile: keys.logCertificate) + Certificate.load(pemFile: keys.witnessCertificate)
  }

  /// Reads and proves entries, and finds what belongs to them.
  ///
  /// - Parameters:
  ///   - places: in the order of the report.
  ///   - subject: the identifier of what it is about: for packets with much else, the report describes only this.
  ///   - db: the zone's database, from which packets' manifests and peers' certificates come.
  /// - Throws: `EvidenceError`, `AuditError`, `NoteError`, `ProofError` for the first check that fails: there is no
  ///   evidence then; `FileError` and `StorageError`.
  public func evidence(
    of places: [EvidencePlace], title: EvidenceTitle, subject: String? = nil, _ db: Transaction
  ) throws -> EvidenceBundle {
    let certificates = try AuditCertificates(own: own, db)
    var logs: [String: KnownLog] = [:]
    var entries: [ProvedEntry] = []
    for place in places {
      let origin = "\(place.zone)/audit/\(place.log)"
      let log = try logs[origin] ?? open(place, certificates)
      logs[origin] = log
      entries.append(try log.prove(place))
    }
    var packets: [PacketRecord] = []
    for digest in Set(entries.compactMap(\.digest)).sorted() {
      if let packet = try PacketRecord.load(digest, db) { packets.append(packet) }
    }
    return EvidenceBundle(
      title: title, subject: subject, entries: entries, logs: logs.values.sorted { $0.name < $1.name },
      packets: packets,
      certificates: certificates, authorities: authorities)
  }

  private func open(_ place: EvidencePlace, _ certificates: AuditCertificates) throws -> KnownLog {
    guard let owner = ZoneName(place.zone), place.log > 0, place.index >= 0 else {
      throw EvidenceError("“\(place.zone)”, \(place.log), \(place.index) is no entry's place")
    }
    let parent = owner == zone ? "\(dataDirectory)/audit" : "\(dataDirectory)/audit-peer/\(owner)"
    let folder = LogFolder(path: "\(parent)/\(place.log)", cold: cold[place.zone].map { "\($0)/\(place.log)" })
    return try KnownLog(owner, place.log, folder, certificates)
  }
}

/// A log whose checkpoints were verified.
struct KnownLog: Sendable {
  /// `dmz-1`.
  let name: String
  let origin: String
  private let folder: LogFolder
  let key: NoteVerifier
  let newest: SignedNote
  let newestSize: Int
  let witnessed: Witnessed?

  struct Witnessed: Sendable {
    let note: SignedNote
    let size: Int
    let key: NoteVerifier
    /// Since 1970.
    let seconds: Int
  }

  init(_ zone: ZoneName, _ number: Int, _ folder: LogFolder, _ certificates: AuditCertificates) throws {
    name = "\(zone)-\(number)"
    let origin = LogKeeper.origin(zone, epoch: number)
    self.origin = origin
    self.folder = folder
    guard let newest = try folder.checkpoint() else { throw EvidenceError("\(folder.path): there is no checkpoint") }
    let keys = certificates.logs(of: zone.text).compactMap {
      NoteVerifier(name: origin, kind: .ed25519, publicKey: $0.key)
    }
    guard let key = try keys.first(where: { try newest.time(signedBy: $0) != nil }) else {
      throw EvidenceError("\(folder.path): the checkpoint is signed by no known key of \(origin)")
    }
    (self.key, self.newest) = (key, newest)
    newestSize = try Checkpoint.open(newest, log: key).size
    witnessed = try folder.witnessed().flatMap { note in
      try Self.word(on: note, key, certificates.witnesses(besides: zone.text))
    }
  }

  private static func word(on note: SignedNote, _ log: NoteVerifier, _ witnesses: [NoteVerifier]) throws -> Witnessed? {
    let size = try Checkpoint.open(note, log: log).size
    for witness in witnesses {
      guard let seconds = try note.time(signedBy: witness) else { continue }
      return Witnessed(note: note, size: size, key: witness, seconds: seconds)
    }
    return nil
  }

  /// Under the cosigned checkpoint, if it covers the entry.
  func prove(_ place: EvidencePlace) throws -> ProvedEntry {
    let covering = witnessed.flatMap { $0.size > place.index ? $0 : nil }
    let (note, size) = covering.map { ($0.note, $0.size) } ?? (newest, newestSize)
    let bytes = try folder.entry(place.index, size: size)
    let proof = LogProof(
      index: place.index, hashes: try folder.proofs(size: size).inclusion(of: place.index), checkpoint: note)
    _ = try proof.verify(entry: bytes, log: key)
    return ProvedEntry(
      place: place, bytes: bytes, proof: proof, log: key, witness: covering.map { ($0.key, $0.seconds) },
      value: (try? JSONValue.parse(bytes)) ?? .null)
  }
}
