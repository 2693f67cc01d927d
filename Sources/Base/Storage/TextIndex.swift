import Foundation

/// A full-text index: which rows hold certain words, newest row first.
///
/// Chinese has no spaces between words, so that each character and each pair of neighbours is indexed; other letters and
/// digits are indexed as words; those of three and more letters are also found by their beginnings. Full-width forms, upper case and what
/// Unicode deems compatible (NFKC) make no difference. No positions are kept: whoever searches compares what was found with
/// `TextQuery.isIn`, since pairs may stand apart in the text.
public struct TextIndex: Sendable {
  /// What is looked at of a text; the rest is not found.
  public static let textMaxCharacters = 20_000
  /// What is looked at of a query.
  public static let queryMaxCharacters = 100

  let table: String

  /// - Parameter table: a name of letters and underscores, from the code.
  public init(table: String) { self.table = table }

  /// The statement that makes the index, for a migration.
  public var migration: String {
    // Without the texts themselves and without positions: the rows' own table has the texts.
    "CREATE VIRTUAL TABLE \(table) USING fts5 (words, content = '', detail = 'none', tokenize = 'ascii');"
  }

  /// Indexes a row's text; a row that is indexed already must not be added again.
  public func add(_ row: Int, _ text: String, _ db: Transaction) throws {
    let words = Set(TextWords(text.prefix(Self.textMaxCharacters)).indexed).sorted().joined(separator: " ")
    try db.run("INSERT INTO \(table) (rowid, words) VALUES (?, ?)", row, words)
  }

  /// Rows that may hold what is looked for, the highest first.
  ///
  /// - Parameters:
  ///   - row: only rows below it; nil from the highest on.
  ///   - limit: the most that are returned.
  public func rows(_ query: TextQuery, below row: Int?, limit: Int, _ db: Transaction) throws -> [Int] {
    try db.all(
      Int.self, "SELECT rowid FROM \(table) WHERE \(table) MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
      query.match, row ?? Int.max, limit)
  }

  /// Whether a row may hold what is looked for.
  public func holds(_ row: Int, _ query: TextQuery, _ db: Transaction) throws -> Bool {
    try db.one(Int.self, "SELECT 1 FROM \(table) WHERE \(table) MATCH ? AND rowid = ?", query.match, row) != nil
  }
}

/// What somebody looks for: every part of it must be there.
public struct TextQuery: Sendable {
  /// What must be there, normalised.
  private let parts: [TextWords.Run]
  /// For the index: quoted words, of letters and digits alone.
  let match: String
  /// Whether a word is looked for by its beginning, which the index has to gather from many words.
  public var hasBeginnings: Bool { parts.contains(where: \.isBeginning) }

  /// - Returns: nil where there is nothing to look for: no letters and no digits.
  public init?(_ text: String) {
    let words = TextWords(text.prefix(TextIndex.queryMaxCharacters))
    parts = words.runs
    guard !parts.isEmpty else { return nil }
    match = parts.flatMap { run in
      guard run.isIdeographic else { return ["\"\(run.text)\"" + (run.isBeginning ? "*" : "")] }
      return (run.pairs.isEmpty ? [run.text] : run.pairs).map { "\"\($0)\"" }
    }.joined(separator: " ")
  }

  /// Whether a text holds all parts: Chinese anywhere, words of three and more letters by their beginnings, all others whole.
  public func isIn(_ text: String) -> Bool {
    let runs = TextWords(text.prefix(TextIndex.textMaxCharacters)).runs
    let ideographs = runs.filter(\.isIdeographic).map { Array($0.text.utf8) }
    return parts.allSatisfy { part in
      if part.isIdeographic { return ideographs.contains { $0.holds(Array(part.text.utf8)) } }
      return runs.contains {
        !$0.isIdeographic && (part.isBeginning ? $0.scalars.starts(with: part.scalars) : $0.scalars == part.scalars)
      }
    }
  }
}

extension [UInt8] {
  /// Whether `other` stands in these bytes; of two texts in UTF-8, whether one stands in the other.
  fileprivate func holds(_ other: [UInt8]) -> Bool {
    guard let first = other.first, other.count <= count else { return other.isEmpty }
    var start = 0
    while start <= count - other.count {
      guard let found = self[start...(count - other.count)].firstIndex(of: first) else { return false }
      if self[found..<(found + other.count)].elementsEqual(other) { return true }
      start = found + 1
    }
    return false
  }
}

/// The runs of a text: neighbouring Chinese characters, or a word of other letters and digits.
private struct TextWords {
  struct Run {
    var scalars: [Unicode.Scalar]
    let isIdeographic: Bool

    /// Numbers are looked for whole: the year alone stands in each letter's number.
    var isBeginning: Bool {
      !isIdeographic && scalars.count >= 3 && !scalars.allSatisfy { $0.properties.numericType != nil }
    }

    var text: String { String(String.UnicodeScalarView(scalars)) }
    var characters: [String] { scalars.map { String($0) } }
    /// Each two neighbours.
    var pairs: [String] { zip(scalars, scalars.dropFirst()).map { "\($0)\($1)" } }
  }

  private static let wordMaxScalars = 40

  var runs: [Run] = []

  init(_ text: Substring) {
    for scalar in Self.withoutPiles(text).precomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
      guard let isIdeographic = Self.isIdeographic(scalar) else {
        endsRun = true
        continue
      }
      if endsRun || runs.isEmpty || runs[runs.count - 1].isIdeographic != isIdeographic {
        runs.append(Run(scalars: [scalar], isIdeographic: isIdeographic))
      } else if isIdeographic || runs[runs.count - 1].scalars.count < Self.wordMaxScalars {
        runs[runs.count - 1].scalars.append(scalar)
      }
      endsRun = false
    }
  }

  private var endsRun = false

  /// Combining marks that stay in a row. To put them in order costs the square of how many there are, so that those past
  /// them are left out, scalar by scalar, before anything is normalised.
  private static let marksMax = 8

  private static func withoutPiles(_ text: Substring) -> String {
    var (kept, inRow) = (String.UnicodeScalarView(), 0)
    for scalar in text.unicodeScalars {
      inRow = isMark(scalar) ? inRow + 1 : 0
      if inRow <= marksMax { kept.append(scalar) }
    }
    return String(kept)
  }

  /// Whether a scalar is a mark, or is taken apart into marks alone: the half-width sound marks are, too.
  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x300, 0x3400...0x9FFF, 0xAC00...0xD7A3: return false
    case 0xFF9E, 0xFF9F: return true
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return true
    default: return scalar.properties.canonicalCombiningClass != .notReordered
    }
  }

  /// What stands in the index.
  var indexed: [String] { runs.flatMap { $0.isIdeographic ? $0.characters + $0.pairs : [$0.text] } }

  /// Nil for what parts words. Scripts without spaces between words count as ideographs.
  private static func isIdeographic(_ scalar: Unicode.Scalar) -> Bool? {
    if scalar.isASCII {
      let isWord =
        (0x30...0x39).contains(scalar.value) || (0x61...0x7A).contains(scalar.value)
        || (0x41...0x5A).contains(scalar.value)
      return isWord ? false : nil
    }
    if scalar.properties.isIdeographic || (0x3040...0x30FF).contains(scalar.value) { return true }
    return scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? false : nil
  }
}
