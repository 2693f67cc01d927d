import ChildProcess
import Foundation
import Testing

@Suite struct GuanduFlow {
  private static let delivered = ["direct", "letter", "site-errors"].map {
    Program.repository.appending(path: "zones/flows/\($0).yaml").path
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOf: Program.repository.appending(path: "zones/flows/\(name).yaml"), encoding: .utf8)
  }

  private func write(_ text: String, _ scratch: ScratchFolder) throws -> String {
    let path = scratch.path + "/a.yaml"
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  @Test func `finds the delivered flows sound`() async throws {
    let checked = try await Program.guandu(["flow", "check"] + Self.delivered, input: "")
    #expect(checked.status == 0, "\(checked.complaint)")
    let lines = checked.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1] == "\(Self.delivered[1]): the flow letter, version 2, is sound: 12 states, 8 of branches")
  }

  @Test func `says what is wrong, where, and by which check, and exits with 78`() async throws {
    let scratch = try ScratchFolder()
    let planted = try text("letter").replacing("restore: {to: triage}", with: "restore: {to: triaged}")
    let path = try write(planted, scratch)
    let checked = try await Program.guandu("flow", "check", path, Self.delivered[0])
    #expect(checked.status == 78 && checked.complaint.contains("1 problem"))
    let lines = checked.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("\(path):56:21: restore leads to triaged, which is no state here; there are answered, "))
    #expect(lines[0].hasSuffix(" [F02]"))
    // The other file is looked at all the same.
    #expect(lines[1].hasPrefix("\(Self.delivered[0]): the flow direct"))
  }

  @Test func `says what it cannot read, and that there is no such file`() async throws {
    let scratch = try ScratchFolder()
    let path = try write(text("direct").replacing("start: arrived", with: "begin: arrived"), scratch)
    let none = scratch.path + "/none.yaml"
    let checked = try await Program.guandu("flow", "check", path, none)
    #expect(checked.status == 78 && checked.complaint.contains("3 problems"))
    let lines = checked.output.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "\(path):3:1: the key start is missing [F01]",
        "\(path):12:1: begin: unknown key; it may be flow, version, subject, title, fallback, marks, clock, requests, "
          + "start, states, anywhere, branches [F01]",
        "\(none):1:1: there is no such file [F01]",
      ])
    let drawn = try await Program.guandu("flow", "draw", none)
    #expect(drawn.status == 78 && drawn.output == "\(none):1:1: there is no such file [F01]\n")
  }

  @Test func `points out what forbids nothing, and exits with 0`() async throws {
    let scratch = try ScratchFolder()
    let short = try text("direct").replacing("question:   {working-days: 5}", with: "question:   {working-days: 2}")
    let checked = try await Program.guandu("flow", "check", write(short, scratch))
    #expect(checked.status == 0)
    let lines = checked.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].contains("a.yaml:9:3: note: clock: question is promised in 2 working days; "))
    #expect(lines[0].hasSuffix(" [F17]"))
  }

  @Test(arguments: ["zh", "en"]) func `draws each flow in Mermaid's language`(language: String) async throws {
    for path in Self.delivered {
      let drawn = try await Program.guandu("flow", "draw", "--language", language, path)
      #expect(drawn.status == 0, "\(drawn.complaint)")
      var diagram = StateDiagram()
      for line in drawn.output.split(separator: "\n") { diagram.read(String(line)) }
      #expect(diagram.unknown == [] && diagram.depth == 0)
      // Each name that an arrow has is a state with a title, in its own group.
      #expect(diagram.arrows.subtracting(diagram.titled) == [])
      #expect(diagram.titles.contains(language == "zh" ? "审理完成" : "concluded"))
      guard path.hasSuffix("letter.yaml") else { continue }
      #expect(diagram.titled.count == 20)
      #expect(drawn.output.contains("  dispatching --> handling : dispatch\n"))
      #expect(drawn.output.contains("  state handling {\n    [*] --> unit_to_do\n"))
      #expect(drawn.output.contains("  settling --> declined : settle [outcome = declined]\n"))
    }
  }
}

/// The few lines of Mermaid's state diagrams that flows are drawn with.
private struct StateDiagram {
  var (depth, lines) = (0, 0)
  var (titled, arrows, titles): (Set<String>, Set<String>, Set<String>) = ([], [], [])
  var unknown: [String] = []

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
  }

  mutating func read(_ line: String) {
    lines += 1
    let text = line.trimmingCharacters(in: .whitespaces)
    let words = text.components(separatedBy: " ")
    if lines == 1 {
      if line != "stateDiagram-v2" { unknown.append(line) }
    } else if text == "}" {
      depth -= 1
    } else if words.count == 3, words[0] == "state", words[2] == "{", Self.isName(words[1]) {
      depth += 1
    } else if words.count >= 3, words[1] == "-->", isArrow(words) {
      arrows.formUnion([words[0], words[2]].filter { $0 != "[*]" })
    } else if words.count >= 3, words[1] == ":", Self.isName(words[0]) {
      titled.insert(words[0])
      titles.insert(words[2...].joined(separator: " "))
    } else {
      unknown.append(line)
    }
  }

  private func isArrow(_ words: [String]) -> Bool {
    let ends = [words[0], words[2]].allSatisfy { $0 == "[*]" || Self.isName($0) }
    return ends && (words.count == 3 || words.count > 4 && words[3] == ":" && !words[4].isEmpty)
  }
}
