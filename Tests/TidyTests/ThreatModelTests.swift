import Foundation
import Testing

/// `docs/threat-model.md`, row by row: what it claims, a test shows.
@Suite struct TheThreatModel {
  private struct Row {
    let attacker: String
    let shownBy: String
  }

  private let rows: [Row]

  init() throws {
    let text = try String(contentsOf: Repository.root.appending(path: "docs/threat-model.md"), encoding: .utf8)
    let section = try #require(text.components(separatedBy: "## Who attacks").dropFirst().first)
      .components(separatedBy: "\n## ")[0]
    rows = section.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2).map { line in
      let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return Row(attacker: cells.count > 1 ? cells[1] : "", shownBy: cells.count > 4 ? cells[4] : "")
    }
  }

  @Test func `names a test in each row, and every test that it names is there`() throws {
    #expect(rows.count >= 28)
    for row in rows {
      let named = row.shownBy.matches(of: /`((?:[A-Za-z]+Tests|Scenarios|Browser)(?:\/[A-Za-z_+.]+)?)`/).map {
        String($0.output.1)
      }
      #expect(!named.isEmpty, "\(row.attacker): no test")
      for name in named { #expect(Self.isThere(name), "\(row.attacker): there is no \(name) under Tests/") }
    }
  }

  @Test func `leaves nothing “not tested yet”`() {
    for row in rows { #expect(!row.shownBy.contains("not tested"), "\(row.attacker)") }
  }

  private static func isThere(_ name: String) -> Bool {
    Repository.hasTest(name) || Repository.hasTest(name + ".swift")
  }
}
