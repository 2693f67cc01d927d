import Flows
import Foundation
import People
import Roles
import Storage
import Timestamps

/// Something that can be done with a letter beside the steps of its flow, by whoever may.
struct LetterBeside {
  let act: LetterAct
  /// Nil for the letter itself.
  var branch: Int?
  /// What the act must name: the entry of the state, or the request's position.
  var entry: Int
  var needs: [LetterField]
  var may: [LetterField] = []
  /// Whether it means the same whatever happened since the page was made.
  var isAnytime = false
}

/// What can be done with a letter beside its flow, and in whose right: the one list for pages and for doing it.
struct LetterBesides {
  let letter: StoredDeskLetter
  let flow: FlowDefinition
  let now: UnixMilliseconds

  private var hasEnded: Bool { flow.state(letter.item.state)?.isEnd ?? true }

  /// All of it, whoever may do it.
  func all(_ db: Transaction) throws -> [LetterBeside] {
    var found = [LetterBeside(act: .note, entry: letter.item.entry, needs: [.note], isAnytime: true)]
    if let last = try LetterLastStep.find(letter.id, db), last.openedAt == nil {
      found.append(LetterBeside(act: .takeBack, branch: last.branch, entry: entry(last.branch), needs: []))
    }
    if letter.mergedInto != nil, letter.settledAt == nil {
      found.append(LetterBeside(act: .unmerge, entry: letter.item.entry, needs: [.reason]))
    }
    guard !hasEnded else { return found }
    found += urging()
    return try found + requests(db)
  }

  private func entry(_ branch: Int?) -> Int {
    branch.map { letter.item.branch($0)?.entry ?? 0 } ?? letter.item.entry
  }

  // MARK: Urging

  /// Whether a unit has the branch, so that others can urge it.
  func canBeUrged(_ branch: FlowBranch) -> Bool {
    guard !branch.isEnded, case .party(let party) = flow.branch(branch.kind)?.state(branch.state)?.holder else {
      return false
    }
    return party.of == .unit || party.of == .dispatcher && branch.units.count > 1
  }

  private func urging() -> [LetterBeside] {
    let open = letter.item.branches.filter(canBeUrged)
    guard !open.isEmpty else { return [] }
    return [
      LetterBeside(act: .urge, entry: letter.item.entry, needs: [.unit, .note], isAnytime: true)
    ]
      + open.filter { flow.holder(of: letter.item, branch: $0.number)?.role == .handler }
      .map { LetterBeside(act: .urge, branch: $0.number, entry: $0.entry, needs: [.note]) }
  }

  // MARK: More time

  private func requests(_ db: Transaction) throws -> [LetterBeside] {
    let known = try LetterRequest.all(of: letter.id, db)
    var found: [LetterBeside] = []
    for open in known where open.state == .open {
      found += [
        LetterBeside(
          act: .grantExtension, branch: open.branch, entry: open.position, needs: [], may: [.opinion]),
        LetterBeside(act: .refuseExtension, branch: open.branch, entry: open.position, needs: [.reason]),
      ]
    }
    guard let request = flow.extension, let end = letter.promise?.end, now < end,
      let branch = flow.branchInCharge(letter.item),
      flow.holder(of: letter.item, branch: branch.number)?.role == request.by.role,
      known.filter({ $0.id == request.id && $0.state != .closed }).count < request.times
    else { return found }
    return found + [LetterBeside(act: .askExtension, branch: branch.number, entry: branch.entry, needs: [.reason])]
  }

  // MARK: Who may

  /// In whose right an official may do it; nil where they may not.
  func authority(_ official: Official, _ beside: LetterBeside, _ db: Transaction) throws -> Official? {
    let (holders, mailbox) = (LetterHolders(letter: letter, flow: flow), Place.mailbox(letter.mailbox))
    let branch = beside.branch.flatMap { letter.item.branch($0) }
    switch beside.act {
    case .askExtension:
      return try flow.extension.flatMap { try holders.authority(official, [$0.by], branch, beside.act, db) }
    case .grantExtension, .refuseExtension:
      guard
        let open = try LetterRequest.open(of: letter.id, db).first(where: { $0.position == beside.entry }),
        let request = flow.requests.first(where: { $0.id == open.id })
      else { return nil }
      let authority = try holders.authority(official, [request.grant], branch, beside.act, db)
      // Nobody decides on what they asked for themselves, in nobody's stead either.
      let askers = open.doer.split(separator: " ").map(String.init)
      return authority.flatMap { askers.contains($0.person) || askers.contains(official.person) ? nil : $0 }
    case .urge:
      guard let branch else { return official.authority(for: .urgeUnit, mailbox) }
      return try unit(branch.unit, db).flatMap { official.authority(for: .urgeHandler, $0) }
    case .note:
      if let authority = official.authority(for: .noteLetter, mailbox) { return authority }
      return try writer(official, db)
    case .takeBack:
      guard let last = try LetterLastStep.find(letter.id, db), last.person == official.person else { return nil }
      guard !last.unit.isEmpty else { return official.authority(for: .takeBackStep, mailbox) }
      return try unit(last.unit, db).flatMap { official.authority(for: .takeBackDispatch, $0) }
    case .unmerge: return official.authority(for: .mergeLetter, mailbox)
    default: return nil
    }
  }

