import Drop
import DurableFiles
import Foundation
import GRDB
import PacketFormat
import PacketSeal
import Storage
import Zones

extension ZoneExchange {
  /// What operators may ask of the links: `replay` (argument `peer from`) and `release` (a file's name in the quarantine).
  public var operatorHandlers: [String: OperatorRequests.Handler] {
    [
      "replay": { argument in
        let parts = argument.split(separator: " ").map(String.init)
        guard parts.count == 2, let from = Int(parts[1]), let link = self.link(to: parts[0]) else {
          return "failed: there is no such link"
        }
        return try await link.replay(from: from)
      },
      "release": { name in
        for link in self.links {
          if let outcome = try await link.release(name) { return outcome }
        }
        return "failed: no link's packet: \(name)"
      },
    ]
  }
}

extension Redropper {
  /// Drops what is kept from a sequence on again, confirmed or not.
  func replay(from sequence: Int) async throws -> String {
    let peer = context.link.peer.text
    let (count, first) = try await context.database.write { db in
      try db.executeCached(
        sql: """
          UPDATE sent_packet SET confirmed = 0, attempts = 0, next_drop = 0
          WHERE peer = ? AND lane = 'm' AND sequence >= ?
          """, arguments: [peer, sequence])
      let count = db.changesCount
      let first = try Int.cachedOne(
        db, sql: "SELECT MIN(sequence) FROM sent_packet WHERE peer = ? AND lane = 'm'", arguments: [peer])
      return (count, first)
    }
    let kept = first.map { "the oldest that is kept is \($0)" } ?? "none is kept"
    return "\(count) packets are dropped again; \(kept)"
  }
}

extension LinkReceiver {
  /// Judges a quarantined file anew. Nil where it is no packet of this link's peer.
  ///
  /// One that is sound now goes back into the drop. One of another history of the peer, whose place in the stream is taken
  /// or closed, brings its messages in, each once by its id, and moves no stream.
  func release(_ name: String) async throws -> String? {
    let path = context.quarantineFolder + "/" + name
    let files = context.sender.files
    guard !name.contains("/"), name.hasSuffix(".gdp") else { return "failed: that is no file of the quarantine" }
    let file = try files.openForReading(path)
    guard file.byteCount <= context.link.limits.packetMaxBytes else {
      return "failed: it is larger than this link takes"
    }
    let bytes = try file.read(at: 0, count: file.byteCount)
    let packet: VerifiedPacket
    let head: PacketHead
    do {
      guard let parsed = try PacketHead.parse(bytes), parsed.packetBytes == bytes.count else {
        return "failed: it is not a whole packet"
      }
      guard parsed.manifest.from == context.link.peer else { return nil }
      head = parsed
      packet = try context.verifier.verify(
        UnverifiedPacket(head: head), at: Date(unixMilliseconds: context.sender.now()))
    } catch { return "failed: \(error)" }
    if try await mayStillHaveItsTurn(packet) {
      try context.drop.takeBack(path, as: name)
      try removeReason(of: path)
      return "it is back in the drop and is judged there"
    }
    return try await bringIn(packet, Array(bytes.dropFirst(head.byteCount)), path)
  }

  private func mayStillHaveItsTurn(_ packet: VerifiedPacket) async throws -> Bool {
    let (peer, manifest) = (context.link.peer.text, packet.manifest)
    let (applied, digest, newest) = try await context.sender.database.read { db -> (Int, String, Int) in
      let row = try Row.cachedOne(
        db, sql: "SELECT applied, digest FROM incoming_stream WHERE peer = ? AND stream = ?",
        arguments: [peer, manifest.stream.description])
      let newest = try Int.cachedOne(
        db, sql: "SELECT MAX(epoch) FROM incoming_stream WHERE peer = ? AND lane = ?",
        arguments: [peer, manifest.stream.lane.rawValue])
      return (row?["applied"] ?? 0, row?["digest"] ?? HexDigest.zero.text, newest ?? 0)
    }
    if manifest.sequence == applied + 1 { return manifest.previous.text == digest }
    return manifest.sequence > applied && manifest.stream.epoch >= newest
  }

  private func bringIn(_ packet: VerifiedPacket, _ payload: [UInt8], _ path: String) async throws -> String {
    guard packet.manifest.stream.lane == .messages else {
      return "failed: its place is taken, and parts of blobs are sent anew by themselves; discard it"
    }
    let contents: PacketContents
    do { contents = try packet.open(payload: payload, with: [context.identity.encryptionKey]) } catch {
      return "failed: \(error)"
    }
    var messages: [PreparedMessage] = []
    for bytes in contents.messages {
      guard let message = try? Message.parse(bytes),
        context.link.incomingPolicy.messageTypes.contains(message.type)
      else { continue }
      messages.append(context.applier.prepare(message, bytes))
    }
    let (applier, prepared, manifest) = (context.applier, messages, packet.manifest)
    let applied = try await context.sender.database.write { db in
      try applier.applyReleased(prepared, manifest, db)
    }
    try context.sender.files.remove(path)
    try removeReason(of: path)
    return "\(applied) of its \(contents.messages.count) messages were new and are applied"
  }

  private func removeReason(of path: String) throws { try context.sender.files.remove(path + ".reason") }
}
