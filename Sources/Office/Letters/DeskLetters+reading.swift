public import Flows
public import Foundation
public import People
public import Roles
import Storage
import Timestamps

/// One unit's part of a letter, as the desk shows it.
public struct DeskBranch: Sendable {
  public var number: Int
  /// The unit that it was opened for, and where it is now, with their names.
  public var named: OfficeUnit?
  public var unit: OfficeUnit?
  public var isLead: Bool
  public var isEnded: Bool
  /// Whether it ended without a result: taken back from the unit.
  public var isRecalled: Bool
  public var state: FlowWords
  /// Until when the unit should be done; as it was filled in.
  public var due: String?
  /// Who works on it.
  public var handler: String?
  /// What the unit has submitted, or is about to.
  public var draftAnswer: String?
}

/// A step that somebody may take now.
public struct DeskOffer: Sendable {
  public var act: LetterAct
  /// Nil for the letter itself.
  public var branch: Int?
  /// The entry of the state that it starts from: what the act must name.
  public var entry: Int
  public var needs: [LetterField]
  public var may: [LetterField]
}

/// What a citizen did with a letter that is at the desk.
public enum CitizenDeed: String, CaseIterable, Sendable {
  case answerQuestion = "answer-question"
  /// Wrote once nothing waited for it any more.
  case note = "citizen-note"
}

/// One line of what was done with a letter.
public struct DeskHistoryEntry: Sendable {
  public var at: Date
  /// What people did; nil where it is `event` or `citizen`.
  public var act: LetterAct?
  public var event: LetterHistory?
  /// What the citizen did.
  public var citizen: CitizenDeed?
  /// The unit whose part it concerns; nil for the letter itself.
  public var unit: String?
  var unitIdentifier: String?
  public var handler: String
  /// `signed` or `tls` (docs/acts.md); empty for what nobody did.
  public var proof: String
  /// What was filled in, people and units by their names.
  public var fields: [(field: LetterField, text: String)]

  /// Whether the units are to read it: what they are to do, and by when.
  var isForUnits: Bool { [.instruct, .dispatch, .addUnit, .returnToUnits].contains(act) }
}

extension DeskLetters {
  /// One letter with all that its page shows.
  ///
  /// - Parameter opens: whether somebody looks at it, after which the step before is not taken back any more.
  /// - Throws: `notFound` where there is none, or none that `official` may read.
  public func letter(
    number: String, for official: Official, opens: Bool = true
  ) async throws(LetterError) -> DeskLetter {
    let (flows, times, now) = (self.flows, self.times, self.now())
    let letter: DeskLetter?
    do {
      let found = try await database.read { db in
        try StoredDeskLetter.find(number: number, official, db).map { stored in
          let view = try LetterView(
            letter: stored, flow: stored.flow(flows), declineReasons: self.declineReasons, times: times, now: now)
          let opened = try LetterLastStep.toBeOpened(
            stored.id, by: official.person, at: official.queueViewers, db)
          return (letter: try view.letter(for: official, db), id: stored.id, opened: opened)
        }
      }
      letter = found?.letter
      // Who has it now has seen it: the step that brought it there is not taken back any more.
      if opens, let found, let position = found.opened {
        try await database.write { db in try LetterLastStep.open(found.id, position: position, at: now, db) }
      }
    } catch { throw .unavailable(error) }
    guard let letter else { throw .notFound }
    return letter
  }
}

/// Puts together what the desk shows of a letter.
struct LetterView {
  /// How many lines of its history a letter's page shows: the newest.
  static let historyMax = 500

  let letter: StoredDeskLetter
  let flow: FlowDefinition
  let declineReasons: [DeclineReason]
  let times: LetterTimes
  let now: UnixMilliseconds

