/// What only shows along the ways through a flow.
extension FlowCheck {
  /// Steps that nobody takes must not lead round in a circle.
  mutating func checkAutomaticLoops(_ level: Level) {
    for state in level.states {
      var (seen, next): (Set<String>, String?) = ([], state.id)
      while let id = next, let here = level.state(id) {
        guard seen.insert(id).inserted else {
          if id == state.id { find("F10", state.mark, "steps that nobody takes lead from \(id) back to it") }
          break
        }
        let automatic = here.steps.filter { $0.by == .clock }
        guard automatic.count == here.steps.count, let step = automatic.first else { break }
        next = step.ways.last?.state
      }
    }
  }

  /// Each way in which branches can end together is covered, and each rule has a step that takes it.
  mutating func checkJoin(_ branch: FlowBranchKind) {
    let ends = branch.ends
    if let closed = branch.closedAs, !ends.contains(closed) {
      find("F09", branch.mark, "closed-as: \(closed) is no end of the branch \(branch.id)")
    }
    if branch.closedAs == nil {
      find("F09", branch.mark, "the branch \(branch.id) has no “closed-as”: what becomes of it when the item ends?")
    }
    for rule in branch.join {
      let named: [String] =
        switch rule.when {
        case .lead(let end), .any(let end), .atLeast(_, let end): [end]
        case .all(let ends): ends
        }
      for end in named where !ends.contains(end) {
        find("F09", rule.mark, "\(end) is no end of the branch \(branch.id)")
      }
      let waiting = flow.states.filter { $0.holder == .branches }
      if !waiting.contains(where: { $0.step(rule.take)?.by == .join }) {
        find(
          "F09", rule.mark, "the join takes \(rule.take), which is no step by: join of a state that waits for branches")
      }
    }
    // Whatever set of ends all branches have, a rule must hold: else the item waits for ever.
    let sorted = ends.sorted()
    guard sorted.count <= 8 else {
      return find("F09", branch.mark, "a branch has at most 8 ends")
    }
    for bits in 1..<(1 << sorted.count) {
      let present = Set(sorted.indices.filter { bits & (1 << $0) != 0 }.map { sorted[$0] })
      for lead in present.sorted() where !branch.join.contains(where: { covers($0.when, present, lead) }) {
        find(
          "F09", branch.mark, "no rule of the join covers branches that ended as \(list(present)), the lead as \(lead)")
        return
      }
    }
  }

  private func covers(_ test: FlowJoinRule.Test, _ present: Set<String>, _ lead: String) -> Bool {
    switch test {
    case .lead(let end): lead == end
    case .all(let ends): present.isSubset(of: ends)
    case .any(let end): present.contains(end)
    case .atLeast(let count, let end): count == 1 && present.contains(end)
    }
  }

  /// What was decided is not overwritten by a later step without being taken back first.
  mutating func checkOutcomes() {
    // For each state, what `outcome` may be when it is entered.
    var possible: [String: Set<String>] = [flow.start: ["none"]]
    var waiting = [flow.start]
    var reported: Set<String> = []
    while let id = waiting.popLast() {
      guard let state = flow.state(id) else { continue }
      let before = possible[id] ?? []
      for step in state.steps + (state.isEnd ? [] : flow.anywhere) {
        let after: Set<String>
        if let outcome = step.sets["outcome"] {
          if outcome != "none", let other = before.first(where: { $0 != "none" && $0 != outcome }),
            reported.insert("\(id) \(step.id)").inserted
          {
            find(
              "F18", step.mark,
              "\(step.id) decides “\(outcome)” where “\(other)” may have been decided; take that back first: outcome: none"
            )
          }
          after = [outcome]
        } else {
          after = before
        }
        for way in step.ways {
          let target = way.state ?? id
          let entering = narrowed(after, way, step)
          let known = possible[target] ?? []
          if !entering.isSubset(of: known) {
            possible[target] = known.union(entering)
            waiting.append(target)
          }
        }
      }
    }
  }

  /// A way with a condition on the outcome is taken with that outcome, and the last one with the others.
  private func narrowed(_ outcomes: Set<String>, _ way: FlowWay, _ step: FlowStep) -> Set<String> {
    if case .field("outcome", let value) = way.when { return outcomes.intersection([value]) }
    guard way.when == nil else { return outcomes }
    let taken = step.ways.compactMap { way -> String? in
      if case .field("outcome", let value) = way.when { return value }
      return nil
    }
    return outcomes.subtracting(taken)
  }

  /// Whether the limits along the shortest way to an end fit what is promised.
  mutating func checkPromise() {
    for kind in vocabulary.kinds.subtracting(flow.promise.terms.keys).sorted() {
      find("F17", FlowMark(line: 1, column: 1), "clock: nothing is promised for \(kind)")
    }
    for kind in Set(flow.promise.terms.keys).subtracting(vocabulary.kinds).sorted() {
      find("F01", FlowMark(line: 1, column: 1), "clock: there is no kind \(kind); it may be \(list(vocabulary.kinds))")
    }
    guard let needed = shortestWorkingDays() else { return }
    for (kind, term) in flow.promise.terms.sorted(by: { $0.key < $1.key }) {
      guard case .workingDays(let promised) = term, needed > promised else { continue }
      find(
        "F17", FlowMark(line: 1, column: 1),
        "clock: \(kind) is promised in \(promised) working days; the limits of the shortest way to an answer add up to "
          + "\(needed)", isNote: true)
    }
  }

  /// The working days that the limits give, along the way to an end with the fewest; nil where there is none.
  private func shortestWorkingDays() -> Int? {
    var best: [String: Int] = [flow.start: 0]
    for _ in flow.states {
      for state in flow.states {
        guard let here = best[state.id] else { continue }
        let wait: Int
        if case .workingDays(let days) = state.limit?.term { wait = days } else { wait = 0 }
        for step in state.steps where step.by != .citizen {
          for way in step.ways {
            guard let target = way.state else { continue }
            best[target] = Swift.min(best[target] ?? Int.max, here + wait)
          }
        }
      }
    }
    return flow.states.filter { $0.isEnd && $0.folder == "concluded" }.compactMap { best[$0.id] }.min()
  }
}
