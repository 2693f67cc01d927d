import ContainedChecks
import Cryptography
import DocumentSeals
import Documents
import Foundation
import JSON
import PublishedDocuments
import ReceivedDocuments
import Storage
import Testing
import Zones

@testable import Links
@testable import PacketFormat

@Suite struct DocumentsOfOtherOffices {
  @Test func `are refused with a copy that bears no signature of its own, and taken with one that does`() async throws {
    func code(_ copy: String) async throws -> String? {
      // The original holds; the copy is as the script says.
      let desk = try await TestReceipts(
        check: """
          if grep -q COPY /proc/self/fd/0; then
            echo '{"kind":"pdf","steps":[["sealed","\(copy)",""]],"signatures":[],"numbers":[]}'
          else \(TestReceipts.good("县政发〔2026〕1号")); fi
          """)
      try desk.keep("通知1")
      try desk.keep("COPY")
      let facts = try desk.facts("通知1", bytes: 7, copy: "COPY")
      let message = DeliveredMessage(facts, classification: "", at: 1).outgoing(.internal).message
      do { try await desk.take(message) } catch { return (error as? MessageRefusal)?.code }
      return nil
    }
    #expect(try await code("unknown") == "check-sealed")
    #expect(try await code("fails") == "check-sealed")
    #expect(try await code("holds") == nil)
  }

