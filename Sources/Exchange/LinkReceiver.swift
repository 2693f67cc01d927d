import Drop
import DurableFiles
import Foundation
import GRDB
import PacketFormat
import PacketSeal
import Runtime
import Storage
import Trust
import Zones

/// What a receiver needs beside the senders' context.
struct ReceiverContext: Sendable {
  let sender: SenderContext
  let drop: DropFolder
  let quarantineFolder: String
  let verifier: PacketVerifier
  let identity: ZoneIdentity
  let applier: PacketApplier
  /// Rung when a receipt is owed, when a refusal waits, when blobs may go on.
  let controlBell: Bell
  let messageBell: Bell
  let blobBell: Bell
  /// Whether blobs that the peer has secured stay here.
  let keepsSentBlobs: Bool

  var link: LinkConfiguration { sender.link }
  var log: ExchangeLog { sender.log }
}

/// Takes in what the peer dropped: in order, once each, and the rest to quarantine.
actor LinkReceiver {
  private static let headsAtOnce = 2_000
  private static let rejectsAtOnce = 200
  private static let runMaxPackets = 16
  /// Of a large file: what one commit waits for on its way to the disk is what a letter may have to wait for.
  private static let blobRunMaxPackets = 2
  private static let runMaxBytes = 16 * 1024 * 1024

  let context: ReceiverContext
  private let executor = ThreadExecutor("exchange.receive")
  var blobs: IncomingBlobs
  private var positions: [StreamName: (applied: Int, digest: HexDigest)]?
  /// Files that wait for their rest: the size last seen, and since when.
  private var incomplete: [String: (bytes: Int, since: UnixMilliseconds)] = [:]
  /// Since when packets of closed epochs wait for a gap before them.
  private var closing: [String: UnixMilliseconds] = [:]
  var lastGivenUp = 0
  private var rate: MessageRate
  /// Verified packets ahead of their turn.
  private var held: [String: Candidate] = [:]
  /// What was put away and is not in the audit log yet.
  var putAway: [PutAway] = []
  /// Of the trust that they were verified by.
  private var trustGeneration = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(context: ReceiverContext) {
    self.context = context
    rate = MessageRate(perMinute: context.link.incomingPolicy.messagesPerMinute)
    blobs = IncomingBlobs(store: context.sender.blobs)
  }

  func run() async {
    let changes = FolderWatch.changes(in: context.drop.newFolder, pollSeconds: context.link.limits.pollSeconds)
    for await _ in changes {
      do {
        while try await pass(), !Task.isCancelled {}
      } catch is CancellationError {
        return
      } catch {
        context.log.failed("receiving", error)
      }
    }
  }

  /// One look at the folder. True where something was done and another look is due at once.
  ///
  /// After an error, what is kept in memory is read from the database again.
  func pass() async throws -> Bool {
    do {
      let isMore = try await look()
      try await recordPutAway()
      return isMore
    } catch {
      blobs.reset()
      positions = nil
      throw error
    }
  }

  private func look() async throws -> Bool {
    try await giveUpWaiting()
    let names = try context.drop.waiting().sorted()
    forgetAbsent(Set(names))
    forgetVerdicts()
    if positions == nil {
      positions = try await loadPositions()
      forget(try await allCancelled())
    }
    sortAgain()
    let progressed = takeIn(names)
    let candidates = held.values.sorted { $0.name < $1.name }
    if try await receiveControl(candidates.filter { $0.manifest.stream.lane == .control }) { return true }
    if try await receiveInOrder(candidates, lane: .messages) { return true }
    if try await receiveInOrder(candidates, lane: .blobs) { return true }
    limitHeld()
    return putAwayClosed() || progressed
  }

  private func forgetAbsent(_ names: Set<String>) {
    incomplete = incomplete.filter { names.contains($0.key) }
    held = held.filter { names.contains($0.key) }
    closing = closing.filter { names.contains($0.key) }
  }

  /// What was verified by an older list of revocations, or an older word on the peer's certificates, is verified again.
  private func forgetVerdicts() {
    let generation = context.verifier.generation
    if generation != trustGeneration { held = [:] }
    trustGeneration = generation
  }

  /// A packet that was held may have had its turn meanwhile in another file.
  private func sortAgain() {
    for candidate in held.values.sorted(by: { $0.name < $1.name })
    where candidate.manifest.sequence <= positions?[candidate.manifest.stream]?.applied ?? 0 {
      held[candidate.name] = nil
      _ = sort(candidate)
    }
  }

  private func loadPositions() async throws -> [StreamName: (applied: Int, digest: HexDigest)] {
    let peer = context.link.peer.text
    return try await context.sender.database.read { db in
      var positions: [StreamName: (applied: Int, digest: HexDigest)] = [:]
      let rows = try Row.fetchCursor(
        db, sql: "SELECT stream, applied, digest FROM incoming_stream WHERE peer = ?", arguments: [peer])
      while let row = try rows.next() {
        guard let stream = StreamName(row["stream"]), let digest = HexDigest(row["digest"]) else { continue }
        positions[stream] = (row["applied"], digest)
      }
      return positions
    }
  }

  /// Looks at the files that are new, verifies what is whole, and puts the rest away. True where more remain.
  private func takeIn(_ names: [String]) -> Bool {
    var (looked, rejected) = (0, 0)
    for name in names where held[name] == nil {
      guard looked < Self.headsAtOnce, rejected < Self.rejectsAtOnce else { return true }
      switch IncomingFile.look(at: name, in: context.drop, maxBytes: context.link.limits.packetMaxBytes) {
      case .absent: continue
      case .incomplete(let bytes):
        if waitedTooLong(name, bytes) {
          quarantine(name, PacketRejection(.incomplete, "\(bytes) bytes, and no more came"))
          rejected += 1
        }
      case .foreign(let rejection):
        quarantine(name, rejection)
        rejected += 1
      case .whole(let head):
        looked += 1
        if !verify(name, head) { rejected += 1 }
      }
    }
    return false
  }

  private func waitedTooLong(_ name: String, _ bytes: Int) -> Bool {
    guard let seen = incomplete[name], seen.bytes == bytes else {
      incomplete[name] = (bytes, context.sender.now())
      return false
    }
    return context.sender.now() - seen.since > context.link.limits.incompleteSeconds * 1000
  }

  private func verify(_ name: String, _ head: PacketHead) -> Bool {
    incomplete[name] = nil
    let (unverified, date) = (UnverifiedPacket(head: head), Date(unixMilliseconds: context.sender.now()))
    do throws(PacketRejection) {
      let packet: VerifiedPacket
      do throws(PacketRejection) { packet = try context.verifier.verify(unverified, at: date) } catch {
        guard learn(name, unverified, at: date) else { throw error }
        packet = try context.verifier.verify(unverified, at: date)
      }
      return sort(Candidate(name: name, headBytes: head.byteCount, packet: packet))
    } catch {
      quarantine(name, error)
      return false
    }
  }

  /// Holds a packet that may still have its turn; settles one that was here before. False where it was put away.
  private func sort(_ candidate: Candidate) -> Bool {
    let manifest = candidate.manifest
    let position = positions?[manifest.stream]
    if manifest.sequence > position?.applied ?? 0 {
      held[candidate.name] = candidate
      return true
    }
    if let position, manifest.sequence == position.applied, candidate.packet.manifestDigest != position.digest {
      quarantine(candidate.name, PacketRejection(.fork, "another packet was applied as seq \(manifest.sequence)"))
      return false
    }
    context.log.packetRepeated(manifest)
    settle(candidate.name)
    if manifest.stream.lane != .control { oweReceipt() }
    return true
  }

  func quarantine(_ name: String, _ rejection: PacketRejection) {
    context.log.fileQuarantined(name, rejection)
    held[name] = nil
    incomplete[name] = nil
    closing[name] = nil
    let now = context.sender.now()
    let newName = "\(now)-\(newIdentifier(at: now).suffix(12)).gdp"
    let reason =
      "name: \(name.debugDescription)\nat: \(timestamp(now))\ncode: \(rejection.code.rawValue)\nreason: \(rejection.reason)"
    do {
      try context.drop.quarantine(name, into: context.quarantineFolder, as: newName, reason: reason)
      putAway.append(seen(newName, rejection))
    } catch {
      context.log.failed("moving a file to quarantine", error)
    }
  }

  private func settle(_ name: String) {
    held[name] = nil
    do { try context.drop.settle(name) } catch { context.log.failed("removing a packet that was taken in", error) }
  }

  func oweReceipt() {
    context.sender.debt.owe()
    context.controlBell.ring()
  }

  /// Packets too far ahead are let go; their sender drops them again.
  private func limitHeld() {
    guard held.count > context.link.limits.heldMaxPackets else { return }
    let farthest = held.values.sorted { $0.manifest.sequence > $1.manifest.sequence }
    for candidate in farthest.prefix(held.count - context.link.limits.heldMaxPackets) { settle(candidate.name) }
  }
}

