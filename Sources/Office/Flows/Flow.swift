/// A fixed course of business: states, and the steps that lead from one to the next. Pure data, checked by `validate`.
public struct Flow<State: Hashable & Sendable, Step: Hashable & Sendable>: Sendable {
  public struct Move: Sendable {
    public let step: Step
    public let from: State
    public let to: State

    public init(_ step: Step, from: State, to: State) {
      self.step = step
      self.from = from
      self.to = to
    }
  }

  public let start: State
  public let ends: Set<State>
  private let moves: [Move]

  public init(start: State, ends: Set<State>, moves: [Move]) {
    self.start = start
    self.ends = ends
    self.moves = moves
  }

  /// Where `step` leads from `state`; nil where it may not be taken.
  public func target(of step: Step, from state: State) -> State? {
    moves.first { $0.step == step && $0.from == state }?.to
  }

  /// Whether every state is reachable, leads on or ends, and no step is ambiguous.
  public var isSound: Bool {
    var reached: Set<State> = [start]
    while true {
      let next = reached.union(moves.filter { reached.contains($0.from) }.map(\.to))
      if next == reached { break }
      reached = next
    }
    let states = Set(moves.flatMap { [$0.from, $0.to] }).union(ends)
    let leadsOn = states.subtracting(ends).allSatisfy { state in moves.contains { $0.from == state } }
    let ended = ends.allSatisfy { state in !moves.contains { $0.from == state } }
    let isClear = moves.allSatisfy { move in moves.filter { $0.step == move.step && $0.from == move.from }.count == 1 }
    return states.isSubset(of: reached) && leadsOn && ended && isClear
  }
}
