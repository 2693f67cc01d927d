import Flows

@testable import Letters

/// One item on a random way through a flow.
struct FlowWalk {
  let flow: FlowDefinition
  private(set) var random: SeededNumbers
  private(set) var item: FlowItem
  private(set) var way: [String] = []
  /// What did not hold; a walk goes no further then.
  private(set) var broken: [String] = []
  private var isHeadingForAnEnd = false
  private let distances: [String: Int]
  /// By kind of branch, then by its ends.
  private let branchDistances: [String: [[String: Int]]]
  /// The round and which of the ends its branches head for.
  private var (aimedRound, aim) = (0, 0)

  static let units = (1...7).map { "u\($0)" }
  static let stepsMax = 2_000

  init(_ flow: FlowDefinition, seed: UInt64) {
    (self.flow, random) = (flow, SeededNumbers(seed: seed))
    item = flow.begin()
    distances = Self.distances(flow.states, flow.anywhere)
    branchDistances = Dictionary(
      uniqueKeysWithValues: flow.branches.map { kind in
        (kind.id, kind.ends.sorted().map { Self.distances(kind.states, [], to: [$0]) })
      })
    check(from: nil)
  }

  var isOver: Bool { flow.state(item.state)?.isEnd ?? true }

  /// Any steps, wrong ones among them, then those that lead on, to an end.
  mutating func run(wandering steps: Int) {
    for _ in 0..<steps where broken.isEmpty && !isOver {
      if random.chance(10) { tryWrong() } else if let offer = offers.randomElement(using: &random) { take(offer) }
    }
    isHeadingForAnEnd = true
    while broken.isEmpty, !isOver {
      guard way.count < Self.stepsMax else {
        broken.append("no end after \(Self.stepsMax) steps")
        return
      }
      guard let offer = onward() else {
        broken.append("nothing leads on from \(item.state)")
        return
      }
      take(offer)
    }
  }

  private var offers: [FlowOffer] { flow.offers(of: item) }

  // MARK: The way to an end

  /// How many steps that can always be taken are left to an end, from each state.
  private static func distances(
    _ states: [FlowState], _ anywhere: [FlowStep], to ends: Set<String>? = nil
  ) -> [String: Int] {
    let ends = ends ?? Set(states.filter(\.isEnd).map(\.id))
    var found = Dictionary(uniqueKeysWithValues: ends.map { ($0, 0) })
    for _ in states {
      for state in states where !state.isEnd {
        for step in state.steps + anywhere where isSure(step) {
          for way in step.ways {
            guard let next = found[way.state ?? state.id], next + 1 < found[state.id] ?? .max else { continue }
            found[state.id] = next + 1
          }
        }
      }
    }
    return found
  }

  private static func isSure(_ step: FlowStep) -> Bool {
    !step.joins && step.when == nil && step.times == nil && step.closes == nil && step.reopens == nil
      && !step.ways.contains { $0.moves == .childUnit }
  }

  /// A step that leads on: of the item, or of the branches that its state waits for. Now and then any other that can always
  /// be taken, since the shortest way of each branch is not always one that the join lets pass.
  private mutating func onward() -> FlowOffer? {
    if aimedRound != item.round { (aimedRound, aim) = (item.round, random.number(0...23)) }
    let round = Set(item.roundBranches.map(\.number))
    let sure = offers.filter { Self.isSure($0.step) }
    let (own, others) = (sure.filter { $0.branch == nil }, sure.filter { $0.branch.map(round.contains) ?? false })
    let isWaiting = flow.state(item.state)?.holder == .branches
    return onward(isWaiting && (own.isEmpty || !random.chance(3)) ? others : own)
  }

  private mutating func onward(_ sure: [FlowOffer]) -> FlowOffer? {
    if random.chance(30) { return sure.randomElement(using: &random) }
    let nearest = sure.compactMap { offer in distance(after: offer).map { (offer, $0) } }
    let least = nearest.map(\.1).min()
    return nearest.filter { $0.1 == least }.map(\.0).randomElement(using: &random) ?? sure.randomElement(using: &random)
  }

