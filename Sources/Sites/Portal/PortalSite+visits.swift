import FairQueues
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Web
import Zones

typealias Visit = Session<PortalVisit>

/// What a step before a visit was sent with.
struct OpenForm: Sendable {
  let visitor: Visitor
  let fields: URLEncodedForm
  let form: SignedForms.Form

  subscript(name: String) -> String { fields[name] }
}

/// Visits, which begin with a message to a phone or with a letter that was opened, and the steps before, of which nothing
/// is kept.
extension PortalSite {
  /// The visit that a request belongs to; nil where there is none.
  func existingVisit(of request: WebRequest) -> Visit? {
    request.cookie(Self.cookieName).flatMap { sessions.find($0) }
  }

  /// The visit of a request, or a new one.
  ///
  /// - Parameter owner: whose it is; an owner has a few at most.
  func beginVisit(of request: WebRequest, owner: String) -> Visit {
    existingVisit(of: request) ?? sessions.begin(PortalVisit(source: request.source), of: owner)
  }

  func visitor(of request: WebRequest) -> Visitor { Visitor(cookie: request.cookie(Visitor.cookieName)) }

  /// The visit and the form of a POST, once both fit together.
  func posted(_ request: WebRequest) async throws -> (Visit, URLEncodedForm) {
    guard request.comesFromOwnPage, let visit = existingVisit(of: request) else { throw WebFailure.forgedForm }
    let form = try await URLEncodedForm.read(request)
    guard visit.accepts(formToken: form["csrf"]) else { throw WebFailure.forgedForm }
    return (visit, form)
  }

  /// The form of a POST of a step before a visit, once its signature holds.
  func postedOpenly(_ request: WebRequest, _ purpose: SignedForms.Purpose) async throws -> OpenForm {
    let visitor = visitor(of: request)
    guard request.comesFromOwnPage, !visitor.isNew else { throw WebFailure.forgedForm }
    let fields = try await URLEncodedForm.read(request)
    guard let form = forms.form(fields["csrf"], purpose, visitor) else { throw WebFailure.forgedForm }
    return OpenForm(visitor: visitor, fields: fields, form: form)
  }

  /// Hands the browser its visit's cookie where it does not have it yet.
  func keep(_ visit: Visit, _ request: WebRequest, _ response: Response) -> Response {
    guard request.cookie(Self.cookieName) != visit.cookieValue else { return response }
    return set(Self.cookieName, visit.cookieValue, response)
  }

  func set(_ cookie: String, _ value: String, _ response: Response, isForgotten: Bool = false) -> Response {
    var response = response
    let age = isForgotten ? "Max-Age=0; " : ""
    response.headers.append(
      HTTPField(name: .setCookie, value: "\(cookie)=\(value); Path=/; \(age)Secure; HttpOnly; SameSite=Lax"))
    return response
  }

  /// A page of a visit, with its form token; `problems` are shown above the form and at its fields.
  ///
  /// - Parameters:
  ///   - path: where the page is found again.
  ///   - form: where its form with the id `typed` is posted to; nil where nothing can be typed on it.
  func page(
    _ content: some VisitPage, titleKey: String, _ request: WebRequest, _ visit: Visit,
    problems: [LetterForm.Problem] = [], status: HTTPResponse.Status? = nil, path: String, form: String? = nil
  ) -> Response {
    let page = page(content, visit.formToken, titleKey, request, problems, status, path, form)
    return keep(visit, request, page)
  }

  /// The same of a step before a visit, with a signed form.
  func openPage(
    _ content: some VisitPage, titleKey: String, _ request: WebRequest,
    _ purpose: SignedForms.Purpose, problems: [LetterForm.Problem] = [], status: HTTPResponse.Status? = nil,
    path: String, form: String? = nil
  ) -> Response {
    let visitor = visitor(of: request)
    let token = forms.token(purpose, visitor)
    let page = page(content, token, titleKey, request, problems, status, path, form)
    return visitor.isNew ? set(Visitor.cookieName, visitor.name, page) : page
  }

  private func page(
    _ content: some VisitPage, _ token: String, _ titleKey: String, _ request: WebRequest,
    _ problems: [LetterForm.Problem], _ status: HTTPResponse.Status?, _ path: String, _ form: String?
  ) -> Response {
    let shown = problems.map { problem in
      FormProblem(
        field: problem.field,
        text: renderer.strings.text(
          problem.textKey, request.language, "\(configuration.letters.titleMaxCharacters)",
          "\(configuration.letters.textMaxCharacters)", "\(configuration.letters.attachmentsMax)",
          readableBytes(configuration.letters.attachmentMaxBytes), fileKindNames,
          renderer.duration(seconds: problem.seconds, request.language), readableBytes(UploadedDocument.maxBytes)))
    }
    return renderer.page(
      content, in: VisitFrame(csrf: token, smsIsDemo: smsIsDemo), problems: shown, titleKey: titleKey, for: request,
      status: status ?? (problems.isEmpty ? .ok : .unprocessableContent),
      switching: form.map { .form(action: $0) } ?? .link(path))
  }
}
