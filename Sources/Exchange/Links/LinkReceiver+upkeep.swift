import AuditLog
import Cryptography
import DurableFiles
import Foundation
import PacketFormat
import PacketSeal
import Runtime
import Storage
import Zones

/// What a receiver does periodically, beside applying packets.
extension LinkReceiver {
  /// So many checks, a minute apart, must find a message overdue before it is given up: a clock that jumps for a moment
  /// gives nothing up, and after a long outage what is in the drop is applied first.
  private static let looksBeforeGivingUp = 30

  /// Periodically gives up messages that have waited longer than their sender keeps anything.
  func giveUpWaiting() async throws {
    let now = context.sender.now()
    guard isDue(at: now, since: lastGivenUp, wait: 60_000) else { return }
    lastGivenUp = now
    let (applier, oldest) = (context.applier, now - context.link.limits.retainDays * 86_400_000)
    let isAny = try await context.sender.database.read { db in
      try db.one(Bool.self, "SELECT EXISTS (SELECT 1 FROM waiting_message WHERE since < ? AND ready = 0)", oldest)
    }
    overdueLooks = isAny == true ? overdueLooks + 1 : 0
    guard overdueLooks >= Self.looksBeforeGivingUp else { return }
    let (count, report) = try await context.sender.database.write { db in
      var report = PacketApplier.Report()
      return (try applier.giveUp(waitingSince: oldest, &report, db), report)
    }
    if count == PacketApplier.readyAtOnce { lastGivenUp = 0 }
    mayBeMoreReady = mayBeMoreReady || report.mayBeMoreReady
    forget(report.cancelledBlobs)
    if count > 0 {
      oweReceipt()
      context.messageSignal.ring()
    }
  }

  /// Ready messages that did not take effect with the packet that released them. True if some took effect.
  func actOnReady() async throws -> Bool {
    guard mayBeMoreReady else { return false }
    let applier = context.applier
    let report = try await context.sender.database.write { db in
      var report = PacketApplier.Report()
      try applier.performReady(&report, db)
      return report
    }
    mayBeMoreReady = report.mayBeMoreReady
    forget(report.cancelledBlobs)
    guard report.applied > 0 || report.refused else { return false }
    oweReceipt()
    context.messageSignal.ring()
    return true
  }

  /// A kill may have left parts of these.
  func allCancelled() async throws -> [HexDigest] {
    let peer = context.link.peer
    let digests = try await context.sender.database.read { db in
      try db.all(
        String.self, "SELECT digest FROM begun_blob WHERE peer = ? AND refused = ?", peer.text, BlobsCancelled.code)
    }
    return digests.compactMap(HexDigest.init)
  }

  /// Records in the audit log what was quarantined.
  func recordQuarantined() async throws {
    let (files, peer) = (rejects.unrecorded, context.link.peer)
    if files.isEmpty { return }
    if let audit = context.sender.audit {
      try await context.sender.database.write { db in
        for file in files {
          try audit.fileQuarantined(
            file.file, from: peer, code: file.code, digest: file.digest, bytes: file.byteCount, db)
        }
      }
    }
    rejects.recorded(files.count)
  }

  /// In an epoch that its sender has closed, a gap may never fill: after a while, the packets behind it are
  /// quarantined, where an operator finds them.
  func rejectClosed() -> Bool {
    let now = context.sender.now()
    var newest: [String: Int] = [:]
    for stream in (positions ?? [:]).keys {
      newest[stream.laneOfNode] = max(newest[stream.laneOfNode] ?? 0, stream.epoch)
    }
    var isAny = false
    for candidate in held.values.sorted(by: { $0.name < $1.name })
    where candidate.manifest.stream.epoch < newest[candidate.manifest.stream.laneOfNode] ?? 0 {
      let since = closing[candidate.name] ?? now
      closing[candidate.name] = since
      guard now - since > context.link.limits.incompleteSeconds * 1000 else { continue }
      reject(
        candidate.name,
        PacketRejection(.closed, "its sender has opened a new epoch, and packets before this one never came"))
      isAny = true
    }
    return isAny
  }
}
