import ContainedChecks
import Cryptography
import DocumentSeals
import Documents
import Foundation
import Links
import PublishedDocuments
import ReceivedDocuments
import Storage
import Testing
import Timestamps
import Zones

@testable import PacketFormat

/// Who may withdraw what: a file that came from several offices.
@Suite struct WithdrawnFiles {
  private let desk: TestReceipts

  init() async throws { desk = try await TestReceipts(check: TestReceipts.good("县政发〔2026〕1号")) }

  /// A document of that title, as one office delivers it: the same file, whatever it is called there.
  private func delivery(_ title: String, from peer: String) async throws -> DocumentFacts {
    try desk.keep(title)
    let facts = try desk.facts(title, bytes: title.utf8.count)
    try await desk.take(DeliveredMessage(facts, classification: "", at: 1).outgoing(.internal).message, from: peer)
    return facts
  }

  private func withdraw(_ facts: DocumentFacts, from peer: String) async throws {
    try await desk.take(
      WithdrawnMessage(facts, publishedAt: 1, reason: "有误", at: 2).outgoing(.internal).message, from: peer)
  }

  private func found(
    _ facts: DocumentFacts, from peer: String
  ) async throws -> (document: ReceivedDocument, canSign: Bool, elsewhere: WithdrawnElsewhere) {
    try await desk.received.document(peer, facts.id, for: desk.clerk)
  }