  /// Who reads a unit's part may write a note for their own unit.
  private func writer(_ official: Official, _ db: Transaction) throws -> Official? {
    let units = try letter.units(readBy: official, db)
    for one in [official] + official.standsInFor {
      for name in units {
        if let place = try unit(name, db), one.mayThemselves(.noteDispatch, place) { return one }
      }
    }
    return nil
  }

  private func unit(_ identifier: String, _ db: Transaction) throws -> Place? {
    try OfficeLookup.unit(identifier, db).map { .unit($0.path) }
  }
}

extension LetterPlace.Beside {
  /// What lies at desks beside the states of a letter.
  init(of letter: StoredDeskLetter, _ flow: FlowDefinition, _ times: LetterTimes, _ db: Transaction) throws {
    guard flow.state(letter.item.state)?.isEnd == false else { return }
    requests = try LetterRequest.open(of: letter.id, db).compactMap { open in
      flow.requests.first { $0.id == open.id }.map { ($0, open.branch, open.isLate) }
    }
    let urges = try db.all(
      "SELECT branch, entry FROM letter_act WHERE letter = ? AND act = ?", letter.id, LetterAct.urge.rawValue)
    for row in urges {
      let number: Int = try row["branch"]
      if try letter.item.branch(number)?.entry == row["entry"] { urged.insert(number) }
    }
    add(try LetterCall.fired(letter, flow, times, db), of: flow)
  }
}

extension LetterStepTaking {
  /// The most notes that a letter has.
  static let notesMax = 200

  /// Does something beside the flow.
  func runBeside(
    _ request: LetterStepRequest, _ official: Official, _ letter: StoredDeskLetter, _ flow: FlowDefinition,
    _ db: Transaction
  ) throws {
    let besides = LetterBesides(letter: letter, flow: flow, now: now())
    guard let beside = try besides.all(db).first(where: { $0.act == request.act && $0.branch == request.branch }) else {
      guard official.may(request.act.action) || official.may(request.act.unitAction) else {
        throw LetterError.notAllowed
      }
      throw LetterError.wrongStage(letter.stage)
    }
    guard let authority = try besides.authority(official, beside, db) else { throw LetterError.notAllowed }
    if let entry = request.entry, entry != beside.entry, !beside.isAnytime {
      throw LetterError.wrongStage(letter.stage)
    }
    try fieldCheck(letter, flow).check(request, needs: beside.needs, may: beside.may, db)
    var (doing, letter) = (Doing(request: request, official: official, authority: authority), letter)
    let before = letter.item
    switch request.act {
    case .askExtension: try ask(beside, doing, letter, flow, db)
    case .grantExtension, .refuseExtension: try decide(beside, doing, &letter, flow, db)
    case .urge: doing.branch = try urge(beside, doing, letter, besides, db)
    case .note: doing.unit = try unitOfNote(doing, letter, db)
    case .takeBack: doing.unit = try takeBack(&letter, db)
    case .unmerge: try separate(&letter, flow, db)
    default: throw LetterError.wrongStage(letter.stage)
    }
    if request.act != .note { try LetterLastStep.forget(letter.id, db) }
    try record(doing, before, letter, now(), db)
    // A note moves nothing, and no list shows it.
    if request.act != .note { try letter.save(flow, times, db) }
    if request.act == .grantExtension { try tellExtension(doing, letter, flow, db) }
  }

  /// The branch that is urged.
  private func urge(
    _ beside: LetterBeside, _ doing: Doing, _ letter: StoredDeskLetter, _ besides: LetterBesides, _ db: Transaction
  ) throws -> Int {
    let found =
      beside.branch.flatMap { letter.item.branch($0) }
      ?? letter.item.branches.last { besides.canBeUrged($0) && $0.named == doing.value(.unit) }
    guard let branch = found else { throw LetterError.field(.unit, .unknown) }
    let last = try db.one(
      Int.self, "SELECT MAX(at) FROM letter_act WHERE letter = ? AND act = ? AND branch = ?", letter.id,
      LetterAct.urge.rawValue, branch.number)
    if let last, !times.isLaterWorkingDay(than: last, now()) { throw LetterError.field(.note, .urgedToday) }
    return branch.number
  }

  /// Whose note it is: the mailbox's, which is no unit, or that of the writer's own unit.
  private func unitOfNote(_ doing: Doing, _ letter: StoredDeskLetter, _ db: Transaction) throws -> String {
    let notes = try db.one(
      Int.self, "SELECT COUNT(*) FROM letter_act WHERE letter = ? AND act = ?", letter.id, LetterAct.note.rawValue)
    guard (notes ?? 0) < Self.notesMax else { throw LetterError.field(.note, .tooMany) }
    if doing.official.may(.noteLetter, .mailbox(letter.mailbox)) { return "" }
    return doing.authority.unit?.identifiers.last ?? ""
  }
}
