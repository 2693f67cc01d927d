import GRDB

/// How far a zone's entries were forwarded, by receiver: the log's number, and the first of its entries that may be missing
/// there. Reads beside the daemon. A receiver that nothing was forwarded to yet is not among them.
///
/// - Throws: GRDB's errors.
public func forwardedPlaces(dataDirectory: String) throws -> [String: (log: Int, next: Int)] {
  var configuration = Configuration()
  configuration.readonly = true
  configuration.busyMode = .timeout(10)
  let queue = try DatabaseQueue(path: dataDirectory + "/zone.sqlite", configuration: configuration)
  defer { try? queue.close() }
  return try queue.read { db in
    let rows = try Row.fetchAll(db, sql: "SELECT receiver, log, position FROM audit_forward")
    return Dictionary(
      rows.map { ($0["receiver"] as String, (log: $0["log"] as Int, next: $0["position"] as Int)) }
    ) { first, _ in first }
  }
}
