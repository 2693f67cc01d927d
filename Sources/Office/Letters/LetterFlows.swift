import Cryptography
public import Flows
import Foundation
public import Storage
import YAMLText

/// The flows that a zone's letters take: those of today for letters that arrive, and earlier versions for those under way.
public struct LetterFlows: Sendable {
  /// Why flows cannot be used.
  public enum Fault: Error, CustomStringConvertible {
    /// A version that letters have begun with was changed.
    case changed(flow: String, version: Int)
    /// A version that letters are on cannot be read by this program.
    case unreadable(flow: String, version: Int)
    /// A mailbox names a flow that there is none of.
    case unknown(flow: String, mailbox: String)

    public var description: String {
      switch self {
      case .changed(let flow, let version):
        "the flow \(flow), version \(version), was changed, and letters have begun with it; raise its version"
      case .unreadable(let flow, let version):
        "letters are on the flow \(flow), version \(version), which this program cannot read; go back to the earlier one"
      case .unknown(let flow, let mailbox):
        "the mailbox \(mailbox) takes the flow \(flow), and no file in the flows folder is of that name"
      }
    }
  }

  /// A flow with the text that it was read from.
  public struct Written: Sendable {
    public let flow: FlowDefinition
    public let text: String

    public init(flow: FlowDefinition, text: String) { (self.flow, self.text) = (flow, text) }
  }

  private struct Version: Hashable {
    let id: String
    let number: Int
  }

  /// What a mailbox takes that names none.
  public static let defaultFlow = "direct"

  private let ofMailbox: [String: FlowDefinition]
  private let versions: [Version: FlowDefinition]
  private let direct: FlowDefinition

  /// - Parameters:
  ///   - written: the flows of today.
  ///   - mailboxes: the flow that each mailbox names; nil for the default.
  ///   - earlier: versions that letters may still be under way with.
  /// - Throws: `Fault`.
  public init(_ written: [Written], mailboxes: [String: String?], earlier: [Written] = []) throws(Fault) {
    var current: [String: FlowDefinition] = [:]
    for flow in written.map(\.flow) where flow.version > current[flow.id]?.version ?? 0 { current[flow.id] = flow }
    let direct = current[Self.defaultFlow] ?? directFlow
    current[Self.defaultFlow] = direct
    var found: [String: FlowDefinition] = [:]
    for (mailbox, name) in mailboxes {
      let name = name ?? Self.defaultFlow
      guard let flow = current[name] else { throw .unknown(flow: name, mailbox: mailbox) }
      found[mailbox] = flow
    }
    var versions = [Version(id: directFlow.id, number: directFlow.version): directFlow]
    for flow in (earlier + written).map(\.flow) { versions[Version(id: flow.id, number: flow.version)] = flow }
    (ofMailbox, self.versions, self.direct) = (found, versions, direct)
  }

  /// Where a zone has no flows of its own: every letter is answered directly.
  public static let direct = LetterFlows()

  private init() {
    let version = Version(id: directFlow.id, number: directFlow.version)
    (ofMailbox, versions, direct) = ([:], [version: directFlow], directFlow)
  }

  /// The flow of the letters that arrive in a mailbox.
  public func flow(of mailbox: String) -> FlowDefinition { ofMailbox[mailbox] ?? direct }

  /// Nil for a version that is nowhere any more.
  public func version(_ number: Int, of id: String) -> FlowDefinition? { versions[Version(id: id, number: number)] }

  // MARK: What has been used

  /// Keeps the flows of today with the zone's letters, and finds the earlier ones.
  ///
  /// - Throws: `Fault.changed` where a version that is kept reads otherwise; the database's errors.
  public static func keep(
    _ written: [Written], mailboxes: [String: String?], _ db: Transaction
  ) throws -> LetterFlows {
    // The built-in one is there from the first letter on, whether or not a file has it.
    try db.run(
      "INSERT INTO letter_flow (flow, version, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", directFlow.id,
      directFlow.version, directFlowText)
    for flow in written {
      let kept = try db.one(
        String.self, "SELECT text FROM letter_flow WHERE flow = ? AND version = ?", flow.flow.id, flow.flow.version)
      if let kept {
        guard meaning(kept) == meaning(flow.text) else {
          let isUsed = try db.one(
            Bool.self, "SELECT EXISTS (SELECT 1 FROM desk_letter WHERE flow = ? AND flow_version = ?)", flow.flow.id,
            flow.flow.version)
          guard isUsed != true else { throw Fault.changed(flow: flow.flow.id, version: flow.flow.version) }
          try db.run(
            "UPDATE letter_flow SET text = ? WHERE flow = ? AND version = ?", flow.text, flow.flow.id,
            flow.flow.version)
          continue
        }
      } else {
        try db.run(
          "INSERT INTO letter_flow (flow, version, text) VALUES (?, ?, ?)", flow.flow.id, flow.flow.version, flow.text)
      }
    }
    let earlier = try db.all("SELECT flow, version, text FROM letter_flow").compactMap { row -> Written? in
      let text: String = try row["text"]
      if let flow = FlowDefinition.parse(text, file: "kept") { return Written(flow: flow, text: text) }
      let isUsed = try db.one(
        Bool.self, "SELECT EXISTS (SELECT 1 FROM desk_letter WHERE flow = ? AND flow_version = ?)",
        row["flow"] as String, row["version"] as Int)
      guard isUsed != true else { throw Fault.unreadable(flow: try row["flow"], version: try row["version"]) }
      return nil
    }
    return try LetterFlows(written, mailboxes: mailboxes, earlier: earlier)
  }
}

extension LetterFlows {
  /// A flow's text without lines that are empty or hold nothing but a comment.
  private static func meaning(_ text: String) -> String {
    text.split(separator: "\n").filter { line in
      let start = line.drop { $0 == " " }
      return !start.isEmpty && !start.hasPrefix("#")
    }.joined(separator: "\n")
  }
}

extension FlowDefinition {
  /// A flow that was read before; nil where it is none.
  static func parse(_ text: String, file: String) -> FlowDefinition? {
    let problems = ProblemCollector()
    let flow = YAMLFile.parse(Array(text.utf8), named: file, problems) { FlowReader().read($0) }
    return problems.problems.isEmpty ? flow : nil
  }
}
