import Foundation
import Testing

/// `docs/limits.md`, row by row: the value is the code's, and the test is there.
@Suite struct TheTableOfLimits {
  private struct Row {
    let limit: String
    let value: String
    let file: String
    let name: String
    let test: String
  }

  private let rows: [Row]

  init() throws {
    let text = try String(contentsOf: Repository.root.appending(path: "docs/limits.md"), encoding: .utf8)
    rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.contains(".swift`") }.map { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let quoted = cells[3].split(separator: "`").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      return Row(
        limit: cells[0], value: cells[1].replacing(",", with: ""), file: quoted[0],
        name: quoted.count > 1 ? quoted[1] : "", test: cells[4].replacing("`", with: ""))
    }
  }

  @Test func `has the values of the code`() throws {
    #expect(rows.count >= 40)
    for row in rows {
      let source = try String(contentsOf: Repository.root.appending(path: "Sources/" + row.file), encoding: .utf8)
      let values = source.matches(of: try Regex("\\b\(row.name)(?:: [A-Za-z0-9]+ =| =|:) ([0-9_]+)"))
        .compactMap { $0.output[1].substring.map { String($0).replacing("_", with: "") } }
      #expect(values == [row.value], "\(row.limit): \(row.file) has \(values) for \(row.name)")
    }
  }

  @Test func `names tests that are there`() {
    for row in rows {
      let path = Repository.root.appending(path: "Tests/\(row.test)" + (row.test.hasSuffix(".py") ? "" : ".swift")).path
      #expect(FileManager.default.fileExists(atPath: path), "\(row.limit): \(row.test)")
    }
  }
}
