import DocumentNotation
import Documents
import HTTPTypes
import Hummingbird
import Roles
import Web
import Zones

import struct Foundation.Date

/// Writing a draft.
extension DeskSite {
  /// What was typed.
  private struct TypedDraft {
    var notation: String
    var series: String
    var disclosure: Disclosure
    var revision: String

    init(_ document: OfficeDocument) {
      (notation, series) = (document.content.notation, document.content.series)
      (disclosure, revision) = (document.content.disclosure, document.revision)
    }

    init(_ form: UploadedForm) {
      (notation, series, revision) = (form["notation"], form["series"], form["revision"])
      disclosure = Disclosure(rawValue: form["disclosure"]) ?? .not
    }

    init(example: String) { (notation, series, disclosure, revision) = (example, "", .not, "") }

    var content: DocumentContent {
      DocumentContent(notation: notation, series: series, disclosure: disclosure)
    }
  }

  func addDraftRoutes(to routes: inout RouteTable) {
    handle(.get, "/documents/new", .draftDocument, &routes) { [self] request, presence in
      guard presence.official.may(.draftDocument) else { throw WebFailure.notAllowed }
      return try draftPage(nil, TypedDraft(example: draftExample()), request, presence)
    }
    handle(.post, "/documents", .draftDocument, &routes) { [self] request, presence in
      let typed = TypedDraft(try await uploaded(request, presence))
      return try await saved(nil, typed, request, presence) {
        try await officeDocuments().draft(typed.content, by: presence.official)
      }
    }
    handle(.get, "/documents/{document}/edit", .draftDocument, &routes) { [self] request, presence in
      let document = try await document(for: .change, request, presence)
      return try draftPage(document.summary.identifier, TypedDraft(document), request, presence)
    }
    handle(.post, "/documents/{document}", .draftDocument, &routes) { [self] request, presence in
      let identifier = try documentIdentifier(request)
      let typed = TypedDraft(try await uploaded(request, presence))
      return try await saved(identifier, typed, request, presence) {
        try await officeDocuments().change(
          identifier, to: typed.content, revision: typed.revision, by: presence.official)
        return identifier
      }
    }
    handle(.get, "/documents/{document}/discard", .draftDocument, &routes) { [self] request, presence in
      let document = try await document(for: .discard, request, presence).summary
      return confirmPage(
        "discardDraft", of: document.title, action: "/documents/\(document.identifier)/discard",
        back: "/documents/\(document.identifier)", request, presence)
    }
    handle(.post, "/documents/{document}/discard", .draftDocument, &routes) { [self] request, presence in
      _ = try await form(of: request, presence)
      try await officeDocuments().discard(try documentIdentifier(request), by: presence.official)
      return seeOther("/documents")
    }
  }

  /// A document with which this person may take a step now.
  func document(
    for step: DocumentStep, _ request: WebRequest, _ presence: Presence
  ) async throws -> OfficeDocument {
    let document = try await officeDocuments().document(try documentIdentifier(request), for: presence.official)
    guard !document.steps.contains(step) else { return document }
    let isAllowed = presence.official.may(
      step.action, .document(drafter: document.drafter, unit: document.unit))
    throw isAllowed ? WebFailure.wrongDocumentState : .notAllowed
  }

  private func uploaded(_ request: WebRequest, _ presence: Presence) async throws -> UploadedForm {
    guard request.comesFromOwnPage else { throw WebFailure.forgedForm }
    return try await UploadedForm.read(request, limits: ["notation": NotationLimits.maxBytes]) {
      presence.session.accepts(formToken: $0)
    }
  }

  /// Keeps a draft, or shows it again with what is wrong; nothing that was typed is lost.
  private func saved(
    _ identifier: String?, _ typed: TypedDraft, _ request: WebRequest, _ presence: Presence,
    _ save: () async throws -> String
  ) async throws -> Response {
    guard presence.official.may(.draftDocument) else { throw WebFailure.notAllowed }
    if request.switchesLanguage { return try draftPage(identifier, typed, request, presence) }
    do { return seeOther("/documents/\(try await save())") } catch let error as DocumentError {
      switch error {
      case .notation(let fault):
        let problem = FormProblem(field: "notation", text: faultText(fault, request.language))
        return try draftPage(identifier, typed, request, presence, problem)
      case .refused(let problem):
        let field =
          switch problem {
          case .noSuchSeries: "series"
          case .classifiedIsNotOpen: "disclosure"
          default: ""
          }
        return try draftPage(
          identifier, typed, request, presence,
          FormProblem(field: field, text: problemText(problem, request.language)))
      default: throw error
      }
    }
  }

  private func draftPage(
    _ identifier: String?, _ typed: TypedDraft, _ request: WebRequest, _ presence: Presence,
    _ problem: FormProblem? = nil
  ) throws -> Response {
    let (language, strings) = (request.language, renderer.strings)
    let path = identifier.map { "/documents/\($0)" } ?? "/documents"
    let heading = identifier == nil ? "docNew" : "docStep-change"
    let content = DraftPage(
      heading: strings.text(heading, language), path: path, revision: typed.revision, notation: typed.notation,
      series: try officeDocuments().series.map {
        OptionValues(id: $0.identifier, text: "\($0.mark)（\($0.name)）", chosen: $0.identifier == typed.series)
      },
      disclosures: [.open, .onRequest, .not].map { (one: Disclosure) in
        OptionValues(
          id: one.rawValue, text: strings.text("disclosure-\(one.rawValue)", language), chosen: one == typed.disclosure)
      }, example: draftExample())
    return page(
      content, titleKey: heading, request, presence, texts: problem.map { [$0] } ?? [],
      languagePath: identifier == nil ? "/documents/new" : path + "/edit", form: path, takesEnter: false)
  }
}

/// What a new draft begins with.
private func draftExample() -> String {
  """
  form: general
  mark: 安澜市人民政府文件
  title: 安澜市人民政府|关于××××的通知
  to: 各镇人民政府，各街道办事处，市各委办局，市各直属单位
  issuer: 安澜市人民政府
  date: \(officeTime(Date()).prefix(10))
  printer: 安澜市人民政府办公室

  为进一步××××，现将有关事项通知如下：
  一、明确责任
  （一）落实首办负责。承办单位应当在1个工作日内签收。
  """
}
