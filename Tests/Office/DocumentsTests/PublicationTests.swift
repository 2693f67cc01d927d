import Documents
import Foundation
import Links
import Roles
import Storage
import Testing
import Zones

@Suite struct Publications {
  private let desk: TestDocuments

  init() async throws { desk = try await TestDocuments() }

  private func publications(
    _ change: (inout ExchangePolicy) -> Void = { _ in }
  ) throws -> DocumentPublications {
    var policy = ExchangePolicy(
      messageTypes: ["document.published", "document.withdrawn"], highestClassification: .public,
      blobMaxBytes: 32 << 20, fileKinds: [.ofd, .pdf])
    change(&policy)
    let link = LinkConfiguration(
      peer: try #require(ZoneName("dmz")), outgoingDrop: .folder("/nowhere/o"), incomingDrop: "/nowhere/i",
      peerSigningCertificates: [], peerEncryptionCertificate: "", escrowCertificates: [], suites: [],
      limits: LinkLimits(), outgoingPolicy: policy, incomingPolicy: policy)
    return DocumentPublications(
      database: desk.database, blobs: desk.blobs, outbox: Outbox(links: [link]), link: link,
      now: { [clock = desk.clock] in clock.now })
  }

  private func sealed(_ content: DocumentContent = TestDocuments.content()) async throws -> String {
    let (id, seal) = try await desk.granted(content)
    try await desk.apply(id, seal: seal, by: desk.keeper)
    return id
  }

  private func decision(_ id: String, _ publications: DocumentPublications) async throws -> PublicationDecision {
    try #require(try await publications.dispatch(of: id, for: desk.clerk).decision)
  }

  private func sent() async throws -> [String] {
    try await desk.database.read { try $0.all(String.self, "SELECT type FROM outbox ORDER BY id") }
  }

  private func settle(_ fate: MessageFate, _ publications: DocumentPublications) async throws {
    let row = try await desk.database.read { db in
      try db.one("SELECT message_id, type, subject FROM outbox ORDER BY id DESC LIMIT 1").map {
        try ($0["message_id"] as String, $0["type"] as String, $0["subject"] as String)
      }
    }
    let (message, type, subject) = try #require(row)
    try await desk.database.write { db in
      try publications.fate(SentMessage(id: message, type: type, subject: subject), fate, db)
    }
  }

