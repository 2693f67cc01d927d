import AuditLog
import DurableFiles
import Foundation
import GRDB
import PacketFormat
import PacketSeal
import Storage
import Zones

/// A message whose handler has done its part outside the transaction.
struct PreparedMessage: Sendable {
  let message: Message
  let bytes: [UInt8]
  let change: Result<MessageHandler.Change, MessageRefusal>
}

/// A verified packet with what is to be done about it. Either way it uses up its sequence.
struct OpenedPacket: Sendable {
  enum Outcome: Sendable {
    case apply([PreparedMessage], blobs: [IncomingBlobRow])
    case refuse(PacketRejection)
  }

  /// Messages that are refused alone, each by its id, while their neighbours are applied.
  struct BadMessage: Sendable {
    let id: String
    let code: String
  }

  let name: String
  let manifest: Manifest
  let digest: HexDigest
  let proof: SignatureProof
  var outcome: Outcome
  var badMessages: [BadMessage] = []
  /// Blobs that policy does not let in: what needs one is refused.
  var barredBlobs: [String] = []
}

extension OpenedPacket {
  fileprivate var auditName: AuditTrail.Packet {
    AuditTrail.Packet(
      peer: manifest.from, stream: manifest.stream.description, sequence: manifest.sequence, digest: digest.text,
      signed: proof.evidence)
  }
}

/// Applies packets in a transaction: messages once, receipts, and the stream's new position.
struct PacketApplier: Sendable {
  let peer: ZoneName
  let handlers: [String: MessageHandler]
  let receipts: ReceiptTaker
  let log: ExchangeLog
  let audit: AuditTrail?

  struct Report: Sendable {
    var aftermath = ReceiptTaker.Aftermath()
    var refused = false
    var applied = 0
    /// Blobs that the peer sends no more of.
    var cancelledBlobs: [HexDigest] = []
  }

