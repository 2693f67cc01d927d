import Acts
public import Flows
public import Roles
import Storage

/// Which letters of a folder are listed, and in what order.
public struct FolderFilter: Hashable, Sendable {
  /// An order of a folder's letters.
  public enum Order: String, CaseIterable, Sendable {
    /// By their numbers, the highest first: the newest at the top.
    case newest
    /// By their numbers, the lowest first.
    case oldest
  }

  /// Where they are handled now; nil for any mailbox.
  public var mailbox: String?
  public var kind: LetterKind?
  /// The state that it, or the unit's part of it, is in.
  public var state: String?
  /// One of these; nil for any.
  public var states: Set<String>?
  /// Nil for the folder's own order: what is due first, or what is newest.
  public var order: Order?

  public init(mailbox: String? = nil, kind: LetterKind? = nil, state: String? = nil, order: Order? = nil) {
    (self.mailbox, self.kind, self.state, self.order) = (mailbox, kind, state, order)
  }
}

/// Reads a page of a folder of which some letters are left out, or which is in another order.
///
/// Of each viewer so many letters are looked at, and no more; a page can have fewer than its limit and still not be the
/// last, so that a rare kind among a million letters costs no more than any other.
struct FilteredScan: Sendable {
  /// How many letters are looked at for one page.
  static let lookedAtMax = 5_000

  let scan: FolderScan
  let filter: FolderFilter

  /// - Parameters:
  ///   - isByNumber: whether the order is that of numbers, else the folder's own.
  ///   - ascending: the direction of the scan.
  ///   - hasStart: whether it begins after a place.
  static func sql(isByNumber: Bool, ascending: Bool, hasStart: Bool) -> String {
    let (direction, sign) = ascending ? ("ASC", ">") : ("DESC", "<")
    let order =
      isByNumber ? ["letter_place.number", "branch"] : ["sort_at", "letter_place.number", "branch"]
    let start =
      hasStart
      ? "AND (\(order.joined(separator: ", "))) \(sign) (\(order.map { _ in "?" }.joined(separator: ", ")))" : ""
    return """
      SELECT sort_at, letter_place.number, branch, letter, state, desk_letter.mailbox, desk_letter.kind
      FROM letter_place CROSS JOIN desk_letter
      WHERE viewer = ? AND folder = ? AND desk_letter.id = letter \(start)
      ORDER BY \(order.map { "\($0) \(direction)" }.joined(separator: ", ")) LIMIT ?
      """
  }

  static var statements: [String] {
    [true, false].flatMap { isByNumber in
      [true, false].flatMap { ascending in
        [true, false].map { sql(isByNumber: isByNumber, ascending: ascending, hasStart: $0) }
      }
    }
  }

  private var isByNumber: Bool { filter.order != nil }
  private var goesBack: Bool { if case .before = scan.part { true } else { false } }
  private var start: FolderPlace? {
    switch scan.part {
    case .first: nil
    case .after(let place), .before(let place): place
    }
  }
  /// The direction of the list, turned round for the page before.
  private var ascending: Bool {
    let ofList = filter.order.map { $0 == .oldest } ?? scan.listsOldestFirst
    return goesBack ? !ofList : ofList
  }

  func page(_ flows: LetterFlows, _ db: Transaction) throws -> FolderPage {
    var (keys, end) = try keys(db)
    if goesBack { keys.reverse() }
    var page = FolderPage()
    page.letters = try keys.compactMap { try scan.summary(of: $0, flows, db) }
    // From an empty page there is only onwards: the place that it began behind is on neither side of it.
    if goesBack {
      (page.previous, page.next) = (end, keys.last?.place)
    } else {
      (page.previous, page.next) = (start == nil ? nil : keys.first?.place, end)
    }
    return page
  }

  /// The page's letters in the order of the scan, and where it goes on; nil where it is at its end.
  private func keys(_ db: Transaction) throws -> ([FolderScan.Key], end: FolderPlace?) {
    var (keys, stops): ([FolderScan.Key], [FolderPlace]) = ([], [])
    let viewers = scan.viewers.filter(mayHave)
    let most = max(Self.lookedAtMax / max(viewers.count, 1), scan.limit + 1)
    for viewer in viewers {
      var (looked, found, last): (Int, Int, FolderPlace?) = (0, 0, nil)
      try db.each(
        Self.sql(isByNumber: isByNumber, ascending: ascending, hasStart: start != nil),
        values: [viewer, scan.folder] + place + [most], isKept: true
      ) { row in
        let key = try FolderScan.Key(
          place: FolderPlace(acceptedAt: row[0], number: row[1], branch: row[2]), letter: row[3], branch: row[2],
          state: row[4])
        (looked, last) = (looked + 1, key.place)
        if try passes(key.state, mailbox: row[5], kind: row[6]) {
          keys.append(key)
          found += 1
        }
        return found <= scan.limit
      }
      // Whoever was not gone through to the end hides what lies behind that place.
      if looked == most, found <= scan.limit, let last { stops.append(last) }
    }
    keys.sort { isBefore($0.place, $1.place) }
    let stop = stops.min(by: isBefore)
    var unique: [FolderScan.Key] = []
    for key in keys where unique.last?.place != key.place {
      if let stop, isBefore(stop, key.place) { break }
      unique.append(key)
    }
    guard unique.count > scan.limit else { return (unique, stop) }
    unique = Array(unique.prefix(scan.limit))
    return (unique, unique.last?.place)
  }

