import Documents
import Foundation
import Links
import PacketFormat
import PublishedDocuments
import Roles
import Storage
import Testing
import Timestamps
import Zones

@testable import Links

@Suite struct Deliveries {
  private let desk: TestDocuments

  init() async throws { desk = try await TestDocuments() }

  private func publications(
    offices: [String] = ["county", "port"], _ change: (inout ExchangePolicy) -> Void = { _ in }
  ) throws -> DocumentPublications {
    func link(_ peer: String, _ types: Set<String>) throws -> LinkConfiguration {
      var policy = ExchangePolicy(
        messageTypes: types, highestClassification: .internal, blobMaxBytes: 32 << 20, fileKinds: [.ofd, .pdf])
      change(&policy)
      return LinkConfiguration(
        peer: try #require(ZoneName(peer)), outgoingDrop: .folder("/nowhere/o"), incomingDrop: "/nowhere/i",
        peerSigningCertificates: [], peerEncryptionCertificate: "", escrowCertificates: [], suites: [],
        limits: LinkLimits(), outgoingPolicy: policy, incomingPolicy: policy)
    }
    let dmz = try link("dmz", ["document.published", "document.withdrawn"])
    let offices = try offices.map { try link($0, ["document.delivered", "document.withdrawn"]) }
    return DocumentPublications(
      database: desk.database, blobs: desk.blobs, outbox: Outbox(links: [dmz] + offices), link: dmz, offices: offices,
      now: { [clock = desk.clock] in clock.now })
  }

  private func sealed(_ content: DocumentContent = TestDocuments.content()) async throws -> String {
    let (id, seal) = try await desk.granted(content)
    try await desk.apply(id, seal: seal, by: desk.keeper)
    return id
  }

  /// Types and peers of what is to be sent, in its order.
  private func sent() async throws -> [String] {
    try await desk.database.read { db in
      try db.all("SELECT type, peer FROM outbox ORDER BY id").map {
        "\(try $0["type"] as String) \(try $0["peer"] as String)"
      }
    }
  }

  private func settle(_ fate: MessageFate, of peer: String, _ publications: DocumentPublications) async throws {
    let row = try await desk.database.read { db in
      try db.one("SELECT message_id, type, subject FROM outbox WHERE peer = ? ORDER BY id DESC LIMIT 1", peer).map {
        try ($0["message_id"] as String, $0["type"] as String, $0["subject"] as String)
      }
    }
    let (message, type, subject) = try #require(row)
    try await desk.database.write { db in
      try publications.fate(SentMessage(id: message, type: type, subject: subject), fate, db)
    }
  }

