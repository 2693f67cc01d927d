import AuditLog
import DurableFiles
import Foundation
import PacketFormat
import PacketSeal
import Storage
import Zones

/// Applies packets in a transaction: messages once, receipts, and the stream's new position.
struct PacketApplier: Sendable {
  let peer: ZoneName
  let handlers: [String: MessageHandler]
  let receipts: ReceiptHandler
  let log: ExchangeLog
  let audit: AuditTrail?

  struct Report: Sendable {
    var aftermath = ReceiptHandler.Aftermath()
    var refused = false
    var applied = 0
    /// Blobs of which the peer sends no more.
    var cancelledBlobs: [HexDigest] = []
    /// Whether the packet's sequence becomes the stream's position.
    var movedStream = true
    /// Positions of old epochs were dropped.
    var forgotStreams = false
    /// More messages may be ready: another transaction applies them.
    var mayBeMoreReady = false
    /// What waits from this peer, once counted.
    var waiting: (count: Int, bytes: Int)?
  }

  func apply(_ packet: OpenedPacket, _ db: Transaction) throws -> Report {
    var report = Report()
    switch packet.outcome {
    case .refuse(let rejection):
      try audit?.packetRefused(packet.auditName, code: rejection.code.rawValue, db)
      try recordRefusal(Origin(packet), message: nil, code: rejection.code.rawValue, &report, db)
      try forgetParts(of: packet, db)
    case .apply(let messages, let blobs):
      if packet.manifest.stream.lane != .control {
        let names = messages.map(\.message).map {
          AuditTrail.MessageName(id: $0.id, type: $0.type, subject: $0.subject)
        }
        let digests = Set(packet.manifest.blobs.map(\.sha256.text)).sorted()
        try audit?.packetApplied(packet.auditName, names, blobs: digests, db)
      }
      for message in messages { try apply(message, Origin(packet), &report, db) }
      for bad in packet.badMessages { try refuse(bad, packet, &report, db) }
      for blob in blobs {
        try blob.save(from: peer, at: receipts.now(), db)
        if blob.isComplete { try release("blob:" + blob.digest, db) }
      }
    }
    for digest in packet.barredBlobs {
      try bar(digest, code: PacketRejection.Code.policyBlobSize.rawValue, db)
    }
    try performReady(&report, db)
    report.aftermath = try receipts.take(packet.manifest, db)
    try advance(packet, &report, db)
    if packet.manifest.stream.epoch > 1, packet.manifest.sequence == 1 || packet.manifest.stream.lane == .control {
      try forgetUntellable(db)
    }
    return report
  }

  private func advance(_ packet: OpenedPacket, _ report: inout Report, _ db: Transaction) throws {
    let (stream, sequence) = (packet.manifest.stream, packet.manifest.sequence)
    // A number of lane c is a time. If one ahead of the clock became the position, no true receipts would count until
    // then.
    if stream.lane == .control, sequence > receipts.now() + ClockTrust.aheadMaxMilliseconds {
      report.movedStream = false
      return
    }
    // An operator may have made this zone forget it while the packet was opened.
    let isForgotten = try db.one(
      Bool.self, "SELECT EXISTS (SELECT 1 FROM forgotten_stream WHERE peer = ? AND stream = ?)", peer.text,
      stream.description)
    guard isForgotten != true else {
      report.movedStream = false
      return
    }
    try db.run(
      """
      INSERT INTO incoming_stream (peer, stream, lane, epoch, applied, digest, secured) VALUES (?, ?, ?, ?, ?, ?, 0)
      ON CONFLICT (peer, stream) DO UPDATE SET applied = excluded.applied, digest = excluded.digest
      WHERE excluded.applied > incoming_stream.applied
      """, peer.text, stream.description, stream.lane.rawValue, stream.epoch, sequence, packet.digest.text)
    if sequence == 1 || stream.lane == .control { try forgetOldEpochs(of: stream, &report, db) }
  }

  /// A peer may open as many epochs as it likes; only the positions of the newest are kept.
  private func forgetOldEpochs(of stream: StreamName, _ report: inout Report, _ db: Transaction) throws {
    let changed = try db.run(
      """
      DELETE FROM incoming_stream WHERE peer = ? AND lane = ? AND stream LIKE ? AND epoch NOT IN (
        SELECT epoch FROM incoming_stream WHERE peer = ? AND lane = ? AND stream LIKE ? ORDER BY epoch DESC LIMIT ?)
      """, peer.text, stream.lane.rawValue, stream.nodePrefix + "%", peer.text, stream.lane.rawValue,
      stream.nodePrefix + "%", IncomingStreams.epochsKept)
    if changed > 0 { report.forgotStreams = true }
  }

