/// The engine: which steps an item has, and what a step makes of it. No clock, no disk, nobody's rights.
extension FlowDefinition {
  /// The most units that one step may open branches for.
  public static let unitsMax = 200
  /// The most branches that an item may have had.
  public static let branchesMax = 1_000

  /// An item that begins.
  ///
  /// - Parameter fields: what the subject brings, such as whether it may be published.
  public func begin(fields: [String: [String]] = [:]) -> FlowItem {
    FlowItem(
      flow: id, version: version, state: start, entry: 1, fields: fields, taken: [:], doers: [:], branches: [], round: 0
    )
  }

  /// All steps that can be taken now, those of people and citizens; those of the item first, then those of each open branch.
  public func offers(of item: FlowItem) -> [FlowOffer] {
    guard let state = state(item.state) else { return [] }
    let own = (state.steps + (state.isEnd ? [] : anywhere)).filter { isOpen($0, item, nil) }
      .map { FlowOffer(step: $0, branch: nil, parties: parties(of: $0, state, item, nil)) }
    return own
      + item.branches.filter { !$0.isEnded && !state.isEnd }.flatMap { branch -> [FlowOffer] in
        guard let state = self.branch(branch.kind)?.state(branch.state) else { return [] }
        return state.steps.filter { isOpen($0, item, branch) }
          .map { FlowOffer(step: $0, branch: branch.number, parties: parties(of: $0, state, item, branch)) }
      }
  }

  /// The waits that the item is in: for the time until which each may last, and what happens then.
  public func waits(of item: FlowItem) -> [FlowWait] {
    guard let state = state(item.state) else { return [] }
    let own = state.limit.map { [FlowWait(branch: nil, entry: item.entry, state: state.id, limit: $0)] } ?? []
    guard !state.isEnd else { return own }
    return own
      + item.branches.compactMap { branch in
        guard !branch.isEnded, let state = self.branch(branch.kind)?.state(branch.state), let limit = state.limit else {
          return nil
        }
        return FlowWait(branch: branch.number, entry: branch.entry, state: state.id, limit: limit)
      }
  }

  /// Who holds the item or one of its branches now; nil for branches, citizens and what has ended.
  public func holder(of item: FlowItem, branch number: Int? = nil) -> FlowParty? {
    let state = number.map { item.branch($0).flatMap { branch($0.kind)?.state($0.state) } } ?? state(item.state)
    guard case .party(let party) = state?.holder else { return nil }
    return party
  }

  /// Whether the promised date waits: the item or the branch in charge is in a state that says so.
  public func clock(of item: FlowItem) -> FlowClock? {
    if let clock = state(item.state)?.clock { return clock }
    let lead = item.branches.last { !$0.isEnded && $0.isLead }
    return lead.flatMap { branch($0.kind)?.state($0.state)?.clock }
  }

  /// Takes a step.
  ///
  /// - Parameters:
  ///   - number: the branch; nil for a step of the item itself.
  ///   - person: who takes it; nil for the citizen and the clock.
  ///   - fields: what was filled in.
  /// - Throws: `FlowRefusal`, and the item is as it was.
  public func take(
    _ id: String, branch number: Int? = nil, by person: String?, fields: [String: [String]] = [:], on item: FlowItem
  ) throws(FlowRefusal) -> FlowTransition {
    let offered = offers(of: item).first { $0.step.id == id && $0.branch == number }
    let step: FlowStep
    if let offered {
      step = offered.step
    } else {
      guard let found = find(id, number, item) else { throw .notNow }
      let taken = number.flatMap { item.branch($0)?.taken[id] } ?? item.taken[id] ?? 0
      throw found.times.map { taken >= $0 } ?? false ? .tooOften : .notNow
    }
    guard step.by != .join else { throw .notNow }
    for field in step.needs where (fields[field] ?? []).allSatisfy(\.isEmpty) { throw .missing(field) }
    for field in fields.keys where !step.needs.contains(field) && !step.may.contains(field) {
      throw .unexpected(field)
    }
    var change = FlowChange(definition: self, item: item)
    try change.take(step, number, person, fields)
    return FlowTransition(item: change.item, events: change.events)
  }

  private func find(_ id: String, _ number: Int?, _ item: FlowItem) -> FlowStep? {
    guard let number else { return state(item.state)?.step(id) ?? anywhere.first { $0.id == id } }
    return item.branch(number).flatMap { branch($0.kind)?.state($0.state)?.step(id) }
  }

  private func isOpen(_ step: FlowStep, _ item: FlowItem, _ branch: FlowBranch?) -> Bool {
    guard step.by != .join else { return false }
    let taken = branch?.taken[step.id] ?? (branch == nil ? item.taken[step.id] : nil) ?? 0
    if let times = step.times, taken >= times { return false }
    return step.when.map { holds($0, item, branch) } ?? true
  }

