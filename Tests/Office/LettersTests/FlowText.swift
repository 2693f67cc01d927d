import Flows
import Foundation
import Letters
import Testing
import YAMLText

/// Flows as the repository delivers them.
enum DeliveredFlows {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "zones/flows")

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  static func flow(_ name: String) throws -> FlowDefinition { try #require(FlowText(text(name)).flow) }
}

/// What the reader and the check make of a text.
struct FlowText {
  let flow: FlowDefinition?
  /// Each with its code, and F01 for what could not be read.
  let findings: [(code: String, line: Int, text: String)]

  init(_ text: String, _ vocabulary: FlowVocabulary = .letters) {
    let problems = ProblemCollector()
    flow = YAMLFile.parse(Array(text.utf8), named: "letter.yaml", problems) { FlowReader().read($0) }
    let unread = problems.problems.map { ("F01", $0.line, $0.description) }
    findings =
      unread
      + (flow.map { FlowCheck.findings(of: $0, vocabulary) } ?? []).filter { !$0.isNote }
      .map { ($0.code, $0.mark.line, $0.line) }
  }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}