extension LinkReceiver {
  /// In an epoch that its sender has closed, a gap may be for ever: after a while, what lies behind it is put away, where
  /// an operator finds it.
  private func putAwayClosed() -> Bool {
    let now = context.sender.now()
    var newest: [Lane: Int] = [:]
    for stream in (positions ?? [:]).keys { newest[stream.lane] = max(newest[stream.lane] ?? 0, stream.epoch) }
    var putAway = false
    for candidate in held.values.sorted(by: { $0.name < $1.name })
    where candidate.manifest.stream.epoch < newest[candidate.manifest.stream.lane] ?? 0 {
      let since = closing[candidate.name] ?? now
      closing[candidate.name] = since
      guard now - since > context.link.limits.incompleteSeconds * 1000 else { continue }
      quarantine(
        candidate.name,
        PacketRejection(.closed, "its sender has opened a new epoch, and packets before this one never came"))
      putAway = true
    }
    return putAway
  }

  /// The newest control packet counts; the others are let go.
  private func receiveControl(_ candidates: [Candidate]) async throws -> Bool {
    let newest = candidates.max {
      ($0.manifest.stream.epoch, $0.manifest.sequence) < ($1.manifest.stream.epoch, $1.manifest.sequence)
    }
    guard let newest else { return false }
    for other in candidates where other.name != newest.name { settle(other.name) }
    guard let opened = try await open(newest) else { return true }
    try await apply([opened])
    return true
  }

