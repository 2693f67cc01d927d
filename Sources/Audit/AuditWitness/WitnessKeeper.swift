public import AuditLog
public import Certificates
import Cryptography
public import DurableFiles
public import Foundation
public import Links
public import Logging
import PacketFormat
public import Runtime
public import ServiceLifecycle
public import Storage
import Synchronization
public import Timestamps
import TransparencyLog
public import ZoneKeys
public import Zones

/// Lets the peers witness this zone's log, and witnesses theirs: a zone that rewrites its log needs the peer's key too.
public final class WitnessKeeper: Service {
  private static let pause = Duration.seconds(1)
  /// How long it may take to notice that something is due.
  private static let lookSeconds = 15
  /// A log that does not grow is still shown this often.
  private static let idleMilliseconds = 20 * 3_600_000
  /// After so long without a checkpoint of a peer, an alarm is raised.
  private static let silenceMilliseconds = 26 * 3_600_000

  let zone: ZoneName
  let links: [LinkConfiguration]
  let keys: AuditKeys
  let trust: TrustStore
  let database: ZoneDatabase
  let outbox: Outbox
  let log: LogKeeper
  let trail: AuditTrail
  let logger: Logger
  let files: Files
  /// For the copies of peers' logs, each in `<peer>/<number>`.
  let mirrorFolder: String
  let now: @Sendable () -> UnixMilliseconds
  private let intervalMilliseconds: Int
  /// A new log, too, is shown after an interval: by then it contains more than a start.
  private let startedAt: UnixMilliseconds
  private let failures = Mutex<[String: String]>([:])
  /// Triggered when a log has grown, or a peer has sent entries or a checkpoint.
  let signal: WakeSignal
  /// Triggered when a copy of a peer's log has grown.
  let grown: WakeSignals

  /// - Parameters:
  ///   - log: this zone's.
  ///   - grown: triggered when that has grown; this triggers it when the copy of a peer's has.
  ///   - now: milliseconds since 1970.
  public init(
    configuration: ZoneConfiguration, keys: AuditKeys, trust: TrustStore, database: ZoneDatabase, outbox: Outbox,
    log: LogKeeper, trail: AuditTrail, files: Files = Files(), logger: Logger,
    grown: WakeSignals = WakeSignals(), now: @escaping @Sendable () -> UnixMilliseconds = { Date().unixMilliseconds }
  ) {
    zone = configuration.name
    links = configuration.links
    intervalMilliseconds = (configuration.keys.audit?.checkpointSeconds ?? 120) * 1_000
    self.keys = keys
    self.trust = trust
    self.database = database
    self.outbox = outbox
    self.log = log
    self.trail = trail
    self.logger = logger
    self.files = files
    mirrorFolder = configuration.dataDirectory + "/audit-peer"
    self.now = now
    startedAt = now()
    self.grown = grown
    signal = grown.add()
  }

  /// A zone's name as a witness.
  public static func name(of zone: ZoneName) -> String { "\(zone)/audit/witness" }

  public func run() async throws {
    await BlockingExecutor("audit.witness").run {
      await cancelWhenGracefulShutdown {
        // Logs of earlier keys are proved with these.
        _ = try? await self.database.write { [keys = self.keys] db in try Self.keep(keys.logCertificate, db) }
        let seconds = min(Self.lookSeconds, max(1, self.intervalMilliseconds / 1_000))
        await self.signal.listen(atLeastEvery: seconds, apart: Self.pause) { await self.look() }
      }
    }
  }

  private func look() async {
    for link in links {
      await telling("the log cannot be shown to its witness", link.peer.text) { try await offer(to: link) }
    }
    await telling("a peer's log cannot be copied", "") { try await integrateMirrors() }
    await noticeSilence()
  }

