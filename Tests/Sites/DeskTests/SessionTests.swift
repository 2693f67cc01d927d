import Desk
import HTTPTypes
import Letters
import People
import Roles
import Testing
import Zones

@Suite struct DeskSessions {
  @Test(.timeLimit(.minutes(10))) func `lead back to paths of this desk alone, however the address is made`()
    async throws
  {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk])
    func target(_ to: String) async -> String? {
      await desk.answer(.get, "/login?to=\(to)", certificate: person.certificate).text
        .firstMatch(of: /name="to" value="([^"]*)"/).map { String($0.output.1) }
    }
    let attacks = [
      "/" + String(repeating: "a", count: 18) + "!", "/" + String(repeating: "a", count: 190) + "!",
      "/" + String(repeating: "a", count: 7_000), "/" + String(repeating: "a/", count: 90) + "!",
      "/" + String(repeating: "%CC%81%CC%A7", count: 600), "//evil.example", "/a//b", "https://evil.example", "", "a",
      "/login", "/login%3Fto=/me", "/a%0D%0Ab", "/%5Cevil.example", "/a%3Fb%0D%0A", "/a%3Fb%23c", "/a%3Fb/c",
      "/a%3F" + String(repeating: "b", count: 398),
    ]
    for attack in attacks { #expect(await target(attack) == "/", "\(attack.prefix(40))") }
    for path in ["/", "/letters/2026-000123", "/folders/to-do/", "/people/a.b_c-d", "/audit?code=a.b-_&from=2026"] {
      let encoded = path.replacing("?", with: "%3F").replacing("&", with: "%26")
      #expect(await target(encoded) == path.replacing("&", with: "&amp;"))
    }
  }

  @Test func `of one certificate are eight, so that nobody fills the desk`() async throws {
    let desk = try await TestDesk()
    let (flooder, other) = (try await desk.person([.clerk]), try await desk.person([.clerk]))
    let visit = try await other.comeIn()
    for _ in 0..<200 { _ = await desk.answer(.get, "/login", certificate: flooder.certificate) }
    for _ in 0..<12 { _ = try await flooder.comeIn() }
    #expect(desk.site.sessionCount <= 17)
    #expect(await visit.get("/me").status == 200)
  }

  @Test func `begin with a new name when their owner comes in`() async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk])
    let page = await desk.answer(.get, "/login", certificate: person.certificate)
    let planted = try page.requiredCookie()
    let answer = await desk.answer(
      .post, "/login", form: ["csrf": try page.requiredToken()], certificate: person.certificate, cookie: planted)
    #expect(answer.status == 303)
    #expect(try answer.requiredCookie() != planted)
    #expect(await desk.answer(.get, "/me", certificate: person.certificate, cookie: planted).status == 303)
  }

  @Test func `take no name that a browser brings along`() async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk])
    let planted = String(repeating: "ab", count: 32)
    let page = await desk.answer(.get, "/login", certificate: person.certificate, cookie: planted)
    #expect(try page.requiredCookie() != planted)
    let answer = await desk.answer(
      .post, "/login", form: ["csrf": try page.requiredToken()], certificate: person.certificate, cookie: planted)
    #expect(answer.status == 403)
  }

  @Test func `keep their cookie from scripts, from plain HTTP and from other sites`() async throws {
    let desk = try await TestDesk()
    let page = await desk.answer(.get, "/login", certificate: try await desk.person([.clerk]).certificate)
    let cookie = try #require(page.setCookie)
    for word in ["__Host-", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
      #expect(cookie.contains(word), "\(word)")
    }
    #expect(!cookie.contains("Domain"))
    #expect(page.headers[.cacheControl] == "no-store")
  }

  @Test func `open nothing with another certificate, and end where that was tried`() async throws {
    let desk = try await TestDesk()
    let (owner, thief) = (try await desk.person([.clerk]), try await desk.person([.clerk]))
    let visit = try await owner.comeIn()
    #expect(await desk.answer(.get, "/me", certificate: thief.certificate, cookie: visit.cookie).status == 403)
    #expect(await visit.get("/me").location == "/login?to=/me")
  }

  @Test func `end with the certificate that is revoked, in the middle`() async throws {
    let desk = try await TestDesk()
    let visit = try await desk.person([.clerk]).comeIn()
    #expect(await visit.get("/me").status == 200)
    desk.trust.revoke(visit.person.certificate)
    #expect(await visit.get("/me").status == 403)
    #expect(await visit.post("/logout").status == 403)
  }

  @Test func `end with the person that is taken out, and with the certificate that is taken away`() async throws {
    let desk = try await TestDesk()
    let (one, other) = (try await desk.person([.clerk]).comeIn(), try await desk.person([.clerk]).comeIn())
    try await desk.office.remove(one.person.identifier, by: TestDesk.root)
    #expect(await one.get("/me").status == 403)
    let fingerprint = TestTrust.fingerprint(of: other.person.certificate)
    try await desk.office.removeCertificate(fingerprint, from: other.person.identifier, by: TestDesk.root)
    #expect(await other.get("/me").status == 403)
    try await desk.office.addCertificate(fingerprint, to: other.person.identifier, by: TestDesk.root)
    #expect(await other.get("/me").location == "/login?to=/me", "a certificate that comes back opens no old session")
  }

  @Test func `see a role that is taken away with the next request`() async throws {
    let desk = try await TestDesk()
    let visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    let number = try await desk.letter(in: "own")
    #expect(await visit.get("/letters/\(number)").status == 200)
    var person = try await desk.office.person(visit.person.identifier, for: TestDesk.root)
    person.roles = []
    try await desk.office.change(person, by: TestDesk.root)
    #expect(await visit.get("/letters/\(number)").status == 404)
  }

  @Test func `end at one place by leaving, and at all by leaving everywhere`() async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk])
    let (one, two, three) = (try await person.comeIn(), try await person.comeIn(), try await person.comeIn())
    let left = await one.post("/logout")
    #expect(left.status == 303 && left.setCookie?.contains("Max-Age=0") == true)
    #expect(await one.get("/me").status == 303)
    #expect(await two.get("/me").status == 200)
    #expect(await two.post("/logout-everywhere").status == 303)
    #expect(await two.get("/me").status == 303)
    #expect(await three.get("/me").status == 303)
  }

  @Test func `hand back what was written when they have ended`() async throws {
    let desk = try await TestDesk()
    let visit = try await desk.person([.clerk], mailboxes: ["own"]).comeIn()
    let number = try await desk.letter(in: "own", stage: .signedFor)
    _ = await visit.post("/logout")
    let answer = await visit.post("/letters/\(number)/answer", ["text": "写了很久的答复", "visibility": "private"])
    #expect(answer.status == 403 && answer.text.contains("写了很久的答复"))
  }

  @Test(arguments: [
    "//evil.example", "https://evil.example", "/\\evil.example", "/a?b\r\nc", "/login", "/login?to=/me", "/a\r\nb",
    "/a?b#c", "//evil.example?a", "evil",
  ])
  func `lead nowhere else after coming in`(target: String) async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk])
    let page = await desk.answer(.get, "/login", certificate: person.certificate)
    let answer = await desk.answer(
      .post, "/login", form: ["csrf": try page.requiredToken(), "to": target], certificate: person.certificate,
      cookie: try page.requiredCookie())
    #expect(answer.location == "/")
  }

  @Test func `show who one is, and when they were here last`() async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.leader], unit: "repairs", mailboxes: ["own"])
    let first = await (try await person.comeIn()).get("/me")
    #expect(first.text.contains("市政府 / 住建局 / 维修科") && first.text.contains("领导"))
    #expect(first.text.contains("首次登录"))
    let second = await (try await person.comeIn()).get("/me")
    #expect(!second.text.contains("首次登录"))
  }
}