  /// Applies the next packets of each stream of `lane`. A run shares one transaction.
  private func receiveInOrder(_ candidates: [Candidate], lane: Lane) async throws -> Bool {
    var byStream: [StreamName: [Int: Candidate]] = [:]
    for candidate in candidates where candidate.manifest.stream.lane == lane {
      if let twin = byStream[candidate.manifest.stream]?[candidate.manifest.sequence] {
        // Two files of one sequence: the first is enough, and a false one of the two is told by `prev` and digest.
        if twin.packet.manifestDigest == candidate.packet.manifestDigest { settle(candidate.name) }
        continue
      }
      byStream[candidate.manifest.stream, default: [:]][candidate.manifest.sequence] = candidate
    }
    var progressed = false
    // The closed epochs first: what they still bring was committed before.
    for (stream, packets) in byStream.sorted(by: { $0.key.order < $1.key.order }) {
      if try await receiveRun(stream, packets) { progressed = true }
    }
    return progressed
  }

  private func receiveRun(_ stream: StreamName, _ packets: [Int: Candidate]) async throws -> Bool {
    var (sequence, previous) = (positions?[stream]?.applied ?? 0, positions?[stream]?.digest ?? .zero)
    var (run, bytes, isHeldByRate): ([OpenedPacket], Int, Bool) = ([], 0, false)
    let most = stream.lane == .blobs ? Self.blobRunMaxPackets : Self.runMaxPackets
    while run.count < most, let next = packets[sequence + 1] {
      // A letter that came meanwhile waits for one packet of a large file, not for a run of them.
      if stream.lane == .blobs, !run.isEmpty, try hasNews() { break }
      // It stays in the drop until the policy lets more in.
      guard rate.admits(next.manifest.messageCount, at: context.sender.now()) else {
        context.log.heldByRate("in")
        isHeldByRate = true
        break
      }
      bytes += stream.lane == .messages ? next.manifest.payload.bytes : 0
      if !run.isEmpty && bytes > Self.runMaxBytes { break }
      guard next.manifest.previous == previous else {
        quarantine(next.name, PacketRejection(.fork, "“prev” names another packet than the one applied before"))
        break
      }
      guard let opened = try await open(next) else { break }
      rate.take(next.manifest.messageCount)
      run.append(opened)
      // Its parts are forgotten with the commit, before others are looked at.
      if case .refuse = opened.outcome, !next.manifest.blobs.isEmpty { break }
      (sequence, previous) = (sequence + 1, next.packet.manifestDigest)
    }
    if run.isEmpty {
      if isHeldByRate { return false }
      if let first = packets.values.min(by: { $0.manifest.sequence < $1.manifest.sequence }) {
        context.log.packetHeld(first.manifest, expected: sequence + 1)
      }
      return false
    }
    try await apply(run)
    return true
  }

  /// Whether files have come that were not looked at.
  private func hasNews() throws -> Bool {
    try context.drop.waiting().contains { held[$0] == nil && incomplete[$0] == nil }
  }

  private func apply(_ run: [OpenedPacket]) async throws {
    try blobs.sync()
    let (applier, life) = (context.applier, PeerLife(run.map(\.manifest), now: context.sender.now()))
    let reports = try await context.sender.database.write { db in
      try life?.save(db)
      return try run.map { try applier.apply($0, db) }
    }
    life?.warn(context.log)
    for (packet, report) in zip(run, reports) {
      positions?[packet.manifest.stream] = (packet.manifest.sequence, packet.digest)
      if case .apply = packet.outcome { context.log.packetApplied(packet.manifest, messages: report.applied) }
      settle(packet.name)
      clearUp(report.aftermath)
      forget(report.cancelledBlobs)
    }
    blobs.forgetComplete()
    if run.contains(where: { $0.manifest.stream.lane != .control }) { oweReceipt() }
    // A new epoch may be open, refusals may wait to be told, and blobs for room in their window.
    context.messageBell.ring()
    context.blobBell.ring()
  }

  private func forget(_ cancelled: [HexDigest]) {
    for digest in cancelled {
      do { try blobs.drop(digest.text) } catch { context.log.failed("removing a blob that was cancelled", error) }
    }
  }

  private func clearUp(_ aftermath: ReceiptTaker.Aftermath) {
    do {
      for file in aftermath.files { try context.sender.files.remove(context.sender.sentFolder + "/" + file) }
      if !context.keepsSentBlobs {
        for blob in aftermath.blobs { try context.sender.blobs.remove(blob) }
      }
    } catch {
      context.log.failed("removing what the peer has secured", error)
    }
  }
}
