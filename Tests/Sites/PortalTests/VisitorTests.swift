import Cryptography
import FairQueues
import Foundation
import HTTPTypes
import Letters
import SMS
import Storage
import Synchronization
import Testing
import Web
import ZoneHarness

@testable import Portal

/// A gateway that takes messages or fails, and remembers them.
private final class TestGateway: Sendable {
  let sent = Mutex<[(phone: String, text: String)]>([])
  let failure = Mutex<NoticeError?>(nil)

  var send: PortalSite.SendSMS {
    { [self] phone, text in
      if let failure = failure.withLock({ $0 }) { throw failure }
      sent.withLock { $0.append((phone, text)) }
    }
  }

  var count: Int { sent.withLock { $0.count } }

  /// The code of the last message.
  func code() throws -> String {
    let text = try #require(sent.withLock { $0.last?.text })
    return String(try #require(text.firstMatch(of: /[0-9]{6}/)).output)
  }
}

/// Argon2id's place is taken by something cheap.
private let cheap: CostlyHash = { password, salt, _, _ in
  SecretBytes(Digest.of(password + salt).bytes)
}

extension TestCitizen {
  /// As far as the phone's page.
  fileprivate func agree() async {
    #expect(await post("/write/notice", ["agree": "yes"], on: "/write").status == 303)
  }
}

@Suite struct StepsBeforeAVisit {
  @Test func `need no memory: a flood of them pushes nobody out between notice and code`() async throws {
    let gateway = TestGateway()
    let portal = try await TestPortal(sendSMS: gateway.send)
    let citizen = try await TestCitizen(at: portal)
    await citizen.agree()
    for index in 0..<2_000 {
      let path = ["/write", "/lookup", "/unlock", "/write/phone"][index % 4]
      #expect(await portal.answer(.get, path, from: "10.0.\(index / 250).\(index % 250)").status < 400)
    }
    #expect(portal.site.sessions.count == 0)
    #expect(await citizen.post("/write/phone", ["phone": "13800138000"]).status == 303)
    #expect(portal.site.sessions.count == 1)
    let page = await citizen.post("/write/code", ["code": try gateway.code()])
    #expect(page.status == 303 && page.headers[.location] == "/write/letter")
  }

  @Test func `take a form of this browser, for this purpose, alone`() async throws {
    let portal = try await TestPortal()
    let (one, other) = (try await TestCitizen(at: portal), try await TestCitizen(at: portal))
    let lookup = try #require(await one.get("/lookup").token)
    let form = ["code": LetterCode.generate().display, "password": "123456", "csrf": lookup]
    #expect(await one.send("/lookup", form).status == 422)
    #expect(await other.send("/lookup", form).status == 403)
    #expect(await one.send("/unlock", form).status == 403)
    for forged in ["", "00", String(repeating: "0", count: lookup.count), lookup + "00", "é" + lookup] {
      #expect(await one.send("/lookup", form.merging(["csrf": forged]) { $1 }).status == 403)
    }
  }

  @Test func `take a form for two hours, and count its use once`() {
    let seconds = Mutex(1_000)
    let clock: @Sendable () -> Int = { seconds.withLock { $0 } }
    let key = SecretBytes.random(32)
    let visitor = Visitor(cookie: nil)
    let forms = SignedForms(key: key, now: clock)
    let token = forms.token(.phone, visitor)
    seconds.withLock { $0 += 7_199 }
    let restarted = SignedForms(key: key, now: clock)
    #expect(restarted.form(token, .phone, visitor) != nil, "a restart loses no form")
    guard let form = forms.form(token, .phone, visitor) else {
      Issue.record("the form has ended")
      return
    }
    #expect(forms.use(form) && !forms.use(form))
    seconds.withLock { $0 += 1 }
    #expect(forms.form(token, .phone, visitor) == nil)
  }

  @Test func `make one message of a form that is sent again and again`() async throws {
    let gateway = TestGateway()
    let portal = try await TestPortal(sendSMS: gateway.send)
    let citizen = try await TestCitizen(at: portal)
    await citizen.agree()
    let token = try #require(await citizen.get("/write/phone").token)
    for _ in 0..<20 {
      #expect(await citizen.send("/write/phone", ["phone": "13800138000", "csrf": token]).status == 303)
    }
    #expect(gateway.count == 1)
  }

