import HTTPTypes
import People
import Roles
import Testing

@Suite struct OneTimeLinks {
  private let good = ["password": "correct horse battery", "again": "correct horse battery"]

  private func link(_ desk: TestDesk, for person: String) async throws -> String {
    let administrator = try await desk.person([.administrator]).comeIn()
    let page = await administrator.post("/people/\(person)/enrolment")
    return String(try #require(page.text.firstMatch(of: /\/enrol\/[0-9a-f]{64}/)?.output))
  }

  @Test func `hand a certificate to somebody who has none, once`() async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk], mailboxes: ["own"])
    let path = try await link(desk, for: person.identifier)
    #expect(await desk.answer(.get, path, certificate: nil).status == 200)
    let file = await desk.answer(.post, path, form: good, certificate: nil)
    #expect(file.status == 200 && file.headers[.contentType] == "application/x-pkcs12")
    let issued = TestPerson(desk: desk, identifier: person.identifier, certificate: Array(file.text.utf8))
    #expect(await (try await issued.comeIn()).get("/me").status == 200)
    #expect(await desk.answer(.post, path, form: good, certificate: nil).status == 404)
    #expect(await desk.answer(.get, path, certificate: nil).status == 404)
  }

  @Test func `end when another is made, and with their person`() async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk]).identifier
    let first = try await link(desk, for: person)
    let second = try await link(desk, for: person)
    #expect(await desk.answer(.post, first, form: good, certificate: nil).status == 404)
    try await desk.office.remove(person, by: TestDesk.root)
    #expect(await desk.answer(.post, second, form: good, certificate: nil).status == 404)
  }

  @Test(arguments: [
    ["password": "short", "again": "short"], ["password": "correct horse battery", "again": "another"], [:],
  ])
  func `are not used up by a password that does not do`(form: [String: String]) async throws {
    let desk = try await TestDesk()
    let path = try await link(desk, for: try await desk.person([.clerk]).identifier)
    #expect(await desk.answer(.post, path, form: form, certificate: nil).status == 422)
    #expect(await desk.answer(.post, path, form: good, certificate: nil).status == 200)
  }

  @Test func `are not guessed, nor used from another site`() async throws {
    let desk = try await TestDesk()
    let path = try await link(desk, for: try await desk.person([.clerk]).identifier)
    let other = "/enrol/" + String(repeating: "0", count: 64)
    for method in [HTTPRequest.Method.get, .post] {
      #expect(await desk.answer(method, other, form: method == .post ? good : nil, certificate: nil).status == 404)
    }
    let foreign = await desk.answer(
      .post, path, form: good, certificate: nil, headers: [("Sec-Fetch-Site", "cross-site")])
    #expect(foreign.status == 403)
  }

  @Test func `end after their hours`() async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk]).identifier
    let token = try await desk.office.makeEnrolment(for: person, hours: 0, by: TestDesk.root)
    #expect(await desk.answer(.get, "/enrol/\(token)", certificate: nil).status == 404)
  }
}
