import Cryptography
import Drop
import DurableFiles
import Foundation
import PacketFormat
import PacketSeal
import Timestamps

/// The files of a drop that its receiver rejects, and their way to the quarantine: a few at a time, each with its
/// reason.
struct RejectedFiles: Sendable {
  /// More in one poll would hold up the letters among them.
  private static let quarantinedAtOnce = 100
  /// A folder on another file system, or a name that leads nowhere, is tried again after this time.
  private static let unmovableMilliseconds = 3_600_000
  /// Kept of a file that is larger than any packet.
  private static let headBytes = PacketHead.maxBytes

  struct Quarantined: Sendable {
    let file: String
    let code: String
    /// Nil for what is not a regular file, or is larger than any packet.
    let digest: Digest?
    let byteCount: Int
  }

  private let drop: DropFolder
  private let quarantine: Quarantine
  private let files: Files
  private let log: ExchangeLog
  private let packetMaxBytes: Int
  /// What was rejected and is to be quarantined.
  private var rejected: [String: PacketRejection] = [:]
  /// What cannot be moved, and until when it is ignored.
  private var unmovable: [String: UnixMilliseconds] = [:]
  /// What was quarantined but is not in the audit log yet.
  private(set) var unrecorded: [Quarantined] = []

  init(drop: DropFolder, quarantine: Quarantine, files: Files, log: ExchangeLog, packetMaxBytes: Int) {
    (self.drop, self.quarantine, self.files, self.log) = (drop, quarantine, files, log)
    self.packetMaxBytes = packetMaxBytes
  }

  /// Whether a file needs no check now: it waits to be moved, or could not be moved a short while ago.
  func contain(_ name: String, at now: UnixMilliseconds) -> Bool {
    rejected[name] != nil || unmovable[name].map { now < $0 } ?? false
  }

  /// Whether a file was checked before.
  func know(_ name: String) -> Bool { rejected[name] != nil || unmovable[name] != nil }

  /// Queues a file for the quarantine. It is ignored meanwhile.
  mutating func add(_ name: String, _ rejection: PacketRejection) {
    log.fileQuarantined(name, rejection)
    rejected[name] = rejection
  }

  /// Leaves what cannot be moved, and logs it once.
  mutating func leave(_ name: String, _ reason: String, at now: UnixMilliseconds) {
    if unmovable[name] == nil { log.fileLeft(name, reason) }
    unmovable[name] = now + Self.unmovableMilliseconds
  }

  mutating func forgetAbsent(_ names: Set<String>) {
    rejected = rejected.filter { names.contains($0.key) }
    unmovable = unmovable.filter { names.contains($0.key) }
  }

  /// The first `count` of `unrecorded` are in the audit log.
  mutating func recorded(_ count: Int) { unrecorded.removeFirst(count) }

  /// Moves some of the rejected files to the quarantine, and makes room there. True if there were any: another poll is
  /// due, because a true packet may have been behind a damaged one.
  mutating func moveSome(at now: UnixMilliseconds) throws -> Bool {
    if rejected.isEmpty { return false }
    for (name, rejection) in rejected.sorted(by: { $0.key < $1.key }).prefix(Self.quarantinedAtOnce) {
      rejected[name] = nil
      do { try move(name, rejection, at: now) } catch {
        // Tried again in the next poll; the disk is full, or the folder gone.
        log.failed("moving a file to quarantine", error)
        unmovable[name] = now + 1_000
      }
    }
    try files.syncFolder(quarantine.folder)
    for name in try quarantine.makeRoom() { log.quarantineMadeRoom(name) }
    return true
  }

  private mutating func move(_ name: String, _ rejection: PacketRejection, at now: UnixMilliseconds) throws {
    let newName = "\(now)-\(newIdentifier(at: now).suffix(12)).gdp"
    let size = drop.status(name)?.byteCount ?? 0
    let kept = try drop.moveToQuarantine(
      name, into: quarantine.folder, as: newName, wholeMaxBytes: packetMaxBytes, headBytes: Self.headBytes)
    var lines = [
      "name: \(name.debugDescription)", "at: \(timestamp(now))", "code: \(rejection.code.rawValue)",
      "reason: \(rejection.reason)", "bytes: \(size)",
    ]
    switch kept {
    case .absent: return
    case .left: return leave(name, "a folder, and the quarantine is on another file system", at: now)
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

  /// A file that was just quarantined: if somebody replaces it there, the log shows it.
  private func seen(_ name: String, _ rejection: PacketRejection) -> Quarantined {
    let (code, limit) = (rejection.code.rawValue, packetMaxBytes)
    guard let file = try? files.openForReading(quarantine.folder + "/" + name) else {
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
}
