import Foundation
import Testing

@testable import Flows
@testable import Letters

/// `docs/mailbox.md`, row by row: each is a letter, and lies where the row says.
@Suite struct TheTableOfFolders {
  private let flow: FlowDefinition
  private let rows: [[String]]

  init() throws {
    flow = try DeliveredFlows.flow("letter.yaml")
    let path = DeliveredFlows.folder.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "docs/mailbox.md")
    rows = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
      .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
  }

  private static func list(_ cell: String, _ separator: String) -> [String] {
    cell == "–" ? [] : cell.components(separatedBy: separator).map { $0.replacing("`", with: "") }
  }

  /// `water > pipes: unit-to-do`.
  private func branch(_ number: Int, _ text: String) throws -> FlowBranch {
    let parts = text.components(separatedBy: ": ")
    let state = try #require(parts.count == 2 ? flow.branch("unit")?.state(parts[1]) : nil, "\(text)")
    return FlowBranch(
      number: number, kind: "unit", units: parts[0].components(separatedBy: " > "), isLead: number == 1, round: 1,
      state: state.id, entry: 1, isEnded: state.isEnd, lastState: nil, fields: ["handler": ["zhao"]], taken: [:],
      doers: [:])
  }

  @Test func `says where each letter lies`() throws {
    #expect(rows.count > 20)
    for row in rows {
      try #require(row.count == 5, "\(row)")
      let branches = try Self.list(row[1], ", ").enumerated().map { try branch($0.offset + 1, $0.element) }
      let state = row[0].replacing("`", with: "")
      #expect(flow.state(state) != nil, "\(row)")
      var item = flow.begin(fields: ["leader": ["wang"]])
      (item.state, item.branches, item.round) = (state, branches, 1)
      var beside = LetterPlace.Beside.nothing
      if row[2].hasPrefix("asked") {
        beside.requests = [(try #require(flow.requests.first), 1, row[2].hasSuffix("late"))]
      }
      if row[2] == "supervised" { beside.add([.overdue(1)], of: flow) }
      let places = LetterPlace.places(of: item, in: flow, mailbox: "mayor", beside: beside) { number in
        row[2] == (number == 0 ? "letter" : branches[number - 1].unit)
      }
      let folders = places.filter { $0.folder != "queue" && $0.folder != "all" }
        .map { place in
          if case .unit(let unit) = place.viewer { return "\(unit): \(place.folder)" }
          return place.folder
        }
      #expect(folders.sorted() == Self.list(row[3], "; ").sorted(), "\(row)")
      let queue = places.filter { $0.folder == "queue" }.map(\.viewer.text)
        .map { $0.replacing("mailbox mayor", with: "mailbox").replacing("of unit ", with: "of ") }
      #expect(queue.sorted() == Self.list(row[4], ", ").sorted(), "\(row)")
    }
  }

  @Test func `has every state of the flow`() {
    let text = rows.map { $0[0] + $0[1] }.joined()
    let states = flow.states + flow.branches.flatMap(\.states)
    #expect(states.map(\.id).filter { !text.contains("`\($0)`") } == [])
  }
}
