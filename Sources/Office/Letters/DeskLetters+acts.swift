import Acts
import AuditLog
import Cryptography
import Flows
import Foundation
import Links
import PacketFormat
import People
public import Roles
import Storage
import Timestamps
import Zones

/// What an official wants to do with a letter.
public struct LetterStepRequest: Sendable {
  public var act: LetterAct
  public var number: String
  /// The branch that it concerns; nil for the letter itself.
  public var branch: Int?
  /// The entry of the state that the official saw; nil to do it whatever happened meanwhile.
  public var entry: Int?
  public var fields: [LetterField: [String]]

  public init(
    _ act: LetterAct, number: String, branch: Int? = nil, entry: Int? = nil, fields: [LetterField: [String]] = [:]
  ) {
    (self.act, self.number, self.branch, self.entry, self.fields) = (act, number, branch, entry, fields)
  }

  /// What is decided, as the record of acts has its digest; nil where the act says everything.
  public var content: String? {
    let order: [LetterField] = [
      .answer, .draftAnswer, .text, .question, .instruction, .proposal, .reason, .opinion, .note,
    ]
    return order.lazy.compactMap { fields[$0]?.first }.first { !$0.isEmpty }
  }
}

extension DeskLetters {
  /// Takes a step of a letter's flow: the flow is asked, the letter moves, its history grows and its messages leave, all in
  /// one transaction.
  ///
  /// - Throws: `wrongStage` where somebody was quicker or the flow has no such step now, `notAllowed` where it is somebody
  ///   else's, `field` for what was filled in wrongly. Nothing was done then.
  public func take(_ request: LetterStepRequest, by official: Official) async throws(LetterError) {
    let step = LetterStepTaking(self)
    do {
      try await database.write { db in try step.run(request, official, db) }
    } catch let error as LetterError {
      throw error
    } catch { throw .unavailable(error) }
  }
}

/// Steps, each within its transaction.
struct LetterStepTaking: Sendable {
  let flows: LetterFlows
  let mailboxes: Set<String>
  let declineReasonList: [DeclineReason]
  let times: LetterTimes
  let outbox: Outbox
  let dmz: ZoneName
  let audit: AuditTrail?
  let now: @Sendable () -> UnixMilliseconds

  init(_ letters: DeskLetters) {
    (flows, mailboxes, times) = (letters.flows, letters.mailboxes, letters.times)
    declineReasonList = letters.declineReasons
    (outbox, dmz, audit, now) = (letters.outbox, letters.dmz, letters.audit, letters.now)
  }

  func run(_ request: LetterStepRequest, _ official: Official, _ db: Transaction) throws {
    guard var letter = try StoredDeskLetter.find(number: request.number, official, db) else {
      throw LetterError.notFound
    }
    let flow = try letter.flow(flows)
    guard !request.act.isBeside else { return try runBeside(request, official, letter, flow, db) }
    guard let offer = offer(request, letter, flow) else {
      // Whoever may never do it hears that, and not where the letter is.
      guard official.may(request.act.action) || official.may(request.act.unitAction) else {
        throw LetterError.notAllowed
      }
      throw LetterError.wrongStage(letter.stage)
    }
    guard let authority = try LetterHolders(letter: letter, flow: flow).authority(official, offer, request.act, db)
    else { throw LetterError.notAllowed }
    let seen = request.branch.map { letter.item.branch($0)?.entry } ?? letter.item.entry
    if let entry = request.entry, entry != seen { throw LetterError.wrongStage(letter.stage) }
    try fieldCheck(letter, flow).check(
      request, needs: offer.step.needs.compactMap(LetterField.init(rawValue:)),
      may: offer.step.may.compactMap(LetterField.init(rawValue:)), db)
    try checkWords(request, letter, db)
    var doing = Doing(request: request, official: official, authority: authority)
    doing.tellsCitizen = offer.step.citizen != nil
    if request.act == .merge {
      doing.other = try otherLetter(doing.value(.otherLetter) ?? "", for: letter, official, db)
    }
    let change: FlowTransition
    do {
      change = try flow.take(
        offer.step.id, branch: request.branch, by: LetterHolders.doer(official, inSteadOf: authority),
        fields: Dictionary(uniqueKeysWithValues: request.fields.map { ($0.key.rawValue, $0.value) }), on: letter.item)
    } catch { throw LetterError(error, letter.stage, isRecall: request.act == .recallUnit) }
    try apply(change, doing, &letter, flow, db)
  }

