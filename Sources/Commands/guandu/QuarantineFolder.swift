import Cryptography
import DurableFiles
import Foundation
import Glibc
import JSON
import PacketFormat
import Timestamps
import Zones

/// A zone's `data/quarantine`: files quarantined, a note on each beside it, and the record of what operators did with them.
struct QuarantineFolder {
  private static let noteMaxBytes = 64 * 1024
  private static let pieceBytes = 1024 * 1024
  private static let noteSuffix = ".reason"

  private let files = Files()
  private let path: String

  /// What the daemon wrote down when it put a file away.
  struct Note {
    var originalName = "-"
    var at = "-"
    var code = "-"
    var reason = "-"
  }

  init(zone: ZoneConfiguration) { path = zone.dataDirectory + "/quarantine" }

  /// The files' names, the oldest first; those too of which the note alone is left.
  func names(code: String? = nil) throws -> [String] {
    let all: [String]
    do { all = try files.list(path) } catch {
      throw CommandFailure(.temporary, "\(error); has the daemon of this zone been started yet?")
    }
    let names = all.map { $0.hasSuffix(Self.noteSuffix) ? String($0.dropLast(Self.noteSuffix.count)) : $0 }
    return Set(names.filter { $0.hasSuffix(".gdp") }).filter { code == nil || note($0).code == code }.sorted()
  }

  func require(_ name: String) throws {
    guard try names().contains(name) else {
      throw CommandFailure(.refused, "there is no “\(printable(name))” in the quarantine")
    }
  }

  /// Nil where the file is gone and its note is left.
  func byteCount(_ name: String) -> Int? { files.byteCount(path + "/" + name) }

  /// Of each key the first line counts: a reason may quote what came from outside.
  func note(_ name: String) -> Note {
    guard let bytes = try? files.read(path + "/" + name + Self.noteSuffix, maxBytes: Self.noteMaxBytes) else {
      return Note()
    }
    var values: [Substring: String] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":"), values[line[..<colon]] == nil else { continue }
      values[line[..<colon]] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return Note(
      originalName: values["name"] ?? "-", at: values["at"] ?? "-", code: values["code"] ?? "-",
      reason: values["reason"] ?? "-")
  }

  func head(_ name: String) -> PacketHead? {
    guard let file = try? files.openForReading(path + "/" + name),
      let bytes = try? file.read(at: 0, count: min(file.byteCount, PacketHead.maxBytes))
    else { return nil }
    return (try? PacketHead.parse(bytes)) ?? nil
  }

  /// `-` for what is no readable file.
  func digest(_ name: String) -> String {
    guard let file = try? files.openForReading(path + "/" + name) else { return "-" }
    let hasher = SHA256Hasher()
    var offset = 0
    while offset < file.byteCount {
      guard let piece = try? file.read(at: offset, count: Self.pieceBytes), !piece.isEmpty else { return "-" }
      hasher.update(piece)
      offset += piece.count
    }
    return hasher.finish().hex
  }

  /// Removes a file, or the folder or link that somebody left in the drop, and its note; durably.
  func remove(_ name: String) throws {
    let (file, note) = (path + "/" + name, path + "/" + name + Self.noteSuffix)
    do {
      if files.exists(file) { try FileManager.default.removeItem(atPath: file) }
      try files.remove(note)
      try files.syncFolder(path)
    } catch { throw CommandFailure(.cannotWrite, "\(error)") }
  }
}

/// A line of `log.jsonl`: who did what with a file, and when.
struct QuarantineEntry {
  let act: String
  let name: String
  let code: String
  let byteCount: Int?
  let sha256: String
  var outcome: String?

  func with(outcome: String) -> QuarantineEntry {
    var entry = self
    entry.outcome = outcome
    return entry
  }

  fileprivate func line(at date: Date, by account: String) -> [UInt8] {
    JSONValue.object([
      "at": .string(timestamp(date.unixMilliseconds)), "by": .string(account), "act": .string(act),
      "file": .string(name), "code": .string(code), "bytes": byteCount.map { .integer($0) } ?? .null,
      "sha256": .string(sha256), "outcome": outcome.map { .string($0) } ?? .null,
    ]).encoded() + [UInt8(ascii: "\n")]
  }
}

extension QuarantineFolder {
  func entry(_ act: String, _ name: String) -> QuarantineEntry {
    QuarantineEntry(
      act: act, name: name, code: note(name).code, byteCount: byteCount(name), sha256: digest(name), outcome: nil)
  }

  /// Appends to the record, durably. A command does so before it acts, so that nothing is done that is not written down.
  func record(_ entry: QuarantineEntry) throws {
    let journal = path + "/log.jsonl"
    do {
      let lock = try waitForLock(journal)
      defer { withExtendedLifetime(lock) {} }
      let end = files.byteCount(journal) ?? 0
      // A crash may have cut the last line short.
      let isTorn = try end > 0 && files.openForReading(journal).read(at: end - 1, count: 1) != [UInt8(ascii: "\n")]
      let line = (isTorn ? [UInt8(ascii: "\n")] : []) + entry.line(at: Date(), by: Self.account)
      let file = try files.openForUpdate(journal)
      try file.write(line[...], at: end)
      try file.sync()
      try file.close()
      try files.syncFolder(path)
    } catch { throw CommandFailure(.cannotWrite, "\(error)") }
  }

  /// Another command holds it for an instant at the most.
  private func waitForLock(_ journal: String) throws -> FileLock {
    for _ in 0..<100 {
      if let lock = try? files.lock(journal) { return lock }
      usleep(20_000)
    }
    return try files.lock(journal)
  }

  /// The account that runs the command; behind sudo the one that asked, too.
  private static var account: String {
    let account = accountName(getuid())
    guard let asked = ProcessInfo.processInfo.environment["SUDO_USER"] else { return account }
    return "\(account), for \(asked)"
  }
}
