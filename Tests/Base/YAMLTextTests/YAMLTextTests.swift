import Foundation
import Testing
import YAMLText

/// Reads `text` as a file called `a.yaml`.
private func parse<R>(_ text: String, _ body: (YAMLValue) -> R?) -> (value: R?, problems: [String]) {
  parse(Array(text.utf8), body)
}

private func parse<R>(_ bytes: [UInt8], _ body: (YAMLValue) -> R?) -> (value: R?, problems: [String]) {
  let problems = ProblemCollector()
  let value = YAMLFile.parse(bytes, named: "a.yaml", problems, body)
  return (value, problems.problems.map(\.description))
}

@Suite struct AYAMLText {
  @Test func `knows where each value stands, and of what kind it is`() {
    let (places, problems) = parse("first: 1\nsecond:\n  - {inner: x}\n  - [y]\n") { root -> [String]? in
      guard let top = root.mapping(["first", "second"]), let list = top.required("second")?.list() else { return nil }
      let inner = list[0].mapping(["inner"])?.required("inner")
      return ([root, top.optional("first"), list[0], inner, list[1]] as [YAMLValue?]).compactMap { $0 }.map {
        "\($0.line):\($0.column) \($0.key) \($0.kind) \($0.isScalar)"
      }
    }
    #expect(problems == [])
    #expect(
      places == [
        "1:1  mapping false", "1:8 first scalar true", "3:5 second[0] mapping false",
        "3:13 second[0].inner scalar true", "4:5 second[1] sequence false",
      ])
  }

  @Test func `counts columns in characters`() {
    let (_, problems) = parse("{名称: 一, 数: 二}\n") { $0.mapping(["名称", "数"])?.required("数")?.integer(1...2) }
    #expect(problems == ["a.yaml:1:12: 数: not a whole number; give one from 1 to 2"])
  }

  @Test func `keeps pairs in the order of the file`() {
    let (names, _) = parse("c: 1\na: 2\nb: {d: 3}\n") { root in
      root.pairs(atMost: 3)?.map { "\($0.name.text() ?? "")=\($0.value.key)" }
    }
    #expect(names == ["c=c", "a=a", "b=b"])
    let (below, _) = parse("x: {d: 3}\n") { $0.pairs(atMost: 1)?[0].value.pairs(atMost: 1)?.map(\.value.key) }
    #expect(below == ["x.d"])
    #expect(parse("a: 1\nb: 2\n") { $0.pairs(atMost: 1) }.problems == ["a.yaml:1:1: more than 1 keys"])
  }

  @Test(arguments: [
    ("no", YAMLValue.ScalarType.boolean), ("on", .boolean), ("Yes", .boolean), ("true", .boolean), ("\"no\"", .text),
    ("'yes'", .text), ("north", .text), ("7", .number), ("1e3", .number), ("~", .null), ("2026-02-10", .date),
    ("<<", .other),
  ]) func `tells a name from a boolean, as a key too`(text: String, type: YAMLValue.ScalarType) {
    #expect(parse("- \(text)\n") { $0.list()?[0].scalarType }.value == type)
    let (key, problems) = parse("\(text): 1\n") { root -> YAMLValue.ScalarType? in
      let name = root.pairs(atMost: 1)?[0].name
      _ = name?.text()
      return name?.scalarType
    }
    #expect(key == type)
    #expect(problems.isEmpty == (type == .text), "\(problems)")
  }

  @Test(arguments: [("true", true), ("false", false)]) func `reads a boolean`(text: String, value: Bool) {
    #expect(parse(text) { $0.boolean() }.value == value)
  }

  @Test(arguments: ["yes", "no", "on", "True", "\"true\"", "1", "[]", "~"])
  func `takes nothing else for one`(text: String) {
    let (value, problems) = parse("a: \(text)\n") { $0.mapping(["a"])?.required("a")?.boolean() }
    #expect(value == nil && problems == ["a.yaml:1:4: a: neither true nor false; give one of the two"])
  }

  @Test func `reads a date without quotes`() {
    let (value, problems) = parse("- 2026-02-10\n- ''\n- [x]\n- x\n- \n") { root in
      root.list()?.map { $0.written("a date") { $0 == "x" || $0.isEmpty ? nil : $0 } }
    }
    #expect(value == ["2026-02-10", nil, nil, nil, nil])
    #expect(
      problems == [
        "a.yaml:2:3: [1]: '' is not valid; give a date", "a.yaml:3:3: [2]: missing; give a date",
        "a.yaml:4:3: [3]: 'x' is not valid; give a date", "a.yaml:5:2: [4]: missing; give a date",
      ])
  }

  @Test(
    arguments: [
      ([0xFF, 0x0A], "a.yaml:1:1: the file is not UTF-8; save it as UTF-8"),
      ([0x61, 0x0A, 0x00], "a.yaml:2:1: the file holds a zero byte; save it as UTF-8"),
      ([], "a.yaml:1:1: the file is empty; see zones/ for a whole one"),
      ([UInt8](repeating: 0x0A, count: YAMLFile.maxBytes + 1), "a.yaml:1:1: the file is larger than 1 MiB"),
      ([UInt8](repeating: 0x61, count: 1_025), "a.yaml:1:1: the line is longer than 1024 bytes"),
      ([UInt8](repeating: 0x5B, count: 513), "a.yaml:1:1: more than 512 brackets; write lists with dashes"),
      (Array("a: &b [1]\nc: *b\n".utf8), "a.yaml:1:4: a: anchors and aliases are not allowed; write the value out"),
      (Array("a: 1\na: 2\n".utf8), "a.yaml:1:1: the key a is given twice; remove one"),
    ] as [([UInt8], String)]) func `refuses hostile bytes in memory as it does in a file`(
      bytes: [UInt8], problem: String
    ) throws
  {
    let (value, problems) = parse(bytes) { _ in true }
    #expect(value == nil && problems == [problem])
    let path = FileManager.default.temporaryDirectory.appending(path: "yaml-\(UUID().uuidString)").path
    try Data(bytes).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let collector = ProblemCollector()
    #expect(YAMLFile.read(path, collector) { _ in true } == nil)
    #expect(collector.problems.map(\.description) == [problem.replacingOccurrences(of: "a.yaml", with: path)])
  }

  @Test func `says that a file is missing, or none`() {
    let folder = FileManager.default.temporaryDirectory.path
    for (path, reason) in [("\(folder)/nowhere-\(UUID())", "there is no such file"), (folder, "not a regular file")] {
      let collector = ProblemCollector()
      #expect(YAMLFile.bytes(path, collector) == nil)
      #expect(collector.problems.map(\.description) == ["\(path):1:1: \(reason)"])
    }
  }
}
