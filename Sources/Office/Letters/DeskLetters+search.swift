import Acts
import Foundation
public import Roles
import Storage

/// What of letters can be searched: number, title and text, by words; and the phone, as a whole.
enum LetterIndex {
  static let index = TextIndex(table: "letter_words")

  /// Indexes a letter that is not indexed yet.
  static func add(_ letter: StoredDeskLetter, _ db: Transaction) throws {
    let place = try db.one(Int.self, "SELECT place FROM letter_text WHERE letter = ? AND indexed = 0", letter.id)
    guard let place else { return }
    try index.add(place, text(letter.number, letter.draft), db)
    try db.run("UPDATE letter_text SET phone = ?, indexed = 1 WHERE place = ?", digits(letter.draft.phone), place)
  }

  static func text(_ number: String, _ draft: LetterDraft) -> String { "\(number)\n\(draft.title)\n\(draft.text)" }

  /// A phone number as it is compared: without blanks, signs and the country's code, in ASCII digits.
  static func digits(_ phone: String) -> String {
    var digits = ""
    for scalar in phone.unicodeScalars.prefix(64) {
      switch scalar.value {
      case 0x30...0x39: digits.unicodeScalars.append(scalar)
      case 0xFF10...0xFF19: digits.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFF10 + 0x30)))
      default: break
      }
    }
    if digits.utf8.count == 15, digits.hasPrefix("0086") { return String(digits.dropFirst(4)) }
    return digits.utf8.count == 13 && digits.hasPrefix("86") ? String(digits.dropFirst(2)) : digits
  }
}

/// Letters that were found, newest first.
public struct LetterSearchPage: Sendable {
  public var letters: [DeskLetterSummary] = []
  /// Where the next page goes on; nil where everything was looked at.
  public var next: Int?
  /// Whether older letters are still being indexed, so that they may be missing.
  public var isIncomplete = false
}

extension DeskLetters {
  /// What is looked at of a query.
  public static let queryMaxCharacters = TextIndex.queryMaxCharacters
  /// How many letters that hold the words are looked at for one page, since most may be other people's.
  static let searchedMax = 5_000
  /// Up to how many letters of their own each of them is looked at instead.
  static let ownMax = 2_000
  private static let indexedAtOnce = 200

  /// The letters of this person's folders that hold all words of a query.
  ///
  /// - Parameters:
  ///   - text: what was typed; all of it is looked for, in any order.
  ///   - place: where the page before ended; nil for the first.
  ///   - limit: the most that are listed. A page can have fewer and still not be the last.
  /// - Returns: nil where there is nothing to look for in `text`: no letters, no digits.
  public func search(
    _ text: String, for official: Official, below place: Int? = nil, limit: Int
  ) async throws(LetterError) -> LetterSearchPage? {
    let viewers = official.letterViewers
    guard !viewers.isEmpty else { throw .notAllowed }
    guard let query = TextQuery(text) else { return nil }
    let flows = self.flows
    do {
      return try await database.read { db in
        let search = LetterSearch(query: query, viewers: viewers, limit: limit, flows: flows)
        return try search.page(below: place, db)
      }
    } catch { throw .unavailable(error) }
  }

  /// The letters that were written from a phone, newest first. That somebody looked is recorded, with the last four digits.
  ///
  /// - Parameter limit: the most that are listed.
  /// - Throws: `notAllowed` for whoever may search no mailbox by phone.
  public func letters(
    ofPhone phone: String, for official: Official, limit: Int
  ) async throws(LetterError) -> LetterSearchPage {
    let mailboxes = Set(official.mailboxes(allowing: .searchPhone).map { LetterPlace.Viewer.mailbox($0).text })
    guard !mailboxes.isEmpty else { throw .notAllowed }
    let (flows, at, audit) = (self.flows, now(), self.audit)
    let digits = LetterIndex.digits(phone)
    do {
      return try await database.write { db in
        var page = LetterSearchPage(isIncomplete: try LetterSearch.isIncomplete(db))
        // Shorter ones are no phone; nobody is to try digits one by one.
        guard digits.utf8.count >= 5 else { return page }
        let found = try db.all(
          String.self, "SELECT letter FROM letter_text WHERE phone = ? ORDER BY place DESC LIMIT ?", digits,
          Self.searchedMax)
        for letter in found where page.letters.count < limit {
          guard let seen = try LetterSearch.place(of: letter, mailboxes, db) else { continue }
          page.letters +=
            try FolderScan.summary(of: letter, branch: seen.branch, state: seen.state, flows, db).map { [$0] } ?? []
        }
        try Act(
          "letters.searched-by-phone", "letters", detail: "phone *\(digits.suffix(4)), found \(page.letters.count)"
        ).record(by: official, at: at, audit, db)
        return page
      }
    } catch { throw .unavailable(error) }
  }

