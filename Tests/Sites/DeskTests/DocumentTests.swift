import Acts
import Cryptography
import DocumentSeals
import Documents
import Foundation
import HTTPTypes
import People
import Roles
import SealHarness
import Storage
import Synchronization
import Testing
import ZoneHarness

/// Three people at their browsers, and a seal in the register.
private struct ThreeHands {
  let desk: TestDesk
  let drafter: TestVisit
  let leader: TestVisit
  let keeper: TestVisit
  let seal: String

  init() async throws {
    desk = try await TestDesk()
    drafter = try await desk.person([.handler]).comeIn()
    leader = try await desk.person([.leader]).comeIn()
    keeper = try await desk.person([.sealkeeper]).comeIn()
    seal = try await desk.seal()
  }

  static let draft = ["notation": TestDesk.notation, "series": "government", "disclosure": "open"]

  func drafted() async throws -> String {
    let answer = await drafter.post("/documents", Self.draft)
    #expect(answer.status == 303, "\(answer.text.prefix(3_000))")
    return answer.location
  }

  /// What the database has now, as each page of the document names it.
  func decision(_ path: String) async throws -> String {
    let official = Official(
      person: "x", name: "x", certificateFingerprint: "", unit: UnitPath(["city", "housing"]), roles: [.handler])
    let id = String(path.split(separator: "/").last ?? "")
    return try await desk.documents.document(id, for: official).decision(seal: seal).text
  }

  func requested() async throws -> String {
    let path = try await drafted()
    #expect(
      await drafter.post(path + "/request", ["decision": try await decision(path), "reason": "印发通知"]).status == 303)
    return path
  }

  func granted() async throws -> String {
    let path = try await requested()
    #expect(await leader.post(path + "/grant", ["decision": try await decision(path)]).status == 303)
    return path
  }

  var entries: [String] {
    get async throws {
      try await desk.zone.database.read { try $0.all(Data.self, "SELECT entry FROM act ORDER BY number") }
        .map { String(decoding: $0, as: UTF8.self) }
    }
  }
}

@Suite struct ADocumentAtTheDesk {
  @Test func `goes through three people's hands to a sealed file`() async throws {
    let hands = try await ThreeHands()
    let path = try await hands.drafted()
    let page = await hands.drafter.get(path)
    #expect(page.text.contains("\(path)/pages/1") && page.text.contains("href=\"\(path)/request\""))
    #expect(!page.text.contains("href=\"\(path)/grant\""))
    let request = await hands.drafter.get(path + "/request")
    let decision = try await hands.decision(path)
    #expect(request.text.contains("value=\"\(decision)\" checked"))
    #expect(
      await hands.drafter.post(path + "/request", ["decision": try await hands.decision(path), "reason": "印发通知"])
        .status == 303)

    let waiting = await hands.leader.get("/documents")
    #expect(waiting.text.contains("待我办理") && waiting.text.contains("href=\"\(path)\""))
    let grant = await hands.leader.get(path + "/grant")
    #expect(grant.text.contains("印发通知") && grant.text.contains("\(path)/pages/1"))
    #expect(await hands.leader.post(path + "/grant", ["decision": try await hands.decision(path)]).status == 303)

    let list = await hands.keeper.get("/sealing")
    let sealing = path.replacing("/documents", with: "/sealing")
    #expect(list.text.contains("href=\"\(sealing)\"") && list.text.contains("〕1号"))
    let form = await hands.keeper.get(sealing)
    #expect(form.text.contains("type=\"password\" id=\"pin\"") && form.text.contains("autocomplete=\"off\""))
    let applied = await hands.keeper.post(
      sealing, ["decision": try await hands.decision(path), "pin": TestSealing.pin])
    #expect(applied.status == 303 && applied.location == path)

