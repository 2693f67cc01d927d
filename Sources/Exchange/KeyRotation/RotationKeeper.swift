public import AuditLog
import Certificates
import Cryptography
public import Foundation
public import Links
public import Logging
import PacketFormat
import Runtime
public import ServiceLifecycle
public import Storage
import Synchronization
public import Timestamps
public import ZoneKeys
public import Zones

/// Brings a new key pair into use: announces it to the peers under the old signature, signs with it once all of them
/// have confirmed that they know it, keeps the old pair for a while, and then tells the peers to forget that.
///
/// Each step is taken when it is due, can be repeated, and is recorded in the files of `RotatedKeys`. So a rotation
/// continues after a restart, or on a restored database, where it was.
public final class RotationKeeper: Service {
  /// How long a step that becomes due by time alone, such as the end of an overlap, may go unnoticed.
  private static let lookSeconds = 10

  let identity: ZoneIdentity
  let database: ZoneDatabase
  let outbox: Outbox
  let links: [LinkConfiguration]
  private let zone: ZoneName
  let log: RotationLog
  let audit: AuditTrail?
  let now: @Sendable () -> UnixMilliseconds
  private let lastFailure = Mutex("")
  /// Triggered when a step may be due.
  let signal = WakeSignal()

  /// - Parameters:
  ///   - audit: the zone's audit log; nil if it keeps none.
  ///   - now: milliseconds since 1970.
  public init(
    configuration: ZoneConfiguration, identity: ZoneIdentity, database: ZoneDatabase, outbox: Outbox, logger: Logger,
    audit: AuditTrail? = nil, now: @escaping @Sendable () -> UnixMilliseconds = { Date().unixMilliseconds }
  ) {
    self.identity = identity
    self.database = database
    self.outbox = outbox
    links = configuration.links
    zone = configuration.name
    log = RotationLog(logger: logger)
    self.audit = audit
    self.now = now
  }

  /// The start, before anything is judged: what was committed before a crash counts.
  public func begin() async throws { try await fileNews() }

  /// Takes step after step until the service group shuts down.
  public func run() async throws {
    await BlockingExecutor("rotation").run {
      await cancelWhenGracefulShutdown {
        await self.signal.listen(atLeastEvery: Self.lookSeconds) { await self.stepWhenPossible() }
      }
    }
  }

  /// A failure that lasts is logged once.
  private func stepWhenPossible() async {
    do {
      try await step()
      lastFailure.withLock { $0 = "" }
    } catch {
      let text = "\(error)"
      let isNew = lastFailure.withLock { last in
        defer { last = text }
        return last != text
      }
      if isNew { log.rotationFailed(text) }
    }
  }

  /// Does what is due now.
  func step() async throws {
    try await fileNews()
    let members = try identity.rotated.members()
    let current = identity.current
    if let next = members.last(where: { $0.stage == .certified }), next.name != current.name {
      let pair = try identity.rotated.pair(next)
      identity.keep(pair)
      if try await tell([pair, current]) { try use(next, pair) }
    } else if let member = members.last(where: { $0.name == current.name }), member.stage == .inUse {
      // A start in the future was recorded under a wrong clock, and no longer keeps the old pair.
      guard isDue(at: now(), since: member.usedSince ?? 0, wait: member.overlapSeconds * 1_000),
        try await !isAnyPacketKept(notSignedBy: current.name), try await tell([current], awaitsOneWayPeers: false)
      else { return }
      _ = try identity.rotated.markAlone(member)
      log.pairIsAlone(current)
    }
  }

  func use(_ member: RotatedKeys.Member, _ pair: ZonePair) throws {
    let before = identity.current.name
    let replaced = try identity.rotated.members().filter { $0.name == before }.flatMap(\.replaces)
    _ = try identity.rotated.use(member, replacing: [before] + replaced, at: now())
    identity.use(pair)
    log.pairSigns(pair)
  }

  /// What is not secured yet may be dropped again as it is, and then the peer must know its signer.
  private func isAnyPacketKept(notSignedBy name: String) async throws -> Bool {
    // Packets to a peer without a link are never dropped again.
    let peers = links.map(\.peer.text)
    return try await database.read { db in
      try db.one(
        Bool.self,
        """
        SELECT EXISTS (SELECT 1 FROM sent_packet
          WHERE signer IS DISTINCT FROM ? AND peer IN (\(questionMarks(peers.count))))
        """, values: [name] + Array(peers)) == true
    }
  }

  /// States to every peer, once, that these pairs are the zone's.
  ///
  /// - Parameter awaitsOneWayPeers: whether peers that never confirm count too: a pair is then used only by the
  ///   operator's command.
  /// - Returns: whether all of them have accepted that.
  private func tell(_ pairs: [ZonePair], awaitsOneWayPeers: Bool = true) async throws -> Bool {
    let statement = KeyStatement(
      number: now(), pairs: pairs.map { .init(signing: $0.signingCertificate, encryption: $0.encryptionCertificate) })
    let key = pairs.map(\.name).joined(separator: ",")
    let (outbox, links, now, audit, zone) = (self.outbox, self.links, self.now(), self.audit, self.zone)
    let (outcomes, news) = try await database.write { db -> ([String?], [ZoneName]) in
      var outcomes: [String?] = []
      var news: [ZoneName] = []
      for link in links {
        let row = try db.one("SELECT outcome FROM key_statement WHERE peer = ? AND pairs = ?", link.peer.text, key)
        if awaitsOneWayPeers || link.repeatTimes == nil { try outcomes.append(row?["outcome"]) }
        guard row == nil else { continue }
        let id = newIdentifier(at: now)
        let message = Message(
          id: id, type: KeyStatement.type, subject: id, after: [], at: timestamp(now), body: statement.body)
        try outbox.enqueue(OutgoingMessage(message, classification: .public), to: link.peer, db)
        try db.run("INSERT INTO key_statement (peer, pairs, message_id) VALUES (?, ?, ?)", link.peer.text, key, id)
        news.append(link.peer)
      }
      if !news.isEmpty, let first = statement.pairs.first { try audit?.keysChanged(of: zone, first, db) }
      return (outcomes, news)
    }
    for peer in news { log.pairsStated(pairs.count, to: peer) }
    return outcomes.allSatisfy { $0 == "applied" }
  }

  /// The peers' replies to this zone's statements. To be called for each message of this zone, in the receipt's
  /// transaction.
  public var fate: FateHandler {
    { [log, signal] message, fate, db in
      guard message.type == KeyStatement.type else { return }
      db.afterCommit { signal.ring() }
      var outcome = "applied"
      if case .refused(let code) = fate {
        outcome = code
        db.afterCommit { log.statementRefused(code) }
      }
      try db.run("UPDATE key_statement SET outcome = ? WHERE message_id = ?", outcome, message.id)
    }
  }
}

extension AuditTrail {
  func keysChanged(of zone: ZoneName, _ pair: KeyStatement.Pair, _ db: Transaction) throws {
    try keysChanged(
      of: zone, signing: pair.signing.fingerprint.hex, encryption: pair.encryption.fingerprint.hex, db)
  }
}