  @Test func `go no further than the notice without consent`() async throws {
    let portal = try await TestPortal()
    let citizen = try await TestCitizen(at: portal)
    #expect(await citizen.get("/write/phone").headers[.location] == "/write")
    #expect(await citizen.post("/write/notice", [:], on: "/write").status == 422)
    #expect(await citizen.get("/write/phone").headers[.location] == "/write")
  }
}

@Suite struct PromotedVisits {
  @Test func `of one letter's owner are eight, and keep nobody else from looking`() async throws {
    let portal = try await TestPortal(hash: cheap)
    let (flood, letter) = (try await portal.letter(), try await portal.letter())
    let honest = try await TestCitizen(at: portal, from: "198.51.100.9")
    #expect(await honest.lookUp(letter).status == 303)
    for _ in 0..<60 {
      #expect(await (try TestCitizen(at: portal, from: "192.0.2.1")).lookUp(flood).status == 303)
    }
    #expect(portal.site.sessions.count == 9)
    #expect(await honest.get("/letter").status == 200)
  }
}

@Suite struct Looks {
  @Test func `that cannot be a code or a password are told at once and count nothing`() async throws {
    let portal = try await TestPortal(hash: cheap)
    let letter = try await portal.letter()
    let citizen = try await TestCitizen(at: portal)
    let typed = [("", ""), ("abc", "123456"), (letter.code.display, "12345"), (letter.code.display, "x")]
    for _ in 0..<50 {
      for (code, password) in typed {
        #expect(await citizen.post("/lookup", ["code": code, "password": password]).status == 422)
      }
    }
    #expect(try await portal.zone.count("SELECT COUNT(*) FROM guess_count") == 0)
    #expect(await citizen.lookUp(letter).status == 303)
  }
}

@Suite struct MessagesThatFail {
  private func ask(_ citizen: TestCitizen) async -> Int {
    await citizen.post("/write/phone", ["phone": "13800138000"]).status
  }

  @Test func `through the gateway's fault lock nobody out`() async throws {
    let gateway = TestGateway()
    let portal = try await TestPortal(sendSMS: gateway.send)
    let citizen = try await TestCitizen(at: portal)
    await citizen.agree()
    gateway.failure.withLock { $0 = NoticeError(.temporary, "the gateway answered 503") }
    for _ in 0..<8 { #expect(await ask(citizen) == 503) }
    gateway.failure.withLock { $0 = nil }
    #expect(await ask(citizen) == 303)
    #expect(portal.site.sessions.count == 1)
  }

  @Test func `since the gateway refuses the number count`() async throws {
    let gateway = TestGateway()
    let portal = try await TestPortal(sendSMS: gateway.send)
    let citizen = try await TestCitizen(at: portal)
    await citizen.agree()
    gateway.failure.withLock { $0 = NoticeError(.permanent, "the gateway answered 400") }
    #expect([await ask(citizen), await ask(citizen), await ask(citizen)] == [503, 503, 429])
  }
}

@Suite struct WaitingWithoutATurn {
  @Test(.timeLimit(.minutes(10))) func `is for bodies that do not come: others are answered`() async throws {
    let portal = try await TestPortal()
    let slow = try await TestCitizen(at: portal, from: "192.0.2.66")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<(4 * SiteResponder.atOnce) { group.addTask { _ = await slow.sendNothing("/lookup") } }
      #expect(await portal.answer(.get, "/lookup", from: "198.51.100.1").status == 200)
      #expect(await portal.answer(.get, "/public", from: "192.0.2.66").status == 200)
      group.cancelAll()
    }
  }

  @Test(.timeLimit(.minutes(10))) func `is for a gateway that does not answer`() async throws {
    let (stream, end) = AsyncStream<Void>.makeStream()
    let asked = Mutex(0)
    let portal = try await TestPortal(sendSMS: { _, _ in
      asked.withLock { $0 += 1 }
      for await _ in stream {}
    })
    let most = 2 * SiteResponder.atOnce
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<most {
        group.addTask {
          guard let citizen = try? await TestCitizen(at: portal, from: "10.0.0.\(index)") else { return }
          await citizen.agree()
          _ = await citizen.post("/write/phone", ["phone": "\(13_800_138_000 + index)"])
        }
      }
      while asked.withLock({ $0 }) < most { await Task.yield() }
      #expect(await portal.answer(.get, "/lookup", from: "10.0.0.1").status == 200)
      end.finish()
    }
  }
}

