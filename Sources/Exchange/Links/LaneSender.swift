import AuditLog
import Cryptography
import Dispatch
import Drop
import DurableFiles
import Foundation
import PacketFormat
import PacketSeal
import Runtime
import Storage
import Synchronization
import Timestamps
import Zones

/// What the senders of a link share.
struct SenderContext: Sendable {
  let zone: ZoneName
  let link: LinkConfiguration
  let database: ZoneDatabase
  let files: Files
  let sealer: LinkSealer
  let drop: any DropTarget
  /// Where packets are kept until the peer has secured them.
  let sentFolder: String
  let blobs: BlobStore
  let debt: ReceiptDebt
  let log: ExchangeLog
  /// Milliseconds since 1970.
  let now: @Sendable () -> UnixMilliseconds
  let stamps: StampClock
  /// See `ToldStreams`.
  let securesAtOnce: Bool
  /// Nil where the zone keeps no audit log.
  let audit: AuditTrail?

  /// A lane's position, with the newest receipts for the peer.
  func position(_ lane: Lane) async throws -> StreamPosition {
    let (told, database) = (self.told, self.database)
    return try await stamps.withStamp { stamp in
      try await database.read { db in try StreamPosition.read(told, lane, stamp: stamp, db) }
    }
  }

  /// The receipts and refusals for the peer.
  var told: ToldStreams { ToldStreams(peer: link.peer, nodes: link.peerNodes, securesAtOnce: securesAtOnce) }

  static let node = ZoneName.firstNode
}

extension LinkLimits {
  /// Room in a packet for contents: the rest is for the head, the archive's headers and age's tags.
  var contentMaxBytes: Int { max(16 * 1024, packetMaxBytes - 32 * 1024 - packetMaxBytes / 2048) }
}

/// What goes into one packet, as far as the database knows it.
struct Batch: Sendable {
  /// Rows of the outbox, or of outgoing_blob; 0 for none.
  var firstRow: Int64 = 0
  var lastRow: Int64 = 0
  var messages: [(type: String, bytes: [UInt8])] = []
  /// Of each message, in order, for the audit log.
  var names: [AuditTrail.MessageName] = []
  var parts: [(row: Int64, part: Manifest.BlobPart)] = []
  var classification = Classification.public
  var bytes = 0
  /// More waits than fits.
  var isFull = false
  /// Refusals wait to be sent, and only a packet that is acknowledged carries them reliably.
  var mustReport = false

  var isEmpty: Bool { messages.isEmpty && parts.isEmpty && !mustReport }
}

