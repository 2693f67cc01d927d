import Flows
import Roles
import Timestamps

/// Where a letter lies: one row for each folder of each viewer, and one for each desk at which somebody has to act.
///
/// It follows from what is stored alone, never from the time of looking; docs/mailbox.md has the table, which a test compares.
struct LetterPlace: Hashable, Sendable {
  /// Who sees it there.
  enum Viewer: Hashable, Sendable {
    case mailbox(String)
    case unit(String)
    /// Somebody who was named.
    case person(String)
    /// Those with a role, of a mailbox.
    case role(Role, mailbox: String)
    case roleOfUnit(Role, unit: String)

    var text: String {
      switch self {
      case .mailbox(let name): "mailbox \(name)"
      case .unit(let name): "unit \(name)"
      case .person(let name): "person \(name)"
      case .role(let role, let mailbox): "\(role.rawValue) of mailbox \(mailbox)"
      case .roleOfUnit(let role, let unit): "\(role.rawValue) of unit \(unit)"
      }
    }
  }

  let viewer: Viewer
  /// A folder's name, or `queue` for what waits for the viewer.
  let folder: String
  /// 0 for the letter itself.
  let branch: Int
  /// The state that the viewer is shown, or `request` with what is asked for.
  let state: String
  /// What whoever holds it is told.
  var call = Call.none

  /// What stands above other letters at a desk, and how far.
  enum Call: Int, Comparable {
    case none
    /// The promised date is near.
    case reminded
    /// 被催办
    case urged

    /// What is urged is listed before what is near its date, and that before anything else: each this much earlier, in
    /// milliseconds, which is more than any date has.
    private static let ahead = 10_000_000_000_000

    func sorted(_ at: UnixMilliseconds) -> UnixMilliseconds { at - rawValue * Self.ahead }

    /// What a letter's place in a list says.
    init(sortedAt at: UnixMilliseconds) {
      self = at >= 0 ? .none : at >= -Self.ahead ? .reminded : .urged
    }

    static func < (left: Call, right: Call) -> Bool { left.rawValue < right.rawValue }
  }

  static let queue = "queue"
  static let requestPrefix = "request "
  /// What is shown where the clock has called for somebody.
  static let overdue = "overdue"
  static let supervised = "supervised"
  static let alarmPrefix = "alarm "

  /// What there is one row of.
  struct Key: Hashable {
    let viewer: Viewer
    let folder: String
    let branch: Int
  }

  var key: Key { Key(viewer: viewer, folder: folder, branch: branch) }

  /// What lies at desks beside the states of a letter.
  struct Beside {
    /// What is asked for, the branch that it is asked for in, and whether the limit for deciding has passed.
    var requests: [(request: FlowRequest, branch: Int, isLate: Bool)] = []
    /// The branches whose holders were urged.
    var urged: Set<Int> = []
    /// Whether all holders were, and whether they were reminded of the promised date.
    var isUrgedByClock = false
    var isReminded = false
    /// Desks that are told, and what.
    var calls: [(party: FlowParty, shown: String)] = []

    /// What the holder of a branch (0: of the letter itself) is told.
    func call(_ branch: Int) -> Call {
      if isUrgedByClock || urged.contains(branch) { return .urged }
      return isReminded ? .reminded : .none
    }

    static let nothing = Beside()
  }
}

extension LetterPlace {
  /// The places of a letter all of whose people are there.
  static func places(
    of item: FlowItem, in flow: FlowDefinition, mailbox: String, beside: Beside = .nothing,
    isUntreated: (Int) -> Bool = { _ in false }
  ) -> [LetterPlace] {
    places(
      of: item, in: flow, mailbox: mailbox, isUntreated: isUntreated, beside: beside, isThere: { _, _, _ in true })
  }

