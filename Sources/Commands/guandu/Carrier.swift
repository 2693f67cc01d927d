import Cryptography
import DurableFiles
import Glibc

/// Copies packets from one folder to another, each whole and durable under its name before the next begins, so that a disk
/// may be pulled out at any moment: what is not there yet is copied when the command runs again.
struct Carrier {
  private static let pieceBytes = 1024 * 1024
  /// What hides a copy under way: nobody looks at such names.
  private static let hidden = "."

  let files = Files()
  let source: String
  let target: String
  /// Whether the source's copy stays.
  let keeps: Bool

  struct Tally {
    var packets = 0
    var bytes = 0
    var wereThere = 0
  }

  /// Throws `CommandFailure` with what to do.
  func carry(_ names: [String]) throws -> Tally {
    var tally = Tally()
    let total = names.reduce(0) { $0 + (files.byteCount(source + "/" + $1) ?? 0) }
    var progress = ProgressLine(total: total)
    do {
      for name in names {
        guard let bytes = files.byteCount(source + "/" + name) else { continue }
        do {
          if try isThere(name, bytes) { tally.wereThere += 1 } else { try copy(name) }
        } catch let error as FileError where error.isMissing && error.path == source + "/" + name {
          // Its zone took it back in between: a newer packet stands for it.
          if files.exists(source) { continue }
          throw error
        }
        if !keeps { try files.remove(source + "/" + name) }
        tally.packets += 1
        tally.bytes += bytes
        progress.show(
          tally.bytes,
          "\(tally.packets)/\(count(names.count, "packet")), \(size(tally.bytes)) of \(size(total))")
      }
      if !keeps && !names.isEmpty { try files.syncFolder(source) }
    } catch {
      progress.end()
      throw CommandFailure(
        .failed,
        "\(error)\n\(tally.packets) of \(count(names.count, "packet")) are carried, whole; nothing is lost: run the "
          + "command again"
      )
    }
    progress.end()
    return tally
  }

  private func isThere(_ name: String, _ bytes: Int) throws -> Bool {
    guard files.byteCount(target + "/" + name) == bytes else { return false }
    return try digest(source + "/" + name) == digest(target + "/" + name)
  }

  private func digest(_ path: String) throws -> String {
    let hasher = SHA256Hasher()
    try eachPiece(of: path) { hasher.update($0) }
    return hasher.finish().hex
  }

  private func eachPiece(of path: String, _ body: ([UInt8]) throws -> Void) throws {
    let reader = try files.openForReading(path)
    var offset = 0
    while offset < reader.byteCount {
      let piece = try reader.read(at: offset, count: Self.pieceBytes)
      guard !piece.isEmpty else { throw FileError(.read, path, number: EIO) }
      try body(piece)
      offset += piece.count
    }
  }

  private func copy(_ name: String) throws {
    let temporary = target + "/" + Self.hidden + name + ".part"
    try files.remove(temporary)
    let writer = try files.create(temporary, mode: 0o640)
    do {
      try eachPiece(of: source + "/" + name) { try writer.append($0) }
      try writer.sync()
      try writer.close()
      try files.rename(temporary, to: target + "/" + name)
      try files.syncFolder(target)
    } catch {
      try? files.remove(temporary)
      throw error
    }
  }

  /// The names in a folder, in order, but for copies under way.
  static func names(in folder: String, _ files: Files) throws -> [String] {
    try files.list(folder).filter { !$0.hasPrefix(hidden) }.sorted()
  }
}
