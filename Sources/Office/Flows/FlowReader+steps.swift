package import YAMLText

extension FlowReader {
  /// - Parameter staysAllowed: whether a step without `to` stays where it is.
  func steps(_ value: YAMLValue, staysAllowed: Bool) -> [FlowStep]? {
    value.pairs(atMost: Self.stepsMax)?.reading { step($0.name, $0.value, staysAllowed: staysAllowed) }
  }

  private func step(_ name: YAMLValue, _ value: YAMLValue, staysAllowed: Bool) -> FlowStep? {
    let known = [
      "to", "act", "title", "by", "needs", "may", "when", "times", "within", "opens", "closes", "reopens", "moves",
      "levels", "sets", "citizen", "restarts",
    ]
    guard let id = identifier(name), let keys = value.mapping(known) else { return nil }
    let moves: FlowMove?? = keys.optional("moves").map { $0.choice(FlowMove.self) } ?? .some(nil)
    let ways: [FlowWay]?
    if let to = keys.optional("to") {
      ways = self.ways(to, moves ?? nil)
    } else if staysAllowed {
      ways = [FlowWay(when: nil, state: nil, moves: nil, mark: name.mark)]
    } else {
      return value.refused("the key to is missing: where does the step lead? “same” stays")
    }
    let act: String? = keys.optional("act").map { identifier($0) } ?? id
    let title: FlowWords?? = keys.optional("title").map(words) ?? .some(nil)
    let by = keys.optional("by").map(actor) ?? .holder
    let (needs, may) = (keys.optional("needs").map(identifiers) ?? [], keys.optional("may").map(identifiers) ?? [])
    let when: FlowCondition?? = keys.optional("when").map(condition) ?? .some(nil)
    let times: Int?? = keys.optional("times").map { $0.integer(1...100) } ?? .some(nil)
    let levels: Int?? = keys.optional("levels").map { $0.integer(1...4) } ?? .some(nil)
    let within: FlowTerm?? = keys.optional("within").map(days) ?? .some(nil)
    let opens: String?? = keys.optional("opens").map(identifier) ?? .some(nil)
    let closes: String?? = keys.optional("closes").map(identifier) ?? .some(nil)
    let reopens: String?? = keys.optional("reopens").map(identifier) ?? .some(nil)
    let sets = keys.optional("sets").map(values) ?? [:]
    let citizen: FlowWords?? = keys.optional("citizen").map(words) ?? .some(nil)
    let restarts = keys.optional("restarts").map { $0.parsed("clock") { $0 == "clock" ? true : nil } } ?? false
    guard let moves, let ways, let act, let title, let by, let needs, let may, let when, let times, let levels,
      let within, let opens, let closes, let reopens, let sets, let citizen, let restarts
    else { return nil }
    _ = moves
    return FlowStep(
      id: id, act: act, title: title, ways: ways, by: by, needs: needs, may: may, when: when, times: times,
      within: within, opens: opens, closes: closes, reopens: reopens, levels: levels, sets: sets, citizen: citizen,
      restartsClock: restarts, mark: name.mark)
  }

  /// `state`, `same`, or a list of ways with their conditions.
  private func ways(_ value: YAMLValue, _ moves: FlowMove?) -> [FlowWay]? {
    if value.isScalar {
      guard let state = identifier(value) else { return nil }
      return [FlowWay(when: nil, state: state == "same" ? nil : state, moves: moves, mark: value.mark)]
    }
    return value.list(atLeast: 1, atMost: 10)?.reading { way in
      guard let keys = way.mapping(["when", "state", "moves"]) else { return nil }
      let when: FlowCondition?? = keys.optional("when").map(condition) ?? .some(nil)
      let state = keys.required("state").flatMap(identifier)
      let own: FlowMove?? = keys.optional("moves").map { $0.choice(FlowMove.self) } ?? .some(moves)
      guard let when, let state, let own else { return nil }
      return FlowWay(when: when, state: state == "same" ? nil : state, moves: own, mark: way.mark)
    }
  }

  private func actor(_ value: YAMLValue) -> FlowActor? {
    if value.isScalar {
      return value.parsed("holder, citizen, clock, join, or a role such as {role: clerk, of: mailbox}") { text in
        switch text {
        case "holder": .holder
        case "citizen": .citizen
        case "clock": .clock
        case "join": .join
        default: nil
        }
      }
    }
    guard value.isSequence else { return party(value).map { .parties([$0]) } }
    return value.list(atLeast: 1, atMost: 5)?.reading { party($0) }.map(FlowActor.parties)
  }

  private func condition(_ value: YAMLValue) -> FlowCondition? {
    guard let keys = value.mapping(["field", "branch", "is"]) else { return nil }
    if let branch = keys.optional("branch") {
      guard let kind = identifier(branch), keys.required("is")?.parsed("present", isPresent) != nil else { return nil }
      return .hasBranches(kind)
    }
    guard let field = keys.required("field").flatMap(identifier), let wanted = keys.required("is") else { return nil }
    if let truth = wanted.truth { return .field(field, is: truth ? "true" : "false") }
    guard let text = identifier(wanted) else { return nil }
    return text == "present" ? .isPresent(field) : .field(field, is: text)
  }

  private func isPresent(_ text: String) -> Bool? { text == "present" ? true : nil }

  private func days(_ value: YAMLValue) -> FlowTerm? {
    value.mapping(["days"])?.required("days")?.integer(1...3_660).map(FlowTerm.days)
  }

  private func values(_ value: YAMLValue) -> [String: String]? {
    guard let pairs = value.pairs(atMost: 10) else { return nil }
    var found: [String: String] = [:]
    for (name, value) in pairs {
      guard let key = identifier(name) else { return nil }
      if let truth = value.truth {
        found[key] = truth ? "true" : "none"
      } else {
        guard let text = identifier(value) else { return nil }
        found[key] = text
      }
    }
    return found
  }

  // MARK: Words

  package func words(_ value: YAMLValue) -> FlowWords? {
    guard let keys = value.mapping(["zh", "en"]) else { return nil }
    // Each language is asked for, so that both are named where both are missing.
    let (chinese, english) = (
      keys.required("zh")?.text(maxCharacters: 200), keys.required("en")?.text(maxCharacters: 400)
    )
    guard let chinese, let english else { return nil }
    return FlowWords(chinese: chinese, english: english)
  }

  package func identifier(_ value: YAMLValue) -> String? {
    value.parsed("a name: a lowercase letter, then up to 31 lowercase letters, digits and hyphens") { text in
      let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789-".utf8)
      guard (1...32).contains(text.utf8.count), let first = text.utf8.first, (0x61...0x7A).contains(first) else {
        return nil
      }
      return text.utf8.allSatisfy(allowed.contains) ? text : nil
    }
  }

  func identifiers(_ value: YAMLValue) -> [String]? { value.list(atMost: 30)?.reading { identifier($0) } }

  func oneOrMore(_ value: YAMLValue) -> [String]? {
    value.isScalar ? identifier(value).map { [$0] } : identifiers(value)
  }
}

extension Array {
  /// All results, or nil where one is missing; each is asked for, so that all problems are noted.
  func reading<T>(_ read: (Element) -> T?) -> [T]? {
    let found = map(read)
    let whole = found.compactMap { $0 }
    return whole.count == found.count ? whole : nil
  }
}

extension YAMLValue {
  /// Of a plain `true` or `false`; nil for anything else.
  var truth: Bool? { scalarType == .boolean ? boolean() : nil }
  var isSequence: Bool { kind == .sequence }
  var mark: FlowMark { FlowMark(line: line, column: column) }
}