  private var place: [any SQLConvertible] {
    guard let start else { return [] }
    return isByNumber ? [start.number, start.branch] : [start.acceptedAt, start.number, start.branch]
  }

  /// A letter lies at its own mailbox's places alone, so that the others need not be looked at.
  private func mayHave(_ viewer: String) -> Bool {
    guard let mailbox = filter.mailbox, let start = viewer.firstRange(of: "mailbox ") else { return true }
    return viewer[start.upperBound...] == mailbox
  }

  private func passes(_ state: String, mailbox: String, kind: String) -> Bool {
    (filter.state.map { $0 == state } ?? true) && (filter.states.map { $0.contains(state) } ?? true)
      && (filter.mailbox.map { $0 == mailbox } ?? true)
      && (filter.kind.map { $0.rawValue == kind } ?? true)
  }

  private func isBefore(_ first: FolderPlace, _ second: FolderPlace) -> Bool {
    let (first, second) = ascending ? (first, second) : (second, first)
    guard isByNumber else { return first.precedes(second) }
    guard first.number == second.number else { return first.number.utf8.lexicographicallyPrecedes(second.number.utf8) }
    return first.branch < second.branch
  }
}

extension DeskLetters {
  /// The states in which one of some acts can be taken with a letter itself, in the flows of today.
  func states(before acts: Set<LetterAct>) -> Set<String> {
    let names = Set(acts.map(\.rawValue))
    return Set(
      mailboxes.flatMap { flows.flow(of: $0).states.filter { $0.steps.contains { names.contains($0.act) } }.map(\.id) })
  }

  /// Letters that wait for this person's instruction or review, each once, the one due first before the others.
  ///
  /// - Returns: at most `limit`, and whether there are more.
  public func forDecision(
    by official: Official, limit: Int
  ) async throws(LetterError) -> (letters: [DeskLetterSummary], hasMore: Bool) {
    var filter = FolderFilter()
    filter.states = states(before: [.instruct, .instructDecline, .accept])
    let found = try await queue(for: official, limit: limit, filter: filter)
    var letters: [DeskLetterSummary] = []
    for letter in found.letters where letter.branch == 0 && !letters.contains(where: { $0.number == letter.number }) {
      letters.append(letter)
    }
    return (letters, found.next != nil)
  }

  /// The states that letters and units' parts of them can be in, each once, as the flows of today call them.
  public var states: [(id: String, title: FlowWords)] {
    var states: [(id: String, title: FlowWords)] = []
    for flow in mailboxes.sorted().map(flows.flow(of:)) {
      for state in flow.states + flow.branches.flatMap(\.states) where !states.contains(where: { $0.id == state.id }) {
        states.append((state.id, state.title))
      }
    }
    return states
  }

  /// The most letters that are taken away in one file.
  static let exportedMax = 10_000
  private static let exportedAtOnce = 500
  /// How often that many are looked for, so that a rare kind among very many letters ends, too.
  private static let exportRounds = 100

  /// All letters of a folder that pass a filter and that this person may take away; that they did is recorded.
  ///
  /// - Throws: `notAllowed` for whoever may take none away.
  public func export(
    _ folder: DeskFolder, _ filter: FolderFilter, for official: Official
  ) async throws(LetterError) -> [DeskLetterSummary] {
    let viewers = official.mailboxes(allowing: .exportLetters).map { LetterPlace.Viewer.mailbox($0).text }.sorted()
    guard !viewers.isEmpty else { throw .notAllowed }
    let (flows, at, audit) = (self.flows, now(), self.audit)
    do {
      var (found, part): ([DeskLetterSummary], FolderPart) = ([], .first)
      for _ in 0..<Self.exportRounds where found.count < Self.exportedMax {
        let scan = FolderScan(
          folder: folder.rawValue, viewers: viewers, limit: Self.exportedAtOnce, part: part,
          listsOldestFirst: folder.isOpen)
        let page = try await database.read { db in try FilteredScan(scan: scan, filter: filter).page(flows, db) }
        found += page.letters
        guard let next = page.next else { break }
        part = .after(next)
      }
      let letters = Array(found.prefix(Self.exportedMax))
      let asked = [
        filter.mailbox.map { "mailbox \($0)" }, filter.kind.map { "kind \($0.rawValue)" },
        filter.state.map { "state \($0)" },
      ].compactMap(\.self)
      try await database.write { db in
        try Act(
          "letters.exported", "letters",
          detail: (["folder \(folder.rawValue)", "\(letters.count) letters"] + asked).joined(separator: ", ")
        ).record(by: official, at: at, audit, db)
      }
      return letters
    } catch { throw .unavailable(error) }
  }
}