/// Sends one lane of a link: gathers, seals, keeps, commits, and only then publishes.
actor LaneSender {
  private let context: SenderContext
  private let lane: Lane
  private let signal: WakeSignal
  private let executor: ThreadExecutor
  private var rate: MessageRate

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(context: SenderContext, lane: Lane, signal: WakeSignal) {
    self.context = context
    self.lane = lane
    self.signal = signal
    rate = MessageRate(perMinute: lane == .messages ? context.link.outgoingPolicy.messagesPerMinute : nil)
    executor = ThreadExecutor("exchange.send.\(lane.rawValue)")
  }

  /// Runs until its task is cancelled; a packet that is being sent then is finished.
  func run() async {
    signal.ring()
    for await _ in signal.rings {
      do {
        try await drain()
      } catch is CancellationError {
        return
      } catch {
        context.log.failed("sending", error)
        try? await Task.sleep(for: .seconds(1))
        signal.ring()
      }
    }
  }

  private func drain() async throws {
    if lane == .messages { try await Task.sleep(for: .milliseconds(context.link.limits.lingerMilliseconds)) }
    while !Task.isCancelled {
      switch try await step() {
      case .shipped: continue
      case .idle: return
      case .dropIsFull:
        context.log.dropIsFull()
        try await Task.sleep(for: .seconds(1))
      case .heldByRate:
        context.log.heldByRate("out")
        try await Task.sleep(for: .milliseconds(rate.wait))
      }
    }
  }

  enum Step: Sendable {
    case shipped
    case idle
    case dropIsFull
    /// The link's policy allows more later.
    case heldByRate
  }

  /// Sends what is waiting, a few packets at most.
  func step() async throws -> Step {
    let batches = try await nextBatches()
    if batches.isEmpty { return .idle }
    if batches.allSatisfy(\.isEmpty) { return .heldByRate }
    guard try hasRoomInDrop() else { return .dropIsFull }
    do {
      try await ship(batches)
    } catch let missing as MissingBlob {
      try await giveUp(missing)
    } catch is StreamMoved {
      context.log.packetMadeAnew()
    }
    return .shipped
  }

  private func hasRoomInDrop() throws -> Bool {
    let usage = try context.drop.usage()
    return usage.packets < context.link.limits.dropMaxPackets && usage.bytes < context.link.limits.dropMaxBytes
  }

  private func nextBatches() async throws -> [Batch] {
    let (peer, limit, lane) = (context.link.peer, context.link.limits.contentMaxBytes, self.lane)
    let window = context.link.limits.blobWindowPackets
    let (room, told) = (rate.room(at: context.now()), context.told)
    return try await context.database.read { db in
      if lane == .messages {
        let batch = try Batch.ofMessages(told, limit, atMost: room, db)
        return batch.isEmpty && !batch.isFull ? [] : [batch]
      }
      return try Batch.ofBlobs(peer, limit, window: window, db)
    }
  }

  /// Seals, writes, commits and publishes a few packets. While one is being written and synced, the next is sealed; one
  /// commit and one sync of each folder serve all.
  private func ship(_ batches: [Batch]) async throws {
    let due = context.debt.due
    let shipments = try keep(batches, from: try await context.position(lane))
    do { try await commit(shipments) } catch let error as StreamMoved {
      for shipment in shipments { try? context.files.remove(context.sentFolder + "/" + shipment.name) }
      throw error
    }
    rate.take(batches.reduce(0) { $0 + $1.messages.count })
    if lane == .messages { context.debt.settled(due) }
    try await publish(shipments)
  }

  /// Seals the packets into `sent/`, durably. If one fails, none is left there.
  private func keep(_ batches: [Batch], from start: StreamPosition) throws -> [Shipment] {
    var (position, shipments): (StreamPosition, [Shipment]) = (start, [])
    let writes = WriteGroup(files: context.files)
    do {
      for batch in batches {
        let packet = try seal(batch, position)
        writes.write(packet, to: context.sentFolder + "/" + packet.fileName)
        shipments.append(Shipment(batch: batch, position: position, name: packet.fileName, packet: packet.record))
        context.log.packetSealed(packet)
        position.sequence += 1
        position.expected += 1
        position.previous = HexDigest(packet.manifestDigest.hex) ?? .zero
      }
      try writes.finish()
      try context.files.syncFolder(context.sentFolder)
    } catch {
      writes.discard()
      throw error
    }
    return shipments
  }

  private func publish(_ shipments: [Shipment]) async throws {
    do {
      for shipment in shipments {
        try context.drop.putWithoutSync(context.sentFolder + "/" + shipment.name, as: shipment.name)
      }
      try context.drop.syncNew()
    } catch {
      // They are committed and kept: they are dropped for the first time as soon as the drop accepts them.
      context.log.failed("publishing packets", error)
      guard let first = shipments.first, let last = shipments.last else { return }
      let (peer, range) = (context.link.peer.text, first.packet.sequence...last.packet.sequence)
      try await context.database.write { [lane] db in
        try db.run(
          """
          UPDATE sent_packet SET attempts = -1, next_drop = 0
          WHERE peer = ? AND lane = ? AND sequence BETWEEN ? AND ? AND confirmed = 0
          """, peer, lane.rawValue, range.lowerBound, range.upperBound)
      }
    }
  }

  private struct Shipment: Sendable {
    let batch: Batch
    let position: StreamPosition
    let name: String
    let packet: PacketRecord
  }

  private func seal(_ batch: Batch, _ position: StreamPosition) throws -> SealedPacket {
    let outline = PacketOutline(
      id: newIdentifier(at: position.stamp),
      stream: StreamName(zone: context.zone, node: SenderContext.node, epoch: position.epoch, lane: lane),
      sequence: position.sequence, previous: position.previous, created: timestamp(context.now()),
      classification: batch.classification, receipts: position.receipts.receipts)
    var blobs: [(part: Manifest.BlobPart, bytes: [UInt8])] = []
    for (_, part) in batch.parts {
      let bytes = try read(part)
      guard bytes.count == part.bytes else { throw FileError(.read, part.sha256.text, number: EIO) }
      blobs.append((part, bytes))
    }
    return try context.sealer.sealer(at: Date(unixMilliseconds: context.now())).seal(
      outline, messages: batch.messages, blobs: blobs)
  }

  private func read(_ part: Manifest.BlobPart) throws -> [UInt8] {
    do {
      return try context.blobs.open(part.sha256.text).read(at: part.offset, count: part.bytes)
    } catch {
      guard error.isMissing else { throw error }
      throw MissingBlob(digest: part.sha256.text)
    }
  }

  /// A blob whose file is gone can never be sent: it is given up with a critical log line, so that it holds up no
  /// other.
  private func giveUp(_ blob: MissingBlob) async throws {
    context.log.blobIsMissing(blob.digest)
    let peer = context.link.peer.text
    try await context.database.write { db in
      try db.run("DELETE FROM outgoing_blob WHERE peer = ? AND digest = ?", peer, blob.digest)
    }
  }

  private struct MissingBlob: Error {
    let digest: String
  }

  private func commit(_ shipments: [Shipment]) async throws {
    let peer = context.link.peer
    let (now, wait, audit) = (context.now(), context.link.limits.redropSeconds * 1000, context.audit)
    try await context.database.write { db in
      for shipment in shipments {
        let (batch, position) = (shipment.batch, shipment.position)
        try batch.requireMessages(peer, db)
        try shipment.packet.save(
          peer: peer, expected: position.expected, rows: (batch.firstRow, batch.lastRow), sentAt: now,
          nextDrop: now + wait, db)
        try audit?.packetSent(
          shipment.packet.auditName(peer), batch.names, blobs: Set(batch.parts.map(\.part.sha256.text)).sorted(), db)
        for (row, part) in batch.parts {
          let end = part.offset + part.bytes
          try db.run(
            "UPDATE outgoing_blob SET next_offset = ?, last_sequence = ? WHERE id = ?", end,
            end == part.total ? position.sequence : nil, row)
        }
        guard shipment.packet.stream.lane == .messages else { continue }
        for row in position.receipts.refusalRows {
          try db.run("UPDATE refusal SET carrier = ? WHERE id = ?", position.sequence, row)
        }
      }
    }
  }
}

