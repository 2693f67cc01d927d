import AuditLog
import DurableFiles
import TransparencyLog
import Zones

/// Reads a zone's logs one after the other, up to their checkpoints.
struct ForwardReader: Sendable {
  private static let batchMaxBytes = 1 << 20

  private let zone: ZoneName
  /// Holds a folder for each log, named by its number.
  private let folder: String
  private let files: Files

  init(zone: ZoneName, folder: String, files: Files) {
    self.zone = zone
    self.folder = folder
    self.files = files
  }

  struct Batch: Sendable {
    let entries: [ForwardedEntry]
    /// After these entries.
    let next: ForwardPlace
    /// What was skipped because its entries are no longer here, for the operator; nil if nothing was.
    let lost: String?
  }

  /// The next entries, of one bundle at most; nil while there are none.
  ///
  /// - Parameter place: nil for the oldest log's first entry.
  func batch(from place: ForwardPlace?) throws -> Batch? {
    let logs = try files.exists(folder) ? files.list(folder).compactMap(Int.init).sorted() : []
    guard var current = place ?? logs.first.map({ ForwardPlace(log: $0, next: 0) }) else { return nil }
    // A log gets no more entries once a later one has begun. So look first for later logs.
    let later = try logs.filter { try $0 > current.log && self.size($0) ?? 0 > 0 }
    var lost: [String] = []
    var size = try self.size(current.log)
    if size ?? 0 <= current.next {
      guard let next = later.first else { return nil }
      if size ?? -1 < current.next { lost.append("\(origin(current.log)) from \(current.next) on") }
      current = ForwardPlace(log: next, next: 0)
      size = try self.size(next)
    }
    guard let size, current.next < size else { return nil }
    let log = LogFolder(path: path(current.log), files: files)
    if let warm = try firstWarm(log, current.next, size) {
      lost.append("\(origin(current.log)) from \(current.next) to \(warm - 1)")
      current.next = warm
    }
    let bytes = current.next < size ? try log.some(from: current.next, size: size, maxBytes: Self.batchMaxBytes) : []
    let entries = bytes.enumerated().map { offset, entry in
      ForwardedEntry(zone: zone.text, log: origin(current.log), index: current.next + offset, bytes: entry)
    }
    return Batch(
      entries: entries, next: ForwardPlace(log: current.log, next: current.next + bytes.count),
      lost: lost.isEmpty ? nil : lost.joined(separator: ", "))
  }

  /// The first entry after those in cold storage, if the one at `index` was moved there.
  private func firstWarm(_ log: LogFolder, _ index: Int, _ size: Int) throws -> Int? {
    let archived = min(try log.archivedCount(), size)
    // The number is not signed: it only explains what is missing.
    guard archived > index, !files.exists("\(log.path)/\(Tile(.entries, index / Tile.width).path)") else { return nil }
    return archived
  }

  private func path(_ log: Int) -> String { "\(folder)/\(log)" }
  private func origin(_ log: Int) -> String { LogKeeper.origin(zone, epoch: log) }

  /// Nil if there is no checkpoint.
  private func size(_ log: Int) throws -> Int? {
    guard let note = try LogFolder(path: path(log), files: files).checkpoint() else { return nil }
    return try Checkpoint(text: note.text).size
  }
}