  private func distance(after offer: FlowOffer) -> Int? {
    guard let number = offer.branch, let branch = item.branch(number) else {
      return offer.step.ways.compactMap { distances[$0.state ?? item.state] }.min()
    }
    guard let ends = branchDistances[branch.kind], !ends.isEmpty else { return nil }
    return offer.step.ways.compactMap { ends[aim % ends.count][$0.state ?? branch.state] }.min()
  }

  // MARK: Steps

  private mutating func take(_ offer: FlowOffer) {
    let before = item
    let fields = fields(for: offer)
    let isAutomatic = offer.step.by == .clock || offer.step.by == .citizen
    way.append(offer.step.id + (offer.branch.map { " \($0)" } ?? ""))
    do throws(FlowRefusal) {
      let change = try flow.take(
        offer.step.id, branch: offer.branch, by: isAutomatic ? nil : "p\(random.number(1...9))", fields: fields,
        on: item)
      item = change.item
      if !change.events.contains(.ended(item.state)), isOver { broken.append("an end without its event") }
      check(from: before)
    } catch {
      switch error {
      case .noBranch where offer.step.reopens != nil || offer.step.closes != nil: break
      case .tooDeep where offer.step.levels != nil: break
      case .units where item.branches.count + 5 > FlowDefinition.branchesMax: break
      default: broken.append("\(way.last ?? "") was offered and refused: \(error)")
      }
    }
  }

  /// What a careless or old page sends is refused.
  private mutating func tryWrong() {
    guard let offer = offers.randomElement(using: &random) else { return }
    var (id, branch, fields) = (offer.step.id, offer.branch, fields(for: offer))
    switch random.number(0...3) {
    case 0:
      guard let field = offer.step.needs.randomElement(using: &random) else { return }
      fields[field] = random.chance(50) ? nil : [""]
    case 1: fields["no-such-field"] = ["x"]
    case 2: branch = (item.branches.map(\.number).max() ?? 0) + 1
    default: id = "no-such-step"
    }
    if (try? flow.take(id, branch: branch, by: "p1", fields: fields, on: item)) != nil {
      broken.append("\(id) was taken with \(fields)")
    }
  }

  private mutating func fields(for offer: FlowOffer) -> [String: [String]] {
    var fields: [String: [String]] = [:]
    for field in offer.step.needs + offer.step.may.filter({ _ in random.chance(40) }) {
      switch field {
      case "units" where offer.step.reopens != nil:
        let ended = item.roundBranches.filter { $0.isEnded && $0.kind == offer.step.reopens }.map(\.named)
        fields[field] = some(of: ended.isEmpty ? Self.units : ended)
      case "units": fields[field] = some(of: Self.units)
      case "unit":
        let open = item.branches.filter { !$0.isEnded && $0.kind == offer.step.closes }.map(\.named)
        fields[field] = [open.randomElement(using: &random) ?? "u1"]
      case "lead-unit": break
      default: fields[field] = ["\(field)-\(random.number(1...99))"]
      }
    }
    if offer.step.needs.contains("lead-unit") || offer.step.may.contains("lead-unit") && random.chance(40) {
      fields["lead-unit"] = fields["units"]?.randomElement(using: &random).map { [$0] } ?? ["u1"]
    }
    return fields
  }

  /// One to five, each once.
  private mutating func some(of choices: [String]) -> [String] {
    // Few units come to an end together more often than many.
    let most = isHeadingForAnEnd && random.chance(80) ? 1 : 5
    return Array(Set(choices).sorted().shuffled(using: &random).prefix(random.number(1...most)))
  }

  // MARK: What always holds

  private mutating func check(from before: FlowItem?) {
    let isUntreated = random.chance(30)
    broken += problems(from: before, isUntreated)
  }

