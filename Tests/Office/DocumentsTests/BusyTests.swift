import Documents
import FairQueues
import Testing

@Suite struct ManyWhoLook {
  @Test func `at one document keep nobody else from theirs`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    let turns = desk.documents.typesetter.turns
    #expect(await turns.enter(Source("somebody")), "a long document is being set")
    let flood = Task {
      await withTaskGroup(of: String.self) { group in
        for _ in 0..<60 {
          group.addTask { await outcome { try await desk.documents.picture(ofPage: 1, of: id, for: desk.drafter) } }
        }
        return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
      }
    }
    while turns.arrived < 61 { await Task.yield() }
    #expect(turns.waiting == 12)
    let other = Task {
      await outcome { try await desk.documents.picture(ofPage: 1, of: id, for: desk.colleague) }
    }
    while turns.arrived < 62 { await Task.yield() }
    turns.leave()
    #expect(await flood.value == ["served": 12, "busy": 48])
    #expect(await other.value == "served")
  }
}

private func outcome(_ body: () async throws -> [UInt8]) async -> String {
  do {
    _ = try await body()
    return "served"
  } catch { return (error as? DocumentError) == .busy ? "busy" : "\(error)" }
}
