import Storage

/// How far a zone's entries were forwarded, by receiver: the log's number, and the first of its entries that may be
/// missing there. Reads beside the daemon. Receivers that have received nothing yet are left out.
///
/// - Throws: `StorageError`.
public func forwardedPlaces(dataDirectory: String) throws -> [String: (log: Int, next: Int)] {
  let queue = try SQLiteFile(path: dataDirectory + "/zone.sqlite", .readOnly)
  defer { try? queue.close() }
  return try queue.read { db in
    let rows = try db.all("SELECT receiver, log, position FROM audit_forward")
    return try Dictionary(
      rows.map { try ($0["receiver"] as String, (log: $0["log"] as Int, next: $0["position"] as Int)) }
    ) { first, _ in first }
  }
}
