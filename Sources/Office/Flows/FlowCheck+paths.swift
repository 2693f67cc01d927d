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
        next = step.ways.last?.state ?? id
      }
    }
  }

  /// From each state a way leads to an end whose steps can always be taken.
  mutating func checkSureWays(_ level: Level) {
    let leading = level.leadingToEnds { state, step in
      step.isSure && (step.by != .join || comesAbout(step, in: state))
    }
    for state in level.states where !state.isEnd && !leading.contains(state.id) {
      // F04 and F05 say it of those that no way leads out of at all.
      guard level.leadingToEnds().contains(state.id) else { continue }
      find(
        "F08", state.mark,
        "each way from \(state.id) to an end has a step with a condition or a number of times, or needs a branch recalled; "
          + "where that cannot be, an item stays for ever")
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
        if let outcome = step.sets["outcome"], outcome == "none" || vocabulary.outcomes.values.contains(outcome) {
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
        // What is joined with another has that one's outcome, which comes later.
        guard !step.joins else { continue }
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
    checkEnds(possible)
  }

  /// Items that are joined with another end in a state of their own, and wait there for the other's outcome.
  mutating func checkJoining() {
    for state in flow.states {
      for step in state.steps where step.joins {
        for way in step.ways {
          let target = way.state ?? state.id
          guard flow.state(target)?.isEnd == true, flow.start != target,
            !flow.states.flatMap(\.steps).contains(where: { other in
              !other.joins && other.ways.contains { $0.state == target }
            })
          else {
            find("F18", step.mark, "\(step.id) joins items; \(target) must be an end that no other step leads to")
            continue
          }
        }
      }
    }
    for step in flow.anywhere + flow.branches.flatMap(\.states).flatMap(\.steps) where step.joins {
      find("F18", step.mark, "\(step.id) joins items; that is a step of a state of the item itself")
    }
  }

  /// An end in a folder for items that ended in some way is reached with that outcome alone.
  private mutating func checkEnds(_ possible: [String: Set<String>]) {
    for state in flow.states where state.isEnd {
      guard let wanted = state.folder.flatMap({ vocabulary.outcomes[$0] }) else { continue }
      for other in (possible[state.id] ?? []).sorted() where other != wanted {
        find("F18", state.mark, "\(state.id) can be reached with the outcome “\(other)”; it takes “\(wanted)”")
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
      find("F17", flow.promise.mark, "clock: nothing is promised for \(kind)")
    }
    for kind in Set(flow.promise.terms.keys).subtracting(vocabulary.kinds).sorted() {
      find("F01", flow.promise.mark, "clock: there is no kind \(kind); it may be \(list(vocabulary.kinds))")
    }
    guard let needed = shortestWorkingDays() else { return }
    for (kind, term) in flow.promise.terms.sorted(by: { $0.key < $1.key }) {
      guard case .workingDays(let promised) = term, needed > promised else { continue }
      find(
        "F17", flow.promise.mark,
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
        for step in state.steps where step.by != .citizen && !step.joins {
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

extension FlowCheck.Level {
  /// The states from which an end is reached by steps that `isTaken` says are taken, the ends included.
  func leadingToEnds(by isTaken: (FlowState, FlowStep) -> Bool = { _, _ in true }) -> Set<String> {
    var leading = Set(states.filter(\.isEnd).map(\.id))
    var isGrowing = true
    while isGrowing {
      let more = states.filter { state in
        !leading.contains(state.id)
          && steps(of: state).contains {
            isTaken(state, $0) && $0.ways.contains { leading.contains($0.state ?? state.id) }
          }
      }
      leading.formUnion(more.map(\.id))
      isGrowing = !more.isEmpty
    }
    return leading
  }
}

extension FlowStep {
  /// Whether it can be taken whenever its state is there: nothing is asked but fields, and no other item.
  var isSure: Bool {
    !joins && when == nil && times == nil && closes == nil && reopens == nil
      && !ways.contains { $0.moves == .childUnit }
  }
}