  func fieldCheck(_ letter: StoredDeskLetter, _ flow: FlowDefinition) -> LetterFieldCheck {
    LetterFieldCheck(
      letter: letter, flow: flow, mailboxes: mailboxes, declineReasons: Set(declineReasonList.map(\.id)), now: now())
  }

  private func offer(_ request: LetterStepRequest, _ letter: StoredDeskLetter, _ flow: FlowDefinition) -> FlowOffer? {
    flow.offers(of: letter.item).first { $0.step.act == request.act.rawValue && $0.branch == request.branch }
  }

  /// An act, and who does it in whose right.
  struct Doing {
    let request: LetterStepRequest
    let official: Official
    let authority: Official
    /// The branch that it turned out to concern, where the request names none.
    var branch: Int?
    /// The unit in whose name it is done, where no branch says.
    var unit: String?
    /// Whether the citizen is told of it.
    var tellsCitizen = false
    /// The letter that this one is joined with.
    var other: StoredDeskLetter?

    init(request: LetterStepRequest, official: Official, authority: Official) {
      (self.request, self.official, self.authority, branch) = (request, official, authority, request.branch)
    }

    var name: String {
      authority.person == official.person ? official.name : "\(official.name)（代\(authority.name)）"
    }

    func value(_ field: LetterField) -> String? { request.fields[field]?.first }
  }

