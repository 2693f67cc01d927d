import HTTPTypes
import Hummingbird
import HummingbirdCore
import People
import Roles
import Web
import Zones

/// The administrator's pages of people.
extension DeskSite {
  private static let pageSize = 50

  func addPeopleRoutes(to routes: inout RouteTable) {
    handle(.get, "/people", .readOffice, &routes) { [self] in try await peoplePage($0, $1) }
    handle(.get, "/people/new", .changePeople, &routes) { [self] in try await newPersonPage($0, $1) }
    handle(.post, "/people", .changePeople, &routes) { [self] in try await addPerson($0, $1) }
    handle(.get, "/people/{person}", .readOffice, &routes) { [self] in try await personPage($0, $1) }
    handle(.post, "/people/{person}", .changePeople, &routes) { [self] in try await changePerson($0, $1) }
    change("certificates", .changePeople, &routes) { [self] person, form, official in
      try await office.addCertificate(WrittenText.line(form["fingerprint"]), to: person, by: official)
    }
    change("certificates/remove", .changePeople, &routes) { [self] person, form, official in
      try await office.removeCertificate(form["fingerprint"], from: person, by: official)
    }
    change("log-out", .endSessions, &routes) { [self] person, _, official in
      try await office.endSessions(of: person, by: official)
      sessions.remove { $0.person == person }
    }
    handle(.get, "/people/{person}/remove", .changePeople, &routes) { [self] request, presence in
      let (person, name) = try await somebody(request, presence, .changePeople)
      return confirmPage(
        "removePersonAsk", of: "\(name) (\(person))", action: "/people/\(person)/remove", back: "/people/\(person)",
        request, presence)
    }
    handle(.get, "/people/{person}/certificates/{fingerprint}/remove", .changePeople, &routes) {
      [self] request, presence in
      let (person, name) = try await somebody(request, presence, .changePeople)
      let fingerprint = identifier("fingerprint", request)
      guard try await office.person(person, for: presence.official).fingerprints.contains(fingerprint) else {
        throw WebFailure.notFound
      }
      return confirmPage(
        "removeCertificate", of: "\(name): \(fingerprint)", action: "/people/\(person)/certificates/remove",
        field: ("fingerprint", fingerprint), back: "/people/\(person)", request, presence)
    }
    handle(.post, "/people/{person}/remove", .changePeople, &routes) { [self] request, presence in
      _ = try await form(of: request, presence)
      let person = identifier("person", request)
      return try await settled("/people", request) {
        try await office.remove(person, by: presence.official)
        sessions.remove { $0.person == person }
      } again: {
        try await personPage(request, presence, problems: $0)
      }
    }
  }

  /// A form on a person's page that leads back to it.
  func change(
    _ path: String, _ action: Action, _ routes: inout RouteTable,
    _ work: @escaping @Sendable (_ person: String, URLEncodedForm, Official) async throws -> Void
  ) {
    handle(.post, "/people/{person}/" + path, action, &routes) { [self] request, presence in
      let form = try await form(of: request, presence)
      let person = identifier("person", request)
      return try await settled(presence.official.may(.readOffice, .office) ? "/people/\(person)" : "/me", request) {
        try await work(person, form, presence.official)
      } again: { problems in
        guard presence.official.may(.readOffice, .office) else {
          return try await delegationPage(request, presence, problems, form)
        }
        return try await personPage(
          request, presence, problems: problems, typed: typedChange(form, presence, person), form: form)
      }
    }
  }

