import Flows
import Letters
import Roles

/// Flows that nobody would write, as files. Most of them have findings; the others must hold all that sound flows promise.
struct RandomFlow {
  /// Acts without fields of their own, so that any step can be of any.
  static let vocabulary = FlowVocabulary(
    acts: Dictionary(
      uniqueKeysWithValues: (0..<30).map { number in
        let fields: Set = ["reason", "name", "units", "lead-unit", "unit", "child-unit"]
        guard number >= 20 else {
          return ("a\(number)", .init(.signForLetter, unitAction: .signForDispatch, may: fields))
        }
        return ("c\(number)", .init(nil, may: fields))
      }),
    folders: Set(DeskFolder.allCases.map(\.rawValue)).union(["stub"]), kinds: ["question"], ownFields: [],
    confidential: [])

  private var random: SeededNumbers
  private var states: [String] = []
  private var kinds: [String] = []
  private var waiting: Set<String> = []
  private var ends: [String] = []

  static func text(seed: UInt64) -> String {
    var flow = RandomFlow(random: SeededNumbers(seed: seed))
    return flow.write()
  }

  private init(random: SeededNumbers) { self.random = random }

  private mutating func write() -> String {
    kinds = (0..<random.number(0...2)).map { "k\($0)" }
    states = (0..<random.number(2...6)).map { "s\($0)" }
    ends = (0..<random.number(1...3)).map { "e\($0)" }
    waiting = kinds.isEmpty ? [] : Set(states.dropFirst().filter { _ in random.chance(35) })
    var text = """
      flow: random
      version: 1
      subject: letter
      title: {zh: 随机, en: random}
      fallback: {role: clerk, of: mailbox}
      clock:
        question: {working-days: 100}
      start: s0
      states:

      """
    for (index, state) in states.enumerated() {
      text += waiting.contains(state) ? waitingState(index) : self.state(index)
    }
    for end in ends {
      let folder = pick(["concluded", "stub", "recycle-bin", "stub"])
      text += "  \(end):\n    title: {zh: 终, en: end}\n    folder: \(folder)\n    end: true\n"
    }
    if random.chance(30) {
      text += "anywhere:\n  note: {act: a19, by: {role: clerk, of: mailbox}, may: [reason]}\n"
      if random.chance(50) { text += "  withdraw: {act: c29, by: citizen, to: \(pick(ends))}\n" }
    }
    if !kinds.isEmpty {
      text += "branches:\n"
      for kind in kinds { text += branch(kind) }
    }
    return text
  }

