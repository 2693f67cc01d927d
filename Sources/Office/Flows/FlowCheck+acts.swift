import Roles

/// What steps are of: acts, their fields, and whether anybody may do them.
extension FlowCheck {
  mutating func checkAct(_ step: FlowStep, _ state: FlowState?, _ level: Level) {
    guard !step.by.isAutomatic else {
      if !step.needs.isEmpty || !step.may.isEmpty {
        find("F19", step.mark, "\(step.id) is taken by nobody, who fills in nothing; remove needs and may")
      }
      return
    }
    guard let act = vocabulary.acts[step.act] else {
      return find(
        "F19", step.mark, "there is no act \(step.act); name one with “act:”: \(list(Set(vocabulary.acts.keys)))")
    }
    if (act.action == nil) != (step.by == .citizen) {
      find("F19", step.mark, "\(step.act) is an act of \(act.action == nil ? "the citizen" : "people at the desk")")
    }
    checkParties(step, act, state, level)
    for field in step.needs + step.may where !act.fields.contains(field) {
      find("F19", step.mark, "\(step.act) has no field \(field); it may be \(list(act.fields))")
    }
    for field in act.needs where !step.needs.contains(field) {
      find("F19", step.mark, "\(step.act) cannot do without \(field); add it to needs")
    }
    guard let answer = vocabulary.answers[step.act] else { return }
    for way in step.ways {
      let target = (way.state ?? state?.id).flatMap(level.state)
      let isWaiting =
        target?.holder == .citizen && target?.steps.contains { $0.by == .citizen && $0.act == answer } ?? false
      guard isWaiting else {
        return find(
          "F19", way.mark,
          "\(step.id) asks the citizen; it has to lead to a state that the citizen holds and leaves by \(answer)")
      }
    }
  }

  /// Whether the table of permissions lets the roles named do the act at all.
  private mutating func checkParties(
    _ step: FlowStep, _ act: FlowVocabulary.Act, _ state: FlowState?, _ level: Level
  ) {
    let parties: [FlowParty]
    switch (step.by, state?.holder) {
    case (.parties(let named), _): parties = named
    case (.holder, .party(let party)): parties = [party]
    default: return
    }
    for party in parties {
      let actions: [Action?] =
        switch party.of {
        case .mailbox, .office: [act.action]
        case .unit, .leadUnit: [act.unitAction]
        // The mailbox's people, or after passing down those of the unit above.
        case .dispatcher: [act.action, act.unitAction]
        }
      if actions.contains(where: { $0.map { Permissions.scope(of: $0, for: party.role) == nil } ?? false }) {
        find("F06", step.mark, "\(step.id): the table of permissions lets no \(party.role.rawValue) do \(step.act)")
      }
      if case .parties = step.by { checkNames(party, step.mark, level) }
    }
  }

  /// What a holder or doer is named by.
  mutating func checkNames(_ party: FlowParty, _ mark: FlowMark, _ level: Level) {
    if let field = party.person, !given(level).contains(field) {
      find("F06", mark, "person: no step gives \(field)")
    }
    for other in party.notWhoDid where !level.hasStep(other) {
      find("F11", mark, "not-who-did: there is no step \(other) here")
    }
  }

  /// What is asked for beside the flow: by and of whom, how long that may take, and what the citizen is told.
  mutating func checkRequest(_ request: FlowRequest) {
    guard let known = vocabulary.requests[request.id] else {
      let all = list(Set(vocabulary.requests.keys))
      return find("F19", request.mark, "nothing acts on the request \(request.id); it may be \(all)", isNote: true)
    }
    if Permissions.scope(of: known.ask, for: request.by.role) == nil || ![.unit, .leadUnit].contains(request.by.of) {
      find(
        "F06", request.mark,
        "\(request.id): nobody who works on an item for a unit is \(request.by.role.rawValue) there")
    }
    if Permissions.scope(of: known.grant, for: request.grant.role) == nil
      || ![.mailbox, .office].contains(request.grant.of)
    {
      find("F06", request.mark, "\(request.id): no \(request.grant.role.rawValue) of the mailbox may decide on it")
    }
    if case .urge = request.limit?.then {
    } else {
      find("F07", request.mark, "\(request.id) waits without a limit; say limit: and whom to urge")
    }
    guard let words = request.citizen else { return }
    let fields = [words.chinese, words.english].map { Set(FlowWords.fields(in: $0)) }
    if fields[0] != fields[1] {
      find("F13", request.mark, "\(request.id): the words for the citizen name other fields in Chinese than in English")
    }
    for field in fields[0].union(fields[1]).sorted()
    where vocabulary.confidential.contains(field)
      || !request.needs.contains(field) && !vocabulary.ownFields.contains(field)
    {
      find("F16", request.mark, "\(request.id): {\(field)} is no field that the citizen is told")
    }
  }

