import Storage
public import Zones

/// How many entries of a zone's log were sent to each peer that keeps a copy. Reads beside the daemon.
///
/// - Parameter origin: the log's name.
/// - Throws: `StorageError`.
public func mirroredPlaces(of origin: String, dataDirectory: String) throws -> [ZoneName: Int] {
  let queue = try SQLiteFile(path: dataDirectory + "/zone.sqlite", .readOnly)
  defer { try? queue.close() }
  return try queue.read { db in
    let rows = try db.all("SELECT peer, next FROM mirror_sent WHERE origin = ?", origin)
    return try Dictionary(
      rows.compactMap { row in try ZoneName(row["peer"] as String).map { try ($0, row["next"] as Int) } }
    ) { first, _ in first }
  }
}