  @Test func `whose file was refused are refused again without a second check`() async throws {
    let file = NSTemporaryDirectory() + "guandu-checks-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let desk = try await TestReceipts(check: TestReceipts.counting(file, "exit 1"))
    try desk.keep("通知1")
    for _ in 0..<5 {
      let message = DeliveredMessage(try desk.facts("通知1", bytes: 7), classification: "", at: 1)
        .outgoing(.internal).message
      let refusal = await #expect(throws: MessageRefusal.self) { try await desk.take(message) }
      #expect(refusal?.code == "check-failed")
    }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "x\n")
  }

  @Test
  func `are refused where nobody signs for documents, where they are too large, and where the check says nothing`()
    async throws
  {
    func code(_ desk: TestReceipts, _ facts: DocumentFacts) async throws -> String? {
      let message = DeliveredMessage(facts, classification: "", at: 1).outgoing(.internal).message
      let refusal = await #expect(throws: MessageRefusal.self) { try await desk.take(message) }
      return refusal?.code
    }
    let nobody = try await TestReceipts(unit: nil)
    #expect(try await code(nobody, nobody.facts()) == "documents-off")
    let gone = try await TestReceipts(unit: "gone")
    #expect(try await code(gone, gone.facts()) == "documents-off")
    let desk = try await TestReceipts()
    #expect(try await code(desk, desk.facts(bytes: 1_001)) == "policy-blob-size")
    let facts = try desk.facts()
    try await desk.arrive(facts)
    let other = DocumentFacts(
      id: facts.id, number: facts.number, title: "另一件", issuer: facts.issuer, date: facts.date, ofd: facts.ofd, pdf: nil
    )
    #expect(try await code(desk, other) == "duplicate-document")
    // A file that is known is not checked a second time under another identifier.
    #expect(try await code(desk, desk.facts()) == "duplicate-file")
    // The file is here; the check ends without an answer.
    try desk.keep("别的")
    #expect(try await code(desk, desk.facts("别的", bytes: 6)) == "check-failed")
    // It holds, for another number than the message states.
    let numbered = try await TestReceipts(check: TestReceipts.good("县政发〔2026〕2号"))
    try numbered.keep("别的")
    #expect(try await code(numbered, numbered.facts("别的", bytes: 6)) == "check-number")
    #expect(desk.received.handlers(of: try #require(ZoneName("dmz"))).isEmpty)
  }

  @Test func `are seen by the unit that signs for them, and signed for by its clerks`() async throws {
    let desk = try await TestReceipts()
    let facts = try desk.facts()
    try await desk.arrive(facts)
    let found = try await desk.received.document("county", facts.id, for: desk.clerk)
    #expect(found.canSign && found.document.state == .arrived)
    #expect(try await desk.received.document("county", facts.id, for: desk.reader).canSign == false)
    await #expect(throws: DocumentError.notFound) {
      try await desk.received.document("county", facts.id, for: desk.stranger)
    }
    await #expect(throws: DocumentError.notAllowed) {
      try await desk.received.documents(.arrived, limit: 10, offset: 0, for: desk.stranger)
    }
    #expect(try await desk.received.documents(.arrived, limit: 10, offset: 0, for: desk.reader).counts[.arrived] == 1)
    // No file before somebody has signed, and nobody signs for what cannot be checked.
    await #expect(throws: DocumentError.notFound) {
      try await desk.received.file(.ofd, of: "county", facts.id, for: desk.clerk)
    }
    let decision = found.document.decision
    await #expect(throws: DocumentError.refused(.notChecked)) {
      try await desk.received.signFor("county", facts.id, decision: decision, by: desk.clerk)
    }
    #expect(try await desk.received.document("county", facts.id, for: desk.clerk).document.state == .arrived)
  }

  @Test func `are taken in, signed for once, and the receipt is repeated for a sender that has forgotten it`()
    async throws
  {
    let desk = try await TestReceipts(check: TestReceipts.good("县政发〔2026〕1号"))
    try desk.keep("通知")
    let facts = try desk.facts(bytes: 6)
    let message = DeliveredMessage(facts, classification: "", at: 1).outgoing(.internal).message
    try await desk.take(message)
    try await desk.take(message)
    #expect(try await desk.sent().isEmpty)
    let found = try await desk.received.document("county", facts.id, for: desk.clerk).document
    #expect(found.report?.verdict == .genuine)
    await #expect(throws: DocumentError.notAllowed) {
      try await desk.received.signFor("county", facts.id, decision: found.decision, by: desk.reader)
    }
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await desk.received.signFor("county", facts.id, decision: ReceiptDecision(text: "x"), by: desk.clerk)
    }
    try await desk.received.signFor("county", facts.id, decision: found.decision, by: desk.clerk)
    await #expect(throws: DocumentError.refused(.alreadySignedFor)) {
      try await desk.received.signFor("county", facts.id, decision: found.decision, by: desk.clerk)
    }
    #expect(try await desk.received.file(.ofd, of: "county", facts.id, for: desk.reader).bytes == Array("通知".utf8))
    try await desk.take(message)
    #expect(try await desk.sent() == ["document.signed-for", "document.signed-for"])
    // Over a link that is not approved for it, nothing classified is taken in.
    try desk.keep("秘密")
    let secret = DeliveredMessage(try desk.facts("秘密", bytes: 6), classification: "秘密★1年", at: 1)
    let refusal = await #expect(throws: MessageRefusal.self) { try await desk.take(secret.outgoing(.public).message) }
    #expect(refusal?.code == "policy-classification")
  }

  @Test func `are taken again where the link lets no receipt out: a peer does not stop its own stream`() async throws {
    let desk = try await TestReceipts(answers: false)
    let facts = try desk.facts()
    try await desk.arrive(facts)
    try await desk.database.write { db in
      try db.run("UPDATE received_document SET state = 'signed-for', signed_for_at = 1, signed_for_by = '张三'")
    }
    try await desk.take(DeliveredMessage(facts, classification: "", at: 1).outgoing(.internal).message)
    #expect(try await desk.sent().isEmpty)
  }

  @Test func `that were withdrawn stay withdrawn, whatever comes later`() async throws {
    let desk = try await TestReceipts()
    let facts = try desk.facts()
    let withdrawal = WithdrawnMessage(facts, publishedAt: 1, reason: "有误", at: 2).outgoing(.internal).message
    try await desk.take(withdrawal)
    try await desk.take(DeliveredMessage(facts, classification: "", at: 1).outgoing(.internal).message)
    try await desk.take(WithdrawnMessage(facts, publishedAt: 1, reason: "改口", at: 3).outgoing(.internal).message)
    let found = try await desk.received.document("county", facts.id, for: desk.clerk)
    #expect(found.document.state == .withdrawn && found.document.withdrawal?.reason == "有误" && !found.canSign)
    #expect(found.document.report == nil)
  }

  @Test(arguments: [
    ("王\u{E863}", "王〓"), ("a\u{202E}b\u{2028}", "a〓b〓"),
    (String(repeating: "王", count: 201), String(repeating: "王", count: 199) + "…"), ("", "-"),
  ])
  func `are signed for by people whose names the sender takes, whatever they hold`(name: String, sent: String)
    async throws
  {
    let digest = try #require(HexDigest(Digest.of("通知".utf8).hex))
    let message = SignedForMessage(
      document: UUID().uuidString.lowercased(), ofd: digest, name: name, unit: name, at: 5
    ).outgoing(.internal).message
    let read = try SignedForMessage(message)
    #expect(read.name == sent && read.unit == sent)
  }

  @Test func `whose receipt the sender refuses say so, until it takes another one`() async throws {
    let desk = try await TestReceipts(check: TestReceipts.good("县政发〔2026〕1号"))
    try desk.keep("通知")
    let facts = try desk.facts(bytes: 6)
    let message = DeliveredMessage(facts, classification: "", at: 1).outgoing(.internal).message
    try await desk.take(message)
    func document() async throws -> ReceivedDocument {
      try await desk.received.document("county", facts.id, for: desk.clerk).document
    }
    func settle(_ fate: MessageFate, receipt index: Int) async throws {
      try await desk.database.write { db in
        let ids = try db.all(String.self, "SELECT message_id FROM outbox ORDER BY id")
        try desk.received.fate(SentMessage(id: ids[index], type: "document.signed-for", subject: facts.id), fate, db)
      }
    }
    #expect(try await document().receipt == nil)
    try await desk.received.signFor("county", facts.id, decision: document().decision, by: desk.clerk)
    #expect(try await document().receipt == .sent)
    try await settle(.refused(code: "unknown-document"), receipt: 0)
    #expect(try await document().receipt == .refused(code: "unknown-document"))
    // The sender delivers it again, and is told again; what becomes of the first receipt says nothing from then on.
    try await desk.take(message)
    try await settle(.refused(code: "schema"), receipt: 0)
    #expect(try await document().receipt == .sent)
    try await settle(.applied, receipt: 1)
    #expect(try await document().receipt == .delivered)
    #expect(
      try await desk.received.documents(.signedFor, limit: 1, offset: 0, for: desk.clerk).documents[0].receipt
        == .delivered)
  }

  @Test(arguments: ["classification", "blobs", "ofd", "number"])
  func `come in messages of their schema alone`(_ key: String) async throws {
    let desk = try await TestReceipts()
    let message = DeliveredMessage(try desk.facts(), classification: "", at: 1).outgoing(.internal).message
    var members = try #require(message.body.members)
    members.removeAll { $0.key == key }
    let spoiled = Message(
      id: message.id, type: message.type, subject: message.subject, after: [], at: message.at, body: .object(members))
    let refusal = await #expect(throws: MessageRefusal.self) { try await desk.take(spoiled) }
    #expect(refusal?.code == "schema")
  }
}
