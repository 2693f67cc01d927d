import Roles

extension FlowDefinition {
  /// The flow as a state diagram in Mermaid's language, version 2; the branches of a state stand inside it.
  ///
  /// - Parameter chinese: whether titles are Chinese; English else.
  public func mermaid(chinese: Bool) -> String {
    func text(_ words: FlowWords) -> String {
      (chinese ? words.chinese : words.english).map { "\";:#\n{}".contains($0) ? " " : $0 }.reduce(into: "") {
        $0.append($1)
      }
    }
    // Hyphens would be read as arrows.
    func name(_ id: String) -> String { id.map { $0 == "-" ? "_" : $0 }.reduce(into: "") { $0.append($1) } }
    func label(_ step: FlowStep, _ way: FlowWay) -> String {
      let who: String? =
        switch step.by {
        case .holder: nil
        case .citizen: chinese ? "来信人" : "citizen"
        case .clock: chinese ? "到期" : "when due"
        case .join: chinese ? "汇合" : "join"
        case .parties(let parties): parties.map(\.role.rawValue).joined(separator: ", ")
        }
      let condition: String? =
        switch way.when {
        case .field(let field, let value): "\(field) = \(value)"
        case .isPresent(let field): field
        case .hasBranches(let kind): kind
        case nil: nil
        }
      return step.id + (who.map { " (\($0))" } ?? "") + (condition.map { " [\($0)]" } ?? "")
    }
    func lines(_ states: [FlowState], _ start: String, _ indent: String) -> [String] {
      var lines = ["\(indent)[*] --> \(name(start))"]
      for state in states {
        lines.append("\(indent)\(name(state.id)) : \(text(state.title))")
        for step in state.steps {
          for way in step.ways {
            lines.append("\(indent)\(name(state.id)) --> \(name(way.state ?? state.id)) : \(label(step, way))")
          }
        }
        if state.isEnd, state.steps.allSatisfy({ $0.ways.allSatisfy { $0.state == nil } }) {
          lines.append("\(indent)\(name(state.id)) --> [*]")
        }
      }
      return lines
    }
    var result = ["stateDiagram-v2"] + lines(states, start, "  ")
    let waiting = states.first { $0.holder == .branches }
    for branch in branches {
      let place = waiting.map { name($0.id) } ?? name(branch.id)
      result.append("  state \(place) {")
      result += lines(branch.states, branch.start, "    ")
      result.append("  }")
    }
    return result.joined(separator: "\n") + "\n"
  }
}
