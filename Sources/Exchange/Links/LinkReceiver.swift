import Certificates
import Drop
import DurableFiles
import Foundation
import PacketFormat
import PacketSeal
import Runtime
import Storage
import Timestamps
import ZoneKeys
import Zones

/// What a receiver needs beside the senders' context.
struct ReceiverContext: Sendable {
  let sender: SenderContext
  let drop: DropFolder
  let quarantineFolder: String
  let verifier: PacketVerifier
  let identity: ZoneIdentity
  let applier: PacketApplier
  /// Triggered when a receipt is due, when a refusal waits, when blobs may continue.
  let controlSignal: WakeSignal
  let messageSignal: WakeSignal
  let blobSignal: WakeSignal
  /// Whether blobs that the peer has secured stay here.
  let keepsSentBlobs: Bool

  var link: LinkConfiguration { sender.link }
  var log: ExchangeLog { sender.log }
}

/// Applies what the peer dropped, in order and once each, and quarantines the rest.
actor LinkReceiver {
  private static let headsAtOnce = 2_000
  private static let runMaxPackets = 16
  /// For large files: a letter may have to wait for as much as one commit syncs.
  private static let blobRunMaxPackets = 2
  private static let runMaxBytes = 16 * 1024 * 1024

  let context: ReceiverContext
  private let executor = ThreadExecutor("exchange.receive")
  var blobs: IncomingBlobs
  var positions: [StreamName: (applied: Int, digest: HexDigest)]?
  /// Streams that an operator made this zone forget.
  var forgotten: Set<StreamName> = []
  /// Streams whose epoch an operator accepts, however far above the others.
  var released: Set<StreamName> = []
  /// Incomplete files: the size last seen, and since when.
  var incomplete: [String: (bytes: Int, since: UnixMilliseconds)] = [:]
  /// Since when packets of closed epochs wait for a gap before them.
  var closing: [String: UnixMilliseconds] = [:]
  var lastGivenUp = 0
  /// How many checks in a row have found a message overdue.
  var overdueLooks = 0
  private var rate: MessageRate
  /// Verified packets that wait for their turn.
  var held: [String: Candidate] = [:]
  var rejects: RejectedFiles
  /// A start may find some.
  var mayBeMoreReady = true
  /// The trust snapshot that they were verified with.
  private var trustGeneration = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(context: ReceiverContext) {
    self.context = context
    rate = MessageRate(perMinute: context.link.incomingPolicy.messagesPerMinute)
    rejects = RejectedFiles(
      drop: context.drop, quarantine: Quarantine(folder: context.quarantineFolder, files: context.sender.files),
      files: context.sender.files, log: context.log, packetMaxBytes: context.link.limits.packetMaxBytes)
    blobs = IncomingBlobs(store: context.sender.blobs, peer: context.link.peer)
  }

  func run() async {
    let changes = FolderWatch.changes(in: context.drop.newFolder, pollSeconds: context.link.limits.pollSeconds)
    for await _ in changes {
      do {
        while try await poll(), !Task.isCancelled {}
      } catch is CancellationError {
        return
      } catch {
        context.log.failed("receiving", error)
      }
    }
  }

  /// One poll of the folder. True if something was done and another poll is due at once.
  ///
  /// After an error, what is kept in memory is read from the database again.
  func poll() async throws -> Bool {
    do {
      let isMore = try await pollFolder()
      try await recordQuarantined()
      return isMore
    } catch {
      blobs.reset()
      positions = nil
      throw error
    }
  }

  private func pollFolder() async throws -> Bool {
    try await giveUpWaiting()
    let names = try context.drop.waiting().sorted()
    forgetAbsent(Set(names))
    forgetVerdicts()
    if positions == nil {
      try await loadPositions()
      forget(try await allCancelled())
    }
    sortAgain()
    let progressed = takeIn(names)
    let candidates = held.values.sorted { $0.name < $1.name }
    let acted = try await actOnReady()
    if try await receiveControl(candidates.filter { $0.manifest.stream.lane == .control }) { return true }
    if try await receiveInOrder(candidates, lane: .messages) { return true }
    if try await receiveInOrder(candidates, lane: .blobs) { return true }
    limitHeld()
    let closed = rejectClosed()
    return try rejects.moveSome(at: context.sender.now()) || closed || progressed || acted
  }

  private func forgetAbsent(_ names: Set<String>) {
    incomplete = incomplete.filter { names.contains($0.key) }
    held = held.filter { names.contains($0.key) }
    closing = closing.filter { names.contains($0.key) }
    rejects.forgetAbsent(names)
  }

  /// Packets verified with an older revocation list, or an older statement of the peer's certificates, are verified
  /// again.
  private func forgetVerdicts() {
    let generation = context.verifier.generation
    if generation != trustGeneration { held = [:] }
    trustGeneration = generation
  }

  /// The same packet may have been applied meanwhile from another file.
  private func sortAgain() {
    for candidate in held.values.sorted(by: { $0.name < $1.name })
    where candidate.manifest.sequence <= positions?[candidate.manifest.stream]?.applied ?? 0 {
      held[candidate.name] = nil
      sort(candidate)
    }
  }

  private func loadPositions() async throws {
    let peer = context.link.peer.text
    (positions, forgotten) = try await context.sender.database.read { db in
      var positions: [StreamName: (applied: Int, digest: HexDigest)] = [:]
      for row in try db.all("SELECT stream, applied, digest FROM incoming_stream WHERE peer = ?", peer) {
        guard let stream = try StreamName(row["stream"]), let digest = try HexDigest(row["digest"]) else { continue }
        positions[stream] = try (row["applied"], digest)
      }
      let forgotten = try db.all(String.self, "SELECT stream FROM forgotten_stream WHERE peer = ?", peer)
      return (positions, Set(forgotten.compactMap { StreamName($0) }))
    }
  }

  /// Reads the new files, and verifies the whole ones. True if more remain.
  private func takeIn(_ names: [String]) -> Bool {
    var looked = 0
    let now = context.sender.now()
    for name in names where held[name] == nil && !rejects.contain(name, at: now) {
      if let seen = incomplete[name], context.drop.status(name)?.byteCount == seen.bytes {
        if waitedTooLong(name, seen.bytes) { reject(name, Self.incompleteForGood(seen.bytes)) }
        continue
      }
      guard looked < Self.headsAtOnce else { return true }
      looked += 1
      switch IncomingFile.look(at: name, in: context.drop, maxBytes: context.link.limits.packetMaxBytes) {
      case .absent:
        // A name that is not UTF-8 is not a file that could be moved.
        if name.unicodeScalars.contains("\u{FFFD}") {
          incomplete[name] = nil
          rejects.leave(name, "its name is not UTF-8", at: now)
        }
      case .unreadable(let error): context.log.failed("reading a file of the drop", error)
      case .incomplete(let bytes):
        if waitedTooLong(name, bytes) { reject(name, Self.incompleteForGood(bytes)) }
      case .foreign(let rejection): reject(name, rejection)
      case .whole(let head): verify(name, head)
      }
    }
    return false
  }

  private static func incompleteForGood(_ bytes: Int) -> PacketRejection {
    PacketRejection(.incomplete, "\(bytes) bytes, and no more came")
  }

  private func waitedTooLong(_ name: String, _ bytes: Int) -> Bool {
    guard let seen = incomplete[name], seen.bytes == bytes else {
      incomplete[name] = (bytes, context.sender.now())
      return false
    }
    return context.sender.now() - seen.since > context.link.limits.incompleteSeconds * 1000
  }

  private func verify(_ name: String, _ head: PacketHead) {
    incomplete[name] = nil
    let (unverified, date) = (UnverifiedPacket(head: head), Date(unixMilliseconds: context.sender.now()))
    do throws(PacketRejection) {
      let packet: VerifiedPacket
      do throws(PacketRejection) { packet = try context.verifier.verify(unverified, at: date) } catch {
        guard learn(name, unverified, at: date) else { throw error }
        packet = try context.verifier.verify(unverified, at: date)
      }
      try checkStream(packet.manifest.stream)
      sort(Candidate(name: name, headBytes: head.byteCount, packet: packet))
    } catch {
      reject(name, error)
    }
  }

  /// Holds a packet that may still get its turn; settles one that was applied before.
  private func sort(_ candidate: Candidate) {
    let manifest = candidate.manifest
    let position = positions?[manifest.stream]
    if manifest.sequence > position?.applied ?? 0 {
      held[candidate.name] = candidate
      return
    }
    if let position, manifest.sequence == position.applied, candidate.packet.manifestDigest != position.digest {
      return reject(
        candidate.name, PacketRejection(.fork, "another packet was applied as seq \(manifest.sequence)"))
    }
    context.log.packetRepeated(manifest)
    settle(candidate.name)
    if manifest.stream.lane != .control { oweReceipt() }
  }

  /// Lets a file wait to be quarantined.
  func reject(_ name: String, _ rejection: PacketRejection) {
    rejects.add(name, rejection)
    held[name] = nil
    incomplete[name] = nil
    closing[name] = nil
  }

  func settle(_ name: String) {
    held[name] = nil
    do { try context.drop.settle(name) } catch { context.log.failed("removing a packet that was taken in", error) }
  }

  func oweReceipt() {
    context.sender.debt.owe()
    context.controlSignal.ring()
  }

  /// Packets too far ahead are removed; their sender drops them again.
  private func limitHeld() {
    guard held.count > context.link.limits.heldMaxPackets else { return }
    let farthest = held.values.sorted { $0.manifest.sequence > $1.manifest.sequence }
    for candidate in farthest.prefix(held.count - context.link.limits.heldMaxPackets) { settle(candidate.name) }
  }
}

