import Foundation
import Testing

/// `docs/limits.md`, row by row: each value is the one in the code.
@Suite struct TheLimits {
  private struct Row {
    let limit: String
    let value: String
    let constant: String
    let test: String
  }

  private let rows: [Row]

  init() throws {
    let text = try String(contentsOf: Repository.root.appending(path: "docs/limits.md"), encoding: .utf8)
    rows = text.split(separator: "\n").filter {
      $0.hasPrefix("| ") && !$0.hasPrefix("| limit |") && !$0.hasPrefix("| ---")
    }
    .map { line in
      let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      func quoted(_ index: Int) -> String { cells.count > index ? cells[index].filter { $0 != "`" } : "" }
      return Row(limit: quoted(1), value: quoted(2), constant: quoted(4), test: quoted(5))
    }
  }

  @Test func `are those of the code`() throws {
    #expect(rows.count >= 10)
    let sources = try Repository.sources("Sources").map(\.1).joined(separator: "\n").split(separator: "\n")
    for row in rows {
      let parts = row.constant.split(separator: ".")
      guard let name = parts.last else {
        Issue.record("\(row.limit): no constant")
        continue
      }
      let declared = sources.compactMap { line -> Int? in
        guard line.contains("static let \(name) ") || line.contains("static let \(name):"),
          let text = line.split(separator: "=", maxSplits: 1).last
        else { return nil }
        return Self.value(String(text))
      }
      #expect(declared.contains { String($0) == row.value }, "\(row.limit): \(row.constant) is \(declared)")
    }
  }

  @Test func `name tests that are there`() {
    for row in rows where row.test != "–" {
      let path = Repository.root.appending(path: "Tests/" + row.test).path
      #expect(
        FileManager.default.fileExists(atPath: path) || FileManager.default.fileExists(atPath: path + ".swift"),
        "\(row.limit): there is no \(row.test)")
    }
  }

  /// Of a product of plain numbers, or of one that is shifted; nil for anything else.
  private static func value(_ text: String) -> Int? {
    let plain = text.filter { $0 != "_" && $0 != " " }
    let shifted = plain.components(separatedBy: "<<")
    if shifted.count == 2, let left = Int(shifted[0]), let right = Int(shifted[1]) { return left << right }
    var product = 1
    for factor in plain.split(separator: "*") {
      guard let number = Int(factor) else { return nil }
      product *= number
    }
    return product
  }
}