  private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }

  /// The next state, or a random one; the last leads to an end.
  private mutating func target(_ index: Int, isFirst: Bool, of states: [String], _ ends: [String]) -> String {
    if isFirst { return index + 1 < states.count ? states[index + 1] : pick(ends) }
    return pick(states + ends)
  }

  private mutating func head(_ id: String, _ indent: String, _ holder: String, limit: String) -> String {
    let folder = pick(["to-do", "tracking", "tracking", "untreated"])
    return "\(indent)\(id):\n\(indent)  title: {zh: 中, en: state}\n\(indent)  folder: \(folder)\n"
      + "\(indent)  holder: \(holder)\n\(limit)\(indent)  steps:\n"
  }

  private mutating func state(_ index: Int) -> String {
    let isCitizens = random.chance(10)
    let holder =
      isCitizens
      ? "citizen"
      : pick(["{role: clerk, of: mailbox}", "{role: clerk, of: mailbox, person: name}", "{role: clerk, of: lead-unit}"])
    var steps = ""
    for number in 0..<random.number(1...4) {
      let to = target(index, isFirst: number == 0, of: states, ends)
      let act = isCitizens ? "c\(20 + number), by: citizen" : "a\(number)"
      steps += "      s\(index)-\(number): {act: \(act)\(itemStep(to, isFirst: number == 0))}\n"
    }
    var limit = "{days: 1, then: urge, to: {role: leader, of: mailbox}}"
    if random.chance(15) {
      limit = "{hours: 5, then: late}"
      let to = pick(states.filter { !waiting.contains($0) } + ends)
      steps += "      late: {by: clock, to: \(to)\(outcome(to))}\n"
    }
    return head(states[index], "  ", holder, limit: "    limit: \(limit)\n") + steps
  }

  /// What an item's step does, after its act.
  private mutating func itemStep(_ target: String, isFirst: Bool) -> String {
    var (needs, text): ([String], String) = ([], outcome(target))
    if waiting.contains(target) {
      let kind = pick(kinds)
      if isFirst || random.chance(70) {
        needs = ["units", "lead-unit"]
        text += ", opens: \(kind)"
      } else {
        needs = ["units"]
        text += ", reopens: \(kind), when: {branch: \(kind), is: present}"
      }
    } else if !isFirst {
      if random.chance(20) { text += ", times: \(random.number(1...2))" }
      if random.chance(15) { text += ", when: {field: name, is: present}" }
    }
    let other = pick(states.filter { !waiting.contains($0) })
    if !isFirst, random.chance(15) {
      text += ", to: [{when: {field: name, is: present}, state: \(other)}, {state: \(target)}]"
    } else {
      text += ", to: \(target)"
    }
    return text + ", needs: [\(needs.joined(separator: ", "))], may: [name]"
  }

  private mutating func outcome(_ target: String) -> String {
    ends.contains(target) && random.chance(80) ? ", sets: {outcome: answered}" : ""
  }

  private mutating func waitingState(_ index: Int) -> String {
    let (first, back) = (target(index, isFirst: true, of: states, ends), pick(states.filter { !waiting.contains($0) }))
    let done = waiting.contains(first) ? back : first
    var steps = "      done: {to: \(done), by: join\(outcome(done))}\n      back: {to: \(back), by: join}\n"
    let kind = pick(kinds)
    if random.chance(50) {
      steps += "      recall: {act: a0, to: same, by: {role: clerk, of: mailbox}, needs: [unit], closes: \(kind)}\n"
    }
    if random.chance(50) {
      steps +=
        "      add: {act: a1, to: same, by: {role: clerk, of: mailbox}, needs: [units], may: [lead-unit], "
        + "opens: \(kind)}\n"
    }
    if random.chance(30) {
      steps += "      leave: {act: a2, to: \(back), by: {role: clerk, of: mailbox}}\n"
    }
    return head(states[index], "  ", "branches", limit: "") + steps
  }

  private mutating func branch(_ id: String) -> String {
    let inner = (0..<random.number(1...4)).map { "b\($0)" }
    let ends = (0..<random.number(1...3)).map { "f\($0)" }
    var text =
      "  \(id):\n    each: units\n    lead: lead-unit\n    start: b0\n    closed-as: \(pick(ends))\n    states:\n"
    for (index, state) in inner.enumerated() {
      let holder = pick(["{role: clerk, of: unit}", "{role: clerk, of: dispatcher}", "{role: clerk, of: mailbox}"])
      text += head(
        state, "      ", holder, limit: "        limit: {days: 1, then: urge, to: {role: leader, of: mailbox}}\n")
      for number in 0..<random.number(1...4) {
        let to = target(index, isFirst: number == 0, of: inner, ends)
        var step = "          b\(index)-\(number): {act: a\(number), to: \(to), may: [name]"
        if number > 0, random.chance(20) { step += ", times: 1" }
        if number > 0, random.chance(15) { step += ", when: {field: is-lead, is: true}" }
        if number > 0, random.chance(15) {
          step += ", moves: child-unit, levels: 3, needs: [child-unit]"
        } else if random.chance(15) {
          step += ", moves: parent-unit"
        }
        text += step + "}\n"
      }
    }
    for end in ends {
      text += "      \(end):\n        title: {zh: 终, en: end}\n        folder: concluded\n        end: true\n"
    }
    text += "    join:\n"
    for _ in 0..<random.number(0...3) {
      let end = pick(ends)
      let test = pick(["lead: \(end)", "all: [\(end)]", "any: \(end)", "at-least: \(random.number(1...3)), of: \(end)"])
      text += "      - {when: {\(test)}, take: \(pick(["done", "back"]))}\n"
    }
    return text
      + "      - {when: {all: [\(ends.joined(separator: ", "))]}, take: \(pick(["done", "done", "back"]))}\n"
  }
}
