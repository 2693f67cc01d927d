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
    var progress = ProgressLine(packets: names.count, bytes: total)
    do {
      for name in names {
        guard let bytes = files.byteCount(source + "/" + name) else { continue }
        if try isThere(name, bytes) { tally.wereThere += 1 } else { try copy(name) }
        if !keeps { try files.remove(source + "/" + name) }
        tally.packets += 1
        tally.bytes += bytes
        progress.show(tally.packets, tally.bytes)
      }
      if !keeps && !names.isEmpty { try files.syncFolder(source) }
    } catch {
      progress.end()
      throw CommandFailure(
        .failed,
        "\(error)\n\(tally.packets) of \(names.count) packets are carried, whole; nothing is lost: run the command again"
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

  /// The packets in a folder, in the order of their names; copies under way are none.
  static func names(in folder: String, _ files: Files) throws -> [String] {
    try files.list(folder).filter { !$0.hasPrefix(hidden) && $0.hasSuffix(".gdp") }.sorted()
  }
}

/// A bar on a terminal; elsewhere nothing until the end.
struct ProgressLine {
  private static let width = 30

  let packets: Int
  let bytes: Int
  private let isScreen = isatty(STDERR_FILENO) == 1

  init(packets: Int, bytes: Int) {
    self.packets = packets
    self.bytes = bytes
  }

  mutating func show(_ done: Int, _ doneBytes: Int) {
    guard isScreen else { return }
    let filled = bytes > 0 ? Self.width * doneBytes / bytes : Self.width
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
    fputs("\r[\(bar)] \(done)/\(packets) packets, \(size(doneBytes)) of \(size(bytes))   ", stderrFile)
  }

  func end() { if isScreen { fputs("\n", stderrFile) } }

  /// Opened anew: Swift takes the global for one that changes.
  private var stderrFile: UnsafeMutablePointer<FILE>? { ProgressLine.file }
  nonisolated(unsafe) private static let file = fdopen(dup(STDERR_FILENO), "w").map { file in
    // Unbuffered; used by one thread.
    setvbuf(file, nil, _IONBF, 0)
    return file
  }
}
