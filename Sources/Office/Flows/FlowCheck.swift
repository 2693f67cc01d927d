public import Roles

/// What the subject of a flow brings: the words that its flows may use.
public struct FlowVocabulary: Sendable {
  /// The acts of people, and what each may be given; the fields that it cannot do without stand in `needs`.
  public struct Act: Sendable {
    public let action: Action?
    /// The same where it is done for a unit.
    public let unitAction: Action?
    public let fields: Set<String>
    public let needs: Set<String>

    /// - Parameter action: what must be allowed to whoever does it; nil for acts of citizens.
    public init(
      _ action: Action?, unitAction: Action? = nil, needs: Set<String> = [], may: Set<String> = []
    ) {
      (self.action, self.unitAction) = (action, unitAction ?? action)
      (self.needs, fields) = (needs, needs.union(may))
    }
  }

  public let acts: [String: Act]
  public let folders: Set<String>
  /// What the promised date depends on.
  public let kinds: Set<String>
  /// Fields that the subject brings itself.
  public let ownFields: Set<String>
  /// Fields that no citizen may read.
  public let confidential: Set<String>
  /// How items can end, by the folder that those that ended so are in.
  public let outcomes: [String: String]
  /// Acts that ask the citizen something, each with the citizen's act that answers it.
  public let answers: [String: String]
  /// What can be asked for beside a flow: what must be allowed to whoever asks, and to whoever decides.
  public let requests: [String: (ask: Action, grant: Action)]

  public init(
    acts: [String: Act], folders: Set<String>, kinds: Set<String>, ownFields: Set<String>, confidential: Set<String>,
    outcomes: [String: String] = ["concluded": "answered", "declined": "declined"], answers: [String: String] = [:],
    requests: [String: (ask: Action, grant: Action)] = [:]
  ) {
    (self.acts, self.folders, self.kinds) = (acts, folders, kinds)
    (self.ownFields, self.confidential, self.outcomes, self.answers) = (ownFields, confidential, outcomes, answers)
    self.requests = requests
  }
}

/// Something that is wrong with a flow.
public struct FlowFinding: Sendable, Equatable {
  /// `F01` … `F19`; docs/flows.md lists them.
  public let code: String
  public let mark: FlowMark
  public let text: String
  /// Whether it is only pointed out: the flow can be used.
  public let isNote: Bool

  init(_ code: String, _ mark: FlowMark, _ text: String, isNote: Bool = false) {
    (self.code, self.mark, self.text, self.isNote) = (code, mark, text, isNote)
  }
}

/// Finds what is wrong with a flow, as far as the file alone shows it.
public struct FlowCheck {
  let flow: FlowDefinition
  let vocabulary: FlowVocabulary
  private(set) var findings: [FlowFinding] = []

  public static func findings(of flow: FlowDefinition, _ vocabulary: FlowVocabulary) -> [FlowFinding] {
    var check = FlowCheck(flow: flow, vocabulary: vocabulary)
    check.run()
    return check.findings.sorted {
      ($0.mark.line, $0.mark.column, $0.code) < ($1.mark.line, $1.mark.column, $1.code)
    }
  }

  private init(flow: FlowDefinition, vocabulary: FlowVocabulary) {
    (self.flow, self.vocabulary) = (flow, vocabulary)
  }

  mutating func find(_ code: String, _ mark: FlowMark, _ text: String, isNote: Bool = false) {
    findings.append(FlowFinding(code, mark, text, isNote: isNote))
  }

  /// One level of the flow: its own states, or those of one kind of branch.
  struct Level {
    let states: [FlowState]
    let start: String
    let startMark: FlowMark
    let branch: FlowBranchKind?
    /// Steps of every state that is not an end.
    let anywhere: [FlowStep]

    func state(_ id: String) -> FlowState? { states.first { $0.id == id } }
    func steps(of state: FlowState) -> [FlowStep] { state.steps + (state.isEnd ? [] : anywhere) }
  }

