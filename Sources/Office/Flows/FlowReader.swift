import Roles
package import YAMLText

/// Reads a flow's file. What it cannot read is noted at its line, and nothing is returned.
package struct FlowReader {
  public static let statesMax = 100
  static let stepsMax = 50

  package init() {}

  /// - Parameter root: the file's top group of keys.
  /// - Returns: nil where something was noted.
  package func read(_ root: YAMLValue) -> FlowDefinition? {
    let keys = [
      "flow", "version", "subject", "title", "fallback", "marks", "clock", "requests", "start", "states", "anywhere",
      "branches",
    ]
    let noted = root.problems.problems.count
    guard let top = root.mapping(keys) else { return nil }
    let id = top.required("flow").flatMap(identifier)
    let version = top.required("version")?.integer(1...1_000_000)
    let subject = top.required("subject")?.choice(FlowSubject.self)
    let title = top.required("title").flatMap(words)
    let fallback = top.required("fallback").flatMap(party)
    let start = top.required("start").flatMap(identifier)
    let marks = top.optional("marks").map(identifiers) ?? []
    let promise = top.required("clock").flatMap(promise)
    let requests = top.optional("requests").map(requests) ?? []
    let states = top.required("states").flatMap(states)
    let anywhere = top.optional("anywhere").map { self.steps($0, staysAllowed: true) } ?? []
    let branches = top.optional("branches").map(branchKinds) ?? []
    guard let id, let version, let subject, let title, let fallback, let start, let marks, let promise, let requests,
      let states, let anywhere, let branches, root.problems.problems.count == noted
    else { return nil }
    return FlowDefinition(
      id: id, version: version, subject: subject, title: title, fallback: fallback, marks: marks, promise: promise,
      requests: requests, start: start, startMark: top.required("start")?.mark ?? root.mark, states: states,
      anywhere: anywhere, branches: branches)
  }

  // MARK: States

  private func states(_ value: YAMLValue) -> [FlowState]? {
    value.pairs(atMost: Self.statesMax)?.reading { state($0.name, $0.value) }
  }

  private func state(_ name: YAMLValue, _ value: YAMLValue) -> FlowState? {
    guard let id = identifier(name),
      let keys = value.mapping(["title", "folder", "holder", "limit", "clock", "end", "steps"])
    else { return nil }
    let title = keys.required("title").flatMap(words)
    let isEnd = keys.optional("end").map { $0.boolean() } ?? false
    let folder: String?? = keys.optional("folder").map(identifier) ?? .some(nil)
    let limit: FlowLimit?? = keys.optional("limit").map { self.limit($0) } ?? .some(nil)
    let clock: FlowClock?? = keys.optional("clock").map { $0.choice(FlowClock.self) } ?? .some(nil)
    let steps = keys.optional("steps").map { self.steps($0, staysAllowed: false) } ?? []
    let holder: FlowHolder?
    if let written = keys.optional("holder") {
      holder = self.holder(written)
      if isEnd == true { return written.refused("an end is held by nobody; remove the key, or “end”") }
    } else if isEnd == true {
      holder = .nobody
    } else {
      return value.refused("the key holder is missing: who has an item in this state?")
    }
    guard let title, let isEnd, let folder, let limit, let clock, let steps, let holder else { return nil }
    return FlowState(
      id: id, title: title, folder: folder, holder: holder, limit: limit, clock: clock, isEnd: isEnd, steps: steps,
      mark: name.mark)
  }

  private func holder(_ value: YAMLValue) -> FlowHolder? {
    guard value.isScalar else { return party(value).map(FlowHolder.party) }
    return value.parsed("branches, citizen, or a role such as {role: clerk, of: mailbox}") { text in
      switch text {
      case "branches": .branches
      case "citizen": .citizen
      default: nil
      }
    }
  }

  func party(_ value: YAMLValue) -> FlowParty? {
    guard let keys = value.mapping(["role", "of", "person", "not-who-did"]) else { return nil }
    let role = keys.required("role")?.choice(Role.self)
    let place = keys.required("of")?.choice(FlowPlace.self)
    let person: String?? = keys.optional("person").map(identifier) ?? .some(nil)
    let others = keys.optional("not-who-did").map { oneOrMore($0) } ?? []
    guard let role, let place, let person, let others else { return nil }
    return FlowParty(role: role, of: place, person: person, notWhoDid: others)
  }

  // MARK: Limits

  func limit(_ value: YAMLValue) -> FlowLimit? {
    guard let keys = value.mapping(["working-days", "days", "hours", "field", "then", "to"]) else { return nil }
    guard let term = term(keys, value), let then = keys.required("then").flatMap(identifier) else { return nil }
    guard then == "urge" else {
      if let to = keys.optional("to") { return to.refused("“to” goes with urge; a step has its own way") }
      return FlowLimit(term: term, then: .step(then), mark: value.mark)
    }
    guard let to = keys.required("to").flatMap(party) else { return nil }
    return FlowLimit(term: term, then: .urge(to), mark: value.mark)
  }

  /// One of the ways to say how long.
  private func term(_ keys: YAMLMapping, _ value: YAMLValue) -> FlowTerm? {
    let given = ["working-days", "days", "hours", "field"].filter { keys.optional($0) != nil }
    guard given.count == 1, let name = given.first, let written = keys.optional(name) else {
      return value.refused("give how long it may take, once: working-days, days, hours or field")
    }
    switch name {
    case "working-days": return written.integer(1...250).map(FlowTerm.workingDays)
    case "days": return written.integer(1...3_660).map(FlowTerm.days)
    case "hours": return written.integer(1...240).map(FlowTerm.hours)
    default: return identifier(written).map(FlowTerm.field)
    }
  }

  private func term(_ value: YAMLValue) -> FlowTerm? {
    value.mapping(["working-days", "days", "hours"]).flatMap { term($0, value) }
  }

  private func promise(_ value: YAMLValue) -> FlowPromise? {
    // The kinds of letters stand beside these, and are checked by who knows them.
    guard let pairs = value.pairs(atMost: 20) else { return nil }
    var (terms, alarms, reminders, overdue): ([String: FlowTerm], [Int], [Int], [FlowOverdue]) = ([:], [], [], [])
    var isWhole = true
    for (name, value) in pairs {
      guard let key = identifier(name) else { return nil }
      switch key {
      case "alarm":
        let days = value.mapping(["days"])?.required("days")?.list(atLeast: 1, atMost: 10)?.reading {
          $0.integer(1...3_660)
        }
        if let days { alarms = days } else { isWhole = false }
      case "remind":
        let days = value.list(atLeast: 1, atMost: 10)?.reading { reminder($0) }
        if let days { reminders = days } else { isWhole = false }
      case "overdue":
        let acts = value.list(atLeast: 1, atMost: 10)?.reading { late($0) }
        if let acts { overdue = acts } else { isWhole = false }
      default: if let term = term(value) { terms[key] = term } else { isWhole = false }
      }
    }
    guard isWhole else { return nil }
    return FlowPromise(terms: terms, alarms: alarms, reminders: reminders, overdue: overdue, mark: value.mark)
  }

  private func reminder(_ value: YAMLValue) -> Int? {
    guard let keys = value.mapping(["before", "whom"]) else { return nil }
    let whom = keys.required("whom")?.parsed("holders") { $0 == "holders" ? $0 : nil }
    let days = keys.required("before")?.mapping(["working-days"])?.required("working-days")?.integer(1...250)
    return whom == nil ? nil : days
  }

  private func late(_ value: YAMLValue) -> FlowOverdue? {
    guard let keys = value.mapping(["after", "act", "to"]) else { return nil }
    let days = keys.required("after")?.mapping(["working-days"])?.required("working-days")?.integer(0...250)
    let kind = keys.required("act")?.choice(FlowOverdue.Kind.self)
    let to: FlowParty?? = keys.optional("to").map(party) ?? .some(nil)
    guard let days, let kind, let to else { return nil }
    return FlowOverdue(afterWorkingDays: days, kind: kind, to: to)
  }

  private func requests(_ value: YAMLValue) -> [FlowRequest]? {
    value.pairs(atMost: 10)?.reading { request($0.name, $0.value) }
  }

  private func request(_ name: YAMLValue, _ value: YAMLValue) -> FlowRequest? {
    guard let id = identifier(name),
      let keys = value.mapping(["title", "by", "needs", "grant", "limit", "before", "adds", "times", "citizen"])
    else { return nil }
    let title = keys.optional("title").map(words) ?? FlowWords(chinese: "申请", english: "request")
    let by = keys.required("by").flatMap(party)
    let grant = keys.required("grant").flatMap(party)
    let needs = keys.optional("needs").map(identifiers) ?? []
    let limit: FlowLimit?? = keys.optional("limit").map { self.limit($0) } ?? .some(nil)
    let before = keys.required("before")?.parsed("due") { $0 == "due" ? $0 : nil }
    let adds = keys.required("adds")?.mapping(["working-days"])?.required("working-days")?.integer(1...250)
    let times = keys.optional("times").map { $0.integer(1...100) } ?? 1
    let citizen: FlowWords?? = keys.optional("citizen").map(words) ?? .some(nil)
    guard let title, let by, let grant, let needs, let limit, before != nil, let adds, let times, let citizen else {
      return nil
    }
    return FlowRequest(
      id: id, title: title, by: by, needs: needs, grant: grant, limit: limit, addsWorkingDays: adds, times: times,
      citizen: citizen,
      mark: name.mark)
  }

  // MARK: Branches

  private func branchKinds(_ value: YAMLValue) -> [FlowBranchKind]? {
    value.pairs(atMost: 10)?.reading { branchKind($0.name, $0.value) }
  }

  private func branchKind(_ name: YAMLValue, _ value: YAMLValue) -> FlowBranchKind? {
    guard let id = identifier(name),
      let keys = value.mapping(["each", "lead", "start", "closed-as", "states", "join"])
    else { return nil }
    let each = keys.required("each").flatMap(identifier)
    let lead: String?? = keys.optional("lead").map(identifier) ?? .some(nil)
    let start = keys.required("start").flatMap(identifier)
    let closedAs: String?? = keys.optional("closed-as").map(identifier) ?? .some(nil)
    let states = keys.required("states").flatMap(states)
    let join = keys.required("join")?.list(atLeast: 1, atMost: 20)?.reading { rule($0) }
    guard let each, let lead, let start, let closedAs, let states, let join else { return nil }
    return FlowBranchKind(
      id: id, each: each, lead: lead, start: start, startMark: keys.required("start")?.mark ?? name.mark,
      closedAs: closedAs, states: states, join: join, mark: name.mark)
  }

  private func rule(_ value: YAMLValue) -> FlowJoinRule? {
    guard let keys = value.mapping(["when", "take"]), let when = keys.required("when").flatMap(test),
      let take = keys.required("take").flatMap(identifier)
    else { return nil }
    return FlowJoinRule(when: when, take: take, mark: value.mark)
  }

  private func test(_ value: YAMLValue) -> FlowJoinRule.Test? {
    guard let keys = value.mapping(["lead", "all", "any", "at-least", "of"]) else { return nil }
    if let lead = keys.optional("lead") { return identifier(lead).map(FlowJoinRule.Test.lead) }
    if let all = keys.optional("all") { return identifiers(all).map(FlowJoinRule.Test.all) }
    if let any = keys.optional("any") { return identifier(any).map(FlowJoinRule.Test.any) }
    guard let count = keys.required("at-least")?.integer(1...FlowDefinition.unitsMax),
      let end = keys.required("of").flatMap(identifier)
    else { return nil }
    return .atLeast(count, of: end)
  }
}
