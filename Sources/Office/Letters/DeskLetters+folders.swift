import Foundation
public import Roles
import Storage
import Timestamps
import Zones

/// A place in a folder's list: that of one letter.
public struct FolderPlace: Equatable, Sendable, CustomStringConvertible {
  /// Milliseconds since 1970.
  let acceptedAt: Int
  let number: String

  init(acceptedAt: Int, number: String) {
    self.acceptedAt = acceptedAt
    self.number = number
  }

  /// Reads what `description` wrote; nil for anything else.
  public init?(_ text: String) {
    guard text.utf8.count <= 64, let end = text.utf8.firstIndex(of: UInt8(ascii: ".")), let at = Int(text[..<end])
    else {
      return nil
    }
    let number = text[text.utf8.index(after: end)...]
    guard !number.isEmpty, number.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }) else {
      return nil
    }
    self.init(acceptedAt: at, number: String(number))
  }

  public var description: String { "\(acceptedAt).\(number)" }

  func precedes(_ other: FolderPlace) -> Bool {
    guard acceptedAt == other.acceptedAt else { return acceptedAt < other.acceptedAt }
    return number.utf8.lexicographicallyPrecedes(other.number.utf8)
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
  /// A page of a folder, oldest first where something is to be done, newest first elsewhere. It costs as much at the end
  /// of a long folder as at its beginning, and grows with the mailboxes, not with the letters.
  public func folder(
    _ folder: DeskFolder, for official: Official, limit: Int, part: FolderPart = .first
  ) async throws(LetterError) -> FolderPage {
    guard official.may(.readLetter) else { throw .notAllowed }
    let scan = FolderScan(folder, official.mailboxes(allowing: .readLetter), limit: max(1, limit), part)
    do {
      return try await database.read { db in try scan.page(db) }
    } catch { throw .unavailable(error) }
  }

  /// How many letters this person may read, by folder.
  public func folderCounts(for official: Official) async throws(LetterError) -> [DeskFolder: Int] {
    let readable = official.mailboxes(allowing: .readLetter)
    do {
      return try await database.read { db in
        let counts = try FolderScan.counts(of: readable, db)
        return Dictionary(uniqueKeysWithValues: DeskFolder.allCases.map { ($0, counts[$0.stage] ?? 0) })
      }
    } catch { throw .unavailable(error) }
  }
}

extension DeskFolder {
  var stage: LetterStage {
    switch self {
    case .toDo: .delivered
    case .tracking: .signedFor
    case .concluded: .answered
    case .declined: .declined
    }
  }
}

/// Reads a page by one short scan of the index for each mailbox, and merges these.
package struct FolderScan: Sendable {
  private let stage: LetterStage
  private let mailboxes: Set<String>
  private let limit: Int
  private let part: FolderPart
  private let listsOldestFirst: Bool

  init(_ folder: DeskFolder, _ mailboxes: Set<String>, limit: Int, _ part: FolderPart) {
    stage = folder.stage
    self.mailboxes = mailboxes
    self.limit = limit
    self.part = part
    listsOldestFirst = folder == .toDo || folder == .tracking
  }

  /// - Parameters:
  ///   - ascending: the order of the scan, by time and number.
  ///   - hasStart: whether it begins after a place.
  static func keysSQL(ascending: Bool, hasStart: Bool) -> String {
    let direction = ascending ? "ASC" : "DESC"
    return """
      SELECT accepted_at, number FROM desk_letter WHERE stage = ? AND mailbox = ?
      \(hasStart ? "AND (accepted_at, number) \(ascending ? ">" : "<") (?, ?)" : "")
      ORDER BY accepted_at \(direction), number \(direction) LIMIT ?
      """
  }

  static let letterSQL = """
    SELECT number, mailbox, kind, title, stage, accepted_at, content, outcome_refused FROM desk_letter WHERE number = ?
    """
  static let countsSQL = "SELECT stage, mailbox, letters FROM desk_folder"

  /// All that a page may ask of the table of letters; a test looks at how SQLite does it.
  package static var statements: [String] {
    [letterSQL]
      + [true, false].flatMap { ascending in [true, false].map { keysSQL(ascending: ascending, hasStart: $0) } }
  }

  static func counts(of mailboxes: Set<String>, _ db: Transaction) throws -> [LetterStage: Int] {
    var counts: [LetterStage: Int] = [:]
    for row in try db.all(countsSQL) {
      guard let stage = try LetterStage(rawValue: row["stage"]), try mailboxes.contains(row["mailbox"]) else {
        continue
      }
      counts[stage, default: 0] += try row["letters"] as Int
    }
    return counts
  }

  func page(_ db: Transaction) throws -> FolderPage {
    guard !mailboxes.isEmpty else { return FolderPage() }
    var (keys, hasMore) = try keys(db)
    let goesBack = if case .before = part { true } else { false }
    if goesBack { keys.reverse() }
    var page = FolderPage(total: try Self.counts(of: mailboxes, db)[stage] ?? 0)
    page.letters = try keys.compactMap { key in
      try db.one(Self.letterSQL, key.number).map(DeskLetterSummary.init(row:))
    }
    if goesBack ? hasMore : part != .first { page.previous = keys.first }
    if goesBack || hasMore { page.next = keys.last }
    return page
  }

  /// The page's letters in the order of the scan, and whether there are more.
  private func keys(_ db: Transaction) throws -> ([FolderPlace], hasMore: Bool) {
    let (ascending, start): (Bool, FolderPlace?) =
      switch part {
      case .first: (listsOldestFirst, nil)
      case .after(let place): (listsOldestFirst, place)
      case .before(let place): (!listsOldestFirst, place)
      }
    let sql = Self.keysSQL(ascending: ascending, hasStart: start != nil)
    var keys: [FolderPlace] = []
    for mailbox in mailboxes {
      let place: [any SQLConvertible] = start.map { [$0.acceptedAt, $0.number] } ?? []
      for row in try db.all(sql, values: [stage.rawValue, mailbox] + place + [limit + 1], isKept: true) {
        try keys.append(FolderPlace(acceptedAt: row[0], number: row[1]))
      }
    }
    // As SQLite orders texts: by their bytes.
    keys.sort { first, second in
      ascending ? first.precedes(second) : second.precedes(first)
    }
    return (Array(keys.prefix(limit)), keys.count > limit)
  }
}

extension DeskLetterSummary {
  fileprivate init(row: SQLRow) throws {
    let draft = try decodeJSON(LetterDraft.self, row["content"])
    try self.init(
      number: row["number"], mailbox: row["mailbox"], kind: draft.kind, title: row["title"],
      stage: LetterStage(rawValue: row["stage"]) ?? .delivered,
      acceptedAt: Date(unixMilliseconds: row["accepted_at"]), attachmentCount: draft.attachments.count,
      isOutcomeRefused: row["outcome_refused"] as String? != nil)
  }
}