  private func problems(from before: FlowItem?, _ isUntreated: Bool) -> [String] {
    var rules = Rules()
    let state = flow.state(item.state)
    let open = item.branches.filter { !$0.isEnded }
    rules.hold(state != nil, "there is no state \(item.state)")
    if isOver {
      rules.hold(open.isEmpty, "it has ended, and a branch is open")
      rules.hold(flow.waits(of: item).isEmpty, "it has ended and waits")
    } else {
      let offered = Set(offers.map { $0.branch ?? 0 })
      rules.hold(!offered.isEmpty, "nobody can do anything in \(item.state)")
      for branch in open {
        rules.hold(offered.contains(branch.number), "nobody can do anything in branch \(branch.number)")
      }
      if state?.holder == .branches {
        rules.hold(item.roundBranches.contains { !$0.isEnded }, "\(item.state) waits for branches that have all ended")
      } else {
        rules.hold(offered.contains(0), "nobody can do anything in \(item.state) itself")
        rules.hold(flow.waits(of: item).contains { $0.branch == nil }, "\(item.state) waits without a limit")
      }
    }
    for branch in item.branches {
      let isEnd = flow.branch(branch.kind)?.state(branch.state)?.isEnd
      rules.hold(isEnd == branch.isEnded, "branch \(branch.number) is in \(branch.state)")
    }
    let names = open.map { $0.kind + " " + $0.named }
    rules.hold(Set(names).count == names.count, "a unit has two open branches: \(names)")
    if let before { checkCounts(before, &rules) }
    checkPlaces(isUntreated, &rules)
    return rules.broken
  }

  private func checkCounts(_ before: FlowItem, _ rules: inout Rules) {
    rules.hold(
      item.entry >= before.entry && (item.entry > before.entry || item.state == before.state), "the item's entry")
    rules.hold(item.round >= before.round, "the round")
    rules.hold(item.branches.map(\.number) == Array(1..<(item.branches.count + 1)), "the branches' numbers")
    rules.hold(item.branches.count >= before.branches.count, "a branch is gone")
    for (new, old) in zip(item.branches, before.branches) {
      let isSame = new.state == old.state && new.units == old.units
      rules.hold(new.entry >= old.entry && (new.entry > old.entry || isSame), "the entry of branch \(old.number)")
    }
  }

  private func checkPlaces(_ isUntreated: Bool, _ rules: inout Rules) {
    let places = LetterPlace.places(of: item, in: flow, mailbox: "m") { _ in isUntreated }
    var viewers: [LetterPlace.Viewer] = [.mailbox("m")]
    // What was taken back from a unit is nothing of its any more.
    let kept = item.branches.filter { !$0.isEnded || $0.state != flow.branch($0.kind)?.closedAs }
    viewers += Set(kept.flatMap { $0.units + ($0.passedUp ?? []) }).sorted().map { .unit($0) }
    for viewer in viewers {
      let folders = places.filter { $0.viewer == viewer }.map(\.folder)
      let isStub = folders == ["stub"]
      rules.hold(folders.filter { $0 != "all" }.count == 1, "\(viewer.text) has it in \(folders)")
      rules.hold(
        folders.contains("all") != isStub && folders.count == (isStub ? 1 : 2), "\(viewer.text) has it in \(folders)")
    }
    var waiting: [Int] = flow.holder(of: item) == nil ? [] : [0]
    waiting += item.branches.filter { !$0.isEnded && flow.holder(of: item, branch: $0.number) != nil }.map(\.number)
    if isUntreated {
      waiting += flow.waits(of: item).filter { if case .urge = $0.limit.then { true } else { false } }.map {
        $0.branch ?? 0
      }
    }
    let queued = places.filter { $0.folder == LetterPlace.queue }
    rules.hold(
      queued.map(\.branch).sorted() == waiting.sorted(), "it waits for \(waiting), and is queued for \(queued)")
    rules.hold(
      places.count == 2 * viewers.count + queued.count - (places.contains { $0.folder == "stub" } ? 1 : 0), "places")
  }

  private struct Rules {
    var broken: [String] = []

    mutating func hold(_ condition: Bool, _ text: @autoclosure () -> String) {
      if !condition { broken.append(text()) }
    }
  }
}
