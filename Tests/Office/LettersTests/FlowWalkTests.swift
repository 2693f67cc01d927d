import Flows
import Foundation
import Letters
import Testing

/// Random ways through flows. `WALKS` says how many (each of the tests has its share), `SEED` which is the first; what fails
/// names its seed, and `SEED=… WALKS=1` repeats it.
@Suite struct FlowWalks {
  #if DEBUG
    private static let usual = 300
  #else
    private static let usual = 2_000
  #endif
  private static let count = ProcessInfo.processInfo.environment["WALKS"].flatMap { Int($0) } ?? usual
  private static let first = ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) } ?? 1
  private static var seeds: [UInt64] { (0..<UInt64(count)).map { first &+ $0 } }

  private func walk(_ flow: FlowDefinition, _ seed: UInt64, _ name: String, again: UInt64 = 0) -> FlowWalk {
    var walk = FlowWalk(flow, seed: seed &+ again << 32)
    walk.run(wandering: Int(seed % 60))
    if !walk.broken.isEmpty {
      let way = walk.way.suffix(60).joined(separator: ", ")
      Issue.record("\(name), SEED=\(seed) WALKS=1: \(walk.broken.joined(separator: "; ")), after … \(way)")
    }
    return walk
  }

  @Test(arguments: ["letter.yaml", "direct.yaml", "site-errors.yaml"])
  func `through a delivered flow end with what was decided`(name: String) throws {
    let flow = try DeliveredFlows.flow(name)
    var ends: Set<String> = []
    for seed in Self.seeds {
      let walk = walk(flow, seed, name)
      guard walk.broken.isEmpty else { return }
      ends.insert(walk.item.state)
      let item = walk.item
      switch item.state {
      case "answered":
        #expect(item.fields["outcome"] == ["answered"], "\(name), SEED=\(seed)")
        #expect(item.fields["answer"]?.first?.isEmpty == false, "\(name), SEED=\(seed)")
        if name == "letter.yaml" {
          #expect(item.roundBranches.contains { $0.state == "submitted" }, "\(name), SEED=\(seed)")
        }
      case "merged": #expect(item.fields["other-letter"] != nil, "\(name), SEED=\(seed)")
      case "declined": #expect(item.fields["outcome"] == ["declined"], "\(name), SEED=\(seed)")
      default: #expect(item.state == "discarded" && item.fields["outcome"] != ["answered"], "\(name), SEED=\(seed)")
      }
    }
    let all = Set(flow.states.filter(\.isEnd).map(\.id))
    #expect(Self.count < 300 || ends == all, "no walk came to \(all.subtracting(ends))")
  }

  @Test func `through any flow that the check finds sound leave nobody stuck, and come to an end`() {
    var (sound, waiting) = (0, 0)
    for seed in Self.seeds {
      let text = RandomFlow.text(seed: seed)
      let read = FlowText(text, RandomFlow.vocabulary)
      #expect(!read.findings.contains { $0.code == "F01" }, "SEED=\(seed): \(read.findings)\n\(text)")
      guard let flow = read.flow, read.findings.isEmpty else { continue }
      sound += 1
      waiting += flow.branches.isEmpty ? 0 : 1
      for other in UInt64(0)..<3 {
        let walk = walk(flow, seed, "a random flow", again: other)
        guard walk.broken.isEmpty else {
          Issue.record("the flow of SEED=\(seed):\n\(text)")
          return
        }
      }
    }
    // Else the walks would say little.
    #expect(
      Self.count < 300 || (sound * 10 > Self.count && waiting * 40 > Self.count),
      "\(sound) sound, \(waiting) with branches")
  }
}
