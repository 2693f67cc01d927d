import AuditLog
import DurableFiles
import TransparencyLog
import Zones

/// Reads a zone's logs one after the other, as far as their checkpoints go.
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
    /// A log that ended before the place from which it was to be read, or whose files are gone.
    let lost: String?
  }

  /// The next entries, of one bundle at most; nil while there are none.
  ///
  /// - Parameter place: nil for the oldest log's first entry.
  func batch(from place: ForwardPlace?) throws -> Batch? {
    let logs = try files.exists(folder) ? files.list(folder).compactMap(Int.init).sorted() : []
    guard var current = place ?? logs.first.map({ ForwardPlace(log: $0, next: 0) }) else { return nil }
    // A log gets no more entries once a later one has begun. Which ones have is asked first.
    let later = try logs.filter { try $0 > current.log && self.size($0) ?? 0 > 0 }
    var lost: String?
    var size = try self.size(current.log)
    if size ?? 0 <= current.next {
      guard let next = later.first else { return nil }
      if size ?? -1 < current.next { lost = origin(current.log) }
      current = ForwardPlace(log: next, next: 0)
      size = try self.size(next)
    }
    guard let size, current.next < size else { return nil }
    let bytes = try LogFolder(path: path(current.log), files: files)
      .some(from: current.next, size: size, maxBytes: Self.batchMaxBytes)
    let entries = bytes.enumerated().map { offset, entry in
      ForwardedEntry(zone: zone.text, log: origin(current.log), index: current.next + offset, bytes: entry)
    }
    return Batch(entries: entries, next: ForwardPlace(log: current.log, next: current.next + bytes.count), lost: lost)
  }

  private func path(_ log: Int) -> String { "\(folder)/\(log)" }
  private func origin(_ log: Int) -> String { LogKeeper.origin(zone, epoch: log) }

  /// Nil where there is no checkpoint.
  private func size(_ log: Int) throws -> Int? {
    guard let note = try LogFolder(path: path(log), files: files).checkpoint() else { return nil }
    return try Checkpoint(text: note.text).size
  }
}
