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
    rows = text.split(separator: "\n").filter {
      $0.hasPrefix("| ") && !$0.hasPrefix("| limit |") && !$0.hasPrefix("| ---")
    }.map { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      func cell(_ index: Int) -> String { cells.count > index ? cells[index] : "" }
      let quoted = cell(3).split(separator: "`").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      return Row(
        limit: cell(0), value: cell(1).replacing(",", with: ""), file: quoted.first ?? "",
        name: quoted.count > 1 ? quoted[1] : "", test: cell(4).replacing("`", with: ""))
    }
  }

  @Test func `has the values of the code`() throws {
    #expect(rows.count >= 40)
    for row in rows {
      let path = Repository.file(row.file)
      guard row.file.hasSuffix(".swift"), let source = try? String(contentsOf: path, encoding: .utf8) else {
        Issue.record("\(row.limit): there is no \(row.file)")
        continue
      }
      let values = source.matches(
        of: try Regex("\\b\(row.name)(?:: [A-Za-z0-9]+ =| =|:) ([0-9_]+(?: (?:\\*|<<) [0-9_]+)*)")
      )
      .compactMap { $0.output[1].substring.flatMap { Self.value(String($0)) } }.map(String.init)
      #expect(values == [row.value], "\(row.limit): \(row.file) has \(values) for \(row.name)")
    }
  }

  @Test func `names tests that are there`() {
    for row in rows where row.test != "–" {
      let name = row.test + (row.test.hasSuffix(".py") ? "" : ".swift")
      #expect(Repository.hasTest(name), "\(row.limit): \(row.test)")
    }
  }

  /// Of a number, a product of numbers, or one that is shifted; nil for anything else.
  private static func value(_ text: String) -> Int? {
    let plain = text.filter { $0 != "_" && $0 != " " }
    let shifted = plain.components(separatedBy: "<<")
    if shifted.count == 2, let left = Int(shifted[0]), let right = Int(shifted[1]) { return left << right }
    return plain.split(separator: "*").map { Int($0) }.reduce(1) { product, factor in
      factor.flatMap { factor in product.map { $0 * factor } }
    }
  }
}
