import Flows
import Foundation
import Storage
import Testing
import YAMLText
import ZoneHarness
import Zones

@testable import Letters

@Suite struct DeliveredLetterFlows {
  @Test func `are sound, and none has anything but notes`() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: DeliveredFlows.folder.path).sorted()
    #expect(names == ["direct.yaml", "letter.yaml", "site-errors.yaml"])
    for name in names {
      let (flow, findings) = try FlowFile.check(DeliveredFlows.folder.appending(path: name).path)
      #expect(flow.id + ".yaml" == name)
      #expect(findings.filter { !$0.isNote }.map(\.line) == [], "\(name)")
    }
    #expect(try FlowFile.folder(DeliveredFlows.folder.path).map(\.flow.id) == ["direct", "letter", "site-errors"])
  }

  @Test func `have the built-in one among them, byte for byte`() throws {
    #expect(try directFlowText == DeliveredFlows.text("direct.yaml"))
    #expect(try directFlow == DeliveredFlows.flow("direct.yaml"))
  }
}

@Suite struct AFlowsVersion {
  private let zones: TestZones
  private let zone: RunningZone

  init() throws {
    zones = try TestZones()
    zone = try RunningZone(zones.intranet, exchanging: false)
  }

  private func written(_ text: String) throws -> LetterFlows.Written {
    LetterFlows.Written(flow: try #require(FlowText(text).flow), text: text)
  }

  private func keep(_ text: String) async throws -> LetterFlows {
    let flow = try written(text)
    return try await zone.database.write { try LetterFlows.keep([flow], mailboxes: ["mayor": "letter"], $0) }
  }

  @Test func `may change until letters have begun with it, and its comments may after that`() async throws {
    let text = try DeliveredFlows.text("letter.yaml")
    let changed = text.replacing("limit: {days: 60,", with: "limit: {days: 30,")
    _ = try await keep(text)
    _ = try await keep(changed)
    try await zone.database.write { db in
      try db.run(
        """
        INSERT INTO desk_letter
          (id, number, accepted_at, mailbox, kind, title, content, letter_key, code_index, salt, wrapped_key, stage,
            flow, flow_version)
        VALUES ('id', '2026-00001', 0, 'mayor', 'question', 't', x'', x'', x'', x'', x'', 'delivered', 'letter', 2)
        """)
    }
    _ = try await keep("# A comment moves every line.\n" + changed)
    await #expect(throws: LetterFlows.Fault.self) { _ = try await keep(text) }
    do { _ = try await keep(text) } catch {
      #expect(
        "\(error)"
          == "the flow letter, version 2, was changed, and letters have begun with it; raise its version")
    }
    // Raised, both are there: the new one for letters that arrive, the old one for those under way.
    let flows = try await keep(text.replacing("version: 2 ", with: "version: 3 "))
    #expect(flows.flow(of: "mayor").version == 3)
    #expect(flows.version(2, of: "letter")?.state("recycled")?.limit?.term == .days(30))
    #expect(flows.version(3, of: "letter")?.state("recycled")?.limit?.term == .days(60))
    #expect(flows.version(4, of: "letter") == nil)
  }

  @Test func `stands in one file, and a mailbox names a flow that there is`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "flows-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["a.yaml", "b.yaml"] {
      try Data(DeliveredFlows.text("letter.yaml").utf8).write(to: folder.appending(path: name))
    }
    do {
      _ = try FlowFile.folder(folder.path)
      Issue.record("two files of one version were taken")
    } catch {
      #expect(error.problems.count == 1)
      #expect(error.description.hasSuffix("there is a flow letter of version 2 in another file; raise one version"))
    }
    #expect(throws: LetterFlows.Fault.self) {
      _ = try LetterFlows([written(DeliveredFlows.text("letter.yaml"))], mailboxes: ["mayor": "leter"])
    }
  }

  @Test func `is one of at most 50 files`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "flows-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = try DeliveredFlows.text("direct.yaml")
    for number in 1...51 {
      try Data(text.replacing("version: 1\n", with: "version: \(number)\n").utf8)
        .write(to: folder.appending(path: "\(number).yaml"))
      guard number >= 50 else { continue }
      let count = try? FlowFile.folder(folder.path).count
      #expect(count == (number == 50 ? 50 : nil))
    }
  }
}

@Suite struct ReasonsForDeclining {
  private func reasons(_ text: String) -> (count: Int?, problems: [String]) {
    let problems = ProblemCollector()
    let reasons = YAMLFile.parse(Array(text.utf8), named: "r.yaml", problems) { DeclineReason.read($0) }
    return (reasons?.count, problems.problems.map(\.description))
  }

  private func reason(_ id: String) -> String { "- {id: \(id), zh: 一, en: one, way: {zh: 二, en: two}}\n" }

  @Test func `are at most 100, each named once, in both languages`() throws {
    let brackets = "- id: %\n  zh: 一\n  en: one\n  way: {zh: 二, en: two}\n"
    func many(_ count: Int) -> String { (1...count).map { brackets.replacing("%", with: "r\($0)") }.joined() }
    #expect(reasons(many(100)) == (100, []))
    #expect(reasons(many(101)) == (nil, ["r.yaml:1:1: more than 100 elements"]))
    #expect(reasons(reason("a") + reason("a")) == (nil, ["r.yaml:1:1: the reason a is given twice"]))
    #expect(reasons("- {id: a, zh: 一, way: {zh: 二, en: two}}\n").problems == ["r.yaml:1:3: [0]: the key en is missing"])
    let delivered = DeliveredFlows.folder.deletingLastPathComponent().appending(path: "decline-reasons.yaml")
    #expect(try FlowFile.declineReasons(delivered.path).count > 5)
  }
}