  func letter(for official: Official, _ db: Transaction) throws -> DeskLetter {
    // Who reads a unit's part sees that part, and of its writer no more than the work needs.
    let isWhole = official.may(.readLetter, .mailbox(letter.mailbox))
    let units = isWhole ? [] : try letter.units(readBy: official, db)
    let own = Set(([official] + official.standsInFor).compactMap { $0.unit?.identifiers.last })
    func isTheirs(_ branch: FlowBranch) -> Bool { isWhole || !units.isDisjoint(with: branch.units) }
    let isAtWork = letter.item.branches.contains { !$0.isEnded && isTheirs($0) }
    var draft = letter.draft
    if !isWhole && !isAtWork { (draft.phone, draft.mail) = ("", nil) }
    let events = try db.all(
      "SELECT stage, at, handler FROM desk_letter_event WHERE letter = ? ORDER BY \(LetterStage.eventOrder)", letter.id
    ).compactMap { row in
      try LetterStage(rawValue: row["stage"]).map {
        try DeskEvent(stage: $0, at: Date(unixMilliseconds: row["at"]), handler: row["handler"])
      }
    }
    let notice = try db.one(
      String.self, "SELECT state FROM notice WHERE letter = ? ORDER BY id DESC LIMIT 1", letter.id)
    return DeskLetter(
      number: letter.number, draft: draft, mailbox: letter.mailbox, kind: letter.kind, stage: letter.stage,
      state: flow.state(letter.item.state)?.title ?? FlowWords(chinese: "", english: ""),
      acceptedAt: Date(unixMilliseconds: letter.acceptedAt), events: events, outcome: letter.outcome,
      outcomeDelivered: letter.outcomeDelivered,
      outcomeRefusal: letter.outcomeRefused.map(LetterRefusal.init(code:)),
      notice: notice.flatMap(NoticeState.init(rawValue:)),
      branches: try branches(letter.item.branches.filter(isTheirs), db),
      offers: try offers(for: official, db),
      history: try history(official, db).filter { entry in
        if isWhole || entry.isForUnits { return true }
        // A note is for the writer's own unit, whoever else has a part in the letter.
        if entry.act == .note { return own.contains(entry.unitIdentifier ?? "") }
        return units.contains(entry.unitIdentifier ?? "")
      },
      proposed: isWhole ? proposedText() : "",
      isDeclining: letter.item.fields["outcome"] == ["declined"], promise: letter.promise,
      isPaused: letter.isPaused,
      isCourseRefused: try db.one(
        Bool.self, "SELECT course_refused IS NOT NULL FROM desk_letter WHERE id = ?", letter.id) ?? false,
      requests: try requests(db) { isWhole || units.contains($0.unit) },
      joinedWith: isWhole ? try letter.mergedInto.map { try joined($0, official, db) } : nil,
      joined: isWhole ? try joined(official, db) : [])
  }

  /// What was asked for.
  private func requests(_ db: Transaction, where isShown: (LetterRequest) -> Bool) throws -> [DeskRequest] {
    try LetterRequest.all(of: letter.id, db).filter(isShown).map { request in
      let asked = flow.requests.first { $0.id == request.id }
      return try DeskRequest(
        state: DeskRequest.State(rawValue: request.state.rawValue) ?? .closed,
        title: asked?.title ?? FlowWords(chinese: request.id, english: request.id),
        unit: OfficeLookup.unit(request.unit, db), handler: request.name, reason: request.reason,
        at: Date(unixMilliseconds: request.at),
        newPromise: request.state == .open
          ? asked.flatMap { letter.newPromise(flow, times, adding: $0.addsWorkingDays) } : nil)
    }
  }

  private func joined(_ id: String, _ official: Official, _ db: Transaction) throws -> JoinedLetter {
    guard let row = try db.one("SELECT number, mailbox FROM desk_letter WHERE id = ?", id),
      try official.may(.readLetter, .mailbox(row["mailbox"]))
    else { return JoinedLetter() }
    return JoinedLetter(number: try row["number"])
  }

  /// Those that are joined with this one.
  private func joined(_ official: Official, _ db: Transaction) throws -> [JoinedLetter] {
    try db.all(String.self, "SELECT id FROM desk_letter WHERE merged_into = ? ORDER BY number", letter.id)
      .map { try joined($0, official, db) }
  }

  /// The text that the letter would end with: what was proposed for declining, else what the unit in charge submitted.
  private func proposedText() -> String {
    if letter.item.fields["outcome"] == ["declined"] {
      return letter.item.fields[LetterField.text.rawValue]?.first ?? ""
    }
    let round = letter.item.roundBranches
    let lead = round.first { $0.isLead } ?? round.first
    return lead?.fields[LetterField.draftAnswer.rawValue]?.first ?? ""
  }

  private func branches(_ branches: [FlowBranch], _ db: Transaction) throws -> [DeskBranch] {
    try branches.map { branch in
      try DeskBranch(
        number: branch.number, named: OfficeLookup.unit(branch.named, db), unit: OfficeLookup.unit(branch.unit, db),
        isLead: branch.isLead, isEnded: branch.isEnded,
        isRecalled: branch.isEnded && branch.state == flow.branch(branch.kind)?.closedAs,
        state: flow.branch(branch.kind)?.state(branch.state)?.title ?? FlowWords(chinese: "", english: ""),
        due: branch.fields[LetterField.unitDue.rawValue]?.first,
        handler: (branch.fields[LetterField.handler.rawValue]?.first).flatMap { try OfficeLookup.name(of: $0, db) },
        draftAnswer: branch.fields[LetterField.draftAnswer.rawValue]?.first)
    }
  }

