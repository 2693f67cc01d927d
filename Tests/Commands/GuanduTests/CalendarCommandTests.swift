import ChildProcess
import Foundation
import Testing

@Suite struct GuanduCalendar {
  private static let shipped = Program.repository.appending(path: "zones/calendars")

  @Test func `finds the repository's calendars where no folder is named`() async throws {
    let due = try await Program.guandu("calendar", "due", "2026-02-10", "--working-days", "15")
    #expect(due.status == 0, "\(due.complaint)")
    #expect(due.output.hasPrefix("2026-03-09\n自2026年2月10日起15个工作日，至3月9日；"))
  }

  @Test func `prints one JSON object that names what it was computed by`() async throws {
    let due = try await Program.guandu("calendar", "due", "2026-02-08", "--days", "15", "--json")
    #expect(due.output.split(separator: "\n").count == 1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(due.output.utf8)) as? [String: Any])
    #expect(object["due"] as? String == "2026-02-24" && object["moved_from"] as? String == "2026-02-23")
    let calendars = try #require(object["calendars"] as? [[String: Any]])
    let digest = try await Program.tool("sha256sum", Self.shipped.appending(path: "2026.yaml").path)
    #expect(calendars.count == 1 && digest.output.hasPrefix(calendars[0]["version"] as? String ?? "none"))
  }

  @Test func `says that a folder is none, and where a calendar is wrong`() async throws {
    let scratch = try ScratchFolder()
    let none = try await Program.guandu("calendar", "check", "\(scratch.path)/none")
    #expect(none.status == 78 && none.output == "\(scratch.path)/none:1:1: there is no such folder\n")
    try Data("year: 2027\nnotice: a\noff: []\nworked: []\n".utf8).write(to: URL(filePath: "\(scratch.path)/a.yaml"))
    for arguments in [["check", scratch.path], ["show", "2027", "--calendars", scratch.path]] {
      let refused = try await Program.guandu(["calendar"] + arguments, input: "")
      #expect(refused.status == 78)
      #expect((refused.output + refused.complaint).contains("\(scratch.path)/a.yaml:3:6: off: the list is empty"))
    }
  }

  @Test func `has its calendars laid out by init, byte for byte`() async throws {
    let scratch = try ScratchFolder()
    #expect(try await Program.guandu("init", "\(scratch.path)/demo").status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.shipped.path).sorted()
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/demo/calendars").sorted() == names)
    for name in names {
      let copy = FileManager.default.contents(atPath: "\(scratch.path)/demo/calendars/\(name)")
      #expect(try copy == Data(contentsOf: Self.shipped.appending(path: name)))
    }
  }

  @Test(arguments: ["yaml: [", "calendars"]) func `takes its folder from a zone that names one`(word: String)
    async throws
  {
    let scratch = try ScratchFolder()
    #expect(try await Program.guandu("init", "\(scratch.path)/demo").status == 0)
    let config = "\(scratch.path)/demo/intranet/zone.yaml"
    let due = try await Program.guandu("calendar", "due", "2026-02-10", "--days", "1", "--config", config)
    #expect(due.status == 0, "\(due.complaint)")
    let text = try String(contentsOfFile: config, encoding: .utf8)
    let changed =
      word == "calendars" ? text.replacingOccurrences(of: "\ncalendars: ../calendars\n", with: "\n") : text + word
    try Data(changed.utf8).write(to: URL(filePath: config))
    let refused = try await Program.guandu("calendar", "show", "2026", "--config", config)
    #expect(refused.status == 78 && refused.output.isEmpty)
    #expect(refused.complaint.contains(word == "calendars" ? "this zone has none" : "not YAML"))
  }
}