  var levels: [Level] {
    [Level(states: flow.states, start: flow.start, startMark: flow.startMark, branch: nil, anywhere: flow.anywhere)]
      + flow.branches.map {
        Level(states: $0.states, start: $0.start, startMark: $0.startMark, branch: $0, anywhere: [])
      }
  }

  private mutating func run() {
    for level in levels { checkTargets(level) }
    // What leads nowhere would be reported by all the others once more.
    guard findings.isEmpty else { return }
    for level in levels {
      checkReach(level)
      checkSureWays(level)
      checkHolders(level)
      checkSteps(level)
      checkAutomaticLoops(level)
    }
    checkWaiting()
    for branch in flow.branches { checkJoin(branch) }
    checkOutcomes()
    checkJoining()
    checkPromise()
    for request in flow.requests { checkRequest(request) }
  }

  // MARK: Where steps lead

  private mutating func checkTargets(_ level: Level) {
    let known = Set(level.states.map(\.id))
    if known.count < level.states.count {
      for (index, state) in level.states.enumerated()
      where level.states[..<index].contains(where: { $0.id == state.id }) {
        find("F01", state.mark, "the state \(state.id) is given twice; rename one")
      }
    }
    if !known.contains(level.start) {
      find("F02", level.startMark, "start: there is no state \(level.start)")
    }
    let states = known.sorted().joined(separator: ", ")
    for step in level.states.flatMap(\.steps) + level.anywhere {
      for way in step.ways {
        if let target = way.state, !known.contains(target) {
          find("F02", way.mark, "\(step.id) leads to \(target), which is no state here; there are \(states)")
        }
      }
      for kind in [step.opens, step.closes, step.reopens].compactMap({ $0 }) where flow.branch(kind) == nil {
        find("F02", step.mark, "\(step.id): there is no kind of branch \(kind)")
      }
    }
    for state in level.states {
      if case .step(let step) = state.limit?.then, state.step(step) == nil {
        find("F02", state.limit?.mark ?? state.mark, "the limit takes \(step), which is no step of \(state.id)")
      }
    }
  }

  // MARK: Whether every state is reached, and leads to an end

  private mutating func checkReach(_ level: Level) {
    if level.state(level.start)?.isEnd ?? false {
      return find("F04", level.startMark, "start: \(level.start) is an end, where nothing is done")
    }
    let targets: (FlowState) -> Set<String> = { state in
      Set(level.steps(of: state).flatMap(\.ways).map { $0.state ?? state.id })
    }
    var reached: Set<String> = [level.start]
    var waiting = [level.start]
    while let next = waiting.popLast() {
      guard let state = level.state(next) else { continue }
      for target in targets(state) where reached.insert(target).inserted { waiting.append(target) }
    }
    if let closed = level.branch?.closedAs { reached.insert(closed) }
    for state in level.states where !reached.contains(state.id) {
      find("F03", state.mark, "no step leads to the state \(state.id)")
    }
    let leading = level.leadingToEnds()
    for state in level.states where !state.isEnd {
      if level.steps(of: state).isEmpty {
        find("F04", state.mark, "\(state.id) is no end, and no step leads out of it")
      } else if !leading.contains(state.id) {
        find("F05", state.mark, "no way leads from \(state.id) to an end")
      }
    }
  }

  // MARK: Who has it, and how long

