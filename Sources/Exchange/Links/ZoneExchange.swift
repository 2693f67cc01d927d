public import AuditLog
import Certificates
import Drop
public import DurableFiles
public import Foundation
public import Logging
import PacketFormat
import PacketSeal
import Runtime
public import ServiceLifecycle
public import Storage
public import Timestamps
public import ZoneKeys
public import Zones

/// A zone's side of all its links: one service that sends and receives until it is told to stop.
public final class ZoneExchange: Service {
  package let links: [Link]
  private let restoreDetector: RestoreDetector

  /// The parts of one link's service. Each does one step when told to; in the daemon they run side by side.
  package struct Link: Sendable {
    let peer: ZoneName
    fileprivate let messages: LaneSender
    fileprivate let blobs: LaneSender
    fileprivate let control: ControlSender
    fileprivate let retransmitter: Retransmitter
    fileprivate let receiver: LinkReceiver
  }

  /// - Parameters:
  ///   - outbox: made for the same links.
  ///   - blobs: the zone's blobs.
  ///   - keepsSentBlobs: false if this zone deletes a blob once the peer has secured it.
  ///   - handlers: by message type.
  ///   - handlersOfPeer: further ones, which apply only to messages of the peer that they belong to.
  ///   - fate: called with what the peer did with each message of this zone.
  ///   - audit: the zone's audit log; nil if it keeps none.
  ///   - securesAtOnce: for tests and measurements: what has taken effect counts as secured without a backup.
  ///   - now: milliseconds since 1970.
  public init(
    configuration: ZoneConfiguration, identity: ZoneIdentity, database: ZoneDatabase, files: Files, outbox: Outbox,
    blobs: BlobStore, keepsSentBlobs: Bool, handlers: [String: MessageHandler],
    handlersOfPeer: (ZoneName) -> [String: MessageHandler] = { _ in [:] }, fate: @escaping FateHandler,
    logger: Logger, audit: AuditTrail? = nil, securesAtOnce: Bool = false,
    now: @escaping @Sendable () -> UnixMilliseconds = { Date().unixMilliseconds }
  ) throws {
    let data = configuration.dataDirectory
    restoreDetector = RestoreDetector(
      database: database, files: files, folder: data, peers: configuration.links.map(\.peer),
      log: ExchangeLog(logger: logger, peer: nil), audit: audit)
    try files.createFolder(data + "/sent")
    try files.createFolder(data + "/quarantine")
    links = configuration.links.map { link in
      let log = ExchangeLog(logger: logger, peer: link.peer)
      let signals = (
        messages: outbox.messageSignal(link.peer), blobs: outbox.blobSignal(link.peer), control: WakeSignal()
      )
      let sender = SenderContext(
        zone: configuration.name, link: link, database: database, files: files,
        sealer: LinkSealer(zone: configuration.name, peer: link.peer, identity: identity),
        drop: link.outgoingDrop.target(files: files),
        sentFolder: data + "/sent/" + link.peer.text, blobs: blobs, debt: ReceiptDebt(), log: log, now: now,
        stamps: StampClock(now: now), securesAtOnce: securesAtOnce, audit: audit)
      let wake: @Sendable () -> Void = {
        signals.messages.ring()
        signals.blobs.ring()
      }
      let receipts = ReceiptHandler(
        zone: configuration.name, peer: link.peer, fate: fate, log: log, audit: audit, now: now)
      let receiver = ReceiverContext(
        sender: sender, drop: DropFolder(path: link.incomingDrop, files: files), quarantineFolder: data + "/quarantine",
        verifier: Self.verifier(configuration.name, link, identity), identity: identity,
        applier: PacketApplier(
          peer: link.peer, handlers: handlers.merging(handlersOfPeer(link.peer)) { first, _ in first },
          receipts: receipts, log: log, audit: audit),
        controlSignal: signals.control, messageSignal: signals.messages, blobSignal: signals.blobs,
        keepsSentBlobs: keepsSentBlobs)
      return Link(
        peer: link.peer, messages: LaneSender(context: sender, lane: .messages, signal: signals.messages),
        blobs: LaneSender(context: sender, lane: .blobs, signal: signals.blobs),
        control: ControlSender(context: sender, signal: signals.control, wake: wake),
        retransmitter: Retransmitter(context: sender, keepsSentBlobs: keepsSentBlobs, ring: wake),
        receiver: LinkReceiver(context: receiver))
    }
  }

  private static func verifier(
    _ zone: ZoneName, _ link: LinkConfiguration, _ identity: ZoneIdentity
  ) -> PacketVerifier {
    PacketVerifier(
      zone: zone, peer: link.peer, suites: Set(link.suites), peerCertificates: identity.certificates(of: link.peer),
      trust: identity.trust)
  }

  /// Runs all links until the service group shuts down; a commit in progress is finished first.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      guard await self.restoreDetector.beginWhenPossible() else { return }
      await withTaskGroup(of: Void.self) { group in
        for link in self.links { group.addTask { await link.run() } }
      }
    }
  }
}

extension ZoneExchange {
  func link(to peer: String) -> Link? { links.first { $0.peer.text == peer } }

  /// Sends this zone's receipts to every peer.
  public func tellPeers() { for link in links { link.control.owe() } }

  /// The start, before any link sends: detects a restored database.
  package func begin() async throws { try await restoreDetector.begin() }
}

/// One step of one part at a time, as a simulation drives them.
extension ZoneExchange.Link {
  package func prepare() async throws { try await retransmitter.prepare() }
  /// True if something was sent.
  package func sendMessages() async throws -> Bool { try await messages.step() == .shipped }
  package func sendBlobs() async throws -> Bool { try await blobs.step() == .shipped }
  package func sendWord() async throws { try await control.send() }
  package func sendOwedWord() async throws { try await control.sendOwed() }
  package func dropAgain() async throws { try await retransmitter.dropDue() }
  func replay(_ lane: Lane, from sequence: Int) async throws -> String {
    try await retransmitter.replay(lane, from: sequence)
  }
  func release(_ name: String) async throws -> String? { try await receiver.release(name) }
  func forgetStreams(node: String, epoch: String) async throws -> String {
    try await receiver.forgetStreams(node: node, epoch: epoch)
  }
  func cancelBlob(_ digest: String) async throws -> String { try await receiver.cancelBlob(digest) }
  /// True if something was applied.
  package func receive() async throws -> Bool { try await receiver.poll() }
}

extension ZoneExchange.Link {
  /// A drop that does not exist yet delays only this link.
  fileprivate func run() async {
    guard await retransmitter.prepareWhenPossible() else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await messages.run() }
      group.addTask { await blobs.run() }
      group.addTask { await control.run() }
      group.addTask { await retransmitter.run() }
      group.addTask { await receiver.run() }
    }
  }
}