  private func offers(for official: Official, _ db: Transaction) throws -> [DeskOffer] {
    let holders = LetterHolders(letter: letter, flow: flow)
    let steps = try flow.offers(of: letter.item).compactMap { offer -> DeskOffer? in
      guard let act = LetterAct(rawValue: offer.step.act),
        try holders.authority(official, offer, act, db) != nil
      else { return nil }
      let entry = offer.branch.map { letter.item.branch($0)?.entry ?? 0 } ?? letter.item.entry
      return DeskOffer(
        act: act, branch: offer.branch, entry: entry, needs: offer.step.needs.compactMap(LetterField.init(rawValue:)),
        may: offer.step.may.compactMap(LetterField.init(rawValue:)))
    }
    let besides = LetterBesides(letter: letter, flow: flow, now: now)
    return try steps
      + besides.all(db).compactMap { beside in
        guard try besides.authority(official, beside, db) != nil else { return nil }
        return DeskOffer(
          act: beside.act, branch: beside.branch, entry: beside.entry, needs: beside.needs, may: beside.may)
      }
  }

  private func history(_ official: Official, _ db: Transaction) throws -> [DeskHistoryEntry] {
    try db.all(
      "SELECT * FROM letter_act WHERE letter = ? ORDER BY position DESC LIMIT ?", letter.id, Self.historyMax
    ).reversed().compactMap { row in
      let name: String = try row["act"]
      let act = LetterAct(rawValue: name)
      let deed = CitizenDeed(rawValue: name)
      let event = act == nil ? LetterHistory(rawValue: name) : nil
      guard act != nil || deed != nil || event != nil else { return nil }
      let unit: String = try row["unit"]
      let fields = try decodeJSON([String: [String]].self, row["fields"])
      return try DeskHistoryEntry(
        at: Date(unixMilliseconds: row["at"]), act: act, event: event, citizen: deed,
        unit: unit.isEmpty ? nil : OfficeLookup.unit(unit, db)?.name ?? unit,
        unitIdentifier: unit.isEmpty ? nil : unit, handler: row["handler"],
        proof: row["proof"],
        fields: LetterField.allCases.compactMap { field in
          guard let values = fields[field.rawValue]?.filter({ !$0.isEmpty }), !values.isEmpty else { return nil }
          return (field, try text(field, values, official, db))
        })
    }
  }

  /// What a field holds, in words where it names people, units or reasons; else as it is.
  private func text(
    _ field: LetterField, _ values: [String], _ official: Official, _ db: Transaction
  ) throws -> String {
    try values.map { value in
      switch field {
      case .leader, .handler: try OfficeLookup.name(of: value, db) ?? value
      case .units, .leadUnit, .unit, .childUnit, .proposedUnit, .complaintAbout:
        try OfficeLookup.unit(value, db)?.name ?? value
      // A letter that this person may not read stays without its number.
      case .otherLetter: try StoredDeskLetter.find(number: value, official, db) == nil ? "…" : value
      case .declineReason: declineReasons.first { $0.id == value }?.title.chinese ?? value
      default: value
      }
    }.joined(separator: "、")
  }
}

/// What can be chosen in the form of an act.
public struct LetterChoices: Sendable {
  public var leaders: [OfficeLookup.Person] = []
  public var handlers: [OfficeLookup.Person] = []
  /// All units, each before those under it.
  public var units: [OfficeUnit] = []
  /// Those right under the branch's unit.
  public var childUnits: [OfficeUnit] = []
  /// The units whose parts are open, or have been submitted in this round.
  public var openUnits: [OfficeUnit] = []
  public var submittedUnits: [OfficeUnit] = []
}

extension DeskLetters {
  /// What can be chosen for the fields of an act.
  public func choices(
    number: String, branch: Int?, for official: Official
  ) async throws(LetterError) -> LetterChoices {
    let flows = self.flows
    let found: LetterChoices?
    do {
      found = try await database.read { db in
        guard let letter = try StoredDeskLetter.find(number: number, official, db) else { return nil }
        let flow = try letter.flow(flows)
        var choices = LetterChoices()
        choices.leaders = try LetterHolders.people(.leader, ofMailbox: letter.mailbox, db)
        choices.units = try OfficeLookup.units(db)
        if let unit = branch.flatMap({ letter.item.branch($0)?.unit }) {
          choices.handlers = try OfficeLookup.people(.handler, ofUnit: unit, db)
          choices.childUnits = choices.units.filter { $0.parent == unit }
        }
        let open = Set(letter.item.branches.filter { !$0.isEnded }.map(\.named))
        let submitted = Set(
          letter.item.roundBranches.filter {
            $0.isEnded && $0.lastState != nil && $0.state != flow.branch($0.kind)?.closedAs
          }.map(\.named))
        choices.openUnits = choices.units.filter { open.contains($0.identifier) }
        choices.submittedUnits = choices.units.filter { submitted.contains($0.identifier) }
        return choices
      }
    } catch { throw .unavailable(error) }
    guard let found else { throw .notFound }
    return found
  }
}
