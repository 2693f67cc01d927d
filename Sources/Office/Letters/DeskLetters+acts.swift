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
      .answer, .draftAnswer, .text, .instruction, .proposal, .reason, .opinion, .note,
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
    let step = LetterStepTaking(
      request: request, official: official, flows: flows, mailboxes: mailboxes,
      declineReasons: Set(declineReasons.map(\.id)), outbox: outbox, dmz: dmz, audit: audit,
      now: now)
    do {
      try await database.write { db in try step.run(db) }
    } catch let error as LetterError {
      throw error
    } catch { throw .unavailable(error) }
  }
}

/// One step, within its transaction.
struct LetterStepTaking: Sendable {
  let request: LetterStepRequest
  let official: Official
  let flows: LetterFlows
  let mailboxes: Set<String>
  let declineReasons: Set<String>
  let outbox: Outbox
  let dmz: ZoneName
  let audit: AuditTrail?
  let now: @Sendable () -> UnixMilliseconds

  func run(_ db: Transaction) throws {
    guard var letter = try StoredDeskLetter.find(number: request.number, official, db) else {
      throw LetterError.notFound
    }
    let flow = try letter.flow(flows)
    guard let offer = offer(letter, flow) else {
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
    try LetterFieldCheck(
      letter: letter, flow: flow, mailboxes: mailboxes, declineReasons: declineReasons, now: now()
    ).check(request, offer.step, db)
    let change: FlowTransition
    do {
      change = try flow.take(
        offer.step.id, branch: request.branch, by: authority.person,
        fields: Dictionary(uniqueKeysWithValues: request.fields.map { ($0.key.rawValue, $0.value) }), on: letter.item)
    } catch { throw LetterError(error, letter.stage) }
    try apply(change, offer.step, authority, &letter, flow, db)
  }

  private func offer(_ letter: StoredDeskLetter, _ flow: FlowDefinition) -> FlowOffer? {
    flow.offers(of: letter.item).first { $0.step.act == request.act.rawValue && $0.branch == request.branch }
  }

  private func apply(
    _ change: FlowTransition, _ step: FlowStep, _ authority: Official, _ letter: inout StoredDeskLetter,
    _ flow: FlowDefinition, _ db: Transaction
  ) throws {
    let at = now()
    let before = letter.item
    letter.item = change.item
    if request.act == .reclassify, let kind = value(.kind).flatMap(LetterKind.init(rawValue:)) { letter.kind = kind }
    if request.act == .transfer, let mailbox = value(.mailbox) { letter.mailbox = mailbox }
    let outcome = try outcome(change, letter, at)
    let message: Message? =
      if let outcome { try letter.outcomeMessage(outcome, at) }
      else if letter.stage == .delivered || letter.stage == .sent, request.act == .signFor {
        SignedForMessage(id: letter.id, at: at).message
      } else { nil }
    if let stage = outcome?.stage ?? (message == nil ? nil : .signedFor) {
      letter.stage = stage
      letter.outcome = outcome
      try recordDeskEvent(letter.id, stage, at, (handlerName(authority), official.certificateFingerprint), db)
    }
    if change.events.contains(where: { if case .ended = $0 { true } else { false } }) { letter.settledAt = at }
    try letter.save(flow, db)
    try record(step, before, authority, letter, at, db)
    if let message { try outbox.enqueue(OutgoingMessage(message, classification: .internal), to: dmz, db) }
    if let outcome { try letter.requestNotice(outcome, at, outbox, dmz, db) }
  }

  private func value(_ field: LetterField) -> String? { request.fields[field]?.first }

  /// How the letter ends with this step; nil where it goes on.
  private func outcome(
    _ change: FlowTransition, _ letter: StoredDeskLetter, _ at: UnixMilliseconds
  ) throws -> LetterOutcome? {
    guard change.events.contains(where: { if case .ended = $0 { true } else { false } }) else { return nil }
    let isDeclined = change.item.fields["outcome"] != ["answered"]
    let isPublic = !isDeclined && value(.visibility) == "public"
    if isPublic && !letter.draft.mayPublish { throw LetterError.mayNotPublish }
    let text =
      value(.answer) ?? value(.reason) ?? change.item.fields[LetterField.reason.rawValue]?.first ?? ""
    return LetterOutcome(
      stage: isDeclined ? .declined : .answered, text: text, isPublic: isPublic, at: Date(unixMilliseconds: at))
  }

  private func handlerName(_ authority: Official) -> String {
    authority.person == official.person ? official.name : "\(official.name)（代\(authority.name)）"
  }

  /// The history of the letter, and the record of acts.
  private func record(
    _ step: FlowStep, _ before: FlowItem, _ authority: Official, _ letter: StoredDeskLetter, _ at: UnixMilliseconds,
    _ db: Transaction
  ) throws {
    let branch = request.branch.flatMap { letter.item.branch($0) }
    let (from, to) = (
      request.branch.flatMap { before.branch($0)?.state } ?? before.state, branch?.state ?? letter.item.state
    )
    let unit = request.branch.flatMap { before.branch($0)?.unit } ?? ""
    let isSigned = official.signed != nil
    let position = try (db.one(Int.self, "SELECT MAX(position) FROM letter_act WHERE letter = ?", letter.id) ?? 0) + 1
    try db.run(
      """
      INSERT INTO letter_act (letter, position, at, act, branch, unit, state_before, state_after, person, handler, proof,
        fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, letter.id, position, at, request.act.rawValue, request.branch ?? 0, unit, from, to, official.person,
      handlerName(authority), (isSigned ? Act.Proof.signed : .tls).rawValue,
      try encodeJSON(Dictionary(uniqueKeysWithValues: request.fields.map { ($0.key.rawValue, $0.value) })))
    var act = Act(
      request.act.recordedName, "letter \(letter.number)",
      content: request.content.map { Digest.of($0.utf8) }, detail: detail(unit, letter))
    act.subject = letter.id
    try act.record(by: official, inSteadOf: authority, at: at, audit, db)
  }

  /// Whom or what the act names, as far as it is no text.
  private func detail(_ unit: String, _ letter: StoredDeskLetter) -> String {
    var parts = unit.isEmpty ? [] : ["unit \(unit)"]
    let named: [LetterField] = [
      .kind, .mailbox, .leader, .declineReason, .units, .leadUnit, .unitDue, .unit, .childUnit, .handler, .proposedUnit,
      .complaintAbout, .visibility,
    ]
    for field in named {
      guard let values = request.fields[field], !values.allSatisfy(\.isEmpty), request.act != .answer else { continue }
      parts.append("\(field.rawValue) \(values.joined(separator: " "))")
    }
    return parts.joined(separator: ", ")
  }
}

extension LetterError {
  init(_ refusal: FlowRefusal, _ stage: LetterStage) {
    switch refusal {
    case .missing(let name), .unexpected(let name):
      guard let field = LetterField(rawValue: name) else {
        self = .wrongStage(stage)
        return
      }
      self = .field(field, .missing)
    case .units(let count): self = .field(.units, count == 0 ? .missing : .tooMany)
    case .leadIsNotNamed: self = .field(.leadUnit, .leadNotNamed)
    case .noBranch: self = .field(.units, .unknown)
    case .tooDeep: self = .field(.childUnit, .unknown)
    case .notNow, .tooOften: self = .wrongStage(stage)
    }
  }
}