  /// Refusals in epochs that receipts no longer cover: their sender has since sent everything again, or lost it.
  func forgetUntellable(_ db: Transaction) throws {
    let waiting = try db.all(String.self, "SELECT DISTINCT stream FROM refusal WHERE peer = ?", peer.text)
    if waiting.isEmpty { return }
    let known = try db.all(
      String.self, "SELECT stream FROM incoming_stream WHERE peer = ? AND epoch <= ? ORDER BY epoch DESC", peer.text,
      StreamName.maxEpoch)
    var counts: [String: Int] = [:]
    var told: Set<String> = []
    for stream in known.compactMap({ StreamName($0) }) {
      counts[stream.laneOfNode, default: 0] += 1
      if counts[stream.laneOfNode, default: 0] <= ReceiptList.epochsTold { told.insert(stream.description) }
    }
    for stream in waiting where !told.contains(stream) {
      try db.run("DELETE FROM refusal WHERE peer = ? AND stream = ?", peer.text, stream)
    }
  }

  /// Unusable parts are requested again, from the blob's beginning.
  private func forgetParts(of packet: OpenedPacket, _ db: Transaction) throws {
    for part in packet.manifest.blobs {
      try db.run(
        "DELETE FROM begun_blob WHERE peer = ? AND digest = ? AND refused IS NULL", peer.text, part.sha256.text)
    }
  }

  /// A blob that is not allowed: every message of this peer that needs it is refused, now and later. One that is here as a
  /// whole stays.
  private func bar(_ digest: String, code: String, _ db: Transaction) throws {
    guard try !IncomingBlobRow.isComplete(digest, db) else { return }
    try db.run(
      """
      INSERT INTO begun_blob (peer, digest, total, received, since, refused) VALUES (?, ?, 0, 0, 0, ?)
      ON CONFLICT (peer, digest) DO UPDATE SET received = 0, refused = excluded.refused
      """, peer.text, digest, code)
    try releaseOwn("blob:" + digest, db)
  }

  private func refuse(
    _ bad: OpenedPacket.BadMessage, _ packet: OpenedPacket, _ report: inout Report, _ db: Transaction
  ) throws {
    guard try isNew(bad.id, Origin(packet), &report, db) else { return }
    try recordRefusal(Origin(packet), message: bad.id, code: bad.code, &report, db)
  }

  /// Whether a message is here for the first time. One that was refused before is refused again, because its sender may
  /// have lost the refusal; one that waits now belongs to its newest packet.
  func isNew(_ id: String, _ origin: Origin, _ report: inout Report, _ db: Transaction) throws -> Bool {
    let key = identifierBlob(id)
    let changed = try db.run("INSERT INTO applied_message (id) VALUES (?) ON CONFLICT DO NOTHING", key)
    if changed > 0 { return true }
    guard origin.isTold else { return false }
    if let code = try db.one(String.self, "SELECT code FROM refused_message WHERE id = ?", key) {
      try recordRefusal(origin, message: id, code: code, &report, db)
    }
    try db.run(
      "UPDATE waiting_message SET stream = ?, sequence = ?, previous = ? WHERE id = ?", origin.stream, origin.sequence,
      origin.previous, id)
    return false
  }

  func perform(
    _ prepared: PreparedMessage, _ origin: Origin, _ report: inout Report, _ db: Transaction
  ) throws {
    do {
      if let code = try barredBlob(of: prepared.message, db) {
        throw MessageRefusal(code: code, reason: "it needs a blob that does not come in")
      }
      let change = try prepared.change.get()
      try db.savepoint { try change(db) }
      if prepared.message.type == BlobsCancelled.type { try cancelBlobs(of: prepared.message, &report, db) }
      report.applied += 1
    } catch let refusal as MessageRefusal {
      db.afterCommit { [log] in
        log.messageRefused(prepared.message.id, type: prepared.message.type, refusal)
      }
      try recordRefusal(origin, message: prepared.message.id, code: refusal.code, &report, db)
    }
    try release("message:" + prepared.message.id, db)
  }

