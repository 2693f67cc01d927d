import Flows
import Testing

@Suite struct FlowTests {
  private typealias Move = Flow<Int, String>.Move

  @Test("a step leads where the flow says, and nowhere else")
  func steps() {
    let flow = Flow(start: 1, ends: [2], moves: [Move("go", from: 1, to: 2)])
    #expect(flow.target(of: "go", from: 1) == 2)
    #expect(flow.target(of: "go", from: 2) == nil)
    #expect(flow.target(of: "stay", from: 1) == nil)
    #expect(flow.isSound)
  }

  @Test("a dead end, an unreachable state, a step with two targets and an end that goes on are unsound")
  func soundness() {
    #expect(!Flow(start: 1, ends: [3], moves: [Move("a", from: 1, to: 2), Move("b", from: 1, to: 3)]).isSound)
    #expect(!Flow(start: 1, ends: [2, 4], moves: [Move("a", from: 1, to: 2), Move("b", from: 3, to: 4)]).isSound)
    #expect(!Flow(start: 1, ends: [2, 3], moves: [Move("a", from: 1, to: 2), Move("a", from: 1, to: 3)]).isSound)
    #expect(!Flow(start: 1, ends: [2], moves: [Move("a", from: 1, to: 2), Move("b", from: 2, to: 1)]).isSound)
  }
}
