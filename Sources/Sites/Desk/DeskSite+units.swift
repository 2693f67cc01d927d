import HTTPTypes
import Hummingbird
import People
import Roles
import Web
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
  ) -> [OptionValues] {
    units.filter { unit in without.map { !unit.path.isWithin($0.path) } ?? true }.map { unit in
      OptionValues(
        id: unit.identifier, text: String(repeating: "\u{3000}", count: unit.level - 1) + name(of: unit, language),
        chosen: unit.identifier == chosen)
    }
  }

  func name(of unit: OfficeUnit, _ language: Language) -> String {
    language == .chinese || unit.english.isEmpty ? unit.name : unit.english
  }

  /// What was typed about a unit.
  private struct TypedUnit {
    var identifier = ""
    var name = ""
    var english = ""
    var parent: String?
  }

  private func unitsPage(
    _ request: WebRequest, _ presence: Presence, problems: [Problem] = [], typed: TypedUnit = TypedUnit()
  ) async throws -> Response {
    let units = try await office.units(for: presence.official)
    let canChange = presence.official.may(.changeUnits, .office)
    let values = UnitsPage(
      isEmpty: units.isEmpty, hasUnits: !units.isEmpty,
      units: units.map { unit in
        UnitRow(
          id: unit.identifier, name: name(of: unit, request.language), level: "\(unit.level)",
          indent: String(repeating: "\u{3000}", count: unit.level - 1))
      },
      canChange: canChange, identifier: typed.identifier,
      fields: UnitFields(
        name: typed.name, english: typed.english, choices: unitChoices(units, chosen: typed.parent, request.language)))
    return page(
      values, titleKey: "navUnits", request, presence, problems: problems, languagePath: "/units",
      form: canChange ? "/units" : nil)
  }

  private func unitPage(
    _ request: WebRequest, _ presence: Presence, problems: [Problem] = [], typed: TypedUnit? = nil
  ) async throws -> Response {
    let units = try await office.units(for: presence.official)
    let wanted = identifier("unit", request)
    guard let unit = units.first(where: { $0.identifier == wanted }) else { throw WebFailure.notFound }
    let canChange = presence.official.may(.changeUnits, .office)
    let shown = typed ?? TypedUnit(name: unit.name, english: unit.english, parent: unit.parent)
    let values = UnitPage(
      id: unit.identifier, name: unit.name, canChange: canChange,
      fields: UnitFields(
        name: shown.name, english: shown.english,
        choices: unitChoices(units, chosen: shown.parent, without: unit, request.language)))
    return page(
      values, titleKey: "unitTitle", request, presence, problems: problems, languagePath: "/units/\(unit.identifier)",
      form: canChange ? "/units/\(unit.identifier)" : nil)
  }

  private func addUnit(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let typed = typedUnit(try await form(of: request, presence))
    return try await settled("/units", request) {
      try await office.addUnit(
        typed.identifier, name: typed.name, english: typed.english, under: typed.parent, by: presence.official)
    } again: {
      try await unitsPage(request, presence, problems: $0, typed: typed)
    }
  }

  private func changeUnit(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let typed = typedUnit(try await form(of: request, presence))
    return try await settled("/units", request) {
      try await office.changeUnit(
        identifier("unit", request), name: typed.name, english: typed.english, under: typed.parent,
        by: presence.official)
    } again: {
      try await unitPage(request, presence, problems: $0, typed: typed)
    }
  }

  private func typedUnit(_ form: URLEncodedForm) -> TypedUnit {
    TypedUnit(
      identifier: WrittenText.line(form["identifier"]), name: WrittenText.line(form["name"]),
      english: WrittenText.line(form["english"]), parent: form["parent"].isEmpty ? nil : form["parent"])
  }

  private func mailboxesPage(
    _ request: WebRequest, _ presence: Presence, problems: [Problem] = []
  ) async throws -> Response {
    let official = presence.official
    let (units, given) = (try await office.units(for: official), try await office.mailboxes(for: official))
    return page(
      MailboxesPage(
        canChange: official.may(.changeMailboxes, .office),
        mailboxes: configuration.mailboxes.map { mailbox in
          let (unit, people) = given[mailbox.identifier] ?? (nil, [])
          return MailboxRow(
            id: mailbox.identifier, name: name(of: mailbox.identifier, request.language),
            people: shown(joined(people, request.language)),
            unit: units.first { $0.identifier == unit }.map { name(of: $0, request.language) },
            choices: unitChoices(units, chosen: unit, request.language))
        }), titleKey: "navMailboxes", request, presence, problems: problems, languagePath: "/mailboxes")
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