  /// Sends the newest checkpoint if it is due. Nothing is sent if policy does not let it out.
  func offer(to link: LinkConfiguration) async throws {
    guard link.outgoingPolicy.messageTypes.contains(CheckpointMessage.type),
      let (note, folder, newsSize) = try await log.newest()
    else { return }
    let (checkpoint, peer, at) = (try Checkpoint(text: note.text), link.peer.text, now())
    let (last, cosigned) = try await database.read { db in
      (
        try db.one(
          "SELECT size, offered_at FROM checkpoint_offer WHERE peer = ? AND origin = ? ORDER BY size DESC LIMIT 1",
          peer, checkpoint.origin
        ).map { try (size: $0["size"] as Int, at: $0["offered_at"] as Int) },
        try db.one(
          Int.self, "SELECT size FROM checkpoint_cosigned WHERE peer = ? AND origin = ?", peer, checkpoint.origin)
      )
    }
    let wait = newsSize > last?.size ?? 0 ? intervalMilliseconds : Self.idleMilliseconds
    guard checkpoint.size > 0, isDue(at: at, since: last?.at ?? startedAt, wait: wait) else { return }
    let isSent: Bool
    do { isSent = try await sendEntries(checkpoint, folder, to: link) } catch {
      // A witness without a copy is better than none.
      tell("the log's entries cannot be sent for a copy", link.peer.text, "\(error)")
      isSent = true
    }
    guard isSent else { return }
    var proofs: [Int: [TreeHash]] = [:]
    for size in [last?.size, cosigned].compactMap({ $0 }) where size <= checkpoint.size {
      proofs[size] = try folder.proofs(size: checkpoint.size).consistency(from: size)
    }
    let body = CheckpointMessage(note: note, proofs: proofs, certificate: keys.logCertificate).body
    let id = newIdentifier(at: at)
    let message = Message(id: id, type: CheckpointMessage.type, subject: id, after: [], at: timestamp(at), body: body)
    let outbox = self.outbox
    try await database.write { db in
      try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: link.peer, db)
      try db.run(
        """
        INSERT INTO checkpoint_offer (peer, origin, size, note, offered_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (peer, origin, size) DO UPDATE SET note = excluded.note, offered_at = excluded.offered_at
        """, peer, checkpoint.origin, checkpoint.size, note.encoded, at)
    }
  }

  private func telling(_ what: Logger.Message, _ whom: String, _ body: () async throws -> Void) async {
    do {
      try await body()
      failures.withLock { $0["\(what) \(whom)"] = nil }
    } catch { tell(what, whom, "\(error)") }
  }

  /// A failure that lasts is logged once.
  private func tell(_ what: Logger.Message, _ whom: String, _ error: String) {
    let isNew = failures.withLock { failures in
      defer { failures["\(what) \(whom)"] = error }
      return failures["\(what) \(whom)"] != error
    }
    if isNew { logger.error(what, metadata: ["peer": "\(whom)", "error": "\(error)"]) }
  }

  private func noticeSilence() async {
    let (now, oldest) = (now(), now() - Self.silenceMilliseconds)
    let isAnySilent = try? await database.read { db in
      try db.one(
        Bool.self,
        """
        SELECT EXISTS (SELECT 1 FROM witnessed_log GROUP BY peer HAVING MAX(seen_at) < ? OR MAX(seen_at) > ?)
        """, oldest, now + Self.silenceMilliseconds)
    }
    guard isAnySilent == true else { return }
    let silent = try? await database.write { db -> [String] in
      // Seen under a clock that was far ahead: from now on the silence counts.
      try db.run("UPDATE witnessed_log SET seen_at = ? WHERE seen_at > ?", now, now + Self.silenceMilliseconds)
      let peers = try db.all(
        String.self, "SELECT peer FROM witnessed_log GROUP BY peer HAVING MAX(seen_at) < ?", oldest)
      // Reported again after the next silence.
      for peer in peers {
        try db.run("UPDATE witnessed_log SET seen_at = ? WHERE peer = ?", self.now(), peer)
        try self.alarm("silence", peer, held: "", note: "", db)
      }
      return peers
    }
    for peer in silent ?? [] {
      logger.critical("a peer's audit log has not been shown for more than a day", metadata: ["peer": "\(peer)"])
    }
  }

  /// Stores an alarm, with both notes as evidence, and records it in this zone's own log.
  func alarm(_ kind: String, _ peer: String, held: String, note: String, _ db: Transaction) throws {
    try db.run(
      "INSERT INTO witness_alarm (at, peer, kind, held_note, note) VALUES (?, ?, ?, ?, ?)", now(), peer, kind, held,
      note)
    if let peer = ZoneName(peer) { try trail.peerLogAlarm(kind, of: peer, db) }
  }
}
