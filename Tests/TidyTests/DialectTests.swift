import Foundation
import Testing

/// One SQL for SQLite and PostgreSQL: what only one of them understands stands in no statement outside `Storage`.
@Suite struct SQLStatements {
  @Test(arguments: ["Sources", "Tests", "Benchmarks"]) func `are of both dialects`(folder: String) throws {
    for (path, text) in try Repository.sources(folder) where !Self.isExempt(path) {
      for literal in SwiftLiterals(text).texts {
        let faults = SQLDialect.faults(literal)
        #expect(faults.isEmpty, "\(path): \(faults.joined(separator: ", ")) in: \(literal)")
      }
    }
  }

  /// `Storage` is where the dialects part; its tests show that, and these here plant what is to be found.
  private static func isExempt(_ path: String) -> Bool {
    ["Sources/Base/Storage/", "Tests/Base/StorageTests/", "Tests/TidyTests/"].contains { path.hasPrefix($0) }
  }

  @Test(arguments: [
    ("INSERT OR IGNORE INTO letter (id) VALUES (?)", "INSERT OR"),
    ("INSERT OR REPLACE INTO letter (id) VALUES (?)", "INSERT OR"),
    ("REPLACE INTO letter (id) VALUES (?)", "REPLACE INTO"),
    ("SELECT id FROM letter ORDER BY rowid", "rowid"),
    ("UPDATE stream SET applied = MAX(applied, ?)", "MAX of two"),
    ("UPDATE stream SET applied = min(COALESCE(applied, 0), ?)", "MIN of two"),
    ("SELECT 1 FROM letter WHERE id = ?1", "numbered parameter"),
    ("SELECT seq FROM sqlite_sequence", "sqlite_"),
    ("PRAGMA user_version", "PRAGMA"),
    ("SELECT IFNULL(stage, '') FROM letter", "IFNULL"),
    ("SELECT id FROM letter WHERE number GLOB '2*'", "GLOB"),
    ("SELECT id FROM letter WHERE id IS ?", "IS ?"),
    ("SELECT id FROM blob WHERE complete", "integer as condition"),
    ("SELECT id FROM blob WHERE size > 0 AND NOT complete ORDER BY id", "integer as condition"),
    ("SELECT complete OR refused IS NOT NULL FROM blob", "integer as condition"),
    ("SELECT id FROM blob b WHERE (b.complete) AND id = ?", "integer as condition"),
  ])
  func `are found where they are not`(statement: String, fault: String) {
    #expect(SQLDialect.faults(statement) == [fault])
    let planted = "func f() {\n  try db.run(\n    \"\"\"\n    \(statement)\n    \"\"\", 1) // \"\n}\n"
    #expect(SwiftLiterals(planted).texts.flatMap(SQLDialect.faults) == [fault])
  }

  @Test(arguments: [
    "SELECT MAX(sequence), MIN(sent_at) FROM packet WHERE confirmed = 0",
    "INSERT INTO letter (id) VALUES (?) ON CONFLICT DO NOTHING",
    "INSERT INTO letter (id, n) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET n = excluded.n WHERE letter.n < excluded.n",
    "SELECT id FROM letter WHERE id BETWEEN ? AND ? AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.id = letter.id)",
    "UPDATE letter SET n = CASE WHEN n > ? THEN n ELSE ? END WHERE signer IS DISTINCT FROM ? OR signer IS NULL",
    "SELECT id FROM letter WHERE (at, id) < (?, ?) AND stage IN (?, ?) AND name LIKE ? || '/%' AND id NOT IN (?)",
    "Where it is no statement, the sqlite_ file may be named: INSERT OR nothing",
  ])
  func `of both are let be`(statement: String) { #expect(SQLDialect.faults(statement) == []) }

  @Test func `in a migration that was released stay as they are`() {
    let text = """
      let all = [Migration("a-1", sql: "INSERT OR IGNORE INTO t VALUES (1)")]
      let found = "SELECT rowid FROM t \\(name("x")) "
      """
    #expect(SwiftLiterals(text).texts.flatMap(SQLDialect.faults) == ["rowid"])
  }
}

/// What a statement holds that SQLite and PostgreSQL do not both understand, or not in the same way.
enum SQLDialect {
  private static let verbs = [
    "SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ", "REPLACE ", "PRAGMA ", "FROM ", "WHERE ",
  ]

  static func faults(_ literal: String) -> [String] {
    let text = literal.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard verbs.contains(where: { text.hasPrefix($0) }) else { return [] }
    let upper = withoutTexts(text.uppercased())
    var faults: [String] = []
    if upper.contains("INSERT OR ") || upper.contains("UPDATE OR ") { faults.append("INSERT OR") }
    if upper.hasPrefix("REPLACE INTO") { faults.append("REPLACE INTO") }
    let words = upper.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    for (word, name) in [("ROWID", "rowid"), ("IFNULL", "IFNULL"), ("GLOB", "GLOB"), ("PRAGMA", "PRAGMA")]
    where words.contains(Substring(word)) { faults.append(name) }
    if words.contains(where: { $0.hasPrefix("SQLITE_") }) { faults.append("sqlite_") }
    for name in ["MAX", "MIN"] where hasScalar(name, upper) { faults.append("\(name) of two") }
    if upper.contains(/\?[0-9]/) { faults.append("numbered parameter") }
    if upper.contains(/\bIS (NOT )?\?/) { faults.append("IS ?") }
    if hasIntegerAsCondition(upper) { faults.append("integer as condition") }
    return faults
  }

