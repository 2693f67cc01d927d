import Flows
import Foundation
public import Roles
import Storage
import Timestamps
import Zones

/// A place in a folder's list: that of one letter, or of one unit's part of it.
public struct FolderPlace: Equatable, Sendable, CustomStringConvertible {
  /// Milliseconds since 1970: what the folder is ordered by.
  let acceptedAt: Int
  let number: String
  /// 0 for the letter itself.
  let branch: Int

  init(acceptedAt: Int, number: String, branch: Int = 0) {
    self.acceptedAt = acceptedAt
    self.number = number
    self.branch = branch
  }

  /// Reads what `description` wrote; nil for anything else.
  public init?(_ text: String) {
    guard text.utf8.count <= 64 else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let at = Int(parts[0]), let branch = parts.count == 3 ? Int(parts[2]) : 0,
      !parts[1].isEmpty, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") })
    else { return nil }
    self.init(acceptedAt: at, number: String(parts[1]), branch: branch)
  }

  public var description: String { "\(acceptedAt).\(number)" + (branch == 0 ? "" : ".\(branch)") }

  func precedes(_ other: FolderPlace) -> Bool {
    guard acceptedAt == other.acceptedAt else { return acceptedAt < other.acceptedAt }
    guard number == other.number else { return number.utf8.lexicographicallyPrecedes(other.number.utf8) }
    return branch < other.branch
  }
}

/// Which part of a folder a page shows.
public enum FolderPart: Equatable, Sendable {
  case first
  case after(FolderPlace)
  case before(FolderPlace)
}

/// A page of a folder.
public struct FolderPage: Sendable {
  public var letters: [DeskLetterSummary] = []
  /// Of the whole folder, as far as this person may read it.
  public var total = 0
  /// What the page before ends before; nil where there is none.
  public var previous: FolderPlace?
  /// What the next page begins after; nil where there is none.
  public var next: FolderPlace?
}

extension DeskLetters {
  /// A page of a folder, the one due first where something is to be done, newest first elsewhere. It costs as much at the
  /// end of a long folder as at its beginning, and grows with the mailboxes, not with the letters.
  public func folder(
    _ folder: DeskFolder, for official: Official, limit: Int, part: FolderPart = .first,
    filter: FolderFilter = FolderFilter()
  ) async throws(LetterError) -> FolderPage {
    try await page(folder.rawValue, official.letterViewers, listsOldestFirst: folder.isOpen, limit, part, filter)
  }

  /// A page of the letters that wait for this person: by name, or for one of their roles.
  public func queue(
    for official: Official, limit: Int, part: FolderPart = .first, filter: FolderFilter = FolderFilter()
  ) async throws(LetterError) -> FolderPage {
    try await page(LetterPlace.queue, official.queueViewers, listsOldestFirst: true, limit, part, filter)
  }

  private func page(
    _ folder: String, _ viewers: Set<String>, listsOldestFirst: Bool, _ limit: Int, _ part: FolderPart,
    _ filter: FolderFilter
  ) async throws(LetterError) -> FolderPage {
    guard !viewers.isEmpty else { throw .notAllowed }
    let scan = FolderScan(
      folder: folder, viewers: viewers.sorted(), limit: max(1, limit), part: part, listsOldestFirst: listsOldestFirst)
    let flows = self.flows
    do {
      return try await database.read { db in
        filter == FolderFilter()
          ? try scan.page(flows, db) : try FilteredScan(scan: scan, filter: filter).page(flows, db)
      }
    } catch { throw .unavailable(error) }
  }

  /// How many letters this person may read, by folder.
  public func folderCounts(for official: Official) async throws(LetterError) -> [DeskFolder: Int] {
    let viewers = official.letterViewers
    do {
      return try await database.read { db in
        try Dictionary(
          uniqueKeysWithValues: DeskFolder.allCases.map { ($0, try FolderScan.count($0.rawValue, viewers, db)) })
      }
    } catch { throw .unavailable(error) }
  }

  /// How many letters wait for this person.
  public func queueCount(for official: Official) async throws(LetterError) -> Int {
    let viewers = official.queueViewers
    do {
      return try await database.read { db in try FolderScan.count(LetterPlace.queue, viewers, db) }
    } catch { throw .unavailable(error) }
  }
}