@Suite struct AskingToUnlock {
  @Test func `is answered before anything is sent, for any code and phone`() async throws {
    let gateway = TestGateway()
    let portal = try await TestPortal(hash: cheap, sendSMS: gateway.send)
    let letter = try await portal.letter()
    for (code, phone) in [(letter.code, "13800138000"), (letter.code, "13900139000"), (.generate(), "13700137000")] {
      let citizen = try await TestCitizen(at: portal)
      #expect(await citizen.post("/unlock", ["code": code.display, "phone": phone]).status == 303)
      #expect(await citizen.get("/unlock/code").status == 200)
    }
    #expect(gateway.count == 0)
    await portal.site.codes.finish()
    #expect(gateway.sent.withLock { $0.map(\.phone) } == ["13800138000"])
  }

  @Test func `with another's phone lifts no lock, whatever is typed afterwards`() async throws {
    let gateway = TestGateway()
    let portal = try await TestPortal(hash: cheap, sendSMS: gateway.send)
    let letter = try await portal.letter()
    for index in 0..<10 {
      _ = try await portal.citizens.attempts.reserveLook(code: letter.code, source: "10.0.0.\(index)").get()
    }
    let stranger = try await TestCitizen(at: portal, from: "203.0.113.1")
    #expect(await stranger.post("/unlock", ["code": letter.code.display, "phone": "13900139000"]).status == 303)
    // As if the code had been guessed.
    let visit = try #require(stranger.visit)
    visit.with {
      $0.unlock = .init(
        sent: PendingCode(code: "123456", phone: "13900139000", secret: portal.site.codeSecret), letter: letter.code,
        belongs: false)
    }
    #expect(await stranger.post("/unlock/code", ["code": "123456"]).status == 422)
    let owner = try await TestCitizen(at: portal, from: "198.51.100.1")
    #expect(await owner.lookUp(letter).status == 429)
    #expect(await owner.post("/unlock", ["code": letter.code.display, "phone": "13800138000"]).status == 303)
    await portal.site.codes.finish()
    #expect(await owner.post("/unlock/code", ["code": try gateway.code()]).status == 200)
    #expect(await owner.lookUp(letter).status == 303)
  }
}

@Suite struct PublishedPages {
  @Test func `follow one another by the last letter, forwards and back, and none is left out`() async throws {
    let portal = try await TestPortal()
    try await portal.zone.database.write { db in
      let encoder = JSONEncoder()
      encoder.dateEncodingStrategy = .millisecondsSince1970
      for index in 0..<65 {
        // Many of one moment.
        let letter = PublishedLetter(
          number: "2026-\(100_000 + index)", mailbox: "mayor", kind: .question, title: "T\(index)", text: "x",
          answer: "y",
          acceptedAt: Date(timeIntervalSince1970: 0), answeredAt: Date(timeIntervalSince1970: Double(index / 30)))
        try db.run(
          "INSERT INTO published_letter (number, answered_at, content) VALUES (?, ?, ?)", letter.number,
          index / 30 * 1_000, try encoder.encode(letter))
      }
    }
    func numbers(_ page: Page) -> [String] {
      page.text.matches(of: /href="\/public\/([0-9-]+)"/).map { String($0.output.1) }
    }
    func link(_ page: Page, _ rel: String) -> String? {
      page.text.matches(of: /rel="(next|prev)" href="([^"]+)"/).first { $0.output.1 == rel }.map { String($0.output.2) }
    }
    var (pages, path): ([[String]], String?) = ([], "/public")
    var last: Page?
    while let next = path, pages.count < 10 {
      let page = await portal.answer(.get, next)
      pages.append(numbers(page))
      (path, last) = (link(page, "next"), page)
    }
    #expect(pages.map(\.count) == [20, 20, 20, 5])
    #expect(Set(pages.joined()).count == 65 && Array(pages.joined()) == pages.joined().sorted(by: >))
    let back = await portal.answer(.get, try #require(last.flatMap { link($0, "prev") }))
    #expect(numbers(back) == pages[2])
    for odd in ["/public?before=x", "/public?before=99999999999999999999.1", "/public?page=50000", "/public?after=.-"] {
      #expect(await portal.answer(.get, odd).status == 200)
    }
  }
}
