import Cryptography
import Drop
import DurableFiles
import Foundation
import PacketFormat
import PacketSeal
import Timestamps
import Zones

/// What the receiver does with files that it does not take in.
extension LinkReceiver {
  /// More in one pass would hold up the letters among them.
  private static let quarantinedAtOnce = 100
  /// A folder on another file system, a name that leads nowhere: looked at again after this time.
  private static let unmovableMilliseconds = 3_600_000
  /// Of a file that is larger than any packet.
  private static let headBytes = PacketHead.maxBytes

  struct Quarantined: Sendable {
    let file: String
    let code: String
    /// Nil for what is no file, or larger than any packet.
    let digest: Digest?
    let byteCount: Int
  }

  /// Lets a file wait to be quarantined. It is not looked at meanwhile.
  func reject(_ name: String, _ rejection: PacketRejection) {
    context.log.fileQuarantined(name, rejection)
    rejected[name] = rejection
    held[name] = nil
    incomplete[name] = nil
    closing[name] = nil
  }

  /// Lets lie what cannot be moved, and says so once.
  func leave(_ name: String, _ reason: String) {
    if unmovable[name] == nil { context.log.fileLeft(name, reason) }
    unmovable[name] = context.sender.now() + Self.unmovableMilliseconds
    incomplete[name] = nil
  }

  /// Moves some of the rejected files to the quarantine, and makes room there. True where there were any: another look is due,
  /// since a true packet may have lain behind a damaged one.
  func quarantineRejected() throws -> Bool {
    if rejected.isEmpty { return false }
    for (name, rejection) in rejected.sorted(by: { $0.key < $1.key }).prefix(Self.quarantinedAtOnce) {
      rejected[name] = nil
      do { try moveToQuarantine(name, rejection) } catch {
        // Looked at again in the next pass that something rings for; the disk is full, or the folder gone.
        context.log.failed("moving a file to quarantine", error)
        unmovable[name] = context.sender.now() + 1_000
      }
    }
    try context.sender.files.syncFolder(quarantine.folder)
    for name in try quarantine.makeRoom() { context.log.quarantineMadeRoom(name) }
    return true
  }

  private func moveToQuarantine(_ name: String, _ rejection: PacketRejection) throws {
    let now = context.sender.now()
    let newName = "\(now)-\(newIdentifier(at: now).suffix(12)).gdp"
    let size = context.drop.status(name)?.byteCount ?? 0
    let kept = try context.drop.moveToQuarantine(
      name, into: quarantine.folder, as: newName, wholeMaxBytes: context.link.limits.packetMaxBytes,
      headBytes: Self.headBytes)
    var lines = [
      "name: \(name.debugDescription)", "at: \(timestamp(now))", "code: \(rejection.code.rawValue)",
      "reason: \(rejection.reason)", "bytes: \(size)",
    ]
    switch kept {
    case .absent: return
    case .left: return leave(name, "a folder, and the quarantine is on another file system")
    case .whole: unrecorded.append(seen(newName, rejection))
    case .head(let bytes):
      lines.append("kept: the first \(bytes) bytes")
      unrecorded.append(Quarantined(file: newName, code: rejection.code.rawValue, digest: nil, byteCount: size))
    case .nothing:
      lines.append("kept: nothing, it was no file")
      unrecorded.append(Quarantined(file: newName, code: rejection.code.rawValue, digest: nil, byteCount: 0))
    }
    try quarantine.write(lines.joined(separator: "\n"), of: newName)
  }

  /// A file that was just quarantined: whoever exchanges it there for another has the log against them.
  private func seen(_ name: String, _ rejection: PacketRejection) -> Quarantined {
    let (code, limit) = (rejection.code.rawValue, context.link.limits.packetMaxBytes)
    guard let file = try? context.sender.files.openForReading(quarantine.folder + "/" + name) else {
      return Quarantined(file: name, code: code, digest: nil, byteCount: 0)
    }
    guard file.byteCount <= limit else {
      return Quarantined(file: name, code: code, digest: nil, byteCount: file.byteCount)
    }
    let hasher = SHA256Hasher()
    var offset = 0
    while offset < file.byteCount {
      guard let piece = try? file.read(at: offset, count: min(1 << 20, file.byteCount - offset)), !piece.isEmpty else {
        break
      }
      hasher.update(piece)
      offset += piece.count
    }
    let isWhole = offset == file.byteCount
    return Quarantined(file: name, code: code, digest: isWhole ? hasher.finish() : nil, byteCount: file.byteCount)
  }

  /// In an epoch that its sender has closed, a gap may be for ever: after a while, what lies behind it is quarantined, where
  /// an operator finds it.
  func quarantineClosed() -> Bool {
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