  private mutating func checkHolders(_ level: Level) {
    for state in level.states {
      if let folder = state.folder {
        if !vocabulary.folders.contains(folder) {
          find("F18", state.mark, "there is no folder \(folder); it may be \(list(vocabulary.folders))")
        }
      } else {
        find("F18", state.mark, "\(state.id) is in no folder")
      }
      guard !state.isEnd else { continue }
      switch state.holder {
      case .branches:
        if level.branch != nil { find("F09", state.mark, "a branch has no branches of its own") }
      case .citizen:
        if !state.steps.contains(where: { $0.by == .citizen }) {
          find("F04", state.mark, "\(state.id) waits for the citizen, who has no step there")
        }
        fallthrough
      case .party, .nobody:
        if state.limit == nil {
          find("F07", state.mark, "\(state.id) waits without a limit; say limit: and whom to urge")
        }
      }
      if case .party(let party) = state.holder { checkNames(party, state.mark, level) }
      if let limit = state.limit, case .field(let field) = limit.term, !given(level).contains(field) {
        find("F07", limit.mark, "no step gives \(field), the date until which \(state.id) may wait")
      }
      if state.clock == .paused { checkPause(state) }
    }
  }

  /// A pause ends by itself.
  private mutating func checkPause(_ state: FlowState) {
    guard case .step(let id) = state.limit?.then, let step = state.step(id),
      step.ways.allSatisfy({ ($0.state ?? state.id) != state.id })
    else {
      return find("F14", state.mark, "\(state.id) pauses the promised date, and no limit ends the pause by a step")
    }
  }

  // MARK: Steps

  private mutating func checkSteps(_ level: Level) {
    for state in level.states {
      let steps = level.steps(of: state).filter { $0.by != .join }
      for (index, step) in steps.enumerated() {
        guard let first = steps[..<index].first(where: { $0.act == step.act || $0.id == step.id }) else { continue }
        let (own, other) = index < state.steps.count ? (step, first) : (first, step)
        let whose = index < state.steps.count ? "" : ", which every state has"
        find(
          "F12", own.mark, "\(own.id) is the act \(own.act) of \(state.id), as is \(other.id)\(whose): make it one step"
        )
      }
    }
    for state in level.states { for step in state.steps { checkStep(step, state, level) } }
    for step in level.anywhere { checkStep(step, nil, level) }
  }

  private mutating func checkStep(_ step: FlowStep, _ state: FlowState?, _ level: Level) {
    if let last = step.ways.last, last.when != nil {
      find("F08", last.mark, "\(step.id): where no condition holds, it leads nowhere; the last way has none")
    }
    for way in step.ways.dropLast() where way.when == nil {
      find("F08", way.mark, "\(step.id): no way after this one is ever taken, since it has no condition")
    }
    switch step.by {
    case .join where state?.holder != .branches:
      find("F09", step.mark, "\(step.id) is taken by a join, in a state that waits for no branches")
    case .clock:
      if case .step(step.id) = state?.limit?.then {
      } else {
        find("F07", step.mark, "\(step.id) is taken by the clock, and no limit takes it")
      }
      if step.when != nil || step.times != nil {
        find("F08", step.mark, "\(step.id) is taken by the clock, whatever else holds; remove when and times")
      }
    case .holder where state.map { $0.holder == .branches || $0.holder == .nobody } ?? false:
      find("F06", step.mark, "\(step.id): nobody holds \(state?.id ?? ""); say by whom it is taken")
    case .holder where state?.holder == .citizen:
      find("F06", step.mark, "\(step.id): the citizen holds \(state?.id ?? ""); say by: citizen")
    default: break
    }
    checkBranches(of: step, level)
    checkFields(of: step, level)
    checkWords(step)
    checkAct(step, state, level)
  }

  func list(_ words: Set<String>) -> String { words.sorted().joined(separator: ", ") }
}

extension FlowWords {
  /// The names in braces.
  public static func fields(in text: String) -> [String] {
    var found: [String] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      found.append(String(rest[rest.index(after: start)..<end]))
      rest = rest[rest.index(after: end)...]
    }
    return found
  }

  /// `text` with each name in braces replaced by its value; empty for one that has none.
  public static func filled(_ text: String, _ values: (String) -> String) -> String {
    var (result, rest) = ("", text[...])
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      result += rest[..<start] + values(String(rest[rest.index(after: start)..<end]))
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}