  /// All places of a letter.
  ///
  /// - Parameters:
  ///   - isUntreated: whether the limit of the item's (0) or a branch's state has fired, or a word holds the letter.
  ///   - beside: what was asked for, and who was urged.
  ///   - isThere: whether a person who was named still has the role; otherwise it lies at the role's desk.
  static func places(
    of item: FlowItem, in flow: FlowDefinition, mailbox: String, isUntreated: (Int) -> Bool, beside: Beside,
    isThere: (_ person: String, FlowParty, FlowBranch?) throws -> Bool
  ) rethrows -> [LetterPlace] {
    guard let state = flow.state(item.state) else { return [] }
    var places = [
      LetterPlace(
        viewer: .mailbox(mailbox), folder: mailboxFolder(item, state, flow, isUntreated(0)), branch: 0, state: state.id)
    ]
    if state.folder != "stub" {
      places.append(
        LetterPlace(viewer: .mailbox(mailbox), folder: DeskFolder.all.rawValue, branch: 0, state: state.id))
    }
    if let party = flow.holder(of: item) {
      var place = try queue(party, item, nil, mailbox, state.id, isThere)
      place.call = beside.call(0)
      places.append(place)
    }
    // Whose limit has passed lies at the desk of whoever is to urge, too.
    if isUntreated(0), case .urge(let party) = state.limit?.then {
      places.append(try queue(party, item, nil, mailbox, state.id, isThere))
    }
    var seen: Set<String> = []
    // The newest branch of a unit is the one that it is shown.
    for branch in item.branches.reversed() {
      guard let kind = flow.branch(branch.kind), let branchState = kind.state(branch.state) else { continue }
      // What was taken back from a unit is nothing of its any more.
      if branch.isEnded && branch.state == kind.closedAs { continue }
      for (level, unit) in branch.units.enumerated() where seen.insert(unit).inserted {
        let folder = unitFolder(branch, level, branchState, isUntreated(branch.number))
        for name in [folder, DeskFolder.all.rawValue] {
          places.append(
            LetterPlace(viewer: .unit(unit), folder: name, branch: branch.number, state: branchState.id))
        }
      }
      // Units below that have done their part.
      for unit in branch.passedUp ?? [] where seen.insert(unit).inserted {
        for name in [DeskFolder.concluded.rawValue, DeskFolder.all.rawValue] {
          places.append(
            LetterPlace(viewer: .unit(unit), folder: name, branch: branch.number, state: branchState.id))
        }
      }
      if !branch.isEnded, !state.isEnd, case .party(let party) = branchState.holder {
        var place = try queue(party, item, branch, mailbox, branchState.id, isThere)
        place.call = beside.call(branch.number)
        places.append(place)
        if isUntreated(branch.number), case .urge(let urging) = branchState.limit?.then {
          places.append(try queue(urging, item, branch, mailbox, branchState.id, isThere))
        }
      }
    }
    // Whoever decides on what was asked for finds the letter, and once that takes too long whoever is to urge.
    for asked in beside.requests {
      let branch = item.branch(asked.branch)
      let shown = requestPrefix + asked.request.id
      places.append(try queue(asked.request.grant, item, branch, mailbox, shown, isThere))
      if asked.isLate, case .urge(let urging) = asked.request.limit?.then {
        places.append(try queue(urging, item, branch, mailbox, shown, isThere))
      }
    }
    for (party, shown) in beside.calls {
      places.append(try queue(party, item, nil, mailbox, shown, isThere))
    }
    return places
  }

  /// A mailbox sees the item's own folder; a branch that the mailbox's people must decide on is to do.
  private static func mailboxFolder(
    _ item: FlowItem, _ state: FlowState, _ flow: FlowDefinition, _ isUntreated: Bool
  ) -> String {
    let own = state.folder ?? "stub"
    guard !state.isEnd else { return own }
    let isAsked = item.branches.contains { branch in
      guard !branch.isEnded, branch.units.count == 1,
        case .party(let party) = flow.branch(branch.kind)?.state(branch.state)?.holder
      else { return false }
      return party.of == .dispatcher || party.of == .mailbox
    }
    if isAsked { return DeskFolder.toDo.rawValue }
    return own == DeskFolder.tracking.rawValue && isUntreated ? DeskFolder.untreated.rawValue : own
  }

  /// A unit sees its branch's folder while it holds it, and follows it while somebody else does.
  private static func unitFolder(
    _ branch: FlowBranch, _ level: Int, _ state: FlowState, _ isUntreated: Bool
  ) -> String {
    if branch.isEnded { return DeskFolder.concluded.rawValue }
    let isHere = level == branch.units.count - 1
    var holds = false
    if case .party(let party) = state.holder {
      holds = party.of == .dispatcher ? level == branch.units.count - 2 : isHere && party.of == .unit
    }
    guard holds else { return DeskFolder.tracking.rawValue }
    let own = state.folder ?? DeskFolder.tracking.rawValue
    return own == DeskFolder.tracking.rawValue && isUntreated ? DeskFolder.untreated.rawValue : own
  }

  private static func queue(
    _ party: FlowParty, _ item: FlowItem, _ branch: FlowBranch?, _ mailbox: String, _ state: String,
    _ isThere: (String, FlowParty, FlowBranch?) throws -> Bool
  ) rethrows -> LetterPlace {
    LetterPlace(
      viewer: try viewer(of: party, item, branch, mailbox, isThere), folder: queue, branch: branch?.number ?? 0,
      state: state)
  }

  private static func viewer(
    of party: FlowParty, _ item: FlowItem, _ branch: FlowBranch?, _ mailbox: String,
    _ isThere: (String, FlowParty, FlowBranch?) throws -> Bool
  ) rethrows -> Viewer {
    if let field = party.person,
      let person = (branch?.fields[field] ?? item.fields[field])?.first(where: { !$0.isEmpty }),
      try isThere(person, party, branch)
    {
      return .person(person)
    }
    switch party.of {
    case .unit: return branch.map { .roleOfUnit(party.role, unit: $0.unit) } ?? .role(party.role, mailbox: mailbox)
    case .leadUnit:
      return (item.fields["lead-unit"]?.first).map { .roleOfUnit(party.role, unit: $0) }
        ?? .role(party.role, mailbox: mailbox)
    case .dispatcher:
      if let branch, branch.units.count > 1 {
        return .roleOfUnit(party.role, unit: branch.units[branch.units.count - 2])
      }
      return .role(party.role, mailbox: mailbox)
    case .mailbox, .office: return .role(party.role, mailbox: mailbox)
    }
  }
}
