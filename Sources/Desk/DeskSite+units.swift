import HTTPTypes
import Hummingbird
import People
import Roles
import WebKitchen
import Zones

/// The administrator's pages of units and mailboxes.
extension DeskSite {
  func addUnitRoutes(to routes: inout RouteTable) {
    handle(.get, "/units", .readOffice, &routes) { [self] in try await unitsPage($0, $1) }
    handle(.post, "/units", .changeUnits, &routes) { [self] in try await addUnit($0, $1) }
    handle(.get, "/units/{unit}", .readOffice, &routes) { [self] in try await unitPage($0, $1) }
    handle(.post, "/units/{unit}", .changeUnits, &routes) { [self] in try await changeUnit($0, $1) }
    handle(.get, "/units/{unit}/remove", .changeUnits, &routes) { [self] request, presence in
      guard presence.official.may(.changeUnits, .office) else { throw WebFailure.notAllowed }
      let wanted = identifier("unit", request)
      let units = try await office.units(for: presence.official)
      guard let unit = units.first(where: { $0.identifier == wanted }) else { throw WebFailure.notFound }
      return confirmPage(
        "removeUnit", of: "\(name(of: unit, request.language)) (\(wanted))", action: "/units/\(wanted)/remove",
        back: "/units/\(wanted)", request, presence)
    }
    handle(.post, "/units/{unit}/remove", .changeUnits, &routes) { [self] request, presence in
      _ = try await form(of: request, presence)
      return try await settled("/units", request) {
        try await office.removeUnit(identifier("unit", request), by: presence.official)
      } again: {
        try await unitPage(request, presence, problems: $0)
      }
    }
    handle(.get, "/mailboxes", .readOffice, &routes) { [self] in try await mailboxesPage($0, $1) }
    handle(.post, "/mailboxes/{mailbox}", .changeMailboxes, &routes) { [self] request, presence in
      let form = try await form(of: request, presence)
      let unit = form["unit"]
      return try await settled("/mailboxes", request) {
        try await office.give(
          mailbox: identifier("mailbox", request), toUnit: unit.isEmpty ? nil : unit, by: presence.official)
      } again: {
        try await mailboxesPage(request, presence, problems: $0)
      }
    }
  }

  /// Does something and leads on; what does not do is shown on the same page again, and so is what is only to be shown in
  /// another language.
  func settled(
    _ target: String, _ request: WebRequest, _ work: () async throws -> Void,
    again: ([Problem]) async throws -> Response
  ) async throws -> Response {
    if request.switchesLanguage { return try await again([]) }
    do { try await work() } catch OfficeError.refused(let problem) {
      return try await again([(problem.field, problem.rawValue)])
    }
    return seeOther(target)
  }

  typealias Problem = (field: String, key: String)

  func identifier(_ name: String, _ request: WebRequest) -> String { request.parameters[name] ?? "" }

  /// The choices of a unit, the chosen one marked.
  func unitChoices(
    _ units: [OfficeUnit], chosen: String?, without: OfficeUnit? = nil, _ language: Language
  ) -> [[String: Any]] {
    units.filter { unit in without.map { !unit.path.isWithin($0.path) } ?? true }.map { unit in
      [
        "id": unit.identifier, "chosen": unit.identifier == chosen,
        "text": String(repeating: "\u{3000}", count: unit.level - 1) + name(of: unit, language),
      ]
    }
  }

  func name(of unit: OfficeUnit, _ language: Language) -> String {
    language == .chinese || unit.english.isEmpty ? unit.name : unit.english
  }

  private func unitsPage(
    _ request: WebRequest, _ presence: Presence, problems: [Problem] = [], typed: [String: Any] = [:]
  ) async throws -> Response {
    let units = try await office.units(for: presence.official)
    let values: [String: Any] = [
      "units": units.map { unit in
        [
          "id": unit.identifier, "name": name(of: unit, request.language), "level": "\(unit.level)",
          "indent": String(repeating: "\u{3000}", count: unit.level - 1),
        ]
      },
      "isEmpty": units.isEmpty, "hasUnits": !units.isEmpty,
      "canChange": presence.official.may(.changeUnits, .office),
      "choices": unitChoices(units, chosen: typed["parent"] as? String, request.language),
    ]
    return page(
      "units", values.merging(typed) { own, _ in own }, titleKey: "navUnits", request, presence, problems: problems,
      languagePath: "/units", form: presence.official.may(.changeUnits, .office) ? "/units" : nil)
  }

