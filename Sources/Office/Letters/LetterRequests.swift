import Flows
import Foundation
import People
import Roles
import Storage
import Timestamps

/// Something that was asked for beside a letter's flow, such as more time. The letter stays where it is.
struct LetterRequest {
  enum State: String {
    case open
    case granted
    case refused
    /// Nobody decides any more: the letter was settled, or whoever asked has it no longer.
    case closed
  }

  /// From 1, for each letter.
  let position: Int
  /// What the flow calls it, such as `extension`.
  let id: String
  /// The part of the letter that it was asked for in.
  let branch: Int
  let unit: String
  /// Who asked, as the flow keeps doers.
  let doer: String
  let name: String
  let reason: String
  let at: UnixMilliseconds
  let state: State
  /// Whether its limit has passed.
  let isLate: Bool

  static let `extension` = "extension"

  /// All of a letter, in the order of asking.
  static func all(of letter: String, _ db: Transaction) throws -> [LetterRequest] {
    try db.all("SELECT * FROM letter_request WHERE letter = ? ORDER BY position", letter).compactMap(Self.init(row:))
  }

  static func open(of letter: String, _ db: Transaction) throws -> [LetterRequest] {
    try db.all(
      "SELECT * FROM letter_request WHERE letter = ? AND decided_at IS NULL ORDER BY position", letter
    ).compactMap(Self.init(row:))
  }

  private init?(row: SQLRow) throws {
    guard let state = try State(rawValue: row["state"]) else { return nil }
    self.state = state
    (position, id, branch) = try (row["position"], row["request"], row["branch"])
    (unit, doer, name) = try (row["unit"], row["doer"], row["name"])
    (reason, at) = try (row["reason"], row["at"])
    isLate = try row["fired_at"] as Int? != nil
  }

