import AuditConsole
import HTTPTypes
import Hummingbird
import HummingbirdCore
import JSON
import Roles
import Web

import struct Foundation.Date

/// The security officer's console: what crossed, what did not, what stands out, and the proofs.
extension DeskSite {
  private static let pageSize = 100
  private static let checksShown = 50

  func addAuditRoutes(to routes: inout RouteTable) {
    handle(.get, "/audit", .readAudit, &routes) { [self] in try await hoursPage($0, $1) }
    handle(.get, "/audit/entries", .readAudit, &routes) { [self] in try await entriesPage($0, $1) }
    handle(.get, "/audit/entries/{zone}/{log}/{position}", .readAudit, &routes) { [self] in
      try await entryPage($0, $1)
    }
    handle(.get, "/audit/trail", .readAudit, &routes) { [self] in try await trailPage($0, $1) }
    handle(.get, "/audit/alerts", .readAudit, &routes) { [self] in try await alertsPage($0, $1) }
    handle(.post, "/audit/alerts", .settleAlerts, &routes) { [self] in try await acknowledgeSeveral($0, $1) }
    handle(.get, "/audit/alerts/{id}", .readAudit, &routes) { [self] in try await alertPage($0, $1) }
    handle(.post, "/audit/alerts/{id}/acknowledge", .settleAlerts, &routes) { [self] in try await acknowledge($0, $1) }
    handle(.post, "/audit/searches", .readAudit, &routes) { [self] in try await saveSearch($0, $1) }
    handle(.get, "/audit/searches/{id}/remove", .readAudit, &routes) { [self] in try await askToRemoveSearch($0, $1) }
    handle(.post, "/audit/searches/{id}/remove", .readAudit, &routes) { [self] in try await removeSearch($0, $1) }
    handle(.get, "/audit/checks", .readAudit, &routes) { [self] in try await checksPage($0, $1) }
    handle(.post, "/audit/checks", .settleAlerts, &routes) { [self] in try await checkNow($0, $1) }
  }

  func demandConsole(_ presence: Presence, _ action: Action = .readAudit) throws -> AuditConsole {
    guard presence.official.may(action, .office) else { throw WebFailure.notAllowed }
    guard let console else { throw WebFailure.notFound }
    return console
  }

  func asking<T>(_ body: () async throws(AuditConsoleError) -> T) async throws -> T {
    do { return try await body() } catch {
      switch error {
      case .notAllowed: throw WebFailure.notAllowed
      case .notFound, .badText: throw WebFailure.notFound
      case .unavailable(let cause): throw WebFailure.unavailable(cause)
      }
    }
  }

  private func hoursPage(
    _ request: WebRequest, _ presence: Presence, problems: [(field: String, key: String)] = [], query: String? = nil,
    name: String = ""
  ) async throws -> Response {
    let console = try demandConsole(presence)
    var search = AuditSearch(query.map(AuditSearch.values) ?? AuditSearch.values(of: request))
    // All of a log's years would take their time.
    if search.values["from"] == nil {
      search.values["from"] = String(officeTime(Date(timeIntervalSinceNow: -6 * 86_400)).prefix(10))
    }
    let problems = problems + search.problems
    let hours = try await asking { () async throws(AuditConsoleError) in
      try await console.hours(search.filter, for: presence.official)
    }
    let searches = try await asking { () async throws(AuditConsoleError) in
      try await console.searches(for: presence.official)
    }
    return page(
      AuditPage(
        hasSearches: !searches.isEmpty,
        searches: searches.map { SavedSearchRow(id: "\($0.id)", name: $0.name, query: $0.query) },
        search: try await searchValues(search, console, presence, request.language), isEmpty: hours.isEmpty,
        hasHours: !hours.isEmpty, hours: hours.map { hourRow($0, of: search, request.language) },
        nameTyped: WrittenText.line(name)),
      titleKey: "navAudit", request, presence, problems: problems, isSearch: true)
  }

  private func hourRow(_ hour: AuditHour, of search: AuditSearch, _ language: Language) -> HourRow {
    HourRow(
      hour: auditHour(hour.hour), zone: hour.zone, peer: shown(hour.peer), kind: kindText(hour.kind, language),
      code: shown(codeText(hour.kind, hour.code, language)), count: "\(hour.count)",
      messages: hour.messages == hour.count ? nil : "\(hour.messages)", query: search.narrowed(hour).query)
  }

