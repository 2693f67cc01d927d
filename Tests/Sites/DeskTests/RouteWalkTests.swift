import Desk
import HTTPTypes
import Letters
import Roles
import Testing
import Web

/// Every route of the desk, asked by every role for something at every distance, must do what the table of permissions
/// says. A route that is not among the specimens fails, and so does one whose rule is no action of the table.
@Suite struct EveryRouteAndEveryRole {
  /// How to ask a route for something at a distance: nil where it has nothing there.
  typealias Specimen = @Sendable (TestDesk, TestVisit, Scope) async throws -> (path: String, form: [String: String])?

  /// One role each, and nobody's.
  static let holders: [Role?] = Role.allCases + [nil]

  @Test func `has a specimen, and every specimen a route`() async throws {
    let desk = try await TestDesk()
    let routes = Set(desk.site.routes().entries.map { "\($0.method) \($0.pattern)" })
    #expect(routes == Set(routeSpecimens.keys).union(openRoutes))
    #expect(routes.count == desk.site.routes().entries.count, "a route is registered twice")
  }

  @Test func `has a rule that the table knows`() async throws {
    let desk = try await TestDesk()
    for entry in desk.site.routes().entries where !openRoutes.contains("\(entry.method) \(entry.pattern)") {
      #expect(Action(rawValue: entry.rule.name) != nil, "\(entry.method) \(entry.pattern)")
    }
  }

  @Test(arguments: holders) func `answers as the table says`(role: Role?) async throws {
    let desk = try await TestDesk()
    for entry in desk.site.routes().entries {
      guard let action = Action(rawValue: entry.rule.name) else { continue }
      let specimen = try #require(routeSpecimens["\(entry.method) \(entry.pattern)"], "\(entry.pattern)")
      for scope in Scope.allCases {
        let person = try await desk.person(Set([role].compactMap(\.self)), mailboxes: ["own"])
        let visit = try await person.comeIn()
        guard let (path, form) = try await specimen(desk, visit, scope) else { continue }
        let reach = Permissions.scope(of: action, for: Set([role].compactMap(\.self)))
        let isAllowed = reach.map { scope <= $0 } ?? false
        // What is allowed may change anything.
        let before = isAllowed ? [:] : try await desk.state()
        let answer = entry.method == "GET" ? await visit.get(path) : await visit.post(path, form)
        let place: Comment = "\(role?.rawValue ?? "nobody"): \(entry.method) \(path) at \(scope): \(answer.status)"
        if isAllowed {
          #expect([200, 303].contains(answer.status), place)
        } else {
          #expect([403, 404].contains(answer.status), place)
          #expect(try await desk.state() == before, place)
        }
      }
    }
  }

  @Test func `turns away who has not come in, who is not enrolled, and who shows nothing`() async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk], mailboxes: ["own"])
    let visit = try await person.comeIn()
    for entry in desk.site.routes().entries where !openRoutes.contains("\(entry.method) \(entry.pattern)") {
      let specimen = try #require(routeSpecimens["\(entry.method) \(entry.pattern)"])
      var asked: (path: String, form: [String: String])?
      for scope in Scope.allCases where asked == nil { asked = try await specimen(desk, visit, scope) }
      let (path, fields) = try #require(asked)
      let method: HTTPRequest.Method = entry.method == "GET" ? .get : .post
      let form = method == .get ? nil : fields.merging(["csrf": visit.token]) { own, _ in own }
      let before = try await desk.state()
      for (certificate, cookie, expected) in [
        (nil, visit.cookie, 403), (Array("unknown".utf8), visit.cookie, 403),
        (person.certificate, nil, method == .get ? 303 : 403), (person.certificate, "", method == .get ? 303 : 403),
      ] as [([UInt8]?, String?, Int)] {
        let answer = await desk.answer(method, path, form: form, certificate: certificate, cookie: cookie)
        #expect(answer.status == expected, "\(entry.method) \(path)")
        if answer.status == 303 { #expect(answer.location.hasPrefix("/login"), "\(path)") }
      }
      #expect(try await desk.state() == before, "\(entry.method) \(path)")
    }
  }

  @Test func `takes no form without its session's token, and none from another site`() async throws {
    let desk = try await TestDesk()
    let person = try await desk.person([.clerk], mailboxes: ["own"])
    let (visit, other) = (try await person.comeIn(), try await person.comeIn())
    for entry in desk.site.routes().entries where entry.method == "POST" {
      if openRoutes.contains("POST \(entry.pattern)") { continue }
      let specimen = try #require(routeSpecimens["POST \(entry.pattern)"])
      var asked: (path: String, form: [String: String])?
      for scope in Scope.allCases where asked == nil { asked = try await specimen(desk, visit, scope) }
      let (path, fields) = try #require(asked)
      let before = try await desk.state()
      for token in ["", other.token, String(visit.token.reversed())] {
        let answer = await visit.post(path, fields.merging(["csrf": token]) { _, wrong in wrong })
        #expect(answer.status == 403, "\(path)")
      }
      for header in [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil")] {
        let answer = await desk.answer(
          .post, path, form: fields.merging(["csrf": visit.token]) { own, _ in own },
          certificate: person.certificate, cookie: visit.cookie, headers: [header])
        #expect(answer.status == 403, "\(path)")
      }
      #expect(try await desk.state() == before, "\(path)")
    }
  }
}

@Suite struct FoldersOfLetters {
  @Test(arguments: Role.allCases) func `list what the table lets a role read, and no more`(role: Role) async throws {
    let desk = try await TestDesk()
    let places: [Scope: String] = [.own: "own", .unit: "same", .subtree: "below", .all: "other"]
    var numbers: [Scope: String] = [:]
    for (scope, mailbox) in places { numbers[scope] = try await desk.letter(in: mailbox) }
    let visit = try await desk.person([role], mailboxes: ["own"]).comeIn()
    let page = await visit.get("/folders/to-do")
    for (scope, number) in numbers {
      let isAllowed = Permissions.scope(of: .readLetter, for: role).map { scope <= $0 } ?? false
      #expect(page.text.contains(number) == isAllowed, "\(scope)")
    }
  }
}
