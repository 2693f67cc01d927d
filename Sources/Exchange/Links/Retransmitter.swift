import AuditLog
import Drop
import DurableFiles
import Foundation
import PacketFormat
import Runtime
import Storage
import Timestamps
import Zones

/// Drops packets again that the peer has not confirmed in time, at growing intervals, at most a day apart.
actor Retransmitter {
  private static let dayMilliseconds = 86_400_000
  static let packetsAtOnce = 64
  private static let lookSeconds = 5

  let context: SenderContext
  private let keepsSentBlobs: Bool
  private let ring: @Sendable () -> Void
  private let oneWay: OneWayPackets?
  private let forgetting = Interval(.seconds(3_600))
  private let executor = ThreadExecutor("exchange.redrop")

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private struct Certificates: Sendable {
    let signer: String?
    let recipient: String?
  }

  private struct Entry: Sendable {
    let lane: String
    let sequence: Int
    let file: String
    let attempts: Int
    let signer: String?
    let recipient: String?
  }

  /// - Parameter ring: wakes the lanes.
  init(context: SenderContext, keepsSentBlobs: Bool, ring: @escaping @Sendable () -> Void) {
    self.context = context
    self.ring = ring
    self.keepsSentBlobs = keepsSentBlobs
    oneWay = context.link.repeatTimes.map { OneWayPackets(peer: context.link.peer, times: $0) }
  }

  /// Tries `prepare` until it works. False if the task was cancelled before.
  func prepareWhenPossible() async -> Bool {
    while !Task.isCancelled {
      do {
        try await prepare()
        return true
      } catch {
        context.log.failed("preparing the link", error)
        try? await Task.sleep(for: .seconds(1))
      }
    }
    return false
  }

  /// Removes packets that no commit covers, and publishes all unconfirmed ones again: a crash may have come between the
  /// commit and the drop.
  func prepare() async throws {
    try context.files.createFolder(context.sentFolder)
    try context.drop.prepareForSending()
    let peer = context.link.peer.text
    let link = context.link.peer
    let last = try await context.database.write { db in
      try OutgoingStream.prepare(link, db)
      return try OutgoingStream.read(link, .control, db).nextSequence
    }
    await context.stamps.follow(last)
    let known = try await context.database.read { db in
      try Set(db.all(String.self, "SELECT file FROM sent_packet WHERE peer = ?", peer))
    }
    for name in try context.files.list(context.sentFolder) where !known.contains(name) {
      try context.files.remove(context.sentFolder + "/" + name)
    }
    try await replaceOutdated()
    let oneWay = self.oneWay
    try await context.database.write { db in
      if let oneWay { return try oneWay.prepare(db) }
      try db.run("UPDATE sent_packet SET next_drop = 0 WHERE peer = ? AND confirmed = 0", peer)
    }
  }

  func run() async {
    while !Task.isCancelled {
      do {
        // After a long outage there are many: a full batch is followed by another.
        while try await dropDue(), !Task.isCancelled {}
        try await Task.sleep(for: .seconds(min(max(1, context.link.limits.redropSeconds), Self.lookSeconds)))
      } catch is CancellationError {
        return
      } catch {
        context.log.failed("dropping packets again", error)
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }

  /// Drops what is due, a few packets at most. True if there may be more.
  @discardableResult
  func dropDue() async throws -> Bool {
    let (peer, now) = (context.link.peer.text, context.now())
    try await finishOld(now)
    let furthest = Self.furthest(context.link)
    let due = try await context.database.read { db in
      try db.all(
        """
        SELECT lane, sequence, file, attempts, signer, recipient FROM sent_packet
        WHERE peer = ? AND confirmed = 0 AND (next_drop <= ? OR next_drop > ?) ORDER BY lane DESC, sequence LIMIT ?
        """, peer, now, now + furthest, Self.packetsAtOnce
      ).map {
        Entry(
          lane: try $0["lane"], sequence: try $0["sequence"], file: try $0["file"], attempts: try $0["attempts"],
          signer: try $0["signer"], recipient: try $0["recipient"])
      }
    }
    guard !due.isEmpty else { return false }
    if due.contains(where: { !counts(signer: $0.signer, recipient: $0.recipient) }) {
      try await makeAnew()
      return false
    }
    let (lying, missing) = (due.filter { context.drop.holds($0.file) }, due.filter { !context.drop.holds($0.file) })
    for entry in missing {
      // Missing if a receipt came in between, or if somebody removed the file.
      guard context.files.exists(context.sentFolder + "/" + entry.file) else { continue }
      try context.drop.putWithoutSync(context.sentFolder + "/" + entry.file, as: entry.file)
      // Below 0 it may never have been dropped yet.
      if entry.attempts >= 0 {
        context.log.packetDroppedAgain(lane: entry.lane, sequence: entry.sequence, attempts: entry.attempts + 1)
      }
    }
    try context.drop.syncNew()
    try await postpone(oneWay == nil ? due : missing, now)
    if let oneWay, !lying.isEmpty {
      let (entries, next) = (lying.map { ($0.lane, $0.sequence) }, now + context.link.limits.redropSeconds * 1000)
      try await context.database.write { db in try oneWay.wait(for: entries, until: next, db) }
    }
    return due.count == Self.packetsAtOnce
  }

  /// No time recorded under a right clock is further ahead: one that is was recorded under a wrong clock, and is due.
  static func furthest(_ link: LinkConfiguration) -> UnixMilliseconds {
    max(dayMilliseconds, link.limits.redropSeconds * 1000) + 60_000
  }

  /// At the start, before the peer's receipts for such packets are read.
  private func replaceOutdated() async throws {
    let peer = context.link.peer.text
    let known = try await context.database.read { db in
      try db.all(
        "SELECT DISTINCT signer, recipient FROM sent_packet WHERE peer = ? AND confirmed = 0", peer
      ).map { Certificates(signer: try $0["signer"], recipient: try $0["recipient"]) }
    }
    if known.contains(where: { !counts(signer: $0.signer, recipient: $0.recipient) }) { try await makeAnew() }
  }

  private func counts(signer: String?, recipient: String?) -> Bool {
    context.sealer.counts(signer: signer, recipient: recipient, at: Date(unixMilliseconds: context.now()))
  }

  /// The peer would refuse for ever a packet signed under an expired certificate, or sealed for a key that it no longer
  /// has, and its messages with it. So everything that is not secured is sealed again, in a new epoch.
  private func makeAnew() async throws {
    let reason = "packets on their way were signed under, or sealed for, certificates that count no more"
    let (peer, audit) = (context.link.peer, context.audit)
    let (epoch, files) = try await context.database.write { db in
      let (epoch, files) = try OutgoingStream.raiseEpoch(peer, above: 0, db)
      try audit?.epochOpened(epoch, to: peer, reason: reason, db)
      return (epoch, files)
    }
    context.log.epochRaised(epoch, reason)
    for file in files { try context.files.remove(context.sentFolder + "/" + file) }
    ring()
  }

  private func finishOld(_ now: UnixMilliseconds) async throws {
    if let oneWay {
      let furthest = Self.furthest(context.link)
      for (lane, sequence) in try await context.database.write({ db in try oneWay.finish(now, furthest: furthest, db) })
      {
        context.log.packetNotConfirmable(lane: lane, sequence: sequence, times: oneWay.times)
      }
    }
    guard forgetting.takeIfDue() else { return }
    let old = OldPackets(
      peer: context.link.peer, before: now - context.link.limits.retainDays * Self.dayMilliseconds)
    let (files, blobs) = try await context.database.write { db in try old.forget(db) }
    for file in files { try context.files.remove(context.sentFolder + "/" + file) }
    if !keepsSentBlobs { for blob in blobs { try context.blobs.remove(blob) } }
  }

  private func postpone(_ entries: [Entry], _ now: UnixMilliseconds) async throws {
    let (peer, base) = (context.link.peer.text, context.link.limits.redropSeconds * 1000)
    try await context.database.write { db in
      for entry in entries {
        let wait = min(base << min(max(entry.attempts, 0), 16), Self.dayMilliseconds)
        try db.run(
          """
          UPDATE sent_packet SET attempts = attempts + 1, next_drop = ?
          WHERE peer = ? AND lane = ? AND sequence = ?
          """, now + wait, peer, entry.lane, entry.sequence)
      }
    }
  }
}