  private func parties(_ holder: FlowHolder, _ item: FlowItem, _ branch: FlowBranch?) -> [FlowParty] {
    switch holder {
    case .party(let party): return [party]
    case .branches, .citizen, .nobody: return []
    }
  }

  private func parties(of step: FlowStep, _ state: FlowState, _ item: FlowItem, _ branch: FlowBranch?) -> [FlowParty] {
    switch step.by {
    case .holder: parties(state.holder, item, branch)
    case .parties(let parties): parties
    case .citizen, .clock, .join: []
    }
  }

  func holds(_ condition: FlowCondition, _ item: FlowItem, _ branch: FlowBranch?) -> Bool {
    switch condition {
    case .field(let name, let value): self.value(of: name, item, branch) == [value]
    case .isPresent(let name): !self.value(of: name, item, branch).isEmpty
    case .hasBranches(let kind): item.branches.contains { $0.kind == kind && $0.round == item.round }
    }
  }

  private func value(of name: String, _ item: FlowItem, _ branch: FlowBranch?) -> [String] {
    if let branch {
      switch name {
      case "is-lead": return [branch.isLead ? "true" : "false"]
      case "parent-in-branch": return branch.units.count > 1 ? [branch.units[branch.units.count - 2]] : []
      default: if let value = branch.fields[name] { return value }
      }
    }
    return item.fields[name] ?? []
  }
}

/// A step under way.
private struct FlowChange {
  let definition: FlowDefinition
  var item: FlowItem
  var events: [FlowEvent] = []

  mutating func take(
    _ step: FlowStep, _ number: Int?, _ person: String?, _ fields: [String: [String]]
  ) throws(FlowRefusal) {
    if let number {
      try takeInBranch(step, number, person, fields)
    } else {
      try takeInItem(step, person, fields)
    }
    // What was just reopened is waited for, whatever the other branches have ended as.
    if step.reopens == nil { try join() }
  }

  private mutating func takeInItem(
    _ step: FlowStep, _ person: String?, _ fields: [String: [String]]
  ) throws(FlowRefusal) {
    item.fields.merge(fields) { $1 }
    for (name, value) in step.sets { item.fields[name] = value == "none" ? nil : [value] }
    item.taken[step.id, default: 0] += 1
    item.doers[step.id] = person
    let from = item.state
    let target = target(step, nil).state ?? from
    if let kind = step.closes { try close(kind, fields["unit"] ?? []) }
    if let kind = step.opens { try open(kind, fields, isNewRound: target != from) }
    if let kind = step.reopens { try reopen(kind, fields["units"] ?? []) }
    enter(target, from: from, by: step)
  }

  private mutating func enter(_ target: String, from: String, by step: FlowStep) {
    // What stays where it is keeps its limit, unless the step is one of the state's own that says `same` for a new look.
    guard target != from else {
      events.append(.moved(step: step.id, from: from, to: from))
      return
    }
    item.state = target
    item.entry += 1
    events.append(.moved(step: step.id, from: from, to: target))
    guard let state = definition.state(target), state.isEnd else { return }
    for branch in item.branches where !branch.isEnded { end(branch.number) }
    events.append(.ended(target))
  }

  private func target(_ step: FlowStep, _ branch: FlowBranch?) -> FlowWay {
    step.ways.first { $0.when.map { definition.holds($0, item, branch) } ?? true } ?? step.ways[step.ways.count - 1]
  }

  // MARK: Branches

  private mutating func takeInBranch(
    _ step: FlowStep, _ number: Int, _ person: String?, _ fields: [String: [String]]
  ) throws(FlowRefusal) {
    guard let index = item.branches.firstIndex(where: { $0.number == number }),
      let kind = definition.branch(item.branches[index].kind)
    else { throw .notNow }
    var branch = item.branches[index]
    branch.fields.merge(fields) { $1 }
    for (name, value) in step.sets { branch.fields[name] = value == "none" ? nil : [value] }
    branch.taken[step.id, default: 0] += 1
    branch.doers[step.id] = person
    let way = target(step, branch)
    let (from, to) = (branch.state, way.state ?? branch.state)
    switch way.moves {
    case .childUnit:
      guard branch.units.count < (step.levels ?? 4), let child = fields["child-unit"]?.first(where: { !$0.isEmpty })
      else { throw .tooDeep }
      branch.units.append(child)
      // The level below begins afresh: it may dispute in its turn.
      (branch.taken, branch.doers) = ([:], [:])
      branch.passedUp?.removeAll { $0 == child }
    case .parentUnit:
      if branch.units.count > 1 {
        let below = branch.units.removeLast()
        // A dispute that was upheld gives the branch back undone.
        if case .party(let party) = kind.state(from)?.holder, party.of != .dispatcher {
          branch.passedUp = (branch.passedUp ?? []).filter { $0 != below } + [below]
        }
      }
    case nil: break
    }
    // Whoever was named works in the unit that the branch leaves.
    if way.moves != nil { for person in kind.people { branch.fields[person] = nil } }
    let isEnd = kind.state(to)?.isEnd ?? false
    if to != from || way.moves != nil {
      branch.entry += 1
      if isEnd { branch.lastState = from }
      (branch.state, branch.isEnded) = (to, isEnd)
    }
    item.branches[index] = branch
    events.append(.branchMoved(number, step: step.id, from: from, to: to, unit: branch.unit))
  }