  func apply(_ packet: OpenedPacket, _ db: Database) throws -> Report {
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
        try blob.save(db)
        if blob.isComplete { try release("blob:" + blob.digest, &report, db) }
      }
    }
    for digest in packet.barredBlobs {
      try bar(digest, code: PacketRejection.Code.policyBlobSize.rawValue, &report, db)
    }
    report.aftermath = try receipts.take(packet.manifest, db)
    try advance(packet, db)
    if packet.manifest.stream.epoch > 1, packet.manifest.sequence == 1 || packet.manifest.stream.lane == .control {
      try forgetUntellable(db)
    }
    return report
  }

  private func advance(_ packet: OpenedPacket, _ db: Database) throws {
    let stream = packet.manifest.stream
    try db.cachedStatement(
      sql: """
        INSERT INTO incoming_stream (peer, stream, lane, epoch, applied, digest, secured) VALUES (?, ?, ?, ?, ?, ?, 0)
        ON CONFLICT (peer, stream) DO UPDATE SET applied = excluded.applied, digest = excluded.digest
        """
    ).execute(arguments: [
      peer.text, stream.description, stream.lane.rawValue, stream.epoch, packet.manifest.sequence, packet.digest.text,
    ])
  }

  /// Refusals in epochs that receipts tell of no more: their sender has sent everything anew since, or lost it.
  private func forgetUntellable(_ db: Database) throws {
    try db.executeCached(
      sql: """
        DELETE FROM refusal WHERE peer = ? AND stream NOT IN (
          SELECT stream FROM (
            SELECT stream, ROW_NUMBER() OVER (PARTITION BY lane ORDER BY epoch DESC) AS age
            FROM incoming_stream WHERE peer = ?)
          WHERE age <= ?)
        """, arguments: [peer.text, peer.text, ReceiptList.epochsTold])
  }

  /// Parts that could not be used are asked for anew, from the blob's beginning.
  private func forgetParts(of packet: OpenedPacket, _ db: Database) throws {
    for part in packet.manifest.blobs {
      try db.executeCached(
        sql: "DELETE FROM incoming_blob WHERE digest = ? AND complete = 0 AND refused IS NULL",
        arguments: [part.sha256.text])
    }
  }

  /// A blob that may not come in: all that waits for it is refused, now and later.
  private func bar(_ digest: String, code: String, _ report: inout Report, _ db: Database) throws {
    try db.executeCached(
      sql: """
        INSERT INTO incoming_blob (digest, total, received, complete, refused) VALUES (?, 0, 0, 0, ?)
        ON CONFLICT (digest) DO UPDATE SET refused = excluded.refused WHERE complete = 0
        """, arguments: [digest, code])
    try release("blob:" + digest, &report, db)
  }

  private func refuse(
    _ bad: OpenedPacket.BadMessage, _ packet: OpenedPacket, _ report: inout Report, _ db: Database
  ) throws {
    guard try isNew(bad.id, Origin(packet), &report, db) else { return }
    try recordRefusal(Origin(packet), message: bad.id, code: bad.code, &report, db)
  }

  /// Whether a message is here for the first time. One that was refused before is refused again, since its sender may have
  /// lost the word; one that waits does so for its newest packet.
  private func isNew(_ id: String, _ origin: Origin, _ report: inout Report, _ db: Database) throws -> Bool {
    let key = identifierBlob(id)
    try db.cachedStatement(sql: "INSERT OR IGNORE INTO applied_message (id) VALUES (?)").execute(arguments: [key])
    if db.changesCount > 0 { return true }
    guard origin.isTold else { return false }
    if let code = try String.cachedOne(db, sql: "SELECT code FROM refused_message WHERE id = ?", arguments: [key]) {
      try recordRefusal(origin, message: id, code: code, &report, db)
    }
    try db.executeCached(
      sql: "UPDATE waiting_message SET stream = ?, sequence = ?, previous = ? WHERE id = ?",
      arguments: [origin.stream, origin.sequence, origin.previous, id])
    return false
  }

  private func apply(
    _ prepared: PreparedMessage, _ origin: Origin, _ report: inout Report, _ db: Database
  ) throws {
    let id = prepared.message.id
    guard try isNew(id, origin, &report, db) else { return }
    // What its handler refused waits for nothing, and nothing of it is kept.
    if case .failure = prepared.change { return try perform(prepared, origin, &report, db) }
    let needs = try unmetNeeds(of: prepared.message, db)
    if needs.isEmpty { return try perform(prepared, origin, &report, db) }
    // It counts as applied by its id, so that a repeat is known; it acts when its needs are met.
    try db.executeCached(
      sql: """
        INSERT INTO waiting_message (id, peer, stream, sequence, previous, since, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id, peer.text, origin.stream, origin.sequence, origin.previous, receipts.now(), prepared.bytes.databaseBlob,
      ])
    for need in needs {
      try db.executeCached(
        sql: "INSERT OR IGNORE INTO waiting_for (message_id, needed) VALUES (?, ?)", arguments: [id, need])
    }
  }

  private func unmetNeeds(of message: Message, _ db: Database) throws -> [String] {
    var needs: [String] = []
    for blob in try message.neededBlobs() {
      let isHere = try Bool.cachedOne(
        db, sql: "SELECT complete OR refused IS NOT NULL FROM incoming_blob WHERE digest = ?", arguments: [blob.text])
      if isHere != true { needs.append("blob:" + blob.text) }
    }
    for id in message.after {
      let isHere = try Bool.cachedOne(
        db,
        sql: """
          SELECT EXISTS (SELECT 1 FROM applied_message WHERE id = ?)
            AND NOT EXISTS (SELECT 1 FROM waiting_message WHERE id = ?)
          """, arguments: [identifierBlob(id), id])
      if isHere != true { needs.append("message:" + id) }
    }
    return needs
  }

  private func perform(
    _ prepared: PreparedMessage, _ origin: Origin, _ report: inout Report, _ db: Database
  ) throws {
    do {
      if let code = try barredBlob(of: prepared.message, db) {
        throw MessageRefusal(code: code, reason: "it needs a blob that does not come in")
      }
      let change = try prepared.change.get()
      try db.inStep { try change(db) }
      if prepared.message.type == BlobsCancelled.type { try cancelBlobs(of: prepared.message, &report, db) }
      report.applied += 1
    } catch let refusal as MessageRefusal {
      log.messageRefused(prepared.message.id, type: prepared.message.type, refusal)
      try recordRefusal(origin, message: prepared.message.id, code: refusal.code, &report, db)
    }
    try release("message:" + prepared.message.id, &report, db)
  }

  /// What is whole already stays.
  private func cancelBlobs(of message: Message, _ report: inout Report, _ db: Database) throws {
    for digest in try BlobsCancelled(message).digests {
      let isHere = try Bool.cachedOne(
        db, sql: "SELECT complete FROM incoming_blob WHERE digest = ?", arguments: [digest.text])
      guard isHere != true else { continue }
      report.cancelledBlobs.append(digest)
      try bar(digest.text, code: BlobsCancelled.code, &report, db)
    }
  }

  private func barredBlob(of message: Message, _ db: Database) throws -> String? {
    for blob in try message.neededBlobs() {
      let code = try String.cachedOne(
        db, sql: "SELECT refused FROM incoming_blob WHERE digest = ? AND refused IS NOT NULL AND complete = 0",
        arguments: [blob.text])
      if let code { return code }
    }
    return nil
  }

  /// Lets the messages act that waited for nothing else.
  private func release(_ need: String, _ report: inout Report, _ db: Database) throws {
    let waiting = try String.cachedAll(
      db, sql: "DELETE FROM waiting_for WHERE needed = ? RETURNING message_id", arguments: [need])
    for id in waiting {
      let stillWaits = try Bool.cachedOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM waiting_for WHERE message_id = ?)", arguments: [id])
      guard stillWaits == false,
        let row = try Row.cachedOne(
          db, sql: "DELETE FROM waiting_message WHERE id = ? RETURNING stream, sequence, previous, bytes",
          arguments: [id])
      else { continue }
      let bytes = Array(row["bytes"] as Data)
      let origin = Origin(stream: row["stream"], sequence: row["sequence"], previous: row["previous"])
      try perform(prepare(try Message.parse(bytes), bytes), origin, &report, db)
    }
  }

  /// Applies messages out of order, each once by its id, and moves no stream. What is refused is told to nobody, since its
  /// sender has no place for it; the log has it. Returns how many were new.
  func applyReleased(_ messages: [PreparedMessage], _ db: Database) throws -> Int {
    var report = Report()
    var new = 0
    for message in messages {
      if try !isKnown(message.message.id, db) { new += 1 }
      try apply(message, .released, &report, db)
    }
    return new
  }

  private func isKnown(_ id: String, _ db: Database) throws -> Bool {
    try Bool.cachedOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM applied_message WHERE id = ?)", arguments: [identifierBlob(id)]) == true
  }

  /// Refuses what has waited since before `oldest` for something that its sender has no more. Returns how many.
  func giveUp(waitingSince oldest: UnixMilliseconds, _ db: Database) throws -> Int {
    let rows = try Row.cachedAll(
      db, sql: "DELETE FROM waiting_message WHERE peer = ? AND since < ? RETURNING id, stream, sequence, previous",
      arguments: [peer.text, oldest])
    var report = Report()
    for row in rows {
      let id: String = row["id"]
      try db.executeCached(sql: "DELETE FROM waiting_for WHERE message_id = ?", arguments: [id])
      let origin = Origin(stream: row["stream"], sequence: row["sequence"], previous: row["previous"])
      log.messageRefused(id, type: "-", MessageRefusal(code: "never-complete", reason: "what it waits for never came"))
      try recordRefusal(origin, message: id, code: "never-complete", &report, db)
      try release("message:" + id, &report, db)
    }
    if !rows.isEmpty { try forgetUntellable(db) }
    return rows.count
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
      // This zone's own trouble, and no fault of the message: the packet is tried again.
      return PreparedMessage(message: message, bytes: bytes, change: .success { _ in throw error })
    } catch {
      let refusal = MessageRefusal(code: "schema", reason: "\(error)")
      return PreparedMessage(message: message, bytes: bytes, change: .failure(refusal))
    }
  }

  /// Where a message came in: what its refusal is told under.
  private struct Origin {
    let stream: String
    let sequence: Int
    let previous: String

    /// Of a packet that an operator has brought in outside its stream.
    static let released = Origin(stream: "released", sequence: 0, previous: HexDigest.zero.text)

    /// Whether refusals are told to the sender: control packets are never receipted.
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

  private func recordRefusal(
    _ origin: Origin, message: String?, code: String, _ report: inout Report, _ db: Database
  ) throws {
    report.refused = true
    if let message {
      try audit?.messageRefused(message, from: peer, code: code, db)
      try db.executeCached(
        sql: "INSERT OR IGNORE INTO refused_message (id, code) VALUES (?, ?)",
        arguments: [identifierBlob(message), code])
    }
    guard origin.isTold else { return }
    try db.executeCached(
      sql: "INSERT INTO refusal (peer, stream, sequence, previous, message_id, code) VALUES (?, ?, ?, ?, ?, ?)",
      arguments: [peer.text, origin.stream, origin.sequence, origin.previous, message, code])
  }
}

/// A UUID's 16 bytes, as the database keys messages.
private func identifierBlob(_ id: String) -> Data {
  var digits = id.utf8.lazy.filter { $0 != UInt8(ascii: "-") }.makeIterator()
  var bytes = Data(capacity: 16)
  while let high = digits.next(), let low = digits.next() {
    bytes.append(hexValue(high) << 4 | hexValue(low))
  }
  return bytes
}

private func hexValue(_ digit: UInt8) -> UInt8 { digit < 0x3A ? digit & 0x0F : digit & 0x0F + 9 }
