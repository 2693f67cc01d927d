import DurableFiles
import Logging
import PacketFormat
import PacketSeal
import Synchronization
import Timestamps
import Zones

/// One function for each event of a link that deserves a line. It gets no personal data: only packets' names, numbers
/// and reason codes.
struct ExchangeLog: Sendable {
  private let logger: Logger
  private let recent = RecentFailures()

  init(logger: Logger, peer: ZoneName?) {
    var logger = logger
    if let peer { logger[metadataKey: "peer"] = .string(peer.text) }
    self.logger = logger
  }

  func packetSealed(_ packet: SealedPacket) {
    logger.info(
      "packet sealed",
      metadata: [
        "stream": "\(packet.manifest.stream)", "seq": "\(packet.manifest.sequence)", "bytes": "\(packet.byteCount)",
        "messages": "\(packet.manifest.messages.values.reduce(0, +))",
      ])
  }

  func packetApplied(_ manifest: Manifest, messages: Int) {
    logger.info(
      "packet applied",
      metadata: ["stream": "\(manifest.stream)", "seq": "\(manifest.sequence)", "messages": "\(messages)"])
  }

  func packetRepeated(_ manifest: Manifest) {
    logger.debug("packet seen before", metadata: ["stream": "\(manifest.stream)", "seq": "\(manifest.sequence)"])
  }

  func packetHeld(_ manifest: Manifest, expected: Int) {
    logger.notice(
      "packet is ahead of its turn",
      metadata: ["stream": "\(manifest.stream)", "seq": "\(manifest.sequence)", "expected": "\(expected)"])
  }

  /// - Parameter direction: `in` or `out`.
  func heldByRate(_ direction: String) {
    guard recent.isNews("rate", direction) else { return }
    logger.warning(
      "messages wait: the link's policy lets no more cross in a minute",
      metadata: ["direction": "\(direction)", "rule": "messages_per_minute"])
  }

  func packetRefused(_ manifest: Manifest, _ rejection: PacketRejection) {
    logger.error(
      "packet refused",
      metadata: [
        "stream": "\(manifest.stream)", "seq": "\(manifest.sequence)", "code": "\(rejection.code.rawValue)",
        "reason": "\(rejection.reason)",
      ])
  }

  func messageRefused(_ id: String, type: String, _ refusal: MessageRefusal) {
    logger.error(
      "message refused",
      metadata: ["id": "\(id)", "type": "\(type)", "code": "\(refusal.code)", "reason": "\(refusal.reason)"])
  }

  func fileQuarantined(_ name: String, _ rejection: PacketRejection) {
    logger.error(
      "file quarantined",
      metadata: [
        "file": "\(name.debugDescription)", "code": "\(rejection.code.rawValue)", "reason": "\(rejection.reason)",
      ])
  }

  func fileLeft(_ name: String, _ reason: String) {
    logger.error(
      "something in the drop can be neither read nor moved; remove it",
      metadata: ["file": "\(name.debugDescription)", "reason": "\(reason)"])
  }

  func quarantineMadeRoom(_ name: String) {
    logger.warning(
      "the quarantine is full: its oldest file was removed, its reason is kept", metadata: ["file": "\(name)"])
  }

  func peerStampIsAhead(_ manifest: Manifest) {
    guard recent.isNews("stamp", "ahead") else { return }
    logger.critical(
      "a packet of the peer is dated over a day ahead of this clock; one of the two clocks is wrong",
      metadata: [
        "code": "clock-ahead", "stream": "\(manifest.stream)", "dated": "\(timestamp(manifest.stamp))",
      ])
  }

  func receiptIgnored(_ stream: StreamName) {
    guard recent.isNews("receipt", "\(stream)") else { return }
    logger.critical(
      "the peer's receipt names an epoch that this zone cannot have had; the receipt is ignored",
      metadata: ["code": "epoch", "stream": "\(stream)"])
  }

  func blobsGaveWay(_ count: Int) {
    logger.error(
      "the peer has begun too many files; the parts of the oldest were removed, and those files start again",
      metadata: ["files": "\(count)"])
  }

  func packetDroppedAgain(lane: String, sequence: Int, attempts: Int) {
    logger.notice(
      "packet dropped again, no receipt yet",
      metadata: ["lane": "\(lane)", "seq": "\(sequence)", "attempts": "\(attempts)"])
  }

  func packetNotConfirmable(lane: String, sequence: Int, times: Int) {
    logger.notice(
      "packet sent, not confirmable", metadata: ["lane": "\(lane)", "seq": "\(sequence)", "times": "\(times)"])
  }

  func peerRefused(stream: StreamName, _ refusal: Receipt.Refusal) {
    logger.error(
      "the peer refused",
      metadata: [
        "stream": "\(stream)", "seq": "\(refusal.sequence)", "message": "\(refusal.message ?? "-")",
        "code": "\(refusal.code)",
      ])
  }

  func blobIsMissing(_ digest: String) {
    logger.critical(
      "a blob's file is gone, so it cannot be sent; its letter will not arrive", metadata: ["blob": "\(digest)"])
  }

  func dropIsFull() {
    guard recent.isNews("drop", "full") else { return }
    logger.warning("the outgoing drop is full; packets wait in the outbox")
  }

  func epochRaised(_ epoch: Int, _ reason: String) {
    logger.critical(
      "a new epoch was opened; everything that the peer has not secured is sent anew",
      metadata: ["epoch": "\(epoch)", "reason": "\(reason)"])
  }

  func packetMadeAnew() { logger.notice("a packet is sealed again: a new epoch was opened while it was sealed") }

  func restoreNoticed(_ what: String) {
    logger.critical("this zone's data was restored or replaced since its last start", metadata: ["reason": "\(what)"])
  }

  func peerWentBack(stream: StreamName, from: Int, to: Int) {
    logger.critical(
      "the peer's position went back: the peer was restored",
      metadata: ["stream": "\(stream)", "stood": "\(from)", "stands": "\(to)"])
  }

  func peerClockIsAhead(milliseconds: Int) {
    logger.warning("the peer's clock is ahead of ours", metadata: ["milliseconds": "\(milliseconds)"])
  }

  /// A failure that repeats is logged once a minute.
  func failed(_ what: String, _ error: any Error) {
    guard recent.isNews(what, "\(error)") else { return }
    logger.error("\(what) failed; it is tried again", metadata: ["error": "\(error)"])
  }
}

/// Keeps a server that is down for a weekend from filling the log.
private final class RecentFailures: Sendable {
  private static let silence = Duration.seconds(60)
  private let told = Mutex<[String: (said: String, at: ContinuousClock.Instant)]>([:])

  /// Whether `said` differs from what was last logged of `what`, or that was a minute ago.
  func isNews(_ what: String, _ said: String) -> Bool {
    told.withLock { told in
      let now = ContinuousClock.now
      if let last = told[what], last.said == said, last.at.duration(to: now) < Self.silence { return false }
      told[what] = (said, now)
      return true
    }
  }
}
