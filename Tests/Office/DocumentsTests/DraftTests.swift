import DocumentNotation
import Documents
import People
import Roles
import Testing

@Suite struct Drafts {
  @Test func `are kept, changed, and given up`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    let first = try await desk.documents.document(id, for: desk.drafter)
    #expect(first.summary.title == "关于规范来信办理工作的通知" && first.summary.state == .draft)
    #expect(first.steps == [.change, .discard, .request])
    try await desk.documents.change(
      id, to: TestDocuments.content(title: "关于另一件事的通知"), revision: first.revision, by: desk.colleague)
    let second = try await desk.documents.document(id, for: desk.drafter)
    #expect(second.summary.title == "关于另一件事的通知" && second.revision != first.revision)
    try await desk.documents.discard(id, by: desk.drafter)
    let last = try await desk.documents.document(id, for: desk.drafter)
    #expect(last.summary.state == .discarded && last.steps.isEmpty)
    #expect(last.events.map(\.what) == ["drafted", "changed", "discarded"])
    #expect(try await desk.acts() == ["document.drafted", "document.changed", "document.discarded"])
  }

  @Test func `are not written over by who has not seen the last change`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    let revision = try await desk.documents.document(id, for: desk.drafter).revision
    try await desk.documents.change(
      id, to: TestDocuments.content(title: "甲"), revision: revision, by: desk.drafter)
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await desk.documents.change(
        id, to: TestDocuments.content(title: "乙"), revision: revision, by: desk.colleague)
    }
    #expect(try await desk.documents.document(id, for: desk.drafter).summary.title == "甲")
  }

  @Test func `name the place of a fault`() async throws {
    let desk = try await TestDocuments()
    do {
      _ = try await desk.documents.draft(
        TestDocuments.content(lines: ["number: 安政发〔2026〕12号"]), by: desk.drafter)
      Issue.record("a number was taken")
    } catch {
      guard case .notation(let fault) = error else { throw error }
      #expect(fault.line == 7 && fault.column == 9 && fault.reason.contains("given when the seal is granted"))
    }
    #expect(try await desk.documents.counts(for: desk.drafter)[.draft] == 0)
  }

  @Test func `above 秘密 are refused, and those of 秘密 are not open`() async throws {
    let desk = try await TestDocuments()
    for above in ["机密", "绝密★1年"] {
      await #expect(throws: DocumentError.self) {
        try await desk.documents.draft(
          TestDocuments.content(disclosure: .not, lines: ["classification: \(above)"]), by: desk.drafter)
      }
    }
    await #expect(throws: DocumentError.refused(.classifiedIsNotOpen)) {
      try await desk.documents.draft(
        TestDocuments.content(disclosure: .open, lines: ["classification: 秘密★1年"]), by: desk.drafter)
    }
    let id = try await desk.documents.draft(
      TestDocuments.content(disclosure: .not, lines: ["classification: 秘密★1年"]), by: desk.drafter)
    #expect(try await desk.documents.document(id, for: desk.drafter).summary.classification == "秘密★1年")
  }

  @Test func `are read by their unit and its leaders, and by nobody else`() async throws {
    let desk = try await TestDocuments()
    let id = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    for reader in [desk.drafter, desk.colleague, desk.clerk, desk.leader] {
      #expect(try await desk.documents.document(id, for: reader).summary.identifier == id)
      #expect(try await desk.documents.documents(.draft, limit: 10, for: reader).total == 1)
    }
    for other in [desk.keeper, desk.stranger, desk.root] {
      await #expect(throws: DocumentError.notFound) { try await desk.documents.document(id, for: other) }
      #expect(try await desk.documents.documents(.draft, limit: 10, for: other).documents.isEmpty)
      await #expect(throws: DocumentError.notFound) { try await desk.documents.discard(id, by: other) }
    }
    await #expect(throws: DocumentError.notAllowed) { try await desk.documents.discard(id, by: desk.clerk) }
    await #expect(throws: DocumentError.notAllowed) {
      try await desk.documents.draft(TestDocuments.content(), by: desk.keeper)
    }
  }

  @Test func `keep their unit in the office`() async throws {
    let desk = try await TestDocuments()
    _ = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    await #expect(throws: OfficeError.refused(.unitInUse)) {
      try await desk.office.removeUnit("bureau", by: desk.root)
    }
    try await desk.office.removeUnit("elsewhere", by: desk.root)
  }
}
