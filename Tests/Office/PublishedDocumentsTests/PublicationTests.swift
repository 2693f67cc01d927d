import Cryptography
import DocumentSeals
import FairQueues
import Foundation
import Letters
import Links
import PacketFormat
import Storage
import Testing
import Timestamps
import ZoneHarness
import Zones

@testable import PublishedDocuments

@Suite struct PublicationTests {
  @Test func `a sealed document and its copy cross, once, and are what anybody is given`() async throws {
    let both = try DocumentZones()
    let (ofd, pdf) = (try both.office.sealed("安政发〔2026〕12号"), Array("%PDF-1.7 copy".utf8))
    let facts = try both.facts(ofd: ofd, pdf: pdf)
    try await both.publish(facts)
    let document = try await both.arrives(facts)
    #expect(document.facts == facts && document.withdrawal == nil)
    for (file, bytes) in [(facts.ofd, ofd), (try #require(facts.pdf), pdf)] {
      var given: [UInt8] = []
      for try await piece in try both.dmz.documents.open(file) { given += piece }
      #expect(given == bytes)
    }
    // A second message of the same changes nothing, and is not refused.
    try await both.publish(facts, at: currentMilliseconds() + 1_000)
    try await both.intranet.eventually("all is applied") {
      try await both.intranet.count("SELECT COUNT(*) FROM outbox") == 0
    }
    #expect(try await both.dmz.documents.document(id: facts.id) == document)
    #expect(try await both.dmz.count("SELECT COUNT(*) FROM refused_message") == 0)
    #expect(try await both.dmz.documents.documents(number: facts.number) == [document])
    #expect(try await both.dmz.documents.document(digest: facts.ofd.digest) == document)
    #expect(try await both.dmz.documents.list(limit: 10) == [document])
    try await both.stop()
  }

  @Test func `one that is sent twice at once crosses, its files in one copy`() async throws {
    let both = try DocumentZones()
    let facts = try both.facts(ofd: try both.office.sealed("a"), pdf: Array("%PDF-1.7 copy".utf8))
    try await both.publish(facts)
    try await both.publish(facts)
    #expect(try await both.intranet.count("SELECT COUNT(*) FROM outgoing_blob") <= 2)
    _ = try await both.arrives(facts)
    try await both.intranet.eventually("all is applied") {
      try await both.intranet.count("SELECT COUNT(*) FROM outbox") == 0
    }
    #expect(try await both.dmz.count("SELECT COUNT(*) FROM refused_message") == 0)
    try await both.stop()
  }

  @Test func `withdrawn is withdrawn: its files go, its row stays, and nothing brings it back`() async throws {
    let both = try DocumentZones()
    let facts = try both.facts(ofd: try both.office.sealed("a"))
    try await both.publish(facts)
    _ = try await both.arrives(facts)
    try await both.withdraw(facts)
    try await both.dmz.eventually("it is withdrawn") {
      try await both.dmz.documents.document(id: facts.id)?.withdrawal != nil
    }
    #expect(try await both.dmz.documents.document(id: facts.id)?.withdrawal?.reason == "内容有误")
    try await both.dmz.eventually("its file is gone") { !both.dmz.blobs.holds(facts.ofd.digest.text) }
    try await both.publish(facts)
    try await both.intranet.eventually("all is applied") {
      try await both.intranet.count("SELECT COUNT(*) FROM outbox") == 0
    }
    #expect(try await both.dmz.documents.document(id: facts.id)?.withdrawal != nil)
    // Its number is free for the document that takes its place.
    let next = try both.facts(ofd: try both.office.sealed("b"))
    try await both.publish(next)
    _ = try await both.arrives(next)
    #expect(try await both.dmz.documents.documents(number: facts.number).map(\.facts.id) == [next.id, facts.id])
    try await both.stop()
  }

  @Test func `a withdrawal that comes before its document leaves nothing in force`() async throws {
    let both = try DocumentZones()
    let facts = try both.facts(ofd: try both.office.sealed("a"))
    try await both.withdraw(facts)
    try await both.publish(facts)
    #expect(try await both.arrives(facts).withdrawal != nil)
    try await both.intranet.eventually("all is applied") {
      try await both.intranet.count("SELECT COUNT(*) FROM outbox") == 0
    }
    #expect(try await both.dmz.documents.document(id: facts.id)?.withdrawal != nil)
    try await both.stop()
  }

  @Test func `an original that bears no seal, or a changed one, is refused alone, with the step`() async throws {
    for (name, code) in [("plain", "check-sealed"), ("changed", "check-document"), ("junk", "check-document")] {
      let both = try DocumentZones()
      var bytes = name == "plain" ? try SealedDocuments.document("a") : try both.office.sealed("a")
      if name == "changed" { bytes[bytes.count / 2] ^= 1 }
      if name == "junk" { bytes = randomBytes(10_000) }
      let (bad, good) = (
        try both.facts(ofd: bytes), try both.facts("安政发〔2026〕13号", ofd: try both.office.sealed("b"))
      )
      try await both.publish(bad)
      try await both.publish(good)
      let refused = try await both.refusal()
      #expect(name == "changed" ? refused.hasPrefix("check-") : refused == code, "\(name): \(refused)")
      _ = try await both.arrives(good)
      #expect(try await both.dmz.documents.document(id: bad.id) == nil)
      try await both.stop()
    }
  }

  @Test func `seals of makers who are not named are refused`() async throws {
    let both = try DocumentZones()
    let stranger = try TestZones()
    let other = try SealedDocuments(in: stranger.root)
    let facts = try both.facts(ofd: try other.sealed("a"))
    try await both.publish(facts)
    #expect(["check-maker", "check-chain"].contains(try await both.refusal()))
    try await both.stop()
  }

  @Test func `a zone that names nobody, no kinds or no size takes no document, and says what is missing`() async throws
  {
    let cases: [(String, @Sendable (inout ZoneConfiguration) -> Void)] = [
      ("documents-off", { $0.sealTrust = nil }),
      ("policy-file-kind", { $0.links[0].incomingPolicy.fileKinds = [] }),
      ("policy-type", { $0.links[0].incomingPolicy.messageTypes.remove(PublishedMessage.type) }),
    ]
    for (code, change) in cases {
      let both = try DocumentZones(change: change)
      #expect(!both.dmz.documents.missingNames.isEmpty)
      let facts = try both.facts(ofd: try both.office.sealed("a"))
      try await both.publish(facts)
      #expect(try await both.refusal() == code)
      try await both.stop()
    }
  }

  @Test func `one number, one file, one identifier: a second document with any of them is refused`() async throws {
    let both = try DocumentZones()
    let ofd = try both.office.sealed("a")
    let first = try both.facts(ofd: ofd)
    try await both.publish(first)
    _ = try await both.arrives(first)
    let others = [
      ("duplicate-number", try both.facts(ofd: try both.office.sealed("b"))),
      ("duplicate-file", try both.facts("安政发〔2026〕13号", ofd: ofd)),
      ("duplicate-document", try both.facts("安政发〔2026〕14号", id: first.id, ofd: try both.office.sealed("c"))),
    ]
    for (code, other) in others {
      try await both.publish(other)
      try await both.dmz.eventually("\(code)") {
        try await both.dmz.count("SELECT COUNT(*) FROM refused_message WHERE code = '\(code)'") == 1
      }
    }
    #expect(try await both.dmz.documents.list(limit: 10).map(\.facts) == [first])
    try await both.stop()
  }

  @Test func `a restart of the DMZ keeps documents and removes nothing that they need`() async throws {
    let both = try DocumentZones()
    let facts = try both.facts(ofd: try both.office.sealed("a"))
    try await both.publish(facts)
    _ = try await both.arrives(facts)
    try await both.dmz.citizens.removeOrphans()
    try await both.dmz.documents.removeUnneededFiles(begunBefore: .max)
    #expect(both.dmz.blobs.holds(facts.ofd.digest.text))
    try await both.stop()
  }

  @Test func `a restart of the DMZ removes the files of a document that was refused`() async throws {
    let both = try DocumentZones()
    let first = try both.facts(ofd: try both.office.sealed("a"))
    try await both.publish(first)
    _ = try await both.arrives(first)
    // Of the same number, so that it is refused.
    let other = try both.facts(ofd: try both.office.sealed("b"))
    try await both.publish(other)
    try await both.dmz.eventually("it is refused") {
      try await both.dmz.count("SELECT COUNT(*) FROM refused_message WHERE code = 'duplicate-number'") == 1
    }
    #expect(both.dmz.blobs.holds(other.ofd.digest.text))
    try await both.dmz.documents.removeUnneededFiles()
    #expect(both.dmz.blobs.holds(other.ofd.digest.text), "a message may be under way for a day")
    try await both.dmz.documents.removeUnneededFiles(begunBefore: .max)
    #expect(!both.dmz.blobs.holds(other.ofd.digest.text))
    #expect(both.dmz.blobs.holds(first.ofd.digest.text))
    try await both.stop()
  }
}

@Suite struct ListTests {
  @Test func `pages of a list with 200,000 documents cost what they show`() async throws {
    let zones = try TestZones()
    let zone = try RunningZone(zones.dmz, exchanging: false)
    try await zone.database.write { db in
      for index in 0..<200_000 {
        let id = "00000000-0000-7000-8000-" + String(repeating: "0", count: 12 - String(index).count) + String(index)
        try db.run(
          """
          INSERT INTO published_document (id, number, title, issuer, date, published_at, ofd, ofd_bytes)
          VALUES (?, ?, '题', '机关', '2026-11-28', ?, ?, 1)
          """, id, "安政发〔2026〕\(index + 1)号", index / 3, Digest.of(Array(id.utf8)).hex)
      }
    }
    let documents = zone.documents
    var place = PortalDocuments.ListPlace.newest
    var seen: [String] = []
    for _ in 0..<3 {
      let page = try await documents.list(limit: 20, place)
      seen += page.map(\.facts.id)
      place = .olderThan(try #require(page.last).place)
    }
    #expect(Set(seen).count == 60 && seen == seen.sorted(by: >))
    let number = try #require(DocumentNumber("安政发〔2026〕100000号"))
    let middle = try #require(try await documents.documents(number: number).first)
    let newer = try await documents.list(limit: 20, .newerThan(middle.place))
    #expect(
      newer.count == 20 && newer.allSatisfy { ($0.publishedAt, $0.facts.id) > (middle.publishedAt, middle.facts.id) })
    for sql in [
      "SELECT * FROM published_document WHERE (published_at, id) < (1, 'x') ORDER BY published_at DESC, id DESC LIMIT 20",
      "SELECT * FROM published_document WHERE number = 'x' ORDER BY published_at DESC LIMIT 100",
      "SELECT * FROM published_document WHERE ofd = 'x' ORDER BY published_at DESC LIMIT 1",
      "SELECT * FROM published_document WHERE pdf = 'x' ORDER BY published_at DESC LIMIT 1",
    ] {
      let plan = try await zone.database.read { db in
        try db.all("EXPLAIN QUERY PLAN " + sql).map { try $0["detail"] as String }.joined(separator: "; ")
      }
      #expect(plan.contains("USING INDEX") && !plan.contains("SCAN"), "\(plan)")
    }
    try await zone.stop()
  }
}

@Suite struct CheckTests {
  @Test func `a published file is genuine, another of its number is not it, and a withdrawn one says so`() async throws
  {
    let both = try DocumentZones()
    let (ofd, forged) = (try both.office.sealed("安政发〔2026〕12号"), try both.office.sealed("安政发〔2026〕12号"))
    let facts = try both.facts(ofd: ofd, pdf: Array("%PDF-1.7 copy".utf8))
    try await both.publish(facts)
    _ = try await both.arrives(facts)
    let documents = both.dmz.documents
    let right = try await documents.check(ofd, for: .unnamed)
    #expect(right.isGood && right.published?.facts == facts && !right.isCopy)
    let other = try await documents.check(forged, for: .unnamed)
    #expect(!other.isGood && other.published == nil && other.sameNumber.map(\.facts) == [facts])
    var changed = ofd
    changed[changed.count / 2] ^= 1
    #expect(try await documents.check(changed, for: .unnamed).isGood == false)
    let copy = try await documents.check(Array("%PDF-1.7 copy".utf8), for: .unnamed)
    #expect(copy.published?.facts == facts && copy.isCopy)
    try await both.withdraw(facts)
    try await both.dmz.eventually("it is withdrawn") {
      try await documents.document(id: facts.id)?.withdrawal != nil
    }
    let withdrawn = try await documents.check(ofd, for: .unnamed)
    #expect(!withdrawn.isGood && withdrawn.published?.withdrawal != nil)
    try await both.stop()
  }

  @Test func `a source has its share of checks in a quarter of an hour, and others have theirs`() {
    let start = ContinuousClock.now
    let queue = CheckQueue(at: start)
    let counted = (0..<100).count { _ in queue.allows("192.0.2.1", at: start) }
    #expect(counted == CheckQueue.ofOneSource)
    #expect(queue.allows("192.0.2.2", at: start))
    #expect(!queue.allows("192.0.2.1", at: start + .seconds(CheckQueue.windowSeconds - 1)))
    #expect(queue.allows("192.0.2.1", at: start + .seconds(CheckQueue.windowSeconds)))
  }

  @Test func `a flood of sources leaves some checks to others`() {
    let start = ContinuousClock.now
    let queue = CheckQueue(at: start)
    for host in 0..<1_000 {
      for _ in 0..<3 { _ = queue.allows(.init("198.51.\(host / 250).\(host % 250)"), at: start) }
    }
    #expect(!queue.allows("203.0.113.9", at: start), "all together have a limit too")
  }
}