extension Official {
  /// Whose folders this person looks into: those of mailboxes that they may read, and of their unit.
  var letterViewers: Set<String> {
    var viewers = Set(mailboxes(allowing: .readLetter).map { LetterPlace.Viewer.mailbox($0).text })
    for one in [self] + standsInFor {
      if let unit = one.unit, let own = unit.identifiers.last, one.may(.readDispatch, .unit(unit)) {
        viewers.insert(LetterPlace.Viewer.unit(own).text)
      }
    }
    return viewers
  }

  /// At whose desks this person sits: their own, those of their roles, and those of whom they stand in for.
  var queueViewers: Set<String> {
    var viewers: Set<String> = []
    for one in [self] + standsInFor where one.may(.readLetter) || one.may(.readDispatch) {
      viewers.insert(LetterPlace.Viewer.person(one.person).text)
      let roles: [(Role, Action)] = [(.clerk, .signForLetter), (.leader, .reviewLetter), (.handler, .answerLetter)]
      for (role, action) in roles where one.roles.contains(role) {
        for mailbox in one.mailboxes.union(one.mailboxUnits.keys)
        where !one.authorities(for: action, .mailbox(mailbox), as: role).isEmpty {
          viewers.insert(LetterPlace.Viewer.role(role, mailbox: mailbox).text)
        }
        if let unit = one.unit?.identifiers.last {
          viewers.insert(LetterPlace.Viewer.roleOfUnit(role, unit: unit).text)
        }
      }
    }
    return viewers
  }
}

/// Reads a page by one short scan of the index for each viewer, and merges these.
package struct FolderScan: Sendable {
  let folder: String
  /// In the order of their bytes.
  let viewers: [String]
  let limit: Int
  let part: FolderPart
  let listsOldestFirst: Bool

  struct Key {
    let place: FolderPlace
    let letter: String
    let branch: Int
    let state: String
  }

  /// - Parameters:
  ///   - ascending: the order of the scan, by time and number.
  ///   - hasStart: whether it begins after a place.
  static func keysSQL(ascending: Bool, hasStart: Bool) -> String {
    let direction = ascending ? "ASC" : "DESC"
    return """
      SELECT sort_at, number, branch, letter, state FROM letter_place WHERE viewer = ? AND folder = ?
      \(hasStart ? "AND (sort_at, number, branch) \(ascending ? ">" : "<") (?, ?, ?)" : "")
      ORDER BY sort_at \(direction), number \(direction), branch \(direction) LIMIT ?
      """
  }

  static let letterSQL = """
    SELECT number, mailbox, kind, title, stage, accepted_at, content, outcome_refused, flow, flow_version,
      due_at, settled_at
    FROM desk_letter WHERE id = ?
    """
  static let countSQL = "SELECT letters FROM letter_place_count WHERE viewer = ? AND folder = ?"

  /// All that a page may ask of the table of letters; a test looks at how SQLite does it.
  package static var statements: [String] {
    [letterSQL, countSQL, DeskLetters.dueSQL] + FilteredScan.statements
      + [true, false].flatMap { ascending in [true, false].map { keysSQL(ascending: ascending, hasStart: $0) } }
  }

  static func count(_ folder: String, _ viewers: Set<String>, _ db: Transaction) throws -> Int {
    try viewers.reduce(0) { try $0 + (db.one(Int.self, countSQL, $1, folder) ?? 0) }
  }

  static func summary(
    of letter: String, branch: Int, state: String, _ flows: LetterFlows, _ db: Transaction
  ) throws -> DeskLetterSummary? {
    try db.one(letterSQL, letter).map { try DeskLetterSummary(row: $0, branch, state, flows) }
  }

  /// A letter as it is listed at its place.
  func summary(of key: Key, _ flows: LetterFlows, _ db: Transaction) throws -> DeskLetterSummary? {
    var summary = try Self.summary(of: key.letter, branch: key.branch, state: key.state, flows, db)
    let call = LetterPlace.Call(sortedAt: key.place.acceptedAt)
    summary?.isUrged = call == .urged
    summary?.isReminded = call == .reminded
    return summary
  }

  func page(_ flows: LetterFlows, _ db: Transaction) throws -> FolderPage {
    var (keys, hasMore) = try keys(db)
    let goesBack = if case .before = part { true } else { false }
    if goesBack { keys.reverse() }
    var page = FolderPage(total: try Self.count(folder, Set(viewers), db))
    page.letters = try keys.compactMap { try summary(of: $0, flows, db) }
    if goesBack ? hasMore : part != .first { page.previous = keys.first?.place }
    if goesBack || hasMore { page.next = keys.last?.place }
    return page
  }

  /// The page's letters in the order of the scan, and whether there are more. A viewer's letter stands at one place; where
  /// two viewers have one letter, it is listed for each.
  private func keys(_ db: Transaction) throws -> ([Key], hasMore: Bool) {
    let (ascending, start): (Bool, FolderPlace?) =
      switch part {
      case .first: (listsOldestFirst, nil)
      case .after(let place): (listsOldestFirst, place)
      case .before(let place): (!listsOldestFirst, place)
      }
    let sql = Self.keysSQL(ascending: ascending, hasStart: start != nil)
    var keys: [Key] = []
    for viewer in viewers {
      let place: [any SQLConvertible] = start.map { [$0.acceptedAt, $0.number, $0.branch] } ?? []
      for row in try db.all(sql, values: [viewer, folder] + place + [limit + 1], isKept: true) {
        try keys.append(
          Key(
            place: FolderPlace(acceptedAt: row[0], number: row[1], branch: row[2]), letter: row[3], branch: row[2],
            state: row[4]))
      }
    }
    // As SQLite orders texts: by their bytes.
    keys.sort { first, second in
      ascending ? first.place.precedes(second.place) : second.place.precedes(first.place)
    }
    // One person may see a letter's part twice: at their own desk, and at that of a role of theirs.
    var unique: [Key] = []
    for key in keys where unique.last?.place != key.place { unique.append(key) }
    return (Array(unique.prefix(limit)), unique.count > limit)
  }
}

