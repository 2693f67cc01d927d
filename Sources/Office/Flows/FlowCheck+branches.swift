/// What concerns the states that wait for branches, and how branches end together.
extension FlowCheck {
  /// The states that wait for branches, each with the steps that lead into it from another.
  private func entries(_ waiting: FlowState) -> [FlowStep] {
    flow.states.filter { $0.id != waiting.id }.flatMap { $0.steps + ($0.isEnd ? [] : flow.anywhere) }
      .filter { $0.ways.contains { $0.state == waiting.id } }
  }

  /// Whoever waits for branches has some, and each way in which they can end leads on.
  mutating func checkWaiting() {
    for state in flow.states where state.holder == .branches {
      if state.id == flow.start {
        find("F09", flow.startMark, "start: \(state.id) waits for branches, and there are none")
      }
      for step in entries(state) where step.opens == nil && step.reopens == nil {
        find("F09", step.mark, "\(step.id) leads to \(state.id), which waits for branches, and opens none")
      }
      let joins = state.steps.filter { $0.by == .join }
      if joins.isEmpty { find("F09", state.mark, "\(state.id) waits for branches, and no step is taken by: join") }
      let opened = Set((entries(state) + state.steps).flatMap { [$0.opens, $0.reopens] }.compactMap(\.self))
      for step in joins {
        if step.ways.contains(where: { ($0.state ?? state.id) == state.id }) {
          find("F09", step.mark, "\(step.id): a join leads to another state; all branches have ended")
        }
        let isTaken = flow.branches.contains { opened.contains($0.id) && takes($0, step, state) }
        if !isTaken {
          find("F09", step.mark, "no rule of a join takes \(step.id), or only after others that hold already")
        }
      }
      for kind in flow.branches where opened.contains(kind.id) { checkCover(kind, state, Set(joins.map(\.id))) }
    }
  }

  /// Whatever set of ends all branches have, a rule holds whose step the state has: else the item would wait for ever.
  private mutating func checkCover(_ kind: FlowBranchKind, _ state: FlowState, _ joins: Set<String>) {
    let rules = kind.join.filter { joins.contains($0.take) }
    for (present, lead) in combinations(kind)
    where !rules.contains(where: { covers($0.when, present, lead) }) {
      let leading = lead.map { ", the lead as \($0)" } ?? ""
      find(
        "F09", kind.mark,
        "no rule of the join takes a step of \(state.id) for branches that ended as \(list(present))\(leading)")
      return
    }
  }

  /// Each rule is about ends that there are, takes a step that there is, and holds at some time.
  mutating func checkJoin(_ kind: FlowBranchKind) {
    if let closed = kind.closedAs {
      if !kind.ends.contains(closed) {
        find("F09", kind.mark, "closed-as: \(closed) is no end of the branch \(kind.id)")
      }
    } else {
      find("F09", kind.mark, "the branch \(kind.id) has no “closed-as”: what becomes of it when the item ends?")
    }
    if !(flow.states.flatMap(\.steps) + flow.anywhere).contains(where: { $0.opens == kind.id }) {
      find("F09", kind.mark, "no step opens the branch \(kind.id)")
    }
    guard kind.ends.count <= 8 else { return find("F09", kind.mark, "a branch has at most 8 ends") }
    for rule in kind.join {
      let named: [String] =
        switch rule.when {
        case .lead(let end), .any(let end), .atLeast(_, let end): [end]
        case .all(let ends): ends
        }
      if case .lead = rule.when, kind.lead == nil {
        find("F09", rule.mark, "the branch \(kind.id) has no lead; say which field names it")
      }
      for end in named where !kind.ends.contains(end) {
        find("F09", rule.mark, "\(end) is no end of the branch \(kind.id)")
      }
      if !flow.states.contains(where: { $0.holder == .branches && $0.step(rule.take)?.by == .join }) {
        find(
          "F09", rule.mark, "the join takes \(rule.take), which is no step by: join of a state that waits for branches")
      }
    }
  }