  private func apply(
    _ change: FlowTransition, _ doing: Doing, _ letter: inout StoredDeskLetter, _ flow: FlowDefinition,
    _ db: Transaction
  ) throws {
    let at = now()
    let (before, request) = (letter.item, doing.request)
    let whole = try LetterBefore(letter, db)
    letter.item = change.item
    letter.changedAt = at
    if request.act == .reclassify, let kind = doing.value(.kind).flatMap(LetterKind.init(rawValue:)) {
      letter.kind = kind
      letter.promise = letter.newPromise(flow, times) ?? letter.promise
    }
    if request.act == .transfer, let mailbox = doing.value(.mailbox) { letter.mailbox = mailbox }
    let outcome = try outcome(change, doing, letter, at)
    var message: Message?
    if let outcome {
      message = try letter.outcomeMessage(outcome, at)
    } else if letter.stage == .delivered || letter.stage == .sent, request.act == .signFor {
      message = SignedForMessage(id: letter.id, at: at).message
    }
    if let stage = outcome?.stage ?? (message == nil ? nil : .signedFor) {
      letter.stage = stage
      letter.outcome = outcome
      try recordDeskEvent(letter.id, stage, at, (doing.name, doing.official.certificateFingerprint), db)
    }
    letter.mergedInto = doing.other?.id ?? letter.mergedInto
    if change.hasEnded, doing.other == nil { letter.settledAt = at }
    let telling = try follow(
      change, from: before, request.fields, stage: message == nil ? nil : letter.stage, &letter, flow, db)
    try record(doing, before, letter, at, db)
    let hasClosed = try closeRequests(letter, flow, db)
    try letter.save(flow, times, db)
    if let other = doing.other { try noteJoining(letter, other, doing, db) }
    let hasJoined = try endJoined(with: letter, flow, outcome, doing, db)
    // What somebody outside knows of, or other letters have followed, is not taken back.
    if change.hasEnded || message != nil || doing.tellsCitizen || telling.isAnything || hasClosed || hasJoined {
      try LetterLastStep.forget(letter.id, db)
    } else {
      try LetterLastStep.keep(
        whole, of: letter.id, person: doing.official.person, branch: request.branch,
        unit: unit(of: request, before, doing.authority), db)
    }
    if let message { try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: dmz, db) }
    try tell(telling, letter, db)
    if let outcome {
      try letter.requestNotice(
        NoticeText.outcome(outcome.stage, number: letter.number), at, outbox, dmz, db)
    }
  }

  /// How the letter ends with this step; nil where it goes on.
  private func outcome(
    _ change: FlowTransition, _ doing: Doing, _ letter: StoredDeskLetter, _ at: UnixMilliseconds
  ) throws -> LetterOutcome? {
    guard change.hasEnded, doing.other == nil else { return nil }
    let isDeclined = change.item.fields["outcome"] != ["answered"]
    let isPublic = !isDeclined && doing.value(.visibility) == "public"
    if isPublic && !letter.draft.mayPublish { throw LetterError.mayNotPublish }
    let text =
      doing.value(.answer) ?? doing.value(.reason) ?? change.item.fields[LetterField.reason.rawValue]?.first ?? ""
    return LetterOutcome(
      stage: isDeclined ? .declined : .answered, text: text, isPublic: isPublic, at: Date(unixMilliseconds: at))
  }

  /// The unit for which a step was taken; empty for the mailbox.
  private func unit(of request: LetterStepRequest, _ before: FlowItem, _ authority: Official) -> String {
    guard let branch = request.branch.flatMap({ before.branch($0) }) else { return "" }
    // A unit above decides for itself on what the unit below disputes; the mailbox decides on what it dispatched.
    let own = authority.unit?.identifiers.last ?? ""
    return branch.units.contains(own) ? own : ""
  }

  /// The history of the letter, and the record of acts.
  func record(
    _ doing: Doing, _ before: FlowItem, _ letter: StoredDeskLetter, _ at: UnixMilliseconds, _ db: Transaction
  ) throws {
    let (request, official) = (doing.request, doing.official)
    let unit = doing.unit ?? doing.branch.flatMap { before.branch($0)?.unit } ?? ""
    try addHistory(
      letter, act: request.act.rawValue, branch: doing.branch, unit: unit, before, at, person: official.person,
      name: doing.name, proof: official.signed == nil ? .tls : .signed,
      fields: Dictionary(uniqueKeysWithValues: request.fields.map { ($0.key.rawValue, $0.value) }), db)
    var act = Act(
      request.act.recordedName, "letter \(letter.number)",
      content: request.content.map { Digest.of($0.utf8) }, detail: detail(request, unit, letter))
    act.subject = letter.id
    try act.record(by: official, inSteadOf: doing.authority, at: at, audit, db)
  }

  /// A line of a letter's history.
  func addHistory(
    _ letter: StoredDeskLetter, act: String, branch number: Int?, unit: String? = nil, _ before: FlowItem,
    _ at: UnixMilliseconds,
    person: String, name: String, proof: Act.Proof?, fields: [String: [String]], _ db: Transaction
  ) throws {
    let from = number.flatMap { before.branch($0)?.state } ?? before.state
    let to = number.flatMap { letter.item.branch($0)?.state } ?? letter.item.state
    let unit = unit ?? number.flatMap { before.branch($0)?.unit } ?? ""
    let position = try LetterHistory.lastPosition(letter.id, db) + 1
    let entry = number.map { letter.item.branch($0)?.entry ?? 0 } ?? letter.item.entry
    try db.run(
      """
      INSERT INTO letter_act (letter, position, at, act, branch, unit, state_before, state_after, person, handler, proof,
        fields, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, letter.id, position, at, act, number ?? 0, unit, from, to, person, name, proof?.rawValue ?? "",
      try encodeJSON(fields), entry)
  }

  /// Whom or what the act names, as far as it is no text.
  private func detail(_ request: LetterStepRequest, _ unit: String, _ letter: StoredDeskLetter) -> String {
    var parts = unit.isEmpty ? [] : ["unit \(unit)"]
    let named: [LetterField] = [
      .kind, .mailbox, .leader, .declineReason, .units, .leadUnit, .unitDue, .unit, .childUnit, .handler, .proposedUnit,
      .complaintAbout, .visibility, .otherLetter,
    ]
    for field in named {
      guard let values = request.fields[field], !values.allSatisfy(\.isEmpty), request.act != .answer else { continue }
      parts.append("\(field.rawValue) \(values.joined(separator: " "))")
    }
    if request.act == .settle { parts.append("outcome \(letter.stage.rawValue)") }
    return parts.joined(separator: ", ")
  }

  // MARK: What nobody does

  /// Writes down that a limit has passed; whoever is to urge finds the letter at their desk.
  func noteLimit(_ letter: StoredDeskLetter, _ branch: Int, _ db: Transaction) throws {
    try note(.limitPassed, letter, branch, db)
  }

  /// A line of what happened by itself.
  ///
  /// - Parameter branch: 0 for the letter itself.
  func note(_ what: LetterHistory, _ letter: StoredDeskLetter, _ branch: Int, _ db: Transaction) throws {
    try addHistory(
      letter, act: what.rawValue, branch: branch == 0 ? nil : branch, letter.item, now(), person: "",
      name: "", proof: nil, fields: [:], db)
  }

  /// Takes a step that the clock takes.
  func takeByClock(
    _ name: String, _ branch: Int?, _ letter: inout StoredDeskLetter, _ flow: FlowDefinition, _ db: Transaction
  ) throws {
    let before = letter.item
    let change = try flow.take(name, branch: branch, by: nil, on: before)
    letter.item = change.item
    letter.changedAt = now()
    if change.hasEnded { letter.settledAt = now() }
    let telling = try follow(change, from: before, [:], stage: nil, &letter, flow, db)
    try closeRequests(letter, flow, db)
    try letter.save(flow, times, db)
    try tell(telling, letter, db)
    _ = try endJoined(with: letter, flow, nil, nil, db)
    try LetterLastStep.forget(letter.id, db)
    try addHistory(
      letter, act: LetterHistory.limitPassed.rawValue, branch: branch, before, now(), person: "", name: "", proof: nil,
      fields: [:], db)
  }
}

/// Lines of a letter's history that are no acts of people.
public enum LetterHistory: String, CaseIterable, Sendable {
  /// The limit of a state has passed.
  case limitPassed = "limit-passed"
  /// That of a request, or nobody needs to decide on it any more.
  case requestLate = "request-late"
  case requestClosed = "request-closed"
  /// Another letter was joined with this one.
  case joined
  /// The letter that this one was joined with was thrown away, or settled.
  case separated
  case settledAlike = "settled-alike"
  // What the flow's clock called for.
  case reminded
  case urgedByClock = "urged"
  case supervised
  case alarmed

  static func lastPosition(_ letter: String, _ db: Transaction) throws -> Int {
    try db.one(Int.self, "SELECT MAX(position) FROM letter_act WHERE letter = ?", letter) ?? 0
  }
}

extension FlowTransition {
  var hasEnded: Bool { events.contains { if case .ended = $0 { true } else { false } } }
}

extension LetterError {
  init(_ refusal: FlowRefusal, _ stage: LetterStage, isRecall: Bool) {
    switch refusal {
    case .missing(let name), .unexpected(let name):
      guard let field = LetterField(rawValue: name) else {
        self = .wrongStage(stage)
        return
      }
      self = .field(field, .missing)
    case .units(let count): self = .field(.units, count == 0 ? .missing : .tooMany)
    case .leadIsNotNamed: self = .field(.leadUnit, .leadNotNamed)
    case .noBranch: self = .field(isRecall ? .unit : .units, .unknown)
    case .tooDeep: self = .field(.childUnit, .unknown)
    case .notNow, .tooOften: self = .wrongStage(stage)
    }
  }
}