  private mutating func open(
    _ id: String, _ fields: [String: [String]], isNewRound: Bool
  ) throws(FlowRefusal) {
    guard let kind = definition.branch(id) else { throw .notNow }
    var named: [String] = []
    for unit in fields[kind.each] ?? [] where !unit.isEmpty && !named.contains(unit) { named.append(unit) }
    guard (1...FlowDefinition.unitsMax).contains(named.count),
      item.branches.count + named.count <= FlowDefinition.branchesMax
    else { throw .units(named.count) }
    let lead = kind.lead.flatMap { fields[$0]?.first { !$0.isEmpty } }
    if let lead { guard named.contains(lead) else { throw .leadIsNotNamed } }
    if isNewRound { item.round += 1 }
    var own: [String: [String]] = [:]
    for (name, value) in fields where name != kind.each && name != kind.lead { own[name] = value }
    for unit in named {
      // A unit works on one branch at a time: one that is still open belongs to the new round.
      if let index = item.branches.firstIndex(where: { $0.kind == id && !$0.isEnded && $0.named == unit }) {
        item.branches[index].round = item.round
        if lead != nil { item.branches[index].isLead = unit == lead }
        let known = item.branches[index].fields
        item.branches[index].fields.merge(own) { $1 }
        // With another date, its limit counts anew.
        if item.branches[index].fields != known { item.branches[index].entry += 1 }
        continue
      }
      let number = (item.branches.map(\.number).max() ?? 0) + 1
      item.branches.append(
        FlowBranch(
          number: number, kind: id, units: [unit], isLead: unit == lead, round: item.round, state: kind.start, entry: 1,
          isEnded: false, lastState: nil, fields: own, taken: [:], doers: [:]))
      events.append(.branchOpened(number, unit: unit))
    }
  }

  private mutating func close(_ id: String, _ units: [String]) throws(FlowRefusal) {
    for unit in units {
      guard
        let branch = item.branches.last(where: { $0.kind == id && !$0.isEnded && $0.named == unit })
      else { throw .noBranch(unit) }
      end(branch.number)
    }
  }

  private mutating func end(_ number: Int) {
    guard let index = item.branches.firstIndex(where: { $0.number == number }),
      let end = definition.branch(item.branches[index].kind)?.closedAs
    else { return }
    item.branches[index].lastState = item.branches[index].state
    item.branches[index].state = end
    item.branches[index].entry += 1
    item.branches[index].isEnded = true
    events.append(.branchClosed(number, unit: item.branches[index].named))
  }

  private mutating func reopen(_ id: String, _ units: [String]) throws(FlowRefusal) {
    for unit in units {
      // A unit works on one branch at a time.
      guard !item.branches.contains(where: { $0.kind == id && !$0.isEnded && $0.named == unit }),
        let index = item.branches.lastIndex(where: {
          $0.kind == id && $0.isEnded && $0.round == item.round && $0.named == unit && $0.lastState != nil
            && $0.state != definition.branch(id)?.closedAs
        }), let back = item.branches[index].lastState
      else { throw .noBranch(unit) }
      item.branches[index].state = back
      item.branches[index].entry += 1
      item.branches[index].isEnded = false
      item.branches[index].lastState = nil
      events.append(.branchReopened(item.branches[index].number, unit: unit))
    }
  }

  /// The ends of this round's branches take the first step of which the rule holds.
  private mutating func join() throws(FlowRefusal) {
    guard let state = definition.state(item.state), case .branches = state.holder else { return }
    for kind in definition.branches {
      let round = item.branches.filter { $0.kind == kind.id && $0.round == item.round }
      guard !round.isEmpty else { continue }
      for rule in kind.join where holds(rule.when, round) {
        guard let step = state.step(rule.take), step.by == .join else { continue }
        try takeInItem(step, nil, [:])
        return
      }
    }
  }

  private func holds(_ test: FlowJoinRule.Test, _ round: [FlowBranch]) -> Bool {
    switch test {
    case .lead(let end): round.contains { $0.isLead && $0.isEnded && $0.state == end }
    case .all(let ends): round.allSatisfy { $0.isEnded && ends.contains($0.state) }
    case .any(let end): round.contains { $0.isEnded && $0.state == end }
    case .atLeast(let count, let end): round.filter { $0.isEnded && $0.state == end }.count >= count
    }
  }
}
