import Foundation
import Testing

/// `docs/rules.md`, row by row: what is said to be done, a test shows; what no test shows is said not to be done yet.
@Suite struct TheTableOfRules {
  private let rows: [[String]]

  init() throws {
    let text = try String(contentsOf: Repository.root.appending(path: "docs/rules.md"), encoding: .utf8)
    rows = text.split(separator: "\n").filter { $0.hasPrefix("| D") }.map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  @Test func `names a test that is there, or says “not yet”`() {
    #expect(rows.map(\.first) == (1...9).map { "D\($0)" })
    for row in rows {
      #expect(row.count == 7, "\(row)")
      guard row.count == 7 else { continue }
      let named = row[4].matches(of: /`((?:[A-Za-z]+Tests|Scenarios)\/[A-Za-z_.]+)`/).map { String($0.output.1) }
      #expect(named.isEmpty == (row[3] == "not yet"), "\(row[0])")
      for name in named {
        #expect(Repository.hasTest(name) || Repository.hasTest(name + ".swift"), "\(row[0]): there is no \(name)")
      }
    }
  }
}
