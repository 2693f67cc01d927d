import AuditConsole
import Hummingbird
import HummingbirdCore
import Roles
import Web

/// Alerts, and their acknowledgement.
extension DeskSite {
  private static let pageSize = 50

  func alertsPage(
    _ request: WebRequest, _ presence: Presence, problems: [(field: String, key: String)] = [], typed: String = "",
    chosen: Set<Int64> = []
  ) async throws -> Response {
    let console = try demandConsole(presence)
    let paging = Paging(request, size: Self.pageSize)
    let isOpen = request.query("show") != "acknowledged"
    let found = try await asking { () async throws(AuditConsoleError) in
      try await console.alerts(open: isOpen, limit: Self.pageSize, offset: paging.offset, for: presence.official)
    }
    return page(
      AuditAlertsPage(
        isOpen: isOpen, isEmpty: found.alerts.isEmpty, hasAlerts: !found.alerts.isEmpty,
        canSettle: isOpen && presence.official.may(.settleAlerts, .office),
        alerts: found.alerts.map { alert in
          AlertRow(alert: alertValues(alert, request.language), chosen: chosen.contains(alert.id))
        },
        remarkTyped: typed,
        paging: paging.values(
          path: "/audit/alerts", query: isOpen ? "show=open" : "show=acknowledged",
          hasNext: paging.offset + found.alerts.count < found.total)),
      titleKey: "auditAlerts", request, presence, problems: problems, languagePath: "/audit/alerts",
      form: isOpen && !found.alerts.isEmpty ? "/audit/alerts" : nil)
  }

  /// One remark for all that were ticked.
  func acknowledgeSeveral(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let form = try await form(of: request, presence)
    let console = try demandConsole(presence, .settleAlerts)
    let remark = WrittenText.lines(form["remark"])
    let chosen = form.values.keys.filter { $0.hasPrefix("alert-") }.compactMap { Int64($0.dropFirst(6)) }.sorted()
    if request.switchesLanguage {
      return try await alertsPage(request, presence, typed: remark, chosen: Set(chosen))
    }
    do { try await console.acknowledge(chosen, remark: remark, by: presence.official) } catch {
      guard case .badText = error else { return try await asking { () async throws(AuditConsoleError) in throw error } }
      let problem = chosen.isEmpty ? ("alerts", "alertsNoneChosen") : ("remark", "remarkMissing")
      return try await alertsPage(request, presence, problems: [problem], typed: remark, chosen: Set(chosen))
    }
    return seeOther("/audit/alerts")
  }

  func alertPage(
    _ request: WebRequest, _ presence: Presence, problems: [(field: String, key: String)] = [], typed: String = ""
  ) async throws -> Response {
    let console = try demandConsole(presence)
    let id = try alertID(request)
    let (alert, events) = try await asking { () async throws(AuditConsoleError) in
      try await console.alert(id, for: presence.official)
    }
    let maySettle = presence.official.may(.settleAlerts, .office)
    let canSettle = alert.acknowledged == nil && maySettle
    return page(
      AuditAlertPage(
        alert: alertValues(alert, request.language),
        hint: renderer.strings.text("alertHint-\(alert.kind)", request.language), hasEvents: !events.isEmpty,
        events: events.map { eventValues($0, request.language) },
        canExport: evidenceSource != nil && !events.isEmpty && maySettle, canSettle: canSettle, remarkTyped: typed),
      titleKey: "auditAlert", request, presence, problems: problems,
      languagePath: "/audit/alerts/\(id)",
      form: canSettle ? "/audit/alerts/\(id)/acknowledge" : nil)
  }

  func acknowledge(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    let form = try await form(of: request, presence)
    let console = try demandConsole(presence, .settleAlerts)
    let (id, remark) = (try alertID(request), WrittenText.lines(form["remark"]))
    if request.switchesLanguage { return try await alertPage(request, presence, typed: remark) }
    do { try await console.acknowledge(id, remark: remark, by: presence.official) } catch {
      switch error {
      case .badText:
        return try await alertPage(request, presence, problems: [("remark", "remarkMissing")], typed: remark)
      case .notFound: throw WebFailure.notFound
      case .notAllowed: throw WebFailure.notAllowed
      case .unavailable(let cause): throw WebFailure.unavailable(cause)
      }
    }
    return seeOther("/audit/alerts")
  }

  func alertID(_ request: WebRequest) throws -> Int64 {
    guard let id = request.parameters["id"].flatMap({ Int64($0) }), id > 0 else { throw WebFailure.notFound }
    return id
  }

  private func alertValues(_ alert: AuditAlert, _ language: Language) -> AlertValues {
    AlertValues(
      id: "\(alert.id)", kind: alert.kind, title: renderer.strings.text("alert-\(alert.kind)", language),
      zone: alert.zone, peer: shown(alert.peer), code: shown(codeText(alert.kind, alert.code, language)),
      count: "\(alert.count)", firstAt: auditTime(alert.firstAt), lastAt: auditTime(alert.lastAt),
      acknowledged: alert.acknowledged.map {
        AcknowledgedValues(by: $0.by, at: auditTime($0.at), remark: $0.remark)
      })
  }
}