  private func peoplePage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let (paging, language) = (Paging(request, size: Self.pageSize), request.language)
    let search = String(WrittenText.line(request.query("search") ?? "").prefix(60))
    let unit = request.query("unit") ?? ""
    let units = try await office.units(for: presence.official)
    let known = units.contains { $0.identifier == unit } ? unit : nil
    let found = try await office.people(
      matching: search, in: known, limit: Self.pageSize, offset: paging.offset, for: presence.official)
    let names = Dictionary(units.map { ($0.identifier, name(of: $0, language)) }) { first, _ in first }
    let filter = "search=\(queryEncoded(search))&unit=\(queryEncoded(unit))"
    return page(
      PeoplePage(
        search: search, choices: unitChoices(units, chosen: known, language),
        canChange: presence.official.may(.changePeople, .office), total: "\(found.total)",
        hasPeople: !found.people.isEmpty,
        people: found.people.map { person in
          PersonRow(
            id: person.identifier, name: person.name, unit: person.unit.flatMap { names[$0] },
            roles: roleNames(person.roles, language), lastLogin: person.lastLogin.map { officeTime($0) })
        },
        paging: paging.values(
          path: "/people", query: filter, hasNext: paging.offset + found.people.count < found.total)),
      titleKey: "navPeople", request, presence, isSearch: true)
  }

  private func newPersonPage(
    _ request: WebRequest, _ presence: Presence, problems: [Problem] = [], typed: OfficePerson? = nil
  ) async throws -> Response {
    guard presence.official.may(.changePeople, .office) else { throw WebFailure.notAllowed }
    let person = typed ?? OfficePerson(identifier: "", name: "")
    let units = try await office.units(for: presence.official)
    return page(
      NewPersonPage(id: person.identifier, fields: personFields(person, units, request.language)),
      titleKey: "newPersonTitle", request, presence, problems: problems,
      languagePath: "/people/new", form: "/people")
  }

  private func addPerson(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let form = try await form(of: request, presence)
    let person = typedPerson(WrittenText.line(form["identifier"]), form)
    return try await settled("/people/\(queryEncoded(person.identifier))", request) {
      try await office.add(person, by: presence.official)
    } again: {
      try await newPersonPage(request, presence, problems: $0, typed: person)
    }
  }

  private func changePerson(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let form = try await form(of: request, presence)
    let person = typedPerson(identifier("person", request), form)
    return try await settled("/people/\(person.identifier)", request) {
      try await office.change(person, by: presence.official)
    } again: {
      try await personPage(request, presence, problems: $0, typed: person, form: form)
    }
  }

  /// What was typed about a person in the form that their page's other buttons send, too.
  private func typedChange(_ form: URLEncodedForm, _ presence: Presence, _ person: String) -> OfficePerson? {
    let mayChange = presence.official.may(.changePeople, .office) && person != presence.official.person
    return mayChange && form.values["name"] != nil ? typedPerson(person, form) : nil
  }

  func personPage(
    _ request: WebRequest, _ presence: Presence, problems: [Problem] = [], typed: OfficePerson? = nil,
    form: URLEncodedForm? = nil
  ) async throws -> Response {
    let official = presence.official
    var person = try await office.person(identifier("person", request), for: official)
    if let typed {
      (person.name, person.unit, person.roles) = (typed.name, typed.unit, typed.roles)
      person.mailboxes = typed.mailboxes
    }
    let canChange = official.may(.changePeople, .office) && person.identifier != official.person
    let mayDelegate = official.may(.delegate, .person(person.identifier, unit: nil))
    let path = "/people/\(person.identifier)"
    // One form for all that can be typed here, so that none of it is lost whichever button is pressed.
    let action = canChange ? path : mayDelegate ? path + "/delegation" : nil
    let (units, language) = (try await office.units(for: official), request.language)
    let values = PersonPage(
      id: person.identifier, name: person.name,
      unit: units.first { $0.identifier == person.unit }.map { name(of: $0, language) },
      roleNames: shown(roleNames(person.roles, language)),
      mailboxNames: shown(joined(person.mailboxes.sorted().map { name(of: $0, language) }, language)),
      lastLogin: person.lastLogin.map { officeTime($0) }, isOneself: person.identifier == official.person,
      hasCertificates: !person.fingerprints.isEmpty,
      certificates: person.fingerprints.map { CertificateValues(fingerprint: $0) },
      keys: try await keyValues(person.identifier, presence), formAction: action, canChange: canChange,
      canOffer: issuer != nil, fingerprintTyped: WrittenText.line(form?["fingerprint"] ?? ""),
      fields: personFields(person, units, language),
      delegations: mayDelegate ? try await delegationValues(person.identifier, presence, form) : nil)
    return page(
      values, titleKey: "personTitle", request, presence, problems: problems, languagePath: path,
      form: action, takesEnter: false)
  }

  private func personFields(_ person: OfficePerson, _ units: [OfficeUnit], _ language: Language) -> PersonFields {
    PersonFields(
      name: person.name, choices: unitChoices(units, chosen: person.unit, language),
      roles: Role.allCases.map { role in
        OptionValues(
          id: role.rawValue, text: renderer.strings.text("role-\(role.rawValue)", language),
          chosen: person.roles.contains(role))
      },
      mailboxes: configuration.mailboxes.map { mailbox in
        OptionValues(
          id: mailbox.identifier, text: name(of: mailbox.identifier, language),
          chosen: person.mailboxes.contains(mailbox.identifier))
      })
  }

  private func typedPerson(_ identifier: String, _ form: URLEncodedForm) -> OfficePerson {
    OfficePerson(
      identifier: identifier, name: WrittenText.line(form["name"]), unit: form["unit"].isEmpty ? nil : form["unit"],
      roles: Set(Role.allCases.filter { form["role-\($0.rawValue)"] == "on" }),
      mailboxes: Set(configuration.mailboxes.map(\.identifier).filter { form["mailbox-\($0)"] == "on" }))
  }
}
