import HTTPTypes
import Hummingbird
import HummingbirdCore
import WebKitchen
import Zones

typealias Visit = Session<PortalVisit>

extension PortalSite {
  /// The visit that a page belongs to; a new one where there is none.
  func visit(of request: WebRequest) throws -> Visit {
    if let session = existingVisit(of: request) { return session }
    guard limits.visitsPerSource.take(request.source) else { throw WebFailure.tooMany }
    return sessions.begin(PortalVisit())
  }

  func existingVisit(of request: WebRequest) -> Visit? {
    request.cookie(Self.cookieName).flatMap { sessions.find($0) }
  }

  /// The visit and the form of a POST, once both fit together.
  func posted(_ request: WebRequest) async throws -> (Visit, URLEncodedForm) {
    guard request.comesFromOwnPage, let visit = existingVisit(of: request) else { throw WebFailure.forgedForm }
    let form = try await URLEncodedForm.read(request)
    guard visit.accepts(formToken: form["csrf"]) else { throw WebFailure.forgedForm }
    return (visit, form)
  }

  /// Hands the browser its visit's cookie where it does not have it yet.
  func keep(_ visit: Visit, _ request: WebRequest, _ response: Response) -> Response {
    guard request.cookie(Self.cookieName) != visit.cookieValue else { return response }
    var response = response
    response.headers.append(
      HTTPField(
        name: .setCookie,
        value: "\(Self.cookieName)=\(visit.cookieValue); Path=/; Secure; HttpOnly; SameSite=Lax"))
    return response
  }

  /// A page of a visit, with its form token; `problems` are shown above the form and at its fields.
  ///
  /// - Parameters:
  ///   - path: where the page is found again.
  ///   - form: where its form with the id `typed` is posted to; nil where nothing can be typed on it.
  func page(
    _ template: String, _ values: [String: Any] = [:], titleKey: String, _ request: WebRequest, _ visit: Visit,
    problems: [LetterForm.Problem] = [], status: HTTPResponse.Status? = nil, path: String, form: String? = nil
  ) -> Response {
    var values = values
    values["csrf"] = visit.formToken
    values["smsIsDemo"] = smsIsDemo
    let shown = problems.map { problem in
      FormProblem(
        field: problem.field,
        text: kitchen.strings.text(
          problem.textKey, request.language, "\(configuration.letters.titleMaxCharacters)",
          "\(configuration.letters.textMaxCharacters)", "\(configuration.letters.attachmentsMax)",
          readableBytes(configuration.letters.attachmentMaxBytes), fileKindNames,
          kitchen.duration(seconds: problem.seconds, request.language)))
    }
    values.merge(shown.templateValues) { own, _ in own }
    return keep(
      visit, request,
      kitchen.page(
        template, values, titleKey: titleKey, for: request,
        status: status ?? (problems.isEmpty ? .ok : .unprocessableContent),
        switching: form.map { .form(action: $0) } ?? .link(path)))
  }
}