  private func take(_ message: Message, from peer: String, _ publications: DocumentPublications) async throws {
    let handlers = publications.handlers(of: try #require(ZoneName(peer)))
    let change = try #require(handlers[message.type]).prepare(message)
    try await desk.database.write { try change($0) }
  }

  @Test func `go to the offices that are chosen, once, and stand as each says`() async throws {
    let publications = try publications()
    let id = try await sealed(TestDocuments.content(disclosure: .not))
    var found = try await publications.dispatch(of: id, for: desk.clerk)
    let decision = try #require(found.decision)
    #expect(found.steps == [.deliver] && found.offices == ["county", "port"])
    for (peers, problem) in [
      ([], DocumentProblem.noOffice), (["nowhere"], .nowhereToDeliver), (["dmz"], .nowhereToDeliver),
    ] {
      await #expect(throws: DocumentError.refused(problem)) {
        try await publications.deliver(id, to: peers, decision: decision, by: desk.clerk)
      }
    }
    await #expect(throws: DocumentError.notAllowed) {
      try await publications.deliver(id, to: ["county"], decision: decision, by: desk.leader)
    }
    try await publications.deliver(id, to: ["county", "port"], decision: decision, by: desk.clerk)
    #expect(try await sent() == ["document.delivered county", "document.delivered port"])
    #expect(try await desk.acts().last == "document.delivered")
    await #expect(throws: DocumentError.refused(.nowhereToDeliver)) {
      try await publications.deliver(id, to: ["county"], decision: decision, by: desk.clerk)
    }
    try await settle(.applied, of: "county", publications)
    try await settle(.refused(code: "check-chain"), of: "port", publications)
    found = try await publications.dispatch(of: id, for: desk.clerk)
    #expect(found.deliveries.map(\.standing) == [.delivered, .refused(code: "check-chain")])
    #expect(found.offices == ["port"] && found.steps == [.deliver, .withdraw])
    try await publications.deliver(id, to: ["port"], decision: decision, by: desk.clerk)
    #expect(try await sent().last == "document.delivered port")
  }

  @Test func `are signed for once, by the office that has the document, for the file that it was sent`() async throws {
    let publications = try publications()
    let id = try await sealed()
    let decision = try #require(try await publications.dispatch(of: id, for: desk.clerk).decision)
    try await publications.deliver(id, to: ["county"], decision: decision, by: desk.clerk)
    let ofd = try #require(
      try await desk.database.read { try $0.one(String.self, "SELECT sealed_ofd FROM office_document") }
        .flatMap(HexDigest.init))
    func receipt(_ name: String, _ digest: HexDigest, at: Int = 5) -> Message {
      SignedForMessage(document: id, ofd: digest, name: name, unit: "办公室", at: at).outgoing(.public).message
    }
    let other = try #require(HexDigest(String(repeating: "0", count: 64)))
    for (peer, digest) in [("port", ofd), ("county", other)] {
      let refusal = await #expect(throws: MessageRefusal.self) {
        try await take(receipt("张三", digest), from: peer, publications)
      }
      #expect(refusal?.code == "unknown-document")
    }
    #expect(publications.handlers(of: try #require(ZoneName("dmz"))).isEmpty)
    try await take(receipt("张三", ofd), from: "county", publications)
    try await take(receipt("李四", ofd, at: 6), from: "county", publications)
    let signed = try await publications.dispatch(of: id, for: desk.clerk).deliveries[0].signedFor
    #expect(signed?.name == "张三" && signed?.unit == "办公室")
    let events = try await desk.documents.document(id, for: desk.clerk).events.map(\.what)
    #expect(events.filter { $0 == "signed-for" }.count == 1)
  }

  @Test func `are withdrawn wherever the document went, and go nowhere afterwards`() async throws {
    let publications = try publications()
    let id = try await sealed()
    let decision = try #require(try await publications.dispatch(of: id, for: desk.clerk).decision)
    try await publications.deliver(id, to: ["county"], decision: decision, by: desk.clerk)
    try await publications.publish(id, decision: decision, by: desk.clerk)
    try await publications.withdraw(id, reason: "有误", decision: decision, by: desk.leader)
    #expect(try await sent().suffix(2) == ["document.withdrawn dmz", "document.withdrawn county"])
    let found = try await publications.dispatch(of: id, for: desk.clerk)
    #expect(found.steps.isEmpty && found.deliveries[0].withdrawal?.reason == "有误")
    await #expect(throws: DocumentError.refused(.alreadyWithdrawn)) {
      try await publications.deliver(id, to: ["port"], decision: decision, by: desk.clerk)
    }
    // One place did not take it: all are told again.
    try await settle(.refused(code: "documents-off"), of: "county", publications)
    try await publications.withdraw(id, reason: "有误", decision: decision, by: desk.clerk)
    try await settle(.applied, of: "county", publications)
    #expect(
      try await publications.dispatch(of: id, for: desk.clerk).deliveries[0].withdrawal?.standing == .delivered)
    #expect(try await publications.rebuildOffices().sent == 1)
    #expect(try await sent().last == "document.withdrawn county")
  }

  @Test func `are withdrawn by nobody while one link is gone, and delivered by no rebuild once they are withdrawn`()
    async throws
  {
    let publications = try publications()
    let id = try await sealed()
    let decision = try #require(try await publications.dispatch(of: id, for: desk.clerk).decision)
    try await publications.deliver(id, to: ["county"], decision: decision, by: desk.clerk)
    try await publications.publish(id, decision: decision, by: desk.clerk)
    let unlinked = try self.publications(offices: ["port"])
    let error = await #expect(throws: DocumentError.self) {
      try await unlinked.withdraw(id, reason: "有误", decision: decision, by: desk.clerk)
    }
    #expect(error?.faultCode == "policy")
    #expect(try await sent() == ["document.delivered county", "document.published dmz"])
    // Whatever somebody has written into the database.
    try await desk.database.write { db in
      try db.run("UPDATE document_publication SET withdrawn_at = 1, withdrawn_by = '', reason = ''")
    }
    #expect(try await publications.rebuildOffices().sent == 0)
  }

  @Test(arguments: [5, 9_999_999_999_999])
  func `are signed for at the time that the office states, as its word, and in our history when its receipt came`(
    stated: Int
  ) async throws {
    let publications = try publications()
    let id = try await sealed()
    let decision = try #require(try await publications.dispatch(of: id, for: desk.clerk).decision)
    try await publications.deliver(id, to: ["county"], decision: decision, by: desk.clerk)
    let ours = Date(unixMilliseconds: desk.clock.now)
    var message = try await receipt(of: id)
    message = Message(
      id: message.id, type: message.type, subject: message.subject, after: [], at: timestamp(stated), body: message.body
    )
    try await take(message, from: "county", publications)
    let signed = try #require(try await publications.dispatch(of: id, for: desk.clerk).deliveries[0].signedFor)
    #expect(signed.statedAt == Date(unixMilliseconds: stated))
    #expect(try #require(signed.receiptAt) >= ours)
    let events = try await desk.documents.document(id, for: desk.clerk).events
    #expect(events.last?.what == "signed-for" && events.last?.at == signed.receiptAt)
    #expect(events.map(\.at) == events.map(\.at).sorted())
  }

  /// As the restore of a backup of before any delivery leaves it.
  private func restore() async throws {
    try await desk.database.write { db in
      try db.run("DELETE FROM document_delivery")
      try db.run("DELETE FROM outbox")
      for peer in ["county", "port"] {
        try db.run(
          """
          INSERT INTO outgoing_stream (peer, lane, epoch, next_sequence, previous, packed, applied, effective)
          VALUES (?, 'm', 2, 1, '', 0, 0, 0)
          """, peer)
      }
    }
  }

  private func receipt(of id: String) async throws -> Message {
    let ofd = try #require(
      try await desk.database.read {
        try $0.one(String.self, "SELECT sealed_ofd FROM office_document WHERE id = ?", id)
      }
      .flatMap(HexDigest.init))
    return SignedForMessage(document: id, ofd: ofd, name: "张三", unit: "办公室", at: 5).outgoing(.public).message
  }

  @Test func `that a restore has undone are known again from receipts, and withdrawn`() async throws {
    let publications = try publications()
    let id = try await sealed()
    let decision = try #require(try await publications.dispatch(of: id, for: desk.clerk).decision)
    try await publications.deliver(id, to: ["county"], decision: decision, by: desk.clerk)
    try await restore()
    await #expect(throws: DocumentError.refused(.notPublished)) {
      try await publications.withdraw(id, reason: "有误", decision: decision, by: desk.clerk)
    }
    try await take(try await receipt(of: id), from: "county", publications)
    let found = try await publications.dispatch(of: id, for: desk.clerk)
    #expect(found.deliveries.map(\.peer) == ["county"] && found.deliveries[0].signedFor?.name == "张三")
    #expect(found.deliveries[0].name.isEmpty && found.steps.contains(.withdraw))
    try await publications.withdraw(id, reason: "有误", decision: decision, by: desk.clerk)
    #expect(try await sent() == ["document.withdrawn county"])
  }

  @Test func `that a restore has undone, and that nobody signed for, are delivered again and withdrawn then`()
    async throws
  {
    let publications = try publications()
    let id = try await sealed()
    let decision = try #require(try await publications.dispatch(of: id, for: desk.clerk).decision)
    func facts() async throws -> String {
      try await desk.database.read { db in
        let bytes = try db.one([UInt8].self, "SELECT bytes FROM outbox ORDER BY id DESC LIMIT 1")
        return try String(describing: DeliveredMessage(Message.parse(#require(bytes))).document)
      }
    }
    try await publications.deliver(id, to: ["county"], decision: decision, by: desk.clerk)
    let first = try await facts()
    try await restore()
    try await publications.deliver(id, to: ["county"], decision: decision, by: desk.clerk)
    // To the other office it is a repeat, which changes nothing.
    #expect(try await facts() == first)
    try await settle(.applied, of: "county", publications)
    try await publications.withdraw(id, reason: "有误", decision: decision, by: desk.clerk)
    #expect(try await sent().last == "document.withdrawn county")
  }

  @Test func `are learned of from no receipt that could keep the document from being withdrawn`() async throws {
    let publications = try publications()
    let secret = try await sealed(
      TestDocuments.content(disclosure: .not, lines: ["classification: 秘密★1年", "urgency: 加急"]))
    try await restore()
    let refusal = await #expect(throws: MessageRefusal.self) {
      try await take(try await receipt(of: secret), from: "county", publications)
    }
    #expect(refusal?.code == "unknown-document")
    #expect(try await publications.dispatch(of: secret, for: desk.clerk).deliveries.isEmpty)
  }

  @Test func `are sent again as far as each link lets them out, to one office or to all`() async throws {
    let publications = try publications { $0.highestClassification = .confidential }
    let (secret, seal) = try await desk.granted(
      TestDocuments.content(disclosure: .not, lines: ["classification: 秘密★1年", "urgency: 加急"]))
    let (plain, _) = try await desk.granted(TestDocuments.content(), seal: seal)
    for id in [secret, plain] { try await desk.apply(id, seal: seal, by: desk.keeper) }
    for id in [secret, plain] {
      let decision = try #require(try await publications.dispatch(of: id, for: desk.clerk).decision)
      try await publications.deliver(id, to: ["county", "port"], decision: decision, by: desk.clerk)
    }
    let before = try await sent().count
    // The links are approved for less than they were, and the classified document is met first or last.
    let number = try await desk.documents.document(secret, for: desk.clerk).summary.number
    let narrowed = try self.publications()
    let done = try await narrowed.rebuildOffices()
    #expect(done.sent == 2 && done.refused.map(\.peer).sorted() == ["county", "port"])
    #expect(done.refused.allSatisfy { $0.count == 1 && $0.numbers == [number] && $0.rule.contains("confidential") })
    #expect(try await sent().dropFirst(before).sorted() == ["document.delivered county", "document.delivered port"])
    let one = try await narrowed.rebuildOffices("port")
    #expect(one.sent == 1 && one.refused.map(\.peer) == ["port"] && one.refusals.count == 1)
    #expect(try await sent().dropFirst(before + 2) == ["document.delivered port"])
    #expect(try await publications.rebuildOffices().refused.isEmpty)
  }

  @Test func `of what is classified leave only over a link that is approved for it`() async throws {
    let id = try await sealed(
      TestDocuments.content(disclosure: .not, lines: ["classification: 秘密★1年", "urgency: 加急"]))
    for (highest, leaves) in [(Classification.internal, false), (.confidential, true)] {
      let publications = try publications { $0.highestClassification = highest }
      let decision = try #require(try await publications.dispatch(of: id, for: desk.clerk).decision)
      if leaves {
        try await publications.deliver(id, to: ["county"], decision: decision, by: desk.clerk)
      } else {
        let error = await #expect(throws: DocumentError.self) {
          try await publications.deliver(id, to: ["county"], decision: decision, by: desk.clerk)
        }
        #expect(error?.faultCode == "policy")
      }
      #expect(try await sent() == (leaves ? ["document.delivered county"] : []))
    }
  }
}