  /// A complete blob stays.
  private func cancelBlobs(of message: Message, _ report: inout Report, _ db: Transaction) throws {
    for digest in try BlobsCancelled(message).digests {
      guard try !IncomingBlobRow.isComplete(digest.text, db) else { continue }
      report.cancelledBlobs.append(digest)
      try bar(digest.text, code: BlobsCancelled.code, db)
    }
  }

  func barredBlob(of message: Message, _ db: Transaction) throws -> String? {
    for blob in try message.neededBlobs() {
      if let code = try IncomingBlobRow.refusal(blob.text, from: peer, db) { return code }
    }
    return nil
  }

  /// Applies messages out of order, each once by its id, and moves no stream. Refusals are not sent, because the sender
  /// has no place for them; the log has them. Returns how many were new.
  func applyReleased(_ messages: [PreparedMessage], _ report: inout Report, _ db: Transaction) throws -> Int {
    var new = 0
    for message in messages {
      if try !isKnown(message.message.id, db) { new += 1 }
      try apply(message, .released, &report, db)
    }
    try performReady(&report, db)
    return new
  }

  private func isKnown(_ id: String, _ db: Transaction) throws -> Bool {
    try db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM applied_message WHERE id = ?)", identifierBlob(id)) == true
  }

  /// Runs the handler's first half.
  func prepare(_ message: Message, _ bytes: [UInt8]) -> PreparedMessage {
    if message.type == BlobsCancelled.type {
      let change = Result { () throws(MessageRefusal) in _ = try BlobsCancelled(message) }
      return PreparedMessage(message: message, bytes: bytes, change: change.map { { _ in } })
    }
    guard let handler = handlers[message.type] else {
      let refusal = MessageRefusal(code: "unknown-type", reason: "nobody here handles “\(message.type)”")
      return PreparedMessage(message: message, bytes: bytes, change: .failure(refusal))
    }
    do {
      return PreparedMessage(message: message, bytes: bytes, change: .success(try handler.prepare(message)))
    } catch let refusal as MessageRefusal {
      return PreparedMessage(message: message, bytes: bytes, change: .failure(refusal))
    } catch let error as FileError {
      // The fault is this zone's, not the message's: the packet is tried again.
      return PreparedMessage(message: message, bytes: bytes, change: .success { _ in throw error })
    } catch {
      let refusal = MessageRefusal(code: "schema", reason: "\(error)")
      return PreparedMessage(message: message, bytes: bytes, change: .failure(refusal))
    }
  }

  /// Where a message came from: its refusal is reported under this.
  struct Origin {
    let stream: String
    let sequence: Int
    let previous: String

    /// For a packet that an operator released outside its stream.
    static let released = Origin(stream: "released", sequence: 0, previous: HexDigest.zero.text)

    /// Whether refusals are sent to the sender: control packets are never acknowledged.
    var isTold: Bool { StreamName(stream).map { $0.lane != .control } ?? false }

    init(stream: String, sequence: Int, previous: String) {
      self.stream = stream
      self.sequence = sequence
      self.previous = previous
    }

    init(_ packet: OpenedPacket) {
      let manifest = packet.manifest
      self.init(stream: manifest.stream.description, sequence: manifest.sequence, previous: manifest.previous.text)
    }
  }

  func recordRefusal(
    _ origin: Origin, message: String?, code: String, _ report: inout Report, _ db: Transaction
  ) throws {
    report.refused = true
    if let message {
      try audit?.messageRefused(message, from: peer, code: code, db)
      try db.run(
        "INSERT INTO refused_message (id, code) VALUES (?, ?) ON CONFLICT DO NOTHING", identifierBlob(message), code)
    }
    guard origin.isTold else { return }
    try db.run(
      "INSERT INTO refusal (peer, stream, sequence, previous, message_id, code) VALUES (?, ?, ?, ?, ?, ?)", peer.text,
      origin.stream, origin.sequence, origin.previous, message, code)
  }
}

/// A UUID's 16 bytes, as the database keys messages.
func identifierBlob(_ id: String) -> [UInt8] {
  var digits = id.utf8.lazy.filter { $0 != UInt8(ascii: "-") }.makeIterator()
  var bytes: [UInt8] = []
  bytes.reserveCapacity(16)
  while let high = digits.next(), let low = digits.next() {
    bytes.append(hexValue(high) << 4 | hexValue(low))
  }
  return bytes
}

private func hexValue(_ digit: UInt8) -> UInt8 { digit < 0x3A ? digit & 0x0F : digit & 0x0F + 9 }
