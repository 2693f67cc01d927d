import AgeFormat
import Cryptography
import Flows
import Foundation
import PacketFormat
import People
import Roles
import Storage
import Timestamps
import WorkCalendar
import Zones

/// A letter as the intranet keeps it.
struct StoredDeskLetter {
  var id: String
  var number: String
  var acceptedAt: UnixMilliseconds
  var draft: LetterDraft
  var letterKey: X25519PublicKey
  var stage: LetterStage
  var outcome: LetterOutcome?
  var outcomeDelivered: Bool
  var outcomeRefused: String?
  /// Where it is handled now; what its citizen chose stands in the draft.
  var mailbox: String
  var kind: LetterKind
  var item: FlowItem
  var settledAt: UnixMilliseconds?
  var promise: LetterPromise?
  /// When the promised date waited.
  var pauses: [LetterPause]
  /// When the states that it is in now were entered: what new limits are counted from.
  var changedAt: UnixMilliseconds
  /// The working days by which its promised date was extended.
  var extendedDays: Int
  /// The identifier of the letter that it is joined with.
  var mergedInto: String?

  /// Whether it waits for the answer of the letter that it is joined with, so that nobody can do anything about it.
  var isWaitingForAnother: Bool { mergedInto != nil && settledAt == nil }

  /// Nil where there is none, or none that this person may read: their mailbox has it, or their unit had a part in it.
  static func find(number: String, _ official: Official, _ db: Transaction) throws -> StoredDeskLetter? {
    guard let row = try db.one("SELECT * FROM desk_letter WHERE number = ?", number) else { return nil }
    if try official.may(.readLetter, .mailbox(row["mailbox"])) { return try StoredDeskLetter(row: row) }
    guard official.may(.readDispatch), let letter = try StoredDeskLetter(row: row) else { return nil }
    return try letter.units(readBy: official, db).isEmpty ? nil : letter
  }

  /// The units whose part of the letter this person may read: those that have one, or had one that was not taken back. The
  /// people of the unit complained of, and of those under it, read nothing.
  func units(readBy official: Official, _ db: Transaction) throws -> Set<String> {
    guard official.may(.readDispatch) else { return [] }
    var readers = [official] + official.standsInFor
    if let about = try complainedOf.flatMap({ try OfficeLookup.unit($0, db) }) {
      if let own = official.unit, own.isWithin(about.path) { return [] }
      readers.removeAll { $0.unit?.isWithin(about.path) ?? false }
    }
    let rows = try db.all(
      "SELECT unit, path FROM letter_unit JOIN unit ON unit.id = letter_unit.unit WHERE letter = ? AND reads = 1", id)
    return Set(
      try rows.filter { row in
        let place = Place.unit(UnitPath(text: try row["path"]))
        return readers.contains { $0.mayThemselves(.readDispatch, place) }
      }.map { try $0["unit"] })
  }

  /// The unit complained of, as the clerk has filled it in; nil where there is none.
  var complainedOf: String? {
    (item.fields[LetterField.complaintAbout.rawValue]?.first).flatMap { $0 == "none" || $0.isEmpty ? nil : $0 }
  }

  /// Nil where the row's key is none, which `ArrivingLetter` does not let in.
  init?(row: SQLRow) throws {
    guard let key = try X25519PublicKey(bytes: row["letter_key"] as [UInt8]) else { return nil }
    (id, number, acceptedAt) = try (row["id"], row["number"], row["accepted_at"])
    (letterKey, stage) = try (key, LetterStage(rawValue: row["stage"]) ?? .delivered)
    draft = try decodeJSON(LetterDraft.self, row["content"])
    outcome = try (row["outcome"] as Data?).map { try decodeJSON(LetterOutcome.self, $0) }
    (outcomeDelivered, outcomeRefused) = try (row["outcome_delivered"], row["outcome_refused"])
    (mailbox, settledAt) = try (row["mailbox"], row["settled_at"])
    promise = try (row["promise"] as Data?).map { try decodeJSON(LetterPromise.self, $0) }
    pauses = try (row["pauses"] as Data?).map { try decodeJSON([LetterPause].self, $0) } ?? []
    changedAt = acceptedAt
    (extendedDays, mergedInto) = try (row["extended_days"], row["merged_into"])
    kind = try LetterKind(rawValue: row["kind"]) ?? draft.kind
    item = try (row["item"] as Data?).map { try decodeJSON(FlowItem.self, $0) } ?? .direct(stage, draft)
  }

  /// The version of the flow that it began with.
  func flow(_ flows: LetterFlows) throws -> FlowDefinition {
    guard let flow = flows.version(item.version, of: item.flow) else {
      throw NoSuchFlow(flow: item.flow, version: item.version)
    }
    return flow
  }

  /// Keeps where it is now: the letter's row, and its places in folders and at desks.
  func save(_ flow: FlowDefinition, _ times: LetterTimes, _ db: Transaction) throws {
    try db.run(
      """
      UPDATE desk_letter SET stage = ?, outcome = ?, mailbox = ?, kind = ?, item = ?, flow = ?, flow_version = ?,
        settled_at = ?, due_at = ?, promise = ?, pauses = ?, extended_days = ?, merged_into = ? WHERE id = ?
      """, stage.rawValue, try outcome.map { try encodeJSON($0) }, mailbox, kind.rawValue, try encodeJSON(item),
      item.flow, item.version, settledAt, isPaused || isWaitingForAnother ? nil : promise?.end,
      try promise.map { try encodeJSON($0) },
      pauses.isEmpty ? nil : try encodeJSON(pauses), extendedDays, mergedInto, id)
    try savePlaces(flow, times, db)
  }

