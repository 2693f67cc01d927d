import Documents
import HTTPTypes
import Hummingbird
import Letters
import People
import Roles
import Web

import struct Foundation.Date

/// Somebody who has come in: who they are at this request, and their session.
struct Presence: Sendable {
  let official: Official
  let session: Session<DeskVisit>
  let certificateEnds: Date
  /// How many alerts wait; 0 for those whom they do not concern.
  var openAlerts = 0
  /// Whether documents of other offices come to this person's unit.
  var seesReceived = false
}

extension RouteRule {
  /// For whoever shows an enrolled certificate, before they come in.
  static let anyCertificate = RouteRule("any-certificate")

  static func action(_ action: Action) -> RouteRule { RouteRule(action.rawValue) }
}

extension DeskSite {
  typealias DeskPage = @Sendable (WebRequest, Presence) async throws -> Response

  /// A route for those who have come in. What `action` says is written down for the test that walks all routes; whether
  /// it is allowed is decided where it is done.
  func handle(
    _ method: HTTPRequest.Method, _ pattern: String, _ action: Action, _ routes: inout RouteTable,
    _ page: @escaping DeskPage
  ) {
    routes.on(method, pattern, .action(action)) { [self] request in
      try await answering {
        let caller = try await caller(of: request)
        guard let presence = try await presence(of: caller, request) else {
          return try await comeInFirst(request)
        }
        do { return try await page(request, presence) } catch let bad as BadSignature {
          return keptPage(.badSignature, bad.written, request, presence)
        }
      }
    }
  }

  /// Runs a page and says what the domain refused in the site's words.
  func answering(_ page: () async throws -> Response) async throws -> Response {
    do {
      return try await page()
    } catch let error as LetterError {
      throw WebFailure(error)
    } catch let error as OfficeError {
      throw WebFailure(error)
    } catch let error as DocumentError {
      throw WebFailure(error)
    }
  }

  /// The fields of a POST, once it is sure that a page of this session sent it.
  func form(of request: WebRequest, _ presence: Presence) async throws -> URLEncodedForm {
    guard request.comesFromOwnPage else { throw WebFailure.forgedForm }
    let form = try await URLEncodedForm.read(request)
    guard presence.session.accepts(formToken: form["csrf"]) else { throw WebFailure.forgedForm }
    return form
  }

  /// A page for somebody who has come in: with their links, their name and the session's form token.
  ///
  /// - Parameters:
  ///   - title: what the page is called; nil for the text of `titleKey`.
  ///   - texts: further problems, in the reader's language already.
  ///   - languagePath: where the page is found again; where nil, at the request's own path.
  ///   - form: where its form with the id `typed` is posted to, only to be shown again in another language; nil where
  ///     nothing can be typed on it.
  ///   - takesEnter: whether Enter sends that form, which has one purpose then.
  ///   - isSearch: whether the form with the id `typed` is a search.
  func page(
    _ content: some InsidePage, titleKey: String, title: String? = nil, _ request: WebRequest, _ presence: Presence,
    problems: [Problem] = [], texts: [FormProblem] = [], languagePath: String? = nil, form: String? = nil,
    takesEnter: Bool = true,
    isSearch: Bool = false,
    status: HTTPResponse.Status? = nil, runsScript: Bool = false
  ) -> Response {
    let shown =
      problems.map {
        FormProblem(
          field: $0.field, text: renderer.strings.text($0.key, request.language, "\(Self.answerMaxCharacters)"))
      } + texts
    return renderer.page(
      content, in: InsideFrame(csrf: presence.session.formToken, handler: presence.official.name), problems: shown,
      titleKey: titleKey, title: title, for: request,
      status: status ?? (shown.isEmpty ? .ok : .unprocessableContent),
      switching: isSearch ? .search : form.map { .form(action: $0, takesEnter: takesEnter) } ?? .link(languagePath),
      links: links(for: presence),
      notices: notices(for: presence, request.language), runsScript: runsScript)
  }

  private func links(for presence: Presence) -> [SiteRenderer.Link] {
    let official = presence.official
    var links: [SiteRenderer.Link] = []
    if official.may(.readLetter) || official.may(.readDispatch) { links.append(.init("/queue", "navFolders")) }
    if official.may(.reviewLetter) { links.append(.init("/review", "reviewHeading")) }
    if documents != nil {
      if official.may(.readDocument) { links.append(.init("/documents", "navDocuments")) }
      if presence.seesReceived { links.append(.init("/received", "navReceived")) }
      if official.may(.applySeal) { links.append(.init("/sealing", "navSealing")) }
      if official.may(.keepSeals) { links.append(.init("/seals", "navSeals")) }
    }
    if official.may(.readOffice) {
      links += [.init("/people", "navPeople"), .init("/units", "navUnits"), .init("/mailboxes", "navMailboxes")]
    }
    if official.may(.changePeople) { links.append(.init("/import", "navImport")) }
    if official.may(.readAudit), console != nil {
      links += [.init("/audit/alerts", "navAlerts"), .init("/audit", "navAudit")]
    }
    if official.may(.readActs) { links.append(.init("/acts", "navActs")) }
    return links + [.init("/me", "navMe")]
  }
}

extension WebFailure {
  static let noCertificate = WebFailure(
    .forbidden, "noCertificateTitle", "noCertificateText", closesConnection: true)
  static let untrustedCertificate = WebFailure(
    .forbidden, "untrustedTitle", "untrustedText", closesConnection: true)
  static let notEnrolled = WebFailure(.forbidden, "notEnrolledTitle", "notEnrolledText", closesConnection: true)
  static let foreignSession = WebFailure(
    .forbidden, "foreignSessionTitle", "foreignSessionText", closesConnection: true)
  static let notAllowed = WebFailure(.forbidden, "notAllowedTitle", "notAllowedText", closesConnection: true)
  static let wrongStage = WebFailure(.conflict, "wrongStageTitle", "wrongStageText")
  static let mayNotPublish = WebFailure(.unprocessableContent, "mayNotPublishTitle", "mayNotPublishText")

  init(_ error: LetterError) {
    switch error {
    case .notFound: self = .notFound
    case .notAllowed: self = .notAllowed
    case .mayNotPublish: self = .mayNotPublish
    case .wrongStage: self = .wrongStage
    case .unavailable(let cause): self = .unavailable(cause)
    case .field: self = .badRequest
    case .busy, .attachmentTooLarge, .attachmentKind, .linkIsFull: self = .unavailable(error)
    }
  }

  static let wrongDocumentState = WebFailure(.conflict, "docWrongStateTitle", "docWrongStateText")

  private static func refusedDocument(_ text: String) -> WebFailure {
    WebFailure(.unprocessableContent, "docRefusedTitle", text)
  }

  init(_ error: DocumentError) {
    switch error {
    case .notFound: self = .notFound
    case .notAllowed: self = .notAllowed
    case .wrongState: self = .wrongDocumentState
    case .refused(let problem): self = .refusedDocument("docProblem-\(problem.rawValue)")
    case .notation, .seal: self = .refusedDocument("docNotSet")
    case .policy: self = .refusedDocument("docPolicy")
    case .busy: self = .unavailable(error)
    case .unavailable(let cause): self = .unavailable(cause)
    }
  }

  init(_ error: OfficeError) {
    switch error {
    case .notFound: self = .notFound
    case .notAllowed: self = .notAllowed
    case .refused(let problem): self = WebFailure(.unprocessableContent, "refusedTitle", problem.rawValue)
    case .unavailable(let cause): self = .unavailable(cause)
    }
  }
}