  private func unitPage(
    _ request: WebRequest, _ presence: Presence, problems: [Problem] = [], typed: [String: Any] = [:]
  ) async throws -> Response {
    let units = try await office.units(for: presence.official)
    let wanted = identifier("unit", request)
    guard let unit = units.first(where: { $0.identifier == wanted }) else { throw WebFailure.notFound }
    let values: [String: Any] = [
      "id": unit.identifier, "name": unit.name, "english": unit.english,
      "canChange": presence.official.may(.changeUnits, .office),
      "choices": unitChoices(units, chosen: typed["parent"] as? String ?? unit.parent, without: unit, request.language),
    ]
    return page(
      "unit", values.merging(typed) { _, typed in typed }, titleKey: "unitTitle", request, presence,
      problems: problems, languagePath: "/units/\(unit.identifier)",
      form: presence.official.may(.changeUnits, .office) ? "/units/\(unit.identifier)" : nil)
  }

  private func addUnit(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let form = try await form(of: request, presence)
    let typed = typedUnit(form)
    let identifier = WrittenText.line(form["identifier"])
    return try await settled("/units", request) {
      try await office.addUnit(
        identifier, name: typed.name, english: typed.english, under: typed.parent, by: presence.official)
    } again: {
      try await unitsPage(
        request, presence, problems: $0,
        typed: [
          "identifier": identifier, "name": typed.name, "english": typed.english, "parent": typed.parent ?? "",
        ])
    }
  }

  private func changeUnit(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let typed = typedUnit(try await form(of: request, presence))
    return try await settled("/units", request) {
      try await office.changeUnit(
        identifier("unit", request), name: typed.name, english: typed.english, under: typed.parent,
        by: presence.official)
    } again: {
      try await unitPage(
        request, presence, problems: $0,
        typed: ["name": typed.name, "english": typed.english, "parent": typed.parent ?? ""])
    }
  }

  private func typedUnit(_ form: URLEncodedForm) -> (name: String, english: String, parent: String?) {
    let parent = form["parent"]
    return (WrittenText.line(form["name"]), WrittenText.line(form["english"]), parent.isEmpty ? nil : parent)
  }

  private func mailboxesPage(
    _ request: WebRequest, _ presence: Presence, problems: [Problem] = []
  ) async throws -> Response {
    let official = presence.official
    let (units, given) = (try await office.units(for: official), try await office.mailboxes(for: official))
    return page(
      "mailboxes",
      [
        "canChange": official.may(.changeMailboxes, .office),
        "mailboxes": configuration.mailboxes.map { mailbox in
          let (unit, people) = given[mailbox.identifier] ?? (nil, [])
          let unitName = units.first { $0.identifier == unit }.map { name(of: $0, request.language) }
          return [
            "id": mailbox.identifier, "name": name(of: mailbox.identifier, request.language),
            "people": shown(joined(people, request.language)), "unit": unitName as Any? ?? false,
            "choices": unitChoices(units, chosen: unit, request.language),
          ]
        },
      ], titleKey: "navMailboxes", request, presence, problems: problems, languagePath: "/mailboxes")
  }
}

extension OfficeProblem {
  /// The field that is to be mended, as pages name it.
  var field: String {
    switch self {
    case .identifier, .identifierTaken: "identifier"
    case .name, .key, .tooManyKeys: "name"
    case .noSuchUnit, .unitTooDeep, .unitUnderItself: "parent"
    case .unitInUse: "remove"
    case .barredRoles, .role: "roles"
    case .noSuchMailbox: "mailboxes"
    case .fingerprint, .fingerprintTaken: "fingerprint"
    case .oneself: "main"
    case .noSuchPerson, .delegateRole: "delegate"
    case .delegationTime: "until"
    }
  }
}