  /// Keeps in which folders and at whose desks it lies, and when its limits pass.
  func savePlaces(_ flow: FlowDefinition, _ times: LetterTimes, _ db: Transaction) throws {
    try LetterTimers.update(self, flow, times, db)
    try LetterCall.update(self, flow, times, db)
    let fired = try LetterTimers.fired(id, db)
    try db.run("DELETE FROM letter_place WHERE letter = ?", id)
    let holders = LetterHolders(letter: self, flow: flow)
    let places = try LetterPlace.places(
      of: item, in: flow, mailbox: mailbox, isUntreated: { fired.contains($0) },
      beside: LetterPlace.Beside(of: self, flow, times, db),
      isThere: { person, party, branch in try holders.isThere(person, party, branch: branch, db) })
    // One may have several reasons to find it at a desk; the first is what is shown.
    var kept: Set<LetterPlace.Key> = []
    let about = try complainedOf.flatMap { try OfficeLookup.unit($0, db)?.path }
    for place in places where kept.insert(place.key).inserted {
      // The unit complained of, and those under it, find nothing of it any more.
      if let about, case .unit(let name) = place.viewer,
        try OfficeLookup.unit(name, db)?.path.isWithin(about) ?? false
      {
        continue
      }
      let isOpen = DeskFolder(rawValue: place.folder)?.isOpen ?? (place.folder == LetterPlace.queue)
      let sortAt: UnixMilliseconds
      if place.folder == DeskFolder.all.rawValue {
        sortAt = acceptedAt
      } else if isOpen {
        sortAt = dueAt(place.branch) ?? Self.undated + acceptedAt
      } else {
        sortAt = settledAt ?? acceptedAt
      }
      try db.run(
        """
        INSERT INTO letter_place (letter, viewer, folder, branch, state, sort_at, number) VALUES (?, ?, ?, ?, ?, ?, ?)
        """, id, place.viewer.text, place.folder, place.branch, place.state,
        place.call.sorted(sortAt), number)
    }
    var reads: [String: Bool] = [:]
    for branch in item.branches {
      let isRecalled = branch.isEnded && branch.state == flow.branch(branch.kind)?.closedAs
      for unit in branch.units + (branch.passedUp ?? []) { reads[unit] = (reads[unit] ?? false) || !isRecalled }
    }
    try db.run("UPDATE letter_unit SET reads = 0 WHERE letter = ?", id)
    for (unit, reads) in reads {
      try db.run(
        """
        INSERT INTO letter_unit (letter, unit, reads) VALUES (?, ?, ?)
        ON CONFLICT (letter, unit) DO UPDATE SET reads = excluded.reads
        """, id, unit, reads)
    }
  }

  /// What has no date is listed behind all that has one, by the time of its acceptance: the year 2159 and later.
  private static let undated = 6_000_000_000_000

  /// Whether the promised date waits now.
  var isPaused: Bool { pauses.last.map { $0.end == nil } ?? false }

  /// Until when a branch (0: the letter itself) should be done: the promised date, or the unit's own where that is earlier.
  /// While the promised date waits, there is none, nor one of the unit in charge.
  private func dueAt(_ branch: Int) -> UnixMilliseconds? {
    let part = item.branch(branch)
    guard !isPaused || part?.isLead == false else { return nil }
    let unit = part?.fields[LetterField.unitDue.rawValue]?.first.flatMap { Day($0) }?.endInShanghai
    return [isPaused ? nil : promise?.end, unit].compactMap { $0 }.min()
  }

  /// The outcome crosses sealed for the citizen; a public one carries what is published beside it, in the clear.
  func outcomeMessage(_ outcome: LetterOutcome, _ at: UnixMilliseconds) throws -> Message {
    let published = PublishedLetter(
      number: number, mailbox: mailbox, kind: kind, title: draft.title, text: draft.text,
      answer: outcome.text, acceptedAt: Date(unixMilliseconds: acceptedAt), answeredAt: outcome.at)
    return try OutcomeMessage(
      id: id, at: at, stage: outcome.stage, sealed: sealJSON(outcome, for: [letterKey]),
      published: outcome.isPublic ? published : nil
    ).message()
  }
}

func recordDeskEvent(
  _ letter: String, _ stage: LetterStage, _ at: UnixMilliseconds,
  _ handler: (name: String, certificate: String)?, _ db: Transaction
) throws {
  try db.run(
    "INSERT INTO desk_letter_event (letter, stage, at, handler, certificate) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    letter, stage.rawValue, at, handler?.name ?? "", handler?.certificate ?? "")
}

/// A letter is on a version of a flow that is nowhere any more.
struct NoSuchFlow: Error, CustomStringConvertible {
  let flow: String
  let version: Int

  var description: String { "there is no version \(version) of the flow \(flow)" }
}

extension FlowItem {
  /// Where a letter of before flows were files is, in the direct one.
  static func direct(_ stage: LetterStage, _ draft: LetterDraft) -> FlowItem {
    var item = directFlow.begin(fields: draft.flowFields)
    switch stage {
    case .sent, .delivered, .refused: break
    case .signedFor: (item.state, item.entry) = ("handling", 2)
    case .answered: (item.state, item.entry, item.fields["outcome"]) = ("answered", 3, ["answered"])
    case .declined: (item.state, item.entry, item.fields["outcome"]) = ("declined", 3, ["declined"])
    }
    return item
  }
}

extension LetterDraft {
  /// What conditions of flows may ask of a letter.
  var flowFields: [String: [String]] { ["may-publish": [mayPublish ? "true" : "false"]] }
}
