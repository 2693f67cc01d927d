import HTTPTypes
import Hummingbird
import People
import Roles
import Web

/// Units and people from tables: looked at first, then taken over.
extension DeskSite {
  func addImportRoutes(to routes: inout RouteTable) {
    handle(.get, "/import", .changePeople, &routes) { [self] request, presence in
      guard presence.official.may(.changePeople, .office) else { throw WebFailure.notAllowed }
      return importPage(request, presence)
    }
    handle(.post, "/import/check", .changePeople, &routes) { [self] in try await checkTable($0, $1) }
    handle(.post, "/import", .changePeople, &routes) { [self] in try await takeTable($0, $1) }
  }

  private func importPage(
    _ request: WebRequest, _ presence: Presence, _ report: ImportReport? = nil, problems: [Problem] = [],
    chosen: OfficeDirectory.ImportKind? = nil
  ) -> Response {
    let language = request.language
    let isGood = report?.errors.isEmpty == true
    return page(
      ImportPage(
        isDone: isGood && report?.isDryRun == false, isChecked: isGood && report?.isDryRun == true,
        summary: report.map {
          renderer.strings.text("importSummary", language, "\($0.added)", "\($0.changed)", "\($0.unchanged)")
        } ?? "",
        hasErrors: report?.errors.isEmpty == false,
        errors: (report?.errors ?? []).map { error in
          ImportErrorRow(
            line: renderer.strings.text("importLine", language, "\(error.line)"),
            text: renderer.strings.text(error.problem.key, language),
            detail: error.detail.isEmpty ? nil : WrittenText.line(String(error.detail.prefix(200))))
        },
        kinds: OfficeDirectory.ImportKind.allCases.map { kind in
          ImportKindRow(
            id: kind.rawValue, text: renderer.strings.text("import-\(kind.rawValue)", language),
            columns: kind.columns.joined(separator: ","), isFirst: kind == (chosen ?? .units))
        }), titleKey: "navImport", request, presence,
      problems: report?.errors.isEmpty == false ? [("table", "importRefused")] : problems, languagePath: "/import",
      form: "/import/check")
  }

  private func checkTable(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    guard request.comesFromOwnPage else { throw WebFailure.forgedForm }
    let table = try await UploadedTable.read(request) { presence.session.accepts(formToken: $0) }
    var (kind, bytes) = (OfficeDirectory.ImportKind(rawValue: table.kind), table.bytes)
    if request.switchesLanguage, bytes.isEmpty {
      // No new file was chosen: one that was looked at before is shown again.
      guard let checked = presence.session.with({ $0.table }) else {
        guard presence.official.may(.changePeople, .office) else { throw WebFailure.notAllowed }
        return importPage(request, presence, chosen: kind)
      }
      (kind, bytes) = (checked.kind, checked.bytes)
    }
    let report = try await office.importTable(
      kind ?? .units, bytes, isDryRun: true, by: presence.official)
    guard let kind else { return importPage(request, presence, problems: [("kind-units", "importKindMissing")]) }
    presence.session.with { $0.table = report.errors.isEmpty ? .init(kind: kind, bytes: bytes) : nil }
    return importPage(request, presence, report, chosen: kind)
  }

  private func takeTable(_ request: WebRequest, _ presence: Presence) async throws -> Response {
    _ = try await form(of: request, presence)
    let table = presence.session.with { visit in
      defer { visit.table = nil }
      return visit.table
    }
    let report = try await office.importTable(
      table?.kind ?? .units, table?.bytes ?? [], isDryRun: false, by: presence.official)
    return importPage(request, presence, report)
  }
}