  @Test(arguments: [true, false])
  func `that the office whose it is has withdrawn are withdrawn from whomever they come`(later: Bool) async throws {
    let own = try await delivery("通知", from: "county")
    if later { try await withdraw(own, from: "county") }
    let passedOn = try await delivery("通知", from: "port")
    if !later {
      #expect(try await found(passedOn, from: "port").canSign)
      try await withdraw(own, from: "county")
    }
    let page = try await found(passedOn, from: "port")
    #expect(page.document.state == .withdrawn && !page.canSign)
    #expect(page.document.withdrawal?.by == "county" && page.document.withdrawal?.reason == "有误")
    await #expect(throws: DocumentError.refused(.alreadyWithdrawn)) {
      try await desk.received.signFor("port", passedOn.id, decision: page.document.decision, by: desk.clerk)
    }
    // A page says it once.
    #expect(page.elsewhere.isEmpty)
  }

  @Test func `are not withdrawn by an office that passes them on, and its word is shown as its own`() async throws {
    let own = try await delivery("通知", from: "county")
    let passedOn = try await delivery("通知", from: "port")
    try await withdraw(passedOn, from: "port")
    let page = try await found(own, from: "county")
    #expect(page.document.state == .arrived && page.canSign)
    #expect(page.elsewhere.sameFile == ["port"] && page.elsewhere.sameNumber.isEmpty && !page.elsewhere.here)
    try await desk.received.signFor("county", own.id, decision: page.document.decision, by: desk.clerk)
  }

  @Test func `are not withdrawn by who was first to pass one on, if its seal is known as another's`() async throws {
    _ = try await delivery("早先的通知", from: "county")
    let passedOn = try await delivery("通知", from: "port")
    let own = try await delivery("通知", from: "county")
    try await withdraw(passedOn, from: "port")
    #expect(try await found(own, from: "county").canSign)
    // And who was not first here with this file is believed no more than that, whose seal it may be.
    try await withdraw(own, from: "county")
    let page = try await found(passedOn, from: "port")
    #expect(page.document.withdrawal?.by == nil && page.elsewhere.sameFile == ["county"])
  }

  @Test func `are not withdrawn by who passed on another document of their seal before`() async throws {
    _ = try await delivery("早先的通知", from: "port")
    let own = try await delivery("通知", from: "county")
    let passedOn = try await delivery("通知", from: "port")
    try await withdraw(passedOn, from: "port")
    #expect(try await found(own, from: "county").canSign)
  }

  @Test func `are not withdrawn by an office that never delivered them, and one that did is heard`() async throws {
    let other = try desk.facts("通知", bytes: 6)
    try await withdraw(other, from: "port")
    let own = try await delivery("通知", from: "county")
    let page = try await found(own, from: "county")
    #expect(page.canSign && page.elsewhere.sameFile == ["port"])
  }

  @Test func `that come in another file under the number of a withdrawn one are said to`() async throws {
    let own = try await delivery("通知", from: "county")
    try await withdraw(own, from: "county")
    let packedAnew = try await delivery("通知，另行打包", from: "port")
    let page = try await found(packedAnew, from: "port")
    #expect(page.elsewhere.sameFile.isEmpty && page.elsewhere.sameNumber == ["county"])
    // Whoever withdrew it may send the next one of the number.
    let next = try await delivery("更正后的通知", from: "county")
    #expect(try await found(next, from: "county").elsewhere.isEmpty)
  }

  @Test(arguments: [2, 9_999_999_999_999])
  func `are withdrawn at a time that is the other office's word, and ours is when that came`(stated: Int) async throws {
    let own = try await delivery("通知", from: "county")
    let passedOn = try await delivery("通知", from: "port")
    try await desk.take(
      WithdrawnMessage(own, publishedAt: 1, reason: "有误", at: stated).outgoing(.internal).message, from: "county")
    for (facts, peer) in [(own, "county"), (passedOn, "port")] {
      let document = try await found(facts, from: peer).document
      let withdrawal = try #require(document.withdrawal)
      #expect(withdrawal.statedAt == Date(unixMilliseconds: stated))
      #expect(withdrawal.cameAt > document.arrivedAt && withdrawal.cameAt < Date(unixMilliseconds: 1_000_000))
    }
  }

  /// As many withdrawals of documents that this office never delivered as one may send.
  private func fill(_ peer: String) async throws {
    try await desk.database.write { db in
      try db.run(
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
        INSERT INTO received_document (peer, id, number, title, issuer, date, classification, ofd, ofd_bytes, sent_at,
          arrived_at, state, report, withdrawn_at, reason)
        SELECT ?, printf('%036d', i), '', '', '', '', '', printf('%064d', i), 1, 1, 1, 'withdrawn', '', 1, '' FROM n
        """, peer)
    }
  }

  @Test func `that were never delivered are withdrawn ten thousand at most by one office, and by others meanwhile`()
    async throws
  {
    let here = try await delivery("通知", from: "port")
    try await fill("port")
    let overtaken = try desk.facts("迟到的通知", bytes: "迟到的通知".utf8.count)
    try await withdraw(overtaken, from: "port")
    let refusal = await #expect(throws: MessageRefusal.self) {
      try await withdraw(try desk.facts("从未送达", bytes: 1), from: "port")
    }
    #expect(refusal?.code == "withdrawals-full")
    // One that is known is repeated, and one that is here is withdrawn all the same.
    try await withdraw(overtaken, from: "port")
    try await withdraw(here, from: "port")
    #expect(try await found(here, from: "port").document.state == .withdrawn)
    try await withdraw(try desk.facts("别的", bytes: 1), from: "county")
    // What it overtook comes: there is room for another.
    try desk.keep("迟到的通知")
    let late = DeliveredMessage(overtaken, classification: "", at: 1).outgoing(.internal).message
    try await desk.take(late, from: "port")
    let page = try await found(overtaken, from: "port")
    #expect(page.document.state == .withdrawn && page.document.report?.verdict == .genuine)
    try await withdraw(try desk.facts("从未送达", bytes: 1), from: "port")
  }

  @Test func `whose withdrawal came first are withdrawn from others too, from when the file was here`() async throws {
    let title = "通知"
    let own = try desk.facts(title, bytes: title.utf8.count)
    try await withdraw(own, from: "port")
    let theirs = try await delivery(title, from: "county")
    // The withdrawal was here before; the file was not.
    try await desk.take(DeliveredMessage(own, classification: "", at: 1).outgoing(.internal).message, from: "port")
    #expect(try await found(theirs, from: "county").canSign)
    let title2 = "另一件"
    let mine = try desk.facts(title2, bytes: title2.utf8.count)
    try await withdraw(mine, from: "county")
    try desk.keep(title2)
    try await desk.take(DeliveredMessage(mine, classification: "", at: 1).outgoing(.internal).message, from: "county")
    let passedOn = try await delivery(title2, from: "port")
    #expect(try await found(passedOn, from: "port").document.withdrawal?.by == "county")
  }

  @Test func `of this office's own are not signed for once it has withdrawn them`() async throws {
    let back = try await delivery("通知", from: "county")
    #expect(try await found(back, from: "county").canSign)
    let ofd = Digest.of("通知".utf8).hex
    try await desk.database.write { db in
      try db.run(
        """
        INSERT INTO office_document (id, state, unit, drafter, drafter_name, title, notation, revision, date, disclosure,
          classification, series, sealed_ofd, created_at, changed_at)
        VALUES ('own', 'sealed', 'city', '', '', '', X'', '', '', 'not', '', '', ?, 1, 1)
        """, ofd)
      try db.run(
        """
        INSERT INTO document_delivery (document, peer, delivered_at, delivered_by, ofd_bytes, message, state, withdrawn_at)
        VALUES ('own', 'county', 1, '李四', 6, 'm', 'delivered', 2)
        """)
    }
    let page = try await found(back, from: "county")
    #expect(page.elsewhere.here && !page.canSign)
    await #expect(throws: DocumentError.refused(.alreadyWithdrawn)) {
      try await desk.received.signFor("county", back.id, decision: page.document.decision, by: desk.clerk)
    }
  }
}