    let done = await hands.drafter.get(path)
    #expect(done.text.contains("已用印") && done.text.contains("下载OFD（已用印的原件）"))
    let id = String(path.dropFirst("/documents/".count))
    let official = Official(
      person: "x", name: "x", certificateFingerprint: "", unit: UnitPath(["city", "housing"]), roles: [.handler])
    let file = try await hands.desk.documents.file(.ofd, of: id, for: official)
    let check = DocumentCheck(file.bytes, trust: hands.desk.sealing.trust, at: Date())
    #expect(file.isSealed && check.verdict == .genuine)
    let download = await hands.drafter.get(path + "/files/ofd")
    #expect(download.headers[.contentDisposition]?.contains("attachment") == true)
  }

  @Test func `shows a fault at the field, with its place, and keeps the text`() async throws {
    let hands = try await ThreeHands()
    let wrong = TestDesk.notation.replacing("issuer:", with: "issuers:")
    let page = await hands.drafter.post("/documents", ["notation": wrong, "series": "government", "disclosure": "not"])
    #expect(page.status == 422)
    #expect(page.text.contains("<p class=\"wrong\" id=\"notation-error\">第5行第1字："))
    #expect(page.text.contains("issuers: 安澜市人民政府"))
    let secret = TestDesk.notation.replacing("title:", with: "classification: 机密\ntitle:")
    #expect(await hands.drafter.post("/documents", ["notation": secret, "series": "government"]).status == 422)
    let switched = await hands.drafter.post(
      "/documents?lang=en", ["notation": wrong, "series": "government", "disclosure": "not"])
    #expect(switched.status == 200 && switched.text.contains("issuers: 安澜市人民政府"))
    #expect(
      try await hands.desk.zone.database.read { try $0.one(Int.self, "SELECT COUNT(*) FROM office_document") } == 0)
  }

  @Test func `is not granted by who asked, nor sealed by who granted, whatever their roles`() async throws {
    let hands = try await ThreeHands()
    let path = try await hands.requested()
    var person = try await hands.desk.office.person(hands.drafter.person.identifier, for: TestDesk.root)
    person.roles = [.handler, .leader, .sealkeeper]
    try await hands.desk.office.change(person, by: TestDesk.root)
    let refused = await hands.drafter.post(path + "/grant", ["decision": try await hands.decision(path)])
    #expect([409, 422].contains(refused.status))
    #expect(await hands.leader.post(path + "/grant", ["decision": try await hands.decision(path)]).status == 303)
    let sealing = path.replacing("/documents", with: "/sealing")
    let form = ["decision": try await hands.decision(path), "pin": TestSealing.pin]
    let own = await hands.drafter.post(sealing, form)
    #expect(own.status == 422 && own.text.contains("请由其他印章管理员办理"))
    #expect(await hands.leader.post(sealing, form).status == 403)
    #expect(hands.desk.sealing.asked.withLock { $0 } == 0)
  }

  @Test func `goes back with a reason, and its number is void`() async throws {
    let hands = try await ThreeHands()
    let path = try await hands.granted()
    let sealing = path.replacing("/documents", with: "/sealing")
    let empty = await hands.keeper.post(sealing + "/give-back", ["reason": " "])
    #expect(empty.status == 422 && empty.text.contains("id=\"reason-error\""))
    #expect(
      await hands.keeper.post(
        sealing + "/give-back", ["decision": try await hands.decision(path), "reason": "日期有误"]
      ).status == 303)
    let page = await hands.drafter.get(path)
    #expect(page.text.contains("日期有误") && page.text.contains("作废") && page.text.contains("/edit\""))
  }
}

@Suite struct ThePINOfASeal {
  @Test func `is told to be wrong at its field, and is shown and kept nowhere`() async throws {
    let hands = try await ThreeHands()
    let path = try await hands.granted()
    let sealing = path.replacing("/documents", with: "/sealing")
    let wrong = await hands.keeper.post(sealing, ["decision": try await hands.decision(path), "pin": "31415926"])
    #expect(wrong.status == 422 && wrong.text.contains("id=\"pin-error\"") && !wrong.text.contains("31415926"))
    #expect(
      await hands.keeper.post(sealing, ["decision": try await hands.decision(path), "pin": TestSealing.pin]).status
        == 303)
    let state = "\(try await hands.desk.state())"
    let entries = try await hands.entries
    for pin in ["31415926", TestSealing.pin] {
      #expect(!state.contains(pin) && entries.allSatisfy { !$0.contains(pin) })
    }
  }

  @Test func `stands in no signed statement, not even as a digest`() async throws {
    let hands = try await ThreeHands()
    let path = try await hands.granted()
    let sealing = path.replacing("/documents", with: "/sealing")
    let key = try TestKey()
    #expect(await hands.keeper.post("/me/keys", try await key.enrolment(in: hands.keeper)).status == 303)
    let offer = try await Offer(on: sealing, action: sealing, in: hands.keeper)
    var form = try key.signed(["decision": try await hands.decision(path)], head: offer.head, nonce: offer.nonce)
    form["pin"] = TestSealing.pin
    #expect(await hands.keeper.post(sealing, form).status == 303)
    let entry = try #require(try await hands.entries.last)
    #expect(entry.contains("\"act\":\"document.sealed\"") && entry.contains("\"proof\":\"signed\""))
    #expect(!entry.contains("field pin") && !entry.contains(Digest.of(TestSealing.pin.utf8).hex))
  }
}

@Suite struct TheRegisterAtTheDesk {
  @Test func `says which step of a seal's check does not hold`() async throws {
    let hands = try await ThreeHands()
    let stranger = try TestSealing(at: Date(timeIntervalSinceNow: -3_600))
    let form = [
      "file": "base64:" + Base64.encode(stranger.seal), "owner": "外单位", "signer": "office", "key": "city",
    ]
    let page = await hands.keeper.post("/seals", form)
    #expect(
      page.status == 422 && page.text.contains("<li>? ") && page.text.contains("制章人")
        && page.text.contains("value=\"外单位\""))
    let none = await hands.keeper.post("/seals", form.merging(["file": "no seal"]) { _, new in new })
    #expect(none.status == 422 && none.text.contains("id=\"file-error\""))
  }

  @Test func `shows states with reasons, and uses`() async throws {
    let hands = try await ThreeHands()
    let path = try await hands.granted()
    #expect(
      await hands.keeper.post("/seals/\(hands.seal)/state", ["state": "suspended", "reason": "核查"]).status == 303)
    let sealing = path.replacing("/documents", with: "/sealing")
    let refused = await hands.keeper.post(
      sealing, ["decision": try await hands.decision(path), "pin": TestSealing.pin])
    #expect(refused.status == 422 && refused.text.contains("印章已停用、撤销或注销"))
    let page = await hands.keeper.get("/seals/\(hands.seal)")
    #expect(page.text.contains("停用") && page.text.contains("核查") && page.text.contains("〕1号"))
    #expect(await hands.keeper.get("/seals/\(hands.seal)/picture").headers[.contentType] == "image/png")
  }
}
