public import Storage
public import YAMLText
public import Zones

/// By what rules a zone's letters are handled, as its configuration says: flows and reasons for declining.
public struct LetterRules: Sendable {
  private let written: [LetterFlows.Written]
  private let mailboxes: [String: String?]
  public let declineReasons: [DeclineReason]

  /// Reads and checks the files that a configuration names.
  ///
  /// - Throws: all that is wrong with them, with line and column.
  public static func load(_ zone: ZoneConfiguration) throws(ConfigurationError) -> LetterRules {
    let written = try zone.flows.map { (folder) throws(ConfigurationError) in try FlowFile.folder(folder) } ?? []
    let reasons =
      try zone.declineReasons.map { (file) throws(ConfigurationError) in try FlowFile.declineReasons(file) } ?? []
    let mailboxes = Dictionary(zone.mailboxes.map { ($0.identifier, $0.flow) }) { first, _ in first }
    do { _ = try LetterFlows(written, mailboxes: mailboxes) } catch {
      throw ConfigurationError(
        problems: [.init(file: zone.flows ?? "mailboxes", line: 1, column: 1, key: "", reason: "\(error)")])
    }
    return LetterRules(written: written, mailboxes: mailboxes, declineReasons: reasons)
  }

  /// Keeps the flows with the zone's letters, so that these end on the version that they began with.
  ///
  /// - Throws: `LetterFlows.Fault.changed` where a version that letters have begun with reads otherwise now.
  public func keep(in database: ZoneDatabase) async throws -> LetterFlows {
    try await database.write { db in try LetterFlows.keep(written, mailboxes: mailboxes, db) }
  }
}