  @Test func `leave once, with both files, are acts, and stand as the receipts say`() async throws {
    let publications = try publications()
    let id = try await sealed()
    #expect(try await publications.dispatch(of: id, for: desk.clerk).steps == [.publish])
    let decision = try await decision(id, publications)
    try await publications.publish(id, decision: decision, by: desk.clerk)
    #expect(try await sent() == ["document.published"])
    let blobs = try await desk.database.read { try $0.one(Int.self, "SELECT COUNT(*) FROM outgoing_blob") }
    #expect(blobs == 2)
    #expect(try await desk.acts().last == "document.published")
    let standing = { try await publications.dispatch(of: id, for: desk.clerk).publication?.standing }
    #expect(try await standing() == .sent)
    await #expect(throws: DocumentError.refused(.alreadyPublished)) {
      try await publications.publish(id, decision: decision, by: desk.clerk)
    }
    try await settle(.applied, publications)
    #expect(try await standing() == .delivered)
    #expect(try await publications.dispatch(of: id, for: desk.clerk).steps == [.withdraw])
    try await publications.withdraw(id, reason: "内容\n有误", decision: decision, by: desk.leader)
    let withdrawal = try await publications.dispatch(of: id, for: desk.clerk).publication?.withdrawal
    #expect(withdrawal?.reason == "内容 有误" && withdrawal?.standing == .sent)
    #expect(try await desk.acts().last == "document.withdrawn")
    #expect(try await publications.dispatch(of: id, for: desk.clerk).steps.isEmpty)
    try await settle(.applied, publications)
    #expect(
      try await publications.dispatch(of: id, for: desk.clerk).publication?.withdrawal?.standing == .delivered)
    #expect(try await sent() == ["document.published", "document.withdrawn"])
  }

  @Test func `that were refused can be tried again, and are never withdrawn`() async throws {
    let publications = try publications()
    let id = try await sealed()
    let decision = try await decision(id, publications)
    try await publications.publish(id, decision: decision, by: desk.clerk)
    try await settle(.refused(code: "check-chain"), publications)
    let found = try await publications.dispatch(of: id, for: desk.clerk)
    #expect(found.publication?.standing == .refused(code: "check-chain") && found.steps == [.publish])
    await #expect(throws: DocumentError.refused(.notPublished)) {
      try await publications.withdraw(id, reason: "x", decision: decision, by: desk.clerk)
    }
    try await publications.publish(id, decision: decision, by: desk.clerk)
    #expect(try await sent() == ["document.published", "document.published"])
  }

  @Test func `are withdrawn for reasons alone that the portal takes`() async throws {
    let publications = try publications()
    let id = try await sealed()
    let decision = try await decision(id, publications)
    try await publications.publish(id, decision: decision, by: desk.clerk)
    try await settle(.applied, publications)
    let family = "\u{1F468}\u{200D}\u{1F469}"
    let reasons = [
      "有误\u{200B}", "有\u{AD}误", family, "\u{E000}", String(repeating: "e\u{301}", count: 251),
    ]
    for reason in reasons {
      #expect(!DocumentPublications.isReason(reason))
      await #expect(throws: DocumentError.refused(.reason)) {
        try await publications.withdraw(id, reason: reason, decision: decision, by: desk.clerk)
      }
    }
    #expect(try await sent() == ["document.published"])
    try await publications.withdraw(id, reason: "有误", decision: decision, by: desk.clerk)
  }

  @Test func `that the portal once took are withdrawn and sent again, whatever it says of repeats`() async throws {
    let publications = try publications()
    let id = try await sealed()
    let decision = try await decision(id, publications)
    try await publications.publish(id, decision: decision, by: desk.clerk)
    try await settle(.applied, publications)
    for code in ["documents-off", "check-unavailable"] {
      _ = try await publications.rebuildPortal()
      try await settle(.refused(code: code), publications)
      #expect(try await publications.dispatch(of: id, for: desk.clerk).steps == [.publish, .withdraw])
    }
    _ = try await publications.rebuildPortal()
    #expect(try await sent() == Array(repeating: "document.published", count: 4))
    try await settle(.refused(code: "documents-off"), publications)
    try await publications.withdraw(id, reason: "有误", decision: decision, by: desk.clerk)
    #expect(try await sent().last == "document.withdrawn")
  }

  @Test func `are by clerks of the unit alone`() async throws {
    let publications = try publications()
    let id = try await sealed()
    let decision = try await decision(id, publications)
    for other in [desk.drafter, desk.leader, desk.keeper] {
      await #expect(throws: DocumentError.notAllowed) {
        try await publications.publish(id, decision: decision, by: other)
      }
    }
    await #expect(throws: DocumentError.notFound) {
      try await publications.publish(id, decision: decision, by: desk.stranger)
    }
    #expect(try await sent().isEmpty)
  }

  @Test func `of drafts, of what is not open or not public, and of what was not shown, leave nothing`() async throws {
    let publications = try publications()
    let draft = try await desk.documents.draft(TestDocuments.content(), by: desk.drafter)
    let none = PublicationDecision(number: "", ofd: "", pdf: "")
    await #expect(throws: DocumentError.wrongState(.draft)) {
      try await publications.publish(draft, decision: none, by: desk.clerk)
    }
    let closed = try await sealed(TestDocuments.content(disclosure: .onRequest))
    await #expect(throws: DocumentError.refused(.notOpen)) {
      try await publications.publish(closed, decision: none, by: desk.clerk)
    }
    // Whatever somebody has written into the database: a classification alone keeps it in.
    try await desk.database.write { db in
      try db.run("UPDATE office_document SET disclosure = 'open', classification = '秘密' WHERE id = ?", closed)
    }
    await #expect(throws: DocumentError.refused(.classifiedIsNotOpen)) {
      try await publications.publish(closed, decision: none, by: desk.clerk)
    }
    try await desk.database.write { db in
      try db.run("UPDATE office_document SET classification = '' WHERE id = ?", closed)
    }
    await #expect(throws: DocumentError.refused(.changedMeanwhile)) {
      try await publications.publish(closed, decision: none, by: desk.clerk)
    }
    #expect(try await sent().isEmpty)
  }

  @Test func `over a link that lets nothing of the kind out change nothing, and say what is missing`() async throws {
    let id = try await sealed()
    let policies: [@Sendable (inout ExchangePolicy) -> Void] = [
      { $0.messageTypes = [] }, { $0.blobMaxBytes = 0 }, { $0.blobMaxBytes = 100 },
    ]
    for change in policies {
      let publications = try publications(change)
      let decision = try await decision(id, publications)
      do {
        try await publications.publish(id, decision: decision, by: desk.clerk)
        Issue.record("it was let out")
      } catch {
        guard case .policy = error else {
          Issue.record("\(error)")
          continue
        }
      }
      #expect(try await publications.dispatch(of: id, for: desk.clerk).publication == nil)
      #expect(try await sent().isEmpty)
    }
    #expect(try publications { $0.messageTypes = [] }.missingNames.count == 2)
    #expect(try publications().missingNames.isEmpty)
  }

  @Test func `are sent again to a portal that lost its disk, withdrawn ones as withdrawn`() async throws {
    let publications = try publications()
    let id = try await sealed()
    let decision = try await decision(id, publications)
    try await publications.publish(id, decision: decision, by: desk.clerk)
    try await settle(.applied, publications)
    #expect(try await publications.rebuildPortal() == 1)
    #expect(try await publications.dispatch(of: id, for: desk.clerk).publication?.standing == .sent)
    try await settle(.applied, publications)
    try await publications.withdraw(id, reason: "x", decision: decision, by: desk.clerk)
    #expect(try await publications.rebuildPortal() == 1)
    #expect(
      try await sent() == ["document.published", "document.published", "document.withdrawn", "document.withdrawn"])
  }
}
