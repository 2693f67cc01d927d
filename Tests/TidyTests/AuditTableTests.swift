import Foundation
import Testing

/// `docs/audit.md`, row by row: what it says is found, a test finds.
@Suite struct TheAuditTable {
  private let rows: [[String]]

  init() throws {
    let text = try String(contentsOf: Repository.root.appending(path: "docs/audit.md"), encoding: .utf8)
    let section = try #require(text.components(separatedBy: "## What is found").dropFirst().first)
      .components(separatedBy: "\n## ")[0]
    rows = section.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2).map { line in
      line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  @Test func `names a test in each row, and every test that it names is there`() throws {
    let swift = try Repository.sources("Tests").map(\.text).joined()
    let scenarios = try FileManager.default.contentsOfDirectory(
      at: Repository.root.appending(path: "Tests/Scenarios"), includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "py" }.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    #expect(rows.count >= 14)
    for row in rows {
      try #require(row.count == 5, "\(row)")
      let named = row[3].matches(of: /`([A-Za-z_]+)`/).map { String($0.output.1) }
      #expect(!named.isEmpty, "\(row[1]): no test")
      for name in named {
        let isThere = name.hasPrefix("test_") ? scenarios.contains("def \(name)(") : swift.contains("func \(name)(")
        #expect(isThere, "\(row[1]): there is no test \(name)")
      }
    }
  }
}
