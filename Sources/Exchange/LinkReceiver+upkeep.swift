import AuditLog
import Cryptography
import DurableFiles
import Foundation
import GRDB
import PacketFormat
import PacketSeal
import Runtime
import Storage
import Zones

/// What a receiver does now and then, beside the packets that come in.
extension LinkReceiver {
  /// Now and then: messages that have waited for longer than their sender keeps anything.
  func giveUpWaiting() async throws {
    let now = context.sender.now()
    guard now - lastGivenUp > 60_000 else { return }
    lastGivenUp = now
    let (applier, oldest) = (context.applier, now - context.link.limits.retainDays * 86_400_000)
    let isAny = try await context.sender.database.read { db in
      try Bool.cachedOne(db, sql: "SELECT EXISTS (SELECT 1 FROM waiting_message WHERE since < ?)", arguments: [oldest])
    }
    guard isAny == true else { return }
    let count = try await context.sender.database.write { db in try applier.giveUp(waitingSince: oldest, db) }
    if count > 0 {
      oweReceipt()
      context.messageBell.ring()
    }
  }

  /// A kill may have left bytes of these.
  func allCancelled() async throws -> [HexDigest] {
    let digests = try await context.sender.database.read { db in
      try String.fetchAll(
        db, sql: "SELECT digest FROM incoming_blob WHERE complete = 0 AND refused = ?",
        arguments: [BlobsCancelled.code])
    }
    return digests.compactMap(HexDigest.init)
  }

  func recordPutAway() async throws {
    guard let audit = context.sender.audit, !putAway.isEmpty else {
      putAway = []
      return
    }
    let (files, peer) = (putAway, context.link.peer)
    try await context.sender.database.write { db in
      for file in files {
        try audit.fileQuarantined(
          file.file, from: peer, code: file.code, digest: file.digest, bytes: file.byteCount, db)
      }
    }
    putAway.removeFirst(files.count)
  }

  struct PutAway: Sendable {
    let file: String
    let code: String
    /// Nil for what is no file, or larger than any packet.
    let digest: Digest?
    let byteCount: Int
  }

  /// A file that was just put away: whoever exchanges it there for another has the log against them.
  func seen(_ name: String, _ rejection: PacketRejection) -> PutAway {
    let (code, limit) = (rejection.code.rawValue, context.link.limits.packetMaxBytes)
    guard let file = try? context.sender.files.openForReading(context.quarantineFolder + "/" + name) else {
      return PutAway(file: name, code: code, digest: nil, byteCount: 0)
    }
    let hasher = SHA256Hasher()
    var offset = 0
    while offset < min(file.byteCount, limit) {
      guard let piece = try? file.read(at: offset, count: min(1 << 20, file.byteCount - offset)), !piece.isEmpty else {
        break
      }
      hasher.update(piece)
      offset += piece.count
    }
    let isWhole = offset == file.byteCount
    return PutAway(file: name, code: code, digest: isWhole ? hasher.finish() : nil, byteCount: file.byteCount)
  }
}