  /// A letter to be put on paper; that it was is recorded.
  ///
  /// - Throws: `notFound` where there is none, or none that `official` may read.
  public func print(number: String, for official: Official) async throws(LetterError) -> DeskLetter {
    let found = try await letter(number: number, for: official)
    let (at, audit) = (now(), self.audit)
    do {
      try await database.write { db in
        var act = Act("letter.printed", "letter \(found.number)")
        act.subject =
          try db.one(String.self, "SELECT id FROM desk_letter WHERE number = ?", found.number) ?? ""
        try act.record(by: official, at: at, audit, db)
      }
    } catch { throw .unavailable(error) }
    return found
  }

  /// Indexes letters that are not indexed yet: those of before searching, the newest first.
  ///
  /// - Parameter batches: the most transactions that it takes.
  package func indexLetters(batches: Int = .max) async throws {
    for _ in 0..<batches {
      try Task.checkCancellation()
      let waiting = try await database.read { db in
        try db.all(
          String.self, "SELECT letter FROM letter_text WHERE indexed = 0 ORDER BY place DESC LIMIT ?",
          Self.indexedAtOnce)
      }
      guard !waiting.isEmpty else { return }
      try await database.write { db in
        for id in waiting {
          if let (letter, _) = try self.readable(id, db) { try LetterIndex.add(letter, db) }
          // What cannot be read is not asked for again.
          try db.run("UPDATE letter_text SET indexed = 1 WHERE letter = ?", id)
        }
      }
    }
  }
}

/// One search, within its transaction.
private struct LetterSearch {
  let query: TextQuery
  let viewers: Set<String>
  let limit: Int
  let flows: LetterFlows

  private static let batch = 500

  static func isIncomplete(_ db: Transaction) throws -> Bool {
    try db.one(Int.self, "SELECT 1 FROM letter_text WHERE indexed = 0 LIMIT 1") != nil
  }

  /// Where a letter stands among all letters of a viewer; nil where it does not.
  static func place(of letter: String, _ viewers: Set<String>, _ db: Transaction) throws -> (
    branch: Int, state: String
  )? {
    for row in try db.all(
      "SELECT viewer, branch, state FROM letter_place WHERE letter = ? AND folder = ?", letter,
      DeskFolder.all.rawValue)
    where viewers.contains(try row["viewer"]) {
      return try (row["branch"], row["state"])
    }
    return nil
  }

  func page(below place: Int?, _ db: Transaction) throws -> LetterSearchPage {
    let own = try FolderScan.count(DeskFolder.all.rawValue, viewers, db)
    var page = own <= DeskLetters.ownMax ? try amongOwn(below: place, db) : try amongFound(below: place, db)
    page.isIncomplete = try Self.isIncomplete(db)
    return page
  }

  /// Who has few letters: each of them is asked for.
  private func amongOwn(below place: Int?, _ db: Transaction) throws -> LetterSearchPage {
    var places: [Int: String] = [:]
    for viewer in viewers {
      for row in try db.all(
        """
        SELECT place, letter_text.letter AS letter FROM letter_place
          JOIN letter_text ON letter_text.letter = letter_place.letter
        WHERE viewer = ? AND folder = ?
        """, viewer, DeskFolder.all.rawValue)
      { places[try row["place"]] = try row["letter"] }
    }
    var page = LetterSearchPage()
    for (own, letter) in places.sorted(by: { $0.key > $1.key }) where own < place ?? Int.max {
      // What the index would have to gather for each letter is looked for in the text alone.
      guard try query.hasBeginnings || LetterIndex.index.holds(own, query, db), let found = try found(letter, db) else {
        continue
      }
      guard page.letters.count < limit else {
        page.next = own + 1
        break
      }
      page.letters.append(found)
    }
    return page
  }

  /// Who has many: those that hold the words are gone through.
  private func amongFound(below place: Int?, _ db: Transaction) throws -> LetterSearchPage {
    var (page, below, looked) = (LetterSearchPage(), place, 0)
    while looked < DeskLetters.searchedMax {
      let rows = try LetterIndex.index.rows(query, below: below, limit: Self.batch, db)
      for row in rows {
        guard let letter = try db.one(String.self, "SELECT letter FROM letter_text WHERE place = ?", row),
          let found = try found(letter, db)
        else { continue }
        guard page.letters.count < limit else {
          page.next = row + 1
          return page
        }
        page.letters.append(found)
      }
      guard let last = rows.last, rows.count == Self.batch else { return page }
      (below, looked) = (last, looked + rows.count)
    }
    page.next = below
    return page
  }

  /// The letter as it is listed, where this person may read it and it holds the words as they were typed.
  private func found(_ letter: String, _ db: Transaction) throws -> DeskLetterSummary? {
    guard let seen = try Self.place(of: letter, viewers, db),
      let row = try db.one("SELECT number, content FROM desk_letter WHERE id = ?", letter),
      query.isIn(LetterIndex.text(try row["number"], try decodeJSON(LetterDraft.self, row["content"])))
    else { return nil }
    return try FolderScan.summary(of: letter, branch: seen.branch, state: seen.state, flows, db)
  }
}
