import Cryptography
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

extension LinkReceiver {
  /// Judges a quarantined file again. Nil if it is not a packet of this link's peer.
  ///
  /// A packet that is sound now, and whose sequence is free, goes back into the drop. From a packet of another history
  /// of the peer, whose sequence is used or closed, the messages are applied, each once by its id, and no stream moves.
  /// Any other file stays.
  func release(_ name: String) async throws -> String? {
    guard !name.contains("/"), name.hasSuffix(".gdp") else { return "failed: that is no file of the quarantine" }
    let path = context.quarantineFolder + "/" + name
    guard context.sender.files.exists(path) else {
      return
        "failed: the file is no longer kept, only its reason is; have the peer drop the packet again"
    }
    let file = try context.sender.files.openForReading(path)
    guard file.byteCount <= context.link.limits.packetMaxBytes else {
      return "failed: \(file.byteCount) bytes; this link takes \(context.link.limits.packetMaxBytes)"
    }
    let bytes = try file.read(at: 0, count: file.byteCount)
    do {
      guard let head = try PacketHead.parse(bytes), head.packetBytes == bytes.count else {
        return "failed: it is not a whole packet; of a file larger than any packet only the beginning is kept"
      }
      guard head.manifest.from == context.link.peer else { return nil }
      let packet = try context.verifier.verify(
        UnverifiedPacket(head: head), at: Date(unixMilliseconds: context.sender.now()))
      let payload = Array(bytes.dropFirst(head.byteCount))
      guard Digest.of(payload).hex == packet.manifest.payload.sha256.text else {
        throw PacketRejection(.payload, "the payload is not the one that was signed")
      }
      return try await place(packet, payload, path, name)
    } catch let rejection as PacketRejection {
      return "failed: \(rejection)"
    } catch let error as FormatError {
      return "failed: \(PacketRejection(error))"
    }
  }

  private func place(
    _ packet: VerifiedPacket, _ payload: [UInt8], _ path: String, _ name: String
  ) async throws -> String {
    if try await mayStillHaveItsTurn(packet) {
      // If its epoch is too far above the others, whoever releases it accepts the epoch.
      released.insert(packet.manifest.stream)
      try context.drop.takeBack(path, as: name)
      try removeReason(of: path)
      return "it is back in the drop and is judged there"
    }
    switch packet.manifest.stream.lane {
    case .messages: return try await bringIn(packet, payload, path)
    case .blobs: return "failed: its place is taken, and parts of files are sent anew by themselves; discard it"
    case .control: return "failed: a newer control packet of the peer has come; discard this one"
    }
  }

  private func mayStillHaveItsTurn(_ packet: VerifiedPacket) async throws -> Bool {
    let (peer, manifest) = (context.link.peer.text, packet.manifest)
    let (applied, digest, newest) = try await context.sender.database.read { db -> (Int, String, Int) in
      let row = try db.one(
        "SELECT applied, digest FROM incoming_stream WHERE peer = ? AND stream = ?", peer, manifest.stream.description)
      let newest = try db.one(
        Int.self, "SELECT MAX(epoch) FROM incoming_stream WHERE peer = ? AND lane = ?", peer,
        manifest.stream.lane.rawValue)
      return try (row?["applied"] ?? 0, row?["digest"] ?? HexDigest.zero.text, newest ?? 0)
    }
    if manifest.stream.lane != .control, manifest.sequence == applied + 1 { return manifest.previous.text == digest }
    return manifest.sequence > applied && manifest.stream.epoch >= newest
  }

  /// Policy applies here as in the stream.
  private func bringIn(_ packet: VerifiedPacket, _ payload: [UInt8], _ path: String) async throws -> String {
    let policy = context.link.incomingPolicy
    guard packet.manifest.classification <= policy.highestClassification else {
      throw PacketRejection(
        .policyClassification, "classification “\(packet.manifest.classification.rawValue)” may not come in")
    }
    let contents = try packet.open(payload: payload, with: context.identity.encryptionKeys)
    let prepared = contents.messages.compactMap { bytes -> PreparedMessage? in
      guard let message = try? Message.parse(bytes), policy.messageTypes.contains(message.type) else { return nil }
      return context.applier.prepare(message, bytes)
    }
    let applier = context.applier
    let (new, report) = try await context.sender.database.write { db in
      var report = PacketApplier.Report()
      return (try applier.applyReleased(prepared, &report, db), report)
    }
    mayBeMoreReady = mayBeMoreReady || report.mayBeMoreReady
    forget(report.cancelledBlobs)
    // A message that waited for one of these may have been refused, or have taken effect.
    context.sender.debt.owe()
    context.controlSignal.ring()
    context.messageSignal.ring()
    try context.sender.files.remove(path)
    try removeReason(of: path)
    let barred = contents.messages.count - prepared.count
    return "\(new) of its \(contents.messages.count) messages were new and are taken in"
      + (barred > 0 ? "; \(barred) may not come in or cannot be read" : "")
  }

  private func removeReason(of path: String) throws {
    try context.sender.files.remove(path + ".reason")
    try context.sender.files.syncFolder(context.quarantineFolder)
  }
}