  /// Texts in quotes say nothing of the dialect.
  private static func withoutTexts(_ text: String) -> String {
    text.split(separator: "'", omittingEmptySubsequences: false).enumerated().map {
      $0.offset % 2 == 0 ? $0.element : ""
    }
    .joined(separator: "''")
  }

  /// A comma at the top of the brackets: the function of two values, not the aggregate.
  private static func hasScalar(_ name: String, _ text: String) -> Bool {
    text.ranges(of: name + "(").contains { range in
      if let before = text[..<range.lowerBound].last, before.isLetter || before == "_" { return false }
      var depth = 1
      for character in text[range.upperBound...] {
        if character == "(" { depth += 1 }
        if character == ")" { depth -= 1 }
        if depth == 0 { return false }
        if depth == 1 && character == "," { return true }
      }
      return false
    }
  }

  /// A column that stands where only a truth value may: behind WHERE, AND, OR, NOT, WHEN or SELECT, and before the next of
  /// these or the end, without a comparison.
  private static func hasIntegerAsCondition(_ text: String) -> Bool {
    let flat = text.replacing("(", with: " ( ").replacing(")", with: " ) ")
    let words = flat.split(separator: " ").map(String.init)
    let openers: Set = ["WHERE", "AND", "OR", "NOT", "WHEN", "HAVING"]
    let joiners: Set = ["AND", "OR"]
    let enders: Set = ["THEN", "ORDER", "GROUP", "UNION", "LIMIT", "RETURNING", ")"]
    for (index, word) in words.enumerated() where isColumn(word) {
      var before = words[..<index].reversed().drop { $0 == "(" }.makeIterator()
      var after = words[(index + 1)...].drop { $0 == ")" }.makeIterator()
      let (opener, second, next) = (before.next(), before.next(), after.next())
      // x BETWEEN a AND b
      if opener == "AND" && before.next() == "BETWEEN" && second != nil { continue }
      let isCondition = openers.contains(opener ?? "")
      if isCondition && (next == nil || joiners.contains(next ?? "") || enders.contains(next ?? "")) { return true }
      if opener == "SELECT" && joiners.contains(next ?? "") { return true }
    }
    return false
  }

  private static let keywords: Set = [
    "SELECT", "EXISTS", "NOT", "NULL", "AND", "OR", "WHERE", "CASE", "WHEN", "THEN", "ELSE", "END", "IN", "FROM", "ON",
  ]

  private static func isColumn(_ word: String) -> Bool {
    guard let first = word.first, first.isLetter, !keywords.contains(word) else { return false }
    return word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
  }
}

/// The string literals of Swift source, with nothing in place of what is interpolated; those of migrations left out, since
/// a released migration keeps its text.
struct SwiftLiterals {
  private(set) var texts: [String] = []
  private let source: [UInt8]

  init(_ text: String) {
    source = Array(text.utf8)
    var (place, migrationDepth, depth) = (0, Int?.none, 0)
    while place < source.count {
      if starts("//", place) {
        while place < source.count, source[place] != UInt8(ascii: "\n") { place += 1 }
        continue
      }
      if starts("Migration(", place) && migrationDepth == nil { migrationDepth = depth }
      switch source[place] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        if depth == migrationDepth { migrationDepth = nil }
      case UInt8(ascii: "\""):
        place = take(from: place, isKept: migrationDepth == nil)
        continue
      default: break
      }
      place += 1
    }
  }

  private func starts(_ text: StaticString, _ place: Int) -> Bool {
    guard source[place] == text.utf8Start.pointee, place + text.utf8CodeUnitCount <= source.count else { return false }
    return (1..<text.utf8CodeUnitCount).allSatisfy { source[place + $0] == text.utf8Start[$0] }
  }

  /// - Returns: the place behind the literal.
  private mutating func take(from start: Int, isKept: Bool) -> Int {
    let quotes: StaticString = starts("\"\"\"", start) ? "\"\"\"" : "\""
    var (place, bytes) = (start + quotes.utf8CodeUnitCount, [UInt8]())
    while place < source.count, !starts(quotes, place) {
      if starts("\\(", place) {
        place = skipInterpolation(from: place + 1, isKept)
        continue
      }
      if source[place] == UInt8(ascii: "\\") { place += 1 }
      if place < source.count { bytes.append(source[place]) }
      place += 1
    }
    if isKept { texts.append(String(decoding: bytes, as: UTF8.self)) }
    return place + quotes.utf8CodeUnitCount
  }

  private mutating func skipInterpolation(from start: Int, _ isKept: Bool) -> Int {
    var (place, depth) = (start, 0)
    while place < source.count {
      switch source[place] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        if depth == 0 { return place + 1 }
      case UInt8(ascii: "\""):
        place = take(from: place, isKept: isKept)
        continue
      default: break
      }
      place += 1
    }
    return place
  }
}