  /// Whether a rule can be the first to hold, among those that take one of `joins`. Branches end one after another, and the
  /// rules are asked after each: one that asks for less holds earlier, wherever it stands.
  ///
  /// - Parameter ends: those that branches may come to; nil for all.
  private func canBeFirst(
    _ index: Int, _ kind: FlowBranchKind, _ joins: [FlowStep], _ ends: Set<String>? = nil
  ) -> Bool {
    let ends = ends ?? kind.ends
    let rules = kind.join.enumerated().filter { rule in joins.contains { $0.id == rule.element.take } }
    /// Whether a rule holds once `count` branches have ended so, whatever the others do.
    func holds(at count: Int, of end: String, before position: Int = .max) -> Bool {
      rules.contains { rule in
        guard rule.offset < position else { return false }
        switch rule.element.when {
        case .any(end): return count >= 1
        case .atLeast(let least, of: end): return least <= count
        default: return false
        }
      }
    }
    func holdsForLead(_ end: String, before position: Int = .max) -> Bool {
      rules.contains { $0.offset < position && $0.element.when == .lead(end) }
    }
    switch kind.join[index].when {
    case .any(let end): return ends.contains(end) && !holds(at: 1, of: end, before: index)
    case .atLeast(let count, let end):
      // With one more branch open, the lead's.
      return ends.contains(end) && !holds(at: count - 1, of: end) && !holds(at: count, of: end, before: index)
    case .lead(let end):
      return hasLead(kind) && ends.contains(end) && !holds(at: 1, of: end, before: index)
        && !holdsForLead(end, before: index)
    case .all(let allowed):
      return ends.intersection(allowed).contains { last in
        guard !holds(at: 1, of: last, before: index) else { return false }
        // Those that may end before the last without any rule's holding.
        let quiet = ends.intersection(allowed).subtracting([last]).filter { !holds(at: 1, of: $0) }
        return subsets(quiet).contains { earlier in
          let isCovered = rules.contains { rule in
            guard rule.offset < index, case .all(let other) = rule.element.when else { return false }
            return earlier.union([last]).isSubset(of: other)
          }
          let hasQuietLead =
            !hasLead(kind) || !holdsForLead(last, before: index) || earlier.contains { !holdsForLead($0) }
          return !isCovered && hasQuietLead
        }
      }
    }
  }

  private func subsets(_ ends: Set<String>) -> [Set<String>] {
    let sorted = ends.sorted().prefix(8)
    return (0..<(1 << sorted.count)).map { bits in
      Set(sorted.indices.filter { bits & (1 << $0) != 0 }.map { sorted[$0] })
    }
  }

  /// Whether a state's join takes a step without any branch being recalled or added, by ends that branches always can come
  /// to; of whatever kind the branches are that the state waits for.
  func comesAbout(_ step: FlowStep, in state: FlowState) -> Bool {
    let opened = Set(entries(state).compactMap(\.opens))
    return flow.branches.allSatisfy { !opened.contains($0.id) || takes($0, step, state, sureEnds($0)) }
  }

  private func takes(_ kind: FlowBranchKind, _ step: FlowStep, _ state: FlowState, _ ends: Set<String>? = nil) -> Bool {
    let joins = state.steps.filter { $0.by == .join }
    return kind.join.indices.contains { kind.join[$0].take == step.id && canBeFirst($0, kind, joins, ends) }
  }

  private func sureEnds(_ kind: FlowBranchKind) -> Set<String> {
    var (reached, waiting): (Set<String>, [String]) = ([kind.start], [kind.start])
    while let next = waiting.popLast() {
      for step in kind.state(next)?.steps ?? [] where step.isSure {
        for way in step.ways where reached.insert(way.state ?? next).inserted { waiting.append(way.state ?? next) }
      }
    }
    return reached.intersection(kind.ends)
  }

  /// The ends that the branches of one round can have had together, with the lead's.
  private func combinations(_ kind: FlowBranchKind) -> [(present: Set<String>, lead: String?)] {
    guard kind.ends.count <= 8 else { return [] }
    let hasLead = hasLead(kind)
    return subsets(kind.ends).filter { !$0.isEmpty }.flatMap { present in
      let leads: [String?] = hasLead ? present.sorted() : [nil]
      return leads.map { (present, $0) }
    }
  }

  /// Whether each round has one in charge.
  private func hasLead(_ kind: FlowBranchKind) -> Bool {
    guard let lead = kind.lead else { return false }
    return flow.states.allSatisfy { state in
      (state.steps + (state.isEnd ? [] : flow.anywhere)).allSatisfy { step in
        step.opens != kind.id || step.needs.contains(lead)
          || step.ways.allSatisfy { ($0.state ?? state.id) == state.id }
      }
    }
  }

  private func covers(_ test: FlowJoinRule.Test, _ present: Set<String>, _ lead: String?) -> Bool {
    switch test {
    case .lead(let end): lead == end
    case .all(let ends): present.isSubset(of: ends)
    case .any(let end): present.contains(end)
    case .atLeast(let count, let end): count == 1 && present.contains(end)
    }
  }

  /// What opens, closes and reopens names the units that it does it for.
  mutating func checkBranches(of step: FlowStep, _ level: Level) {
    guard step.opens != nil || step.closes != nil || step.reopens != nil else { return }
    guard level.branch == nil else {
      return find("F09", step.mark, "\(step.id): a branch opens, closes and reopens no branches")
    }
    let wanted = [
      (step.opens.flatMap(flow.branch)?.each, "opens"), (step.closes.map { _ in "unit" }, "closes"),
      (step.reopens.map { _ in "units" }, "reopens"),
    ]
    for case (let field?, let verb) in wanted where !step.needs.contains(field) {
      find("F09", step.mark, "\(step.id) \(verb) branches, and does not need \(field)")
    }
  }
}