  /// Writes down that something is asked for.
  ///
  /// - Parameter due: when whoever decides should have; nil where no calendar says.
  static func ask(
    _ request: FlowRequest, of letter: StoredDeskLetter, branch: FlowBranch, doer: String, name: String,
    reason: String, at: UnixMilliseconds, due: UnixMilliseconds?, _ db: Transaction
  ) throws {
    let last = try db.one(Int.self, "SELECT MAX(position) FROM letter_request WHERE letter = ?", letter.id) ?? 0
    try db.run(
      """
      INSERT INTO letter_request (letter, position, request, branch, unit, doer, name, reason, at, state, due_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, letter.id, last + 1, request.id, branch.number, branch.unit, doer, name, reason, at, State.open.rawValue,
      due)
  }

  func end(_ state: State, of letter: String, at: UnixMilliseconds, _ db: Transaction) throws {
    try db.run(
      "UPDATE letter_request SET state = ?, decided_at = ? WHERE letter = ? AND position = ?", state.rawValue, at,
      letter, position)
  }

  /// Whether it still makes sense: the letter is under way, and whoever asked works on the part that they asked for.
  func stands(_ letter: StoredDeskLetter, _ flow: FlowDefinition) -> Bool {
    guard flow.state(letter.item.state)?.isEnd == false, let request = flow.requests.first(where: { $0.id == id }),
      let branch = letter.item.branch(self.branch), !branch.isEnded, branch.unit == unit
    else { return false }
    switch flow.branch(branch.kind)?.state(branch.state)?.holder {
    // Who waits for the citizen's word has it still.
    case .citizen: break
    case .party(let party) where party.role == request.by.role: break
    default: return false
    }
    guard let field = request.by.person, let named = branch.fields[field]?.first else { return true }
    return doer.split(separator: " ").contains { $0 == named }
  }
}

extension FlowDefinition {
  /// What the citizen's promised date may be moved by.
  var `extension`: FlowRequest? { requests.first { $0.id == LetterRequest.extension } }

  /// The part in charge that is under way; the only one where none is in charge.
  func branchInCharge(_ item: FlowItem) -> FlowBranch? {
    let open = item.branches.filter { !$0.isEnded }
    return open.last(where: \.isLead) ?? (open.count == 1 ? open[0] : nil)
  }
}

extension StoredDeskLetter {
  /// The date that is promised to its citizen, with what was granted beside the flow; nil where no calendar says.
  func newPromise(_ flow: FlowDefinition, _ times: LetterTimes, adding days: Int = 0) -> LetterPromise? {
    times.promise(flow, kind, acceptedAt: acceptedAt, extendedBy: extendedDays + days, pauses: pauses)
  }
}

extension LetterStepTaking {
  /// More time is asked for.
  func ask(
    _ beside: LetterBeside, _ doing: Doing, _ letter: StoredDeskLetter, _ flow: FlowDefinition, _ db: Transaction
  )
    throws
  {
    guard let request = flow.extension, let branch = beside.branch.flatMap({ letter.item.branch($0) }) else {
      throw LetterError.wrongStage(letter.stage)
    }
    let due = request.limit.flatMap { times.end(of: $0.term, from: now()) { _ in nil } }
    try LetterRequest.ask(
      request, of: letter, branch: branch, doer: LetterHolders.doer(doing.official, inSteadOf: doing.authority),
      name: doing.name, reason: doing.value(.reason) ?? "", at: now(), due: due, db)
  }

  /// Whoever may decide on it does: granted, the promised date moves by what the flow says.
  func decide(
    _ beside: LetterBeside, _ doing: Doing, _ letter: inout StoredDeskLetter, _ flow: FlowDefinition, _ db: Transaction
  ) throws {
    guard let open = try LetterRequest.open(of: letter.id, db).first(where: { $0.position == beside.entry }),
      let request = flow.requests.first(where: { $0.id == open.id })
    else { throw LetterError.wrongStage(letter.stage) }
    let isGranted = doing.request.act == .grantExtension
    try open.end(isGranted ? .granted : .refused, of: letter.id, at: now(), db)
    guard isGranted else { return }
    letter.extendedDays += request.addsWorkingDays
    // Where no calendar says, the date is open until one does.
    letter.promise = letter.newPromise(flow, times)
  }

  /// Tells the citizen of the new date; nothing where it is open.
  func tellExtension(_ doing: Doing, _ letter: StoredDeskLetter, _ flow: FlowDefinition, _ db: Transaction) throws {
    guard let told = flow.extension?.citizen, let promise = letter.promise else { return }
    let words = LetterWords(fields: doing.request.fields, due: promise.day, declineReasons: declineReasonList)
    try LetterCourse.add(try words.filled(told, db), now(), nil, to: letter.id, db)
    var telling = LetterTelling()
    telling.hasLines = true
    try tell(telling, letter, db)
  }

  /// Ends the requests that nobody needs to decide on any more.
  ///
  /// - Returns: whether there were any.
  @discardableResult
  func closeRequests(_ letter: StoredDeskLetter, _ flow: FlowDefinition, _ db: Transaction) throws -> Bool {
    let closed = try LetterRequest.open(of: letter.id, db).filter { !$0.stands(letter, flow) }
    for request in closed {
      try request.end(.closed, of: letter.id, at: now(), db)
      try note(.requestClosed, letter, request.branch, db)
    }
    return !closed.isEmpty
  }
}

extension DeskLetters {
  /// Notes requests whose limit has passed, each once; whoever is to urge finds the letter at their desk.
  ///
  /// - Returns: how many, at most `LetterTimerKeeper.timersAtOnce`.
  @discardableResult
  package func fireRequests() async throws -> Int {
    let (now, times) = (self.now(), self.times)
    let step = LetterStepTaking(self)
    return try await database.write { db in
      let due = try db.all(
        """
        SELECT letter, position, branch FROM letter_request
        WHERE decided_at IS NULL AND fired_at IS NULL AND due_at <= ? ORDER BY due_at LIMIT ?
        """, now, LetterTimerKeeper.timersAtOnce)
      for row in due {
        let (id, branch): (String, Int) = try (row["letter"], row["branch"])
        try db.run(
          "UPDATE letter_request SET fired_at = ? WHERE letter = ? AND position = ?", now, id, row["position"] as Int)
        guard let (letter, flow) = try self.readable(id, db) else { continue }
        try step.note(.requestLate, letter, branch, db)
        try letter.savePlaces(flow, times, db)
      }
      return due.count
    }
  }

  /// Works out what waited for a calendar when the zone was last up: limits of requests, dates that were extended, and what
  /// the clock calls for.
  package func beginRequests() async throws {
    let times = self.times
    let extended = try await database.read { db in
      try db.all(
        String.self, "SELECT id FROM desk_letter WHERE extended_days > 0 AND settled_at IS NULL ORDER BY id")
    }
    try await eachLetter(extended) { letter, flow, db in
      guard let promise = letter.newPromise(flow, times), promise != letter.promise else { return }
      letter.promise = promise
      try letter.save(flow, times, db)
    }
    try await database.write { db in
      for row in try db.all(
        "SELECT letter, position, request, at FROM letter_request WHERE decided_at IS NULL AND due_at IS NULL")
      {
        guard let (letter, flow) = try self.readable(row["letter"], db),
          let limit = try flow.requests.first(where: { try $0.id == row["request"] })?.limit,
          let end = times.end(of: limit.term, from: try row["at"], { _ in nil })
        else { continue }
        try db.run(
          "UPDATE letter_request SET due_at = ? WHERE letter = ? AND position = ?", end, letter.id,
          row["position"] as Int)
      }
      for id in try db.all(
        String.self, "SELECT DISTINCT letter FROM letter_call WHERE at IS NULL AND fired_at IS NULL ORDER BY letter")
      {
        guard let (letter, flow) = try self.readable(id, db) else { continue }
        try LetterCall.update(letter, flow, times, db)
      }
    }
  }

  static func stored(_ id: String, _ db: Transaction) throws -> StoredDeskLetter? {
    try db.one("SELECT * FROM desk_letter WHERE id = ?", id).flatMap { try StoredDeskLetter(row: $0) }
  }
}
