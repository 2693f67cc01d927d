import GRDB
public import Zones

/// How many entries of a zone's log left for each peer that keeps a copy. Reads beside the daemon.
///
/// - Parameter origin: the log's name.
/// - Throws: GRDB's errors.
public func mirroredPlaces(of origin: String, dataDirectory: String) throws -> [ZoneName: Int] {
  var configuration = Configuration()
  configuration.readonly = true
  configuration.busyMode = .timeout(10)
  let queue = try DatabaseQueue(path: dataDirectory + "/zone.sqlite", configuration: configuration)
  defer { try? queue.close() }
  return try queue.read { db in
    let rows = try Row.fetchAll(db, sql: "SELECT peer, next FROM mirror_sent WHERE origin = ?", arguments: [origin])
    return Dictionary(
      rows.compactMap { row in ZoneName(row["peer"] as String).map { ($0, row["next"] as Int) } }
    ) { first, _ in first }
  }
}
