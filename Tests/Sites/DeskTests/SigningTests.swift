import Acts
import Cryptography
import Desk
import Foundation
import HTTPTypes
import Letters
import People
import Roles
import Storage
import Testing
import ZoneHarness
import Zones

/// A clerk with an enrolled key, and letters of theirs.
private struct Signer {
  let desk: TestDesk
  let visit: TestVisit
  let key: TestKey

  init() async throws {
    desk = try await TestDesk()
    visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    key = try TestKey()
    let answer = await visit.post("/me/keys", try await key.enrolment(in: visit))
    guard answer.status == 303 else { throw Refused(status: answer.status) }
  }

  func offer(_ number: String, _ step: String) async throws -> Offer {
    let (letter, action) = ("/letters/\(number)", "/letters/\(number)/\(step)")
    guard step != "sign-for" else { return try await Offer(on: letter, action: action, in: visit) }
    let fields = answerFields.merging(["reason": "不属于本信箱"]) { own, _ in own }
    return try await Offer(on: action + "/check", action: action, in: visit, posting: fields)
  }

  var newestAct: RecordedAct {
    get async throws {
      let (acts, _) = try await desk.zone.database.read { try RecordedAct.read(limit: 1, offset: 0, $0) }
      return try #require(acts.first)
    }
  }