extension DeskLetterSummary {
  fileprivate init(row: SQLRow, _ branch: Int, _ state: String, _ flows: LetterFlows) throws {
    let draft = try decodeJSON(LetterDraft.self, row["content"])
    let flow = try flows.version(row["flow_version"], of: row["flow"])
    let beside = Self.title(beside: state, flow)
    let title =
      branch == 0 ? flow?.state(state)?.title : flow?.branches.lazy.compactMap { $0.state(state) }.first?.title
    try self.init(
      number: row["number"], branch: branch, mailbox: row["mailbox"],
      kind: LetterKind(rawValue: row["kind"]) ?? draft.kind,
      title: row["title"],
      stage: LetterStage(rawValue: row["stage"]) ?? .delivered,
      state: beside ?? title ?? FlowWords(chinese: state, english: state),
      acceptedAt: Date(unixMilliseconds: row["accepted_at"]),
      due: row["settled_at"] as Int? == nil ? (row["due_at"] as Int?).map { Date(unixMilliseconds: $0) } : nil,
      attachmentCount: draft.attachments.count,
      isOutcomeRefused: row["outcome_refused"] as String? != nil, isUrged: false, isReminded: false)
  }

  /// What lies at a desk beside the letter's states: something asked for, or what the clock has called for.
  private static func title(beside shown: String, _ flow: FlowDefinition?) -> FlowWords? {
    switch shown {
    case LetterPlace.overdue: return FlowWords(chinese: "超期催办", english: "overdue: urge")
    case LetterPlace.supervised: return FlowWords(chinese: "督办", english: "supervised")
    default: break
    }
    if shown.hasPrefix(LetterPlace.alarmPrefix) {
      let days = shown.dropFirst(LetterPlace.alarmPrefix.count)
      return FlowWords(chinese: "受理已满\(days)日", english: "\(days) days since acceptance")
    }
    return flow?.requests.first { LetterPlace.requestPrefix + $0.id == shown }?.title
  }
}