  private func entriesPage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let console = try demandConsole(presence)
    let (paging, search) = (Paging(request, size: Self.pageSize), AuditSearch(AuditSearch.values(of: request)))
    let found = try await asking { () async throws(AuditConsoleError) in
      try await console.events(search.filter, limit: Self.pageSize, offset: paging.offset, for: presence.official)
    }
    return page(
      AuditEntriesPage(
        search: try await searchValues(search, console, presence, request.language), isEmpty: found.events.isEmpty,
        hasEvents: !found.events.isEmpty, events: found.events.map { eventValues($0, request.language) },
        paging: paging.values(path: "/audit/entries", query: search.query, hasNext: found.hasMore)),
      titleKey: "auditEntries", request, presence, problems: search.problems,
      isSearch: true)
  }

  private func entryPage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let console = try demandConsole(presence)
    guard let log = request.parameters["log"].flatMap({ Int($0) }),
      let position = request.parameters["position"].flatMap({ Int($0) })
    else { throw WebFailure.notFound }
    let place = EntryPlace(zone: String(request.parameters["zone"] ?? ""), log: log, position: position)
    let standing = try await asking { () async throws(AuditConsoleError) in
      try await console.entry(place, for: presence.official)
    }
    var proved: ProvedValues?
    if case .proved(let entry) = standing {
      let members = ((try? JSONValue.parse(entry.bytes))?.members ?? []).map {
        MemberValues(name: $0.key, value: $0.value.text ?? String(decoding: $0.value.encoded(), as: UTF8.self))
      }
      proved = ProvedValues(
        members: members, proof: entry.proof, bytes: String(decoding: entry.bytes, as: UTF8.self), key: entry.key)
    }
    return page(
      AuditEntryPage(
        place: placeText(place), standing: standingValues(standing, request.language), proved: proved),
      titleKey: "auditEntry", request, presence)
  }

  private func trailPage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let console = try demandConsole(presence)
    let number = halfWidth(WrittenText.line(request.query("number") ?? ""))
    var values = AuditTrailPage(number: String(number.prefix(32)), isAsked: !number.isEmpty)
    do {
      let trail =
        number.isEmpty ? [] : try await console.trail(number: number, for: presence.official).events
      values.canExport = evidenceSource != nil && presence.official.may(.settleAlerts, .office)
      values.hasTrail = !trail.isEmpty
      values.trail = trail.map { event, standing in
        TrailRow(
          event: eventValues(event, request.language), standing: standingValues(standing, request.language))
      }
    } catch AuditConsoleError.notFound {
    } catch { throw WebFailure.unavailable(error) }
    return page(values, titleKey: "auditTrail", request, presence, isSearch: true)
  }

  private func checksPage(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let console = try demandConsole(presence)
    let checks = try await asking { () async throws(AuditConsoleError) in
      try await console.checks(limit: Self.checksShown, for: presence.official)
    }
    let strings = renderer.strings
    return page(
      AuditChecksPage(
        canSettle: presence.official.may(.settleAlerts, .office), isEmpty: checks.isEmpty, hasChecks: !checks.isEmpty,
        checks: checks.map { check in
          CheckRow(
            at: auditTime(check.at),
            log: check.isOfRecord
              ? strings.text("checkRecord", request.language) : "\(check.zone)/audit/\(check.log)",
            size: "\(check.size)",
            witnessed: check.witnessed.map {
              strings.text("checkWitnessed", request.language, "\($0.size)", auditTime($0.at))
            } ?? (check.isOfRecord ? "–" : strings.text("checkUnwitnessed", request.language)),
            isGood: check.fault == nil,
            unseen: check.unseen > 0 ? strings.text("checkUnseen", request.language, "\(check.unseen)") : nil,
            fault: shown(faultText(check, request.language) ?? ""))
        }), titleKey: "auditChecks", request, presence)
  }

  private func checkNow(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    _ = try await form(of: request, presence)
    _ = try demandConsole(presence, .settleAlerts)
    do { try checker?.checkNow(by: presence.official) } catch { throw WebFailure.notAllowed }
    return seeOther("/audit/checks")
  }

  private func saveSearch(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let form = try await form(of: request, presence)
    let console = try demandConsole(presence)
    let query = AuditSearch(AuditSearch.values(form["query"])).query
    do { try await console.save(query, as: WrittenText.line(form["name"]), by: presence.official) } catch {
      guard case AuditConsoleError.badText = error else { throw WebFailure.unavailable(error) }
      return try await hoursPage(
        request, presence, problems: [("search-name", "searchNameMissing")], query: query, name: form["name"])
    }
    return seeOther("/audit?" + query)
  }

  private func askToRemoveSearch(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let console = try demandConsole(presence)
    let wanted = identifier("id", request)
    let searches = try await asking { () async throws(AuditConsoleError) in
      try await console.searches(for: presence.official)
    }
    guard let search = searches.first(where: { "\($0.id)" == wanted }) else { throw WebFailure.notFound }
    return confirmPage(
      "removeSearch", of: search.name, action: "/audit/searches/\(wanted)/remove", back: "/audit", request, presence)
  }

  private func removeSearch(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    _ = try await form(of: request, presence)
    let console = try demandConsole(presence)
    guard let id = request.parameters["id"].flatMap({ Int64($0) }) else { throw WebFailure.notFound }
    try await asking { () async throws(AuditConsoleError) in
      try await console.removeSearch(id, by: presence.official)
    }
    return seeOther("/audit")
  }
}