extension LinkReceiver {
  /// The newest control packet counts; the others are removed. One whose number is ahead of this zone's clock never
  /// counts as the newest, and is applied beside it.
  private func receiveControl(_ candidates: [Candidate]) async throws -> Bool {
    let latest = context.sender.now() + ClockTrust.aheadMaxMilliseconds
    let (ahead, usual) = (
      candidates.filter { $0.manifest.sequence > latest }, candidates.filter { $0.manifest.sequence <= latest }
    )
    let (first, second) = (Self.newest(usual), Self.newest(ahead))
    for other in candidates where other.name != first?.name && other.name != second?.name { settle(other.name) }
    for candidate in [first, second].compactMap(\.self) {
      if let opened = try await open(candidate) { try await apply([opened]) }
    }
    return first != nil || second != nil
  }

  private static func newest(_ candidates: [Candidate]) -> Candidate? {
    candidates.max {
      ($0.manifest.stream.epoch, $0.manifest.sequence) < ($1.manifest.stream.epoch, $1.manifest.sequence)
    }
  }

  /// Applies the next packets of each stream of `lane`. A run shares one transaction.
  private func receiveInOrder(_ candidates: [Candidate], lane: Lane) async throws -> Bool {
    var byStream: [StreamName: [Int: Candidate]] = [:]
    for candidate in candidates where candidate.manifest.stream.lane == lane {
      // Two files with one sequence: the first is tried, and the other stays until one is applied, because the first
      // may be damaged. `prev` and digest expose a false one.
      if byStream[candidate.manifest.stream]?[candidate.manifest.sequence] != nil { continue }
      byStream[candidate.manifest.stream, default: [:]][candidate.manifest.sequence] = candidate
    }
    var progressed = false
    // The closed epochs first: their messages were committed earlier.
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
      // It stays in the drop until the policy allows more.
      guard rate.admits(next.manifest.messageCount, at: context.sender.now()) else {
        context.log.heldByRate("in")
        isHeldByRate = true
        break
      }
      bytes += stream.lane == .messages ? next.manifest.payload.bytes : 0
      if !run.isEmpty && bytes > Self.runMaxBytes { break }
      guard next.manifest.previous == previous else {
        reject(next.name, PacketRejection(.fork, "“prev” names another packet than the one applied before"))
        break
      }
      guard let opened = try await open(next) else { break }
      rate.take(next.manifest.messageCount)
      run.append(opened)
      // Its parts are forgotten with the commit, before others are handled.
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

  /// Whether new files have come.
  private func hasNews() throws -> Bool {
    try context.drop.waiting().contains {
      held[$0] == nil && incomplete[$0] == nil && !rejects.know($0)
    }
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
      if report.movedStream { positions?[packet.manifest.stream] = (packet.manifest.sequence, packet.digest) }
      if report.forgotStreams { positions = nil }
      if case .apply = packet.outcome { context.log.packetApplied(packet.manifest, messages: report.applied) }
      settle(packet.name)
      clearUp(report.aftermath)
      forget(report.cancelledBlobs)
      mayBeMoreReady = mayBeMoreReady || report.mayBeMoreReady
    }
    blobs.forgetComplete()
    if run.contains(where: { $0.manifest.stream.lane != .control }) { oweReceipt() }
    // A new epoch may be open, refusals may wait to be sent, and blobs for room in their window.
    context.messageSignal.ring()
    context.blobSignal.ring()
  }

  func forget(_ cancelled: [HexDigest]) {
    for digest in cancelled {
      do { try blobs.drop(digest.text) } catch { context.log.failed("removing a blob that was cancelled", error) }
    }
  }

  private func clearUp(_ aftermath: ReceiptHandler.Aftermath) {
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
