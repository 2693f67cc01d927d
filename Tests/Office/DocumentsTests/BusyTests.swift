import Documents
import Testing

@Suite struct ManyPeopleWhoLook {
  @Test func `are told to come back where too many wait, and the others are served`() async throws {
    let desk = try await TestDocuments()
    var content = TestDocuments.content()
    content.notation += String(repeating: "\n第一段写了一些内容，占去一行以上的地方，以便排版需要时间。", count: 4_000)
    let id = try await desk.documents.draft(content, by: desk.drafter)
    let answers = await withTaskGroup(of: String.self) { group in
      for number in 0..<60 {
        group.addTask {
          do {
            _ = try await desk.documents.picture(ofPage: 1 + number % 3, of: id, for: desk.drafter)
            return "served"
          } catch { return (error as? DocumentError) == .busy ? "busy" : "\(error)" }
        }
      }
      return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
    }
    #expect(answers.keys.allSatisfy { ["served", "busy"].contains($0) }, "\(answers)")
    #expect(answers["served", default: 0] >= 16 && answers["busy", default: 0] > 0, "\(answers)")
  }
}