  mutating func checkWords(_ step: FlowStep) {
    guard let words = step.citizen else { return }
    for field in Set([words.chinese, words.english].flatMap(FlowWords.fields)).sorted() {
      if vocabulary.confidential.contains(field) {
        find("F16", step.mark, "\(step.id) would tell the citizen \(field), which stays in the office")
      } else if !step.needs.contains(field) && !step.may.contains(field) && !vocabulary.ownFields.contains(field) {
        find("F16", step.mark, "\(step.id): {\(field)} is no field of this step")
      }
    }
    if Set(FlowWords.fields(in: words.chinese)) != Set(FlowWords.fields(in: words.english)) {
      find("F13", step.mark, "\(step.id): the words for the citizen name other fields in Chinese than in English")
    }
  }

  /// What the steps of a level fill in; for branches also what the item's steps do.
  func given(_ level: Level) -> Set<String> {
    let own = level.states.flatMap(\.steps) + level.anywhere
    let above = level.branch == nil ? [] : flow.states.flatMap(\.steps) + flow.anywhere
    return Set((own + above).flatMap { $0.needs + $0.may })
  }

  /// Whether what a step asks for and sets is something that there is.
  mutating func checkFields(of step: FlowStep, _ level: Level) {
    let outcomes = Set(vocabulary.outcomes.values)
    for (name, value) in step.sets.sorted(by: { $0.key < $1.key }) {
      if name == "outcome" {
        if level.branch != nil {
          find("F19", step.mark, "\(step.id): a branch decides no outcome; its ends and the join do")
        }
        if value != "none" && !outcomes.contains(value) {
          find("F19", step.mark, "\(step.id): there is no outcome \(value); it may be none, \(list(outcomes))")
        }
      } else if !flow.marks.contains(name) {
        find("F19", step.mark, "\(step.id) sets \(name), which is neither outcome nor one of marks")
      }
    }
    var known = given(level).union(vocabulary.ownFields).union(flow.marks).union(["outcome"])
    if level.branch != nil { known.formUnion(["is-lead", "parent-in-branch"]) }
    for condition in [step.when].compactMap(\.self) + step.ways.compactMap(\.when) {
      switch condition {
      case .hasBranches(let kind):
        if flow.branch(kind) == nil { find("F02", step.mark, "\(step.id): there is no kind of branch \(kind)") }
      case .field(let field, let value):
        if !known.contains(field) { find("F08", step.mark, "\(step.id) looks at \(field), which no step gives") }
        if field == "outcome", !outcomes.contains(value) {
          find("F08", step.mark, "\(step.id): there is no outcome \(value); it may be \(list(outcomes))")
        }
      case .isPresent(let field):
        if !known.contains(field) { find("F08", step.mark, "\(step.id) looks at \(field), which no step gives") }
      }
    }
    if level.branch == nil, step.ways.contains(where: { $0.moves != nil }) || step.levels != nil {
      find("F19", step.mark, "\(step.id): only branches move between units")
    }
    if step.ways.contains(where: { $0.moves == .childUnit }), !step.needs.contains("child-unit") {
      find("F19", step.mark, "\(step.id) moves to the unit below, and does not need child-unit")
    }
  }
}

extension FlowCheck.Level {
  func hasStep(_ id: String) -> Bool {
    (states.flatMap(\.steps) + anywhere).contains { $0.id == id }
  }
}
