import Foundation

/// A full-text index: which rows hold certain words, newest row first.
///
/// Chinese has no spaces between words, so that each character and each pair of neighbours is indexed; other letters and
/// digits are indexed as words, which a search also finds by their beginnings. Full-width forms, upper case and what
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
  /// Texts that must be there as they are, normalised.
  private let parts: [String]
  /// For the index: quoted words, of letters and digits alone.
  let match: String

  /// - Returns: nil where there is nothing to look for: no letters and no digits.
  public init?(_ text: String) {
    let words = TextWords(text.prefix(TextIndex.queryMaxCharacters))
    parts = words.runs.map(\.text)
    guard !parts.isEmpty else { return nil }
    match = words.runs.flatMap { run in
      run.isIdeographic ? (run.pairs.isEmpty ? [run.text] : run.pairs).map { "\"\($0)\"" } : ["\"\(run.text)\"*"]
    }.joined(separator: " ")
  }

  /// Whether a text holds all parts: Chinese anywhere, other words by their beginnings.
  public func isIn(_ text: String) -> Bool {
    let runs = TextWords(text.prefix(TextIndex.textMaxCharacters)).runs.map { Array($0.text.utf8) }
    return parts.allSatisfy { part in
      let sought = Array(part.utf8)
      return runs.contains { $0.holds(sought) }
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

    var text: String { String(String.UnicodeScalarView(scalars)) }
    var characters: [String] { scalars.map { String($0) } }
    /// Each two neighbours.
    var pairs: [String] { zip(scalars, scalars.dropFirst()).map { "\($0)\($1)" } }
  }

  private static let wordMaxScalars = 40

  var runs: [Run] = []

  init(_ text: Substring) {
    for scalar in String(text).precomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
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
