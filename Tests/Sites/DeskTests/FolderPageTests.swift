import Foundation
import Letters
import Logging
import Roles
import Storage
import Synchronization
import Testing
import Timestamps
import ZoneHarness

@Suite struct FolderPages {
  /// What a log would have, a line a message.
  private struct Lines: LogHandler {
    final class Kept: Sendable {
      private let lines = Mutex<[String]>([])
      var all: [String] { lines.withLock { $0 } }
      func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    let kept: Kept
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.warning
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let fields = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted().joined(separator: " ")
      kept.add("\(event.message) \(fields)")
    }
  }

  @Test func `lead on and back by the letters that they show`() async throws {
    let desk = try await TestDesk()
    var numbers: [String] = []
    for _ in 0..<120 { numbers.append(try await desk.letter(in: "own")) }
    let visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    func shown(_ page: Answer) -> [String] { numbers.filter { page.text.contains("/letters/\($0)\"") } }
    func link(_ rel: String, _ page: Answer) -> String? {
      page.text.components(separatedBy: "rel=\"\(rel)\" href=\"").dropFirst().first?.components(separatedBy: "\"").first
    }
    let first = await visit.get("/folders/to-do")
    #expect(shown(first) == Array(numbers[..<50]) && link("prev", first) == nil && first.text.contains("(120)"))
    let second = await visit.get(try #require(link("next", first)))
    #expect(shown(second) == Array(numbers[50..<100]))
    let third = await visit.get(try #require(link("next", second)))
    #expect(shown(third) == Array(numbers[100...]) && link("next", third) == nil)
    let back = await visit.get(try #require(link("prev", third)))
    #expect(shown(back) == shown(second))
    for strange in ["after=x", "after=", "before=9.'", "before=x.1&after=%00", "page=2"] {
      #expect(shown(await visit.get("/folders/to-do?" + strange)) == shown(first), "\(strange)")
    }
  }

  @Test func `name the letters whose citizens got no message, to those who may read them`() async throws {
    let desk = try await TestDesk()
    let (own, other) = (try await desk.letter(in: "own"), try await desk.letter(in: "other"))
    let at = currentMilliseconds()
    try await desk.zone.database.write { db in
      try db.run(
        """
        INSERT INTO notice (id, letter, phone, text, state, attempts, next_request, failure, failed_at)
        SELECT 'n' || number, id, '', '', 'failed', 3, 0, 'refused', ? FROM desk_letter
        """, at)
    }
    let visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    let page = await visit.get("/folders/concluded")
    #expect(page.text.contains("id=\"undelivered\"") && page.text.contains("近14天有1封来信"))
    #expect(page.text.contains("/letters/\(own)\"") && !page.text.contains(other))
    #expect(await visit.get("/folders/concluded?lang=en").text.contains("could not be sent"))
  }

  @Test func `that cannot be read leave the cause's code in the log, once`() async throws {
    let kept = Lines.Kept()
    let desk = try await TestDesk(logger: Logger(label: "test") { _ in Lines(kept: kept) })
    let visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    try await desk.zone.database.write { db in try db.run("DROP TABLE letter_place_count") }
    let before = kept.all.count
    #expect(await visit.get("/folders/to-do?secret=1").status == 503)
    #expect(kept.all.dropFirst(before) == ["a request could not be served code=sqlite-1 path=/folders/{folder}"])
  }
}
