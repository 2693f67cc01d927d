import Foundation
import GRDB
import PacketFormat
import PacketSeal
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

  let name: String
  let manifest: Manifest
  let digest: HexDigest
  var outcome: Outcome
}

/// Applies packets in a transaction: messages once, receipts, and the stream's new position.
struct PacketApplier: Sendable {
  let peer: ZoneName
  let handlers: [String: MessageHandler]
  let receipts: ReceiptTaker
  let log: ExchangeLog

  struct Report: Sendable {
    var aftermath = ReceiptTaker.Aftermath()
    var refused = false
    var applied = 0
  }

  func apply(_ packet: OpenedPacket, _ db: Database) throws -> Report {
    var report = Report()
    switch packet.outcome {
    case .refuse(let rejection):
      try recordRefusal(Origin(packet), message: nil, code: rejection.code.rawValue, &report, db)
    case .apply(let messages, let blobs):
      for message in messages { try apply(message, packet, &report, db) }
      for blob in blobs {
        try blob.save(db)
        if blob.isComplete { try release("blob:" + blob.digest, &report, db) }
      }
    }
    report.aftermath = try receipts.take(packet.manifest.receipts, db)
    try db.execute(
      sql: """
        INSERT INTO incoming_stream (peer, stream, applied, digest) VALUES (?, ?, ?, ?)
        ON CONFLICT (peer, stream) DO UPDATE SET applied = excluded.applied, digest = excluded.digest
        """,
      arguments: [
        peer.text, packet.manifest.stream.description, packet.manifest.sequence, packet.digest.text,
      ])
    return report
  }

  private func apply(
    _ prepared: PreparedMessage, _ packet: OpenedPacket, _ report: inout Report, _ db: Database
  ) throws {
    let id = prepared.message.id
    try db.cachedStatement(sql: "INSERT OR IGNORE INTO applied_message (id) VALUES (?)")
      .execute(arguments: [identifierBlob(id)])
    guard db.changesCount > 0 else { return }
    let origin = Origin(packet)
    // What its handler refused waits for nothing, and nothing of it is kept.
    if case .failure = prepared.change { return try perform(prepared, origin, &report, db) }
    let needs = try unmetNeeds(of: prepared.message, db)
    if needs.isEmpty { return try perform(prepared, origin, &report, db) }
    // It counts as applied by its id, so that a repeat is known; it acts when its needs are met.
    try db.execute(
      sql: "INSERT INTO waiting_message (id, peer, stream, sequence, previous, bytes) VALUES (?, ?, ?, ?, ?, ?)",
      arguments: [id, peer.text, origin.stream, origin.sequence, origin.previous, prepared.bytes.databaseBlob])
    for need in needs {
      try db.execute(
        sql: "INSERT OR IGNORE INTO waiting_for (message_id, needed) VALUES (?, ?)", arguments: [id, need])
    }
  }

  private func unmetNeeds(of message: Message, _ db: Database) throws -> [String] {
    var needs: [String] = []
    for blob in try message.neededBlobs() {
      let isHere = try Bool.fetchOne(
        db, sql: "SELECT complete FROM incoming_blob WHERE digest = ?", arguments: [blob.text])
      if isHere != true { needs.append("blob:" + blob.text) }
    }
    for id in message.after {
      let isHere = try Bool.fetchOne(
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
      let change = try prepared.change.get()
      try db.inSavepoint {
        try change(db)
        return .commit
      }
      report.applied += 1
    } catch let refusal as MessageRefusal {
      log.messageRefused(prepared.message.id, type: prepared.message.type, refusal)
      try recordRefusal(origin, message: prepared.message.id, code: refusal.code, &report, db)
    }
    try release("message:" + prepared.message.id, &report, db)
  }

  /// Lets the messages act that waited for nothing else.
  private func release(_ need: String, _ report: inout Report, _ db: Database) throws {
    let waiting = try String.fetchAll(
      db, sql: "DELETE FROM waiting_for WHERE needed = ? RETURNING message_id", arguments: [need])
    for id in waiting {
      let stillWaits = try Bool.fetchOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM waiting_for WHERE message_id = ?)", arguments: [id])
      guard stillWaits == false,
        let row = try Row.fetchOne(
          db, sql: "DELETE FROM waiting_message WHERE id = ? RETURNING stream, sequence, previous, bytes",
          arguments: [id])
      else { continue }
      let bytes = Array(row["bytes"] as Data)
      let origin = Origin(stream: row["stream"], sequence: row["sequence"], previous: row["previous"])
      try perform(prepare(try Message.parse(bytes), bytes), origin, &report, db)
    }
  }

  /// Runs the handler's first half.
  func prepare(_ message: Message, _ bytes: [UInt8]) -> PreparedMessage {
    guard let handler = handlers[message.type] else {
      let refusal = MessageRefusal(code: "unknown-type", reason: "nobody here handles “\(message.type)”")
      return PreparedMessage(message: message, bytes: bytes, change: .failure(refusal))
    }
    do {
      return PreparedMessage(message: message, bytes: bytes, change: .success(try handler.prepare(message)))
    } catch let refusal as MessageRefusal {
      return PreparedMessage(message: message, bytes: bytes, change: .failure(refusal))
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
    // Control packets are never receipted.
    guard StreamName(origin.stream)?.lane != .control else { return }
    try db.execute(
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