/// Writes packet files on a thread of its own, and syncs them together at the end, when most of their bytes are already
/// on the disk.
private final class WriteGroup: @unchecked Sendable {
  // Sendable is safe: `begun` and `failure` are used on `queue` only.
  private static let waitingMax = 2
  private static let smallBytes = 256 * 1024

  private let files: Files
  private let queue = ownBlockingQueue("exchange.write")
  /// How many packets wait in memory for the disk.
  private let room = DispatchSemaphore(value: waitingMax)
  private var begun: [WritableFile] = []
  private var failure: FileError?

  init(files: Files) { self.files = files }

  func write(_ packet: SealedPacket, to path: String) {
    // A small packet does not justify a change of threads.
    if packet.byteCount < Self.smallBytes { return queue.sync { begin(packet, path) } }
    room.wait()
    queue.async {
      defer { self.room.signal() }
      self.begin(packet, path)
    }
  }

  private func begin(_ packet: SealedPacket, _ path: String) {
    guard failure == nil else { return }
    let result = Result { () throws(FileError) in
      try files.beginNew(path, [packet.head, packet.payload], mode: 0o440)
    }
    switch result {
    case .success(let file): begun.append(file)
    case .failure(let error): failure = error
    }
  }

  /// Removes what was written: no commit covers it.
  func discard() {
    queue.sync {
      for file in begun { try? files.remove(file.path) }
      begun = []
    }
  }

  /// Returns when everything is on the disk; throws the first failure.
  func finish() throws(FileError) {
    let result = queue.sync {
      Result { () throws(FileError) in
        if let failure = self.failure { throw failure }
        for file in self.begun { try self.files.finish(file) }
      }
    }
    try result.get()
  }
}