  /// All entries from the first on, as a check of the exported record takes them.
  func checkRecord() async throws {
    let entries = try await desk.zone.database.read {
      try $0.all(Data.self, "SELECT entry FROM act ORDER BY number")
    }
    var check = ActSignatureCheck(zone: desk.zones.intranet.name.text)
    for entry in entries { try check.take(try #require(RecordedAct(Array(entry)))) }
  }

  /// That a form was refused, and left everything as it was.
  func expectRefusal(_ path: String, _ form: [String: String], in visit: TestVisit? = nil, _ why: Comment) async throws
  {
    let before = try await desk.state()
    let answer = await (visit ?? self.visit).post(path, form)
    #expect(answer.status == 403, why)
    #expect(answer.text.contains("签名无法核验"), why)
    #expect(try await desk.state() == before, why)
  }
}

private let answerFields = ["text": "已安排维修。\r\n谢谢！", "visibility": "private"]

@Suite struct SignedActs {
  @Test func `hold what was signed, the signature and the key`() async throws {
    let signer = try await Signer()
    let number = try await signer.desk.letter(in: "own", stage: .signedFor)
    let offer = try await signer.offer(number, "answer")
    #expect(offer.keys == [try signer.key.fingerprint])
    let form = try signer.key.signed(answerFields, head: offer.head, nonce: offer.nonce)
    #expect(await signer.visit.post("/letters/\(number)/answer", form).status == 303)
    let act = try await signer.newestAct
    #expect(act.what == "letter.answered" && act.proof == "signed")
    #expect(act.key == (try signer.key.fingerprint))
    let statement = try #require(ActStatement(act.statement))
    #expect(statement.fields.map(\.name) == ["text", "visibility"])
    #expect(statement.names(Digest.of("已安排维修。\n谢谢！".utf8)) && statement.names(Digest.of("private".utf8)))
    let publicKey = try #require(P256PublicKey(spki: try signer.key.spki))
    let signature = try #require(Base64.decode(act.signature))
    #expect(publicKey.verifies(signature: signature, of: Array(act.statement.utf8)))
    try await signer.checkRecord()
  }

  @Test(arguments: [("sign-for", "letter.signed-for", [:]), ("decline", "letter.declined", ["reason": "不属于本信箱"])])
  func `are all steps on a letter`(step: String, what: String, fields: [String: String]) async throws {
    let signer = try await Signer()
    let number = try await signer.desk.letter(in: "own", stage: step == "decline" ? .signedFor : .delivered)
    let offer = try await signer.offer(number, step)
    let form = try signer.key.signed(fields, head: offer.head, nonce: offer.nonce)
    #expect(await signer.visit.post("/letters/\(number)/\(step)", form).status == 303)
    let act = try await signer.newestAct
    #expect(act.what == what && act.proof == "signed")
    try await signer.checkRecord()
  }

  @Test func `are recorded with the certificate alone where the browser signs nothing`() async throws {
    let signer = try await Signer()
    let number = try await signer.desk.letter(in: "own")
    #expect(await signer.visit.post("/letters/\(number)/sign-for").status == 303)
    let act = try await signer.newestAct
    #expect(act.proof == "tls" && act.statement.isEmpty && act.key.isEmpty)
  }

  @Test func `are offered, and scripts allowed, to whoever has a key, and nowhere else`() async throws {
    let signer = try await Signer()
    let number = try await signer.desk.letter(in: "own")
    let without = try await signer.desk.person([.clerk], mailboxes: ["own"]).comeIn()
    for (visit, path, runs) in [
      (signer.visit, "/letters/\(number)", true), (signer.visit, "/me/keys", true), (without, "/me/keys", true),
      (without, "/letters/\(number)", false), (signer.visit, "/me", false), (signer.visit, "/folders/to-do", false),
    ] {
      let page = await visit.get(path)
      let policy = try #require(page.headers[.contentSecurityPolicy])
      #expect(policy.contains("script-src 'self';") == runs, "\(path)")
      #expect(policy.hasPrefix("default-src 'none';") && !policy.contains("unsafe"), "\(path)")
      #expect(page.text.contains("<script ") == runs, "\(path)")
      #expect(!page.text.contains("<script>"), "\(path)")
    }
  }

  @Test func `are refused with another signature, other fields, another form, another nonce or another key`()
    async throws
  {
    let signer = try await Signer()
    let (number, other) = (
      try await signer.desk.letter(in: "own", stage: .signedFor),
      try await signer.desk.letter(in: "own", stage: .signedFor)
    )
    let path = "/letters/\(number)/answer"
    func form(_ change: (inout [String: String]) -> Void) async throws -> [String: String] {
      let offer = try await signer.offer(number, "answer")
      var form = try signer.key.signed(answerFields, head: offer.head, nonce: offer.nonce)
      change(&form)
      return form
    }
    let stranger = try TestKey()
    let strangers = try stranger.fingerprint
    for (why, change) in [
      ("text", { $0["text"] = "已安排维修！" }), ("visibility", { $0["visibility"] = "public" }),
      ("a field more", { $0["more"] = "x" }), ("an odd name", { $0["a b"] = "x" }),
      ("junk", { $0["signature"] = "AAAA" }), ("no base64", { $0["signature"] = "!" }),
      ("zeros", { $0["signature"] = Base64.encode([UInt8](repeating: 0, count: 64)) }),
      ("no nonce", { $0["nonce"] = "" }), ("another nonce", { $0["nonce"] = String(repeating: "a", count: 64) }),
      ("a key that nobody has", { $0["signing-key"] = strangers }), ("no key", { $0["signing-key"] = "" }),
    ] as [(String, (inout [String: String]) -> Void)] {
      try await signer.expectRefusal(path, try await form(change), "\(why)")
    }
    let offer = try await signer.offer(number, "answer")
    let foreign = try stranger.signed(answerFields, head: offer.head, nonce: offer.nonce)
      .merging(["signing-key": try signer.key.fingerprint]) { _, own in own }
    try await signer.expectRefusal(path, foreign, "somebody else's signature")
    try await signer.expectRefusal("/letters/\(other)/answer", try await form { _ in }, "another letter's form")
    try await signer.expectRefusal("/letters/\(number)/decline", try await form { $0["reason"] = "x" }, "another step")
    let page = await signer.visit.post(path, try await form { $0["visibility"] = "public" })
    #expect(page.text.contains("已安排维修。"), "what was written is handed back")
  }

  @Test func `are refused when their offer was used before, or is another session's or person's`() async throws {
    let signer = try await Signer()
    let number = try await signer.desk.letter(in: "own", stage: .signedFor)
    let path = "/letters/\(number)/answer"
    let offer = try await signer.offer(number, "answer")
    let good = try signer.key.signed(answerFields, head: offer.head, nonce: offer.nonce)
    let sameSomewhereElse = try await signer.visit.person.comeIn()
    try await signer.expectRefusal(path, good, in: sameSomewhereElse, "another session of the same person")
    let colleague = try await signer.desk.person([.clerk], mailboxes: ["own"]).comeIn()
    try await signer.expectRefusal(path, good, in: colleague, "another person")
    var spoiled = good
    spoiled["text"] = "x"
    try await signer.expectRefusal(path, spoiled, "the first try does not hold")
    try await signer.expectRefusal(path, good, "an offer is used up by a try")
    let again = try await signer.offer(number, "answer")
    let second = try signer.key.signed(answerFields, head: again.head, nonce: again.nonce)
    #expect(await signer.visit.post(path, second).status == 303)
    try await signer.expectRefusal(path, second, "a replay")
  }

  @Test func `are refused where what is kept would not be what was signed`() async throws {
    let signer = try await Signer()
    let number = try await signer.desk.letter(in: "own", stage: .signedFor)
    let offer = try await signer.offer(number, "answer")
    let form = try signer.key.signed(
      ["text": "  trimmed by the desk  ", "visibility": "private"], head: offer.head, nonce: offer.nonce)
    try await signer.expectRefusal("/letters/\(number)/answer", form, "blanks at the ends")
  }
}

@Suite struct SigningKeysOfPeople {
  @Test func `are enrolled by a session of their owner, with proof that the private half is there`() async throws {
    let signer = try await Signer()
    let act = try await signer.newestAct
    #expect(act.what == "key.enrolled" && act.proof == "tls" && !act.statement.isEmpty)
    #expect(act.publicKey == Base64.encode(try signer.key.spki))
    try await signer.checkRecord()
    #expect(await signer.visit.get("/me/keys").text.contains(try signer.key.fingerprint))

    let (mine, foreign) = (try TestKey(), try TestKey())
    var form = try await mine.enrolment(in: signer.visit)
    form["key"] = Base64.encode(try foreign.spki)
    form["signing-key"] = try foreign.fingerprint
    try await signer.expectRefusal("/me/keys", form, "somebody else's public key")
    let before = try await signer.desk.state()
    for change in [
      ["key": ""], ["key": "AAAA"], ["signature": ""], ["key": Base64.encode(try signer.key.spki.dropLast())],
    ] {
      let form = try await mine.enrolment(in: signer.visit).merging(change) { _, wrong in wrong }
      #expect(await signer.visit.post("/me/keys", form).status == 422, "\(change)")
    }
    let twice = await signer.visit.post("/me/keys", try await signer.key.enrolment(in: signer.visit))
    #expect(twice.status == 422)
    let colleague = try await signer.desk.person([.clerk]).comeIn()
    let state = try await signer.desk.state()
    #expect(await colleague.post("/me/keys", try await signer.key.enrolment(in: colleague)).status == 422)
    #expect(try await signer.desk.state() == state)
    #expect(before != state, "the colleague came in")
  }

  @Test func `sign nothing more once they are retired, by their owner or an administrator`() async throws {
    for byOwner in [true, false] {
      let signer = try await Signer()
      let number = try await signer.desk.letter(in: "own")
      let offer = try await signer.offer(number, "sign-for")
      let form = try signer.key.signed([:], head: offer.head, nonce: offer.nonce)
      let other = try await signer.desk.person([byOwner ? .clerk : .administrator], mailboxes: []).comeIn()
      let retirement = "/people/\(signer.visit.person.identifier)/keys/retire"
      let fingerprint = ["fingerprint": try signer.key.fingerprint]
      if byOwner { #expect(await other.post(retirement, fingerprint).status == 403) }
      #expect(await (byOwner ? signer.visit : other).post(retirement, fingerprint).status == 303)
      #expect(try await signer.newestAct.what == "key.retired")
      try await signer.expectRefusal("/letters/\(number)/sign-for", form, "signed before, sent after")
      #expect(await signer.visit.get("/letters/\(number)").text.contains("data-statement") == false)
      #expect(await signer.visit.post("/letters/\(number)/sign-for").status == 303, "unsigned it goes on")
      let again = await signer.visit.post("/me/keys", try await signer.key.enrolment(in: signer.visit))
      #expect(again.status == 422, "a retired key does not come back")
      try await signer.checkRecord()
    }
  }

  @Test func `end with their owner's leaving`() async throws {
    let signer = try await Signer()
    let person = signer.visit.person.identifier
    try await signer.desk.office.remove(person, by: TestDesk.root)
    let left = try await signer.desk.zone.database.read {
      try $0.one(Int.self, "SELECT COUNT(*) FROM signing_key WHERE retired_at IS NULL")
    }
    #expect(left == 0)
  }
}

@Suite struct TamperedRecords {
  /// Changes one entry of a record with an enrolment and a signed act, and says what the check finds.
  private func fault(_ change: (inout String, Int) -> Void) async throws -> String? {
    let signer = try await Signer()
    let number = try await signer.desk.letter(in: "own", stage: .signedFor)
    let offer = try await signer.offer(number, "answer")
    let form = try signer.key.signed(answerFields, head: offer.head, nonce: offer.nonce)
    #expect(await signer.visit.post("/letters/\(number)/answer", form).status == 303)
    let entries = try await signer.desk.zone.database.read {
      try $0.all(Data.self, "SELECT entry FROM act ORDER BY number")
    }
    var check = ActSignatureCheck(zone: signer.desk.zones.intranet.name.text)
    for (index, entry) in entries.enumerated() {
      var text = String(decoding: entry, as: UTF8.self)
      let fromEnd = entries.count - index
      if fromEnd <= 2 { change(&text, fromEnd) }
      do { try check.take(try #require(RecordedAct(Array(text.utf8)), "\(text)")) } catch {
        return error.reason(of: text)
      }
    }
    return nil
  }

  @Test func `show what does not fit`() async throws {
    func replacing(_ old: String, _ new: String, in entry: Int = 1) -> (inout String, Int) -> Void {
      { text, fromEnd in
        if fromEnd == entry {
          #expect(text.contains(old), "\(old)")
          text = text.replacingOccurrences(of: old, with: new)
        }
      }
    }
    #expect(try await fault { _, _ in } == nil)
    let content = Digest.of("已安排维修。\n谢谢！".utf8).hex
    #expect(
      try await fault(replacing("\"content\":\"\(content)\"", "\"content\":\"\(Digest.zero.hex)\""))
        == "its content is not what was signed")
    #expect(try await fault(replacing("letter.answered", "letter.declined")) == "its signature does not hold")
    #expect(
      try await fault(replacing("\"act\":\"letter.answered\"", "\"act\":\"letter.declined\""))
        == "its statement is about something else")
    #expect(try await fault(replacing("\"proof\":\"signed\"", "\"proof\":\"tls\"")) == "a signature without its proof")
    #expect(
      try await fault(replacing("key.enrolled", "key.enrolleb", in: 2)) == "a signature without its proof")
    #expect(try await fault(replacing("field visibility", "field visibilitx")) == "its signature does not hold")
    #expect(try await fault(replacing("field visibility", "field  visibility")) == "its statement is malformed")
  }
}

extension Error {
  fileprivate func reason(of entry: String) -> String {
    (self as? ActSignatureCheck.Fault)?.reason ?? "\(self): \(entry)"
  }
}
